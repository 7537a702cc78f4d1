"""Slow and chatty commands do not take the server from its users."""

import threading
import time

import psutil
import pytest

from harness.http_clients import ApiClient
from harness.waiting import wait_until

pytestmark = pytest.mark.one_version

# what it needs is measured
OWN_SERVER = True
GATE = "until [ -e go ]; do sleep 0.05; done"
COMMANDS = [
    {"action": "slow", "command": f"echo x >> started; {GATE}"},
    {"action": "flood", "command": "seq 1 25000000"},
    {"action": "flood-fail", "command": "seq 1 2000000; echo last words >&2; exit 1"},
    {"action": "quick", "command": "true"},
    {"action": "later", "command": "sleep 0.5; echo x >> finished", "async": True},
]
RUN = "/api/system/commands/custom"


def test_at_most_half_of_the_request_threads_wait(octoprint, admin):
    responses = []

    def run():
        with ApiClient(octoprint.url, octoprint.admin) as client:
            responses.append(client.post(f"{RUN}/slow"))

    threads = [threading.Thread(target=run) for _ in range(32)]
    for thread in threads:
        thread.start()
    # the refused ones are answered at once, while the others go on
    wait_until(lambda: len(responses) >= 20)
    assert admin.get("/api/version").status_code == 200
    assert any(thread.is_alive() for thread in threads)
    (octoprint.basedir / "go").touch()
    for thread in threads:
        thread.join(30)

    refused = [response for response in responses if response.status_code == 503]
    done = [response for response in responses if response.status_code == 204]
    assert len(refused) + len(done) == 32
    assert refused
    for response in refused:
        assert int(response.headers["Retry-After"]) > 0
        assert "not started" in response.json()["error"]
    started = (octoprint.basedir / "started").read_text().count("x")
    assert started == len(done)

    assert admin.post(f"{RUN}/quick").status_code == 204


def test_output_of_200_mb_stays_outside(octoprint, admin):
    assert admin.post(f"{RUN}/quick").status_code == 204
    server = psutil.Process(octoprint.pid)
    peak = before = server.memory_info().rss
    ended = threading.Event()

    def watch():
        nonlocal peak
        while not ended.is_set():
            peak = max(peak, server.memory_info().rss)
            time.sleep(0.005)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        assert admin.post(f"{RUN}/flood").status_code == 204
    finally:
        ended.set()
        watching.join()
    assert peak - before < 16_000_000


def test_the_message_of_a_chatty_failure_is_short(admin):
    response = admin.post(f"{RUN}/flood-fail")

    assert response.status_code == 500
    error = response.json()["error"]
    assert len(error) < 40_000
    assert "1\n2\n3\n" in error
    assert "[...]" in error
    assert "1999999\n2000000\n" in error
    assert "last words" in error


def test_many_async_commands_all_run(octoprint, admin):
    for _ in range(20):
        assert admin.post(f"{RUN}/later").status_code == 204
    finished = octoprint.basedir / "finished"
    wait_until(lambda: finished.exists() and finished.read_text().count("x") == 20)
