import logging

import pytest
from fakes import Settings, bomb, wide_circle

from octoprint_systemcommands.commands import lists
from octoprint_systemcommands.commands.catalogue import (
    Catalogue,
    NotExecutable,
    UnknownAction,
    UnknownSource,
)

LOGGER = "octoprint.plugins.systemcommands.commands"


def catalogue(commands=None, actions=None, server_commands=None):
    everyone = {
        "system": {"actions": actions},
        "server": {"commands": server_commands or {}},
    }
    settings = Settings({"commands": commands}, everyone)
    return Catalogue(settings, gettext=lambda text: text)


def actions_of(subject, source="custom"):
    return [entry.action for entry in subject.entries(source)]


def test_the_plugins_commands_come_before_those_of_config_yaml():
    subject = catalogue([{"action": "new"}], [{"action": "old"}])

    assert actions_of(subject) == ["new", "old"]


def test_of_two_with_the_same_action_the_plugins_wins(caplog):
    subject = catalogue(
        [{"action": "a", "command": "new"}], [{"action": "a", "command": "old"}]
    )

    assert subject.find("custom", "a").command == "new"
    assert actions_of(subject) == ["a"]
    assert "system.actions, entry 1 is left out" in caplog.text
    assert "plugins.systemcommands.commands, entry 1" in caplog.text


@pytest.mark.parametrize("name", ["commands", "actions"])
def test_of_two_in_the_same_list_the_last_wins_as_in_octoprint(name, caplog):
    definitions = [
        {"action": "a", "command": "1"},
        {"action": "b"},
        {"action": "a", "command": "2"},
    ]
    subject = catalogue(**{name: definitions})

    assert subject.find("custom", "a").command == "2"
    assert actions_of(subject) == ["a", "b"]
    assert "entry 1 is left out" in caplog.text


def test_two_that_would_look_the_same_in_a_url():
    subject = catalogue([{"action": "a/b"}], [{"action": "a%2Fb"}, {"action": "a%20b"}])

    assert actions_of(subject) == ["a/b", "a%20b"]
    assert subject.find("custom", "a%2Fb").action == "a/b"
    subject = catalogue([{"action": ".."}], [{"action": "%2E%2E"}])
    assert subject.find("custom", "%2E%2E").action == ".."
    assert actions_of(subject) == [".."]


def test_an_entry_that_contains_itself():
    entry = {"action": "a", "command": "true"}
    entry["self"] = entry
    subject = catalogue([entry, {"action": "b"}])

    for _ in range(3):
        assert actions_of(subject) == ["a", "b"]


def test_two_with_the_same_octo_line(caplog):
    command = {"name": "A", "command": "true", "gcode": True, "gcode_alias": 3}
    entries = [
        {**command, "action": "a", "gcode": False},
        {**command, "action": "b"},
        {**command, "action": "c"},
        {**command, "action": "d", "gcode_alias": 4},
    ]
    said = "is taken already by a command further up, which is the one to be run"

    assert actions_of(catalogue(entries, [{**command, "action": "e"}])) == list("abcde")
    assert f'commands, entry 3 is used, but "gcode_alias" {said}' in caplog.text
    assert f'system.actions, entry 1 is used, but "gcode_alias" {said}' in caplog.text
    assert caplog.text.count(said) == 2


def test_what_is_wrong_but_does_not_matter_is_logged(caplog):
    subject = catalogue([{"action": "a", "icon": "x y"}])

    assert actions_of(subject) == ["a"]
    assert 'entry 1 is used, but "icon" may only have' in caplog.text


def test_broken_entries_do_not_hide_the_others(caplog):
    broken = [5, None, "x", {}, {"action": True}, {"action": "a", "command": []}]
    subject = catalogue(
        [*broken, {"action": "good"}, {"action": "divider"}], [*broken, {"action": "too"}]
    )

    # OctoPrint lists the last two of its own
    assert actions_of(subject) == ["good", "divider", "True", "a", "too"]
    assert len(caplog.records) == 2 * len(broken)
    assert "commands, entry 5 is left out" in caplog.text
    assert "system.actions, entry 4 is left out" in caplog.text
    assert "system.actions, entry 5 is used, but" in caplog.text
    assert "system.actions, entry 6 is listed, and cannot be run" in caplog.text


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"command": ["a", "b"]}, '"command" has to be one text, not a list'),
        ({"command": []}, '"command" has to be one text, not a list'),
        ({"command": True}, '"command" has to be a text'),
        ({"command": "a\0b"}, '"command" must not contain a NUL'),
        ({"timeout": "soon"}, '"timeout" has to be a number'),
        ({"while_printing": "never"}, '"while_printing" has to be one of these'),
        ({"environment": [1], "confirm": ["x"]}, '"environment" has to be a mapping'),
    ],
)
def test_what_octoprint_lists_is_listed_and_says_why_it_cannot_run(fields, reason):
    entry = {"action": "a", "name": "A", "command": "true", **fields}
    subject = catalogue([], [entry])

    assert actions_of(subject) == ["a"]
    assert reason in subject.find("custom", "a").obstacle
    assert subject.find("custom", "a").name == "A"


def test_a_list_of_one_is_run_as_octoprint_does():
    command = catalogue([], [{"action": "a", "command": ["echo 1"]}]).find("custom", "a")

    assert (command.command, command.obstacle) == ("echo 1", None)


def test_a_reason_cannot_come_from_the_file():
    entry = {"action": "a", "command": "true", "reason": "x"}

    assert catalogue([], [entry]).find("custom", "a").obstacle is None


@pytest.mark.parametrize("make", [bomb, wide_circle])
def test_references_that_stand_for_too_much(make):
    endless = make()
    good = {"action": "good", "command": "true"}
    subject = catalogue(
        [
            {"action": "unknown", "command": "true", "x": endless},
            {"action": "a", "command": "true", "arguments": endless},
            {"action": "looks", "command": "true", "description": endless},
            {"action": endless, "command": "true"},
            endless,
            good,
        ],
        [{"action": "old", "environment": endless}],
    )

    # all that can do without is listed
    assert actions_of(subject) == ["unknown", "looks", "good", "old"]
    assert "refers to itself: write it out" in subject.find("custom", "old").obstacle


def test_entries_are_parsed_once_however_often_they_are_asked_for(mocker):
    parse = mocker.patch.dict(lists._PARSERS)
    calls = mocker.Mock(side_effect=lists.parse_entry)
    parse[lists.PLUGIN_COMMANDS] = calls
    commands = [{"action": f"a{n}", "command": "true"} for n in range(50)]
    subject = catalogue(commands)
    for _ in range(10):
        subject.entries("custom")
        subject.find("custom", "a7")
    assert calls.call_count == 50
    commands[3]["name"] = "New"
    assert subject.find("custom", "a3").name == "New"
    assert calls.call_count == 100


def test_broken_entries_are_logged_once_and_again_when_they_change(caplog):
    commands = [{"action": ""}]
    subject = catalogue(commands)
    subject.entries("custom")
    subject.entries("custom")
    assert len(caplog.records) == 1

    commands.append({"action": "new"})
    assert actions_of(subject) == ["new"]
    assert len(caplog.records) == 2


@pytest.mark.parametrize("nonsense", [{"action": "a"}, "text", 5, True])
def test_a_list_that_is_no_list_is_ignored(nonsense, caplog):
    subject = catalogue(nonsense, [{"action": "old"}])

    assert actions_of(subject) == ["old"]
    assert "has to be a list" in caplog.text


def test_no_lists_at_all():
    with_nothing = Catalogue(Settings(), gettext=str)

    assert with_nothing.entries("custom") == []


def test_what_is_logged_names_no_command_line(caplog):
    caplog.set_level(logging.DEBUG, LOGGER)
    catalogue(
        [{"action": "a", "command": "s3cret", "async": "x"}, {"command": "s3cret"}]
    ).entries("custom")

    assert caplog.records
    assert "s3cret" not in caplog.text


def test_finds_by_source_and_action():
    subject = catalogue([{"action": "a"}], server_commands={"serverRestartCommand": "r"})

    assert subject.find("custom", "a").action == "a"
    assert subject.find("core", "restart").command == "r"


def test_finds_odd_actions_that_were_encoded_twice():
    subject = catalogue([{"action": "a/b"}, {"action": "ä ö?"}])

    assert subject.find("custom", "a%2Fb").action == "a/b"
    assert subject.find("custom", "a/b").action == "a/b"
    assert subject.find("custom", "ä ö?").action == "ä ö?"


def test_an_action_that_looks_encoded_is_found_as_it_is():
    subject = catalogue([{"action": "a%2Fb", "command": "1"}])

    assert subject.find("custom", "a%2Fb").command == "1"


def test_unknown_source():
    with pytest.raises(UnknownSource):
        catalogue().find("plugin", "a")
    with pytest.raises(UnknownSource):
        catalogue().entries("")


def test_unknown_action():
    with pytest.raises(UnknownAction):
        catalogue([{"action": "a"}]).find("custom", "b")
    with pytest.raises(UnknownAction):
        catalogue([{"action": "restart"}]).find("core", "restart")


@pytest.mark.parametrize("action", ["divider", "divider_1", "divider_99"])
def test_dividers_cannot_be_executed(action):
    with pytest.raises(NotExecutable):
        catalogue([{"action": "divider"}]).find("custom", action)


def test_a_command_that_is_called_like_a_divider_still_works():
    subject = catalogue(actions=[{"action": "divider_1", "command": "true"}])

    assert subject.find("custom", "divider_1").command == "true"


ALL_CORE = {
    "systemShutdownCommand": "sudo shutdown",
    "systemRestartCommand": "sudo reboot",
    "serverRestartCommand": "sudo restart",
}


def test_core_has_what_is_configured():
    assert actions_of(catalogue(), "core") == []
    assert (
        actions_of(catalogue(server_commands={"systemRestartCommand": ""}), "core") == []
    )
    assert actions_of(catalogue(server_commands=ALL_CORE), "core") == [
        "shutdown",
        "reboot",
        "restart",
        "restart_safe",
    ]
    one = catalogue(server_commands={"serverRestartCommand": "r"})
    assert actions_of(one, "core") == ["restart", "restart_safe"]


def test_core_asks_for_the_password_where_octoprint_does():
    subject = catalogue(server_commands=ALL_CORE)
    fresh = {entry.action for entry in subject.entries("core") if entry.fresh_credentials}

    assert fresh == {"shutdown", "reboot"}


def test_core_does_not_wait_and_asks_for_confirmation():
    for entry in catalogue(server_commands=ALL_CORE).entries("core"):
        assert entry.async_ is True
        assert entry.outlives_server is True
        assert entry.confirm.startswith("<strong>You are about to ")


def test_only_the_restart_in_safe_mode_sets_safe_mode():
    settings = Settings(everyone={"server": {"commands": ALL_CORE}})
    subject = Catalogue(settings, gettext=str)

    subject.find("core", "restart").prepare()
    assert "startOnceInSafeMode" not in settings.everyone["server"]

    subject.find("core", "restart_safe").prepare()
    assert settings.everyone["server"]["startOnceInSafeMode"] is True
    assert settings.saved == 1


@pytest.mark.parametrize(
    ("fields", "outlives"),
    [
        ({}, False),
        ({"async": True}, True),
        ({"async": "anything"}, True),
        ({"async": True, "outlives_server": False}, False),
        ({"outlives_server": True}, True),
    ],
)
def test_what_octoprint_does_not_wait_for_outlives_it(fields, outlives):
    entry = {"action": "a", "command": "x", **fields}

    assert catalogue(actions=[entry]).find("custom", "a").outlives_server is outlives
    # in the plugin's own list it is only what says so
    own = catalogue([entry]).find("custom", "a").outlives_server
    assert bool(own) is fields.get("outlives_server", False)
