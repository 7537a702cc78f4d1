"""Settings of the plugin that have the wrong type, by hand and by OctoPrint's settings API."""

import pytest
import yaml

from harness.http_clients import ApiClient
from harness.waiting import wait_until

RUNS = "/plugin/systemcommands/api/runs"
DEFAULTS = {"max_runs": 200, "max_days": 30, "visible_to_all": False}
ACTIONS = [{"action": "one", "command": "true"}]

BY_HAND = {
    "types": {
        "octoprint_address": {"yes": "please"},
        "history": {"max_runs": [5], "max_days": {"a": 1}, "visible_to_all": [False]},
        "commands": {"action": "mapping", "command": "true"},
        "rules": {"id": "mapping", "when": {"event": "startup"}, "run": "one"},
    },
    "shapes": {
        "octoprint_address": "perhaps",
        "history": [200, 30],
        "commands": "text",
        "rules": "text",
    },
    "numbers": {
        "history": {"max_runs": -1, "max_days": float("nan"), "visible_to_all": 7},
        "commands": 5,
        "rules": 5,
    },
}
WRONG = {
    "octoprint_address": [[], {"a": 1}, "perhaps", 5],
    "max_runs": [[1], {"a": 1}, "many", -1, 0, True],
    "max_days": [[1], {"a": 1}, "long", -1, 0, False],
    "visible_to_all": [[], [1], {"a": 1}, "perhaps", 5],
    "history": [[1], "text", 5, True],
}


def without_warning(client):
    """The list of runs; None as long as something is wrong with the history."""
    seen = client.get(RUNS).json()
    return seen if seen["warning"] is None else None


def works(server, client, operator):
    """Whether all goes on as with the defaults."""
    system = client.get("/api/system/commands/custom").json()
    assert [entry["action"] for entry in system] == ["one"]
    assert client.post("/api/system/commands/custom/one").status_code == 204
    run = client.post(RUNS, json={"source": "custom", "action": "one"}).json()
    wait_until(lambda: client.get(f"{RUNS}/{run['id']}").json()["status"] == "succeeded")
    # a busy machine may once take too long to read the history
    seen = wait_until(lambda: without_warning(client))
    assert len(seen["runs"]) >= 2
    # those of others are not opened by a slip
    assert operator.get(f"{RUNS}/{run['id']}").status_code == 404

    rules = client.get("/plugin/systemcommands/api/rules").json()
    assert [bool(problems) for problems in rules["problems"]] == [
        True for _ in rules["rules"]
    ]
    shown = client.get("/api/settings").json()["plugins"]["systemcommands"]
    assert shown["octoprint_address"] is True
    assert shown["history"] == DEFAULTS
    assert "Traceback" not in server.log_text()


@pytest.mark.parametrize("section", BY_HAND.values(), ids=BY_HAND)
def test_by_hand(make_octoprint, section):
    config = {"plugins": {"systemcommands": section}, "system": {"actions": ACTIONS}}
    server = make_octoprint(config)
    before = yaml.safe_dump(server.read_config()["plugins"]["systemcommands"])
    with (
        ApiClient(server.url, server.admin) as admin,
        ApiClient(server.url, server.operator) as operator,
    ):
        works(server, admin, operator)
        works(server, admin, operator)
        # it is still there when something else was saved
        body = {
            "appearance": {"name": "Other"},
            "plugins": {"systemcommands": {"unknown": 1}},
        }
        assert admin.post("/api/settings", json=body).status_code == 200
    config = server.read_config()
    assert config["appearance"]["name"] == "Other"
    section = config["plugins"]["systemcommands"]
    assert section.pop("unknown") == 1
    section.pop("_config_version", None)
    assert yaml.safe_dump(section) == before

    lines = [line for line in server.log_text().splitlines() if " has to be " in line]
    said = [line.partition("plugins.systemcommands")[2] for line in lines]
    assert said
    assert len(said) == len(set(said))


def test_by_the_settings_api(make_octoprint):
    server = make_octoprint({"system": {"actions": ACTIONS}})
    with (
        ApiClient(server.url, server.admin) as admin,
        ApiClient(server.url, server.operator) as operator,
    ):
        for name, values in WRONG.items():
            for value in values:
                section = {name: value}
                if name in DEFAULTS:
                    section = {"history": section}
                body = {"plugins": {"systemcommands": section}}
                response = admin.post("/api/settings", json=body)
                assert response.status_code == 200
                answer = response.json()["plugins"]["systemcommands"]
                assert answer["history"] == DEFAULTS
                assert answer["octoprint_address"] is True
                stored = server.read_config()["plugins"]["systemcommands"]
                stored = stored["history"] if name in DEFAULTS else stored
                assert stored[name] == value
            works(server, admin, operator)
            # and back
            good = {"octoprint_address": True, "history": DEFAULTS}
            body = {"plugins": {"systemcommands": good}}
            assert admin.post("/api/settings", json=body).status_code == 200
        for odd in ([1], "text", 5, None):
            body = {"plugins": {"systemcommands": odd}}
            assert admin.post("/api/settings", json=body).status_code == 200
            works(server, admin, operator)
