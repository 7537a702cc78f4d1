"""Processes that are forked by one that has imported what they need."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from harness.preloaded import PreloadedStarter
from harness.waiting import wait_until

ROOT = Path(__file__).resolve().parent.parent.parent

# says what it is like, and then does what it is told
PROGRAM = """
import atexit, json, os, sys, time
print(json.dumps({
    "name": __name__,
    "had": "decimal" in sys.modules,
    "arguments": sys.argv[1:],
    "folders": [os.getcwd(), sys.path[0]],
    "environment": dict(os.environ),
    "is_leader": os.getsid(0) == os.getpid(),
    "input": sys.stdin.read(),
    "descriptors": [fd for fd in range(100) if os.path.exists(f"/proc/self/fd/{fd}")],
}), flush=True)
atexit.register(print, "the end")
print("also shown", file=sys.stderr)
exec(sys.argv[1])
"""
SLEEP = "time.sleep(600)"

# starts a server, says its pid, and does not end by itself
CALLER = f"""
import os, sys, time
from harness.preloaded import PreloadedStarter
starter = PreloadedStarter(["decimal"], "program")
with open("output", "ab") as output:
    server = starter.start([{SLEEP!r}], os.getcwd(), dict(os.environ), output)
print(server.pid, flush=True)
time.sleep(600)
"""

pytestmark = pytest.mark.skipif(
    not PreloadedStarter.is_possible(), reason="needs Linux 5.3"
)


@pytest.fixture
def starter():
    starter = PreloadedStarter(["decimal"], "program")
    yield starter
    starter.close()


@pytest.fixture
def output(tmp_path):
    return tmp_path / "output"


@pytest.fixture
def start(starter, output, tmp_path):
    """start(line): a process that runs a line of Python when it has said what it is like."""
    tmp_path.joinpath("program.py").write_text(PROGRAM)

    def start(line):
        with open(output, "ab") as file:
            return starter.start([line, "ä"], tmp_path, {"NAME": "value"}, file)

    return start


def said(output):
    return json.loads(output.read_text().splitlines()[0])


def test_it_is_like_a_process_of_its_own(start, output, tmp_path):
    others = [start(SLEEP), start(SLEEP)]
    for other in others:
        other.terminate()
        other.wait()
    output.write_text("")

    assert start("").wait() == 0
    assert said(output) == {
        "name": "__main__",
        "had": True,
        "arguments": ["", "ä"],
        "folders": [str(tmp_path)] * 2,
        "environment": {"NAME": "value"},
        "is_leader": True,
        "input": "",
        "descriptors": [0, 1, 2],
    }
    assert output.read_text().splitlines()[1:] == ["also shown", "the end"]


def test_it_has_nothing_of_those_that_run_already(start, output):
    start(SLEEP)
    wait_until(lambda: output.read_text().endswith("shown\n"))
    output.write_text("")
    start("").wait()
    assert said(output)["descriptors"] == [0, 1, 2]


@pytest.mark.parametrize(
    ("line", "code"),
    [("sys.exit(3)", 3), ("os.abort()", -signal.SIGABRT), ("1 / 0", 1)],
)
def test_exit_codes(start, line, code):
    server = start(line)
    assert server.wait() == code
    assert server.poll() == server.wait(0) == code
    assert not psutil.pid_exists(server.pid)
    # nobody else gets it
    server.terminate()


def test_while_it_runs(start):
    server = start(SLEEP)
    assert server.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        server.wait(0.01)
    assert server.returncode is None
    server.send_signal(signal.SIGKILL)
    assert server.wait() == -signal.SIGKILL


def test_each_has_its_own_end(start):
    servers = [start(SLEEP) for _ in range(3)]
    servers[1].terminate()
    assert servers[1].wait() == -signal.SIGTERM
    assert [server.poll() for server in servers] == [None, -signal.SIGTERM, None]


def test_they_end_with_the_starter(start, starter):
    server = start(SLEEP)
    starter.close()
    assert server.wait() == -signal.SIGKILL
    # and there is a new one when it is needed
    assert start("").wait() == 0


def test_they_end_with_the_caller(tmp_path):
    tmp_path.joinpath("program.py").write_text(PROGRAM)
    caller = subprocess.Popen(
        [sys.executable, "-c", CALLER],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    with caller:
        pid = int(caller.stdout.readline())
        assert psutil.pid_exists(pid)
        caller.kill()
    wait_until(lambda: not psutil.pid_exists(pid))


def test_what_cannot_be_imported(output, tmp_path):
    starter = PreloadedStarter(["no_such_module"], "program")
    # it may be gone before it is asked, or after that
    gone = (BrokenPipeError, ChildProcessError)
    with open(output, "ab") as file, pytest.raises(gone):
        starter.start([], tmp_path, dict(os.environ), file)
    starter.close()


def test_without_the_one_that_forks_a_server_ends_and_the_next_one_has_another(
    starter, start, output
):
    server = start(SLEEP)
    wait_until(lambda: output.read_text().count("\n") >= 1)
    starter._process.kill()
    starter._process.wait()
    assert server.wait(30) == -signal.SIGKILL
    wait_until(lambda: not psutil.pid_exists(server.pid))

    assert start("pass").wait(30) == 0
