"""What a command is told of what has happened."""

import json

import pytest
from processes import command

from octoprint_systemcommands.commands import variables
from octoprint_systemcommands.runs.environment import of_event
from octoprint_systemcommands.runs.output.capture import STDOUT
from octoprint_systemcommands.runs.output.reader import excerpt

EVENT = "OCTOPRINT_EVENT"


def test_each_scalar_has_a_variable():
    payload = {
        "name": "a b.gcode",
        "time": 12.5,
        "size": 3,
        "print": True,
        "owner": None,
        "position": {"x": 1},
        "tools": [0],
    }
    told = of_event("print_done", payload)

    assert json.loads(told.pop(f"{EVENT}_JSON")) == payload
    assert told == {
        EVENT: "print_done",
        f"{EVENT}_NAME": "a b.gcode",
        f"{EVENT}_TIME": "12.5",
        f"{EVENT}_SIZE": "3",
        f"{EVENT}_PRINT": "true",
        f"{EVENT}_OWNER": "",
    }


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("fileSize", "FILESIZE"),
        ("old-path", "OLD_PATH"),
        ("x=1\nPATH", "X_1_PATH"),
        ("größe", "GR_SSE"),
        ("__a", "A"),
        (5, "5"),
        ("x" * 1000, "X" * 64),
    ],
)
def test_names_are_cleaned(key, name):
    told = of_event("e", {key: "1"})

    assert told[f"{EVENT}_{name}"] == "1"
    assert all(map(variables.is_own, told))


@pytest.mark.parametrize("key", ["", "___", "ä", "\0", None])
def test_names_of_which_little_is_left(key):
    assert all(map(variables.is_own, of_event("e", {key: "1"})))


def test_no_value_takes_the_place_of_all_of_them():
    told = of_event("e", {"json": "mine"})
    assert json.loads(told[f"{EVENT}_JSON"]) == {"json": "mine"}


def test_it_is_bounded():
    told = of_event("e" * 5000, {f"key{n}": "x" * 5000 for n in range(5000)})

    assert len(told) <= 70
    assert sum(map(len, told.values())) < 128 * 1024
    assert told[f"{EVENT}_JSON"] == ""


@pytest.mark.parametrize("odd", [object(), {1, 2}, b"x"])
def test_what_is_no_json_is_left_out(odd):
    told = of_event("e", {"odd": odd, "even": 2})
    assert told == {EVENT: "e", f"{EVENT}_EVEN": "2", f"{EVENT}_JSON": ""}


def test_no_value_is_too_odd_for_a_variable(make_runner):
    wish = command(f'printf "%s|%s" "${EVENT}_A" "${EVENT}_B"')
    event = of_event("e", {"a": "x\0y", "b": "\ud800\n'; exit 1"})
    run = make_runner().execute(wish._replace(event=event))

    assert excerpt(run.output, STDOUT, 100) == "xy|?\n'; exit 1"


def test_without_an_event_it_is_empty(make_runner, monkeypatch):
    monkeypatch.setenv(EVENT, "of the server that has started this one")
    monkeypatch.setenv(f"{EVENT}_NAME", "of the server that has started this one")
    run = make_runner().execute(
        command(f'printf "%s|%s" "${{{EVENT}-unset}}" "${{{EVENT}_NAME-unset}}"')
    )

    assert excerpt(run.output, STDOUT, 100) == "|unset"
