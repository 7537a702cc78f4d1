"""What JSON makes of what YAML can hold, and the way back. What becomes of it when somebody
saves is in test_editor.py."""

import datetime
import math

import pytest
from fakes import bomb, wide_circle

from octoprint_systemcommands.commands.serialization import (
    fingerprint,
    fits,
    from_yaml,
    is_json_in_yaml,
    restored,
    state,
    to_json,
    to_yaml,
    unstorable,
    with_writable_numbers,
)

pytestmark = pytest.mark.each_version

DAY = datetime.date(2024, 12, 31)
HUGE = 16**400


def circle():
    value = {"action": "a"}
    value["self"] = value
    return value


def deep(levels):
    value = "x"
    for _ in range(levels):
        value = [value]
    return value


##~~ As JSON


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": [1, 1.5, True, None, "x"]}, {"a": [1, 1.5, True, None, "x"]}),
        ({"a": (1, 2)}, {"a": [1, 2]}),
        ({"a": DAY}, {"a": "2024-12-31"}),
        ({5: 1, None: 2, True: 3}, {"5": 1, "None": 2, "True": 3}),
        ({"a": math.inf, "b": math.nan}, {"a": "inf", "b": "nan"}),
        ({"a": HUGE}, {"a": hex(HUGE)}),
        ({HUGE: 1}, {hex(HUGE): 1}),
        ({"a": b"x"}, {"a": "b'x'"}),
        (5, 5),
        (None, None),
    ],
)
def test_as_json(value, expected):
    assert to_json(value) == expected


@pytest.mark.parametrize("make", [bomb, wide_circle])
def test_of_what_is_too_large_the_parts_that_are_small_are_left(make):
    value = {"action": "a", "timeout": 5, "x": make()}

    assert not fits(value)
    assert to_json(value) == {"action": "a", "timeout": 5, "x": "…"}
    assert to_json(make()) == "…"


def test_what_is_too_deep_is_cut():
    assert fits(circle())
    text = fingerprint(circle())
    assert text.count('"action": "a"') < 30
    assert r'"\u2026"' in text
    assert fits(deep(100))


def test_long_texts_do_not_fit():
    assert fits({"a": "x" * 1024 * 1024})
    assert not fits({"a": "x" * 1024 * 1024, "b": "y"})
    assert not fits({"x" * 1024 * 1024: 1, "b": "y"})
    assert not fits(list(range(20_001)))


def test_numbers_that_python_does_not_write_are_texts():
    value = {HUGE: [HUGE, {"a": HUGE}], "b": 5}

    assert with_writable_numbers(value, 1) == {hex(HUGE): [HUGE, {"a": HUGE}], "b": 5}
    assert with_writable_numbers(value, 3) == {
        hex(HUGE): [hex(HUGE), {"a": hex(HUGE)}],
        "b": 5,
    }
    # a copy: the file stays as it is
    assert HUGE in value
    with_writable_numbers(circle(), 5)


##~~ Changes


def test_a_state_changes_with_its_value():
    value = {"a": [1]}
    before = state(value)
    assert state(value) == before
    value["a"].append(2)
    assert state(value) != before
    assert state(circle()) == state(circle())
    assert state(deep(5000)) == state(deep(5000))


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ({"a": DAY}, {"a": "2024-12-31"}, True),
        ({5: 1}, {"5": 1}, True),
        ({"a": (1,)}, {"a": [1]}, True),
        ({"a": 1}, {"a": True}, False),
        ({"a": 1}, {"a": 1.0}, False),
        ({"a": None}, {}, False),
    ],
)
def test_a_fingerprint_is_what_an_editor_can_see(one, other, is_same):
    assert (fingerprint(one) == fingerprint(other)) is is_same


def test_what_was_not_changed_is_as_it_was():
    old = {"action": "a", 5: DAY, "x": [DAY, {"y": DAY, "z": 1}], "gone": 1}
    new = to_json(old)
    new["x"][1]["z"] = 2
    new["added"] = "2024-12-31"
    del new["gone"]

    assert restored(new, old) == {
        "action": "a",
        5: DAY,
        "x": [DAY, {"y": DAY, "z": 2}],
        "added": "2024-12-31",
    }
    assert restored(["a", "2024-12-31"], ["b", DAY]) == ["a", DAY]
    assert restored(["2024-12-31", "b"], [DAY]) == [DAY, "b"]
    assert restored({"a": 1}, [1]) == {"a": 1}


##~~ In YAML


@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, 1.5, True, None, "x\ny", "ä😀"]},
        {"a": DAY, "b": 1e20, "c": HUGE},
        "on",
    ],
)
def test_yaml_holds_it(value):
    assert from_yaml(to_yaml(value)) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": ["x", 1, 1.5, None, True, "ä"]}, True),
        ({"a": "\ud800"}, False),
        ({5: 1}, False),
        ({"a\n": 1}, False),
        ({"k" * 101: 1}, False),
        ({"a": (1,)}, False),
        ({"a": DAY}, False),
        ({"a": 1e20}, False),
        ({"a": math.nan}, False),
        ({"a": HUGE}, False),
        (deep(20), True),
        (deep(21), False),
        (bomb(), False),
    ],
)
def test_whether_json_says_all_of_it(value, expected):
    assert is_json_in_yaml(value) is expected


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"a": ["x\ny", 1.5, {"b": " first\nis indented"}, "\x85"]}, None),
        ({"a": 1e20}, None),
        ({"a": math.nan}, "numbers or characters"),
        ({"a": "\ud800"}, "numbers or characters"),
        (deep(21), "nested too deeply"),
        ({"a": "x" * 1024 * 1024, "b": "y"}, "too large"),
    ],
)
def test_what_cannot_be_stored(value, reason):
    found = unstorable(value)

    assert found == reason or reason in found
