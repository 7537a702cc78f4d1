#!/bin/sh
# tools.sh <name> …: make .venv/<name> for each name, quick when it is there already:
#   tools, dist   what `make lint` and `make dist` need of Python
#   node          what both need of Node.js
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

for name in "$@"; do
    folder=.venv/$name
    case $name in
    node)
        is_current "$folder" development/package.json development/package-lock.json && continue
        need_node
        echo "Installing Node.js tools into $folder …" >&2
        rm -rf "$folder"
        mkdir "$folder"
        cp development/package.json development/package-lock.json "$folder"
        npm ci --prefix "$folder" --no-audit --no-fund --loglevel error >&2
        ;;
    *)
        is_current "$folder" pyproject.toml && continue
        need_python
        echo "Installing Python tools into $folder …" >&2
        python3 -m venv --clear "$folder"
        "$folder/bin/python" -m pip install --quiet --disable-pip-version-check \
            -e ".[$name]" >&2
        ;;
    esac
    echo "$stamp" >"$folder/stamp"
done
