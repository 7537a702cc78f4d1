import pytest

from octoprint_systemcommands.commands.actions import is_divider_key
from octoprint_systemcommands.commands.client_form import for_clients, for_menu
from octoprint_systemcommands.commands.definition import (
    NEEDED,
    TYPES,
    UNUSED,
    Command,
    Divider,
)
from octoprint_systemcommands.commands.parsing import parse_entry as parse


def parse_entry(entry):
    """The definition, of an entry with nothing wrong about it."""
    definition, problems = parse(entry)
    assert problems == []
    return definition


def test_reads_the_documented_fields():
    command = parse_entry(
        {
            "action": "webcam",
            "name": "Restart webcam",
            "command": "systemctl restart webcamd",
            "confirm": "Really?",
            "async": True,
            "ignore": True,
        }
    )

    assert isinstance(command, Command)
    assert command.action == "webcam"
    assert command.name == "Restart webcam"
    assert command.command == "systemctl restart webcamd"
    assert command.confirm == "Really?"
    assert command.async_ is True
    assert command.ignore is True
    assert command.fresh_credentials is False


def test_defaults_are_those_of_octoprint():
    command = parse_entry({"action": "a", "name": "A", "command": "true"})

    assert command.confirm is None
    assert command.async_ is False
    assert command.ignore is False


def test_a_divider_needs_nothing_else():
    assert isinstance(parse_entry({"action": "divider"}), Divider)
    assert parse_entry({"action": "divider", "name": None}).name == ""


@pytest.mark.parametrize("name", [None, ""])
def test_without_a_name_the_action_is_shown(name):
    assert parse_entry({"action": "webcam", "name": name}).name == "webcam"
    assert parse_entry({"action": "webcam"}).name == "webcam"


def test_numbers_are_read_as_text():
    command = parse_entry({"action": 42, "name": 4.2, "command": "true"})

    assert (command.action, command.name) == ("42", "4.2")


@pytest.mark.parametrize("confirm", [None, False, ""])
def test_an_empty_confirm_is_none(confirm):
    assert parse_entry({"action": "a", "confirm": confirm}).confirm is None


def test_confirm_true_asks_with_the_name():
    assert parse_entry({"action": "a", "name": "Off", "confirm": True}).confirm == "Off"
    assert parse_entry({"action": "a", "confirm": True}).confirm == "a"


def test_null_is_false():
    command = parse_entry({"action": "a", "async": None, "ignore": None})

    assert (command.async_, command.ignore) == (False, False)


def test_a_command_may_be_missing():
    assert parse_entry({"action": "a"}).command is None


def test_unknown_fields_do_not_matter():
    assert parse_entry({"action": "a", "colour": "red", "before": "x"}).action == "a"


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (5, "has to be a mapping of fields"),
        (None, "has to be a mapping of fields"),
        ("reboot", "has to be a mapping of fields"),
        (["a"], "has to be a mapping of fields"),
        ({}, '"action" is missing'),
        ({"name": "A"}, '"action" is missing'),
        ({"action": ""}, '"action" must not be empty'),
        ({"action": True}, '"action" has to be a text; put it in quotes'),
        ({"action": ["a"]}, '"action" has to be a text'),
        ({"action": "a", "command": ["ls"]}, '"command" has to be a text'),
        ({"action": "a", "working_directory": "a\0"}, '"working_directory" must not'),
        ({"action": "a", "environment": ["A"]}, '"environment" has to be a mapping'),
        ({"action": "a", "environment": {"A-B": "x"}}, '"environment" may only have'),
        ({"action": "a", "environment": {"A=B": "x"}}, '"environment" may only have'),
        ({"action": "a", "environment": {"A\n": "x"}}, '"environment" may only have'),
        ({"action": "a", "environment": {"A": "x\0"}}, '"environment" may only have'),
        ({"action": "a", "environment": {"A": ["x"]}}, '"environment" has to be a text'),
        ({"action": "a", "command": "a\0b"}, '"command" must not contain'),
        ({"action": "a", "timeout": "10s"}, '"timeout" has to be a number'),
        ({"action": "a", "timeout": 0}, '"timeout" has to be greater than 0'),
        ({"action": "a", "timeout": float("nan")}, '"timeout" has to be'),
        ({"action": "a", "timeout": 1e6}, '"timeout" has to be 604800 at most'),
        ({"action": "a", "timeout": True}, '"timeout" has to be a number of seconds'),
        (
            {"action": "a", "when_busy": "refuze"},
            '"when_busy" has to be one of these: parallel, queue, ',
        ),
    ],
)
def test_says_what_is_wrong_and_where(entry, problem):
    definition, problems = parse(entry)

    assert definition is None
    assert problem in str(problems[0])
    assert problems[0].severity == "error"


def test_names_all_that_is_wrong():
    definition, problems = parse({"action": [], "command": [], "timeout": "x"})

    assert definition is None
    assert {problem.field for problem in problems} == {"action", "command", "timeout"}


def test_the_environment_is_texts():
    command = parse_entry({"action": "a", "environment": {"A_1": "x y", "b": 5}})

    assert command.environment == {"A_1": "x y", "b": "5"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", True),
        ("name", ["A"]),
        ("description", {"a": 1}),
        ("icon", "x y"),
        ("icon", "camera\n"),
        ("icon", '"><script>'),
        ("icon", 5.5),
        ("group", ["a"]),
        ("show_output", "sometimes"),
    ],
)
def test_no_command_vanishes_for_its_looks(field, value):
    command, (problem,) = parse({"action": "a", "command": "true", field: value})

    assert command == parse_entry({"action": "a", "command": "true"})
    assert (problem.field, problem.severity) == (field, "warning")


LINES = {type_: dict.fromkeys(needed, "true") for type_, needed in NEEDED.items()}


@pytest.mark.parametrize(
    ("type_", "name"), [(type_, name) for type_ in TYPES for name in UNUSED[type_]]
)
def test_what_a_type_has_no_use_for_does_not_matter(type_, name):
    entry = {"action": "a", "type": type_, **LINES[type_], name: {"odd": [1]}}
    command, _ = parse(entry)
    assert command is not None
    assert command.obstacle is None


@pytest.mark.parametrize("field", ["async", "ignore", "fresh_credentials"])
@pytest.mark.parametrize("value", ["perhaps", 2, ["x"]])
def test_flags_are_true_if_they_are_anything_as_in_octoprint(field, value):
    command, (problem,) = parse({"action": "a", field: value})

    assert command == parse_entry({"action": "a", field: True})
    assert (problem.field, problem.severity) == (field, "warning")


def test_a_confirm_that_is_no_text_still_asks():
    command, _ = parse({"action": "a", "name": "Off", "confirm": ["Really?"]})

    assert command.confirm == "Off"


@pytest.mark.parametrize(
    "icon", ["camera", "Camera", "fa-camera", "fas fa-camera", "fa-solid fa-camera"]
)
def test_icons_as_people_write_them(icon):
    assert parse_entry({"action": "a", "icon": icon}).icon == "camera"


def test_client_definition_has_the_documented_fields_only():
    command = parse_entry(
        {
            "action": "a",
            "name": "A",
            "command": "secret",
            "async": True,
            "ignore": True,
            "icon": "camera",
            "group": "G",
            "description": "D",
            "fresh_credentials": True,
        }
    )

    assert for_clients(command, "custom", "http://x") == {
        "action": "a",
        "name": "A",
        "source": "custom",
        "resource": "http://x",
    }


def test_client_definition_has_confirm_if_there_is_one():
    command = parse_entry({"action": "a", "confirm": "Really?"})

    assert for_clients(command, "custom", "http://x")["confirm"] == "Really?"


def test_menu_entry_has_what_the_menu_needs():
    command = parse_entry(
        {"action": "a", "command": "secret", "async": True, "icon": "bolt", "group": ""}
    )

    assert for_menu(command, "custom", "http://x") == {
        "action": "a",
        "name": "a",
        "source": "custom",
        "resource": "http://x",
        "async": True,
        "ignore": False,
        "fresh_credentials": False,
        "show_output": "on_failure",
        "while_printing": "allow",
        "when_busy": "parallel",
        "icon": "bolt",
    }


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("divider", True),
        ("divider_1", True),
        ("divider_12", True),
        ("divider_", False),
        ("divider_a", False),
        ("divider_1\n", False),
        ("my_divider", False),
    ],
)
def test_divider_keys(action, expected):
    assert is_divider_key(action) is expected
