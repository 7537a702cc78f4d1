"""Guards with OctoPrint's virtual printer, which really prints and really heats."""

import pytest

from harness.waiting import wait_until

COMMANDS = [
    {
        "action": "never",
        "name": "Never",
        "command": "echo x >> ran",
        "while_printing": "refuse",
    },
    {
        "action": "asks",
        "name": "Asks",
        "command": "echo x >> ran",
        "while_printing": "confirm",
        "confirm": "Really?",
    },
    {"action": "free", "name": "Free", "command": "env > environment"},
    {
        "action": "cool",
        "name": "Cool",
        "command": "echo x >> ran",
        "max_temperature": 45,
    },
]
RUNS = "/plugin/systemcommands/api/runs"
TEST = "/plugin/systemcommands/api/definitions/test"
ADDRESSES = ["/api/system/commands", "/plugin/systemcommands/api/system/commands"]
WAYS = ["runs", *ADDRESSES, "/api/system", "test"]
# not so hot that it takes long to cool down
GCODE = "M104 S50\nG28\n" + "G4 P100\n" * 3000


@pytest.fixture
def ran(octoprint):
    path = octoprint.basedir / "ran"
    path.unlink(missing_ok=True)
    return lambda: len(path.read_text().splitlines()) if path.exists() else 0


def run(operator, admin, way, action, **body):
    if way == "runs":
        response = operator.post(
            RUNS, json={"source": "custom", "action": action, **body}
        )
    elif way == "/api/system":
        response = operator.post(way, json={"action": action, **body})
    elif way == "test":
        (definition,) = (c for c in COMMANDS if c["action"] == action)
        response = admin.post(TEST, json={"definition": definition, **body})
    else:
        response = operator.post(f"{way}/custom/{action}", json=body)
    if response.status_code == 202:
        admin.wait_for_run(response.json()["id"])
    return response


@pytest.fixture(scope="module")
def printer(octoprint):
    octoprint.connect_virtual_printer()
    wait_until(lambda: state_of(octoprint)["temperature"])
    return octoprint


def state_of(octoprint):
    return octoprint.request("GET", "/api/printer")


@pytest.fixture
def printing(printer, admin):
    response = admin.post(
        "/api/files/local",
        files={"file": ("long.gcode", GCODE.encode())},
        data={"print": "true", "path": "sub"},
    )
    assert response.status_code == 201, response.text
    wait_until(lambda: state_of(printer)["state"]["flags"]["printing"])
    yield
    admin.post("/api/job", json={"command": "cancel"})
    wait_until(lambda: state_of(printer)["state"]["flags"]["ready"])


@pytest.mark.parametrize("way", WAYS)
def test_while_printing(operator, admin, printing, ran, way):
    response = run(operator, admin, way, "never", confirmed=True)
    assert response.status_code == 409
    assert response.json()["reason"] == "printing"
    assert "while a print is under way" in response.json()["error"]

    for body in ({}, {"confirmed": False}):
        response = run(operator, admin, way, "asks", **body)
        assert response.status_code == 409
        assert response.json()["reason"] == "confirm"
        assert '"confirmed": true' in response.json()["error"]
    for odd in (1, "true", [True]):
        assert run(operator, admin, way, "asks", confirmed=odd).status_code == 400
    assert ran() == 0

    assert run(operator, admin, way, "asks", confirmed=True).ok
    assert ran() == 1


def test_a_paused_print_is_a_print(operator, admin, printer, printing, ran):
    admin.post("/api/job", json={"command": "pause", "action": "pause"})
    wait_until(lambda: state_of(printer)["state"]["flags"]["paused"])
    assert run(operator, admin, "runs", "never").status_code == 409
    assert ran() == 0


def test_what_a_command_knows_of_the_print(operator, admin, printing, octoprint):
    # OctoPrint knows of no progress before the first lines of the file were sent
    wait_until(lambda: admin.get("/api/job").json()["progress"]["completion"] is not None)
    assert run(operator, admin, ADDRESSES[0], "free").status_code == 204
    lines = (octoprint.basedir / "environment").read_text().splitlines()
    told = dict(line.split("=", 1) for line in lines if line.startswith("OCTOPRINT_"))

    assert told["OCTOPRINT_STATE"] in ("PRINTING", "STARTING")
    assert told["OCTOPRINT_PRINTING"] == "true"
    assert told["OCTOPRINT_FILE"] == "sub/long.gcode"
    assert told["OCTOPRINT_FILE_ORIGIN"] == "local"
    assert 0 <= float(told["OCTOPRINT_PROGRESS"]) < 100
    assert float(told["OCTOPRINT_TEMPERATURE_TOOL0"]) > 0
    assert told["OCTOPRINT_USER"] == "operator"
    assert told["OCTOPRINT_ACTION"] == "free"
    assert told["OCTOPRINT_TRIGGER"] == "api"
    assert told["OCTOPRINT_URL"] == octoprint.url
    for secret in (octoprint.operator.api_key, octoprint.admin.api_key):
        assert secret not in "\n".join(lines)


@pytest.mark.parametrize("way", WAYS)
def test_without_a_print(operator, admin, printer, ran, way):
    assert state_of(printer)["state"]["flags"]["operational"]
    assert run(operator, admin, way, "never").ok
    assert run(operator, admin, way, "asks").ok
    assert ran() == 2


def test_temperature(operator, admin, printer, ran):
    def tool(target):
        path = "/api/printer/tool"
        admin.post(path, json={"command": "target", "targets": {"tool0": target}})

    def actual():
        return state_of(printer)["temperature"]["tool0"]["actual"]

    tool(0)
    wait_until(lambda: actual() < 40, timeout=120)
    assert run(operator, admin, "runs", "cool").ok
    assert ran() == 1

    tool(55)
    wait_until(lambda: actual() > 46, timeout=60)
    for way in WAYS:
        response = run(operator, admin, way, "cool", confirmed=True)
        assert response.status_code == 409
        assert response.json()["reason"] == "temperature"
        assert "tool0 is at " in response.json()["error"]
    assert ran() == 1

    tool(0)
    wait_until(lambda: actual() < 40, timeout=120)
    assert run(operator, admin, "runs", "cool").ok
    assert ran() == 2


def test_a_printer_that_was_hot_when_it_was_switched_off(operator, admin, printer, ran):
    path = "/api/printer/tool"
    admin.post(path, json={"command": "target", "targets": {"tool0": 55}})
    wait_until(lambda: state_of(printer)["temperature"]["tool0"]["actual"] > 46)
    assert run(operator, admin, "runs", "cool").status_code == 409

    admin.post("/api/connection", json={"command": "disconnect"})
    # nobody knows how hot it is now
    wait_until(lambda: run(operator, admin, "runs", "cool").ok)
    assert ran() == 1

    printer.connect_virtual_printer()
    # it has not told yet how hot it is, and is another one: a cool one
    refusals = set()

    def may_run():
        response = run(operator, admin, "runs", "cool")
        if not response.ok:
            refusals.add(response.json()["error"])
        return response.ok

    wait_until(may_run)
    assert all("before the printer has told" in refusal for refusal in refusals)
    assert ran() == 2


def test_refusals_are_told_in_the_language_of_the_request(operator, printing):
    response = operator.post(
        f"{ADDRESSES[0]}/custom/never", headers={"Accept-Language": "de"}
    )
    assert "Druck" in response.json()["error"]


def test_without_a_printer_there_is_nothing_to_guard(make_octoprint):
    config = {"plugins": {"systemcommands": {"commands": COMMANDS}}}
    server = make_octoprint(config)
    for command in COMMANDS:
        # anything but a success raises
        server.request("POST", f"{ADDRESSES[1]}/custom/{command['action']}", {})
