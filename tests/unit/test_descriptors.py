"""A server without free file descriptors: what is to be ended is ended all the same."""

import contextlib
import errno
import itertools
import os
import resource
import signal

import pytest
from processes import alive, command

from harness.waiting import wait_until
from octoprint_systemcommands.runs.errors import Busy
from octoprint_systemcommands.runs.processes import descriptors, process_tree
from octoprint_systemcommands.runs.processes.process import Process

# in two sessions, so that it takes a look at all processes to find them
LINE = "sleep 600 & setsid sleep 600 & wait"


def open_descriptors():
    """Their numbers; found without one that is only there to look."""
    return {fd for fd in range(1024) if os.path.exists(f"/proc/self/fd/{fd}")}


@pytest.fixture
def limit():
    """limit(free): leaves this process so many file descriptors."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)

    def limit(free):
        taken = open_descriptors()
        unused = (fd for fd in range(1024) if fd not in taken)
        last = next(itertools.islice(unused, free, None))
        resource.setrlimit(resource.RLIMIT_NOFILE, (last, before[1]))

    yield limit
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.fixture
def take_all():
    """take_all(): whatever is left is in use now."""
    taken = []

    def take_all():
        with contextlib.suppress(OSError):
            while True:
                taken.append(os.dup(0))

    yield take_all
    for fd in taken:
        os.close(fd)


@pytest.fixture
def subject(make_runner, mocker):
    mocker.patch.object(process_tree.end, "__defaults__", (2,))  # the grace
    return make_runner()


def start_as_many_as_possible(subject, line):
    runs = []
    while len(runs) < 50:
        try:
            runs.append(subject.start(command(line, action=str(len(runs)))))
        except Busy:
            return runs
    raise AssertionError("there was always room for one more")


def processes_of(runs):
    wait_until(
        lambda: all(len(process_tree.find(run.id, run.process.pid)) == 3 for run in runs)
    )
    return [p for run in runs for p in process_tree.find(run.id, run.process.pid)]


def test_all_can_be_stopped(subject, limit, take_all):
    assert subject.start(command("true")).finished.wait(20)
    limit(60)
    runs = start_as_many_as_possible(subject, LINE)
    assert len(runs) > 5
    started = processes_of(runs)
    take_all()
    for run in runs:
        assert subject.stop(run.id) is run
    for run in runs:
        assert run.finished.wait(30)
        assert run.record().status == "stopped"
    assert not any(alive(process.pid) for process in started)


def test_a_timeout_and_the_end_of_the_server_come_in_time(subject, limit, take_all):
    limit(60)
    timed = subject.start(command(LINE, timeout=1))
    other = subject.start(command(LINE))
    take_all()
    assert timed.finished.wait(20)
    assert timed.record().status == "timed_out"
    subject.shut_down()
    assert other.record().status == "stopped"


def test_without_any_the_group_is_ended_and_the_rest_when_there_are_some(
    subject, mocker, tmp_path
):
    """Not even the reserve is left, until the first ones have ended."""
    pids = tmp_path / "pids"
    run = subject.start(
        command(
            f"setsid sleep 600 & echo $! > {pids}; sleep 600 & echo $! >> {pids}; wait"
        )
    )
    wait_until(lambda: pids.exists() and len(pids.read_text().split()) == 2)
    outside, inside = map(int, pids.read_text().split())
    look = process_tree.find

    def find(*args):
        if run.returned is None or alive(inside):
            raise OSError(errno.EMFILE, "Too many open files")
        assert alive(outside)
        return look(*args)

    mocker.patch.object(process_tree, "find", find)
    subject.stop(run.id)
    assert run.finished.wait(20)
    assert run.record().exit_code == -signal.SIGTERM
    assert not alive(outside)


def test_nothing_is_started_and_nothing_is_lost(subject, limit):
    wish = command("echo done")
    assert subject.execute(wish).status == "succeeded"
    # Popen needs less at first than it needs in the end
    for free in range(12):
        limit(free)
        before = open_descriptors()
        with pytest.raises(Busy, match="LimitNOFILE"):
            subject.execute(wish)
        with pytest.raises(OSError, match="open files"):
            Process("true")
        assert open_descriptors() == before
    assert not subject._active._runs
    limit(60)
    assert subject.execute(wish).status == "succeeded"


def test_what_was_queued_says_why_it_was_not_started(subject, limit, tmp_path):
    line = f"until [ -e {tmp_path}/go ]; do sleep 0.02; done"
    one, two = (subject.start(command(line, when_busy="queue")) for _ in range(2))
    limit(0)
    (tmp_path / "go").mkdir()  # takes none
    assert two.finished.wait(20)
    assert (one.status, two.status) == ("succeeded", "failed")
    assert "open files" in two.record().hint.values["error"]


def test_the_reserve_is_there_again_after_its_use(take_all, limit):
    reserve = descriptors.Reserve()
    limit(0)
    take_all()
    for _ in range(3):
        with reserve.released():
            for fd in [os.dup(0), os.dup(0)]:
                os.close(fd)
        with pytest.raises(OSError, match="open files"):
            os.dup(0)


def test_what_was_taken_from_the_reserve_comes_back(take_all, limit):
    reserve = descriptors.Reserve()
    limit(0)
    take_all()
    with reserve.released():
        taken = [os.dup(0), os.dup(0), os.dup(0)]
    with reserve.released():
        taken.append(os.dup(0))
        with pytest.raises(OSError, match="open files"):
            os.dup(0)
    for fd in taken:
        os.close(fd)
    with reserve.released():
        pass
    with pytest.raises(OSError, match="open files"):
        os.dup(0)
