"""A real server that has used up its file descriptors."""

import os
import resource

import psutil
import pytest

from harness.http_clients import ApiClient
from harness.waiting import wait_until

pytestmark = pytest.mark.one_version

API = "/plugin/systemcommands/api/runs"
COMMANDS = [
    {"action": "slow", "command": "sleep 600 & setsid sleep 600 & wait"},
    # long enough for all of them to be started
    {"action": "slow-timed", "command": "sleep 600 & wait", "timeout": 6},
    {"action": "quick", "command": "echo done"},
]

# beyond what it has open when nothing goes on
FREE = 60


@pytest.fixture
def server(make_octoprint):
    # one that was forked has other descriptors
    config = {"plugins": {"systemcommands": {"commands": COMMANDS}}}
    server = make_octoprint(config, starter=None)
    yield server
    server.stop()


@pytest.fixture
def limited(server):
    """The server, with few file descriptors."""
    with ApiClient(server.url, server.admin) as client:
        client.post("/api/system/commands/custom/quick")
    used = {int(fd) for fd in os.listdir(f"/proc/{server.pid}/fd")}
    unused = [fd for fd in range(1024) if fd not in used]
    _, hard = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (unused[FREE], hard))
    return server


def start_until_refused(client, action):
    runs = []
    while len(runs) < 60:
        response = client.post(API, json={"source": "custom", "action": action})
        if response.status_code != 202:
            return runs, response
        runs.append(response.json()["id"])
    raise AssertionError("there was always room for one more")


def status_of(client, run_id):
    return client.get(f"{API}/{run_id}").json()["status"]


def children_of(server):
    return psutil.Process(server.pid).children(recursive=True)


@pytest.mark.parametrize("action", ["slow", "slow-timed"])
def test_what_was_started_can_be_ended(limited, action):
    with ApiClient(limited.url, limited.admin) as client:
        runs, refusal = start_until_refused(client, action)
        assert len(runs) > 5
        started = children_of(limited)
        assert refusal.status_code == 503
        assert "LimitNOFILE" in refusal.json()["error"]
        assert refusal.headers["Retry-After"]
        if action == "slow":
            for run_id in runs:
                assert client.post(f"{API}/{run_id}/stop").status_code == 202
        expected = {"slow": "stopped", "slow-timed": "timed_out"}[action]
        for run_id in runs:
            wait_until(lambda run_id=run_id: status_of(client, run_id) == expected)
        wait_until(lambda: not any(process.is_running() for process in started))
        # and it goes on as if nothing had happened
        assert client.post("/api/system/commands/custom/quick").status_code == 204


def test_an_orderly_end_ends_all(limited):
    with ApiClient(limited.url, limited.admin) as client:
        runs, _ = start_until_refused(client, "slow")
        started = wait_until(
            lambda: len(found := children_of(limited)) >= 3 * len(runs) and found
        )
    # it is killed if it takes too long
    assert limited.stop() == 0
    wait_until(lambda: not any(process.is_running() for process in started))
