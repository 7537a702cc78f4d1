"""The watcher with real processes, and with a clock that says what their output costs."""

import contextlib
import itertools
import os
import signal
import threading
import time
from types import SimpleNamespace

import psutil
import pytest

from harness.waiting import wait_until
from octoprint_systemcommands.runs.processes import watcher
from octoprint_systemcommands.runs.processes.pace import PrintersFirst
from octoprint_systemcommands.runs.processes.process import Process, unread
from octoprint_systemcommands.runs.processes.watched import READ_SIZE
from octoprint_systemcommands.runs.processes.watcher import Watcher

# more than masking takes in the worst case, in seconds a byte
COST = 2e-6


class Clock:
    """Stands in for the module `time`: work takes as long as it is said to."""

    def __init__(self):
        self.spent = 0.0
        self.pauses = []

    def thread_time(self):
        return self.spent

    def monotonic(self):
        # what is waited for and what is worked on, both
        return self.spent + sum(self.pauses)

    def sleep(self, seconds):
        self.pauses.append(seconds)
        # so that there is something to read again
        time.sleep(0.001)


class Expensive:
    """Stands in for a `Capture` of which each byte takes long."""

    def __init__(self, clock, cost=COST):
        self._clock = clock
        self._cost = cost
        self.sizes = []
        self.meanwhile = lambda: None

    def write(self, stream, data):
        self.meanwhile()
        self._clock.spent += len(data) * self._cost
        self.sizes.append(len(data))


@pytest.fixture
def clock(mocker):
    clock = Clock()
    mocker.patch.object(watcher, "time", clock)
    return clock


@pytest.fixture
def make_watcher():
    """make_watcher(is_printing): its rounds are made by the test, see `rounds`."""
    watchers = []

    def make_watcher(is_printing):
        watchers.append(Watcher(PrintersFirst(lambda: is_printing)))
        return watchers[-1]

    yield make_watcher
    for one in watchers:
        one._selector.close()
        os.close(one._wake_read)
        os.close(one._wake_write)


@pytest.fixture
def start():
    """start(subject, command line, capture): has a process watched; its `ended` is set."""
    processes = []

    def start(subject, line, capture, process=None):
        process = process or Process(line)
        processes.append(process)
        run = SimpleNamespace(process=process, capture=capture, ended=threading.Event())

        def on_end(code):
            run.ended_at = watcher.time.monotonic()
            run.ended.set()

        subject.watch(process, capture, lambda: None, on_end)
        return run

    yield start
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process._popen.wait(30)
        process.close_pidfd()
        for fd in list(process.outputs):
            process.close_output(fd)


def has_ended(process):
    return psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE


def rounds(subject, until):
    """What its thread does, until something is so."""
    for _ in range(20_000):
        if until():
            return
        subject._one_round()
    raise AssertionError("it did not happen")


@pytest.mark.parametrize("is_printing", [True, False])
@pytest.mark.parametrize("number", [1, 6])
def test_no_run_delays_the_end_of_another(
    clock, make_watcher, start, is_printing, number
):
    subject = make_watcher(is_printing)
    floods = [start(subject, "exec yes", Expensive(clock)) for _ in range(number)]
    rounds(subject, lambda: all(len(flood.capture.sizes) > 5 for flood in floods))

    for flood in floods * 3:
        process = Process("echo something")
        wait_until(lambda process=process: has_ended(process))
        begun = []

        def begin(flood=flood, process=process, begun=begun):
            # in the middle of a round, which is the worst moment
            flood.capture.meanwhile = lambda: None
            begun.append(clock.monotonic())
            begun.append(start(subject, "", Expensive(clock), process))

        flood.capture.meanwhile = begin
        rounds(subject, lambda begun=begun: begun)
        before, run = begun
        rounds(subject, run.ended.is_set)
        assert run.capture.sizes == [len("something\n")]
        assert run.ended_at - before < 0.1


def test_all_have_their_turn(clock, make_watcher, start):
    subject = make_watcher(True)
    floods = [start(subject, "exec yes", Expensive(clock)) for _ in range(10)]
    rounds(subject, lambda: all(flood.capture.sizes for flood in floods))
    for flood in floods:
        flood.capture.sizes.clear()
    rounds(subject, lambda: all(len(flood.capture.sizes) > 10 for flood in floods))

    numbers = [len(flood.capture.sizes) for flood in floods]
    assert max(numbers) <= 2 * min(numbers)


@pytest.mark.parametrize("costs", [[COST], [COST] * 8, [COST, COST / 10, COST / 100]])
def test_while_printing_all_of_them_take_a_tenth_of_the_time(
    clock, make_watcher, start, costs
):
    subject = make_watcher(True)
    floods = [start(subject, "exec yes", Expensive(clock, cost)) for cost in costs]
    rounds(subject, lambda: all(len(flood.capture.sizes) > 5 for flood in floods))

    spent, paused = clock.spent, len(clock.pauses)
    rounds(subject, lambda: len(clock.pauses) > paused + 100)
    share = (clock.spent - spent) / sum(clock.pauses[paused:])
    # a little more if there are many of the worst
    assert share < 0.15


@pytest.mark.parametrize("is_printing", [True, False])
def test_what_was_written_before_the_end_is_read(
    clock, make_watcher, start, is_printing, tmp_path
):
    """However long it takes, and without what others write to the same pipe afterwards."""
    subject = make_watcher(is_printing)
    process = Process(
        "exec 2>&1; head -c 60000 /dev/zero; echo last; "
        f"(until [ -e {tmp_path}/go ]; do sleep 0.02; done; exec yes) & exit 0"
    )
    wait_until(lambda: has_ended(process))
    run = start(subject, "", Expensive(clock), process)
    rounds(subject, lambda: run.capture.sizes)
    (tmp_path / "go").touch()
    wait_until(lambda: unread(next(iter(process.outputs))) > 60000)
    rounds(subject, run.ended.is_set)
    assert sum(run.capture.sizes) == 60005
    assert max(run.capture.sizes[1:]) <= 4096


def test_those_whose_output_is_cheap_are_read_in_large_pieces(make_watcher, start):
    subject = make_watcher(False)
    capture = Expensive(Clock())
    run = start(subject, "head -c 50000000 /dev/zero", capture)
    rounds(subject, run.ended.is_set)
    assert sum(capture.sizes) == 50_000_000
    assert max(capture.sizes) > 256 * 1024


def test_an_error_with_one_is_no_error_of_others(clock, make_watcher, start, caplog):
    subject = make_watcher(False)

    def fail():
        raise ValueError("broken")

    broken = start(subject, "while echo x; do sleep 0.01; done", Expensive(clock))
    broken.capture.meanwhile = fail
    rounds(subject, lambda: "Error with the output of a running command" in caplog.text)
    for _ in range(3):
        before = clock.monotonic()
        run = start(subject, "echo something", Expensive(clock))
        wait_until(lambda run=run: has_ended(run.process))
        rounds(subject, run.ended.is_set)
        assert run.capture.sizes == [len("something\n")]
        assert run.ended_at - before < 0.1


def left_behind(subject, start, ended, first="", **fields):
    """A process that has ended, and something in the background that holds its outputs."""
    line = f"({first} exec sleep 600) &"
    run = start(subject, line, Expensive(Clock()), Process(line, **fields))
    wait_until(lambda: has_ended(run.process))
    if ended:
        rounds(subject, run.ended.is_set)
    return run


def test_what_was_given_up_in_a_round_is_not_read_in_it(make_watcher, start, tmp_path):
    subject = make_watcher(False)
    subject._orphans.most = 3
    noise = f"until [ -e {tmp_path}/go ]; do sleep 0.02; done; echo noise;"
    old = left_behind(subject, start, True, noise)
    fd = next(iter(old.process.outputs))
    new = left_behind(subject, start, False)
    (tmp_path / "go").touch()
    wait_until(lambda: unread(fd))
    subject._new[0].on_end = lambda code: (new.ended.set(), os.dup2(theirs, fd))
    theirs, write = os.pipe()
    os.set_blocking(theirs, False)
    try:
        os.write(write, b"somebody else's")
        # it hears of the noise, and of the end that makes it give up the oldest
        subject._one_round()
        assert new.ended.is_set()
        assert not old.process.outputs
        assert os.read(fd, 100) == b"somebody else's"
        # to give it up again does no harm, whoever has it now
        old.process.close_output(fd)
        os.fstat(fd)
    finally:
        for one in (theirs, write, fd):
            os.close(one)


def test_whose_outputs_are_given_up_goes_on_if_it_outlives_the_server(
    make_watcher, start, tmp_path
):
    subject = make_watcher(False)
    # so that it is enough to give up one of the two
    subject._orphans.most = 3
    flood = "head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2;"
    old = left_behind(
        subject,
        start,
        True,
        f"until [ -e {tmp_path}/go ]; do sleep 0.02; done; {flood} touch {tmp_path}/done;",
        outlives_server=True,
    )
    assert len(old.process.outputs) == 2
    left_behind(subject, start, True)
    assert not old.process.outputs
    (tmp_path / "go").touch()
    wait_until((tmp_path / "done").exists)


class Written:
    """Stands in for a `Capture`; remembers what came from which stream, in its order."""

    def __init__(self):
        self.parts = []

    def write(self, stream, data):
        self.parts.append((stream, bytes(data)))

    def of(self, stream):
        return b"".join(data for name, data in self.parts if name == stream)

    @property
    def order(self):
        return [name for name, _ in itertools.groupby(name for name, _ in self.parts)]


@pytest.mark.parametrize("has_ended_before", [True, False])
def test_an_error_follows_what_led_to_it(make_watcher, start, has_ended_before):
    """All of it is in the pipes before any is read, and is more than is read at a time."""
    subject = make_watcher(False)
    capture = Written()
    process = Process(
        "seq 5000; echo no relay >&2" + ("" if has_ended_before else "; sleep 60")
    )
    wait_until(lambda: all(unread(fd) for fd in process.outputs))
    if has_ended_before:
        wait_until(lambda: has_ended(process))

    start(subject, "", capture, process)
    rounds(subject, lambda: capture.of("stderr"))

    assert capture.order == ["stdout", "stderr"]
    assert capture.of("stdout").endswith(b"\n5000\n")
    assert capture.of("stderr") == b"no relay\n"


def test_a_flood_keeps_no_error_back(make_watcher, start):
    subject = make_watcher(False)
    capture = Written()
    start(subject, "yes & echo no relay >&2; wait", capture)

    rounds(subject, lambda: capture.of("stderr"))

    assert capture.of("stderr") == b"no relay\n"
    # what one pipe holds at most, and what is read at a time
    assert len(capture.of("stdout")) <= 3 * READ_SIZE


def test_what_goes_on_writing_keeps_no_error_back(make_watcher, start):
    """The run has ended, and what it left behind fills the pipe of stdout."""
    subject = make_watcher(False)
    capture = Written()
    process = Process("yes & echo no relay >&2")
    wait_until(lambda: has_ended(process))

    run = start(subject, "", capture, process)
    rounds(subject, run.ended.is_set)

    assert capture.of("stderr") == b"no relay\n"
