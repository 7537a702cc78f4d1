"""Arguments over HTTP: at every address, from the request to the command and the history."""

from pathlib import Path

import pytest

from harness.http_clients import ApiClient
from harness.octoprint_server import User

RUNS = "/plugin/systemcommands/api/runs"
TEST = "/plugin/systemcommands/api/definitions/test"
ADDRESSES = ["/api/system/commands", "/plugin/systemcommands/api/system/commands"]

SHOW = 'printf "%s|" "$SC_TEXT" "$SC_LEVEL" "$SC_WHICH" "$SC_ON" "$SC_KEY" "$SC_FILE"'
ARGUMENTS = [
    {"name": "text", "type": "text", "label": "Some text"},
    {"name": "level", "type": "number", "min": 0, "max": 255, "default": 7},
    {"name": "which", "type": "choice", "choices": ["a", "b"], "required": False},
    {"name": "on", "type": "toggle"},
    {"name": "key", "type": "secret", "required": False},
    {"name": "file", "type": "file", "required": False},
]
COMMANDS = [
    {
        "action": "show",
        "name": "Show",
        "command": f"{SHOW} | tee shown",
        "arguments": ARGUMENTS,
    },
    {
        "action": "leak",
        "name": "Leak",
        "command": 'echo "key: $SC_KEY"; printf "%s" "$SC_KEY" | cut -c1-3 >&2; exit 3',
        "arguments": [{"name": "key", "type": "secret"}],
    },
    {
        "action": "defaults",
        "name": "Only defaults",
        "command": 'printf "%s" "$SC_LEVEL" > shown',
        "arguments": [{"name": "level", "type": "number", "default": 1.5}],
    },
    {"action": "none", "name": "None", "command": "touch shown"},
]


@pytest.fixture
def shown(octoprint):
    """What the command has got, None if it was not run."""
    path = octoprint.basedir / "shown"
    path.unlink(missing_ok=True)
    return lambda: path.read_text() if path.exists() else None


@pytest.fixture(params=["runs", *ADDRESSES, "/api/system", "test"])
def run(request, operator, admin):
    """run(action, body): runs a command by one of the ways there are; the response."""
    way = request.param

    def run(action, body):
        if way == "runs":
            body = {"source": "custom", "action": action, **body}
            response = operator.post(RUNS, json=body)
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

    run.answer = 202 if way in ("runs", "test") else 204
    return run


def last_run(client, action):
    return client.get(RUNS, params={"action": action, "limit": 1}).json()["runs"][0]


def test_values_reach_the_command(run, shown, admin):
    values = {"text": "a 'b' $(c)", "level": 3, "which": "b", "on": True, "key": "pw"}
    response = run("show", {"arguments": values})

    assert response.status_code == run.answer, response.text
    assert shown() == "a 'b' $(c)|3|b|true|pw||"
    assert last_run(admin, "show")["arguments"] == {**values, "key": "***", "file": None}


def test_defaults(run, shown):
    assert run("show", {"arguments": {"text": "x"}}).status_code == run.answer
    assert shown() == "x|7||false|||"


@pytest.mark.parametrize("body", [{}, {"arguments": {}}, {"arguments": None}])
def test_one_that_is_missing_is_named(run, shown, body):
    response = run("show", body)

    assert response.status_code == 400
    assert response.json() == {
        "error": '"text" is missing',
        "code": "wrong_arguments",
        "problems": [{"argument": "text", "message": "is missing"}],
    }
    assert shown() is None


def test_clients_that_send_nothing_get_the_defaults(run, shown):
    assert run("defaults", {}).status_code == run.answer
    assert shown() == "1.5"


def test_all_that_is_wrong_is_said(run, shown):
    wrong = {"text": "a\nb", "level": 256, "which": "c", "on": "yes", "PATH": "/tmp"}
    response = run("show", {"arguments": wrong})

    assert response.status_code == 400
    problems = {p["argument"]: p["message"] for p in response.json()["problems"]}
    assert set(problems) == {None, "text", "level", "which", "on"}
    assert problems["level"] == "has to be 255 or less"
    assert "'PATH'" in problems[None]
    assert shown() is None


def test_what_a_command_does_not_ask_for_it_does_not_get(run, shown):
    response = run("none", {"arguments": {"text": "x"}})
    assert response.status_code == 400
    assert shown() is None


def test_arguments_have_to_be_an_object(run, shown):
    for arguments in (["x"], "x", 5, False):
        response = run("show", {"arguments": arguments})
        assert response.status_code == 400
        assert "object" in response.json()["error"]
    assert shown() is None


def test_a_file_is_one_of_the_uploads(run, shown, admin, octoprint):
    name = f"ü -f {run.answer}.gcode"
    upload = {"file": (name, b"G28\n")}
    response = admin.post("/api/files/local", files=upload, data={"path": "sub"})
    path = response.json()["files"]["local"]["path"]
    assert response.status_code == 201, response.text

    body = {"arguments": {"text": "x", "file": path}}
    assert run("show", body).status_code == run.answer
    on_disk = shown().split("|")[5]
    assert on_disk == str(octoprint.basedir / "uploads" / path)
    assert Path(on_disk).read_text() == "G28\n"

    (octoprint.basedir / "uploads" / "link").unlink(missing_ok=True)
    (octoprint.basedir / "uploads" / "link").symlink_to("/etc")
    for other in ("../config.yaml", "/etc/passwd", "sub", "nowhere.gcode", "", "link"):
        body = {"arguments": {"text": "x", "file": other}}
        if other:
            assert run("show", body).status_code == 400, other


def test_problems_are_told_in_the_language_of_the_request(operator):
    response = operator.post(
        RUNS,
        json={"source": "custom", "action": "show"},
        headers={"Accept-Language": "de"},
    )
    assert response.json()["problems"][0]["message"] == "fehlt"


def test_the_menu_says_what_to_ask_for(operator):
    commands = operator.get("/plugin/systemcommands/api/menu").json()["commands"]
    by_action = {command["action"]: command for command in commands}
    assert [a["name"] for a in by_action["show"]["arguments"]] == [
        a["name"] for a in ARGUMENTS
    ]
    assert by_action["show"]["arguments"][0] == {
        "name": "text",
        "type": "text",
        "label": "Some text",
        "required": True,
        "max_length": 255,
    }
    assert "arguments" not in by_action["none"]


def test_the_contract_does_not_tell_of_arguments(operator):
    for address in ADDRESSES:
        for command in operator.get(f"{address}/custom").json():
            assert set(command) == {"action", "name", "source", "resource"}


def test_a_secret_is_seen_by_the_command_alone(operator, octoprint, admin):
    secret = "correct horse battery"
    body = {"arguments": {"key": secret}}
    response = operator.post(f"{ADDRESSES[0]}/custom/leak", json=body)

    assert response.status_code == 500
    assert "key: ***" in response.json()["error"]
    assert secret not in response.text
    run = last_run(admin, "leak")
    output = admin.get(f"{RUNS}/{run['id']}/output").text
    assert "key: ***" in output
    # a part of it is none, though
    assert "cor" in output
    assert secret not in output + admin.get(f"{RUNS}/{run['id']}/output.txt").text
    assert secret not in octoprint.log_text()
    for path in octoprint.basedir.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path


##~~ Who did what


def test_the_history_says_who_did_what(octoprint, operator, admin, login):
    operator.post(f"{ADDRESSES[1]}/custom/defaults")
    by_key = last_run(admin, "defaults")
    assert (by_key["user"], by_key["trigger"]) == ("operator", "api")
    assert (by_key["application"], by_key["address"]) == (None, "127.0.0.1")

    body = {"source": "custom", "action": "defaults", "arguments": {"level": 2}}
    run = login(octoprint.operator).post(RUNS, json=body).json()
    assert (run["user"], run["trigger"], run["application"]) == ("operator", "menu", None)
    assert run["arguments"] == {"level": 2}


def test_an_application_is_known_by_the_name_it_asked_with(octoprint, admin):
    app = 'Tele\x1b[31m"phone'
    data = {"command": "generate", "app": app}
    created = admin.post("/api/plugin/appkeys", json=data).json()
    phone = User("phone", api_key=created["api_key"])
    with ApiClient(octoprint.url, phone) as client:
        assert client.post(f"{ADDRESSES[0]}/custom/defaults").status_code == 204

    run = last_run(admin, "defaults")
    assert (run["user"], run["application"]) == ("admin", app)
    log = (octoprint.basedir / "logs" / "octoprint.log").read_text(encoding="utf-8")
    (line,) = (line for line in log.splitlines() if run["id"] in line)
    assert line.endswith(
        f"Performing command for custom:defaults, run {run['id']}, user admin, "
        r'application "Tele\u001b[31m\"phone", trigger api, from 127.0.0.1, '
        "with the arguments level"
    )
