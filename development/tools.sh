#!/bin/sh
# Make .venv/tools with what `make lint` and `make dist` need; quick when it is there already.
set -eu
cd "$(dirname "$0")/.."
. development/debian.sh

# two commands that are started at the same time install once
mkdir -p .venv
exec 9>.venv/lock
flock 9

tools='ruff setuptools>=77 rjsmin rcssmin'
stamp="$(python3 -V 2>&1) $(pwd -P) $tools"
if [ "$(cat .venv/tools/stamp 2>/dev/null)" = "$stamp" ]; then
    exit
fi

need_python
echo "Installing $tools into .venv/tools …" >&2
python3 -m venv --clear .venv/tools
.venv/tools/bin/python -m pip install --quiet --disable-pip-version-check $tools >&2
echo "$stamp" >.venv/tools/stamp
