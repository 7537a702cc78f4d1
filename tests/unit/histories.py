"""Runs for a history, without processes."""

from processes import command

from octoprint_systemcommands.runs.output.capture import STDOUT
from octoprint_systemcommands.runs.run import Requester, Run

ME = Requester(user="me")


def started(history, **fields):
    run = Run(history.next_seq(), command("true", **fields)._replace(requester=ME))
    run.start()
    history.note(run)
    return run


def finished(history, output=b"", status="succeeded", exit_code=0, hint=None, **fields):
    run = started(history, **fields)
    if output:
        run.output.write(STDOUT, output)
    run.finish(status, exit_code, hint)
    history.note(run)
    return run
