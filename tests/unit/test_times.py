"""When an output was read: marked, thinned, cut into chunks, and kept in the history."""

import contextlib
import sqlite3
import zlib

import pytest
from histories import COLUMNS_SINCE_6, end, finished, started

from octoprint_systemcommands.runs.output import times
from octoprint_systemcommands.runs.output.capture import STDERR, STDOUT, Capture
from octoprint_systemcommands.runs.output.reader import read
from octoprint_systemcommands.runs.output.times import (
    MAX_MARKS,
    Mark,
    Times,
    pack_marks,
    unpack_marks,
)


@pytest.fixture
def clock(monkeypatch):
    """clock(seconds): lets time pass. It is 1970 at first."""

    class Clock:
        now = 0.0

        def time(self):
            return self.now

        monotonic = time

        def __call__(self, seconds):
            self.now += seconds

    clock = Clock()
    monkeypatch.setattr(times, "time", clock)
    return clock


def chunks(output, offset=0):
    return [
        (chunk["text"], chunk.get("time", "")[14:-1])
        for chunk in read(output, offset, True, with_times=True)["chunks"]
    ]


def test_each_line_has_the_time_when_it_came(clock):
    capture = Capture()
    capture.write(STDOUT, b"one\n")
    clock(61.5)
    capture.write(STDERR, b"two\n")
    capture.write(STDERR, b"too soon for a time of its own\n")
    clock(1)
    capture.write(STDERR, b"three\n")

    assert chunks(capture) == [
        ("one\n", "00:00.000"),
        ("two\ntoo soon for a time of its own\n", "01:01.500"),
        ("three\n", "01:02.500"),
    ]
    # whoever knows the half of a line already is told the time of that
    assert chunks(capture, 6)[0] == ("o\ntoo soon for a time of its own\n", "01:01.500")
    assert "time" not in read(capture, 0, True)["chunks"][0]


def test_half_a_character_waits_for_the_other_one(clock):
    capture = Capture()
    capture.write(STDOUT, b"\xc3")
    clock(1)
    capture.write(STDOUT, b"\xa4\n")

    assert chunks(capture) == [("ä\n", "00:01.000")]


def test_a_clock_that_is_set_back_turns_nothing_back(monkeypatch):
    monkeypatch.setattr(times, "_INTERVAL", 0)
    capture = Capture()
    capture.write(STDOUT, b"one\n")
    monkeypatch.setattr(times.time, "time", lambda: 0)
    capture.write(STDOUT, b"two\n")

    first, second = capture.times()
    assert 0 <= second.seconds - first.seconds < 60


def test_a_flood_has_few_times(clock):
    capture = Capture()
    for _ in range(1000):
        capture.write(STDOUT, b"y\n" * 1000)
        clock(0.001)

    assert 10 <= len(capture.times()) <= 12


def test_hours_of_output_are_bounded_and_what_is_kept_has_times(clock):
    capture = Capture(head_size=100, tail_size=3000)
    for number in range(20_000):
        capture.write(STDOUT, b"%09d\n" % number)
        clock(10)

    assert len(capture.times()) <= MAX_MARKS
    seconds = {mark.offset: mark.seconds for mark in capture.times()}
    # nothing that is kept was thinned out for the sake of what is not
    kept = [n for n in range(20_000) if n < 10 or n >= 20_000 - 300]
    assert [seconds[10 * n] for n in kept] == [10.0 * n for n in kept]


def test_what_is_said_last_is_known_best(clock):
    capture = Capture()
    for _ in range(5 * MAX_MARKS):
        capture.write(STDOUT, b"x")
        clock(1)

    marks = capture.times()
    assert MAX_MARKS // 2 < len(marks) <= MAX_MARKS
    assert marks[0] == Mark(0, 0.0)
    last = [mark.offset for mark in marks[-MAX_MARKS // 2 :]]
    assert last == list(range(5 * MAX_MARKS - MAX_MARKS // 2, 5 * MAX_MARKS))
    assert [mark.offset for mark in marks] == [mark.seconds for mark in marks]


def test_what_is_forgotten_has_no_times(clock):
    capture = Capture()
    capture.write(STDOUT, b"x")
    capture.forget()

    assert capture.times() == []


def test_times_survive_the_server(open_history):
    history = open_history()
    run = started(history)
    run.output.write(STDOUT, b"one\n")
    # as if it had taken a while
    run.output._times._next = 0.0
    run.output.write(STDOUT, b"two\n")
    end(run)
    history.note(run)
    said = chunks(run.output)
    assert len(said) == 2
    history.close()

    history = open_history()
    assert chunks(history.output(history.get(run.id))) == said


def test_outputs_of_versions_without_times(open_history, path):
    history = open_history()
    run = finished(history, b"said\n")
    history.close()
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("ALTER TABLE output DROP COLUMN times")
        connection.execute("ALTER TABLE runs RENAME COLUMN trigger TO door")
        for column in COLUMNS_SINCE_6:
            connection.execute(f"ALTER TABLE runs DROP COLUMN {column}")
        connection.execute("PRAGMA user_version = 4")

    history = open_history()
    assert chunks(history.output(history.get(run.id))) == [("said\n", "")]
    new = finished(history, b"new\n")
    history.close()
    history = open_history()
    assert chunks(history.output(history.get(new.id)))[0][1]
    assert history.warning is None


MARKS = [Mark(0, 0.0), Mark(5, 1_700_000_000.125), Mark(7, 1.5)]


def test_packing():
    assert unpack_marks(pack_marks(MARKS), 8) == MARKS
    assert unpack_marks(pack_marks([]), 8) == []


@pytest.mark.parametrize(
    "packed",
    [
        None,
        "a text",
        b"",
        b"no times",
        zlib.compress(b"seven b"),
        zlib.compress(bytes(8)),
        # not in order, too far, too late, too many
        pack_marks([Mark(5, 1.0), Mark(4, 2.0)]),
        pack_marks([Mark(8, 1.0)]),
        pack_marks([Mark(5, 1e15)]),
        zlib.compress(bytes(16 * (MAX_MARKS + 1))),
        zlib.compress(bytes(50_000_000)),
    ],
)
def test_damaged_times_are_none(packed):
    assert unpack_marks(packed, 8) == []


def test_memory_is_bounded():
    kept = Times()
    for offset in range(3 * MAX_MARKS):
        kept._next = 0.0
        kept.note(offset, 0, 0)
        assert len(kept._offsets) == len(kept._seconds) <= MAX_MARKS
