"""One list of codes: in the module, in the API's description and in docs/api.md."""

import re
from pathlib import Path

import flask
import pytest
from flask_babel import Babel
from processes import command
from werkzeug.exceptions import HTTPException, TooManyRequests

from octoprint_systemcommands.access import Forbidden, FreshCredentialsNeeded
from octoprint_systemcommands.api.error_codes import ErrorCode, of_reason, of_status
from octoprint_systemcommands.api.errors import errors_of_commands, of_http_exception
from octoprint_systemcommands.api.openapi import describe
from octoprint_systemcommands.cli import server as cli
from octoprint_systemcommands.commands.arguments.values import ValueProblem, WrongValues
from octoprint_systemcommands.commands.catalogue import (
    NotExecutable,
    UnknownAction,
    UnknownSource,
)
from octoprint_systemcommands.commands.toggles import WrongTo
from octoprint_systemcommands.messages import Message
from octoprint_systemcommands.runs import guards
from octoprint_systemcommands.runs.errors import (
    Busy,
    CommandError,
    Failed,
    NoCommandLine,
    NotAllowed,
    NotStarted,
    Refused,
)
from octoprint_systemcommands.triggers.error_codes import code_of
from octoprint_systemcommands.triggers.mqtt.replies import refusal

DOCS = Path(__file__).resolve().parents[2] / "docs" / "api.md"
CODES = {code.code for code in ErrorCode}


def test_each_code_is_there_once():
    assert len(CODES) == len(ErrorCode)


def test_the_description_of_the_api_lists_them():
    schemas = describe("", "")["components"]["schemas"]

    assert schemas["ErrorCode"]["enum"] == [code.code for code in ErrorCode]


def test_every_error_of_the_description_has_one():
    for name, schema in describe("", "")["components"]["schemas"].items():
        if "error" in schema.get("required", ()):
            assert "code" in schema["required"], name
            assert schema["properties"]["code"]["$ref"].endswith("/ErrorCode"), name


def test_the_documentation_lists_them_with_their_statuses():
    rows = re.findall(r"^\| (\d{3}) \| (`.*?) \|", DOCS.read_text("utf-8"), re.M)
    listed = {
        code: int(status) for status, codes in rows for code in re.findall(r"\w+", codes)
    }

    assert listed == {code.code: code.status for code in ErrorCode}


REASONS = ["busy", *guards.REASONS]


@pytest.mark.parametrize("reason", REASONS)
def test_each_refusal_has_one(reason):
    code = of_reason(reason)

    assert (code.code, code.status) == (reason, 409)


def test_each_reason_is_described_and_means_not_now():
    schemas = describe("", "")["components"]["schemas"]
    assert schemas["Conflict"]["properties"]["reason"]["enum"] == REASONS
    assert {*REASONS, "overloaded"} == set(cli._NOT_NOW)


ERRORS = [
    Forbidden("a"),
    FreshCredentialsNeeded("a"),
    UnknownSource("a"),
    UnknownAction("a"),
    NotExecutable("a"),
    NotExecutable("a", is_status=True),
    WrongTo("a"),
    WrongValues([ValueProblem("a", Message("is wrong"))]),
    Busy("a"),
    NoCommandLine("a"),
    Failed("a"),
    CommandError("a"),
    *(Refused("a", reason) for reason in REASONS),
    NotAllowed("a"),
]


def code_in_the_api(error):
    @errors_of_commands
    def view():
        raise error

    app = flask.Flask(__name__)
    Babel(app)
    with app.test_request_context():
        try:
            return view().get_json()["code"]
        except HTTPException as aborted:
            return of_http_exception(aborted).get_json()["code"]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_whoever_hears_of_it_without_http_gets_the_same_one(error):
    code = code_in_the_api(error)
    assert code_of(error) == code
    assert refusal(error).code == code


def test_what_was_not_started_is_told_from_what_has_failed(make_runner, mocker):
    mocker.patch(
        "octoprint_systemcommands.api.errors.sees_definitions", return_value=True
    )
    runner = make_runner()
    request = command("true", working_directory="/no/such/folder")
    with pytest.raises(NotStarted) as raised:
        runner.execute(request)
    code = code_in_the_api(raised.value)
    assert code == code_of(raised.value) == refusal(raised.value).code == "not_started"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "bad_request"),
        (401, "forbidden"),
        (403, "forbidden"),
        (404, "not_found"),
        (405, "bad_request"),
        (413, "bad_request"),
        (500, "internal_error"),
        (502, "internal_error"),
        (503, "overloaded"),
    ],
)
def test_what_is_only_known_by_its_status_has_one(status, code):
    with pytest.raises(HTTPException) as caught:
        flask.abort(status)
    assert of_status(caught.value.code).code == code


def test_what_else_an_aborted_request_says_is_kept():
    with flask.Flask(__name__).test_request_context():
        answer = of_http_exception(TooManyRequests(retry_after=7))
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "7"
    assert answer.headers.getlist("Content-Type") == ["application/json"]
    assert set(answer.get_json()) == {"error", "code"}
