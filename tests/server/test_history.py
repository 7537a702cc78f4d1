"""The history of a real server: its file in other hands, damaged, or of a later version."""

import contextlib
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from other_program import another_program

from harness.http_clients import ApiClient
from harness.waiting import wait_until

pytestmark = pytest.mark.one_version

COMMANDS = [
    {"action": "quick", "name": "Quick", "command": "echo said"},
    {"action": "slow", "command": "sleep 600"},
]
API = "/plugin/systemcommands/api/runs"
CONFIG = {"plugins": {"systemcommands": {"commands": COMMANDS}}}
DAY = 86400


def file_of(server):
    return server.basedir / "data" / "systemcommands" / "history.db"


def run(client, action="quick"):
    assert client.post(f"/api/system/commands/custom/{action}").status_code == 204
    return client.get(f"{API}?limit=1").json()["runs"][0]["id"]


def listed(client, **params):
    response = client.get(API, params={"limit": 200, **params})
    assert response.status_code == 200, response.text
    return response.json()


def ids(client, **params):
    return [one["id"] for one in listed(client, **params)["runs"]]


@contextlib.contextmanager
def changed(server):
    """The file, while the server is down."""
    with contextlib.closing(sqlite3.connect(file_of(server))) as database, database:
        yield database


@pytest.fixture(scope="module")
def server_with_past(make_octoprint, tmp_path_factory):
    """A server that is down, and a copy of what a past of five runs has left on its disk."""
    server = make_octoprint(CONFIG)
    with ApiClient(server.url, server.admin) as client:
        server.past = [run(client) for _ in range(5)][::-1]
    server.stop()
    copy = tmp_path_factory.mktemp("past") / "data"
    shutil.copytree(file_of(server).parent, copy)
    return server, copy


@pytest.fixture
def server(server_with_past):
    """A server with a past of five runs, which is down."""
    server, past = server_with_past
    shutil.rmtree(file_of(server).parent)
    shutil.copytree(past, file_of(server).parent)
    server.forget_log()
    yield server
    server.stop()


def requests_of_everybody(server, past):
    """What several clients ask for at a time; gives their answers by path."""
    paths = [API, f"{API}?status=failed", f"{API}/{past}", f"{API}/{past}/output"]
    paths += [f"{API}/{past}/output.txt", "/api/version"]

    def ask(path):
        with ApiClient(server.url, server.admin) as client:
            return path, client.get(path)

    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(ask, paths * 6))
    return {path: [a for p, a in answers if p == path] for path in paths}


def test_nobody_waits_for_a_program_that_has_the_file_from_the_start(server):
    past = server.past[0]
    with another_program(file_of(server)):
        server.start()
        with ApiClient(server.url, server.admin) as client:
            new = [run(client) for _ in range(3)][::-1]
            slow = client.post(API, json={"source": "custom", "action": "slow"}).json()
            # all of it is answered while the other program goes on
            answers = requests_of_everybody(server, past)
            assert [a.status_code for a in answers["/api/version"]] == [200] * 6
            for answer in answers[API]:
                assert [one["id"] for one in answer.json()["runs"]] == [slow["id"], *new]
                assert answer.json()["warning"]
            for path in (f"{API}/{past}", f"{API}/{past}/output"):
                assert [a.status_code for a in answers[path]] == [503] * 6
                assert "cannot be read" in answers[path][0].json()["error"]
            output = client.get(f"{API}/{new[0]}/output").json()
            assert output["chunks"] == [{"stream": "stdout", "text": "said\n"}]
            assert client.delete(API).status_code == 503
            assert client.post(f"{API}/{slow['id']}/stop").status_code == 202
            wait_until(lambda: not ids(client, status="running"))
            assert "another program" in listed(client)["warning"]
    with ApiClient(server.url, server.admin) as client:
        wait_until(lambda: listed(client)["warning"] is None)
        # nothing is lost
        assert ids(client) == [slow["id"], *new, *server.past]
    server.stop()
    server.start()
    with ApiClient(server.url, server.admin) as client:
        assert ids(client) == [slow["id"], *new, *server.past]


def test_nobody_waits_for_a_program_that_takes_the_file_later(server):
    server.start()
    with ApiClient(server.url, server.admin) as client:
        assert ids(client) == server.past
        with contextlib.closing(sqlite3.connect(file_of(server))) as other:
            other.execute("BEGIN EXCLUSIVE")
            new = [run(client) for _ in range(3)][::-1]
            answers = requests_of_everybody(server, server.past[0])
            assert {a.status_code for some in answers.values() for a in some} == {200}
            for answer in answers[API]:
                found = [one["id"] for one in answer.json()["runs"]]
                assert found == [*new, *server.past]
            assert client.delete(API).status_code == 503
            assert "another program" in wait_until(lambda: listed(client)["warning"])
            other.rollback()
        wait_until(lambda: listed(client)["warning"] is None)
        assert ids(client) == [*new, *server.past]
        assert client.delete(API).json() == {"deleted": 8}


DAMAGE = [
    "hint = '{'",
    'hint = \'["killed", {"x": "y"}]\'',
    "hint = '[\"refused\", {}]'",
    "arguments = '[1'",
    "name = CAST(x'66ff' AS TEXT)",
    "name = x'66ff'",
    "status = 'dreaming'",
    "id = x'00'",
    "queued_at = 9e999, started_at = 'yesterday', duration = x'00'",
    "bytes = -1, kept = 'all', exit_code = 'x', user = x'00', trigger = 7",
]


def test_a_damaged_record_is_shown_as_such_and_harms_no_other(server):
    server.start()
    with ApiClient(server.url, server.admin) as client:
        for _ in DAMAGE:
            run(client)
        before = ids(client)
    server.stop()
    with changed(server) as database:
        for seq, damage in enumerate(DAMAGE, 1):
            database.execute(f"UPDATE runs SET {damage} WHERE seq = {seq}")
        database.execute("UPDATE output SET pieces = substr(pieces, 1, 9) WHERE seq = 11")

    server.start()
    with ApiClient(server.url, server.admin) as client:
        runs = listed(client)["runs"]
        assert listed(client)["warning"] is None
        assert len(runs) == len(before) == 15
        for one in runs:
            assert client.get(one["resource"]).json() == one
            output = client.get(f"{one['resource']}/output")
            assert output.status_code == 200, output.text
            assert client.get(f"{one['resource']}/output.txt").status_code == 200
        damaged = [one for one in runs if one["hint"] and "damaged" in one["hint"]]
        assert [one["id"] for one in damaged if one["id"] in before] == [
            run_id for run_id in before[5:] if run_id not in (before[-5], before[-8])
        ]
        cut = client.get(f"{API}/{before[4]}/output").json()
        assert cut["chunks"][-1]["damaged"] is True
        text = client.get(f"{API}/{before[4]}/output.txt").text
        assert "bytes are damaged and cannot be read" in text
        german = {"Accept-Language": "de"}
        assert client.get(API, headers=german).status_code == 200
        # and it goes on
        new = run(client)
        assert ids(client)[0] == new
        assert client.delete(API).json() == {"deleted": 16}
        assert ids(client) == []


def test_the_history_of_a_later_version_is_left_alone(server):
    with changed(server) as database:
        version = database.execute("PRAGMA user_version").fetchone()[0]
        database.execute("ALTER TABLE runs ADD COLUMN mood TEXT NOT NULL DEFAULT 'good'")
        database.execute(f"PRAGMA user_version = {version + 1}")
    before = file_of(server).read_bytes()
    for _ in range(2):
        server.start()
        with ApiClient(server.url, server.admin) as client:
            new = run(client)
            assert ids(client) == [new, *server.past]
            assert "later version" in listed(client)["warning"]
            assert client.get(f"{API}/{server.past[0]}/output").json()["chunks"]
            assert client.delete(API).status_code == 503
        server.stop()
        assert file_of(server).read_bytes() == before
    assert not list(file_of(server).parent.glob("*broken*"))


@pytest.mark.parametrize("days", [-40, 40])
def test_a_clock_that_was_wrong_deletes_nothing(server, days):
    # what was run while it was wrong, as if by a server before
    with changed(server) as database:
        for column in ("queued_at", "started_at", "finished_at"):
            database.execute(
                f"UPDATE runs SET {column} = {column} + ? WHERE seq > 3", (days * DAY,)
            )
        dates = [date for (date,) in database.execute("SELECT queued_at FROM runs")]
    assert max(dates) - min(dates) > 39 * DAY

    server.start()
    with ApiClient(server.url, server.admin) as client:
        new = [run(client) for _ in range(3)][::-1]
    server.stop()
    server.start()
    with ApiClient(server.url, server.admin) as client:
        assert ids(client) == [*new, *server.past]
