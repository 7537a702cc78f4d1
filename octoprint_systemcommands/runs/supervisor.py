"""Looks after the processes of runs, from their start to the end of the last of them."""

import logging
import threading
from collections.abc import Callable

from .interpreter_exit import elsewhere
from .log_lines import name_of, what_becomes_of
from .outcome import Outcome, of_end
from .output.masking import MaskedCapture
from .processes import process_tree
from .processes.orphans import Orphans
from .processes.process import Process
from .processes.watcher import Watcher
from .reasons import reason_of
from .run import Run

_logger = logging.getLogger("octoprint.plugins.systemcommands.runs.supervisor")


class Supervisor:
    """Reads what they write, and sees them end or ends them.

    Arguments:
        watcher: reads and sees
        lock: guards the fields of runs
        on_output: called with a run when there is more output; must be very quick
        on_change: called with a run when something about its end has changed, with the lock
            held
        on_end: called with a run and its outcome when it is over
    """

    def __init__(
        self,
        watcher: Watcher,
        lock: threading.RLock,
        on_output: Callable[[Run], None],
        on_change: Callable[[Run], None],
        on_end: Callable[[Run, Outcome], None],
    ):
        self._watcher = watcher
        self._orphans = Orphans()
        self._lock = lock
        self._on_output = on_output
        self._on_change = on_change
        self._on_end = on_end

    def get_ready(self) -> None:
        """To be called before a process is made.

        Raises:
            RuntimeError: if the system has no thread to spare
        """
        self._watcher.start()

    def watch(self, run: Run) -> None:
        """Takes over a run that has just begun."""
        self._watcher.watch(
            run.its_process,
            run.sink,
            lambda: self._on_output(run),
            lambda exit_code: self._on_returned(run, exit_code),
        )

    def end(self, run: Run) -> None:
        """Ends all processes of a run, which takes a while and is not waited for. To be
        called with the lock held."""
        run.is_being_ended = True
        run.stop_was_in_vain = False
        self._on_change(run)
        process = run.its_process
        process_tree.end_processes(
            run.id,
            lambda: process.session,
            process.tree,
            name_of(run),
            lambda gone: self._on_processes_ended(run, gone),
        )

    def discard(self, run: Run, process: Process) -> None:
        """Ends a process that was made when its run was over already, and all that it has
        started since. Nobody reads what they write."""
        _logger.warning(what_becomes_of(run, "Ending what has begun too late of"))

        def let_go(gone: bool) -> None:
            for fd in list(process.outputs):
                process.close_output(fd)
            process.close_pidfd()
            self._orphans.collect(run.id, process)

        process_tree.end_processes(
            run.id, lambda: process.session, process.tree, name_of(run), let_go
        )

    def _on_returned(self, run: Run, exit_code: int) -> None:
        """In the thread of the watcher, so nothing must take long."""
        if isinstance(run.sink, MaskedCapture):
            run.sink.close()
        with self._lock:
            run.returned = exit_code
            # What was stopped is over when all of its processes are gone. The next one may
            # need what they hold, and nothing is to outlive the server.
            if run.is_being_ended:
                return
        if exit_code == 0 or run.stop_reason is not None:
            self._conclude(run, exit_code)
        else:
            # it takes a moment to look for the reason
            elsewhere("end", self._conclude, run, exit_code)

    def _on_processes_ended(self, run: Run, gone: bool) -> None:
        with self._lock:
            run.is_being_ended = False
            if run.returned is None:
                # its own process is left, or its end is still to be seen
                run.stop_was_in_vain = not gone
                self._on_change(run)
                return
        self._conclude(run, run.returned)

    def _conclude(self, run: Run, exit_code: int) -> None:
        # not before: a stop has to know that what has the process's pid is the process
        self._orphans.collect(run.id, run.its_process)
        if run.stop_reason is not None:
            outcome = run.outcome_of_stop(exit_code)
        else:
            outcome = of_end(exit_code, lambda: reason_of(run, exit_code))
        self._on_end(run, outcome)
