"""Starting a process: either there is somebody to look after it, or there is none."""

import os
import subprocess
import time

import psutil
import pytest

from octoprint_systemcommands.runs.processes import process
from octoprint_systemcommands.runs.processes.process import NotWanted, Process

pytestmark = pytest.mark.each_version


@pytest.mark.parametrize(
    "what",
    [
        (os, "set_blocking"),
        (process, "Drain"),
        (process, "open_pidfd"),
        (process, "_lower_priority"),
    ],
)
def test_an_error_after_the_start_leaves_nothing(mocker, what):
    started = []
    popen = subprocess.Popen

    def start(*args, **kwargs):
        started.append(popen(*args, **kwargs))
        return started[-1]

    mocker.patch.object(subprocess, "Popen", start)
    mocker.patch.object(*what, side_effect=RuntimeError("can't start new thread"))
    before = os.listdir("/proc/self/fd")
    with pytest.raises(RuntimeError, match="new thread"):
        Process("exec sleep 600", outlives_server=True)
    assert os.listdir("/proc/self/fd") == before
    # nor a zombie; what comes second is there to read, and ends by itself
    assert not psutil.pid_exists(started[0].pid)


@pytest.mark.parametrize("line", ["touch flag", "#!/bin/sh\ntouch flag"])
def test_what_is_not_wanted_is_not_started(tmp_path, line):
    before = os.listdir("/proc/self/fd")
    with pytest.raises(NotWanted):
        Process(line, working_directory=str(tmp_path), is_wanted=lambda: False)
    assert os.listdir("/proc/self/fd") == before
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("line", "folder", "may_hang"),
    [
        ("true", None, False),
        ("true", "/", True),
        ("#!/bin/sh\ntrue", None, True),
    ],
)
def test_python_is_told_to_fork_where_it_may_take_long(mocker, line, folder, may_hang):
    mocker.patch.object(process, "_FORK", {"user": os.geteuid()})
    popen = mocker.spy(subprocess, "Popen")
    started = Process(line, working_directory=folder)
    started.kill()

    assert ("user" in popen.call_args.kwargs) is may_hang


def test_one_that_was_just_started_can_be_killed():
    before = os.listdir("/proc/self/fd")
    started = Process("exec sleep 600")
    started.kill()

    assert not psutil.pid_exists(started.pid)
    assert os.listdir("/proc/self/fd") == before


def test_it_knows_since_when_it_runs():
    before = time.time(), time.monotonic()
    started = Process("exec sleep 600")
    started.kill()

    assert before[0] <= started.started_at <= time.time()
    assert before[1] <= started.started <= time.monotonic()
