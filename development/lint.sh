#!/bin/sh
# lint.sh [check …]: what `make lint` and the hooks of pre-commit look at; without a name, all.
# Every check has its say, whatever the others found. The exit code is honest.
#
# The newest OctoPrint's virtual environment (.venv/octoprint-…) must be there: mypy wants to
# know what the plugin gets from OctoPrint.
set -u
cd "$(dirname "$0")/.."

python=.venv/tools/bin
node=.venv/node/node_modules/.bin

ruff() {
    "$python/ruff" check --quiet . && "$python/ruff" format --quiet --check .
}

mypy() {
    "$python/mypy" --no-error-summary --python-executable \
        "$(printf '%s\n' .venv/octoprint-*/bin/python | sort -V | tail -n 1)"
}

imports() {
    # it is quiet only about what is right
    said=$("$python/lint-imports" --no-logo 2>&1) || { echo "$said"; return 1; }
}

prettier() {
    "$node/prettier" --log-level warn --check .
}

eslint() {
    "$node/eslint" .
}

stylelint() {
    "$node/stylelint" --config-basedir .venv/node 'octoprint_systemcommands/static/**/*.css'
}

djlint() {
    "$python/djlint" --quiet --rules .djlint_rules.yaml --lint octoprint_systemcommands/templates
}

if [ $# -eq 0 ]; then
    development/tools.sh tools node || exit
    set -- ruff mypy imports prettier eslint stylelint djlint
fi

failed=
for check; do
    "$check" || failed="$failed $check"
done

if [ "$failed" ]; then
    echo "Not in order:$failed" >&2
    exit 1
fi
