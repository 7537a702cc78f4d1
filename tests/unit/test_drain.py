"""What a command writes when nobody is there to read it, with real processes."""

import contextlib
import logging
import os
import shlex
import signal
import subprocess
import sys

import psutil
import pytest
from processes import command

from harness.waiting import wait_until
from octoprint_systemcommands.runs.output.capture import STDERR, STDOUT
from octoprint_systemcommands.runs.output.reader import excerpt
from octoprint_systemcommands.runs.processes import drain, process_tree

# Starts a command, tells that it has begun and waits for its own end, which is a hard one
_SERVER = """
import sys, time
sys.path[:0] = {path!r}
from processes import command
from harness.waiting import wait_until
from octoprint_systemcommands.runs.history.database import Limits
from octoprint_systemcommands.runs.history.history import History
from octoprint_systemcommands.runs.runner import Runner

runner = Runner(history=History({history!r}, lambda: Limits(runs=100, days=1)))
run = runner.start(command({line!r}, outlives_server={outlives!r}))
wait_until(lambda: run.output.total)
print("begun", flush=True)
sys.stdin.read()
"""

FLOOD = "head -c 5000000 /dev/zero; head -c 5000000 /dev/zero >&2"


def drains():
    """Those that are there for a command of this process."""
    found = []
    for child in psutil.Process().children():
        # it may end in between
        with contextlib.suppress(psutil.Error):
            if "systemcommands-drain" in child.cmdline():
                found.append(child)
    return found


@pytest.fixture
def serve(tmp_path):
    """serve(line, outlives): another process in which a command runs."""
    servers = []

    def serve(line, outlives):
        history = str(tmp_path / "history.db")
        code = _SERVER.format(
            path=sys.path, history=history, line=line, outlives=outlives
        )
        server = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        servers.append(server)
        assert server.stdout.readline() == b"begun\n"
        return server

    yield serve
    for server in servers:
        server.kill()
        server.communicate()


@pytest.mark.parametrize("outlives", [True, False])
@pytest.mark.parametrize("language", ["sh", "python"])
def test_a_flood_after_the_end_of_the_server(serve, tmp_path, outlives, language):
    go, done, ended = tmp_path / "go", tmp_path / "done", tmp_path / "ended"
    flood = FLOOD
    if language == "python":
        code = "import sys; print('x' * 10**7); print('x' * 10**7, file=sys.stderr)"
        flood = f"{shlex.quote(sys.executable)} -c {shlex.quote(code)} || exit"
    line = (
        f"trap 'touch {ended}' EXIT; trap 'exit 1' PIPE; echo begun; echo begun >&2;"
        f"until [ -e {go} ]; do sleep 0.02; done; {flood}; echo said || exit; touch {done}"
    )
    server = serve(line, outlives)
    server.kill()
    server.wait()
    go.touch()
    wait_until(ended.exists)
    assert done.exists() == outlives


def test_it_is_gone_with_the_last_one_who_writes(make_runner, tmp_path):
    subject = make_runner()
    line = f"until [ -e {tmp_path}/go ]; do sleep 0.02; done & echo begun; echo more >&2"
    run = subject.execute(command(line, outlives_server=True))
    assert excerpt(run.output, STDOUT, 100) == "begun\n"
    assert excerpt(run.output, STDERR, 100) == "more\n"
    # there is still somebody who may write
    (process,) = drains()
    assert process_tree.find(run.id)
    assert process not in process_tree.find(run.id)
    (tmp_path / "go").touch()
    wait_until(lambda: not process.is_running())
    assert not drains()


def test_the_output_of_a_run_is_read_by_the_server_alone(make_runner):
    subject = make_runner()
    for _ in range(20):
        run = subject.execute(
            command("seq 2000; sleep 0.02; seq 2000", outlives_server=True)
        )
        assert run.output.total == 2 * len("".join(f"{i}\n" for i in range(1, 2001)))
    wait_until(lambda: not drains())


def test_no_descriptor_is_lost(make_runner):
    subject = make_runner()

    def number():
        return len(os.listdir("/proc/self/fd"))

    wish = command("true", outlives_server=True)
    subject.execute(wish)
    wait_until(lambda: not drains())
    before = number()
    for _ in range(10):
        subject.execute(wish)
    wait_until(lambda: not drains() and number() <= before)


def test_it_is_not_stopped_with_a_run_but_ends_with_it(make_runner):
    subject = make_runner()
    run = subject.start(command("sleep 60", outlives_server=True))
    (process,) = drains()
    subject.stop(run.id)
    assert run.finished.wait(20)
    assert run.record().exit_code == -signal.SIGTERM
    wait_until(lambda: not process.is_running())


def test_others_have_none(make_runner):
    subject = make_runner()
    subject.start(command("sleep 60"))
    assert not drains()


@pytest.mark.parametrize("error", [OSError, RuntimeError, subprocess.SubprocessError])
def test_without_one_the_command_runs_all_the_same(make_runner, mocker, caplog, error):
    caplog.set_level(logging.WARNING)
    popen = subprocess.Popen

    def without_drain(arguments, **kwargs):
        if drain._SCRIPT in arguments:
            raise error("no more processes")
        return popen(arguments, **kwargs)

    mocker.patch.object(subprocess, "Popen", without_drain)
    run = make_runner().execute(command("echo done", outlives_server=True))
    assert excerpt(run.output, STDOUT, 100) == "done\n"
    assert "no more processes" in caplog.text
