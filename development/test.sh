#!/bin/sh
# test.sh "<versions>" <pytest arguments>: all tests, on one given OctoPrint version after the
# other, after those that need none.
#
# Of several versions the last one gets everything, and the others what depends on the version.
# Half of the time tests wait for something, so there are three processes for two processors, and
# no two versions at a time; the tests of one file stay together, since they share a server.
# Whoever gives arguments gets one process, and what these say on every version:
# `make test ARGS=tests` leaves nothing out.
#
# What a version prints is shown while it is tested; at the end there is a summary of all. The
# exit code is honest.
set -u
cd "$(dirname "$0")/.."
. development/debian.sh

versions=$1
newest=${versions##* }
shift

need_browser
need_broker

# What is compiled once need not be compiled by each process and each server again, also where
# the environment forbids to keep it.
unset PYTHONDONTWRITEBYTECODE

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
pid=
# nothing is left running when somebody presses Ctrl-C
trap 'kill $pid 2>/dev/null; exit 130' INT TERM

for version in $versions; do
    development/venv.sh "$version" || { status=1; continue; }
    some=
    if [ $# -eq 0 ]; then
        some="-n $((3 * $(nproc) / 2)) --dist loadfile --no-loadscope-reorder"
        [ "$version" = "$newest" ] || some="$some --version-dependent"
    fi
    # it has to be there before somebody looks into it
    : >"$results/$version.log"
    # shellcheck disable=SC2086 # these are several arguments
    ".venv/octoprint-$version/bin/python" -m pytest --durations=25 --durations-min=1 $some "$@" \
        </dev/null >"$results/$version.log" 2>&1 &
    pid=$!
    echo "OctoPrint $version"
    tail -n +1 -f --pid="$pid" "$results/$version.log"
    wait "$pid" || status=1
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
