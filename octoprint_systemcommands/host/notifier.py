"""Tells browsers and other plugins what happens to runs.

What is told are ids and states, never output, arguments or command lines: a browser that
wants more asks for it, and is asked for its permissions then. OctoPrint replays pushed
messages to a client that has just logged in without looking at its permissions.
"""

import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any, NamedTuple, Optional

from ..runs.record import UNFINISHED, Record
from ..runs.request import Owner
from ..runs.run import Run

_logger = logging.getLogger("octoprint.plugins.systemcommands.host.notifier")

# How long changes are collected before they are told, in s. This limits the pushes, and
# keeps the work that listeners have with them out of the way of the command's own start.
_DELAY = 0.1

# Events that wait to be fired; each run has two
_MAX_EVENTS = 1000

# Runs of which it is known whose they are, for those who get their events: OctoPrint hands
# these out a little later
_MAX_OWNERS = 1000

RUN_STARTED = "run_started"
RUN_FINISHED = "run_finished"


class Whose(NamedTuple):
    """To whom a run matters.

    Attributes:
        owner: whose it is; None if it is nobody's
        by_rule: a rule has begun it
    """

    owner: Optional[Owner] = None
    by_rule: bool = False


NOBODYS = Whose()


class Notifier:
    """Collects what has changed and pushes it a few times a second.

    Arguments:
        push: sends a message to the browsers
        fire: fires an OctoPrint event of this plugin, given its name and its payload
    """

    def __init__(
        self,
        push: Callable[[dict[str, Any]], None],
        fire: Callable[[str, dict[str, Any]], None],
    ):
        self._push = push
        self._fire = fire
        self._condition = threading.Condition()
        # by id; no more than are going on, since the thread empties it all the time
        self._changed: dict[str, dict[str, str]] = {}
        self._events: deque[tuple[str, dict[str, Any]]] = deque(maxlen=_MAX_EVENTS)
        # by id of the run, the latest last
        self._owners: OrderedDict[Optional[str], Whose] = OrderedDict()
        self._cleared = False
        self._thread = threading.Thread(
            target=self._tell_loop, name="systemcommands.notify", daemon=True
        )
        self._thread.start()

    def run_started(self, record: Record) -> None:
        """A run has begun."""
        self._add_event(RUN_STARTED, record)
        self._note(record.id, record.status.value)

    def run_changed(self, record: Record) -> None:
        """There is something new about a run, such as another status."""
        if record.status not in UNFINISHED:
            self._add_event(RUN_FINISHED, record)
        self._note(record.id, record.status.value)

    def output_grew(self, run: Run) -> None:
        """A run has written something."""
        # this comes a hundred times a second from a chatty command
        if run.id not in self._changed:
            self._note(run.id, run.status.value)

    def history_cleared(self) -> None:
        """The runs that have ended were forgotten."""
        with self._condition:
            self._cleared = True
            self._condition.notify()

    def whose(self, run_id: Optional[str]) -> Whose:
        """Whose the run of an event is; nobody's if that is long ago."""
        with self._condition:
            return self._owners.get(run_id, NOBODYS)

    def _add_event(self, name: str, record: Record) -> None:
        with self._condition:
            self._events.append((name, _payload(record)))
            self._owners[record.id] = Whose(record.owner, record.rule is not None)
            self._owners.move_to_end(record.id)
            if len(self._owners) > _MAX_OWNERS:
                self._owners.popitem(last=False)

    def _note(self, run_id: str, status: str) -> None:
        with self._condition:
            self._changed[run_id] = {"id": run_id, "status": status}
            self._condition.notify()

    def _tell_loop(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._changed or self._cleared)
            time.sleep(_DELAY)
            self._tell()

    def _tell(self) -> None:
        try:
            self._tell_all()
        except Exception:
            _logger.exception("Error while telling of the state of runs")

    def _tell_all(self) -> None:
        with self._condition:
            changed, self._changed = list(self._changed.values()), {}
            cleared, self._cleared = self._cleared, False
        try:
            while (event := self._next_event()) is not None:
                self._fire(*event)
        finally:
            if cleared:
                self._push({"type": "cleared"})
            if changed:
                self._push({"type": "runs", "runs": changed})

    def _next_event(self) -> Optional[tuple[str, dict[str, Any]]]:
        # at the end of the server there are two who take from these
        with self._condition:
            return self._events.popleft() if self._events else None

    def close(self) -> None:
        """Tells what is left, at the end of the server."""
        self._tell()


def _payload(record: Record) -> dict[str, Any]:
    """What an event says of a run: ids and states, no output, arguments or command lines."""
    return {
        "id": record.id,
        "action": record.action,
        "name": record.name,
        "to": record.to,
        "status": record.status.value,
        "exit_code": record.exit_code,
        "duration": record.duration,
        "user": record.user,
    }
