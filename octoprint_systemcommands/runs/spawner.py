"""Starts the processes of runs whose turn it is, in threads that may hang."""

import threading
from collections.abc import Callable
from typing import Optional

from .errors import outcome_without_process
from .outcome import Outcome
from .preparation import Preparation, Snapshot
from .processes.half_made import Making
from .processes.interpreter import is_plain
from .processes.process import NotWanted, Process
from .run import Run
from .starters import Starters
from .supervisor import Supervisor


class Spawner:
    """Makes processes. A command's folder may not answer: nobody waits for that with the
    lock held, or for long.

    Arguments:
        preparation: knows what a process needs
        supervisor: looks after it as soon as it is there
        lock: guards the fields of runs
        flush: waits until the history is written, or cannot be; but not for long
        on_begin: called with a run whose process has begun, with the lock held
        on_end: called with a run that has none, and its outcome
    """

    def __init__(
        self,
        preparation: Preparation,
        supervisor: Supervisor,
        lock: threading.RLock,
        flush: Callable[[], None],
        on_begin: Callable[[Run], None],
        on_end: Callable[[Run, Outcome], None],
    ):
        self._preparation = preparation
        self._supervisor = supervisor
        self._lock = lock
        self._flush = flush
        self._on_begin = on_begin
        self._on_end = on_end
        # those that wait for no other disk than the system's keep to themselves
        self._starters = Starters()
        self._plain_starters = Starters()

    def hand_over(self, run: Run, snapshot: Optional[Snapshot]) -> None:
        """Has a run started by the next thread that is free.

        Raises:
            RuntimeError: there is no thread
        """
        self._starters_of(run).hand_over(run.id, lambda: self.spawn(run, snapshot))

    def withdraw(self, run: Run) -> bool:
        """Takes back what waits for a thread; returns whether it did."""
        return self._starters_of(run).withdraw(run.id)

    def give_up(self, run: Run) -> None:
        """Kills what is half made of a run. To be called with the lock held."""
        if run.making is not None:
            run.making.kill()
        self.withdraw(run)

    def spawn(self, run: Run, snapshot: Optional[Snapshot]) -> None:
        """Starts a run in this thread.

        Arguments:
            run: the run
            snapshot: see `Preparation.process_of`
        """
        try:
            if run.stop_reason is not None:
                raise NotWanted
            self._supervisor.get_ready()
            if run.is_noted_first:
                self._flush()
            process = self._make_process(run, snapshot)
        except Exception as error:
            self._on_end(run, outcome_without_process(run, error))
            return
        with self._lock:
            is_late = run.outcome is not None
            if not is_late:
                run.begin(process)
                try:
                    self._on_begin(run)
                finally:
                    # whatever came up, somebody has to read what it writes
                    self._supervisor.watch(run)
        if is_late:
            self._supervisor.discard(run, process)

    def _starters_of(self, run: Run) -> Starters:
        command = run.request.command
        if command.working_directory or not is_plain(command.command or ""):
            return self._starters
        return self._plain_starters

    def _make_process(self, run: Run, snapshot: Optional[Snapshot]) -> Process:
        run.making = Making()
        try:
            return self._preparation.process_of(run, snapshot)
        finally:
            # who gives it up holds the lock: this thread must not be at another run by then
            with self._lock:
                run.making = None
