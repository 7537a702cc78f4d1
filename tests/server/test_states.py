"""Whether toggles are on, over HTTP and by pushes: files stand for the relays, which others
switch as well."""

import os
import signal
import time

import psutil
import pytest

from harness.files import put
from harness.http_clients import ApiClient
from harness.octoprint_server import User
from harness.push_client import PushClient
from harness.waiting import wait_until

EVERY = 2
# for half a minute at most, since nobody stops it
GATE = "for i in $(seq 600); do [ -e lamp.gate ] && break; sleep 0.05; done"


def relay(action, **fields):
    return {
        "action": action,
        "name": action.title(),
        "type": "toggle",
        "on": f"touch {action}.relay",
        "off": f"rm -f {action}.relay",
        "state": f"echo asked >> {action}.asked; test -e {action}.relay",
        "every": EVERY,
        **fields,
    }


COMMANDS = [
    relay("light", groups=["kids"]),
    {"action": "plain", "name": "Plain", "command": "true", "groups": ["kids"]},
    {"action": "divider"},
    relay("fan"),
    {
        "action": "cpu",
        "name": "CPU",
        "type": "status",
        "state": "cat cpu.text",
        "every": EVERY,
        "groups": ["kids"],
    },
    # it obeys when it has run already, as soon as there is a file
    relay("lamp", on=f"({GATE}; touch lamp.relay) >/dev/null 2>&1 &", every=600),
    relay("failing", on="exit 3", every=600),
    relay("unasked", state=""),
    relay("rest", every=600),
]
TROUBLE = [
    relay(
        "hangs",
        state="echo $$ >> hangs.pids; trap '' TERM; while :; do sleep 100; done",
        state_timeout=1,
    ),
    {
        "action": "flood",
        "name": "Flood",
        "type": "status",
        "state": "yes",
        "every": EVERY,
    },
    relay("killed", state="echo $$ > killed.pid; exec sleep 600", state_timeout=60),
]
API = "/plugin/systemcommands/api"
STATES = f"{API}/states"
RUNS = f"{API}/runs"
DEFINITIONS = f"{API}/definitions"
# a busy machine takes its time
LATE = 3


@pytest.fixture
def folder(octoprint):
    """Where the relays are, all of them off, and nobody has asked."""
    for path in octoprint.basedir.iterdir():
        if path.suffix in (".relay", ".asked", ".pids", ".pid", ".gate"):
            path.unlink()
    (octoprint.basedir / "cpu.text").write_text("47 °C\nmore\n")
    return octoprint.basedir


@pytest.fixture
def socket(octoprint, operator):
    client = PushClient(octoprint, operator)
    client.receive_for(1)
    yield client
    client.close()


def states(client):
    answer = client.get(STATES)
    assert answer.status_code == 200, answer.text
    return {state["action"]: state for state in answer.json()["states"]}


def state(client, action="light"):
    return states(client)[action]["state"]


def switch(client, action, to=None):
    body = {"source": "custom", "action": action}
    answer = client.post(RUNS, json=body if to is None else {**body, "to": to})
    assert answer.status_code == 202, answer.text
    return client.wait_for_run(answer.json()["id"])


def pushed(socket, action, since=0):
    return [
        entry["state"]
        for kind, data in socket.messages[since:]
        if kind == "push" and data["type"] == "states"
        for entry in data["states"]
        if entry["action"] == action
    ]


def test_all_are_told_in_the_order_of_the_menu(operator, folder):
    (folder / "light.relay").touch()
    wait_until(lambda: state(operator) == "on")
    found = operator.get(STATES).json()["states"]

    wanted = [*("light", "fan", "cpu", "lamp", "failing", "unasked", "rest")]
    assert [entry["action"] for entry in found] == wanted
    light, cpu, unasked = found[0], found[2], found[5]
    assert light.keys() == {
        *("action", "state", "to", "assumed", "text", "since", "asked_at")
    }
    assert (light["to"], light["assumed"], light["text"]) == (None, False, None)
    assert light["since"].endswith("Z")
    assert (cpu["state"], cpu["text"]) == ("on", "47 °C")
    assert unasked["assumed"] is True


def test_what_is_switched_behind_its_back_is_seen_and_pushed(operator, folder, socket):
    # no other test switches this one, so nothing of before can come late
    assert wait_until(lambda: state(operator, "fan") == "off")
    for wanted in ("on", "off"):
        began = time.monotonic()
        if wanted == "on":
            (folder / "fan.relay").touch()
        else:
            (folder / "fan.relay").unlink()
        socket.receive_until(lambda m, w=wanted: pushed(socket, "fan")[-1:] == [w])
        assert time.monotonic() - began < EVERY + 1 + LATE
        assert state(operator, "fan") == wanted


def test_a_text_is_no_part_of_a_push(operator, folder, socket):
    wait_until(lambda: states(operator)["cpu"]["text"] == "47 °C")
    socket.receive_for(0.5)
    before = len(socket.messages)
    put(folder / "cpu.text", "s3cret 48 °C\n")
    socket.receive_until(lambda m: pushed(socket, "cpu", before))

    wait_until(lambda: states(operator)["cpu"]["text"] == "s3cret 48 °C")
    assert "s3cret" not in str(socket.messages)


@pytest.mark.one_version
@pytest.mark.parametrize("base", ["", "/plugin/systemcommands"])
def test_who_says_no_direction_gets_the_opposite_of_the_truth(operator, folder, base):
    """Also of what somebody else has just switched, and nobody has seen yet."""
    states(operator)
    path = f"{base}/api/system/commands/custom/rest"
    time.sleep(1.1)
    for _ in range(2):
        (folder / "rest.relay").touch()
        assert operator.post(path).status_code == 204
        assert not (folder / "rest.relay").exists()
        time.sleep(1.1)
    assert operator.post(path).status_code == 204
    assert (folder / "rest.relay").exists()


@pytest.mark.one_version
def test_it_is_switching_until_it_agrees(operator, folder, socket):
    wait_until(lambda: state(operator, "lamp") == "off")
    socket.receive_for(0.5)
    before = len(socket.messages)
    run = switch(operator, "lamp", "on")
    assert run["status"] == "succeeded"
    lamp = states(operator)["lamp"]
    assert (lamp["state"], lamp["to"]) == ("switching", "on")
    (folder / "lamp.gate").touch()
    socket.receive_until(lambda m: pushed(socket, "lamp", before)[-1:] == ["on"])

    assert pushed(socket, "lamp", before) == ["switching", "on"]
    assert states(operator)["lamp"]["to"] is None


@pytest.mark.one_version
def test_after_a_failure_the_truth_is_told(operator, folder, socket):
    wait_until(lambda: state(operator, "failing") == "off")
    before = len(socket.messages)
    ended = time.monotonic()
    assert switch(operator, "failing", "on")["status"] == "failed"
    socket.receive_until(lambda m: pushed(socket, "failing", before)[-1:] == ["off"])

    assert time.monotonic() - ended < 9
    assert states(operator)["failing"]["state"] == "off"


@pytest.mark.one_version
def test_asking_is_no_run(operator, folder):
    operator.delete(RUNS)
    wait_until(lambda: state(operator) == "off")

    assert operator.get(RUNS).json()["runs"] == []


def test_members_see_their_own(octoprint, make_member, folder):
    member = make_member("kids")
    assert set(states(member)) == {"light", "cpu"}
    assert states(make_member("users")) == {}


@pytest.fixture
def make_member(octoprint, admin):
    clients = []

    def make(group):
        if group != "users":
            data = {"key": group, "name": group, "description": ""}
            body = {**data, "permissions": [], "subgroups": [], "default": False}
            assert admin.post("/api/access/groups", json=body).ok
        body = {
            "name": f"of {group}",
            "password": "secret",
            "active": True,
            "permissions": [],
            "groups": ["users", group],
        }
        assert admin.post("/api/access/users", json=body).ok
        path = f"/api/access/users/{body['name']}"
        key = admin.post(f"{path}/apikey").json()["apikey"]
        clients.append(ApiClient(octoprint.url, User(body["name"], api_key=key)))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.mark.one_version
def test_nobody_has_looked_and_nobody_was_asked(make_octoprint):
    config = {"plugins": {"systemcommands": {"commands": [relay("light")]}}}
    server = make_octoprint(config)
    with ApiClient(server.url, server.operator) as operator:
        for path in (f"{API}/menu", RUNS, "/api/system/commands"):
            assert operator.get(path).ok
        time.sleep(EVERY + 1)
        assert not (server.basedir / "light.asked").exists()
        wait_until(lambda: state(operator) == "off")
        wait_until(lambda: len((server.basedir / "light.asked").read_text()) > 12)
        # and after switching, whether somebody looks or not
        server.restart()
        (server.basedir / "light.asked").unlink()
        switch(operator, "light", "on")
        wait_until((server.basedir / "light.asked").exists)


@pytest.mark.one_version
def test_what_hangs_floods_or_is_killed_harms_nobody(make_octoprint):
    commands = [*TROUBLE, *(relay(f"relay{number}") for number in range(8))]
    config = {"plugins": {"systemcommands": {"commands": commands}}}
    server = make_octoprint(config)
    folder = server.basedir
    with ApiClient(server.url, server.operator) as operator:
        states(operator)
        pid = wait_until(lambda: read_pid(folder / "killed.pid"))
        # the next one, which nobody kills, is told apart by a new file
        (folder / "killed.pid").unlink()
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: states(operator)["killed"]["asked_at"])
        assert state(operator, "killed") == "unknown"

        for number in range(4):
            names = [f"relay{n}.relay" for n in range(8)]
            for name in names:
                if number % 2 == 0:
                    (folder / name).touch()
                else:
                    (folder / name).unlink()
            wanted = "on" if number % 2 == 0 else "off"
            began = time.monotonic()
            wait_until(
                lambda w=wanted: all(
                    entry["state"] == w
                    for action, entry in states(operator).items()
                    if action.startswith("relay")
                ),
                interval=0.2,
            )
            assert time.monotonic() - began < EVERY + 1 + LATE
        found = states(operator)
        assert {found[a]["state"] for a in ("hangs", "flood", "killed")} == {"unknown"}
        assert found["flood"]["text"] == "y"

        pids = [int(line) for line in (folder / "hangs.pids").read_text().split()]
        # what hangs is asked less and less often, and is gone when it was
        assert 1 <= len(pids) < 8
        assert len([pid for pid in pids if psutil.pid_exists(pid)]) <= 1
        log = (folder / "logs" / "octoprint.log").read_text()
        assert log.count("The state of hangs is not known") == 1
        assert log.count("The state of flood is not known") == 1

        # and nothing is left by the end of the server
        pid = wait_until(lambda: living(read_pid(folder / "killed.pid")), timeout=90)
        server.stop()
        wait_until(lambda: not psutil.pid_exists(pid))


def living(pid):
    return pid and psutil.pid_exists(pid) and pid


def read_pid(path):
    return path.exists() and path.read_text().strip() and int(path.read_text())


@pytest.mark.one_version
def test_a_toggle_that_nobody_can_ask_is_as_it_was_switched_last(make_octoprint):
    commands = [relay("unasked", state="")]
    server = make_octoprint({"plugins": {"systemcommands": {"commands": commands}}})
    kept = server.basedir / "data" / "systemcommands" / "states.json"
    with ApiClient(server.url, server.operator) as operator:
        assert state(operator, "unasked") == "unknown"
        switch(operator, "unasked")
        before = states(operator)["unasked"]
        assert (before["state"], before["assumed"]) == ("on", True)
        wait_until(kept.exists)
        server.restart()
        assert states(operator)["unasked"] == before
        switch(operator, "unasked")
        assert state(operator, "unasked") == "off"


@pytest.mark.one_version
def test_another_definition_is_asked_at_once(admin, folder, octoprint):
    wait_until(lambda: state(admin) == "off")
    answer = admin.get(DEFINITIONS)
    definitions = answer.json()["definitions"]
    changed = [{**definitions[0], "state": "true"}, *definitions[1:]]
    try:
        etag = save(admin, changed, answer.headers["ETag"])
        wait_until(lambda: state(admin) == "on")
        etag = save(admin, definitions[1:], etag)
        assert "light" not in states(admin)
    finally:
        save(admin, definitions, etag)
    wait_until(lambda: state(admin) == "off")


def save(admin, definitions, etag):
    answer = admin.put(
        DEFINITIONS, json={"definitions": definitions}, headers={"If-Match": etag}
    )
    assert answer.status_code == 200, answer.text
    return answer.headers["ETag"]
