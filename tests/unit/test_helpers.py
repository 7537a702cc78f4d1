"""The helpers for other plugins, without a server: limits, codes, and who is told when."""

import threading
from typing import Any

import pytest

from harness.waiting import wait_until
from octoprint_systemcommands.access import Forbidden, FreshCredentialsNeeded
from octoprint_systemcommands.api.error_codes import ErrorCode
from octoprint_systemcommands.commands.definition import Command
from octoprint_systemcommands.runs.outcome import Outcome
from octoprint_systemcommands.runs.record import Status
from octoprint_systemcommands.runs.request import Request
from octoprint_systemcommands.runs.run import Run
from octoprint_systemcommands.triggers import error_codes, helpers
from octoprint_systemcommands.triggers.helpers import Helpers

COMMAND = Command.model_validate({"action": "greet", "command": "true"})


class FakeLauncher:
    """Starts runs that end when the test says so."""

    def __init__(self):
        self.requests = []
        self.runs = []
        self.error: Any = None
        self.on_launch = lambda run: None

    def launch(self, request):
        if self.error is not None:
            raise self.error
        self.requests.append(request)
        run = Run(len(self.runs), Request("custom", COMMAND, request.requester))
        self.runs.append(run)
        self.on_launch(run)
        return run


@pytest.fixture
def launcher():
    return FakeLauncher()


@pytest.fixture
def subject(launcher):
    return Helpers(launcher, lambda source: [], None)


def end(subject, run):
    run.end(Outcome(Status.SUCCEEDED, 0))
    subject.run_changed(run.record())


class Told:
    def __init__(self):
        self.runs = []
        self._told = threading.Semaphore(0)

    def __call__(self, run):
        self.runs.append(run["id"])
        self._told.release()

    def wait(self):
        assert self._told.acquire(timeout=30)
        return self.runs


def test_who_asks_is_a_plugin(subject, launcher):
    answer = subject.run("greet", plugin="caller", confirmed=True, to="on")
    (request,) = launcher.requests
    assert request.requester.is_plugin
    assert request.requester.user is None
    assert (request.confirmed, request.to, request.source) == (True, "on", "custom")
    # nobody has entered a password
    assert not request.has_fresh_credentials
    assert answer["run"]["trigger"] == "plugin"
    assert answer["run"]["application"] == "caller"
    assert not {"is_plugin", "link"} & answer["run"].keys()


def test_the_end_is_told_once(subject, launcher):
    told = Told()
    subject.run("greet", plugin="caller", on_end=told)
    (run,) = launcher.runs
    subject.run_changed(run.record())
    end(subject, run)
    end(subject, run)
    assert told.wait() == [run.id]
    assert subject._awaited == {}


def test_an_end_before_it_is_known_here_is_told_as_well(subject, launcher):
    told = Told()
    launcher.on_launch = lambda run: end(subject, run)
    subject.run("greet", plugin="caller", on_end=told)
    assert told.wait() == [launcher.runs[0].id]
    assert subject._awaited == {}


@pytest.mark.parametrize("error", [RuntimeError("a fault of the caller"), SystemExit()])
def test_ends_are_told_one_after_the_other_whatever_becomes_of_them(
    subject, launcher, error
):
    told = Told()

    def fail(run):
        raise error

    subject.run("greet", plugin="caller", on_end=fail)
    subject.run("greet", plugin="caller", on_end=told)
    for run in launcher.runs:
        end(subject, run)
    assert told.wait() == [launcher.runs[1].id]


def test_there_are_not_more_to_be_told_than_the_limit(subject, launcher, mocker):
    mocker.patch.object(helpers, "MAX_AWAITED", 2)
    for _ in range(2):
        assert subject.run("greet", plugin="caller", on_end=print)["run"]
    answer = subject.run("greet", plugin="caller", on_end=print)
    assert (answer["run"], answer["code"]) == (None, "overloaded")
    # without it there is nothing to keep
    assert subject.run("greet", plugin="caller")["run"]


def test_a_plugin_that_hangs_does_not_fill_the_memory(subject, launcher, mocker):
    mocker.patch.object(helpers, "MAX_AWAITED", 2)
    hangs, go_on = threading.Event(), threading.Event()

    def hang(run):
        hangs.set()
        assert go_on.wait(30)

    told = Told()
    for on_end in (hang, told):
        subject.run("greet", plugin="caller", on_end=on_end)
    for run in launcher.runs:
        end(subject, run)
    assert hangs.wait(30)
    assert subject.run("greet", plugin="caller", on_end=told)["code"] == "overloaded"
    go_on.set()
    assert told.wait() == [launcher.runs[1].id]
    # there is place again as soon as it has been told
    wait_until(lambda: subject.run("greet", plugin="caller", on_end=told)["run"])


def test_a_fault_of_ours_is_none_of_the_callers(subject, launcher, caplog):
    launcher.error = KeyError("oops")
    answer = subject.run("greet", plugin="caller", on_end=print)
    assert (answer["run"], answer["code"]) == (None, "internal_error")
    assert "oops" in caplog.text
    assert subject._awaited == {}


@pytest.mark.parametrize("plugin", ["", None, "a b", "x" * 101, "a\n"])
def test_a_plugin_has_to_say_who_it_is(subject, launcher, plugin):
    assert subject.run("greet", plugin=plugin)["code"] == "bad_request"
    assert launcher.runs == []


def test_codes_are_those_of_the_api():
    codes = {code.code for code in ErrorCode}
    assert {code for _, code in error_codes._CODES} <= codes
    # what is more special comes first
    assert error_codes.code_of(FreshCredentialsNeeded("greet")) == "reauthenticate"
    assert error_codes.code_of(Forbidden("greet")) == "forbidden"
    assert helpers.NOT_READY["code"] not in codes
