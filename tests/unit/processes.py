"""For tests with real processes."""

import psutil

from octoprint_systemcommands.commands.definition import Command
from octoprint_systemcommands.runs.request import Request


def command(line, **fields):
    fields = {"action": "test", "command": line, **fields}
    return Request("custom", Command(**fields))


def alive(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
