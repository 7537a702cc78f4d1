"""A server that inherits orphans, as the first process of a container does, leaves no zombies."""

import ctypes
import os
import subprocess
import sys

import psutil
import pytest
from processes import alive, command

from harness.waiting import wait_until
from octoprint_systemcommands.runs.processes import orphans, process_tree

pytestmark = pytest.mark.each_version

_PR_SET_CHILD_SUBREAPER = 36

# A zombie of each kind when it is stopped: still in the run's session, in one of its own, and
# what a daemon leaves behind when it forks twice
LEAVES_SOME = (
    "sh -c 'sleep 600 & sleep 600 &'; (setsid sleep 600 &);"
    "(setsid sh -c 'sleep 600 & exit' &); echo begun; sleep 600"
)


@pytest.fixture
def inherits():
    """This process inherits orphans."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not hasattr(libc, "prctl") or libc.prctl(_PR_SET_CHILD_SUBREAPER, 1) != 0:
        pytest.skip("this system has no subreapers")
    assert orphans.inherits()
    yield
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 0)


@pytest.fixture
def subject(make_runner, mocker):
    mocker.patch.object(process_tree.end, "__defaults__", (0.5,))  # the grace
    mocker.patch.object(orphans, "_PAUSE", 0.1)
    return make_runner()


@pytest.fixture
def zombies():
    """zombies(): the children that have ended and were not there before, collected by nobody."""
    before = set(psutil.Process().children())

    def zombies():
        return [
            child
            for child in psutil.Process().children()
            if child not in before and not alive(child.pid)
        ]

    return zombies


def test_nobody_inherits_without_a_reason():
    assert not orphans.inherits()


def test_stopped_runs_leave_no_zombies(inherits, subject, zombies):
    runs = [subject.start(command(LEAVES_SOME)) for _ in range(6)]
    for run in runs:
        wait_until(lambda run=run: run.output.total)
    for run in runs:
        subject.stop(run.id)
    for run in runs:
        assert run.finished.wait(20)
        assert run.record().status == "stopped"
    wait_until(lambda: not zombies())


@pytest.mark.parametrize(
    "line",
    [
        "sleep 0.5 &",
        "true & true &",
        # one with a session of its own is recognised as long as it is there
        "(setsid sleep 3 &)",
        "(setsid sh -c 'sleep 3 & exit' &) ",
        "env -i sleep 0.5 &",
    ],
)
def test_what_ends_after_its_run_is_no_zombie(inherits, subject, zombies, line):
    for _ in range(3):
        run = subject.execute(command(line))
        assert run.exit_code == 0
    wait_until(lambda: not zombies())
    wait_until(lambda: not subject._active._supervisor._orphans._left)
    assert not zombies()


def test_runs_that_go_on_are_not_touched(inherits, subject):
    goes_on = subject.start(command("sleep 1; exit 7"))
    for _ in range(5):
        subject.execute(command("sleep 0.2 &"))
    assert goes_on.finished.wait(20)
    assert goes_on.exit_code == 7


def test_the_children_of_others_are_not_touched(inherits, subject):
    """Not even those that have got the mark of the run that has started this server, or a
    session of their own."""
    subject.execute(command("sleep 0.5 &"))
    environment = {**os.environ, process_tree.MARK: "0" * 16}
    theirs = [
        subprocess.Popen(["sh", "-c", "exit 7"], start_new_session=own, env=environment)
        for own in (False, True)
    ]
    wait_until(lambda: not any(alive(process.pid) for process in theirs))
    for _ in range(3):
        subject.execute(command("true &"))
    wait_until(lambda: not subject._active._supervisor._orphans._left)
    assert [process.wait(10) for process in theirs] == [7, 7]


def test_what_is_remembered_is_what_is_there(inherits, subject, tmp_path):
    line = f"until [ -e {tmp_path}/go ]; do sleep 0.05; done &"
    for _ in range(3):
        subject.execute(command(line))
    wait_until(lambda: len(subject._active._supervisor._orphans._left) == 3)
    for _ in range(20):
        subject.execute(command("true"))
    assert len(subject._active._supervisor._orphans._left) == 3
    (tmp_path / "go").touch()
    wait_until(lambda: not subject._active._supervisor._orphans._left)


_FIRST_PROCESS = """
import os, sys
assert os.getpid() == 1
sys.path[:0] = {path!r}
import psutil
from processes import command
from harness.waiting import wait_until
from octoprint_systemcommands.runs.processes import orphans, process_tree
from octoprint_systemcommands.runs.history.database import Limits
from octoprint_systemcommands.runs.history.history import History
from octoprint_systemcommands.runs.runner import Runner

orphans._PAUSE = 0.1
runner = Runner(history=History({history!r}, lambda: Limits(runs=100, days=1)))
runs = [runner.start(command({line!r})) for _ in range(6)]
for run in runs:
    wait_until(lambda: run.output.total)
    runner.stop(run.id)
for run in runs:
    assert run.finished.wait(30)
runner.execute(command("sleep 0.3 &"))
wait_until(lambda: not psutil.Process().children())
print("none left")
"""


def test_as_the_first_process(tmp_path):
    code = _FIRST_PROCESS.format(
        path=sys.path, history=str(tmp_path / "history.db"), line=LEAVES_SOME
    )
    unshare = ["unshare", "--pid", "--fork", "--mount-proc"]
    try:
        subprocess.run([*unshare, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no process id namespaces here")
    done = subprocess.run(
        [*unshare, sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout == "none left\n", done.stderr
