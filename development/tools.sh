#!/bin/sh
# tools.sh [node]: make .venv/tools with what `make lint` and `make dist` need of Python, and with
# `node` also .venv/node with what `make lint` needs of Node.js. Quick when it is there already.
set -eu
cd "$(dirname "$0")/.."
. development/debian.sh

# two commands that are started at the same time install once
mkdir -p .venv
exec 9>.venv/lock
flock 9

# is_current <folder> <files>: whether it was made here, of these files, as they are now
is_current() {
    folder=$1
    shift
    # the settings of the tools themselves are no reason to install them again
    content=$(cat development/tools.sh "$@" | sed '/^\[tool\.ruff/,$d' | cksum)
    stamp="$(python3 -V 2>&1) $(pwd -P) $content"
    [ "$(cat "$folder/stamp" 2>/dev/null)" = "$stamp" ]
}

if ! is_current .venv/tools pyproject.toml; then
    need_python
    echo "Installing Python tools into .venv/tools …" >&2
    python3 -m venv --clear .venv/tools
    .venv/tools/bin/python -m pip install --quiet --disable-pip-version-check \
        -e '.[tools]' >&2
    echo "$stamp" >.venv/tools/stamp
fi

if [ "${1:-}" = node ] &&
    ! is_current .venv/node development/package.json development/package-lock.json; then
    need_node
    echo "Installing Node.js tools into .venv/node …" >&2
    rm -rf .venv/node
    mkdir .venv/node
    cp development/package.json development/package-lock.json .venv/node/
    npm ci --prefix .venv/node --no-audit --no-fund --loglevel error >&2
    echo "$stamp" >.venv/node/stamp
fi
