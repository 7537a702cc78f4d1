"""What the editor says of a command that is to be open to G-code, or to MQTT."""

import pytest
from test_editor import SavingSettings, save

from octoprint_systemcommands.commands.editing.editor import Editing
from octoprint_systemcommands.commands.editing.errors import Invalid
from octoprint_systemcommands.commands.editing.last_save import LastSave
from octoprint_systemcommands.commands.editing.validation import check
from octoprint_systemcommands.commands.editing.versions import Versions
from octoprint_systemcommands.commands.parsing import parse_entry
from octoprint_systemcommands.commands.problems import ERROR, WARNING

FAN = {"action": "fan", "name": "Fan", "command": "true", "gcode": True}
LEVEL = {"name": "level", "type": "number"}
STATUS = {"action": "cpu", "name": "CPU", "type": "status", "state": "true"}


def said(entry, **kwargs):
    return [(p.field, p.severity) for p in check(entry, (), **kwargs)]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"fresh_credentials": True}, "password"),
        ({"arguments": [{"name": "key", "type": "secret"}]}, "secret"),
        (
            {
                "arguments": [{"name": "key", "type": "secret"}],
                "gcode_script": ["on_pause"],
            },
            "secret",
        ),
    ],
)
def test_what_only_people_know_is_not_for_lines(fields, words):
    (problem,) = check({**FAN, **fields}, ())
    assert (problem.field, problem.severity) == ("gcode", ERROR)
    assert words in str(problem)
    # as long as it is closed to them there is nothing wrong
    found = check({**FAN, **fields, "gcode": False}, ())
    assert [problem for problem in found if problem.severity == ERROR] == []


@pytest.mark.parametrize(
    "argument", [LEVEL, {"name": "part", "type": "file"}, {**LEVEL, "required": True}]
)
def test_lines_without_values_need_defaults(argument):
    entry = {**FAN, "arguments": [argument], "gcode_alias": 0}
    assert said(entry) == [("gcode_alias", ERROR)]
    entry = {**FAN, "arguments": [argument], "gcode_script": ["before_print"]}
    (problem,) = check(entry, ())
    assert problem.field == "gcode_script"
    assert f'"{argument["name"]}"' in str(problem)
    # a line that somebody writes can have them
    assert said({**FAN, "arguments": [argument], "gcode_script": []}) == []


@pytest.mark.parametrize(
    "more",
    [{"default": 3}, {"required": False}, {"type": "file", "default": "a.gcode"}],
)
def test_lines_without_values_take_defaults(more):
    entry = {**FAN, "arguments": [{**LEVEL, **more}], "gcode_alias": 5}
    assert said({**entry, "gcode_script": ["after_print"]}) == []


def test_a_status_has_no_use_for_it():
    entry = {**STATUS, "gcode": True, "fresh_credentials": True, "gcode_alias": 3}
    assert said(entry, aliases={3}) == []


def test_each_number_is_there_once(tmp_path):
    first, second = {**FAN, "gcode_alias": 3}, {**FAN, "action": "g", "gcode_alias": 3}
    closed = {**second, "gcode": False}
    editing = Editing(
        SavingSettings([first]),
        Versions(str(tmp_path / "versions.yaml")),
        LastSave(str(tmp_path / "last_save.json")),
    )
    assert editing.check(second, {"fan"})[0].field == "gcode_alias"
    assert [p.severity for p in editing.check(closed, {"fan"})] == [WARNING]
    # it is its own
    assert editing.check({**first, "name": "F"}, ()) == []

    with pytest.raises(Invalid) as raised:
        save(editing, [first, second])
    # what was not changed is not to blame
    assert [[p.field for p in of_one] for of_one in raised.value.problems] == [
        [],
        ["gcode_alias"],
    ]
    save(editing, [first, closed])
    save(editing, [{**first, "gcode_alias": 4}, second])
    numbered = {**FAN, "action": "h", "name": "H"}
    # those without a number do not clash
    save(editing, [FAN, numbered])


@pytest.mark.parametrize(
    "wrong",
    [
        {"gcode": "perhaps"},
        {"gcode_alias": -1},
        {"gcode_alias": 10_000},
        {"gcode_alias": "x"},
        {"gcode_wait": 0},
        {"gcode_wait": 601},
        {"gcode_wait": True},
        {"gcode_script": ["sometimes"]},
        {"gcode_script": 5},
    ],
)
def test_a_wrong_value_hides_no_command_and_opens_none(wrong):
    command, problems = parse_entry({**FAN, **wrong})
    assert command is not None
    assert [problem.field for problem in problems] == list(wrong)
    assert command.gcode is ("gcode" not in wrong)
    assert (command.gcode_alias, command.gcode_wait, command.gcode_script) == (
        None,
        60,
        [],
    )
    assert said({**FAN, **wrong}) == [(field, ERROR) for field in wrong]


@pytest.mark.parametrize("field", [{"gcode_alias": 0}, {"gcode_script": ["on_pause"]}])
def test_lines_of_a_command_that_is_closed_to_them(field):
    (problem,) = check({**FAN, **field, "gcode": False}, ())
    assert (problem.field, problem.severity) == (*field, WARNING)
    assert "is not open to G-code" in str(problem)
    assert check({**FAN, **field}, ()) == []


def test_the_line_that_lists_all_runs_none():
    entry = {**FAN, "action": "list"}
    assert said(entry) == [("action", WARNING)]
    assert said({**entry, "gcode": False}) == []


##~~ MQTT

MQTT = {"action": "fan", "name": "Fan", "command": "true", "mqtt": True}
TOGGLE = {**MQTT, "type": "toggle", "on": "true", "off": "true"}


@pytest.mark.parametrize("entry", [MQTT, TOGGLE])
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"fresh_credentials": True}, "password"),
        ({"arguments": [{"name": "key", "type": "secret"}]}, "secret"),
    ],
)
def test_what_only_people_know_is_not_for_messages(entry, fields, words):
    (problem,) = check({**entry, **fields}, ())
    assert (problem.field, problem.severity) == ("mqtt", ERROR)
    assert words in str(problem)
    assert said({**entry, **fields, "mqtt": False}) == []


@pytest.mark.parametrize("entry", [MQTT, TOGGLE])
def test_home_assistant_has_no_values(entry):
    (problem,) = check({**entry, "arguments": [LEVEL]}, ())
    assert (problem.field, problem.severity) == ("mqtt", WARNING)
    assert '"level"' in str(problem)
    for more in ({"default": 3}, {"required": False}):
        assert said({**entry, "arguments": [{**LEVEL, **more}]}) == []


def test_a_status_is_told_whatever_it_has_no_use_for():
    entry = {**STATUS, "mqtt": True, "fresh_credentials": True, "arguments": [LEVEL]}
    assert said(entry) == []
