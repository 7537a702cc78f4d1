"""Several threads that want the same, with the gap between looking and doing held open."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from processes import command

from octoprint_systemcommands.runs.errors import Busy, Refused

MANY = 4


class Slow(dict):
    """The runs that are going on, to somebody who takes a long look at them."""

    def values(self):
        found = list(super().values())
        time.sleep(0.05)
        return found

    def __len__(self):
        number = super().__len__()
        time.sleep(0.05)
        return number


def at_once(subject, line, **fields):
    """Starts a command by several threads; the runs, and the errors."""
    gate = threading.Barrier(MANY)

    def start(_):
        gate.wait(30)
        try:
            return subject.start(command(line, **fields))
        except (Busy, Refused) as error:
            return error

    with ThreadPoolExecutor(MANY) as pool:
        results = list(pool.map(start, range(MANY)))
    errors = [result for result in results if isinstance(result, Exception)]
    return [result for result in results if result not in errors], errors


@pytest.fixture
def subject(make_runner):
    runner = make_runner()
    runner._active._runs = Slow()
    return runner


def test_one_is_started_if_the_others_are_refused(subject):
    runs, errors = at_once(subject, "sleep 60", when_busy="refuse")
    assert len(runs) == 1
    assert [error.reason for error in errors] == ["busy"] * (MANY - 1)


def test_one_at_a_time_if_they_queue(subject):
    runs, errors = at_once(subject, "sleep 60", when_busy="queue")
    assert errors == []
    assert sorted(run.status for run in runs) == ["queued"] * (MANY - 1) + ["running"]


def test_no_more_than_the_server_can_bear(subject, mocker):
    mocker.patch("octoprint_systemcommands.runs.queue.MAX_ACTIVE", 2)
    runs, errors = at_once(subject, "sleep 60")
    assert len(runs) == 2
    assert len(errors) == MANY - 2
