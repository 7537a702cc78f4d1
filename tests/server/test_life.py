"""The server's end, orderly and not, and what is left of its runs."""

import contextlib
import os
import sqlite3
import subprocess
import threading

import psutil
import pytest
import requests

from harness.http_clients import ApiClient
from harness.waiting import wait_until

COMMANDS = [
    {"action": "quick", "name": "Quick", "command": "echo kept"},
    {"action": "slow", "command": "echo begun; sleep 300"},
    {
        "action": "deaf",
        "command": "trap '' TERM; echo begun; while :; do sleep 0.1; done",
    },
    {
        "action": "restart",
        # for a minute at most, if nobody lets it go on
        "command": "for i in $(seq 1200); do [ -e go ] && touch it && exit; "
        "sleep 0.05; done",
        "outlives_server": True,
    },
    {"action": "noise", "command": "head -c 100000 /dev/urandom"},
]
API = "/plugin/systemcommands/api/runs"
CONFIG = {"plugins": {"systemcommands": {"commands": COMMANDS}}}


@pytest.fixture
def server(make_octoprint):
    server = make_octoprint(CONFIG)
    yield server
    server.stop()


@pytest.fixture
def client(server):
    with ApiClient(server.url, server.admin) as client:
        yield client


def start(client, action):
    response = client.post(API, json={"source": "custom", "action": action})
    assert response.status_code == 202, response.text
    return response.json()


def has_ended(client, run):
    status = client.get(f"{API}/{run['id']}").json()["status"]
    return status not in ("queued", "starting", "running")


def has_begun(client, run):
    return client.get(f"{API}/{run['id']}").json()["output"]["bytes"] > 0


def is_stored(server, status, number):
    """Whether so many runs of a status are on the disk, with their process."""
    path = server.basedir / "data" / "systemcommands" / "history.db"
    query = "SELECT count(*) FROM runs WHERE status = ? AND pid IS NOT NULL"
    with contextlib.closing(sqlite3.connect(path)) as database:
        return database.execute(query, (status,)).fetchone() == (number,)


def children_of(server):
    return psutil.Process(server.pid).children(recursive=True)


def test_kill_9(server, client):
    done = start(client, "quick")
    wait_until(lambda: has_ended(client, done))
    runs = [start(client, "slow"), start(client, "slow")]
    for run in runs:
        wait_until(lambda run=run: has_begun(client, run))
    wait_until(
        lambda: is_stored(server, "succeeded", 1) and is_stored(server, "running", 2)
    )
    # not what they are about to start, which is a shell as well for a moment
    shells = [p for p in children_of(server) if p.ppid() == server.pid]
    assert len(shells) == 2
    server.kill()
    # one of them ends while nobody looks
    for process in [*shells[0].children(), shells[0]]:
        process.kill()
    server.start()
    try:
        records = {run["id"]: run for run in client.get(API).json()["runs"]}
        assert records[done["id"]]["status"] == "succeeded"
        output = client.get(f"{API}/{done['id']}/output").json()
        assert output["chunks"] == [{"stream": "stdout", "text": "kept\n"}]

        interrupted = [records[run["id"]] for run in runs]
        assert [run["status"] for run in interrupted] == ["interrupted"] * 2
        alive, gone = sorted(run["hint"] for run in interrupted)
        assert "It is not running any more" in gone
        assert "It was still running" in alive
        assert str(shells[1].pid) in alive
    finally:
        for process in [*shells[1].children(), shells[1]]:
            process.kill()


@pytest.mark.parametrize(
    "action", ["slow", pytest.param("deaf", marks=pytest.mark.one_version)]
)
def test_an_orderly_end_ends_what_goes_on(server, client, action):
    run = start(client, action)
    wait_until(lambda: has_begun(client, run))
    started = children_of(server)
    assert started

    # it is killed if it takes too long
    assert server.stop() == 0
    wait_until(lambda: not any(p.is_running() for p in started))
    server.start()
    assert client.get(f"{API}/{run['id']}").json()["status"] == "stopped"


def test_an_orderly_end_does_not_wait_for_those_who_wait(server):
    def wait_for_command():
        # the server may be gone before it answers
        gone = contextlib.suppress(requests.RequestException)
        with gone, ApiClient(server.url, server.admin) as client:
            client.post("/api/system/commands/custom/slow", timeout=60)

    waiting = threading.Thread(target=wait_for_command)
    waiting.start()
    wait_until(lambda: children_of(server))

    # it is killed if it takes too long
    assert server.stop() == 0
    waiting.join()


@pytest.mark.one_version
def test_what_outlives_the_server_is_not_ended_with_it(server, client):
    start(client, "restart")
    wait_until(lambda: children_of(server))
    server.stop()

    assert not (server.basedir / "it").exists()
    (server.basedir / "go").touch()
    wait_until((server.basedir / "it").exists)


@pytest.mark.one_version
@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_full_disk_stops_the_history_and_not_the_commands(make_octoprint):
    server = make_octoprint(CONFIG, start=False)
    data = server.basedir / "data" / "systemcommands"
    data.mkdir(parents=True)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(data)],
        capture_output=True,
    )
    if mounted.returncode != 0:
        pytest.skip("mounting is not possible here")
    try:
        server.start()
        with ApiClient(server.url, server.admin) as client:
            for _ in range(30):
                response = client.post("/api/system/commands/custom/noise")
                assert response.status_code == 204
            warning = wait_until(lambda: client.get(API).json()["warning"])
            assert "full" in warning
            run = start(client, "quick")
            wait_until(lambda: has_ended(client, run))
            assert client.get(API).json()["runs"][0]["id"] == run["id"]
        assert server.log_text().count("The history of runs cannot be written") <= 2
        server.stop()
    finally:
        subprocess.run(["umount", "-l", str(data)], check=True)
