"""Admits, starts, stops and ends runs, by whichever trigger they came."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Optional

from ..commands.problems import N_, CannotRun
from . import guards
from .environment import NoPrinter, Printer, PrinterState, of_run
from .errors import (
    Busy,
    Failed,
    NoCommandLine,
    NotAllowed,
    NotStarted,
    Refused,
    failure_message,
    title,
)
from .failure_hints import hints
from .failure_hints.hints import Hint
from .history.history import History
from .interpreter_exit import call_at_the_end, elsewhere, end_processes
from .log_lines import prefix_lines, what_becomes_of, who_does_what
from .output.masking import MaskedCapture
from .processes import process_tree
from .processes.descriptors import ensure_enough
from .processes.orphans import Orphans
from .processes.pace import PrintersFirst
from .processes.process import NICENESS, Process
from .processes.watcher import Watcher
from .reasons import reason_of
from .run import (
    FAILED,
    QUEUED,
    RUNNING,
    STOPPED,
    SUCCEEDED,
    TIMED_OUT,
    Record,
    Request,
    Run,
)
from .waiting import places_for_waiting

_logger = logging.getLogger("octoprint.plugins.systemcommands.runs.runner")

# Runs that are going on or queued; each that goes on takes four file descriptors
_MAX_ACTIVE = 64

# Runs of one command that wait for their turn
_MAX_QUEUED = 10

# Bytes of each output of a failed run in the log, which nobody bounds
_LOGGED = 2 * 1024


class Runner:
    """The one place in which commands are run.

    Arguments:
        history: gets a record of each run
        printer: what it does keeps some commands from being run
        server_url: the address of this server
        may_run: whether who has asked for a run may still have it when its turn comes
        on_start: called with a run when its process has begun; must be quick
        on_change: called with a run whenever its status has changed; must be quick
        on_output: called with a run when there is more output; must be very quick
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
        max_waiting: Optional[int] = None,
    ):
        self._history = history
        self._printer = printer or NoPrinter()
        self._server_url = server_url
        self._may_run = may_run
        self._on_start = on_start
        self._on_change = on_change
        self._on_output = on_output
        self._waiting = threading.BoundedSemaphore(max_waiting or places_for_waiting())
        self._watcher = Watcher(PrintersFirst(self._printer.is_printing))
        self._orphans = Orphans()
        self._lock = threading.RLock()
        # going on or queued, the oldest first
        self._active: dict[str, Run] = {}
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
            run = self.start(request)
            run.released.wait()
        finally:
            self._waiting.release()
        if not run.finished.is_set():
            raise Failed(f"The server has ended while {title(request)} was running")
        _ensure_started(run)
        if run.status != SUCCEEDED and not (run.status == FAILED and command.ignore):
            raise Failed(failure_message(run))
        return run

    def start(self, request: Request) -> Run:
        """Starts a command, or queues it if its definition says so, and does not wait.

        Raises:
            NoCommandLine, Refused, Busy: nothing was started
            Failed: could not be started
        """
        if request.command.obstacle is not None:
            raise NoCommandLine(f"{title(request)} {request.command.obstacle}")
        printer = self._check_guards(request)
        self._check_descriptors(request)
        self._watch_for_end()
        run = Run(self._history.next_seq(), request)
        with self._lock:
            may_start = self._admit(run)
            self._active[run.id] = run
            if may_start:
                self._give_turn(run)
            else:
                _logger.info(what_becomes_of(run, "Queued", request.requester.user))
                self._changed(run)
        if may_start:
            self._spawn(run, printer)
            _ensure_started(run)
        return run

    def _check_guards(self, request: Request) -> Optional[PrinterState]:
        """The state of the printer that lets a request pass; None if it does not matter."""
        if not guards.has_guards(request.command):
            return None
        printer = self._printer.state()
        guards.check(request.command, printer, request.confirmed)
        return printer

    def _check_descriptors(self, request: Request) -> None:
        try:
            ensure_enough()
        except OSError as error:
            raise Busy(
                f"{title(request)} was not started: the server has too few file descriptors "
                f"left ({error.strerror}). Try again later. If it happens often, raise the "
                "limit, by LimitNOFILE in the unit of systemd or by ulimit -n."
            ) from None

    def _admit(self, run: Run) -> bool:
        """Whether a run may start now, or else is to be queued."""
        name = title(run.request)
        if self._ending:
            raise Busy(f"{name} was not started: the server is about to end.")
        if len(self._active) >= _MAX_ACTIVE:
            raise Busy(
                f"{name} was not started: {_MAX_ACTIVE} commands are running already. "
                "Try again later."
            )
        when_busy = run.request.command.when_busy
        same = [other for other in self._active.values() if other.lane == run.lane]
        if not same or when_busy == "parallel":
            return True
        if when_busy == "refuse":
            raise Refused(
                N_('"%(name)s" was not started: it is running already.'),
                "busy",
                name=run.request.command.name,
            )
        if when_busy == "replace":
            for other in same:
                self._stop(other, STOPPED, run.request.requester.user)
            return not any(other.id in self._active for other in same)
        if sum(other.status == QUEUED for other in same) >= _MAX_QUEUED:
            raise Busy(
                f"{name} was not started: {_MAX_QUEUED} runs of it are queued already. "
                "Try again later."
            )
        return False

    def _spawn(self, run: Run, printer: Optional[PrinterState] = None) -> None:
        """Starts the process of a run.

        Arguments:
            run: whose turn it is
            printer: the state that has just let it pass; None if it was queued, or if the
                state does not matter
        """
        command = run.request.command
        try:
            # the world may have changed while it was queued
            if not self._may_run(run.request):
                raise NotAllowed(command.name)
            if printer is None:
                printer = self._check_guards(run.request)
            _logger.info(who_does_what(run))
            self._watcher.start()
            if command.timeout is not None:
                run.timer = threading.Timer(command.timeout, self._time_out, (run,))
                run.timer.daemon = True
                run.timer.start()
            command.prepare()
            environment = self._environment(run, printer or self._printer_state())
            with self._lock:
                unwanted = run.stop_reason
            if unwanted is not None:
                self._finish(run, unwanted)
                return
            # `start` has seen to it
            assert command.command is not None
            process = Process(
                command.command,
                environment,
                command.working_directory,
                # what restarts the server may become its parent, and must not slow it down
                niceness=None if command.outlives_server else NICENESS,
                merge_output=command.merge_output,
                outlives_server=bool(command.outlives_server),
            )
        except Refused as refusal:
            run.refusal = refusal
            values = {"text": refusal.text, **refusal.values}
            self._finish(run, FAILED, None, Hint(hints.REFUSED, values))
            return
        except CannotRun as error:
            values = {"error": str(error), "text": error.text, **error.values}
            self._finish(run, FAILED, None, Hint(hints.NOT_STARTED, values))
            return
        except Exception as error:
            self._finish(
                run, FAILED, None, Hint(hints.NOT_STARTED, {"error": str(error)})
            )
            return

        with self._lock:
            run.process = process
            self._changed(run)
            self._on_start(run.record())
            if run.stop_reason is not None:
                self._end_processes(run)
        self._watcher.watch(
            process,
            run.sink,
            lambda: self._on_output(run),
            lambda exit_code: self._on_end(run, exit_code),
        )

    def _printer_state(self) -> PrinterState:
        try:
            return self._printer.state()
        except Exception:
            # whatever kind of printer it is, the command matters more
            _logger.exception("Cannot tell the command what the printer is doing")
            return PrinterState()

    def _environment(self, run: Run, printer: PrinterState) -> dict[str, str]:
        request = run.request
        return {
            **request.command.environment,
            **of_run(request, self._server_url()),
            **printer.environment(),
            **request.values.environment,
            process_tree.MARK: run.id,
        }

    ##~~ End

    def _on_end(self, run: Run, exit_code: int) -> None:
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

    def _end_processes(self, run: Run) -> None:
        """To be called with the lock held."""
        run.is_being_ended = True
        run.stop_was_in_vain = False
        self._changed(run)
        end_processes(run, lambda gone: self._on_processes_ended(run, gone))

    def _on_processes_ended(self, run: Run, gone: bool) -> None:
        with self._lock:
            run.is_being_ended = False
            if run.returned is None:
                # its own process is left, or its end is still to be seen
                run.stop_was_in_vain = not gone
                self._changed(run)
                return
        self._conclude(run, run.returned)

    def _conclude(self, run: Run, exit_code: int) -> None:
        # not before: a stop has to know that what has the process's pid is the process
        self._orphans.collect(run.id, run.its_process)
        if run.stop_reason is not None:
            hint = None
            if run.stop_reason == TIMED_OUT:
                seconds = f"{run.request.command.timeout:g}"
                hint = Hint(hints.TIMED_OUT, {"seconds": seconds})
            self._finish(run, run.stop_reason, exit_code, hint)
        elif exit_code == 0:
            self._finish(run, SUCCEEDED, 0)
        else:
            self._finish(run, FAILED, exit_code, reason_of(run, exit_code))

    def _finish(
        self,
        run: Run,
        status: str,
        exit_code: Optional[int] = None,
        hint: Optional[Hint] = None,
    ) -> None:
        with self._lock:
            if run.timer is not None:
                run.timer.cancel()
            self._active.pop(run.id, None)
            run.finish(status, exit_code, hint)
            self._changed(run)
            following = self._next_of(run.lane)
        if status == FAILED and not run.request.command.ignore:
            _logger.warning(prefix_lines(failure_message(run, _LOGGED)))
        if following is not None:
            elsewhere("start", self._spawn, following)

    def _next_of(self, lane: tuple[str, str, bool]) -> Optional[Run]:
        """Gives the first one in the queue of a command its turn, if it is free."""
        same = [run for run in self._active.values() if run.lane == lane]
        if self._ending or any(run.status == RUNNING for run in same):
            return None
        following = next((run for run in same if run.status == QUEUED), None)
        if following is not None:
            self._give_turn(following)
        return following

    def _give_turn(self, run: Run) -> None:
        # Others are told of its start when there is a process. The record is for the case
        # that this server dies in between.
        run.start()
        self._history.note(run)

    def _changed(self, run: Run) -> None:
        # with the lock held, so that nobody is told of an older state after a newer one
        self._history.note(run)
        self._on_change(run.record())

    ##~~ Stop

    def stop(self, run_id: str, user: Optional[str] = None) -> Optional[Run]:
        """Ends a run and all of its processes; does not wait for that.

        Arguments:
            run_id: the run's id
            user: name of who wants it; None if unknown

        Returns:
            the run, None if there is none of this id that is going on
        """
        with self._lock:
            run = self._active.get(run_id)
            if run is not None:
                self._stop(run, STOPPED, user)
            return run

    def _time_out(self, run: Run) -> None:
        with self._lock:
            if run.id in self._active:
                self._stop(run, TIMED_OUT)

    def _stop(self, run: Run, reason: str, user: Optional[str] = None) -> None:
        if run.returned is not None:
            # it has ended, or what it has left behind is being ended
            return
        if run.stop_reason is None:
            run.stop_reason = reason
            run.stopped_by = user
            _logger.info(what_becomes_of(run, "Stopping", user))
            if run.status == QUEUED:
                self._finish(run, reason)
                return
        # also if an earlier try has not brought it to its end
        if run.process is not None and not run.is_being_ended:
            self._end_processes(run)

    def shut_down(self) -> None:
        """Starts nothing any more and ends what is going on, unless it outlives the
        server. Returns when it has ended, or does not want to; nobody waits any longer."""
        with self._lock:
            if self._ending:
                return
            self._ending = True
            active = list(self._active.values())
            for run in active:
                if run.status == QUEUED or not run.request.command.outlives_server:
                    self._stop(run, STOPPED)
        deadline = time.monotonic() + 2 * process_tree.GRACE
        for run in active:
            if run.stop_reason is not None or run.returned is not None:
                run.finished.wait(max(0, deadline - time.monotonic()))
        for run in active:
            run.released.set()

    def _watch_for_end(self) -> None:
        with self._lock:
            if not self._watches_for_end:
                self._watches_for_end = True
                call_at_the_end(self.shut_down)


def _ensure_started(run: Run) -> None:
    """Raises what has kept a run from being started, at once or when its turn came."""
    if run.refusal is not None:
        raise run.refusal
    if run.status == FAILED and run.process is None:
        raise NotStarted(run)
