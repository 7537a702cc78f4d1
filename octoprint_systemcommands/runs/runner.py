"""Admits, starts, stops and ends runs, by whichever trigger they came."""

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from typing import Optional

from ..messages import Message
from . import queue
from .errors import (
    Busy,
    ensure_started,
    ensure_succeeded,
    failure_message,
    outcome_without_process,
    title,
)
from .history.history import History
from .interpreter_exit import call_at_the_end, only_elsewhere
from .log_lines import prefix_lines, what_becomes_of
from .outcome import Outcome
from .pending import Pending, of_kept
from .preparation import Preparation, Snapshot
from .printer_state import NoPrinter, Printer
from .processes import process_tree
from .processes.pace import PrintersFirst
from .processes.watcher import Watcher
from .record import Record, Status
from .request import Request, Waiting
from .run import Run
from .spawner import Spawner
from .supervisor import Supervisor

_logger = logging.getLogger("octoprint.plugins.systemcommands.runs.runner")

# How long those who want a start wait for it, and those who want an end of what is being
# started, in seconds: it may be in a folder that does not answer
_START_PATIENCE = 2.0
_STOP_PATIENCE = 1.0

# How long a run that was pending waits for the disk, in seconds
_FLUSH_PATIENCE = 1.0

# No thread is at work on these
_NOT_BEGUN = (Status.PENDING, Status.QUEUED)

# Bytes of each output of a failed run in the log, which nobody bounds
_LOGGED = 2 * 1024


class Runner:
    """The one place in which commands are run.

    Arguments:
        history: gets a record of each run
        printer, server_url, may_run: see `Preparation`
        on_start: called with a run when its process has begun; must be quick
        on_change: called with a run whenever its status has changed; must be quick
        on_output: called with a run when there is more output; must be very quick
        before_end: called once when the server is about to end, as long as commands can
            still be run; may take a while
        max_waiting: how many threads may wait for the end of a command at a time
    """

    def __init__(
        self,
        history: History,
        printer: Optional[Printer] = None,
        server_url: Callable[[], str] = lambda: "",
        may_run: Callable[[Request], bool] = lambda request: True,
        on_start: Callable[[Record], None] = lambda record: None,
        on_change: Callable[[Record], None] = lambda record: None,
        on_output: Callable[[Run], None] = lambda run: None,
        before_end: Callable[[], None] = lambda: None,
        max_waiting: Optional[int] = None,
    ):
        self._history = history
        printer = printer or NoPrinter()
        self._preparation = Preparation(printer, server_url, may_run)
        self._on_start = on_start
        self._on_change = on_change
        self._before_end = before_end
        self._waiting = threading.BoundedSemaphore(max_waiting or _places_for_waiting())
        self._lock = threading.RLock()
        self._supervisor = Supervisor(
            Watcher(PrintersFirst(printer.is_printing)),
            self._lock,
            on_output=on_output,
            on_change=self._changed,
            on_end=self._finish,
        )
        self._spawner = Spawner(
            self._preparation,
            self._supervisor,
            self._lock,
            flush=lambda: history.flush(_FLUSH_PATIENCE),
            on_begin=self._tell_of_begin,
            on_end=self._finish,
        )
        # those that are not at their end, the oldest first
        self._active: dict[str, Run] = {}
        self._pending = Pending(
            history,
            self._lock,
            is_ending=lambda: self._ending,
            check=self._preparation.check,
            take_in=self._take_in,
            hand_over=self._hand_over,
            on_change=self._changed,
            on_end=self._finish,
        )
        self._is_about_to_end = False
        self._ending = False
        self._watches_for_end = False

    ##~~ Start

    def execute(self, request: Request) -> Run:
        """Runs a command: started if it is ``async``, else ended.

        Raises:
            NoCommandLine, Refused, Busy: nothing was started, be it that it was queued and
                a guard has refused it when its turn came
            Failed: could not be started, or (not ``async``, not ``ignore``) did not succeed
        """
        command = request.command
        if command.async_:
            return self.start(request)

        # every waiting command takes one of the few threads that answer all requests
        if not self._waiting.acquire(blocking=False):
            raise Busy(
                f"{title(request)} was not started: too many commands are being waited "
                'for already. Try again later, or set "async" for commands that take long.'
            )
        try:
            run = self._admit(request)
            run.released.wait()
        finally:
            self._waiting.release()
        ensure_succeeded(run)
        return run

    def start(self, request: Request) -> Run:
        """Starts a command, or queues it if its definition says so.

        Waits until it is known whether it could be started, but not for long: then it is
        returned as it is, `Status.STARTING`.

        Raises:
            NoCommandLine, Refused, Busy: nothing was started
            Failed: could not be started
        """
        run = self._admit(request)
        if run.status != Status.QUEUED:
            run.begun.wait(_START_PATIENCE)
            ensure_started(run)
        return run

    def _admit(self, request: Request) -> Run:
        """Takes a run in, and has it started if it is its turn."""
        snapshot = self._preparation.check(request)
        self._watch_for_end()
        run = Run(self._history.next_seq(), request)
        with self._lock:
            may_start = self._take_in(run)
        if may_start:
            self._hand_over(run, snapshot)
        return run

    def _take_in(self, run: Run) -> bool:
        """To be called with the lock held; returns whether `_hand_over` has to follow,
        without."""
        if self._ending:
            raise Busy(
                f"{title(run.request)} was not started: the server is about to end."
            )
        requester = run.request.requester
        active = list(self._active.values())
        decision = queue.decide(run, active)
        if decision is queue.Decision.REPLACE:
            # the newest first, so that it is none of their turns
            for other in reversed(queue.in_lane_of(run, active)):
                self._stop(other, Status.STOPPED, requester.user)
        self._active[run.id] = run
        may_start = (
            decision is queue.Decision.START
            or queue.next_in_lane_of(run, self._active.values()) is run
        )
        if may_start:
            self._give_turn(run)
        else:
            _logger.info(what_becomes_of(run, "Queued", requester.user))
            run.queue_up()
            self._changed(run)
        return may_start

    def _give_turn(self, run: Run) -> None:
        """To be called with the lock held, and `_hand_over` after it, without."""
        run.take_turn()
        self._changed(run)

    def _hand_over(self, run: Run, snapshot: Optional[Snapshot] = None) -> None:
        try:
            run.start_timer(self._time_out)
            self._spawner.hand_over(run, snapshot)
        except RuntimeError as error:
            if self._is_about_to_end:
                # some versions of Python start no threads any more when they end
                self._spawner.spawn(run, snapshot)
            else:
                self._finish(run, outcome_without_process(run, error))

    def _tell_of_begin(self, run: Run) -> None:
        """To be called with the lock held."""
        try:
            self._changed(run)
            self._on_start(run.record())
        except Exception:
            _logger.exception("Error while telling of the start of a command")
        if run.stop_reason is not None:
            self._supervisor.end(run)

    ##~~ End

    def _finish(self, run: Run, outcome: Outcome) -> None:
        with self._lock:
            if run.outcome is not None:
                # it has taken too long to start, and was stopped
                return
            self._active.pop(run.id, None)
            self._pending.remove(run.id)
            run.end(outcome)
            self._changed(run)
            following = None
            if not self._ending:
                following = queue.next_in_lane_of(run, self._active.values())
            if following is not None:
                self._give_turn(following)
        if outcome.status == Status.FAILED and not run.request.command.ignore:
            _logger.warning(prefix_lines(failure_message(run, _LOGGED)))
        if following is not None:
            self._hand_over(following)

    def _changed(self, run: Run) -> None:
        # with the lock held, so that nobody is told of an older state after a newer one
        self._history.note(run)
        self._on_change(run.record())

    ##~~ Runs that are pending

    def hold(
        self, request: Request, waiting: Waiting, resumed: Optional[Record] = None
    ) -> Run:
        """Takes in a command that is to be run later. Until then it is pending, also over a
        restart of the server; guards and limits are for when it is released.

        Arguments:
            request: the command
            waiting: what it waits for
            resumed: what an earlier server has left pending, and goes on

        Raises:
            Busy: there are too many of them, or the server is about to end
            ValueError, TypeError: the memo is too large, or no JSON
        """
        return self._pending.hold(request, waiting, resumed)

    def wait_on(
        self,
        run_id: str,
        waiting: Waiting,
        event: Optional[Mapping[str, str]] = None,
        reason: Optional[Message] = None,
    ) -> bool:
        """Changes what a run waits for, which is told only if people see a difference.

        Arguments:
            run_id: the run's id
            waiting: what it waits for from now on
            event, reason: because of what, if that is something else now, see `Request`

        Returns:
            whether it is pending

        Raises:
            ValueError, TypeError: see `hold`
        """
        return self._pending.wait_on(run_id, waiting, event, reason)

    def release(
        self, run_id: str, user: Optional[str] = None, confirmed: bool = False
    ) -> Optional[Run]:
        """It is the turn of a run that was pending: from here on it is one like any other.
        Does not wait for its start.

        What is refused now has failed, and the history says why. If it is a person who wants
        it now, they are told, and it stays pending.

        Arguments:
            run_id: the run's id
            user: name of who wants it; None if it is due
            confirmed: they know that a print is under way

        Returns:
            the run; None if there is none of this id that is pending

        Raises:
            NoCommandLine, Refused, Busy: to a person
        """
        self._watch_for_end()
        return self._pending.release(run_id, user, confirmed)

    def call_off(self, run_id: str, reason: Message) -> Optional[Run]:
        """Stops a run if it is pending.

        Arguments:
            run_id: the run's id
            reason: why it is not run

        Returns:
            the run; None if there is none of this id that is pending
        """
        with self._lock:
            if self._pending.get(run_id) is None:
                return None
            return self.stop(run_id, reason=reason)

    def end_kept(self, record: Record, reason: Message) -> Run:
        """Calls off what an earlier server has left pending, and nobody goes on with.

        Arguments:
            record: the run
            reason: why it is not run
        """
        run = of_kept(record, reason)
        self._finish(run, run.outcome_of_stop())
        return run

    ##~~ Stop

    def stop(
        self,
        run_id: str,
        user: Optional[str] = None,
        reason: Optional[Message] = None,
    ) -> Optional[Run]:
        """Ends a run and all of its processes; does not wait for that. What is pending is
        called off.

        Arguments:
            run_id: the run's id
            user: name of who wants it; None if unknown
            reason: why; None if that is the user's business

        Returns:
            the run, None if there is none of this id that is going on
        """
        with self._lock:
            run = self._active.get(run_id) or self._pending.get(run_id)
            if run is not None:
                if run.stop_reason is None:
                    run.called_off = reason
                self._stop(run, Status.STOPPED, user)
            return run

    def _time_out(self, run: Run) -> None:
        with self._lock:
            if run.id in self._active:
                self._stop(run, Status.TIMED_OUT)

    def _stop(self, run: Run, reason: Status, user: Optional[str] = None) -> None:
        """To be called with the lock held."""
        if run.returned is not None:
            # it has ended, or what it has left behind is being ended
            return
        if run.stop_reason is None:
            run.stop_reason = reason
            run.stopped_by = user
            _logger.info(what_becomes_of(run, "Stopping", user))
            if run.status in _NOT_BEGUN or self._spawner.withdraw(run):
                self._finish(run, run.outcome_of_stop())
                return
            if run.status == Status.STARTING:
                self._changed(run)
                if not only_elsewhere("stop", self._give_up_start, run):
                    self._give_up(run)
        # also if an earlier try has not brought it to its end
        if run.process is not None and not run.is_being_ended:
            self._supervisor.end(run)

    def _give_up_start(self, run: Run) -> None:
        # What is started after all is ended like any other. If it hangs, it is not known
        # for how long, and the next one has its turn.
        if not run.begun.wait(_STOP_PATIENCE):
            self._give_up(run)

    def _give_up(self, run: Run) -> None:
        with self._lock:
            if run.process is not None or run.outcome is not None:
                return
            self._spawner.give_up(run)
            self._finish(run, run.outcome_of_stop())

    def shut_down(self) -> None:
        """Starts nothing any more and ends what is going on, unless it outlives the
        server; what is pending is for the next one. Returns when it has ended, or does not
        want to; nobody waits any longer."""
        with self._lock:
            if self._is_about_to_end:
                return
            self._is_about_to_end = True
        try:
            self._before_end()
        except Exception:
            _logger.exception("Error while running what is to be run at the end")
        with self._lock:
            self._ending = True
            active = list(self._active.values())
            for run in active:
                if run.status == Status.QUEUED or not run.request.command.outlives_server:
                    self._stop(run, Status.STOPPED)
        now = time.monotonic()
        for run in active:
            if run.stop_reason is not None or run.returned is not None:
                deadline = now + 2 * process_tree.GRACE
                run.finished.wait(max(0, deadline - time.monotonic()))
            else:
                # what outlives the server has to be there by then
                run.begun.wait(max(0, now + _STOP_PATIENCE - time.monotonic()))
        for run in active:
            run.released.set()

    def get_ready_for_end(self) -> None:
        """There are commands to be run then, so what they need has to be there already."""
        self._watch_for_end()
        self._supervisor.get_ready()

    def _watch_for_end(self) -> None:
        with self._lock:
            if not self._watches_for_end:
                self._watches_for_end = True
                call_at_the_end(self.shut_down)


def _places_for_waiting() -> int:
    """Half of the threads in which OctoPrint answers requests, so that the other half is
    there for everyone else."""
    # It uses the default of `concurrent.futures.ThreadPoolExecutor`, which asks for the
    # first as of Python 3.13, and before for the second.
    cpus = getattr(os, "process_cpu_count", os.cpu_count)()
    return max(1, min(32, (cpus or 1) + 4) // 2)
