"""Starting a process: either there is somebody to look after it, or there is none."""

import os
import subprocess

import psutil
import pytest

from octoprint_systemcommands.runs.processes import process
from octoprint_systemcommands.runs.processes.process import Process


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
