"""Arguments: how they are defined, which values they take, and what the command gets."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octoprint_systemcommands.commands.arguments.values import WrongValues, take
from octoprint_systemcommands.commands.editing.validation import check
from octoprint_systemcommands.commands.parsing import parse_entry

UPLOADS = {"part.gcode": "/uploads/part.gcode", "a/-b.gcode": "/uploads/a/-b.gcode"}


def defined(*arguments):
    command, problems = parse_entry(
        {"action": "a", "command": "true", "arguments": list(arguments)}
    )
    assert problems == []
    return command.arguments


def problems_of(*arguments):
    command, problems = parse_entry(
        {"action": "a", "command": "true", "arguments": list(arguments)}
    )
    assert command is None
    return [(problem.path[1:], problem.message.text) for problem in problems]


def taken(argument, value):
    values = take(defined({"name": "x", **argument}), {"x": value}, UPLOADS.get)
    assert list(values.environment) == ["SC_X"]
    return values.environment["SC_X"]


def refused(argument, value):
    with pytest.raises(WrongValues) as caught:
        take(defined({"name": "x", **argument}), {"x": value}, UPLOADS.get)
    (problem,) = caught.value.problems
    assert problem.argument == "x"
    return str(problem)


TEXT = {"type": "text"}
NUMBER = {"type": "number"}
SECRET = {"type": "secret"}
FILE = {"type": "file"}
TOGGLE = {"type": "toggle"}
CHOICE = {"type": "choice", "choices": [1, "two", {"value": "3", "label": "Three"}]}


##~~ Definitions


@pytest.mark.parametrize(
    ("argument", "path", "text"),
    [
        ("x", [0], "mapping"),
        ({"type": "text"}, [0, "name"], "is missing"),
        ({"name": "PATH", "type": "text"}, [0, "name"], "lower case"),
        ({"name": "a b", "type": "text"}, [0, "name"], "lower case"),
        ({"name": "a\n", "type": "text"}, [0, "name"], "lower case"),
        ({"name": "1a", "type": "text"}, [0, "name"], "lower case"),
        ({"name": "a" * 33, "type": "text"}, [0, "name"], "too long"),
        ({"name": "a"}, [0, "type"], "has to be one of these"),
        ({"name": "a", "type": "shell"}, [0, "type"], "has to be one of these"),
        ({"name": "a", "type": ["text"]}, [0, "type"], "has to be one of these"),
        ({"name": "a", **TEXT, "pattern": "("}, [0, "pattern"], "regular expression"),
        ({"name": "a", **TEXT, "pattern": "a)|(b"}, [0, "pattern"], "regular"),
        ({"name": "a", **TEXT, "pattern": "(?=a)"}, [0, "pattern"], "regular"),
        ({"name": "a", **TEXT, "pattern": "a", "default": "b"}, [0, "default"], "value"),
        ({"name": "a", **TEXT, "default": "a\nb"}, [0, "default"], "value"),
        ({"name": "a", **TEXT, "max_length": 0}, [0, "max_length"], "at least"),
        ({"name": "a", **TEXT, "max_length": 5000}, [0, "max_length"], "at most"),
        ({"name": "a", **TEXT, "max_length": "9"}, [0, "max_length"], "whole number"),
        ({"name": "a", **NUMBER, "min": "0"}, [0, "min"], "has to be a number"),
        ({"name": "a", **NUMBER, "min": True}, [0, "min"], "has to be a number"),
        ({"name": "a", **NUMBER, "max": float("inf")}, [0, "max"], "a number"),
        ({"name": "a", **NUMBER, "step": 0}, [0, "step"], "greater than"),
        ({"name": "a", **NUMBER, "min": 2, "max": 1}, [0, "max"], "smallest"),
        ({"name": "a", **NUMBER, "min": 2, "default": 1}, [0, "default"], "value"),
        ({"name": "a", "type": "choice"}, [0, "choices"], "is missing"),
        ({"name": "a", "type": "choice", "choices": []}, [0, "choices"], "empty"),
        (
            {"name": "a", "type": "choice", "choices": [{"value": "", "label": "x"}]},
            [0, "choices", 0, "value"],
            "empty",
        ),
        (
            {"name": "a", "type": "choice", "choices": ["b", True]},
            [0, "choices", 1, "value"],
            "put it in quotes",
        ),
        (
            {"name": "a", "type": "choice", "choices": ["b", "c", "b"]},
            [0, "choices", 2, "value"],
            "twice",
        ),
        ({"name": "a", **CHOICE, "default": "4"}, [0, "default"], "value"),
        ({"name": "a", **TOGGLE, "default": 3}, [0, "default"], "true or false"),
        ({"name": "a", **SECRET, "default": "s"}, [0, "default"], "secret"),
        ({"name": "a", **FILE, "default": "../b"}, [0, "default"], "value"),
        ({"name": "a", **TEXT, "required": "maybe"}, [0, "required"], "true or false"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(argument, path, text):
    ((where, what),) = problems_of(argument)
    assert where == path
    assert text in what


def test_a_name_that_is_there_already_is_wrong_where_it_comes_again():
    twice = problems_of(
        {"name": "a", **TEXT}, {"name": "b", **TEXT}, {"name": "a", **TEXT}
    )
    assert twice == [([2, "name"], "is taken by another argument")]


def test_there_are_no_more_than_people_fill_in():
    ((path, text),) = problems_of(*({"name": f"a{n}", **TEXT} for n in range(21)))
    assert path == []
    assert "at most" in text


def test_a_command_with_a_broken_argument_is_not_run_without_it():
    command, _ = parse_entry({"action": "a", "command": "true", "arguments": "level"})
    assert command is None


def test_the_label_is_the_name_without_one():
    assert [a.label for a in defined({"name": "a", **TEXT, "label": ""})] == ["a"]


def test_a_form_gets_what_it_needs():
    (argument,) = defined({"name": "a", **CHOICE, "default": 1, "label": "Which"})
    assert argument.to_json() == {
        "name": "a",
        "type": "choice",
        "label": "Which",
        "required": True,
        "default": "1",
        "choices": [
            {"value": "1", "label": "1"},
            {"value": "two", "label": "two"},
            {"value": "3", "label": "Three"},
        ],
    }


##~~ Values


@pytest.mark.parametrize(
    ("argument", "value", "variable"),
    [
        (TEXT, "$(reboot); `x` \"'\\ ü 🦆", "$(reboot); `x` \"'\\ ü 🦆"),
        (TEXT, "-rf", "-rf"),
        ({**TEXT, "pattern": "a|bc"}, "bc", "bc"),
        ({**TEXT, "max_length": 3}, "äöü", "äöü"),
        (NUMBER, 5, "5"),
        (NUMBER, 5.0, "5"),
        (NUMBER, -0.0, "0"),
        (NUMBER, 1e3, "1000"),
        (NUMBER, 1e-7, "0.0000001"),
        (NUMBER, 0.1, "0.1"),
        ({**NUMBER, "min": 0.1, "step": 0.1}, 0.3, "0.3"),
        ({**NUMBER, "min": -5, "max": -5}, -5, "-5"),
        (CHOICE, "1", "1"),
        (CHOICE, 1, "1"),
        (CHOICE, "3", "3"),
        (TOGGLE, True, "true"),
        (TOGGLE, False, "false"),
        (SECRET, "p w'\"", "p w'\""),
        (FILE, "part.gcode", "/uploads/part.gcode"),
        (FILE, "a/-b.gcode", "/uploads/a/-b.gcode"),
    ],
)
def test_values_that_pass(argument, value, variable):
    assert taken(argument, value) == variable


@pytest.mark.parametrize(
    ("argument", "value", "why"),
    [
        (TEXT, 5, "has to be a text"),
        (TEXT, True, "has to be a text"),
        (TEXT, ["a"], "has to be a text"),
        (TEXT, {"a": 1}, "has to be a text"),
        (TEXT, "a\0b", "control characters"),
        (TEXT, "a\nb", "control characters"),
        (TEXT, "a\x1b[31m", "control characters"),
        (TEXT, "a\u2028b", "control characters"),
        (TEXT, "\ud800", "control characters"),
        (TEXT, "a" * 256, "longer than 255"),
        ({**TEXT, "pattern": "[a-z]+"}, "abc\n", "control characters"),
        ({**TEXT, "pattern": "[a-z]+"}, "abc;", "has to have the form [a-z]+"),
        ({**TEXT, "pattern": "a|b"}, "ab", "has to have the form a|b"),
        ({**TEXT, "pattern": "(?m)^a$"}, "a b", "has to have the form"),
        (NUMBER, "5", "has to be a number"),
        (NUMBER, True, "has to be a number"),
        (NUMBER, float("nan"), "has to be a number"),
        (NUMBER, float("inf"), "has to be a number"),
        (NUMBER, 10**400, "has to be a number"),
        (NUMBER, 1e-300, "has too many digits"),
        ({**NUMBER, "min": 0, "max": 10}, -1, "has to be 0 or more"),
        ({**NUMBER, "min": 0, "max": 10}, 10.5, "has to be 10 or less"),
        ({**NUMBER, "min": 1, "step": 2}, 4, "in steps of 2 from 1"),
        (CHOICE, "Three", "has to be one of these: 1, two, 3"),
        (CHOICE, True, "has to be one of these"),
        (CHOICE, 1.0, "has to be one of these"),
        (CHOICE, ["1"], "has to be one of these"),
        (TOGGLE, "true", "has to be true or false"),
        (TOGGLE, 1, "has to be true or false"),
        (SECRET, 1234, "has to be a text"),
        (SECRET, "a\rb", "control characters"),
        (FILE, "other.gcode", "is not among the uploaded files"),
        (FILE, "../part.gcode", "path of an uploaded file"),
        (FILE, "/uploads/part.gcode", "path of an uploaded file"),
        (FILE, "a/./part.gcode", "path of an uploaded file"),
        (FILE, ".metadata.json", "path of an uploaded file"),
        (FILE, "a\\b", "path of an uploaded file"),
    ],
)
def test_values_that_do_not(argument, value, why):
    assert why in refused(argument, value)


def test_a_pattern_is_said_with_what_fits():
    argument = {**TEXT, "pattern": "[a-z]+-[0-9]+", "default": "frame-1"}
    assert "the form of frame-1 ([a-z]+-[0-9]+)" in refused(argument, "1")


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ({**TEXT, "pattern": "[a-z]+", "default": "a"}, "A"),
        ({**TEXT, "max_length": 1}, "ab"),
        ({**NUMBER, "max": 1}, 2),
        (CHOICE, "4"),
        (SECRET, "\n"),
        (FILE, "other.gcode"),
    ],
)
def test_a_definition_has_its_own_words(argument, value):
    own = "mm, at most 100 %(x)s%"
    assert refused({**argument, "error": own}, value) == f'"x": {own}'
    # nothing is no wrong value
    with pytest.raises(WrongValues, match="is missing"):
        take(defined({**argument, "name": "x", "error": own, "default": None}), {}, None)


def test_what_people_read_of_an_argument():
    (one,) = defined({"name": "a", **TEXT, "help": "See the plug", "error": "Wrong"})
    assert one.to_json()["help"] == "See the plug"
    assert one.to_json()["error"] == "Wrong"
    (one,) = defined({"name": "a", **TEXT, "help": "", "error": None})
    assert {"help", "error"}.isdisjoint(one.to_json())


@pytest.mark.parametrize("name", ["help", "error"])
@pytest.mark.parametrize("words", ["x" * 501, ["a"], {"de": "a"}, True])
def test_a_command_can_do_without_words_that_nobody_can_read(name, words):
    arguments = [{"name": "a", **TEXT}, {"name": "b", **NUMBER, name: words}]
    entry = {"action": "a", "command": "true", "arguments": arguments}
    command, (problem,) = parse_entry(entry)

    assert (problem.path, problem.severity) == (["arguments", 1, name], "warning")
    assert {"help", "error"}.isdisjoint(command.arguments[1].to_json())
    values = take(command.arguments, {"a": "x", "b": 1}, UPLOADS.get)
    assert values.environment == {"SC_A": "x", "SC_B": "1"}
    # what stands in the file is not changed
    assert arguments[1][name] is words
    # who saves can mend it
    (problem,) = check({**entry, "name": "A"}, ())
    assert (problem.path, problem.severity) == (["arguments", 1, name], "error")


def test_words_that_nobody_can_read_hide_nothing():
    argument = {"name": "a", **NUMBER, "help": ["a"], "max": 1}
    for wrong, place in (({"default": 2}, "default"), ({"step": -1}, "step")):
        assert {tuple(path) for path, _ in problems_of({**argument, **wrong})} == {
            (0, "help"),
            (0, place),
        }


def test_a_catastrophic_pattern_is_none():
    # with an engine that goes back and tries again this would not end
    assert "has to have the form" in refused({**TEXT, "pattern": "(a+)+b"}, "a" * 255)


def test_what_was_not_sent():
    arguments = defined(
        {"name": "level", **NUMBER, "default": 3},
        {"name": "note", **TEXT, "required": False},
        {"name": "really", **TOGGLE},
        {"name": "which", **CHOICE, "default": "two"},
        {"name": "key", **SECRET, "required": False},
    )
    for sent in (None, {}, {"level": None, "note": "", "key": None}):
        values = take(arguments, sent, UPLOADS.get)
        assert values.environment == {
            "SC_LEVEL": "3",
            "SC_NOTE": "",
            "SC_REALLY": "false",
            "SC_WHICH": "two",
            "SC_KEY": "",
        }
        shown = {"level": 3, "note": None, "really": False, "which": "two", "key": None}
        assert values.shown == shown
        assert values.secrets == ()


@pytest.mark.parametrize(
    "argument",
    [
        {**TEXT, "pattern": "[a-z]+", "default": "a"},
        {**CHOICE, "default": "two"},
        {**FILE, "default": "part.gcode"},
        {**SECRET, "required": True},
    ],
)
def test_nothing_is_no_value(argument):
    assert refused(argument, "") == '"x" is missing'


def test_what_is_not_required_can_be_empty():
    assert refused({**NUMBER, "default": 1}, "") == '"x" is missing'
    assert refused(TOGGLE, "") == '"x" has to be true or false'
    assert refused({**TOGGLE, "required": False}, "") == '"x" has to be true or false'
    for argument in (TEXT, CHOICE, SECRET, FILE, NUMBER):
        assert taken({**argument, "required": False}, "") == ""
    for argument in ({**TEXT, "default": "x"}, {**NUMBER, "default": 1}):
        assert taken({**argument, "required": False}, "") == ""
        assert taken({**argument, "required": False}, None) != ""


def test_a_number_may_be_a_choice():
    choice = {"type": "choice", "choices": [0.2, 1]}
    assert taken(choice, 0.2) == "0.2"
    assert taken(choice, 1) == "1"
    assert "has to be one of these: 0.2, 1" in refused(choice, True)


def test_all_that_is_missing_or_unknown_is_said_at_once():
    arguments = defined({"name": "a", **TEXT}, {"name": "b", **TEXT})
    with pytest.raises(WrongValues) as caught:
        take(arguments, {"b": "", "c; reboot": 1}, UPLOADS.get)
    assert [str(problem) for problem in caught.value.problems] == [
        "There is no argument 'c; reboot'",
        '"a" is missing',
        '"b" is missing',
    ]


@pytest.mark.parametrize("sent", [[], "x", 5, True])
def test_arguments_have_names(sent):
    with pytest.raises(WrongValues, match="object of names and values"):
        take([], sent, UPLOADS.get)


def test_a_secret_is_shown_to_nobody():
    values = take(defined({"name": "key", **SECRET}), {"key": "hunter2"}, UPLOADS.get)

    assert values.environment == {"SC_KEY": "hunter2"}
    assert values.secrets == ("hunter2",)
    assert values.shown == {"key": "***"}
    assert "hunter2" not in repr(values)
    assert "hunter2" not in f"{values}"


@given(st.text())
def test_any_text_arrives_as_it_is_or_is_refused(text):
    try:
        values = take(defined({"name": "x", **TEXT}), {"x": text}, UPLOADS.get)
    except WrongValues:
        return
    assert values.environment == {"SC_X": text}
    assert text.encode().decode() == text
    assert not set(text) & set("\0\n\r\x1b")


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_any_number_arrives_with_its_value_or_is_refused(number):
    try:
        values = take(defined({"name": "x", **NUMBER}), {"x": number}, UPLOADS.get)
    except WrongValues:
        assert abs(number) > 10**15 or 0 < abs(number) < 1e-9
        return
    text = values.environment["SC_X"]
    assert Decimal(text) == Decimal(repr(number))
    assert set(text) <= set("-0123456789.")


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_anything_may_be_sent(sent):
    arguments = defined(
        *({"name": f"x{n}", **a} for n, a in enumerate([TEXT, NUMBER, CHOICE, TOGGLE]))
    )
    for body in (sent, {f"x{n}": sent for n in range(4)}):
        try:
            values = take(arguments, body, UPLOADS.get)
        except WrongValues:
            continue
        json.dumps(values.shown)
        assert all(isinstance(text, str) for text in values.environment.values())
