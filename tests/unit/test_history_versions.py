"""The history of another version of the plugin, and files that are put out of the way."""

import contextlib
import os
import sqlite3

import pytest
from histories import COLUMNS_SINCE_6, finished

from harness.waiting import wait_until
from octoprint_systemcommands.runs.history import schema, writer
from octoprint_systemcommands.runs.history.database import Filter
from octoprint_systemcommands.runs.history.troubles import Unavailable

ALL = Filter()


@pytest.fixture(autouse=True)
def soon(mocker):
    mocker.patch.object(writer, "_RETRY_INTERVAL", 0.1)


@pytest.fixture
def later_version(monkeypatch):
    """What a later version of the plugin is like; call it to be that version."""
    later = schema._SCHEMA_VERSION + 1
    column = "ALTER TABLE runs ADD COLUMN mood TEXT NOT NULL DEFAULT 'good';"

    def become():
        migrations = {**schema._MIGRATIONS, schema._SCHEMA_VERSION: column}
        monkeypatch.setattr(schema, "_MIGRATIONS", migrations)
        monkeypatch.setattr(schema, "_SCHEMA_VERSION", later)

    return become


def warning_of(history):
    wait_until(lambda: history.warning)
    return str(history.warning)


def wait_until_written(history):
    wait_until(lambda: not history._memory.unwritten)


def content(path):
    with open(path, "rb") as file:
        return file.read()


def test_going_back_twice_loses_nothing(open_history, path, later_version, monkeypatch):
    present = schema._SCHEMA_VERSION
    later_version()
    later = schema._SCHEMA_VERSION
    history = open_history()
    runs = [finished(history, b"said") for _ in range(3)]
    history.close()
    before = content(path)

    monkeypatch.setattr(schema, "_SCHEMA_VERSION", present)
    for _ in range(2):
        history = open_history()
        new = finished(history, b"new")
        assert "later version" in warning_of(history)
        # it is read, and what is new is held in memory, after it
        records = history.find(ALL, 10)
        assert [r.id for r in records] == [new.id, *(run.id for run in reversed(runs))]
        assert history.get(runs[0].id) == runs[0].record()
        assert history.output(history.get(runs[0].id)).pieces()[0][0].data == b"said"
        assert history.output(history.get(new.id)).pieces()[0][0].data == b"new"
        with pytest.raises(Unavailable, match="later version"):
            history.clear()
        assert len(history.find(ALL, 10)) == 4
        history.close()
        assert content(path) == before
        assert not [n for n in os.listdir(os.path.dirname(path)) if "broken" in n]

    monkeypatch.setattr(schema, "_SCHEMA_VERSION", later)
    history = open_history()
    new = finished(history)
    wait_until_written(history)
    assert [record.id for record in history.find(ALL, 10)] == [
        new.id,
        *(run.id for run in reversed(runs)),
    ]
    assert history.warning is None


def test_a_version_that_cannot_even_be_read_is_left_alone(open_history, path, caplog):
    history = open_history()
    finished(history)
    history.close()
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("ALTER TABLE runs RENAME TO journeys")
        connection.execute("PRAGMA user_version = 99")
        connection.execute("PRAGMA journal_mode = DELETE")
    before = content(path)

    for _ in range(2):
        history = open_history()
        run = finished(history)
        assert [record.id for record in history.find(ALL, 10)] == [run.id]
        assert "later version" in warning_of(history)
        history.close()
        assert content(path) == before
    assert caplog.text.count("kept in memory only") == 2


def test_what_was_put_aside_stays(open_history, path):
    os.makedirs(os.path.dirname(path))
    kept = {}
    for number in range(schema.MAX_SET_ASIDE):
        with open(path, "wb") as file:
            file.write(b"damage number %d" % number * 1000)
        name = "history.db.broken" + (f"-{number + 1}" if number else "")
        kept[name] = content(path)
        history = open_history()
        finished(history)
        wait_until_written(history)
        assert history.warning is None
        history.close()

    with open(path, "wb") as file:
        file.write(b"one too many" * 1000)
    for _ in range(2):
        history = open_history()
        run = finished(history)
        assert "delete the files" in warning_of(history)
        assert [record.id for record in history.find(ALL, 10)] == [run.id]
        history.close()
    kept["history.db"] = b"one too many" * 1000

    folder = os.path.dirname(path)
    assert {name: content(os.path.join(folder, name)) for name in os.listdir(folder)} == (
        kept
    )


def test_room_for_another_one_ends_the_trouble(open_history, path):
    os.makedirs(os.path.dirname(path))
    for number in range(schema.MAX_SET_ASIDE):
        with open(f"{path}.broken" + (f"-{number + 1}" if number else ""), "w"):
            pass
    with open(path, "wb") as file:
        file.write(b"no database" * 1000)
    history = open_history()
    run = finished(history)
    wait_until(lambda: history.warning)

    os.unlink(f"{path}.broken-2")
    wait_until_written(history)
    wait_until(lambda: history.find(ALL, 10) and history.warning is None)
    history.close()
    assert [record.id for record in open_history().find(ALL, 10)] == [run.id]


@pytest.mark.parametrize("version", [0, -1])
def test_tables_of_an_unknown_kind_are_put_aside(open_history, path, version):
    os.makedirs(os.path.dirname(path))
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE runs (a)")
        connection.execute(f"PRAGMA user_version = {version}")
    history = open_history()
    run = finished(history)
    wait_until_written(history)

    assert [record.id for record in history.find(ALL, 10)] == [run.id]
    with contextlib.closing(sqlite3.connect(f"{path}.broken")) as connection:
        assert connection.execute("SELECT * FROM runs").fetchall() == []


def test_an_older_file_that_is_in_use_is_read_as_it_is(open_history, path):
    history = open_history()
    run = finished(history, b"said")
    history.close()
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("ALTER TABLE runs RENAME COLUMN trigger TO door")
        for column in COLUMNS_SINCE_6:
            other.execute(f"ALTER TABLE runs DROP COLUMN {column}")
        other.execute("PRAGMA user_version = 5")
        # nothing can be changed in it while this one is at work
        other.execute("BEGIN IMMEDIATE")
        history = open_history()
        wait_until(lambda: history.warning)
        assert history.get(run.id) == run.record()
        assert [record.id for record in history.find(ALL, 10)] == [run.id]
        other.execute("ROLLBACK")
    new = finished(history)
    wait_until_written(history)
    assert history.warning is None
    assert [record.id for record in history.find(ALL, 10)] == [new.id, run.id]
