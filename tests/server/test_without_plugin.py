"""OctoPrint without the plugin is as it was before it had it, and finds everything when the
plugin comes back."""

import re

import pytest

from harness.http_clients import RUNS, ApiClient, BrowserClient
from harness.waiting import wait_until

SYSTEM_ACTIONS = [
    {"action": "old", "name": "Old", "command": "echo old", "confirm": "Sure?"},
    {"action": "divider"},
    {"action": "a/b", "name": "Odd", "command": "touch odd", "async": True},
    {"action": "quiet", "command": "exit 1", "ignore": True},
]
COMMANDS = [
    {"action": "mine", "name": "Mine", "command": "echo mine", "gcode": True},
    {
        "action": "light",
        "name": "Light",
        "type": "toggle",
        "on": "true",
        "off": "true",
        "show_in": ["sidebar"],
    },
]
RULE = {
    "id": "after",
    "name": "After",
    "when": {"run": "mine", "status": ["failed"]},
    "run": "light",
}
CONFIG = {
    "system": {"actions": SYSTEM_ACTIONS},
    "plugins": {"systemcommands": {"commands": COMMANDS}},
}
DEFINITIONS = "/plugin/systemcommands/api/definitions"
RULES = "/plugin/systemcommands/api/rules"
STATES = "/plugin/systemcommands/api/states"
SYSTEM = "/api/system/commands"
ITEM = re.compile(r'<li[^>]* id="navbar_systemmenu"[^>]*>')


@pytest.fixture(scope="module")
def server(make_octoprint):
    return make_octoprint(CONFIG, start=False)


def start(server, with_plugin):
    """Starts it with the plugin, or as if it were not installed."""
    config = server.read_config()
    disabled = [n for n in config["plugins"]["_disabled"] if n != "systemcommands"]
    if not with_plugin:
        disabled.append("systemcommands")
    config["plugins"]["_disabled"] = disabled
    server.write_config(config)
    server.start()
    return ApiClient(server.url, server.admin)


def system_actions(server):
    return server.read_config()["system"]["actions"]


def put(client, path, key, entries):
    etag = client.get(path).headers["ETag"]
    response = client.put(path, json={key: entries}, headers={"If-Match": etag})
    assert response.status_code == 200, response.text


def use(client):
    """Everything that leaves something behind. Returns what it was."""
    put(client, RULES, "rules", [RULE])
    new = {"action": "new", "name": "New", "command": "true"}
    put(client, DEFINITIONS, "definitions", [*COMMANDS, new])
    for action in ("custom/mine", "custom/old", "custom/light:on"):
        assert client.post(f"{SYSTEM}/{action}").status_code == 204
    wait_until(lambda: state_of_light(client) == "on")
    return left(client)


def state_of_light(client):
    (state,) = client.get(STATES).json()["states"]
    return state["state"]


def left(client):
    answers = {
        path: client.get(path).json()
        for path in (DEFINITIONS, f"{DEFINITIONS}/versions", RULES, RUNS, STATES)
    }
    for run in answers[RUNS]["runs"]:
        run["output of it"] = client.get(f"{RUNS}/{run['id']}/output").json()["chunks"]
    return answers


def page_of(server):
    """The page that somebody gets who has logged in."""
    with BrowserClient(server.url) as browser:
        browser.log_in(server.admin)
        return browser.get("/").text


def test_without_the_plugin_octoprint_is_as_it_was(server):
    with start(server, with_plugin=False) as client:
        listed = client.get(SYSTEM).json()
        page = page_of(server)
        settings = client.get("/api/settings").status_code
    server.stop()
    before = system_actions(server)
    assert ITEM.search(page)
    assert "systemcommands" not in page

    with start(server, with_plugin=True) as client:
        there = use(client)
        assert "systemcommands" in page_of(server)
        assert [run["action"] for run in there[RUNS]["runs"]] == ["light", "old", "mine"]
    server.stop()
    assert system_actions(server) == before

    with start(server, with_plugin=False) as client:
        assert client.get(SYSTEM).json() == listed
        assert client.get("/api/settings").status_code == settings
        assert client.get(RUNS).status_code == 404
        assert client.post(f"{SYSTEM}/custom/mine").status_code == 404
        assert client.post(f"{SYSTEM}/custom/old").status_code == 204
        without = page_of(server)
        assert ITEM.search(without)[0] == ITEM.search(page)[0]
        assert "systemcommands" not in without
        assert "Traceback" not in server.log_text()
    server.stop()
    assert system_actions(server) == before

    with start(server, with_plugin=True) as client:
        assert left(client) == there
