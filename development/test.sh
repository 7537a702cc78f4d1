#!/bin/sh
# test.sh "<versions>" <pytest arguments>: all tests, on all given OctoPrint versions at a time,
# after those that need none.
# Most of a test's time is spent waiting for a server or a browser, so two share two processors
# well. What one version prints is shown while it is tested, that of the others afterwards; at
# the end there is a summary of all. The exit code is honest.
set -u
cd "$(dirname "$0")/.."
. development/debian.sh

versions=$1
shift

need_browser

results=test-results
mkdir -p "$results"
status=0
# These depend on no version. Whoever gives arguments wants some of pytest's.
rm -f "$results/js.log"
if [ $# -eq 0 ]; then
    echo "JavaScript"
    development/test_js.sh >"$results/js.log" 2>&1 || status=1
    grep -E '^ *not ok |^# ' "$results/js.log" | grep -v '^# Subtest'
fi
pids=
# nothing is left running when somebody presses Ctrl-C
trap 'kill $pids 2>/dev/null; exit 130' INT TERM

started=
for version in $versions; do
    rm -f "$results/$version.log"
    development/venv.sh "$version" || { status=1; continue; }
    ".venv/octoprint-$version/bin/python" -m pytest "$@" \
        </dev/null >"$results/$version.log" 2>&1 &
    pids="$pids $!"
    started="$started $version:$!"
done

for one in $started; do
    echo "OctoPrint ${one%:*}"
    tail -n +1 -f --pid="${one#*:}" "$results/${one%:*}.log"
    wait "${one#*:}" || status=1
done

if [ $# -eq 0 ]; then
    echo "JavaScript:"
    grep -E '^ *not ok |^# (pass|fail) ' "$results/js.log" || echo "not tested"
fi
for version in $versions; do
    echo "OctoPrint $version:"
    grep -E '^(FAILED|ERROR) ' "$results/$version.log" 2>/dev/null
    tail -n 1 "$results/$version.log" 2>/dev/null || echo "not tested"
done
exit $status
