"""Ends runs that somebody wants an end of, whatever they are at."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from typing import Optional

from .interpreter_exit import only_elsewhere
from .log_lines import what_becomes_of
from .outcome import Outcome
from .processes import process_tree
from .record import Status
from .run import Run
from .spawner import Spawner
from .supervisor import Supervisor

_logger = logging.getLogger("octoprint.plugins.systemcommands.runs.stopper")

# How long who wants an end of what is being started waits for the start, in seconds: it may
# be in a folder that does not answer
_PATIENCE = 1.0

# No thread is at work on these
_NOT_BEGUN = (Status.PENDING, Status.QUEUED)


class Stopper:
    """Stops runs. Nobody waits for their end.

    Arguments:
        spawner: takes back, or gives up, what is being started
        supervisor: ends processes
        lock: guards the fields of runs
        on_change: called with a run whose start is to be given up, with the lock held
        on_end: called with a run that has no process, and its outcome
    """

    def __init__(
        self,
        spawner: Spawner,
        supervisor: Supervisor,
        lock: threading.RLock,
        on_change: Callable[[Run], None],
        on_end: Callable[[Run, Outcome], None],
    ):
        self._spawner = spawner
        self._supervisor = supervisor
        self._lock = lock
        self._on_change = on_change
        self._on_end = on_end

    def stop(self, run: Run, reason: Status, user: Optional[str] = None) -> None:
        """Ends a run and all of its processes. To be called with the lock held.

        Arguments:
            run: the run
            reason: `Status.STOPPED` or `Status.TIMED_OUT`
            user: name of who wants it; None if unknown, or nobody does
        """
        if run.returned is not None:
            # it has ended, or what it has left behind is being ended
            return
        if run.stop_reason is None:
            run.stop_reason = reason
            run.stopped_by = user
            _logger.info(what_becomes_of(run, "Stopping", user))
            if run.status in _NOT_BEGUN or self._spawner.withdraw(run):
                self._on_end(run, run.outcome_of_stop())
                return
            if run.status == Status.STARTING:
                self._on_change(run)
                if not only_elsewhere("stop", self._give_up_start, run):
                    self._give_up(run)
        # also if an earlier try has not brought it to its end
        if run.process is not None and not run.is_being_ended:
            self._supervisor.end(run)

    def _give_up_start(self, run: Run) -> None:
        # What is started after all is ended like any other. If it hangs, it is not known
        # for how long, and the next one has its turn.
        if not run.begun.wait(_PATIENCE):
            self._give_up(run)

    def _give_up(self, run: Run) -> None:
        with self._lock:
            if run.process is not None or run.outcome is not None:
                return
            self._spawner.give_up(run)
            self._on_end(run, run.outcome_of_stop())


def wait_for_end(runs: Iterable[Run]) -> None:
    """Returns when what was stopped has ended, or does not want to, and what outlives the
    server has begun."""
    now = time.monotonic()
    for run in runs:
        if run.stop_reason is not None or run.returned is not None:
            deadline = now + 2 * process_tree.GRACE
            run.finished.wait(max(0, deadline - time.monotonic()))
        else:
            # what outlives the server has to be there by then
            run.begun.wait(max(0, now + _PATIENCE - time.monotonic()))
