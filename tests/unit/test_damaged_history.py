"""Records that a disk has damaged, or that a later version has written: one by one."""

import contextlib
import json
import sqlite3
import zlib

import pytest
from histories import finished, started
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.waiting import wait_until
from octoprint_systemcommands.runs.history.database import Filter
from octoprint_systemcommands.runs.history.rows import COLUMNS, id_of_place, to_record
from octoprint_systemcommands.runs.output.capture import (
    STDERR,
    STDOUT,
    Damaged,
    Piece,
    pack,
    unpack,
)
from octoprint_systemcommands.runs.output.reader import read
from octoprint_systemcommands.runs.record import STATUSES, Record

ALL = Filter()

# in SQL, since no driver writes all of them
WRONG = {
    "nothing": "NULL",
    "a text": "'garbage'",
    "an empty text": "''",
    "half of an object": "'{'",
    "half of a list": "'[1'",
    "a list": "'[1]'",
    "a pair": "'[1, 2]'",
    "an object": """'{"a": [1]}'""",
    "a hint of another kind": """'["killed", {"x": "y"}]'""",
    "a refusal without a text": """'["refused", {}]'""",
    "no number in JSON": """'{"a": NaN}'""",
    "a number that is too large": """'{"a": 1e999}'""",
    "deeply nested": f"'{'[' * 100_000}'",
    "not UTF-8": "CAST(x'66ff66' AS TEXT)",
    "bytes": "x'00ff'",
    "infinite": "9e999",
    "infinitely little": "-9e999",
    "a fraction": "0.5",
    "negative": "-1",
    "large": "9223372036854775807",
    "small": "-9223372036854775808",
}


def damage(path, table, column, value, seq):
    """Writes it as a disk would: whatever the table allows."""
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET sql = replace(sql, ' NOT NULL', '') "
            "WHERE type = 'table'"
        )
        connection.commit()
        connection.execute("PRAGMA writable_schema = RESET")
        connection.execute(f"UPDATE {table} SET {column} = {value} WHERE seq = {seq}")


def sound_json(record):
    """The record as the API tells it, which has to be JSON for everyone."""
    told = json.loads(json.dumps(record.to_dict(), allow_nan=False))
    assert told["status"] in STATUSES
    for field in ("source", "action", "name", "trigger", "id"):
        assert isinstance(told[field], str)
    assert all(isinstance(number, int) for number in told["output"].values())
    return told


@pytest.mark.parametrize("column", [*COLUMNS[1:], "ended"])
def test_a_damaged_value_damages_nothing_else(open_history, path, column):
    limit = len(WRONG) + 2
    history = open_history(runs=limit)
    before = [finished(history, b"said") for _ in range(limit)]
    history.close()
    for seq, value in enumerate(WRONG.values(), 2):
        # no id is there twice
        with contextlib.suppress(sqlite3.IntegrityError):
            damage(path, "runs", column, value, seq)

    # it is read, and written to, all the same
    history = open_history(runs=limit)
    records = history.find(ALL, 100)
    assert [record.seq for record in records] == list(range(limit, 0, -1))
    for record in records:
        told = sound_json(record)
        assert history.get(told["id"]) == record
        chunks = read(history.output(record), 0, True)["chunks"]
        assert chunks[0] == {"stream": "stdout", "text": "said"}
    assert records[-1] == before[0].record()
    assert records[0] == before[-1].record()
    after = [finished(history).id for _ in range(2)]
    wait_until(lambda: not history._memory.unwritten)
    assert history.warning is None
    # older ones have made room, and no new one
    kept = [record.id for record in history.find(ALL, 100)]
    assert kept[:3] == [after[1], after[0], before[-1].id]
    if column != "ended":
        # what is to be kept cannot be known better than by this
        assert len(kept) == limit
    history.clear()
    assert history.find(ALL, 100) == []


@pytest.mark.parametrize("column", ["hint", "arguments", "status", "name"])
def test_says_what_is_damaged(open_history, path, column):
    history = open_history()
    run = finished(history)
    history.close()
    damage(path, "runs", column, "x'00'", seq=1)

    record = open_history().get(run.id)
    assert record.hint.code == "damaged"
    assert record.hint.values == {"fields": column}


def test_a_run_without_a_readable_id_is_found_by_its_place(open_history, path):
    history = open_history()
    finished(history, b"said")
    history.close()
    damage(path, "runs", "id", "x'00'", seq=1)

    history = open_history()
    (record,) = history.find(ALL, 10)
    assert record.id == id_of_place(1) == "0000000000000001"
    assert history.get(record.id) == record
    assert history.output(record).pieces()[0] == [Piece(0, STDOUT, b"said")]


def test_a_place_is_no_second_name(open_history):
    history = open_history()
    finished(history)
    history.flush()
    assert history.get(id_of_place(1)) is None


def test_damage_to_what_was_running_keeps_nothing_from_being_written(open_history, path):
    history = open_history()
    for _ in WRONG:
        started(history)
    history.close()
    for seq, value in enumerate(WRONG.values(), 1):
        for column in ("hint", "arguments", "name", "pid", "pid_created", "queued_at"):
            damage(path, "runs", column, value, seq)

    history = open_history()
    new = finished(history)
    wait_until(lambda: not history._memory.unwritten)
    assert history.warning is None
    newest, *others = history.find(ALL, 100)
    assert newest.id == new.id
    assert [record.status for record in others] == ["interrupted"] * len(WRONG)


def test_damaged_outputs_are_shown_as_such(open_history, path):
    history = open_history()
    runs = [finished(history, b"said") for _ in WRONG]
    history.close()
    for seq, value in enumerate(WRONG.values(), 1):
        damage(path, "output", "pieces", value, seq)

    history = open_history()
    for run in runs:
        assert read(history.output(history.get(run.id)), 0, True) == {
            "offset": 0,
            "next": 4,
            "chunks": [{"dropped": 4, "damaged": True}],
        }


PIECES = [
    Piece(0, STDOUT, b"some of it\n" * 50),
    Piece(550, STDERR, bytes(range(256))),
    Piece(2000, STDOUT, b"end"),
]


@pytest.mark.parametrize("size", range(0, len(pack(PIECES)), 7))
def test_what_comes_before_the_damage_can_be_read(size):
    with pytest.raises(Damaged) as caught:
        unpack(pack(PIECES)[:size])
    written = b"".join(piece.data for piece in PIECES)
    left = b"".join(piece.data for piece in caught.value.pieces)
    assert written.startswith(left)


def test_a_large_output_that_was_cut_keeps_its_beginning():
    pieces = [Piece(0, STDOUT, b"".join(b"line %d\n" % i for i in range(30_000)))]
    packed = pack(pieces)
    with pytest.raises(Damaged) as caught:
        unpack(packed[: len(packed) // 2])
    (piece,) = caught.value.pieces
    assert len(piece.data) > 50_000
    assert pieces[0].data.startswith(piece.data)


def test_what_would_fill_the_memory_is_not_unpacked():
    with pytest.raises(Damaged) as caught:
        unpack(zlib.compress(b"\0" * 50_000_000, 9))
    assert caught.value.pieces == []


@settings(max_examples=300)
@given(st.integers(0, len(pack(PIECES)) - 1), st.integers(0, 255))
def test_any_other_byte_does_no_harm(position, byte):
    packed = bytearray(pack(PIECES))
    packed[position] = byte
    try:
        pieces = unpack(bytes(packed))
    except Damaged as damaged:
        pieces = damaged.pieces
    assert [piece.offset for piece in pieces] == sorted(p.offset for p in pieces)


@settings(max_examples=500)
@given(
    st.tuples(
        st.integers(-(2**63), 2**63 - 1),
        *[
            st.one_of(
                st.none(),
                st.integers(-(2**63), 2**63 - 1),
                st.floats(allow_nan=False),
                st.text(),
                st.binary(),
                st.sampled_from(["{", "[1", "[]", "{}", "running", '["killed", {}]']),
            )
            for _ in COLUMNS[1:]
        ],
    )
)
def test_any_row_is_a_record(row):
    sound_json(to_record(row))


def test_a_sound_row_is_the_record_that_it_was(open_history):
    history = open_history()
    run = finished(history, b"out", "failed", 1)
    history.close()
    record = open_history().get(run.id)
    assert isinstance(record, Record)
    assert record == run.record()
