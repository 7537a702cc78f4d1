"""The runs that are queued, being started, or running."""

import logging
import threading
from collections.abc import Callable
from typing import Optional

from . import queue
from .errors import Busy, failure_message, outcome_without_process, title
from .history.history import History
from .log_lines import prefix_lines, what_becomes_of
from .outcome import Outcome
from .preparation import Preparation, Snapshot
from .processes.watcher import Watcher
from .record import Record, Status
from .run import Run
from .spawner import Spawner
from .stopper import Stopper
from .supervisor import Supervisor

_logger = logging.getLogger("octoprint.plugins.systemcommands.runs.active")

# How long a run that was pending waits for the disk, in seconds
_FLUSH_PATIENCE = 1.0

# Bytes of each output of a failed run in the log, which nobody bounds
_LOGGED = 2 * 1024


class Active:
    """Takes runs in, gives each its turn, and knows them until their end.

    Arguments:
        history: gets a record of each run
        preparation: knows what a process needs
        watcher: looks after processes
        lock: guards the fields of runs
        on_start, on_change, on_output: see `Runner`
        on_end: called with a run that is over, with the lock held
    """

    def __init__(
        self,
        history: History,
        preparation: Preparation,
        watcher: Watcher,
        lock: threading.RLock,
        on_start: Callable[[Record], None],
        on_change: Callable[[Record], None],
        on_output: Callable[[Run], None],
        on_end: Callable[[Run], None],
    ):
        self._history = history
        self._lock = lock
        self._on_start = on_start
        self._on_change = on_change
        self._on_end = on_end
        self._supervisor = Supervisor(
            watcher, lock, on_output, on_change=self.changed, on_end=self.finish
        )
        self._spawner = Spawner(
            preparation,
            self._supervisor,
            lock,
            flush=lambda: history.flush(_FLUSH_PATIENCE),
            on_begin=self._tell_of_begin,
            on_end=self.finish,
        )
        self._stopper = Stopper(
            self._spawner,
            self._supervisor,
            lock,
            on_change=self.changed,
            on_end=self.finish,
        )
        # those that are not at their end, by id, the oldest first
        self._runs: dict[str, Run] = {}
        self._is_about_to_end = False
        self._is_closed = False

    def get(self, run_id: str) -> Optional[Run]:
        """One of them; None if there is none of this id. With the lock held."""
        return self._runs.get(run_id)

    ##~~ Their turn

    def take_in(self, run: Run) -> bool:
        """Takes a run in. To be called with the lock held.

        Returns:
            whether `hand_over` has to follow, without the lock

        Raises:
            Refused, Busy: it is not to be run
        """
        if self._is_closed:
            raise Busy(
                f"{title(run.request)} was not started: the server is about to end."
            )
        requester = run.request.requester
        active = list(self._runs.values())
        decision = queue.decide(run, active)
        if decision is queue.Decision.REPLACE:
            # the newest first, so that it is none of their turns
            for other in reversed(queue.in_lane_of(run, active)):
                self.stop(other, Status.STOPPED, requester.user)
        self._runs[run.id] = run
        may_start = (
            decision is queue.Decision.START
            or queue.next_in_lane_of(run, self._runs.values()) is run
        )
        if may_start:
            self._give_turn(run)
        else:
            _logger.info(what_becomes_of(run, "Queued", requester.user))
            run.queue_up()
            self.changed(run)
        return may_start

    def _give_turn(self, run: Run) -> None:
        """To be called with the lock held, and `hand_over` after it, without."""
        run.take_turn()
        self.changed(run)

    def hand_over(self, run: Run, snapshot: Optional[Snapshot] = None) -> None:
        """Has a run started whose turn it is. To be called without the lock.

        Arguments:
            run: the run
            snapshot: see `Preparation.process_of`
        """
        try:
            run.start_timer(self._time_out)
            self._spawner.hand_over(run, snapshot)
        except RuntimeError as error:
            if self._is_about_to_end:
                # some versions of Python start no threads any more when they end
                self._spawner.spawn(run, snapshot)
            else:
                self.finish(run, outcome_without_process(run, error))

    def _tell_of_begin(self, run: Run) -> None:
        """To be called with the lock held."""
        try:
            self.changed(run)
            self._on_start(run.record())
        except Exception:
            _logger.exception("Error while telling of the start of a command")
        if run.stop_reason is not None:
            self._supervisor.end(run)

    ##~~ Their end

    def stop(self, run: Run, reason: Status, user: Optional[str] = None) -> None:
        """See `Stopper.stop`; also for what is not one of them yet."""
        self._stopper.stop(run, reason, user)

    def _time_out(self, run: Run) -> None:
        with self._lock:
            if run.id in self._runs:
                self.stop(run, Status.TIMED_OUT)

    def finish(self, run: Run, outcome: Outcome) -> None:
        """A run is over, and it may be the turn of the next one."""
        with self._lock:
            if run.outcome is not None:
                # it has taken too long to start, and was stopped
                return
            self._runs.pop(run.id, None)
            self._on_end(run)
            run.end(outcome)
            self.changed(run)
            # whoever waits for the end may close the history next
            run.wake()
            following = None
            if not self._is_closed:
                following = queue.next_in_lane_of(run, self._runs.values())
            if following is not None:
                self._give_turn(following)
        if outcome.status == Status.FAILED and not run.request.command.ignore:
            _logger.warning(prefix_lines(failure_message(run, _LOGGED)))
        if following is not None:
            self.hand_over(following)

    def changed(self, run: Run) -> None:
        """There is something new about a run. With the lock held, so that nobody is told of
        an older state after a newer one."""
        self._history.note(run)
        self._on_change(run.record())

    ##~~ The end of the server

    @property
    def is_closed(self) -> bool:
        """Whether nothing is taken in any more."""
        return self._is_closed

    def get_ready_for_end(self) -> None:
        """There are commands to be run then, so what they need has to be there already."""
        self._supervisor.get_ready()

    def announce_end(self) -> bool:
        """The server is about to end; until `close`, commands can still be run.

        Returns:
            whether that is news
        """
        with self._lock:
            is_news = not self._is_about_to_end
            self._is_about_to_end = True
            return is_news

    def close(self) -> list[Run]:
        """Takes in nothing any more, and stops all that does not outlive the server.

        Returns:
            the runs that there have been
        """
        with self._lock:
            self._is_closed = True
            runs = list(self._runs.values())
            for run in runs:
                if run.status == Status.QUEUED or not run.request.command.outlives_server:
                    self.stop(run, Status.STOPPED)
            return runs
