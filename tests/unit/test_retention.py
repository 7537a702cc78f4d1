"""What the history keeps, with clocks that can be trusted and with others."""

import time

import pytest
from histories import finished

from octoprint_systemcommands.runs.history import retention
from octoprint_systemcommands.runs.history.database import Filter

ALL = Filter()
DAY = 86400


class Clock:
    """The time of day, as this server believes it to be."""

    def __init__(self, mocker):
        self._time = mocker.patch.object(time, "time", return_value=time.time())

    def turn(self, days):
        self._time.return_value += days * DAY


@pytest.fixture
def clock(mocker):
    return Clock(mocker)


def kept(history):
    history.flush()
    assert history.warning is None
    return {record.id for record in history.find(ALL, 10_000)}


def daily(history, clock, days):
    """A run each day, the last one now."""
    runs = []
    for day in range(days):
        clock.turn(days=1 if day else 0)
        runs.append(finished(history).id)
        history.flush()
    return runs


def test_is_kept_by_age(open_history, clock):
    history = open_history(days=30)
    runs = daily(history, clock, 50)

    assert kept(history) == set(runs[-31:])


def test_days_with_many_runs_are_days(open_history, clock):
    history = open_history(days=3)
    by_day = []
    for _ in range(6):
        by_day.append([finished(history).id for _ in range(30)])
        history.flush()
        clock.turn(days=1)

    assert set().union(*by_day[-3:]) <= kept(history)
    # whatever was too much goes a few at a time
    finished(history)
    assert not set(by_day[0]) & kept(history)


def test_pauses_make_nothing_older_than_a_day(open_history, clock):
    history = open_history(days=30)
    old = finished(history).id
    history.flush()
    clock.turn(days=365)
    finished(history)
    assert old in kept(history)

    daily(history, clock, 32)
    assert old not in kept(history)


@pytest.mark.parametrize("days", [1, 2, 30])
@pytest.mark.parametrize("restarts", [False, True])
def test_a_clock_that_was_behind(open_history, clock, days, restarts):
    history = open_history(days=days)
    before = finished(history).id
    history.flush()
    clock.turn(days=-40)
    behind = [finished(history).id for _ in range(30)]
    history.flush()
    if restarts:
        history.close()
        history = open_history(days=days)
    clock.turn(days=40)
    after = [finished(history).id for _ in range(3)]

    assert kept(history) == {before, *behind, *after}


@pytest.mark.parametrize("days", [1, 2, 30])
@pytest.mark.parametrize("restarts", [False, True])
def test_a_clock_that_is_ahead(open_history, clock, days, restarts):
    history = open_history(days=days)
    before = [finished(history).id for _ in range(30)]
    history.flush()
    if restarts:
        history.close()
        history = open_history(days=days)
    clock.turn(days=40)
    ahead = [finished(history).id for _ in range(3)]
    assert kept(history) == {*before, *ahead}

    clock.turn(days=-40)
    after = [finished(history).id for _ in range(3)]
    assert kept(history) == {*before, *ahead, *after}


def test_after_a_clock_that_was_ahead_all_goes_on(open_history, clock):
    history = open_history(days=5)
    clock.turn(days=40)
    ahead = finished(history).id
    history.flush()
    clock.turn(days=-40)
    old = finished(history).id
    history.flush()
    clock.turn(days=1)
    runs = daily(history, clock, 12)

    assert old not in kept(history)
    assert kept(history) - {ahead} == set(runs[-6:])


def test_a_clock_that_begins_at_1970_with_each_start(open_history, clock):
    now = time.time()
    history = open_history(days=30)
    runs = daily(history, clock, 5)
    for _ in range(40):
        history.close()
        history = open_history(days=30)
        clock.turn(days=-now / DAY)
        finished(history)
        history.flush()
        clock.turn(days=now / DAY)
        runs.append(finished(history).id)

    assert set(runs) <= kept(history)


def test_never_many_go_at_once(open_history, clock, monkeypatch):
    history = open_history(days=365, runs=10_000)
    for _ in range(40):
        for _ in range(5):
            finished(history)
        history.flush()
        clock.turn(days=1)
    assert len(kept(history)) == 200
    history.close()

    # somebody has turned it down
    history = open_history(days=2, runs=10_000)
    counts = [200]
    while counts[-1] > 20:
        finished(history)
        counts.append(len(kept(history)))
        assert counts[-2] - counts[-1] < retention._MAX_AT_ONCE
    assert len(counts) > 5


def test_the_newest_are_kept_by_number_whatever_their_dates(open_history, clock):
    history = open_history(runs=3)
    clock.turn(days=400)
    for _ in range(5):
        finished(history)
    history.flush()
    clock.turn(days=-400)
    newest = [finished(history).id for _ in range(3)]

    assert kept(history) == set(newest)
    assert [record.id for record in history.find(ALL, 10)] == newest[::-1]


def test_positions_do_not_come_from_the_clock(open_history, clock, path):
    clock.turn(days=400)
    history = open_history()
    old = finished(history).id
    history.close()
    clock.turn(days=-400)
    history = open_history()
    new = finished(history).id

    assert [record.id for record in history.find(ALL, 10)] == [new, old]
