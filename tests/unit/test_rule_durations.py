"""Lengths of time as people write them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octoprint_systemcommands.triggers.rules.durations import NotADuration, seconds, text


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("90 s", 90),
        ("10 min", 600),
        ("10min", 600),
        (" 2 h ", 7200),
        ("1 d", 86400),
        ("1.5 h", 5400),
        ("1 h 30 min", 5400),
        ("1h30min", 5400),
        (0, 0),
        (2.5, 2.5),
        # YAML makes a number of 10:30
        (630, 630),
    ],
)
def test_is_understood(written, meant):
    assert seconds(written) == meant


@pytest.mark.parametrize(
    "written",
    [
        *(
            "",
            "10",
            "min",
            "10 minutes",
            "-1 s",
            "1,5 h",
            "10 min later",
            "٣ s",
            "10\x00s",
        ),
        *(-1, True, None, [], math.nan, math.inf, 10**400, 1e12),
    ],
)
def test_is_refused_with_an_example(written):
    with pytest.raises(NotADuration, match="write it as in 90 s, 10 min, 2 h or 1 d"):
        seconds(written)


@pytest.mark.parametrize(
    ("duration", "written"),
    [
        *((0, "0 s"), (90, "90 s"), (600, "10 min"), (5400, "90 min"), (7200, "2 h")),
        *((86400, "1 d"), (129600, "36 h"), (2.5, "2.5 s")),
    ],
)
def test_is_written_in_the_largest_unit(duration, written):
    assert text(duration) == written


@given(st.integers(0, 10**8))
def test_is_read_as_it_is_written(duration):
    assert seconds(text(duration)) == duration
