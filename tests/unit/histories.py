"""Runs for a history, without processes."""

import time

from processes import command

from octoprint_systemcommands.runs.outcome import Outcome
from octoprint_systemcommands.runs.output.capture import STDOUT
from octoprint_systemcommands.runs.record import Status
from octoprint_systemcommands.runs.request import Requester
from octoprint_systemcommands.runs.run import Run

ME = Requester(user="me")

# those that files of version 7 and before do not have, and those of version 6
COLUMNS_SINCE_7 = ("switched_to",)
COLUMNS_SINCE_6 = ("rule", "reason", "due_at", "waits_for", "memo", *COLUMNS_SINCE_7)


class NoProcess:
    """Stands in for the process of a run."""

    pid = created = None

    def __init__(self):
        self.started_at = time.time()
        self.started = time.monotonic()


def begin(run):
    """Has a run begin without a process."""
    run.take_turn()
    run.begin(NoProcess())


def end(run, status="succeeded", exit_code=0, hint=None):
    """Has a run end."""
    run.end(Outcome(Status(status), exit_code, hint))


def started(history, **fields):
    run = Run(history.next_seq(), command("true", **fields)._replace(requester=ME))
    begin(run)
    history.note(run)
    return run


def finished(history, output=b"", status="succeeded", exit_code=0, hint=None, **fields):
    run = started(history, **fields)
    if output:
        run.output.write(STDOUT, output)
    end(run, status, exit_code, hint)
    history.note(run)
    return run
