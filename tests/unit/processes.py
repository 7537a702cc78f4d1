"""For tests with real processes."""

import time

import psutil

from octoprint_systemcommands.commands.definition import Command
from octoprint_systemcommands.runs.run import Request


def command(line, **fields):
    fields = {"action": "test", "command": line, **fields}
    return Request("custom", Command(**fields))


def eventually(condition, timeout=10):
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def alive(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
