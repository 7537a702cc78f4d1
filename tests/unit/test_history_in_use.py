"""The history while another program has its file, and on a disk that does not answer."""

import contextlib
import logging
import os
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from histories import end, finished, started
from other_program import another_program
from processes import command

from harness.waiting import wait_until
from octoprint_systemcommands.runs.history import database, reader, writer
from octoprint_systemcommands.runs.history import history as history_module
from octoprint_systemcommands.runs.history.database import Database, Filter, ReadOnly
from octoprint_systemcommands.runs.history.troubles import Unavailable
from octoprint_systemcommands.runs.output.capture import STDOUT
from octoprint_systemcommands.runs.output.reader import read
from octoprint_systemcommands.runs.runner import Runner

ALL = Filter()


@pytest.fixture(autouse=True)
def patience():
    """That of the plugin."""


@pytest.fixture(autouse=True)
def soon(mocker):
    """What is tried again is tried again soon."""
    mocker.patch.object(writer, "_RETRY_INTERVAL", 0.1)
    mocker.patch.object(reader, "_REMEMBERED", 0.1)


@pytest.fixture
def past(open_history):
    """Runs of an earlier server; the oldest has an output."""
    history = open_history()
    runs = [finished(history, b"said" if not number else b"") for number in range(5)]
    history.close()
    return [run.record() for run in runs]


def test_nobody_waits_for_the_one_who_has_the_file(open_history, past, path):
    with another_program(path):
        history = open_history()
        runner = Runner(history)
        runs = [runner.execute(command("echo new")) for _ in range(10)]

        with ThreadPoolExecutor(16) as threads:
            answers = [threads.submit(history.find, ALL, 100) for _ in range(64)]
            # all of them come while the other one still has it
            lists = [answer.result(30) for answer in answers]
        for listed in lists:
            assert [r.id for r in listed] == [run.id for run in reversed(runs)]
        assert read(history.output(runs[0].record()), 0, True)["next"] == 4
        with pytest.raises(Unavailable, match="another program is using"):
            history.get(past[0].id)
        with pytest.raises(Unavailable):
            history.output(past[0])
        with pytest.raises(Unavailable, match="another program is using"):
            history.clear()
        assert "another program is using" in str(history.warning)
    wait_until(lambda: history.find(ALL, 1) and history.warning is None)
    history.flush()

    # nothing is lost, and all have their places
    assert [record.id for record in history.find(ALL, 100)] == [
        *(run.id for run in reversed(runs)),
        *(record.id for record in reversed(past)),
    ]
    assert history.get(past[0].id) == past[0]
    seqs = [record.seq for record in history.find(ALL, 100)]
    assert seqs == list(range(15, 0, -1))
    runner.shut_down()


def test_what_was_running_when_the_file_got_busy_is_written_later(open_history, path):
    history = open_history()
    run = started(history)
    history.flush()
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        run.output.write(STDOUT, b"said")
        end(run)
        history.note(run)
        wait_until(lambda: history.warning)
        assert history.get(run.id).status == "succeeded"
        other.rollback()
    wait_until(lambda: not history._memory.unwritten and history.warning is None)
    assert history.get(run.id) == run.record()


def test_who_writes_only_keeps_nobody_from_reading(open_history, past, path):
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        history = open_history()
        assert [r.id for r in history.find(ALL, 10)] == [r.id for r in reversed(past)]
        assert history.get(past[0].id) == past[0]
        other.rollback()


def test_who_ran_when_the_last_server_died_does_not_go_on(open_history, path):
    history = open_history()
    run = started(history)
    history.close()
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        history = open_history()
        assert history.get(run.id).status == "interrupted"
        assert history.find(Filter(statuses=("running",)), 10) == []
        other.rollback()
    wait_until(lambda: history.get(run.id).hint)
    assert history.get(run.id).hint.code == "interrupted"


##~~ Disks that do not answer


@pytest.fixture
def hanging_disk(mocker):
    """No call for the disk returns, until this is called."""
    answers = threading.Event()
    answers.set()

    def hang(cls, method):
        original = getattr(cls, method)

        def patched(*args, **kwargs):
            answers.wait()
            return original(*args, **kwargs)

        mocker.patch.object(cls, method, patched)

    for cls, methods in (
        (Database, ("write", "delete", "__init__", "is_in_place")),
        (ReadOnly, ("get", "find", "output", "__init__", "is_in_place")),
    ):
        for method in methods:
            hang(cls, method)
    yield answers
    answers.set()


def test_a_disk_that_hangs_from_the_start(open_history, past, hanging_disk, mocker):
    mocker.patch.object(history_module, "_OPEN_PATIENCE", 0.1)
    hanging_disk.clear()
    history = open_history()
    runner = Runner(history)
    runs = [runner.execute(command("true")) for _ in range(3)]

    assert [r.id for r in history.find(ALL, 10)] == [run.id for run in reversed(runs)]
    assert "does not answer" in str(history.warning)
    hanging_disk.set()
    wait_until(lambda: not history._memory.unwritten)
    wait_until(lambda: len(history.find(ALL, 10)) == 8)
    assert [record.id for record in history.find(ALL, 10)] == [
        *(run.id for run in reversed(runs)),
        *(record.id for record in reversed(past)),
    ]
    runner.shut_down()


def test_a_disk_that_begins_to_hang(open_history, hanging_disk, mocker):
    mocker.patch.object(writer, "_PATIENCE", 0.1)
    mocker.patch.object(writer, "_CLEAR_PATIENCE", 0.1)
    history = open_history()
    old = [finished(history) for _ in range(3)]
    wait_until(lambda: not history._memory.unwritten)
    assert len(history.find(ALL, 10)) == 3
    hanging_disk.clear()
    runner = Runner(history)
    new = runner.execute(command("true"))

    # from memory, with what is written as well
    expected = [new.id, *(run.id for run in reversed(old))]
    with ThreadPoolExecutor(16) as threads:
        answers = [threads.submit(history.find, ALL, 10) for _ in range(64)]
        for answer in answers:
            assert [record.id for record in answer.result(30)] == expected
    assert history.get(old[0].id) == old[0].record()
    for _ in range(3):
        with pytest.raises(Unavailable):
            history.clear()
    wait_until(lambda: "does not answer" in str(history.warning))

    hanging_disk.set()
    # what was asked for last is done, even though nobody waits for it any more
    wait_until(lambda: not history.find(ALL, 10) and history.warning is None)
    runner.shut_down()


def test_a_failure_is_remembered(open_history, mocker, caplog):
    mocker.patch.object(reader, "_REMEMBERED", 3600)
    caplog.set_level(logging.WARNING)
    history = open_history()
    run = finished(history)
    wait_until(lambda: not history._memory.unwritten)
    error = sqlite3.OperationalError("disk I/O error")
    find = mocker.patch.object(ReadOnly, "find", side_effect=error)

    for _ in range(5):
        # it is known without the disk
        assert [record.id for record in history.find(ALL, 10)] == [run.id]
    assert find.call_count == 1
    assert "cannot be read: disk I/O error" in str(history.warning)
    wait_until(lambda: "cannot be read" in caplog.text)
    assert caplog.text.count("cannot be read") == 1


def test_trouble_with_reading_is_over_with_the_next_answer(open_history, mocker):
    history = open_history()
    run = finished(history)
    wait_until(lambda: not history._memory.unwritten)
    error = sqlite3.OperationalError("disk I/O error")
    find = mocker.patch.object(ReadOnly, "find", side_effect=error)
    history.find(ALL, 10)
    assert "cannot be read: disk I/O error" in str(history.warning)

    mocker.stop(find)
    wait_until(lambda: history.find(ALL, 10) and history.warning is None)
    assert [record.id for record in history.find(ALL, 10)] == [run.id]


def test_an_error_of_the_plugin_is_not_called_one_of_the_disk(
    open_history, mocker, caplog
):
    mocker.patch.object(database.Database, "write", side_effect=KeyError("oops"))
    history = open_history()
    finished(history)
    wait_until(lambda: history.warning)

    assert "an error of the plugin" in str(history.warning)
    assert "space" not in str(history.warning)
    wait_until(lambda: "Traceback" in caplog.text)


def test_copies_in_memory_are_bounded_and_go_with_the_runs(open_history, mocker):
    history = open_history(runs=250)
    runs = [finished(history) for _ in range(300)]
    history.flush()
    mocker.patch.object(ReadOnly, "find", side_effect=sqlite3.OperationalError("no"))
    known = [record.id for record in history.find(ALL, 1000)]
    assert known == [run.id for run in reversed(runs[-200:])]

    assert history.clear() == 250
    assert history.find(ALL, 1000) == []


def test_the_last_outputs_are_known_without_the_disk(open_history, mocker):
    history = open_history()
    large = [finished(history, bytes(200_000)).record() for _ in range(4)]
    last = finished(history, b"said").record()
    wait_until(lambda: not history._memory.unwritten)
    error = sqlite3.OperationalError("disk I/O error")
    mocker.patch.object(ReadOnly, "output", side_effect=error)

    assert read(history.output(last), 0, True)["next"] == 4
    assert history.output(large[3]).pieces()[1] == 200_000
    # which are bounded
    with pytest.raises(Unavailable):
        history.output(large[0])
    history.clear()
    with pytest.raises(Unavailable):
        history.output(last)


def test_what_is_not_kept_any_more_is_not_shown_from_memory(open_history, mocker):
    history = open_history(runs=5)
    runs = [finished(history) for _ in range(20)]
    history.flush()
    mocker.patch.object(ReadOnly, "find", side_effect=sqlite3.OperationalError("no"))

    known = [record.id for record in history.find(ALL, 1000)]
    assert known == [run.id for run in reversed(runs[-5:])]


def test_reading_leaves_no_file_behind(open_history, path):
    history = open_history()
    assert history.find(ALL, 10) == []
    finished(history)
    history.flush()
    assert len(history.find(ALL, 10)) == 1
    history.close()
    assert os.listdir(os.path.dirname(path)) == ["history.db"]


def test_no_thread_to_spare(open_history, past, mocker):
    history = open_history()
    failing = mocker.patch.object(
        threading.Thread, "start", side_effect=RuntimeError("no")
    )
    for _ in range(3):
        with pytest.raises(Unavailable, match="cannot be read: no"):
            history.output(past[0])
    mocker.stop(failing)
    # the next question tries again
    assert read(history.output(past[0]), 0, True)["next"] == 4
