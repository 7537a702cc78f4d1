import threading
import time

import pytest

from harness.waiting import wait_until
from octoprint_systemcommands.host.state_pushes import StatePushes


class Receiver:
    def __init__(self):
        self.states = []
        self.go_on = threading.Event()
        self.go_on.set()

    def push(self, message):
        self.go_on.wait(30)
        assert set(message) == {"type", "states"}
        assert message["type"] == "states"
        # who may see one need not be allowed to see another
        (state,) = message["states"]
        self.states.append(state)


@pytest.fixture
def receiver():
    return Receiver()


def state(action, now="on"):
    return {"action": action, "state": now}


def test_a_change_is_pushed_soon(receiver):
    StatePushes(receiver.push).changed(state("light"))

    wait_until(lambda: receiver.states == [state("light")], timeout=1)


def test_one_message_each_and_ten_a_second(receiver):
    subject = StatePushes(receiver.push)
    began = time.monotonic()
    for number in range(6):
        subject.changed(state(str(number)))
    wait_until(lambda: len(receiver.states) == 6)

    assert time.monotonic() - began >= 0.5
    assert [one["action"] for one in receiver.states] == list("012345")


def test_the_latest_is_the_last_and_nothing_piles_up(receiver):
    subject = StatePushes(receiver.push)
    receiver.go_on.clear()
    for number in range(5000):
        subject.changed(state("light", number))
        subject.changed(state("fan", number))
    assert len(subject._changed) <= 2
    receiver.go_on.set()
    wait_until(lambda: {"light", "fan"} == {s["action"] for s in receiver.states[-2:]})
    wait_until(lambda: all(s["state"] == 4999 for s in receiver.states[-2:]))

    assert len(receiver.states) <= 4


def test_who_changes_all_the_time_keeps_nobody_from_being_told(receiver):
    subject = StatePushes(receiver.push)
    subject.changed(state("light"))
    wait_until(lambda: receiver.states)
    subject.changed(state("fan"))
    for _ in range(100):
        subject.changed(state("light", "off"))
    wait_until(lambda: len(receiver.states) == 3)

    assert receiver.states[1] == state("fan")


def test_a_push_that_fails_is_not_the_last(receiver):
    failures = [RuntimeError("no")]

    def push(message):
        if failures:
            raise failures.pop()
        receiver.push(message)

    subject = StatePushes(push)
    subject.changed(state("light"))
    wait_until(lambda: not failures)
    subject.changed(state("fan"))

    wait_until(lambda: receiver.states == [state("fan")])
