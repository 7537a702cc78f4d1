"""Schedules on a clock that is put right now and then."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from octoprint_systemcommands.triggers.clock import Clock
from octoprint_systemcommands.triggers.rules.schedule import Schedule

BERLIN = ZoneInfo("Europe/Berlin")


def clock_of(text, now):
    clock = Clock()
    clock.use({"r": Schedule.parse(text)}, now)
    return clock


def rings(clock, now, until, step=timedelta(seconds=10)):
    """When it rings between two moments, on a clock that goes as it should."""
    moment, result = now.astimezone(timezone.utc), []
    while moment < until:
        local = moment.astimezone(BERLIN)
        if clock.take(local):
            result.append(local)
        moment += step
    return result


def at(*parts):
    return datetime(*parts, tzinfo=BERLIN)


def test_daily():
    clock = clock_of("daily 07:30", at(2026, 1, 1, 7))

    assert rings(clock, at(2026, 1, 1, 7), at(2026, 1, 3, 0)) == [
        at(2026, 1, 1, 7, 30),
        at(2026, 1, 2, 7, 30),
    ]


@pytest.mark.parametrize(
    ("day", "time"),
    [((2026, 3, 29), (3, 0)), ((2026, 10, 25), (2, 30))],
    ids=["the hour is missing", "the hour comes twice"],
)
def test_once_on_the_days_on_which_the_clocks_are_changed(day, time):
    clock = clock_of("daily 02:30", at(*day))

    (rung,) = rings(clock, at(*day), at(*day) + timedelta(hours=23))

    assert (rung.hour, rung.minute) == time or rung.hour == 3


def test_a_year_has_52_mondays_and_no_storm():
    clock = clock_of("0 4 * * 1", at(2026, 1, 1))

    found = rings(clock, at(2026, 1, 1), at(2026, 12, 31), timedelta(seconds=55))

    assert len(found) == 52
    assert {(moment.weekday(), moment.hour) for moment in found} == {(0, 4)}


def test_what_was_missed_is_skipped():
    clock = clock_of("daily 07:30", at(2026, 1, 1, 7))

    assert clock.take(at(2026, 1, 1, 8)) == []
    assert clock.take(at(2026, 1, 2, 7, 30)) == ["r"]


def test_a_jump_of_years_neither_storms_nor_stops_it():
    clock = clock_of("every 15 min", at(1970, 1, 2))
    clock.take(at(1970, 1, 2))

    assert clock.take(at(2026, 1, 1, 12, 7)) == []
    found = rings(clock, at(2026, 1, 1, 12, 7), at(2026, 1, 1, 13, 1))

    assert [moment.minute for moment in found] == [15, 30, 45, 0]


def test_a_clock_that_is_set_back_repeats_nothing():
    clock = clock_of("daily 07:30", at(2026, 1, 1, 7))
    assert clock.take(at(2026, 1, 1, 7, 30)) == ["r"]

    clock.take(at(2026, 1, 1, 7, 10))

    assert clock.take(at(2026, 1, 1, 7, 30)) == []
    assert clock.take(at(2026, 1, 2, 7, 30)) == ["r"]


def test_a_clock_that_is_trimmed_by_a_little_repeats_no_interval():
    clock = clock_of("every 15 min", at(2026, 1, 1, 7))
    assert clock.take(at(2026, 1, 1, 7, 15)) == ["r"]

    clock.take(at(2026, 1, 1, 7, 14, 59))

    assert clock.take(at(2026, 1, 1, 7, 15)) == []


def test_a_clock_that_was_years_ahead_is_believed_again():
    clock = clock_of("daily 07:30", at(2040, 1, 1, 7))
    assert clock.take(at(2040, 1, 1, 7, 30)) == ["r"]

    clock.take(at(2026, 1, 1, 7))

    assert clock.take(at(2026, 1, 1, 7, 30)) == ["r"]


def test_a_rule_that_stays_as_it_is_goes_on_when_others_change():
    clock = clock_of("every 15 min", at(2026, 1, 1, 7))

    tables = {"r": Schedule.parse("every 15 min"), "s": Schedule.parse("daily 07:15")}
    clock.use(tables, at(2026, 1, 1, 7, 14))

    assert clock.take(at(2026, 1, 1, 7, 15)) == ["r", "s"]


def test_it_says_when_to_look_again():
    clock = clock_of("daily 07:30", at(2026, 1, 1, 7))

    assert clock.seconds_to_next(at(2026, 1, 1, 7, 29, 50)) == 10
    # a jump has to be seen soon
    assert clock.seconds_to_next(at(2026, 1, 1, 7)) <= 15
    assert Clock().seconds_to_next(at(2026, 1, 1, 7)) is None
