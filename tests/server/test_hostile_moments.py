"""Requests at the worst moment: several at once, and while the printer is at work."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.http_clients import ApiClient
from harness.waiting import wait_until

PLUGIN = "/plugin/systemcommands"
RUNS = f"{PLUGIN}/api/runs"
DEFINITIONS = f"{PLUGIN}/api/definitions"
SYSTEMS = ["/api/system", f"{PLUGIN}/api/system"]
MANY = 6

WAITS = "echo x >> ran; while [ ! -e go ]; do sleep 0.02; done"
COMMANDS = [
    {
        "action": "once",
        "name": "Once",
        "command": "echo x >> ran; exec sleep 600",
        "when_busy": "refuse",
    },
    {
        "action": "turns",
        "name": "In turns",
        "command": WAITS,
        "when_busy": "queue",
        "while_printing": "refuse",
    },
    {
        "action": "asks-in-turns",
        "name": "Asks in turns",
        "command": WAITS,
        "when_busy": "queue",
        "while_printing": "confirm",
    },
    {
        "action": "instead",
        "name": "Instead",
        "command": "echo x >> ran; exec sleep 600",
        "when_busy": "replace",
        "while_printing": "refuse",
    },
    {
        "action": "asks",
        "name": "Asks",
        "command": "echo x >> ran",
        "while_printing": "confirm",
        "confirm": "Really?",
    },
    {"action": "never", "command": "echo x >> ran", "while_printing": "refuse"},
    {"action": "cold", "command": "echo x >> ran", "max_temperature": 1},
]


@pytest.fixture
def ran(octoprint):
    """How often a command was run."""
    path = octoprint.basedir / "ran"
    path.unlink(missing_ok=True)
    (octoprint.basedir / "go").unlink(missing_ok=True)
    return lambda: path.read_text().count("x") if path.exists() else 0


def start(client, action, **body):
    return client.post(RUNS, json={"source": "custom", "action": action, **body})


def status_of(client, run_id):
    return client.get(f"{RUNS}/{run_id}").json()["status"]


def at_once(functions):
    """Calls all of them at the same moment; their results."""
    gate = threading.Barrier(len(functions))

    def call(function):
        gate.wait(30)
        return function()

    with ThreadPoolExecutor(len(functions)) as pool:
        return list(pool.map(call, functions))


@pytest.fixture
def clients(octoprint):
    """Several of two users, each with a connection of its own."""
    users = [octoprint.admin, octoprint.operator] * (MANY // 2)
    clients = [ApiClient(octoprint.url, user) for user in users]
    for client in clients:
        assert client.get("/api/version").status_code == 200
    yield clients
    for client in clients:
        client.close()


##~~ Several at once


def test_one_wins_the_race_for_a_command(admin, clients, ran):
    for number in (1, 2, 3):
        responses = at_once(
            [lambda client=client: start(client, "once") for client in clients]
        )
        started = [r.json()["id"] for r in responses if r.status_code == 202]
        refused = [r.json()["reason"] for r in responses if r.status_code == 409]
        assert refused == ["busy"] * (MANY - 1)
        (run_id,) = started
        wait_until(lambda number=number: ran() == number)
        admin.post(f"{RUNS}/{run_id}/stop")
        wait_until(lambda run_id=run_id: status_of(admin, run_id) == "stopped")
    assert ran() == 3


def test_one_wins_the_race_for_the_definitions(admin, clients, octoprint):
    """Whoever comes second is told, and nothing of the first one's is lost."""
    for _ in range(3):
        current = admin.get(DEFINITIONS)
        headers = {"If-Match": current.headers["ETag"]}

        def save(number, headers=headers):
            entry = {"action": f"new-{number}", "name": "New", "command": "true"}
            return clients[0 if number % 2 else 2].put(
                DEFINITIONS, json={"definitions": [*COMMANDS, entry]}, headers=headers
            )

        functions = [lambda number=number: save(number) for number in range(MANY)]
        responses = at_once(functions)
        codes = [response.status_code for response in responses]
        assert sorted(codes) == [200] + [412] * (MANY - 1)
        winner = responses[codes.index(200)].json()["definitions"]
        assert admin.get(DEFINITIONS).json()["definitions"] == winner
        saved = octoprint.read_config()["plugins"]["systemcommands"]["commands"]
        assert saved == winner
        for response in responses:
            if response.status_code == 412:
                assert response.json()["current"]["definitions"] == winner
        etag = admin.get(DEFINITIONS).headers["ETag"]
        body = {"definitions": COMMANDS}
        assert admin.put(DEFINITIONS, json=body, headers={"If-Match": etag}).ok


def test_all_may_stop_it_and_it_stops_once(admin, clients, ran):
    run_id = start(admin, "once").json()["id"]
    wait_until(ran)
    responses = at_once(
        [
            lambda client=client: client.post(f"{RUNS}/{run_id}/stop")
            for client in clients[::2]
        ]
    )
    assert {response.status_code for response in responses} <= {202, 409}
    assert 202 in {response.status_code for response in responses}
    wait_until(lambda: status_of(admin, run_id) == "stopped")
    assert ran() == 1


##~~ While printing


@pytest.fixture(scope="module")
def printer(octoprint):
    octoprint.connect_virtual_printer()
    # it tells its temperatures a little later
    wait_until(lambda: octoprint.request("GET", "/api/printer")["temperature"])
    return octoprint


def flags(octoprint):
    return octoprint.request("GET", "/api/printer")["state"]["flags"]


@pytest.fixture
def begin_printing(printer, admin):
    """begin_printing(): a print that pauses at once and goes on with nothing."""

    def begin():
        response = admin.post(
            "/api/files/local",
            files={"file": ("pause.gcode", b"@pause\nG28\n")},
            data={"print": "true"},
        )
        assert response.status_code == 201, response.text
        wait_until(lambda: flags(printer)["paused"])

    yield begin
    if not flags(printer)["ready"]:
        admin.post("/api/job", json={"command": "cancel"})
    wait_until(lambda: flags(printer)["ready"])


def go(octoprint):
    (octoprint.basedir / "go").touch()


@pytest.mark.parametrize("action", ["turns", "asks-in-turns"])
def test_a_queue_is_no_way_around_a_guard(
    octoprint, admin, operator, ran, begin_printing, action
):
    first = start(operator, action).json()["id"]
    wait_until(ran)
    second = start(operator, action)
    assert second.json()["status"] == "queued"
    begin_printing()
    # nor is there a place in it any more
    assert start(operator, action).json()["reason"] in ("printing", "confirm")
    go(octoprint)
    wait_until(lambda: status_of(admin, first) == "succeeded")
    wait_until(lambda: status_of(admin, second.json()["id"]) == "failed")
    run = admin.get(f"{RUNS}/{second.json()['id']}").json()
    assert "print" in run["hint"]
    assert ran() == 1


def test_what_was_confirmed_may_wait(octoprint, admin, operator, ran, begin_printing):
    first = start(operator, "asks-in-turns").json()["id"]
    wait_until(ran)
    begin_printing()
    second = start(operator, "asks-in-turns", confirmed=True).json()
    assert second["status"] == "queued"
    go(octoprint)
    wait_until(lambda: status_of(admin, second["id"]) == "succeeded")
    assert status_of(admin, first) == "succeeded"
    assert ran() == 2


def test_who_is_refused_replaces_nobody(admin, operator, ran, begin_printing):
    first = start(operator, "instead").json()["id"]
    wait_until(ran)
    begin_printing()
    response = start(operator, "instead")
    assert (response.status_code, response.json()["reason"]) == (409, "printing")
    run = admin.get(f"{RUNS}/{first}").json()
    assert (run["status"], run["stopping"]) == ("running", False)
    admin.post(f"{RUNS}/{first}/stop")
    wait_until(lambda: status_of(admin, first) == "stopped")
    assert ran() == 1


NOT_TRUE = [0, 1, "true", "", "1", [], [True], {}, {"confirmed": True}, None, 1.0]


def doors(operator, admin, action, **body):
    """The same wish by every door: the answers, by door."""
    (definition,) = (c for c in COMMANDS if c["action"] == action)
    yield "runs", start(operator, action, **body)
    named = {**definition, "name": definition.get("name", action)}
    yield "test", admin.post(f"{DEFINITIONS}/test", json={"definition": named, **body})
    for system in SYSTEMS:
        yield system, operator.post(f"{system}/commands/custom/{action}", json=body)
        yield f"{system} old", operator.post(system, json={"action": action, **body})


@pytest.mark.parametrize("confirmed", NOT_TRUE, ids=repr)
def test_what_is_no_confirmation(operator, admin, ran, confirmed):
    """Refused whether or not there is something to be confirmed."""
    for door, response in doors(operator, admin, "asks", confirmed=confirmed):
        assert response.status_code == 400, door
        assert "confirmed" in response.json()["error"]
    assert ran() == 0


def test_no_door_is_without_guard(operator, admin, ran, begin_printing):
    begin_printing()
    for action, reason in (
        ("asks", "confirm"),
        ("never", "printing"),
        ("cold", "temperature"),
    ):
        bodies = [{}, {"confirmed": False}, {"confirm": True}, {"Confirmed": True}]
        if action != "asks":
            bodies.append({"confirmed": True})
        for body in bodies:
            for door, response in doors(operator, admin, action, **body):
                assert response.status_code == 409, door
                assert response.json()["reason"] == reason
    # what is not in the body is not said
    for system in SYSTEMS:
        for where in (f"{system}/commands/custom/asks", system):
            for query in ({"confirmed": "true"}, {"action": "asks", "confirmed": "true"}):
                assert not operator.post(where, params=query).ok
                assert not operator.post(where, data=query).ok
                assert not operator.post(where, params=query, json={"action": "asks"}).ok
    assert ran() == 0


def test_the_last_of_two_confirmations_counts(operator, ran, begin_printing):
    begin_printing()
    body = '{"source": "custom", "action": "asks", "confirmed": true, "confirmed": false}'
    headers = {"Content-Type": "application/json"}
    assert operator.post(RUNS, data=body, headers=headers).status_code == 409
    assert ran() == 0


def test_admins_are_guarded_too(admin, ran, begin_printing):
    begin_printing()
    for system in SYSTEMS:
        response = admin.post(f"{system}/commands/custom/never", json={"confirmed": True})
        assert response.status_code == 409
    assert ran() == 0
