"""Starts that take long, as in a folder on a share that does not answer."""

import signal
import threading
import time

import psutil
import pytest
from processes import alive, command

from harness.slow_folder import Unavailable, slow_folder
from harness.waiting import wait_until
from octoprint_systemcommands.runs import preparation, runner, stopper
from octoprint_systemcommands.runs.errors import Failed, Refused, ensure_succeeded
from octoprint_systemcommands.runs.processes.process import NotWanted
from octoprint_systemcommands.runs.starters import _MOST

HANGS = "echo hangs"


class Share:
    """Starts of `HANGS` hang until it answers."""

    def __init__(self, mocker):
        self.hanging = 0
        self.processes = []
        self._answers = threading.Event()
        self._start = preparation.Process
        mocker.patch.object(preparation, "Process", self._process)

    def _process(self, line, *args, is_wanted, **kwargs):
        if HANGS in line:
            self.hanging += 1
            assert self._answers.wait(60)
            if not is_wanted():
                raise NotWanted
        self.processes.append(self._start(line, *args, is_wanted=is_wanted, **kwargs))
        return self.processes[-1]

    def answer(self):
        self._answers.set()


@pytest.fixture
def share(mocker):
    mocker.patch.object(runner, "_START_PATIENCE", 0.1)
    mocker.patch.object(stopper, "_PATIENCE", 0.1)
    share = Share(mocker)
    yield share
    share.answer()


@pytest.fixture
def subject(share, make_runner):
    return make_runner()


@pytest.fixture
def slow(tmp_path):
    """A folder that takes two seconds to let anybody in."""
    folder = tmp_path / "share"
    folder.mkdir()
    try:
        with slow_folder(folder, 2):
            yield folder
    except Unavailable:
        pytest.skip("a file system of one's own takes root and FUSE")


def statuses(*runs):
    return [run.record().status for run in runs]


def test_a_start_that_takes_long_is_told_of_as_starting(subject, share):
    run = subject.start(command(HANGS))

    record = run.record()
    assert (record.status, record.stopping) == ("starting", False)
    assert (record.started_at, record.duration, record.pid) == (None, None, None)
    share.answer()
    assert run.finished.wait(10)
    assert run.record().status == "succeeded"
    assert run.record().started_at is not None


def test_who_waits_for_its_end_waits_for_its_start(subject, share):
    threading.Timer(0.5, share.answer).start()
    assert subject.execute(command(HANGS)).status == "succeeded"


def test_all_states_are_told_in_order(share, make_runner):
    told = []
    subject = make_runner(
        on_change=lambda record: told.append(record.status),
        on_start=lambda record: told.append("start"),
    )
    share.answer()
    subject.execute(command("true"))

    assert told == ["starting", "running", "start", "succeeded"]


##~~ It delays nobody


class Listener:
    """Knows how late each line of a command that tells the time was read."""

    LINE = "while :; do date +%s.%N; sleep 0.05; done"

    def __init__(self):
        self.delays = []

    def on_output(self, run):
        pieces, _ = run.output.pieces()
        said = b"".join(piece.data for piece in pieces).split()
        self.delays.append(time.time() - float(said[-1]))

    def delays_of_the_last(self, seconds):
        before = len(self.delays)
        until = time.monotonic() + seconds
        wait_until(lambda: time.monotonic() > until)
        return sorted(self.delays[before:])


def ensure_prompt(delays):
    assert len(delays) > 10
    # a busy machine may be late with a few of them
    assert delays[len(delays) * 9 // 10] < 0.2
    assert delays[-1] < 1


def test_a_start_that_hangs_delays_no_output_and_no_end(share, make_runner, tmp_path):
    listener = Listener()
    subject = make_runner(on_output=listener.on_output)
    gate = tmp_path / "gate"
    subject.start(command(Listener.LINE, action="other"))
    # one that is started by a request, and one when its turn comes
    first = subject.start(command(f"until [ -e {gate} ]; do sleep 0.02; done", **QUEUE))
    following = subject.start(command(HANGS, **QUEUE))
    subject.start(command(HANGS, action="another"))
    gate.touch()
    assert first.finished.wait(10)
    wait_until(lambda: share.hanging == 2)
    delays = listener.delays_of_the_last(3)

    ensure_prompt(delays)
    assert following.record().status == "starting"
    before = time.monotonic()
    assert subject.execute(command("true", action="third")).exit_code == 0
    assert time.monotonic() - before < 1


QUEUE = {"when_busy": "queue"}


def test_a_folder_that_hangs_delays_no_output(make_runner, slow):
    listener = Listener()
    subject = make_runner(on_output=lambda run: run is clock and listener.on_output(run))
    clock = None
    clock = subject.start(command(Listener.LINE, action="other"))
    wait_until(lambda: listener.delays)
    slow = threading.Thread(
        target=subject.execute, args=(command("pwd", working_directory=str(slow)),)
    )
    slow.start()
    wait_until(lambda: len(subject._active._runs) == 2)
    delays = listener.delays_of_the_last(3)
    assert slow.is_alive()
    slow.join(30)

    ensure_prompt(delays)


##~~ When no more can be started


@pytest.fixture
def hanging(subject, share):
    """As many as can hang, and one that comes later."""
    hanging = [
        subject.start(command(HANGS, action=f"hangs {number}")) for number in range(_MOST)
    ]
    wait_until(lambda: share.hanging == _MOST)
    return hanging


def test_who_comes_later_is_starting_until_one_answers(subject, share, hanging, tmp_path):
    flag = tmp_path / "flag"
    later = subject.start(command(f"touch {flag}"))

    assert statuses(later, *hanging) == ["starting"] * (_MOST + 1)
    assert not flag.exists()
    share.answer()
    for run in (later, *hanging):
        assert run.finished.wait(10)
        assert run.record().status == "succeeded"


def test_who_comes_later_can_be_stopped(subject, share, hanging, tmp_path):
    flag = tmp_path / "flag"
    later = subject.start(command(f"touch {flag}"))
    subject.stop(later.id, "me")

    # at once, since nothing of it has begun
    assert later.record().status == "stopped"
    assert later.record().stopped_by == "me"
    share.answer()
    for run in hanging:
        assert run.finished.wait(10)
    assert subject.execute(command("true")).exit_code == 0
    assert not flag.exists()


def test_who_comes_later_has_its_timeout_from_its_turn(subject, share, hanging):
    later = subject.start(command("true", timeout=0.3))

    assert later.finished.wait(10)
    assert later.record().status == "timed_out"
    with pytest.raises(Failed) as failed:
        ensure_succeeded(later)
    assert str(failed.value) == "Command for custom:test took too long to start"


@pytest.mark.parametrize("what", ["folder", "interpreter", "long"])
def test_what_waits_for_no_other_disk_starts_all_the_same(subject, share, tmp_path, what):
    line, fields = {
        "folder": (HANGS, {"working_directory": str(tmp_path)}),
        "interpreter": (f"#!/bin/sh\n{HANGS}", {}),
        "long": (f"{HANGS}\n#{'x' * 128 * 1024}", {}),
    }[what]
    for number in range(_MOST):
        subject.start(command(line, action=f"hangs {number}", **fields))
    wait_until(lambda: share.hanging == _MOST)
    later = subject.start(command(line, action="later", **fields))

    assert subject.execute(command("true")).exit_code == 0
    # and it is known where the others wait
    subject.stop(later.id)
    assert later.record().status == "stopped"


def test_without_a_thread_for_it_a_stop_does_not_wait(subject, share, mocker):
    mocker.patch.object(stopper, "_PATIENCE", 60)
    run = subject.start(command(HANGS))
    wait_until(lambda: share.hanging)
    mocker.patch.object(
        runner.threading.Thread, "start", side_effect=RuntimeError("can't start thread")
    )
    subject.stop(run.id)

    assert run.record().status == "stopped"


def test_what_runs_already_goes_on_and_can_be_stopped(subject, share):
    other = subject.start(command("sleep 60", action="other"))
    for number in range(_MOST):
        subject.start(command(HANGS, action=f"hangs {number}"))
    wait_until(lambda: share.hanging == _MOST)
    subject.stop(other.id)

    assert other.finished.wait(10)
    assert other.record().status == "stopped"


##~~ Its end


def test_one_that_hangs_can_be_stopped_and_does_not_begin(share, make_runner, tmp_path):
    started = []
    subject = make_runner(on_start=started.append)
    flag = tmp_path / "flag"
    run = subject.start(command(f"{HANGS}; touch {flag}"))
    subject.stop(run.id)
    assert run.record().status in ("starting", "stopped")
    assert run.finished.wait(10)

    record = run.record()
    assert (record.status, record.exit_code, record.started_at) == ("stopped", None, None)
    share.answer()
    wait_until(lambda: subject._active._spawner._plain_starters._idle)
    assert not share.processes
    assert not started
    assert not flag.exists()


def children():
    return set(psutil.Process().children())


def test_what_hangs_while_it_is_made_does_not_begin(make_runner, slow, tmp_path, mocker):
    mocker.patch.object(runner, "_START_PATIENCE", 0.1)
    mocker.patch.object(stopper, "_PATIENCE", 0.1)
    subject = make_runner()
    flag = tmp_path / "flag"
    before = children()
    run = subject.start(command(f"touch {flag}", working_directory=str(slow)))
    # its folder was asked once, and has answered
    (half_made,) = wait_until(lambda: children() - before)
    subject.stop(run.id)
    assert run.finished.wait(10)

    assert run.record().status == "stopped"
    with subject._lock:
        # nobody else comes to it and ends it before it has done anything
        wait_until(lambda: not alive(half_made.pid))
    assert not flag.exists()
    wait_until(lambda: subject._active._spawner._starters._idle == 1)


@pytest.fixture
def too_late(share, mocker):
    """The stop comes between the last question and the start."""
    start = share._start

    def late(line, *args, is_wanted, **kwargs):
        share.hanging += 1
        assert share._answers.wait(60)
        share.processes.append(start(line, *args, **kwargs))
        return share.processes[-1]

    mocker.patch.object(preparation, "Process", late)


def test_what_begins_after_all_is_ended_with_all_of_its_tree(
    subject, share, too_late, tmp_path, caplog
):
    pid_file = tmp_path / "pid"
    # it needs the time to start another one, which leaves its session
    background = f"setsid sh -c 'echo $$ >{pid_file}.new; mv {pid_file}.new {pid_file}"
    line = f"trap '' TERM; {background}; exec sleep 60' & sleep 60; sleep 60"
    run = subject.start(command(line))
    wait_until(lambda: share.hanging)
    subject.stop(run.id)
    assert run.finished.wait(10)
    with subject._lock:
        share.answer()
        wait_until(pid_file.exists)

    (process,) = share.processes
    wait_until(lambda: not alive(process.pid) and not alive(int(pid_file.read_text())))
    wait_until(lambda: process.session is None)
    assert (process.outputs, process.pidfd) == ({}, None)
    assert run.record().status == "stopped"
    assert run.record().pid is None
    assert f"Ending what has begun too late of custom:test, run {run.id}" in caplog.text


def test_what_begins_while_it_is_waited_for_is_ended_like_any_other(
    subject, share, too_late, mocker
):
    mocker.patch.object(stopper, "_PATIENCE", 60)
    run = subject.start(command("sleep 60"))
    wait_until(lambda: share.hanging)
    subject.stop(run.id)
    share.answer()
    assert run.finished.wait(10)

    record = run.record()
    assert (record.status, record.exit_code) == ("stopped", -signal.SIGTERM)
    assert record.pid == share.processes[0].pid


def test_the_timeout_ends_it(subject, share):
    run = subject.start(command(HANGS, timeout=0.3))

    assert run.finished.wait(10)
    assert run.record().status == "timed_out"
    assert run.record().hint.values == {"seconds": "0.3"}


def test_who_waits_for_it_is_told_of_a_stop(subject, share):
    errors = []

    def wait():
        try:
            subject.execute(command(HANGS))
        except Failed as error:
            errors.append(str(error))

    waiting = threading.Thread(target=wait)
    waiting.start()
    wait_until(lambda: share.hanging)
    subject.stop(*subject._active._runs)
    waiting.join(10)

    assert "was stopped" in errors[0]


def test_the_end_of_the_server_does_not_wait_for_it(subject, share):
    run = subject.start(command(HANGS))
    going_on = subject.start(command(HANGS, action="reboot", outlives_server=True))
    before = time.monotonic()
    subject.shut_down()

    assert time.monotonic() - before < 5
    assert statuses(run, going_on) == ["stopped", "starting"]
    assert going_on.released.is_set()


##~~ It is busy


def test_it_counts_as_busy(subject, share):
    run = subject.start(command(HANGS, when_busy="refuse"))
    with pytest.raises(Refused) as refused:
        subject.start(command(HANGS, when_busy="refuse"))

    assert refused.value.reason == "busy"
    following = subject.start(command(HANGS, when_busy="queue"))
    assert statuses(run, following) == ["starting", "queued"]


def test_it_can_be_replaced(subject, share):
    one = subject.start(command(HANGS, when_busy="replace"))
    two = subject.start(command("true", when_busy="replace"))

    assert two.finished.wait(10)
    assert statuses(one, two) == ["stopped", "succeeded"]


def test_one_that_was_never_taken_up_can_be_replaced(subject, share, hanging):
    one, two = (subject.start(command("true", when_busy="replace")) for _ in range(2))

    assert statuses(one, two) == ["stopped", "starting"]
    share.answer()
    assert two.finished.wait(10)
    assert two.record().status == "succeeded"
