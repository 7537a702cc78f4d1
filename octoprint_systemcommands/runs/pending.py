"""The runs that wait for a time, or for something to happen, before it can be their turn."""

import json
import logging
import threading
from collections.abc import Callable, Mapping
from typing import Optional

from ..commands.arguments.values import Values
from ..commands.definition import Command
from ..commands.toggles import switched
from ..messages import Message
from .errors import Busy, CommandError, outcome_without_process, title
from .history.history import History
from .log_lines import what_becomes_of
from .outcome import Outcome
from .preparation import Snapshot
from .record import Record, Status
from .request import RECORDED, Request, Requester, Waiting
from .run import Run

_logger = logging.getLogger("octoprint.plugins.systemcommands.runs.pending")

# Runs that are pending at a time
_MAX_PENDING = 100

# Bytes of a memo as JSON
_MAX_MEMO = 64 * 1024


class Pending:
    """Holds them for the runner.

    Arguments:
        history: gets a record of each run
        lock: guards the fields of runs
        is_ending: whether the server is about to end
        check: lets a request pass, see `Preparation.check`
        take_in: has a run started, or queued; called with the lock held. Returns whether
            `hand_over` has to follow.
        hand_over: called without the lock
        on_change: called with a run when people see something new, with the lock held
        on_end: called with a run and its outcome when it is over
    """

    def __init__(
        self,
        history: History,
        lock: threading.RLock,
        is_ending: Callable[[], bool],
        check: Callable[[Request], Optional[Snapshot]],
        take_in: Callable[[Run], bool],
        hand_over: Callable[[Run, Optional[Snapshot]], None],
        on_change: Callable[[Run], None],
        on_end: Callable[[Run, Outcome], None],
    ):
        self._history = history
        self._lock = lock
        self._is_ending = is_ending
        self._check = check
        self._take_in = take_in
        self._hand_over = hand_over
        self._on_change = on_change
        self._on_end = on_end
        # by id, the oldest first
        self._runs: dict[str, Run] = {}

    def get(self, run_id: str) -> Optional[Run]:
        """One of them; None if there is none of this id. With the lock held."""
        return self._runs.get(run_id)

    def remove(self, run_id: str) -> None:
        """It is not pending any more, if it was. With the lock held."""
        self._runs.pop(run_id, None)

    def hold(
        self, request: Request, waiting: Waiting, resumed: Optional[Record] = None
    ) -> Run:
        """See `Runner.hold`."""
        _ensure_storable(waiting)
        seq = self._history.next_seq() if resumed is None else resumed.seq
        run = Run(seq, request, resumed)
        with self._lock:
            if self._is_ending():
                raise Busy(f"{title(request)} was not held: the server is about to end.")
            if len(self._runs) >= _MAX_PENDING:
                raise Busy(
                    f"{title(request)} was not held: {_MAX_PENDING} runs are pending "
                    "already. Call some of them off."
                )
            self._runs[run.id] = run
            run.wait_on(waiting)
            _logger.info(what_becomes_of(run, "Holding"))
            self._on_change(run)
        return run

    def wait_on(
        self,
        run_id: str,
        waiting: Waiting,
        event: Optional[Mapping[str, str]] = None,
        reason: Optional[Message] = None,
    ) -> bool:
        """See `Runner.wait_on`."""
        _ensure_storable(waiting)
        with self._lock:
            run = self._runs.get(run_id)
            if run is None or run.is_being_released:
                return False
            before = run.record()
            run.wait_on(waiting)
            if event is not None:
                run.request = run.request._replace(event=event, reason=reason)
            if run.record() == before:
                self._history.note(run)
            else:
                self._on_change(run)
            return True

    def release(self, run_id: str, user: Optional[str], confirmed: bool) -> Optional[Run]:
        """See `Runner.release`."""
        with self._lock:
            run = self._runs.get(run_id)
            if run is None or run.is_being_released or self._is_ending():
                return None
            run.is_being_released = True
            # or the next server would go on with it as well
            run.is_noted_first = run.waiting is not None and bool(run.waiting.memo)
            before = run.request
            # it is not confirmed for later, if it is refused now
            wanted = before._replace(confirmed=confirmed or before.confirmed)
        _logger.info(what_becomes_of(run, "Releasing", user))
        try:
            snapshot = self._check(wanted)
            with self._lock:
                run.request = wanted
                # unless it was called off meanwhile
                may_start = run.outcome is None and self._take_in(run)
                self.remove(run.id)
        except Exception as error:
            if self._is_ending():
                # it is for the next server
                return None
            if user is not None and isinstance(error, CommandError):
                run.request = before
                run.is_being_released = False
                raise
            self._on_end(run, outcome_without_process(run, error))
            return run
        if may_start:
            self._hand_over(run, snapshot)
        return run


def of_kept(record: Record, reason: Message) -> Run:
    """A run that an earlier server has left pending, as far as it takes to call it off: its
    command may be there no more.

    Arguments:
        record: what that server has known of it
        reason: why it is not run
    """
    command = Command.model_construct(action=record.action, name=record.name)
    if record.to is not None:
        command = switched(command, record.to)
    requester = Requester(**{field: getattr(record, field) for field in RECORDED})
    values = Values(shown=record.arguments)
    run = Run(record.seq, Request(record.source, command, requester, values), record)
    run.stop_reason = Status.STOPPED
    run.called_off = reason
    return run


def _ensure_storable(waiting: Waiting) -> None:
    if len(json.dumps(dict(waiting.memo), allow_nan=False)) > _MAX_MEMO:
        raise ValueError(f"a memo has more than {_MAX_MEMO} bytes")
