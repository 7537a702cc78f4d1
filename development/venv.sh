#!/bin/sh
# venv.sh <version>: make .venv/octoprint-<version> with that OctoPrint, this plugin (editable)
# and what the tests need. Does nothing when it is there already and up to date.
set -eu
cd "$(dirname "$0")/.."
. development/debian.sh

# two commands that are started at the same time install once
mkdir -p .venv
exec 9>.venv/lock
flock 9

version=$1
venv=.venv/octoprint-$version
stamp=$venv/stamp

need_python

# a venv belongs to one interpreter and one place ...
place=$(python3 -c 'import sys; print(sys.version, sys.prefix)'; pwd -P)
# ... and its content to these files, without the settings of ruff and other tools
content=$(cat setup.py development/venv.sh pyproject.toml | sed '/^\[tool\.ruff/,$d' | cksum)

if [ "$(cat "$stamp" 2>/dev/null)" = "$place $content" ]; then
    exit
fi

# netifaces, which OctoPrint 1 depends on, comes as source only
case $version in 1.*) need_compiler ;; esac

echo "Installing OctoPrint $version into $venv …" >&2
if [ "$(cat "$venv/place" 2>/dev/null)" != "$place" ]; then
    python3 -m venv --clear "$venv"
    echo "$place" >"$venv/place"
fi
rm -f "$stamp"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --prefer-binary \
    "OctoPrint==$version" -e '.[test]' >&2
echo "$place $content" >"$stamp"
