"""A toggle on its way, on a clock that the tests set."""

import pytest

from octoprint_systemcommands.states.switching import Switching


@pytest.fixture
def subject():
    return Switching()


def test_from_the_start_of_the_run_until_the_state_agrees(subject):
    assert subject.to(0) is None
    subject.begin("1", "on")
    subject.begin("1", "on")
    assert subject.to(1) == subject.running_to == "on"
    subject.answer("off", 1)
    assert subject.to(2) == "on"
    assert subject.end("1", True, 2)
    assert (subject.to(2), subject.running_to) == ("on", None)
    subject.answer("off", 3)
    assert subject.to(3) == "on"
    subject.answer("on", 4)
    assert subject.to(4) is None
    assert subject.until(4) is None


def test_for_ten_seconds_at_most(subject):
    subject.begin("1", "off")
    subject.end("1", True, 100)
    subject.answer("on", 101)

    assert subject.until(109.9) == 110
    assert subject.to(109.9) == "off"
    assert subject.to(110) is None
    assert subject.until(110) is None


def test_the_truth_may_come_while_it_runs(subject):
    subject.begin("1", "on")
    subject.answer("on", 1)
    assert subject.to(2) is None
    subject.end("1", True, 3)
    assert subject.to(3) is None


def test_after_a_failure_the_next_answer_counts(subject):
    subject.begin("1", "on")
    subject.end("1", False, 5)
    # asked before the end of the run
    subject.answer("unknown", 4.9)
    assert subject.to(6) == "on"
    subject.answer("off", 5.1)
    assert subject.to(6) is None


def test_the_last_of_two_counts(subject):
    subject.begin("1", "on")
    subject.begin("2", "off")
    assert subject.end("1", False, 1)
    assert subject.to(1) == "off"
    subject.end("2", True, 2)
    subject.answer("on", 2)
    assert subject.to(2) == "off"
    subject.answer("off", 2.5)
    assert subject.to(3) is None


def test_a_run_that_has_not_begun_switches_nothing(subject):
    assert not subject.end("1", False, 1)
    assert subject.to(1) is None
    assert subject.until(1) is None


def test_another_one_begins_before_the_first_has_settled(subject):
    subject.begin("1", "on")
    subject.end("1", True, 1)
    subject.begin("2", "off")

    assert subject.to(2) == "off"
    assert subject.until(2) is None
