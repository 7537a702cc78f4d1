"""Answers that are remembered for a moment."""

import itertools

from octoprint_systemcommands.host.remembered import Remembered


def test_it_is_asked_again_when_it_is_old_or_was_forgotten():
    numbers = itertools.count()
    now = 0.0
    subject = Remembered(lambda: next(numbers), seconds=1.0, clock=lambda: now)

    assert [subject(), subject()] == [0, 0]
    now = 0.9
    assert subject() == 0
    now = 1.0
    assert [subject(), subject()] == [1, 1]
    subject.forget()
    assert [subject(), subject()] == [2, 2]


def test_what_is_forgotten_while_it_is_asked_does_not_come_back():
    said = "old"

    def ask():
        nonlocal said
        answer, said = said, "new"
        if answer == "old":
            # somebody else has changed it just after it was read
            subject.forget()
        return answer

    subject = Remembered(ask, seconds=1.0, clock=lambda: 0.0)
    assert [subject(), subject(), subject()] == ["old", "new", "new"]
