"""Commands that end the server and go on: scripts that restart or update it."""

import contextlib
import os
import stat

import psutil
import pytest
import requests

from harness.http_clients import ApiClient
from harness.waiting import wait_until

API = "/plugin/systemcommands/api/runs"

# Ends the server, waits until it is gone, says a lot, and comes to its end
SCRIPT = """#!/bin/sh
server=$1
echo "going to end the server"
nice > niceness
kill -{signal} "$server"
while kill -0 "$server" 2>/dev/null; do sleep 0.05; done
echo "the server is gone"
head -c 5000000 /dev/zero
head -c 5000000 /dev/zero >&2
echo "starting it again" || exit
touch second-half
"""

NAMES = ["restart_octoprint.sh", "update.sh", "restart-octoprint.sh"]
LINE = "kill -TERM $PPID; sleep 2; echo said || exit; touch second-half"


@pytest.fixture
def make_server(make_octoprint):
    """make_server(lines, **fields): one whose list has these command lines, as `0`, `1` …, and
    `system.actions` as well, as `old-0` …"""
    servers = []

    def make(lines, old=False, signal="TERM", **fields):
        entries = [
            {"action": str(number), "name": line[:20], "command": line, **fields}
            for number, line in enumerate(lines)
        ]
        where = (
            {"system": {"actions": entries}}
            if old
            else {"plugins": {"systemcommands": {"commands": entries}}}
        )
        server = make_octoprint(where, start=False)
        for name in NAMES:
            script = server.basedir / name
            script.write_text(SCRIPT.format(signal=signal))
            script.chmod(script.stat().st_mode | stat.S_IXUSR)
        server.start()
        servers.append(server)
        return server

    yield make
    for server in servers:
        server.stop()


def start(server, action):
    # the server may be gone before it answers
    gone = contextlib.suppress(requests.ConnectionError)
    with gone, ApiClient(server.url, server.admin) as client:
        response = client.post(API, json={"source": "custom", "action": action})
        assert response.status_code == 202, response.text


def wait_for_second_half(server):
    server.wait()
    wait_until((server.basedir / "second-half").exists)


def started_by(server):
    """Everything that was started in the folder of a server, itself excluded."""
    found = []
    for process in psutil.process_iter():
        try:
            environment = process.environ()
        except psutil.Error:
            continue
        if (
            environment.get("OCTOPRINT_URL") == server.url
            and "OCTOPRINT_RUN_ID" in environment
        ):
            found.append(process)
    return found


def drains():
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if "systemcommands-drain" in (process.info["cmdline"] or [])
    ]


def niceness_in(server):
    path = server.basedir / "niceness"
    return int(wait_until(lambda: path.exists() and path.read_text()))


@pytest.mark.one_version
def test_the_second_half_runs(make_server):
    for name in NAMES[:2]:
        server = make_server([f"./{name} $PPID"], outlives_server=True)
        start(server, "0")
        wait_for_second_half(server)
        assert niceness_in(server) == os.getpriority(os.PRIO_PROCESS, 0)
        wait_until(lambda: not drains())


def test_what_was_async_in_system_actions_goes_on_as_ever(make_server):
    server = make_server([f"./{NAMES[0]} $PPID"], old=True, **{"async": True})
    start(server, "0")
    wait_for_second_half(server)
    assert niceness_in(server) == os.getpriority(os.PRIO_PROCESS, 0)


@pytest.mark.one_version
def test_a_server_that_is_killed(make_server):
    server = make_server([f"./{NAMES[1]} $PPID"], signal="KILL", outlives_server=True)
    start(server, "0")
    wait_for_second_half(server)


@pytest.mark.one_version
def test_a_line_of_its_own(make_server):
    server = make_server([LINE], outlives_server=True)
    start(server, "0")
    wait_for_second_half(server)


@pytest.mark.parametrize("old", [False, True])
def test_everything_else_ends_with_the_server(make_server, old):
    """Whatever it is called, and also if it was waited for in OctoPrint's own list."""
    server = make_server([f"./{NAMES[2]} $PPID", "sleep 600"], old=old)
    start(server, "1")
    # it is lowered when the process is there already
    wait_until(lambda: any(process.nice() >= 5 for process in started_by(server)))
    start(server, "0")
    assert server.wait() == 0
    wait_until(lambda: not started_by(server))
    assert not (server.basedir / "second-half").exists()
