"""How runs end: one outcome each, whatever it was."""

import json

import pytest
from histories import NoProcess
from processes import command

from octoprint_systemcommands.commands.problems import CannotRun
from octoprint_systemcommands.runs.errors import Refused, outcome_without_process
from octoprint_systemcommands.runs.failure_hints import hints
from octoprint_systemcommands.runs.failure_hints.hints import Hint
from octoprint_systemcommands.runs.outcome import Outcome, of_end, of_stop
from octoprint_systemcommands.runs.record import STATUSES, Status
from octoprint_systemcommands.runs.run import Run


def test_of_a_success_no_reason_is_looked_for():
    assert of_end(0, pytest.fail) == Outcome(Status.SUCCEEDED, 0)


@pytest.mark.parametrize("hint", [None, Hint(hints.NOT_FOUND, {"program": "x"})])
def test_of_a_failure_there_may_be_a_reason(hint):
    assert of_end(3, lambda: hint) == Outcome(Status.FAILED, 3, hint)


@pytest.mark.parametrize("exit_code", [None, 0, -15])
def test_what_was_stopped_was_stopped_however_it_ended(exit_code):
    assert of_stop(Status.STOPPED, 60, exit_code) == Outcome(Status.STOPPED, exit_code)


@pytest.mark.parametrize("exit_code", [None, 0, -15])
def test_of_a_timeout_it_is_said_how_long(exit_code):
    assert of_stop(Status.TIMED_OUT, 1.5, exit_code) == Outcome(
        Status.TIMED_OUT, exit_code, Hint(hints.TIMED_OUT, {"seconds": "1.5"})
    )


def test_what_could_not_be_started_says_why():
    def outcome_of(error):
        return outcome_without_process(Run(1, command("true")), error)

    assert outcome_of(OSError("no memory")) == Outcome(
        Status.FAILED, None, Hint(hints.NOT_STARTED, {"error": "no memory"})
    )
    assert outcome_of(CannotRun("No %(what)s", what="shell")).hint == Hint(
        hints.NOT_STARTED,
        {"error": "No shell", "text": "No %(what)s", "what": "shell"},
    )
    refusal = Refused("Not %(name)s", "busy", name="now")
    assert outcome_of(refusal) == Outcome(
        Status.FAILED,
        None,
        Hint(hints.REFUSED, {"text": "Not %(name)s", "name": "now"}),
        refusal,
    )


def test_a_run_has_what_its_outcome_has():
    run = Run(1, command("true"))
    run.take_turn()
    run.begin(NoProcess())
    assert (run.status, run.exit_code, run.hint, run.refusal) == ("running", *[None] * 3)

    run.end(Outcome(Status.FAILED, 3, Hint(hints.TIMED_OUT)))
    record = run.record()
    assert (record.status, record.exit_code, record.hint) == (
        "failed",
        3,
        Hint(hints.TIMED_OUT),
    )
    assert not run.finished.is_set()
    run.wake()
    assert run.begun.is_set()
    assert run.finished.is_set()
    assert run.released.is_set()


def test_states_are_texts_everywhere():
    for status in Status:
        assert f"{status}" == str(status) == status.value
        assert json.dumps(status) == f'"{status.value}"'
        assert {status.value: 1}[status] == 1
    assert "starting" in STATUSES
