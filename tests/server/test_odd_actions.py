"""Whatever OctoPrint lists of ``system.actions`` is listed, and what it runs is run: at both
addresses, by the resource that is listed."""

import pytest

CHARACTERS = [*map(chr, range(32)), "\x7f", "\u2028"]
ACTIONS = [
    *(f"a{character}b" for character in CHARACTERS),
    *("/", "a/b", "/a", "a/", "//", "a//b", "./a", "a/../b", "a\n/b", "\n/", "\n"),
    *("%", "%41", "a%2Fc", "%252F", "a%0Ab", "?", "#", "a b", "a;b", ":", "a&b=c"),
    *(" a", "a ", ".", "..", "...", ".a", "a+b", "a\\b", "ü日😀", "x" * 3000),
    *("divider_1", "custom", 5, 1.5, True, False),
]
# fields of a wrong type, and whether OctoPrint runs the command all the same
FIELDS = [
    *(({"command": command}, False) for command in (["a", "b"], [], 5, True, {"a": 1})),
    ({"command": ["touch ran"]}, True),
    ({"command": "touch ran\0x"}, False),
    *(({"name": name}, True) for name in (None, True, 5, ["a"], {"a": 1}, "")),
    *(({"confirm": confirm}, True) for confirm in (None, True, 5, ["a"], {"a": 1})),
    *(({"async": flag}, True) for flag in ("", 0, [], {}, None)),
    *(({"ignore": flag}, True) for flag in ("yes", 5, ["a"], {"a": 1}, None)),
    *(({"fresh_credentials": flag}, True) for flag in ("yes", ["a"])),
    ({"debug": "x"}, True),
]
SYSTEM_ACTIONS = [
    {"action": action, "name": "Odd", "command": f"touch ran-{number}"}
    for number, action in enumerate(ACTIONS)
] + [
    {"action": f"field-{number}", "name": "F", "command": "touch ran", **fields}
    for number, (fields, _) in enumerate(FIELDS)
]


def actions_at(admin, base):
    response = admin.get(f"{base}/api/system/commands/custom")
    assert response.status_code == 200
    return response.json()


@pytest.mark.parametrize("base", ["", "/plugin/systemcommands"])
def test_every_action_runs_by_its_resource(octoprint, admin, base):
    entries = actions_at(admin, base)
    assert len(entries) == len(SYSTEM_ACTIONS)
    for number, (action, entry) in enumerate(zip(ACTIONS, entries)):
        assert entry["action"] == str(action)
        ran = octoprint.basedir / f"ran-{number}"
        path = entry["resource"][len(octoprint.url) :]
        assert admin.post(path).status_code == 204, path
        assert ran.exists(), path
        ran.unlink()


@pytest.mark.parametrize("base", ["", "/plugin/systemcommands"])
def test_fields_of_wrong_types(octoprint, admin, base):
    entries = actions_at(admin, base)[len(ACTIONS) :]
    for (fields, runs), entry in zip(FIELDS, entries):
        assert isinstance(entry["name"], str)
        assert isinstance(entry.get("confirm", ""), str)
        ran = octoprint.basedir / "ran"
        ran.unlink(missing_ok=True)
        response = admin.post(entry["resource"][len(octoprint.url) :])
        assert response.status_code == (204 if runs else 500), fields
        assert ran.exists() == runs, fields
        if not runs and fields["command"] != 5:
            assert 'cannot be run: "command"' in response.json()["error"]


def test_the_editor_says_what_to_change(admin):
    problems = admin.get("/plugin/systemcommands/api/definitions").json()["problems"]
    by_entry = problems["system_actions"][len(ACTIONS) :]
    for (fields, runs), found in zip(FIELDS, by_entry):
        if not runs and fields["command"] != 5:
            (problem,) = found
            assert (problem["field"], problem["severity"]) == ("command", "error")
