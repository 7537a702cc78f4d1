"""The history with a real database on a real disk, and with one that is full."""

import contextlib
import errno
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
import time

import psutil
import pytest
from histories import COLUMNS_SINCE_6, COLUMNS_SINCE_7, begin, end, finished, started
from processes import command

from harness.waiting import wait_until
from octoprint_systemcommands.commands.arguments.values import Values
from octoprint_systemcommands.commands.definition import Command
from octoprint_systemcommands.commands.toggles import switched
from octoprint_systemcommands.runs.history import database, memory, writer
from octoprint_systemcommands.runs.history.database import Database, Filter, Limits
from octoprint_systemcommands.runs.history.history import History
from octoprint_systemcommands.runs.output.capture import STDERR, STDOUT
from octoprint_systemcommands.runs.output.reader import read
from octoprint_systemcommands.runs.processes import process_tree
from octoprint_systemcommands.runs.request import Owner, Request, Requester
from octoprint_systemcommands.runs.run import Run

ALL = Filter()


@pytest.fixture
def history(open_history):
    return open_history()


def test_a_run_survives_the_server(open_history):
    history = open_history()
    run = finished(history, b"some output")
    run_record = run.record()
    history.close()

    record = open_history().get(run.id)

    assert record == run_record
    assert record.user == "me"
    output = history.output(record)
    assert read(output, 0, True)["chunks"] == [
        {"stream": "stdout", "text": "some output"}
    ]


def test_a_running_one_is_seen_at_once_and_live(history):
    run = started(history)

    assert history.get(run.id).status == "running"
    assert [record.id for record in history.find(ALL, 10)] == [run.id]
    run.output.write(STDERR, b"abc")
    assert history.get(run.id).bytes == 3
    assert history.output(history.get(run.id)).pieces()[1] == 3


def test_the_newest_come_first_page_by_page(history):
    runs = [finished(history) for _ in range(25)]
    runs.append(started(history))
    newest_first = [run.id for run in reversed(runs)]

    seen = []
    before = None
    while page := history.find(ALL, 7, before):
        assert len(page) <= 7
        seen.extend(record.id for record in page)
        before = page[-1].seq
    assert seen == newest_first


def test_filters(history):
    one = finished(history, action="one")
    two = finished(history, action="two", status="failed", exit_code=1)
    three = started(history, action="one")

    def found(**kwargs):
        return [record.id for record in history.find(Filter(**kwargs), 10)]

    for _ in range(2):  # from memory, and from the disk
        assert found(action="one") == [three.id, one.id]
        assert found(source="custom") == [three.id, two.id, one.id]
        assert found(source="core") == []
        assert found(statuses=("failed",)) == [two.id]
        assert found(statuses=("failed", "running")) == [three.id, two.id]
        assert found(action="one", statuses=("succeeded",)) == [one.id]
        assert found(action="' OR 1 --") == []
        history.flush()


def test_is_kept_by_number(open_history):
    history = open_history(runs=5)
    runs = [finished(history) for _ in range(12)]
    history.flush()

    assert [r.id for r in history.find(ALL, 100)] == [r.id for r in reversed(runs[-5:])]


def test_pruning_takes_the_output_along(open_history, path):
    history = open_history(runs=2)
    for _ in range(5):
        finished(history, b"x" * 1000)
    history.close()

    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM output").fetchone() == (2,)


def test_those_that_go_on_are_not_pruned(open_history):
    history = open_history(runs=2)
    old = started(history)
    for _ in range(5):
        finished(history)
    history.flush()

    assert history.get(old.id).status == "running"
    end(old)
    history.note(old)
    history.flush()


def test_one_that_has_taken_long_is_kept_as_the_newest(open_history):
    history = open_history(runs=2)
    long = started(history)
    others = [finished(history) for _ in range(5)]
    history.flush()
    end(long)
    history.note(long)
    history.flush()

    # in the order of their starts, as always
    assert [r.id for r in history.find(ALL, 100)] == [others[-1].id, long.id]
    newest = finished(history)
    history.flush()
    assert [r.id for r in history.find(ALL, 100)] == [newest.id, long.id]


def test_what_was_kept_from_a_clock_that_was_ahead_does_not_push_out_the_rest(
    open_history, mocker
):
    history = open_history(runs=2)
    clock = mocker.patch.object(time, "time", return_value=time.time() + 86400)
    for _ in range(3):
        finished(history)
    history.flush()
    clock.return_value -= 86400
    new = [finished(history) for _ in range(2)]
    history.flush()

    assert [r.id for r in history.find(ALL, 100)] == [run.id for run in reversed(new)]


def test_one_that_cannot_be_written_keeps_no_other_from_it(open_history, caplog):
    history = open_history()
    run = started(history)
    end(run)
    odd = Run(2**64, command("true"))
    end(odd)
    with history._memory.condition:
        # in one batch
        history.note(odd)
        history.note(run)
    wait_until(lambda: not history._memory.unwritten)
    history.close()

    assert [record.id for record in open_history().find(ALL, 10)] == [run.id]
    assert f"The run {odd.id} cannot be kept" in caplog.text


def test_half_a_character_is_kept_as_a_question_mark(open_history):
    history = open_history()
    run = finished(history, name="Half \ud800")
    wait_until(lambda: not history._memory.unwritten)
    history.close()

    record = open_history().get(run.id)
    assert record.name == "Half ?"


def test_clear_forgets_what_has_ended(history):
    for _ in range(3):
        finished(history)
    running = started(history)

    assert history.clear() == 3
    assert [record.id for record in history.find(ALL, 100)] == [running.id]
    assert history.clear() == 0
    # and goes on
    new = finished(history)
    history.flush()
    assert [record.id for record in history.find(ALL, 100)] == [new.id, running.id]


def test_clear_counts_what_is_not_written_yet(history, mocker):
    for _ in range(3):
        finished(history)
    history.flush()
    mocker.patch.object(history._writer, "_write")
    finished(history)

    assert history.clear() == 4


##~~ A server that dies


DYING_SERVER = """
    import sys, time
    from octoprint_systemcommands.commands.definition import Command
    from octoprint_systemcommands.runs.history.database import Limits
    from octoprint_systemcommands.runs.history.history import History
    from octoprint_systemcommands.runs.request import Request
    from octoprint_systemcommands.runs.runner import Runner

    def request(line):
        return Request("custom", Command(action="test", command=line))

    history = History(sys.argv[1], lambda: Limits(100, 30))
    runner = Runner(history)
    for number in range(3):
        runner.execute(request(f"echo {number}"))
    for line in ("sleep 60", "sleep 60"):
        runner.start(request(line))
    history.flush()
    print("ready", flush=True)
    time.sleep(60)
"""


def test_kill_9(open_history, path):
    server = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(DYING_SERVER), path],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout.readline() == "ready\n"
    own = psutil.Process(server.pid)
    shells = own.children()
    assert len(shells) == 2
    server.send_signal(signal.SIGKILL)
    server.wait()
    server.stdout.close()
    # one of the two dies as well
    for process in [*shells[0].children(recursive=True), shells[0]]:
        process.kill()
    try:
        wait_until(lambda: not shells[0].is_running())
        history = open_history()
        records = history.find(ALL, 100)

        assert [record.status for record in records] == [
            "interrupted",
            "interrupted",
            "succeeded",
            "succeeded",
            "succeeded",
        ]
        for record in records[:2]:
            assert record.started_at is not None
            # nobody knows when it ended
            assert (record.finished_at, record.duration) == (None, None)
        by_pid = {record.pid: record for record in records[:2]}
        assert by_pid[shells[0].pid].hint.code == "interrupted"
        alive = by_pid[shells[1].pid].hint
        assert alive.code == "interrupted_alive"
        assert str(shells[1].pid) in alive.values["pids"].split(", ")
        output = history.output(records[2])
        assert read(output, 0, True)["chunks"] == [{"stream": "stdout", "text": "2\n"}]
    finally:
        for process in process_tree.find(by_pid[shells[1].pid].id):
            process.kill()


def test_new_runs_come_after_the_old_ones(open_history):
    history = open_history()
    old = finished(history)
    history.close()
    history = open_history()
    new = finished(history)

    assert [record.id for record in history.find(ALL, 10)] == [new.id, old.id]


##~~ Disks


@pytest.fixture
def full_disk(mocker):
    """Makes the database's disk full; call it with False to make space again."""
    connect = database.connect
    pages = [32]

    def connect_with_quota(path):
        connection = connect(path)
        connection.execute(f"PRAGMA max_page_count = {pages[0]}")
        return connection

    mocker.patch.object(database, "connect", connect_with_quota)
    mocker.patch.object(writer, "_RETRY_INTERVAL", 0.1)

    def switch(full=True):
        pages[0] = 32 if full else 1_000_000

    return switch


def noise(size):
    return os.urandom(size)


def test_a_full_disk_stops_the_history_and_not_the_commands(
    full_disk, open_history, make_runner, caplog
):
    history = open_history()
    runs = [finished(history, noise(20_000)) for _ in range(5)]
    wait_until(lambda: history.warning)

    assert "full" in str(history.warning)
    # they are seen all the same
    assert [r.id for r in history.find(ALL, 10)] == [run.id for run in reversed(runs)]
    assert read(history.output(runs[0].record()), 0, True)["next"] == 20_000
    time.sleep(0.5)
    assert caplog.text.count("The history of runs cannot be written") == 1

    full_disk(False)
    wait_until(lambda: history.warning is None)
    history.close()
    assert [r.id for r in open_history().find(ALL, 10)] == [r.id for r in reversed(runs)]


def test_memory_is_bounded_while_the_disk_is_full(full_disk, history, mocker):
    mocker.patch.object(memory, "_MAX_UNWRITTEN", 150)
    # runs whose outputs were forgotten would fit, if there was another try just then
    mocker.patch.object(writer, "_RETRY_INTERVAL", 600)
    finished(history, noise(50_000))
    wait_until(lambda: history.warning)
    runs = [finished(history, noise(20_000)) for _ in range(200)]

    assert len(history._memory.unwritten) == 150
    assert (
        sum(run.output.kept for run in history._memory.unwritten.values()) == 50 * 20_000
    )
    assert runs[-60].record().bytes == 20_000
    assert history.warning


def test_clearing_ones_own_runs_while_none_can_be_written(history, mocker):
    error = sqlite3.OperationalError("database or disk is full")
    mocker.patch.object(database.Database, "write", side_effect=error)
    finished(history)
    request = command("true")._replace(requester=Requester(user="somebody else"))
    theirs = Run(history.next_seq(), request)
    begin(theirs)
    end(theirs)
    history.note(theirs)
    wait_until(lambda: history.warning)

    assert history.clear(Owner("me")) == 1
    assert [record.id for record in history.find(ALL, 10)] == [theirs.id]
    assert history.clear() == 1
    assert history.find(ALL, 10) == []


def test_clearing_while_a_write_is_under_way_that_fails(history, mocker):
    writing, asked = threading.Event(), threading.Event()

    def write(*args):
        writing.set()
        asked.wait(10)
        raise sqlite3.OperationalError("database or disk is full")

    mocker.patch.object(database.Database, "write", write)
    finished(history)
    assert writing.wait(10)
    threading.Thread(
        target=lambda: (
            wait_until(lambda: history._writer._clearing is not None),
            asked.set(),
        )
    ).start()
    assert history.clear() == 1


def test_what_was_running_when_the_disk_got_full_ends_in_the_history(
    full_disk, open_history
):
    full_disk(False)
    history = open_history()
    runs = [started(history) for _ in range(60)]
    history.flush()
    full_disk(True)
    for run in runs:
        run.output.write(STDOUT, noise(20_000))
        end(run)
        history.note(run)
    full_disk(False)
    wait_until(lambda: not history._memory.unwritten)

    assert {record.status for record in history.find(ALL, 100)} == {"succeeded"}
    assert len(history.find(ALL, 100)) == 60


def test_a_slow_disk_loses_nothing(history, mocker):
    write = database.Database.write

    def write_slowly(self, *args):
        time.sleep(0.2)
        write(self, *args)

    mocker.patch.object(database.Database, "write", write_slowly)
    runs = [finished(history) for _ in range(200)]
    wait_until(lambda: not history._memory.unwritten)

    found = history.find(ALL, 300)
    assert [record.id for record in found] == [run.id for run in reversed(runs)]
    assert {record.status for record in found} == {"succeeded"}
    assert history.warning is None


def test_clearing_waits_for_the_disk_alone(history, path):
    finished(history)
    history.flush()
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        clearing = threading.Thread(target=history.clear)
        clearing.start()
        time.sleep(0.2)
        run = started(history)
        assert history.get(run.id).status == "running"
        # nobody has waited for it: it goes on only when the disk is free
        assert clearing.is_alive()
        other.rollback()
        clearing.join(10)
    assert [record.id for record in history.find(ALL, 10)] == [run.id]


def test_a_folder_that_is_deleted_meanwhile_is_made_anew(history, path):
    finished(history)
    history.flush()
    shutil.rmtree(os.path.dirname(path))
    run = finished(history)
    history.flush()
    wait_until(lambda: not history._memory.unwritten)

    assert [record.id for record in history.find(ALL, 10)] == [run.id]
    assert os.path.exists(path)


def test_a_database_that_is_broken_inside_is_set_aside(open_history, path):
    history = open_history()
    for _ in range(50):
        finished(history, noise(2000))
    history.close()
    with open(path, "r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(4096)
        file.write(noise(size - 4096))

    history = open_history()
    run = finished(history)
    wait_until(lambda: history.warning is None and not history._memory.unwritten)
    assert [record.id for record in history.find(ALL, 10)] == [run.id]
    assert [name for name in os.listdir(os.path.dirname(path)) if "broken" in name]


@pytest.mark.parametrize("status", ["queued", "starting"])
def test_what_had_not_begun_when_the_server_died_was_interrupted(open_history, status):
    history = open_history()
    run = Run(history.next_seq(), command("true"))
    if status == "starting":
        run.take_turn()
    history.note(run)
    assert [r.id for r in history.find(Filter(statuses=(status,)), 10)] == [run.id]
    history.close()
    history = open_history()

    record = history.get(run.id)
    assert (record.status, record.started_at) == ("interrupted", None)


def test_the_end_is_noted_though_nothing_is_to_be_seen(open_history, mocker):
    history = open_history()
    runs = [started(history) for _ in range(2)]
    history.close()
    shortage = OSError(errno.EMFILE, "Too many open files")
    mocker.patch.object(process_tree, "find", side_effect=shortage)
    history = open_history()
    for run in runs:
        assert history.get(run.id).status == "interrupted"
        assert history.get(run.id).hint.code == "interrupted"


def test_a_living_process_is_found_although_its_pid_was_never_written(open_history, path):
    history = open_history()
    run = started(history)
    history.close()
    alive = subprocess.Popen(
        ["sleep", "60"],
        env={**os.environ, process_tree.MARK: run.id},
        start_new_session=True,
    )
    try:
        # its environment can be seen a moment after it has begun to be another program
        wait_until(lambda: process_tree.find(run.id))
        hint = open_history().get(run.id).hint
        assert hint.code == "interrupted_alive"
        assert hint.values == {"pids": str(alive.pid)}
    finally:
        alive.kill()
        alive.wait()


def test_bad_limits_do_not_stop_it(path):
    def limits():
        raise TypeError("no number")

    history = History(path, limits)
    run = finished(history)
    wait_until(lambda: history.warning)
    assert [record.id for record in history.find(ALL, 10)] == [run.id]
    history.close()


def test_a_history_that_was_put_back_does_not_mix_with_the_new_one(open_history, path):
    history = open_history()
    old = [finished(history) for _ in range(3)]
    history.close()
    os.rename(path, path + ".kept")
    history = open_history()
    new = finished(history)
    wait_until(lambda: not history._memory.unwritten)
    assert [record.id for record in history.find(ALL, 10)] == [new.id]
    os.rename(path + ".kept", path)
    # it is found to be another one with the next run, which has its place already
    found_out = finished(history)
    wait_until(lambda: not history._memory.unwritten)
    newest = finished(history)
    wait_until(lambda: not history._memory.unwritten)

    found = [record.id for record in history.find(ALL, 10)]
    assert found == [newest.id, old[2].id, found_out.id, old[0].id]


def test_who_comes_later_to_a_place_does_not_get_the_output_of_the_first(path):
    def run(seq, *output):
        run = Run(seq, command("true"))
        for part in output:
            run.output.write(STDOUT, part)
        end(run)
        return run

    limits = Limits(100, 100)
    theirs, ours = run(1, b"private"), run(1)
    with contextlib.closing(Database(path)) as database:
        for one in (theirs, ours):
            database.write([(one, one.record())], limits)
        record = database.get(ours.id)
        assert database.get(theirs.id) is None
        output = database.output(record)
    assert output is None or "private" not in str(output.pieces())


def test_one_from_a_backup_is_for_us_alone(path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w"):
        os.chmod(path, 0o644)
    Database(path).close()
    assert os.stat(path).st_mode & 0o777 == 0o600


def test_a_disk_that_cannot_be_written_to_from_the_start(
    open_history, path, mocker, caplog
):
    mocker.patch.object(writer, "_RETRY_INTERVAL", 0.1)
    folder = os.path.dirname(path)
    # root may write into any folder, but not into a file
    with open(folder, "w"):
        pass
    history = open_history()
    run = finished(history)

    assert [record.id for record in history.find(ALL, 10)] == [run.id]
    assert history.warning
    os.unlink(folder)
    wait_until(lambda: history.warning is None)
    history.close()
    assert [record.id for record in open_history().find(ALL, 10)] == [run.id]


def test_what_is_in_a_database_that_comes_late_is_not_lost(open_history, path, mocker):
    mocker.patch.object(writer, "_RETRY_INTERVAL", 0.1)
    history = open_history()
    old = [finished(history) for _ in range(3)]
    history.close()
    folder = os.path.dirname(path)
    os.rename(folder, folder + "-away")
    with open(folder, "w"):
        pass

    history = open_history()
    new = finished(history)
    os.unlink(folder)
    os.rename(folder + "-away", folder)
    wait_until(lambda: history.warning is None)

    assert [r.id for r in history.find(ALL, 10)] == [
        new.id,
        *(run.id for run in reversed(old)),
    ]


@pytest.mark.parametrize(
    "content", [b"this is no database" * 1000, b"SQLite format 3\0" + b"\0" * 5000]
)
def test_a_broken_database_is_set_aside(open_history, path, content, mocker, caplog):
    mocker.patch.object(writer, "_RETRY_INTERVAL", 0.1)
    os.makedirs(os.path.dirname(path))
    with open(path, "wb") as file:
        file.write(content)
    history = open_history()
    run = finished(history)
    wait_until(lambda: history.warning is None and not history._memory.dirty)

    assert [record.id for record in history.find(ALL, 10)] == [run.id]
    (aside,) = [n for n in os.listdir(os.path.dirname(path)) if "broken" in n]
    with open(os.path.join(os.path.dirname(path), aside), "rb") as file:
        assert file.read() == content
    assert "is kept as" in caplog.text


def test_ten_thousand_runs_are_no_burden(open_history, path):
    history = open_history(runs=10_000)
    first = finished(history)
    history.flush()
    with sqlite3.connect(path) as connection:
        row = connection.execute("SELECT * FROM runs").fetchone()
        connection.executemany(
            f"INSERT INTO runs VALUES ({','.join('?' * len(row))})",
            ((seq, f"{seq:016x}", *row[2:]) for seq in range(2, 10_001)),
        )
    connection.close()

    assert len(history.find(ALL, 50)) == 50
    assert history.get(first.id).seq == 1
    assert len(history.find(Filter(action="test", statuses=("succeeded",)), 200)) == 200


def test_who_did_what_survives_the_server(open_history):
    history = open_history()
    requester = Requester("me", "api", "OctoApp", "10.0.0.2")
    values = Values(
        {"SC_LEVEL": "3", "SC_KEY": "hunter2"},
        {"level": 3, "key": "***"},
        ("hunter2",),
    )
    request = command("true")._replace(requester=requester, values=values)
    run = Run(history.next_seq(), request)
    end(run)
    history.note(run)
    history.close()

    record = open_history().get(run.id)
    assert record == run.record()
    assert (record.user, record.trigger, record.application) == ("me", "api", "OctoApp")
    assert record.address == "10.0.0.2"
    assert record.arguments == {"level": 3, "key": "***"}


def test_where_a_toggle_was_switched_to_survives_the_server(open_history):
    history = open_history()
    light = Command(action="light", type="toggle", on="true", off="true")
    run = Run(history.next_seq(), Request("custom", switched(light, "off")))
    end(run)
    history.note(run)
    history.close()

    record = open_history().get(run.id)
    assert record == run.record()
    assert (record.action, record.to) == ("light", "off")
    assert record.to_dict()["to"] == "off"


@pytest.mark.parametrize("value", ["sideways", "", 1, b"on"])
def test_a_direction_that_is_none_is_damage(open_history, path, value):
    history = open_history()
    run = finished(history)
    history.close()
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE runs SET switched_to = ?", (value,))

    record = open_history().get(run.id)
    assert record.to is None
    assert record.hint.values == {"fields": "switched_to"}


NEW_COLUMNS = {
    1: ("application", "address", "arguments", "stopped_by", "ended", "account"),
    2: ("ended", "account"),
    3: ("account",),
    4: (),
    5: (),
    6: (),
    7: COLUMNS_SINCE_7,
}


@pytest.mark.parametrize("version", NEW_COLUMNS)
def test_a_database_of_an_earlier_version_is_brought_up_to_date(
    open_history, path, version
):
    history = open_history(runs=2)
    finished(history)
    old = finished(history, b"said")
    history.close()
    with sqlite3.connect(path) as connection:
        if "ended" in NEW_COLUMNS[version]:
            connection.execute("DROP INDEX runs_by_end")
        later = COLUMNS_SINCE_6 if version < 7 else ()
        for column in (*NEW_COLUMNS[version], *later):
            connection.execute(f"ALTER TABLE runs DROP COLUMN {column}")
        if version < 5:
            connection.execute("ALTER TABLE output DROP COLUMN times")
        connection.execute("UPDATE runs SET trigger = 'menu'")
        if version < 6:
            connection.execute("ALTER TABLE runs RENAME COLUMN trigger TO door")
        connection.execute(f"PRAGMA user_version = {version}")
    connection.close()

    history = open_history(runs=2)
    new = finished(history)
    wait_until(lambda: not history._memory.unwritten)
    assert [record.id for record in history.find(ALL, 10)] == [new.id, old.id]
    record = history.get(old.id)
    assert record.arguments == {}
    # how it was started has had another name
    assert record.trigger == "menu"
    assert record.to is None
    assert not [n for n in os.listdir(os.path.dirname(path)) if "broken" in n]
