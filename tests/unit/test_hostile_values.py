"""Anything at all, for the checks that stand between a request and a process."""

import contextlib
import json
import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from octoprint_systemcommands.commands.arguments import checks
from octoprint_systemcommands.commands.arguments.values import WrongValues, take
from octoprint_systemcommands.commands.client_form import for_menu
from octoprint_systemcommands.commands.definition import Command
from octoprint_systemcommands.commands.editing.validation import check
from octoprint_systemcommands.commands.parsing import parse_entry
from octoprint_systemcommands.runs.log_lines import prefix_lines, who_does_what
from octoprint_systemcommands.runs.request import Request, Requester
from octoprint_systemcommands.runs.run import Run

# what JSON can say, and Python reads: with numbers that are none, and halves of characters
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None))
    | st.sampled_from(
        ["true", "0", "__proto__", "$(id)", "-rf", "../x", "a\nb", "\ud800"]
    ),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=8,
)
KINDS = {
    "text": {},
    "secret": {},
    "number": {"min": -10, "max": 10, "step": 0.5},
    "choice": {"choices": ["one", "2", "$(id)"]},
    "toggle": {},
    "file": {},
}


def command(*arguments, **fields):
    entry = {"action": "x", "name": "X", "command": "true", "arguments": list(arguments)}
    definition, problems = parse_entry({**entry, **fields})
    assert problems == []
    return definition


def no_file(path):
    return None


##~~ Values


@pytest.mark.parametrize("kind", KINDS)
@given(value=anything)
def test_a_value_arrives_as_it_is_or_is_refused_by_name(kind, value):
    asked = command({"name": "x", "type": kind, "required": False, **KINDS[kind]})
    try:
        values = take(asked.arguments, {"x": value}, lambda path: f"/uploads/{path}")
    except WrongValues as error:
        (problem,) = error.problems
        assert problem.argument == "x"
        # what it says can be said in JSON, and does not repeat what was sent
        json.dumps(str(problem)).encode()
        return
    (variable,) = values.environment.items()
    assert variable[0] == "SC_X"
    text = variable[1]
    # what the system can pass on, and what is one line everywhere
    assert text.encode().decode() == text
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in text)
    if value is None or value == "":
        assert text == ("false" if kind == "toggle" and value is None else "")
    elif kind == "toggle":
        assert type(value) is bool
        assert text == ("true" if value else "false")
    elif kind == "number":
        assert type(value) in (int, float)
        assert float(text) == value
        assert re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text)
    elif kind == "file":
        assert text == f"/uploads/{value}"
        assert not {"", ".", ".."} & set(value.split("/"))
    else:
        assert text == (str(value) if kind == "choice" else value)


@given(st.dictionaries(st.text(st.characters(codec=None), max_size=40), anything))
def test_only_those_that_are_asked_for(sent):
    asked = command({"name": "known", "type": "text", "required": False})
    try:
        values = take(asked.arguments, sent, no_file)
    except WrongValues as error:
        problems = error.problems
    else:
        assert set(sent) <= {"known"}
        assert set(values.environment) == {"SC_KNOWN"}
        return
    assert 1 <= len(problems) <= 11
    for problem in problems:
        message = str(problem)
        message.encode()
        assert message.isprintable()


@given(st.text(st.characters(codec=None), max_size=40))
def test_a_secret_is_in_no_message(text):
    secret = f"begin {text} end"
    asked = command(
        {"name": "key", "type": "secret", "max_length": 12},
        {"name": "more", "type": "secret"},
    )
    for sent in ({"key": secret}, {"key": [secret], "more": {secret: secret}}):
        with pytest.raises(WrongValues) as caught:
            take(asked.arguments, sent, no_file)
        said = f"{caught.value} {caught.value!r} {caught.value.problems!r}"
        assert secret not in said
        assert "begin" not in said


##~~ Names

names = st.text(st.characters(codec=None), max_size=40) | st.sampled_from(
    [
        "PATH",
        "path",
        "LD_PRELOAD",
        "ld_preload",
        "ifs",
        "env",
        "bash_env",
        "octoprint_url",
    ]
)


@given(names)
def test_a_name_is_never_another_variable(name):
    entry = {
        "action": "x",
        "name": "X",
        "command": "true",
        "arguments": [{"name": name, "type": "text"}],
    }
    definition, problems = parse_entry(entry)
    if definition is None:
        assert problems
        return
    values = take(definition.arguments, {name: "x"}, no_file)
    (variable,) = values.environment
    assert re.fullmatch(r"SC_[A-Z][A-Z0-9_]{0,31}", variable)
    assert variable == f"SC_{name.upper()}"


@given(st.text(max_size=8))
def test_no_two_arguments_have_the_same_variable(name):
    entry = {
        "action": "x",
        "command": "true",
        "arguments": [{"name": name, "type": "text"}, {"name": "a", "type": "text"}],
    }
    definition, _ = parse_entry(entry)
    if definition is not None:
        assert len({argument.variable for argument in definition.arguments}) == 2


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=5), max_size=3))
def test_what_an_environment_may_set(environment):
    entry = {"action": "x", "name": "X", "command": "true", "environment": environment}
    if not check(entry, ()):
        for name in environment:
            assert re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name)
            assert not name.startswith("SC_")


##~~ Definitions


@given(anything, anything)
@settings(max_examples=200)
def test_anything_may_stand_in_a_definition(arguments, groups):
    """It is used or it is not, but it does not break the list that it stands in."""
    entry = {"action": "x", "command": "true", "arguments": arguments, "groups": groups}
    definition, problems = parse_entry(entry)
    assert (definition is not None) or problems
    for problem in problems:
        str(problem)
        json.dumps(problem.path)
    if definition is not None:
        # what is wrong with groups opens it to nobody
        assert definition.groups == [] or definition.groups == list(map(str, groups))
        json.dumps(for_menu(definition, "custom", "/x"))


# how long a pattern takes to compile depends on the machine
@given(st.lists(st.sampled_from([*"()[]{}|*+?.^$\\-:<>=!,", "a", "1", "\\w", "(?"])))
def test_any_pattern_is_all_of_the_value_or_none(parts):
    argument = {"name": "x", "type": "text", "pattern": "".join(parts)}
    definition, _ = parse_entry(
        {"action": "x", "command": "true", "arguments": [argument]}
    )
    if definition is None:
        return
    for value in ("a", "1a", "a" * 255, "((((", "a; reboot"):
        try:
            values = take(definition.arguments, {"x": value}, no_file)
        except WrongValues:
            continue
        assert values.environment == {"SC_X": value}


# With an engine that goes back and tries again, the first of these would take years. (A test
# of the time would tell less: that this one ends is the point.)
CATASTROPHES = [
    "(a+)+$",
    "(a|aa)+$",
    "(a*)*b",
    "(.*a){20}$",
    r"^(\w+\s?)*$",
    "(?:(?:(?:a+)+)+)+$",
    "(a?){200}a{200}",
    r"([a-zA-Z0-9._-]+)*@([a-z]+)*\.[a-z]+",
]


@pytest.mark.parametrize("pattern", CATASTROPHES)
def test_patterns_come_to_an_end(pattern):
    argument = {"name": "x", "type": "text", "pattern": pattern, "max_length": 4096}
    asked = command(argument)
    taken = []
    for value in ("a" * 4095 + "!", "a" * 4096, "a " * 2048):
        with contextlib.suppress(WrongValues):
            taken.append(take(asked.arguments, {"x": value}, no_file).environment["SC_X"])
    assert "a" * 4095 + "!" not in taken


@pytest.mark.parametrize(
    "pattern", ["a)|(b", "(?=a)a", r"(a)\1", "a{1000}{1000}", "(" * 300, "[", "x" * 501]
)
def test_patterns_that_cannot_be_used(pattern):
    argument = {"name": "x", "type": "text", "pattern": pattern}
    definition, problems = parse_entry(
        {"action": "x", "command": "true", "arguments": [argument]}
    )
    assert definition is None
    assert [problem.path for problem in problems] == [["arguments", 0, "pattern"]]


def test_few_compiled_patterns_are_kept():
    for number in range(200):
        command({"name": "x", "type": "text", "pattern": f"a{{{number}}}"})
    assert checks._full_match.cache_info().currsize <= 16


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        (
            {"arguments": [{"name": f"x{n}", "type": "text"} for n in range(21)]},
            ["arguments"],
        ),
        (
            {
                "arguments": [
                    {"name": "x", "type": "choice", "choices": list(map(str, range(101)))}
                ]
            },
            ["arguments", 0, "choices"],
        ),
        (
            {"arguments": [{"name": "x", "type": "text", "max_length": 4097}]},
            ["arguments", 0, "max_length"],
        ),
        (
            {"arguments": [{"name": "x", "type": "secret", "max_length": 1025}]},
            ["arguments", 0, "max_length"],
        ),
        ({"groups": [str(number) for number in range(101)]}, ["groups"]),
        ({"groups": ["users", "guests"]}, ["groups"]),
        ({"max_temperature": 1001}, ["max_temperature"]),
        ({"max_temperature": float("nan")}, ["max_temperature"]),
        ({"timeout": float("inf")}, ["timeout"]),
    ],
)
def test_bounds(fields, place):
    entry = {"action": "x", "name": "X", "command": "true", **fields}
    assert place in [problem.path for problem in check(entry, ())]


##~~ The log


# halves of characters included, which YAML and JSON can have
ANY = st.text(st.characters())


@given(ANY, ANY, ANY, ANY)
@example("\ud800", "\ud800", "\ud800", "\ud800")
@example("\r", "\n", "\x1b", "\u2028")
def test_a_line_of_the_log_is_one_line(user, application, address, action):
    definition = Command.model_validate({"action": "x", "command": "true"})
    # a definition has no halves of characters, and the log takes whatever there is
    definition = definition.model_copy(update={"action": f"x{action}"})
    requester = Requester(user, "api", application, address)
    line = who_does_what(Run(1, Request("custom", definition, requester)))
    assert line.splitlines() in ([line], [])
    assert not any(unicodedata.category(c) == "Cc" for c in line if c != "\t")
    # else the file would not take it
    line.encode()


@given(st.text())
def test_what_a_command_wrote_begins_no_line_of_the_log(text):
    first, *rest = prefix_lines(text).splitlines() or [""]
    assert all(line.startswith("! ") for line in rest)
    assert "\x1b" not in first + "".join(rest)
