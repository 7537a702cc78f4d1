"""A process id is given to somebody else as soon as it is free. No stop may meet the wrong one."""

import os
import signal

import psutil
import pytest
from processes import alive, command

from harness.waiting import wait_until
from octoprint_systemcommands.runs.processes import process_tree

pytestmark = pytest.mark.each_version

_LAST_PID = "/proc/sys/kernel/ns_last_pid"

# Deaf, in a session of its own, and never the same for long: in the session of the run is
# nobody left as soon as its leader is gone.
_RELAY = """#!/bin/sh
trap '' TERM
echo $$ >> {folder}/pids
sleep 0.1
[ -e {folder}/go ] || setsid {folder}/relay &
"""


@pytest.fixture
def relay(tmp_path):
    """A command line whose process ends at TERM, and what it has started goes on."""
    script = tmp_path / "relay"
    script.write_text(_RELAY.format(folder=tmp_path))
    script.chmod(0o755)
    yield f"setsid {script} & wait; sleep 60"
    (tmp_path / "go").touch()


def begun(tmp_path):
    wait_until(lambda: (tmp_path / "pids").exists() and (tmp_path / "pids").read_text())


def is_zombie(pid):
    return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def next_pids_from(pid):
    """Has the system give out this process id next, if it is free; only root may."""
    with open(_LAST_PID, "w") as last_pid:
        last_pid.write(str(pid - 1))


def test_the_pid_of_a_run_is_its_own_until_the_stop_is_over(make_runner, tmp_path, relay):
    subject = make_runner()
    run = subject.start(command(relay))
    begun(tmp_path)
    subject.stop(run.id)
    wait_until(lambda: is_zombie(run.process.pid))
    wait_until(lambda: run.returned is not None)

    # its end was seen, and it is still there: nobody else can have its pid
    assert run.record().stopping
    assert is_zombie(run.process.pid)
    assert run.process.session == run.process.pid
    (tmp_path / "go").touch()
    assert run.finished.wait(20)
    assert run.process.session is None
    assert not psutil.pid_exists(run.process.pid)


@pytest.mark.skipif(
    not os.path.exists(_LAST_PID) or os.geteuid() != 0,
    reason="only root may choose process ids",
)
def test_no_stranger_gets_the_pid_of_a_run_and_is_killed(
    make_runner, tmp_path, mocker, relay
):
    mocker.patch.object(process_tree.end, "__defaults__", (2,))  # the grace
    subject = make_runner()
    run = subject.start(command(relay))
    begun(tmp_path)
    subject.stop(run.id)
    wait_until(lambda: run.returned is not None)
    strangers = []
    try:
        # of others who start processes at the same time one may come first
        for _ in range(20):
            next_pids_from(run.process.pid)
            strangers.append(psutil.Popen(["sleep", "60"], start_new_session=True))
            if strangers[-1].pid == run.process.pid:
                break
        assert run.finished.wait(20)
        assert all(alive(stranger.pid) for stranger in strangers)
    finally:
        for stranger in strangers:
            stranger.kill()
            stranger.wait()


def test_many_ends_leave_no_zombie(make_runner):
    subject = make_runner()
    runs = [subject.start(command("exit 3")) for _ in range(20)]
    for run in runs:
        assert run.finished.wait(20)
        assert run.record().exit_code == 3
    assert not any(
        process.status() == psutil.STATUS_ZOMBIE
        for process in psutil.Process().children()
        if process.pid in {run.process.pid for run in runs}
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV])
def test_the_signal_that_has_ended_it(make_runner, number):
    run = make_runner().start(command(f"ulimit -c 0; kill -{number.value} $$"))
    assert run.finished.wait(20)
    assert run.record().exit_code == -number


def test_where_the_system_tells_of_an_end_only_once(make_runner, mocker):
    """macOS has no waitid before Python 3.13."""
    mocker.patch("os.waitid", side_effect=AttributeError)
    subject = make_runner()
    run = subject.start(command("exit 3"))
    assert run.finished.wait(20)
    assert run.record().exit_code == 3

    run = subject.start(command("sleep 60"))
    subject.stop(run.id)
    assert run.finished.wait(20)
    assert run.record().status == "stopped"
    assert run.process.session is None


def test_where_there_are_no_pidfds(make_runner, mocker):
    mocker.patch("os.pidfd_open", side_effect=AttributeError)
    subject = make_runner()
    run = subject.start(command("sleep 60 & wait"))
    assert run.process.pidfd is None
    (child,) = wait_until(psutil.Process(run.process.pid).children)
    subject.stop(run.id)
    assert run.finished.wait(20)
    assert run.record().status == "stopped"
    assert not alive(child.pid)
