"""Whatever stands in config.yaml: the good entries work and nothing is lost."""

import copy

COMMANDS = [
    5,
    None,
    "reboot",
    ["action", "x"],
    {},
    {"name": "no action", "command": "true"},
    {"action": "", "command": "true"},
    {"action": True, "command": "true"},
    {"action": "list", "command": ["a", "b"]},
    {"action": "good", "name": "Twice", "command": "touch twice"},
    {"action": "good", "name": "Good", "command": "touch good"},
    {"action": "unknown-field", "command": "true", "favourite_colour": {"is": "green"}},
    {"action": "divider", "why": "not"},
    {"action": "bad-timeout", "command": "true", "timeout": "soon"},
    {"action": "bad-looks", "name": True, "command": "true", "icon": ["a"]},
    {"action": "last", "command": "true"},
]
# OctoPrint itself does not start with entries that are odder than these
SYSTEM_ACTIONS = [
    {},
    {"name": "no action", "command": "true"},
    {"action": ["unhashable"], "name": "no text"},
    {"action": "good", "name": "Shadowed", "command": "touch shadowed"},
    {"action": "number", "name": 5, "command": "true"},
    {"action": "legacy", "name": "Old", "command": "touch old"},
    {"action": "odd-flag", "command": "true", "async": "nope", "icon": "fas fa-x"},
    {"action": "legacy", "name": "Legacy", "command": "touch legacy", "confirm": False},
]
EXPECTED = [
    "good",
    "unknown-field",
    "divider",
    "bad-looks",
    "last",
    "number",
    "legacy",
    "odd-flag",
]


def test_the_good_ones_are_listed_at_both_addresses(admin):
    for base in ("", "/plugin/systemcommands"):
        for path in ("/api/system/commands", "/api/system/commands/custom"):
            response = admin.get(base + path)
            assert response.status_code == 200, response.text
            entries = response.json()
            if path.endswith("commands"):
                entries = entries["custom"]
            assert [entry["action"] for entry in entries] == EXPECTED
            assert all(isinstance(entry["name"], str) for entry in entries)
            assert all("confirm" not in entry for entry in entries)


def test_the_good_ones_run(admin, octoprint):
    for action in ("good", "legacy"):
        assert admin.post(f"/api/system/commands/custom/{action}").status_code == 204
        assert (octoprint.basedir / action).exists()
    assert not (octoprint.basedir / "twice").exists()
    assert not (octoprint.basedir / "shadowed").exists()


def test_the_broken_ones_are_logged_with_what_to_do(octoprint, admin):
    admin.get("/api/system/commands")
    log = octoprint.log_text()

    place = "plugins.systemcommands.commands, entry"
    assert f"{place} 1 is left out: has to be a mapping" in log
    assert f'{place} 6 is left out: "action" is missing' in log
    assert f'{place} 8 is left out: "action" has to be a text' in log
    assert f'{place} 10 is left out: the action "good" is taken already' in log
    assert f'{place} 15 is used, but "name" has to be a text' in log
    assert "system.actions, entry 3 is left out" in log
    assert log.count(f"{place} 6 is left out") == 1 * log.count(f"{place} 1 is left out")


def test_nothing_is_lost_when_settings_are_saved(octoprint, admin):
    before = copy.deepcopy(octoprint.read_config())
    body = {"appearance": {"name": "Changed"}}

    assert admin.post("/api/settings", json=body).status_code == 200

    after = octoprint.read_config()
    assert after["appearance"]["name"] == "Changed"
    assert after["plugins"]["systemcommands"] == before["plugins"]["systemcommands"]
    assert after["system"] == before["system"]
    assert after["plugins"]["systemcommands"]["commands"] == COMMANDS


def test_broken_entries_that_octoprint_would_not_start_with(octoprint, admin):
    # they can be saved while it runs, and OctoPrint's own list then answers 500
    nonsense = [5, None, {"action": ["x"], "command": "true"}, {"action": "new"}]

    response = admin.post("/api/settings", json={"system": {"actions": nonsense}})

    assert response.status_code == 200
    response = admin.get("/api/system/commands")
    assert response.status_code == 200
    actions = [entry["action"] for entry in response.json()["custom"]]
    assert actions == ["good", "unknown-field", "divider", "bad-looks", "last", "new"]
    assert octoprint.read_config()["system"]["actions"] == nonsense
