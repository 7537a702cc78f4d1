"""The way to runs, by whichever trigger they came."""

import logging
import os
import threading
from collections.abc import Callable, Mapping
from typing import Optional

from ..messages import Message
from .active import Active
from .errors import Busy, ensure_started, ensure_succeeded, title
from .history.history import History
from .interpreter_exit import call_at_the_end
from .pending import Pending, of_kept
from .preparation import Preparation
from .printer_state import NoPrinter, Printer
from .processes.pace import PrintersFirst
from .processes.watcher import Watcher
from .record import Record, Status
from .request import Request, Waiting
from .run import Run
from .stopper import wait_for_end

_logger = logging.getLogger("octoprint.plugins.systemcommands.runs.runner")

# How long those who want a start wait for it, in seconds: it may be in a folder that does
# not answer
_START_PATIENCE = 2.0


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
        self._before_end = before_end
        self._waiting = threading.BoundedSemaphore(max_waiting or _places_for_waiting())
        self._lock = threading.RLock()
        self._active = Active(
            history,
            self._preparation,
            Watcher(PrintersFirst(printer.is_printing)),
            self._lock,
            on_start,
            on_change,
            on_output,
            on_end=lambda run: self._pending.remove(run.id),
        )
        self._pending = Pending(
            history,
            self._lock,
            is_ending=lambda: self._active.is_closed,
            check=self._preparation.check,
            take_in=self._active.take_in,
            hand_over=self._active.hand_over,
            on_change=self._active.changed,
            on_end=self._active.finish,
        )
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
            may_start = self._active.take_in(run)
        if may_start:
            self._active.hand_over(run, snapshot)
        return run

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
        self._active.finish(run, run.outcome_of_stop())
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
                self._active.stop(run, Status.STOPPED, user)
            return run

    def shut_down(self) -> None:
        """Starts nothing any more and ends what is going on, unless it outlives the
        server; what is pending is for the next one. Returns when it has ended, or does not
        want to; nobody waits any longer."""
        if not self._active.announce_end():
            return
        try:
            self._before_end()
        except Exception:
            _logger.exception("Error while running what is to be run at the end")
        runs = self._active.close()
        wait_for_end(runs)
        for run in runs:
            run.released.set()

    def get_ready_for_end(self) -> None:
        """There are commands to be run then, so what they need has to be there already."""
        self._watch_for_end()
        self._active.get_ready_for_end()

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
