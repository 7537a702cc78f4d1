"""What schemathesis has to know about this server; loaded by its own process.

It makes up definitions, which are command lines, and has the server run them. None is sent
that `openapi_world` does not know to be harmless.
"""

import os

import requests
import schemathesis
from openapi_world import (
    COMMANDS,
    CURRENT,
    FINISHED,
    RULES,
    RUNNING,
    ensure_harmless,
    with_harmless_lines,
)

SAVE = ("PUT /api/definitions", "PUT /api/rules")
MAY_FAIL = (
    "POST /api/system",
    "POST /api/system/commands/{source}/{action}",
    "POST /api/runs",
    "POST /api/runs/{run_id}/now",
    "POST /api/definitions/test",
    "POST /api/rules/try",
)


##~~ What there is on the server


class Server:
    """The server as the administrator sees it, to look things up and put them back."""

    def __init__(self):
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["X-Api-Key"] = os.environ["SYSTEMCOMMANDS_KEY"]
        self._url = os.environ["SYSTEMCOMMANDS_URL"]
        self._finished = None
        self.restore()

    def _ask(self, method, path, **kwargs):
        return self._session.request(method, self._url + path, timeout=20, **kwargs)

    def etag(self, what):
        return self._ask("GET", f"/api/{what}").headers["ETag"]

    def restore(self):
        for what, entries in (("definitions", COMMANDS), ("rules", RULES)):
            self._ask(
                "PUT",
                f"/api/{what}",
                json={what: entries},
                headers={"If-Match": self.etag(what)},
            ).raise_for_status()

    def finished(self):
        """The id of a run that has ended."""
        if (
            self._finished is None
            or not self._ask("GET", f"/api/runs/{self._finished}").ok
        ):
            self._ask("POST", "/api/system/commands/custom/hello").raise_for_status()
            listed = self._ask("GET", "/api/runs?action=hello&limit=1").json()
            self._finished = listed["runs"][0]["id"]
        return self._finished

    def running(self):
        """The id of a run that goes on for as long as nobody stops it."""
        body = {"source": "custom", "action": "slow"}
        response = self._ask("POST", "/api/runs", json=body)
        if response.status_code == 409:
            response = self._ask("GET", "/api/runs?action=slow&status=running")
            return response.json()["runs"][0]["id"]
        return response.json()["id"]


##~~ What is sent


_server = Server()
_send = requests.Session.send


def _prepare_and_send(session, request, **kwargs):
    # the last place that everything has to pass
    ensure_harmless(request.body)
    for stand_in, look_up in ((FINISHED, _server.finished), (RUNNING, _server.running)):
        if stand_in in request.url:
            request.url = request.url.replace(stand_in, look_up())
    if request.headers.get("If-Match") == CURRENT:
        request.headers["If-Match"] = _server.etag(request.url.rsplit("/", 1)[-1])
    return _send(session, request, **kwargs)


requests.Session.send = _prepare_and_send


@schemathesis.hook
def filter_query(context, query):
    # what is empty counts as not given, which a schema cannot say
    return query is None or "" not in query.values()


@schemathesis.hook
def before_call(context, case, **kwargs):
    body = with_harmless_lines(case.body)
    if body != case.body:
        case.body = body


@schemathesis.hook
def after_call(context, case, response):
    if case.operation.label in SAVE and response.status_code == 200:
        _server.restore()


##~~ What is expected


@schemathesis.check
def server_errors(ctx, response, case):
    """The server has no errors of its own: only those of commands, as the contract asks."""
    if response.status_code < 500:
        return
    error = response.json()["error"]
    assert case.operation.label in MAY_FAIL, error
    assert error.startswith("Command for "), error


@schemathesis.check
def errors_are_told(ctx, response, case):
    """Errors are JSON and say what is wrong, except for what never reaches the plugin."""
    sent = response.request
    form = sent.headers.get("Content-Type", "").startswith("multipart/")
    if response.status_code < 400 or form or sent.method in ("TRACE", "QUERY"):
        return
    assert response.headers["content-type"] == ["application/json"], response.text
    assert response.json()["error"]


@schemathesis.check
def those_without_rights_get_nothing(ctx, response, case):
    """403; without API key, a missing CSRF token is noticed first."""
    who = os.environ.get("SYSTEMCOMMANDS_WHO")
    method = response.request.method
    if who is None or response.status_code in (403, 404, 405) or method == "OPTIONS":
        return
    if who == "anonymous":
        assert response.status_code == 400, response.status_code
        assert "CSRF" in response.text
    else:
        # these are for everybody who has logged in
        open_to_all = ("/api/openapi.json", "/api/menu", "/api/states")
        assert case.operation.path in open_to_all
        assert method in ("GET", "HEAD")
