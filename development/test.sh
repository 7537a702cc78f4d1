#!/bin/sh
# test.sh "<versions>" <pytest arguments>: all tests, on all given OctoPrint versions, after those
# that need none.
# Most of a test's time is spent waiting for a server or a browser, so a few processes share two
# processors well. Of several versions the last one runs everything, in two halves, and the
# others at the same time what depends on the version. Whoever gives arguments gets what these
# say on every version: `make test ARGS=tests` leaves nothing out.
# What each process prints is shown one after the other; at the end there is a summary of all.
# The exit code is honest.
set -u
cd "$(dirname "$0")/.."
. development/debian.sh

versions=$1
newest=${versions##* }
shift

need_browser

results=test-results
mkdir -p "$results"
rm -f "$results"/*.log
status=0
# These depend on no version. Whoever gives arguments wants some of pytest's.
if [ $# -eq 0 ]; then
    echo "JavaScript"
    development/test_js.sh >"$results/js.log" 2>&1 || status=1
    grep -E '^ *not ok |^# ' "$results/js.log" | grep -v '^# Subtest'
fi
pids=
# nothing is left running when somebody presses Ctrl-C
trap 'kill $pids 2>/dev/null; exit 130' INT TERM

# start <name> <version> <pytest arguments>
started=
names=
start() {
    name=$1
    python=.venv/octoprint-$2/bin/python
    shift 2
    "$python" -m pytest --durations=25 --durations-min=1 "$@" \
        </dev/null >"$results/$name.log" 2>&1 &
    pids="$pids $!"
    started="$started $name:$!"
    names="$names $name"
}

for version in $versions; do
    development/venv.sh "$version" || { status=1; names="$names $version"; continue; }
    if [ $# -gt 0 ]; then
        start "$version" "$version" "$@"
    elif [ "$version" = "$newest" ]; then
        start "$version-1" "$version" --part=1/2
        start "$version-2" "$version" --part=2/2
    else
        start "$version" "$version" --version-dependent
    fi
done

for one in $started; do
    echo "OctoPrint ${one%:*}"
    tail -n +1 -f --pid="${one##*:}" "$results/${one%:*}.log"
    wait "${one##*:}" || status=1
done

if [ $# -eq 0 ]; then
    echo "JavaScript:"
    grep -E '^ *not ok |^# (pass|fail) ' "$results/js.log" || echo "not tested"
fi
for name in $names; do
    echo "OctoPrint $name:"
    grep -E '^(FAILED|ERROR) ' "$results/$name.log" 2>/dev/null
    tail -n 1 "$results/$name.log" 2>/dev/null || echo "not tested"
done
exit $status
