"""Whether things are as a rule wants them."""

import pytest

from octoprint_systemcommands.triggers.rules.conditions import holds


@pytest.mark.parametrize(
    ("wish", "fact"),
    [
        ("local", "local"),
        ("*.gcode", "parts/fan.gcode"),
        ("part[1].gcode", "part[1].gcode"),
        ("fan-[0-9].gcode", "fan-3.gcode"),
        ("*", ""),
        (["sdcard", "lo*"], "local"),
        (("sdcard", "local"), "local"),
        (5, 5),
        (5, 5.0),
        (5, "5.0"),
        ("5", 5),
        ("4.*", 4.2),
        (True, True),
        (False, False),
        (True, "true"),
        ("true", True),
        # one item is enough
        ("gcode", ["machinecode", "gcode"]),
    ],
)
def test_matches(wish, fact):
    assert holds({"x": wish}, {"x": fact})


@pytest.mark.parametrize(
    ("wish", "fact"),
    [
        ("local", "sdcard"),
        ("local", "Local"),
        ("*.gcode", "fan.GCODE"),
        ("local", "local\n"),
        (["a", "b"], "c"),
        (5, 6),
        (5, "five"),
        (1, True),
        (True, 1),
        (0, False),
        ("1", True),
        (True, False),
        ("*", None),
        ("*", {}),
        ("*", []),
        (5, None),
        (False, None),
    ],
)
def test_does_not_match(wish, fact):
    assert not holds({"x": wish}, {"x": fact})


def test_what_is_not_known_matches_nothing():
    assert not holds({"x": "*"}, {})
    assert holds({}, {})


def test_all_have_to_hold():
    assert holds({"a": 1, "b": 2}, {"a": 1, "b": 2, "c": 3})
    assert not holds({"a": 1, "b": 2}, {"a": 1, "b": 3})


def test_a_glob_takes_no_time():
    assert not holds({"x": "*a" * 30 + "b"}, {"x": "a" * 4000})
