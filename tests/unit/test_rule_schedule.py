"""When a schedule is due, by clocks that are put forward and back."""

import os
import time
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st

from octoprint_systemcommands.triggers.rules.local_zone import LOCAL
from octoprint_systemcommands.triggers.rules.schedule import Schedule, WrongSchedule

BERLIN = ZoneInfo("Europe/Berlin")
# put forward from 2:00 to 3:00, and back from 3:00 to 2:00
FORWARD = datetime(2024, 3, 31, tzinfo=BERLIN)
BACK = datetime(2024, 10, 27, tzinfo=BERLIN)
HOUR = timedelta(hours=1)


def times(schedule, start, end):
    """All times from one moment to another, as a clock shows them."""
    result = []
    moment = start
    while True:
        moment = schedule.next_after(moment).astimezone(start.tzinfo)
        # not of one zone, of which Python compares what the clocks show
        if moment.astimezone(timezone.utc) >= end.astimezone(timezone.utc):
            return result
        result.append(moment)


def shown(schedule, day, days=1):
    """What a clock shows at all times of a day, with the offset."""
    found = times(schedule, day - timedelta(seconds=1), day + timedelta(days=days))
    return [f"{moment:%H:%M%z}" for moment in found]


@pytest.mark.parametrize(
    ("text", "cron"),
    [
        ("daily 07:30", "30 7 * * *"),
        ("daily 7:05", "5 7 * * *"),
        ("  Daily   00:00 ", "0 0 * * *"),
        ("weekdays 18:00", "0 18 * * 1-5"),
        ("weekends 10:00", "0 10 * * 6,0"),
        ("mon,wed 18:00", "0 18 * * 1,3"),
        ("Sun, sat 23:59", "59 23 * * 0,6"),
        ("0 4 * * 1", "0 4 * * 1"),
        ("0 4 * * MON", "0 4 * * MON"),
    ],
)
def test_fixed_times(text, cron):
    assert Schedule.parse(text) == Schedule(cron=cron)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("every 15 min", 900), ("every 10 s", 10), ("every 1 h 30 min", 5400)],
)
def test_intervals(text, seconds):
    assert Schedule.parse(text) == Schedule(interval=timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no schedule: write it as in daily 07:30"),
        ("daily", "is no schedule"),
        ("daily 24:00", "is no schedule"),
        ("daily 7.30", "is no schedule"),
        ("daily 07:30\n08:30", "is no schedule"),
        ("montags 18:00", "is no schedule"),
        ("mon,daily 18:00", "is no schedule"),
        ("every", "is no schedule"),
        ("every day", 'has no length of time after "every"'),
        ("every 5 s", "has to be between every 10 s and every 28 d"),
        ("every 29 d", "has to be between every 10 s and every 28 d"),
        ("61 * * * *", 'has a field that cron does not understand: "61"'),
        ("* * * * someday", 'has a field that cron does not understand: "someday"'),
        ("0 0 30 2 *", "is on no day"),
        ("* * * * " + "1," * 500 + "1", "has a field that cron does not understand"),
    ],
)
def test_what_is_no_schedule(text, said):
    with pytest.raises(WrongSchedule, match=said):
        Schedule.parse(text)


@pytest.mark.parametrize("text", ["", "daily 07:30", "* * * *", "* * * * * *"])
def test_cron_has_five_fields(text):
    with pytest.raises(WrongSchedule, match="has to have five fields"):
        Schedule.of_cron(text)


def test_the_next_time_is_later():
    daily = Schedule.parse("daily 07:30")
    before = datetime(2024, 5, 1, 7, 29, 59, 999999, tzinfo=BERLIN)
    at = datetime(2024, 5, 1, 7, 30, tzinfo=BERLIN)

    assert daily.next_after(before) == at
    assert daily.next_after(at) == at + timedelta(days=1)
    assert daily.next_after(at).tzinfo is timezone.utc


def test_days_of_the_week():
    # a Friday
    friday = datetime(2024, 5, 3, 12, tzinfo=BERLIN)
    for text, days in (
        ("weekdays 10:00", [6, 7, 8, 9, 10]),
        ("weekends 10:00", [4, 5]),
        ("mon,sat 10:00", [4, 6]),
    ):
        found = times(Schedule.parse(text), friday, friday + timedelta(days=7))
        assert [moment.day for moment in found] == days


def test_a_time_that_does_not_exist_is_made_up_for_once():
    assert shown(Schedule.parse("daily 02:30"), FORWARD) == ["03:00+0200"]
    assert shown(Schedule.parse("daily 03:30"), FORWARD) == ["03:30+0200"]
    assert shown(Schedule.parse("daily 01:59"), FORWARD) == ["01:59+0100"]


def test_a_time_that_is_there_twice_counts_once():
    assert shown(Schedule.parse("daily 02:30"), BACK) == ["02:30+0200"]
    # also for who asks in the second hour
    second = datetime(2024, 10, 27, 2, 15, fold=1, tzinfo=BERLIN)
    found = Schedule.parse("daily 02:30").next_after(second).astimezone(BERLIN)
    assert f"{found:%d %H:%M}" == "28 02:30"


def test_short_intervals_go_on_when_the_clocks_are_changed():
    quarters = Schedule.parse("every 15 min")
    for day, count in ((FORWARD, 92), (BACK, 100)):
        found = times(quarters, day - timedelta(seconds=1), day + timedelta(days=1))
        utc = [moment.astimezone(timezone.utc) for moment in found]
        assert len(found) == count
        assert {after - before for before, after in zip(utc, utc[1:])} == {
            timedelta(minutes=15)
        }
        assert {moment.minute for moment in found} == {0, 15, 30, 45}


def test_long_intervals_stay_at_their_hours():
    six = ["00:00+0100", "06:00+0200", "12:00+0200", "18:00+0200"]
    assert shown(Schedule.parse("every 6 h"), FORWARD) == six
    two = shown(Schedule.parse("every 2 h"), FORWARD)
    assert two[:3] == ["00:00+0100", "03:00+0200", "04:00+0200"]
    two = shown(Schedule.parse("every 2 h"), BACK)
    assert two[:3] == ["00:00+0200", "02:00+0200", "04:00+0100"]
    assert len(two) == 12


@pytest.mark.parametrize(
    "text", ["every 15 min", "every 7 min", "every 6 h", "every 7 d"]
)
def test_a_restart_does_not_shift_an_interval(text):
    schedule = Schedule.parse(text)
    start = datetime(2024, 5, 1, 3, 3, 3, tzinfo=BERLIN)
    planned = times(schedule, start, start + timedelta(days=15))
    assert planned

    for restart in (start + HOUR * 5, start + timedelta(days=3, seconds=17)):
        late = times(schedule, restart, start + timedelta(days=15))
        assert late == [moment for moment in planned if moment > restart]
    if text == "every 7 d":
        assert {f"{moment:%a %H:%M}" for moment in planned} == {"Mon 00:00"}


def test_a_year():
    start = datetime(2024, 1, 1, tzinfo=BERLIN) - timedelta(seconds=1)
    end = datetime(2025, 1, 1, tzinfo=BERLIN)
    for text, count in (
        ("daily 02:30", 366),
        ("weekdays 02:30", 262),
        ("every 6 h", 4 * 366),
        ("0 4 1 * *", 12),
    ):
        found = times(Schedule.parse(text), start, end)
        assert len(found) == count
        assert sorted({moment.astimezone(timezone.utc) for moment in found}) == [
            moment.astimezone(timezone.utc) for moment in found
        ]


def test_a_day_that_comes_every_few_years():
    found = Schedule.of_cron("0 0 29 2 *").next_after(datetime(2025, 1, 1, tzinfo=BERLIN))
    assert found.astimezone(BERLIN).date() == datetime(2028, 2, 29).date()


ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "UTC",
)
MOMENTS = st.datetimes(
    datetime(2005, 1, 1),
    datetime(2035, 1, 1),
    timezones=st.sampled_from(ZONES).map(ZoneInfo),
)


def field(least, most):
    number = st.integers(least, most)
    return st.one_of(
        st.just("*"),
        number.map(str),
        st.tuples(number, number).map(lambda two: f"{min(two)}-{max(two)}"),
        st.lists(number, min_size=1, max_size=3).map(lambda n: ",".join(map(str, n))),
        st.integers(1, most).map(lambda step: f"*/{step}"),
    )


@settings(max_examples=200)
@given(
    st.tuples(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6)),
    MOMENTS,
)
def test_cron_is_as_cronsim_says(fields, moment):
    cron = " ".join(fields)
    now = moment.astimezone(timezone.utc)
    # begun the day before, it meets no hour that comes twice
    start = (now - timedelta(days=1)).astimezone(moment.tzinfo)
    later = (found.astimezone(timezone.utc) for found in CronSim(cron, start))

    assert Schedule.of_cron(cron).next_after(moment) == next(
        found for found in later if found > now
    )


@settings(max_examples=300)
@given(st.integers(10, 28 * 86400), MOMENTS)
def test_an_interval_comes_soon_and_where_the_clock_shows_it(seconds, moment):
    schedule = Schedule(interval=timedelta(seconds=seconds))
    now = moment.astimezone(timezone.utc)
    found = schedule.next_after(moment)

    # days have up to 25 h; one in Apia was left out
    assert timedelta(0) < found - now <= schedule.interval + 25 * HOUR
    if seconds <= 3600:
        assert found - now <= schedule.interval


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="needs a system with time zones")
def test_the_servers_zone_is_the_systems(monkeypatch):
    monkeypatch.setitem(os.environ, "TZ", "Europe/Berlin")
    time.tzset()
    try:
        moment = datetime(2024, 1, 1, tzinfo=timezone.utc)
        while moment.year == 2024:
            ours, theirs = moment.astimezone(LOCAL), moment.astimezone(BERLIN)
            assert (ours.replace(tzinfo=None), ours.fold, ours.utcoffset()) == (
                theirs.replace(tzinfo=None),
                theirs.fold,
                theirs.utcoffset(),
            )
            assert ours.astimezone(timezone.utc) == moment
            moment += timedelta(minutes=30)
        assert shown(Schedule.parse("daily 02:30"), FORWARD.replace(tzinfo=LOCAL)) == [
            "03:00+0200"
        ]
    finally:
        monkeypatch.undo()
        time.tzset()
