"""The threads that start commands."""

import threading

import pytest

from harness.waiting import wait_until
from octoprint_systemcommands.runs import starters
from octoprint_systemcommands.runs.starters import Starters


@pytest.fixture
def subject():
    return Starters(most=2, idle=0.2)


class Gate:
    """What is to be started, and hangs."""

    def __init__(self):
        self.entered = threading.Event()
        self.opened = threading.Event()

    def __call__(self):
        self.entered.set()
        assert self.opened.wait(30)


def test_calls_elsewhere(subject):
    called = []
    done = threading.Event()
    subject.hand_over(
        "a", lambda: (called.append(threading.current_thread()), done.set())
    )

    assert done.wait(10)
    assert called != [threading.current_thread()]
    assert called[0].daemon


def test_a_thread_that_waits_is_used_again(subject):
    used = set()
    for number in range(20):
        done = threading.Event()

        def start(done=done):
            used.add(threading.get_ident())
            done.set()

        subject.hand_over(str(number), start)
        assert done.wait(10)
        wait_until(lambda: subject._idle)

    assert len(used) <= 2


def test_there_are_no_more_than_may_be(subject):
    gates = [Gate() for _ in range(3)]
    for number, gate in enumerate(gates):
        subject.hand_over(str(number), gate)
    assert gates[0].entered.wait(10)
    assert gates[1].entered.wait(10)

    assert subject._threads == 2
    assert not gates[2].entered.is_set()
    gates[0].opened.set()
    assert gates[2].entered.wait(10)
    for gate in gates:
        gate.opened.set()


def test_one_that_hangs_does_not_hold_the_next(subject):
    gate, done = Gate(), threading.Event()
    subject.hand_over("hangs", gate)
    assert gate.entered.wait(10)
    subject.hand_over("next", done.set)

    assert done.wait(10)
    gate.opened.set()


def test_what_waits_can_be_withdrawn(subject):
    gates = [Gate() for _ in range(2)]
    for number, gate in enumerate(gates):
        subject.hand_over(str(number), gate)
        assert gate.entered.wait(10)
    called = []
    subject.hand_over("later", lambda: called.append(1))

    assert subject.withdraw("later")
    assert not subject.withdraw("later")
    # these are under way
    assert not subject.withdraw("0")
    done = threading.Event()
    subject.hand_over("last", done.set)
    for gate in gates:
        gate.opened.set()
    assert done.wait(10)
    assert called == []


def test_an_error_does_not_end_them(subject, caplog):
    done = threading.Event()
    subject.hand_over("fails", lambda: 1 / 0)
    wait_until(lambda: "Error while starting a command" in caplog.text)
    subject.hand_over("next", done.set)

    assert done.wait(10)


def test_who_has_nothing_to_do_goes(subject):
    done = threading.Event()
    subject.hand_over("a", done.set)
    assert done.wait(10)

    wait_until(lambda: subject._threads == 0)
    again = threading.Event()
    subject.hand_over("b", again.set)
    assert again.wait(10)


def test_without_any_thread_it_is_an_error(subject, mocker):
    start = mocker.patch.object(
        starters.threading.Thread, "start", side_effect=RuntimeError("can't start thread")
    )
    called = []
    with pytest.raises(RuntimeError):
        subject.hand_over("a", lambda: called.append(1))
    mocker.stop(start)
    done = threading.Event()
    subject.hand_over("b", done.set)

    assert done.wait(10)
    assert called == []


def test_without_another_thread_it_waits_for_those_that_are_there(subject, mocker):
    gate, done = Gate(), threading.Event()
    subject.hand_over("hangs", gate)
    assert gate.entered.wait(10)
    start = mocker.patch.object(
        starters.threading.Thread, "start", side_effect=RuntimeError("can't start thread")
    )
    subject.hand_over("next", done.set)
    mocker.stop(start)

    assert not done.is_set()
    gate.opened.set()
    assert done.wait(10)
