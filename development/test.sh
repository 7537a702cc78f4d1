#!/bin/sh
# test.sh "<versions>" <pytest arguments>: all tests on one OctoPrint version after the other.
# Every version gets its turn, also when one before it has failed; the exit code is honest.
set -u
cd "$(dirname "$0")/.."
. development/debian.sh

versions=$1
shift

need_browser

status=0
for version in $versions; do
    development/venv.sh "$version" || { status=1; continue; }
    echo "OctoPrint $version"
    ".venv/octoprint-$version/bin/python" -m pytest "$@" </dev/null || status=1
done
exit $status
