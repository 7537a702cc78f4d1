"""What the server tells without being asked: pushed messages and OctoPrint events."""

import json

import pytest

from harness.push_client import PushClient

COMMANDS = [
    {"action": "quick", "name": "Quick", "command": "echo s3cret output"},
    {"action": "chatty", "command": "timeout 2 yes s3cret", "ignore": True},
    {"action": "fail", "name": "Fail", "command": "echo s3cret; exit 4"},
]
API = "/plugin/systemcommands/api/runs"
DEFINITIONS = "/plugin/systemcommands/api/definitions"


@pytest.fixture
def connect(octoprint):
    sockets = []

    def connect(client=None):
        sockets.append(PushClient(octoprint, client))
        if client is not None:
            sockets[-1].wait_until_told()
        return sockets[-1]

    yield connect
    for socket in sockets:
        socket.close()


def is_end_of(run):
    """What ran before may be told of as well."""

    def is_end(message):
        kind, data = message
        return kind == "plugin_systemcommands_run_finished" and data["id"] == run["id"]

    return is_end


def test_state_changes_are_pushed_with_ids_and_states_only(operator, connect):
    socket = connect(operator)
    run = operator.post(API, json={"source": "custom", "action": "quick"}).json()

    def is_the_end(message):
        kind, data = message
        return kind == "push" and any(
            entry["id"] == run["id"] and entry["status"] == "succeeded"
            for entry in data.get("runs", [])
        )

    messages = socket.receive_until(is_the_end)
    for kind, data in messages:
        if kind == "push":
            assert set(data) == {"type", "runs"}
            assert data["type"] == "runs"
            for entry in data["runs"]:
                assert set(entry) == {"id", "status"}
    assert "s3cret" not in json.dumps(messages)


def test_no_more_than_ten_pushes_a_second(operator, connect):
    socket = connect(operator)
    run = operator.post(API, json={"source": "custom", "action": "chatty"}).json()
    messages = socket.receive_until(is_end_of(run))
    pushes = [data for kind, data in messages if kind == "push"]
    duration = next(filter(is_end_of(run), messages))[1]["duration"]

    assert len(pushes) > 1
    # one each for the start and for what is left at the end
    assert len(pushes) <= duration * 10 + 2
    assert "s3cret" not in json.dumps(messages)


def test_clearing_is_pushed(operator, connect):
    socket = connect(operator)
    operator.delete(API)

    socket.receive_until(lambda message: message[1] == {"type": "cleared"})


def pushed_by_now(socket):
    """What was pushed, when another one that has connected later was told already."""
    return [m for m in socket.receive_for(0.3) if m[0] == "push"]


def test_those_without_system_get_no_push(operator, user, connect):
    sockets = [connect(user), connect()]
    told = connect(operator)
    run = operator.post(API, json={"source": "custom", "action": "quick"}).json()
    told.receive_until(is_end_of(run))
    operator.delete(API)
    told.receive_until(lambda message: message[1] == {"type": "cleared"})

    for socket in sockets:
        assert pushed_by_now(socket) == []


def test_editors_are_told_who_has_saved(admin, operator, user, connect):
    *others, editor = [connect(operator), connect(user), connect(), connect(admin)]
    answer = admin.get(DEFINITIONS)
    secret = {"action": "new", "name": "S3cret", "command": "echo s3cret"}
    saved = admin.put(
        DEFINITIONS,
        json={"definitions": [*answer.json()["definitions"], secret]},
        headers={"If-Match": answer.headers["ETag"]},
    )
    assert saved.status_code == 200

    told = {
        "type": "definitions",
        "etag": saved.headers["ETag"].strip('"'),
        **saved.json()["saved"],
    }
    messages = editor.receive_until(lambda message: message == ("push", told))
    pushed = [data for kind, data in messages if kind == "push"]
    # the first one tells that the settings are about to change
    assert pushed == [{"type": "definitions"}, told]
    for socket in others:
        assert pushed_by_now(socket) == []


def test_events(operator, connect):
    socket = connect(operator)
    run = operator.post(API, json={"source": "custom", "action": "fail"}).json()
    messages = socket.receive_until(is_end_of(run))
    started, finished = (
        data
        for kind, data in messages
        if kind.startswith("plugin_systemcommands_run_") and data["id"] == run["id"]
    )

    keys = {"id", "action", "name", "to", "status", "exit_code", "duration", "user"}
    assert set(started) == set(finished) == keys
    assert started["id"] == finished["id"] == run["id"]
    assert (started["status"], finished["status"]) == ("running", "failed")
    assert finished["exit_code"] == 4
    assert finished["duration"] > 0
    assert (finished["action"], finished["name"]) == ("fail", "Fail")
    assert finished["user"] == "operator"
