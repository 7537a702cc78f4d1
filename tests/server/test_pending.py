"""Runs that wait, on a real server: over its end, called off, started at once, and by whom.

Rules are stood in for by the plugin holder.py.
"""

import contextlib
import sqlite3
from datetime import datetime
from email.utils import parsedate_to_datetime

import pytest
import yaml

from harness.http_clients import ApiClient
from harness.octoprint_server import User
from harness.push_client import PushClient
from harness.waiting import wait_until

RUNS = "/plugin/systemcommands/api/runs"
HOLD = "/plugin/holder/hold"
COMMANDS = [
    {"action": "off", "name": "Power off", "command": "echo off", "groups": ["kids"]},
    {
        "action": "cold",
        "name": "When cold",
        "command": "echo cold",
        "max_temperature": 50,
        "fresh_credentials": True,
    },
]
KIDS = {"name": "Kids", "description": "", "permissions": [], "subgroups": []}
USERS = [
    User("admin", groups=["users", "admins"]),
    User("operator", permissions=["SYSTEM"]),
    User("auditor", permissions=["PLUGIN_SYSTEMCOMMANDS_HISTORY"]),
    User("editor", permissions=["PLUGIN_SYSTEMCOMMANDS_EDIT"]),
    User("member", groups=["users", "kids"]),
]


@pytest.fixture(scope="module")
def server(make_octoprint, with_holder):
    server = make_octoprint(
        {"plugins": {"systemcommands": {"commands": COMMANDS}}},
        start=False,
        users={user.name: user for user in USERS},
    )
    (server.basedir / "groups.yaml").write_text(yaml.safe_dump({"kids": KIDS}))
    return with_holder(server).start()


@pytest.fixture(scope="module")
def by_key(server):
    """by_key("admin"): a client with this user's API key."""
    clients = {user.name: ApiClient(server.url, user) for user in USERS}
    yield clients.__getitem__
    for client in clients.values():
        client.close()


@pytest.fixture
def admin(by_key):
    return by_key("admin")


@pytest.fixture
def hold(admin):
    """hold("off", due_in=600): the id of a run that is pending. None is left at the end."""

    def hold(action="off", **fields):
        response = admin.post(HOLD, json={"action": action, **fields})
        assert response.status_code == 200, response.text
        return response.json()["id"]

    yield hold
    for run in admin.get(f"{RUNS}?status=pending").json()["runs"]:
        admin.post(f"{RUNS}/{run['id']}/stop")


def get(client, run_id):
    response = client.get(f"{RUNS}/{run_id}")
    assert response.status_code == 200, response.text
    return response.json()


def ended(client, run_id):
    """The run, when it has ended."""
    return wait_until(
        lambda: (run := get(client, run_id))["finished_at"] is not None and run
    )


def stored(server, run_id):
    """What the disk knows that the run waits for."""
    path = server.basedir / "data" / "systemcommands" / "history.db"
    query = "SELECT waits_for FROM runs WHERE id = ?"
    with contextlib.closing(sqlite3.connect(path)) as database:
        return (database.execute(query, (run_id,)).fetchone() or [None])[0]


def test_what_is_told_of_it(admin, hold):
    run_id = hold(rule="Off when cold", reason="A print has ended", due_in=600)
    run = get(admin, run_id)

    # countdowns go by it
    sent = parsedate_to_datetime(admin.get(RUNS).headers["Date"])
    assert abs((datetime.now(sent.tzinfo) - sent).total_seconds()) < 30

    told = {name: run[name] for name in ("status", "user", "trigger", "rule", "reason")}
    assert told == {
        "status": "pending",
        "user": None,
        "trigger": "event",
        "rule": {"id": "off", "name": "Off when cold"},
        "reason": "A print has ended",
    }
    waits = datetime.fromisoformat(run["due_at"].replace("Z", "+00:00"))
    assert 500 < (waits - datetime.now(waits.tzinfo)).total_seconds() <= 600
    assert run["waits_for"] is None
    assert [r["id"] for r in admin.get(f"{RUNS}?status=pending").json()["runs"]] == [
        run_id
    ]
    output = admin.get(f"{RUNS}/{run_id}/output").json()
    assert (output["status"], output["finished"]) == ("pending", False)

    assert admin.post(f"/plugin/holder/wait/{run_id}", json={"waits_for": "rain"}).json()
    changed = get(admin, run_id)
    assert (changed["due_at"], changed["waits_for"]) == (None, "rain")


def test_called_off(admin, by_key, hold):
    run_id = hold(due_in=600)
    response = by_key("operator").post(f"{RUNS}/{run_id}/stop")
    assert response.status_code == 202
    assert (response.json()["status"], response.json()["stopped_by"]) == (
        "stopped",
        "operator",
    )
    assert response.json()["due_at"] is None

    for what, code in (("stop", "ended"), ("now", "not_pending")):
        again = admin.post(f"{RUNS}/{run_id}/{what}")
        assert (again.status_code, again.json()["code"]) == (409, code)


def test_at_once(admin, by_key, hold):
    # the password was entered when the rule was saved
    for action, said in (("off", "off\n"), ("cold", "cold\n")):
        run_id = hold(action, due_in=600)
        response = by_key("operator").post(f"{RUNS}/{run_id}/now")
        assert response.status_code == 202
        assert response.headers["Location"].endswith(run_id)

        assert ended(admin, run_id)["status"] == "succeeded"
        assert admin.get(f"{RUNS}/{run_id}/output").json()["chunks"][0]["text"] == said


@pytest.mark.parametrize("body", [{"confirmed": 1}, {"confirmed": "true"}, []])
def test_odd_bodies(admin, hold, body):
    run_id = hold(due_in=600)
    assert admin.post(f"{RUNS}/{run_id}/now", json=body).status_code == 400
    assert get(admin, run_id)["status"] == "pending"


def test_runs_that_are_not_pending(admin):
    run = admin.post(RUNS, json={"source": "custom", "action": "off"}).json()
    response = admin.post(f"{RUNS}/{run['id']}/now")
    assert (response.status_code, response.json()["code"]) == (409, "not_pending")
    assert admin.post(f"{RUNS}/{'0' * 16}/now").status_code == 404
    assert ended(admin, run["id"])["rule"] is None


##~~ Who


@pytest.mark.parametrize(
    ("name", "status"), [("member", 404), ("editor", 404), ("operator", 202)]
)
def test_who_may_see_and_change_it(by_key, hold, name, status):
    run_id = hold(due_in=600)
    client = by_key(name)
    listed = [run["id"] for run in client.get(RUNS).json()["runs"]]
    assert (run_id in listed) == (status == 202)
    for path in ("", "/output", "/output.txt"):
        response = client.get(f"{RUNS}/{run_id}{path}")
        assert response.status_code == (200 if status == 202 else status)
    assert client.post(f"{RUNS}/{run_id}/now").status_code == status


def test_who_sees_all_runs_calls_it_off(by_key, hold):
    run_id = hold(due_in=600)
    assert by_key("auditor").post(f"{RUNS}/{run_id}/stop").status_code == 202


def test_nobody_passes_for_a_rule(by_key, admin):
    claims = {
        "rule": {"id": "off", "name": "Off"},
        "requester": {"rule": ["off", "Off", []]},
        "trigger": "event",
        "user": None,
        "event": {"OCTOPRINT_EVENT": "print_done"},
        "reason": "I am a rule",
    }
    wanted = {"source": "custom", "action": "off"}
    run = by_key("member").post(RUNS, json={**claims, **wanted}).json()
    assert (run["user"], run["rule"], run["reason"]) == ("member", None, None)
    assert run["trigger"] == "api"
    for name in ("member", "editor"):
        for action in ("cold", "shutdown"):
            wanted["action"] = action
            response = by_key(name).post(RUNS, json={**claims, **wanted})
            assert response.status_code == 403
    assert ended(admin, run["id"])["status"] == "succeeded"


def test_what_is_pushed(server, by_key, hold):
    sockets = {name: PushClient(server) for name in ("operator", "member")}
    try:
        for name, socket in sockets.items():
            socket.log_in(by_key(name))
        run_id = hold(due_in=600)

        def tells(status):
            entry = {"id": run_id, "status": status}
            return lambda message: (
                message[0] == "push" and entry in message[1].get("runs", [])
            )

        operator = sockets["operator"]
        operator.receive_until(tells("pending"))
        by_key("admin").post(f"/plugin/holder/wait/{run_id}", json={"due_in": 300})
        operator.receive_until(tells("pending"))
        by_key("operator").post(f"{RUNS}/{run_id}/now")
        operator.receive_until(tells("succeeded"))
        operator.receive_until(
            lambda message: (
                message[0].endswith("run_finished") and message[1]["id"] == run_id
            )
        )
        # of what comes after that, the member has all that came before
        later = by_key("member").post(RUNS, json={"source": "custom", "action": "off"})
        sockets["member"].receive_until(
            lambda message: (
                message[0].endswith("run_finished")
                and message[1]["id"] == later.json()["id"]
            )
        )
        # and it may have the end of a run of its own from before this test
        events = [m for m in sockets["member"].messages if m[0] != "push"]
        assert run_id not in {data["id"] for _, data in events}
    finally:
        for socket in sockets.values():
            socket.close()


def test_clearing_leaves_what_is_pending(admin, hold):
    run_id = hold(due_in=600)
    assert admin.delete(RUNS).status_code == 200
    assert [run["id"] for run in admin.get(RUNS).json()["runs"]] == [run_id]


##~~ The end of the server


@pytest.mark.parametrize(
    "end", ["stop", pytest.param("kill", marks=pytest.mark.one_version)]
)
def test_a_restart_neither_runs_nor_interrupts_it(server, admin, hold, end):
    run_id = hold(rule="Off when cold", reason="A print has ended", due_in=600)
    admin.post(f"/plugin/holder/wait/{run_id}", json={"due_in": 600, "waits_for": "rain"})
    before = get(admin, run_id)
    wait_until(lambda: "rain" in (stored(server, run_id) or ""))
    getattr(server, end)()
    server.start()

    # it is gone on with, or called off if the rule is there no more
    after = get(admin, run_id)
    assert after["status"] in ("pending", "stopped")
    told = ("id", "name", "rule", "user", "trigger", "queued_at", "started_at", "hint")
    assert {name: after[name] for name in told} == {name: before[name] for name in told}
    assert (after["started_at"], after["hint"]) == (None, None)
    if after["status"] == "pending":
        assert after == before
