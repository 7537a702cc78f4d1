import threading
import time

import pytest
from histories import begin, end
from processes import command

from harness.waiting import wait_until
from octoprint_systemcommands.host.notifier import Notifier
from octoprint_systemcommands.runs.request import Owner, Requester, RuleOrigin
from octoprint_systemcommands.runs.run import Run


class Receiver:
    """Takes down what is pushed and fired, with the time."""

    def __init__(self):
        self.pushes = []
        self.events = []

    def push(self, message):
        self.pushes.append(message)

    def fire(self, event, payload):
        self.events.append((event, payload))


@pytest.fixture
def receiver():
    return Receiver()


@pytest.fixture
def notifier(receiver):
    return Notifier(receiver.push, receiver.fire)


@pytest.fixture
def run():
    return Run(1, command("true")._replace(requester=Requester(user="me")))


def test_start_and_end_are_events(notifier, receiver, run):
    notifier.run_changed(run.record())
    begin(run)
    notifier.run_started(run.record())
    end(run, "failed", 3)
    notifier.run_changed(run.record())

    wait_until(lambda: len(receiver.events) == 2)
    assert [event for event, _ in receiver.events] == ["run_started", "run_finished"]
    (_, started), (_, finished) = receiver.events
    assert started == {
        "id": run.id,
        "action": "test",
        "name": "test",
        "to": None,
        "status": "running",
        "exit_code": None,
        "duration": started["duration"],
        "user": "me",
    }
    assert (finished["status"], finished["exit_code"]) == ("failed", 3)


def test_a_stop_that_is_under_way_is_no_second_start(notifier, receiver, run):
    begin(run)
    notifier.run_started(run.record())
    run.stop_reason = "stopped"
    notifier.run_changed(run.record())

    wait_until(lambda: receiver.pushes)
    assert len(receiver.events) == 1


def test_one_that_never_ran_still_ends(notifier, receiver, run):
    notifier.run_changed(run.record())
    end(run, "stopped", None)
    notifier.run_changed(run.record())

    wait_until(lambda: receiver.pushes)
    assert [event for event, _ in receiver.events] == ["run_finished"]


def test_the_last_state_is_pushed(notifier, receiver, run):
    begin(run)
    notifier.run_changed(run.record())
    for _ in range(1000):
        notifier.output_grew(run)
    end(run)
    notifier.run_changed(run.record())

    def last():
        return receiver.pushes and receiver.pushes[-1]["runs"][-1]["status"]

    wait_until(lambda: last() == "succeeded")
    time.sleep(0.3)
    assert last() == "succeeded"


def test_pushes_are_few_however_much_happens(notifier, receiver):
    runs = [Run(number, command("true")) for number in range(50)]
    ended = threading.Event()

    def be_busy():
        while not ended.is_set():
            for run in runs:
                notifier.output_grew(run)

    busy = threading.Thread(target=be_busy)
    before = time.monotonic()
    busy.start()
    wait_until(lambda: len(receiver.pushes) >= 5)
    ended.set()
    busy.join()

    assert len(receiver.pushes) <= 10 * (time.monotonic() - before) + 1
    assert all(len(message["runs"]) <= 50 for message in receiver.pushes)


def test_a_single_change_is_pushed_soon(notifier, receiver, run):
    notifier.run_changed(run.record())
    wait_until(lambda: receiver.pushes)

    assert receiver.pushes[0] == {
        "type": "runs",
        "runs": [{"id": run.id, "status": "queued"}],
    }


def test_a_push_that_fails_is_not_the_last(receiver, run):
    failures = [RuntimeError("no")]

    def push(message):
        if failures:
            raise failures.pop()
        receiver.push(message)

    notifier = Notifier(push, receiver.fire)
    notifier.run_changed(run.record())
    wait_until(lambda: not failures)
    notifier.history_cleared()

    wait_until(lambda: receiver.pushes)
    assert receiver.pushes[0] == {"type": "cleared"}


def test_what_cannot_be_told_at_the_end_does_not_keep_the_rest_from_ending(
    receiver, run, mocker
):
    mocker.patch.object(receiver, "push", side_effect=OSError("no socket"))
    notifier = Notifier(receiver.push, receiver.fire)
    notifier.run_changed(run.record())
    notifier.close()


def test_it_is_known_whose_the_runs_of_events_are(notifier, run):
    assert notifier.whose(run.id) == (None, False)
    notifier.run_started(run.record())
    assert notifier.whose(run.id) == (Owner("me"), False)


def test_whose_they_are_is_not_known_forever(notifier, run):
    record = run.record()
    for number in range(5000):
        notifier.run_started(record._replace(id=f"{number}"))
    assert len(notifier._owners) <= 1000
    assert notifier.whose("4999") == (Owner("me"), False)


def test_nor_that_a_rule_has_begun_them(notifier, run):
    rule = RuleOrigin("off", "Switch off")
    notifier.run_started(run.record()._replace(user=None, rule=rule))
    assert notifier.whose(run.id) == (None, True)
