"""Holds of a job: the print waits at a line, and everything else goes on.

OctoPrint counts holds, so each has to be released exactly once, whoever comes first: the end
of the command, the limit, a cancel, a pause, the end of the connection or of the server. A
cancel or a pause does not get through a hold, so the heaters would stay on.

A hold is taken in the printer's thread, by a call that never waits. Releasing goes on with
the job in the thread that releases, so that is a thread of this module's own, which holds no
lock meanwhile.

Whether the print still wants to be held is read from the connection itself. Events only say
when to look: they come late, and what they tell may be about the print before.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Optional

from . import connection
from .connection import NotHeld

_logger = logging.getLogger("octoprint.plugins.systemcommands.triggers.gcode.holds")

# Each line of the terminal may hold the job once more
MAX_HOLDS = 100

# How often to look for what no event tells of, and for a while after one has, in s. An event
# may come a little before what it is about.
_LOOK = 0.25
_LOOK_CLOSELY = 0.01
_CLOSELY = 1.0

# What a hold is released for
END = "end"
LIMIT = "limit"
CANCELLED = "cancelled"
INTERRUPTED = "interrupted"


class Hold:
    """One hold.

    Arguments:
        comm: OctoPrint's communication with the printer that it was taken in
        limit: seconds after which it is released

    Attributes:
        run_id: the run that it waits for; None as long as there is none
        reason: what it is to be released for; None as long as it is not
    """

    def __init__(self, comm: Any, limit: float):
        self.comm = comm
        self.deadline = time.monotonic() + limit
        self.run_id: Optional[str] = None
        self.reason: Optional[str] = None
        self._lock = threading.Lock()
        self._is_released = False

    def release(self) -> bool:
        """Releases it; returns whether it was not done before."""
        with self._lock:
            if self._is_released:
                return False
            self._is_released = True
        try:
            self.comm.set_job_on_hold(False)
        except Exception:
            # a connection that is closed has nothing that waits
            _logger.debug("A hold was not released by the printer", exc_info=True)
        return True


class JobHolds:
    """All holds; in practice there is one at a time.

    Arguments:
        before_release: called with each hold right before it is released; must not wait
        on_release: called with each hold when it was released
    """

    def __init__(
        self,
        before_release: Callable[[Hold], None],
        on_release: Callable[[Hold], None],
    ):
        self._before_release = before_release
        self._on_release = on_release
        self._condition = threading.Condition()
        # at most `MAX_HOLDS`
        self._holds: list[Hold] = []
        self._look_closely_until = 0.0
        self._thread: Optional[threading.Thread] = None
        self._is_closing = False

    def take(self, comm: Any, limit: float) -> Hold:
        """Holds the job at the line that is being processed. For the printer's thread.

        Raises:
            NotHeld
        """
        with self._condition:
            is_possible = not self._is_closing and self._begin()
            is_full = len(self._holds) >= MAX_HOLDS
        if not is_possible:
            raise NotHeld("the server cannot see to it")
        if is_full:
            raise NotHeld("too much holds the print already")
        if self._against(comm) is not None:
            raise NotHeld("no print is being sent that could wait")
        connection.hold(comm)
        hold = Hold(comm, limit)
        with self._condition:
            is_looked_after = not self._is_closing
            if is_looked_after:
                self._holds.append(hold)
                self._condition.notify_all()
        if not is_looked_after:
            hold.release()
            raise NotHeld("the server cannot see to it")
        return hold

    def release(self, hold: Hold, reason: str) -> None:
        """Has a hold released. Does not wait."""
        with self._condition:
            if hold.reason is None:
                hold.reason = reason
            self._condition.notify_all()

    def look(self) -> None:
        """Something has happened that may be against holding the job. Does not wait."""
        with self._condition:
            self._look_closely_until = time.monotonic() + _CLOSELY
            self._condition.notify_all()

    def close(self) -> None:
        """At the end of the server: nothing is held from here on."""
        with self._condition:
            self._is_closing = True
            self._condition.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(2.0)

    def _begin(self) -> bool:
        """Makes sure that there is a thread; returns whether there is one."""
        if self._thread is None:
            thread = threading.Thread(
                target=self._loop, name="systemcommands.holds", daemon=True
            )
            try:
                thread.start()
            except RuntimeError:
                # none to spare
                return False
            self._thread = thread
        return True

    def _loop(self) -> None:
        while True:
            with self._condition:
                due = [hold for hold in self._holds if self._is_due(hold)]
                if not due:
                    if self._is_closing:
                        return
                    self._condition.wait(self._time_to_look())
                    continue
                self._holds = [hold for hold in self._holds if hold not in due]
            for hold in due:
                self._guarded(self._before_release, hold)
                if hold.release():
                    self._guarded(self._on_release, hold)

    def _guarded(self, callback: Callable[[Hold], None], hold: Hold) -> None:
        try:
            callback(hold)
        except Exception:
            _logger.exception("Error around the release of a hold")

    def _time_to_look(self) -> Optional[float]:
        if not self._holds:
            return None
        now = time.monotonic()
        soonest = min(hold.deadline for hold in self._holds) - now
        pace = _LOOK_CLOSELY if now < self._look_closely_until else _LOOK
        return max(0.0, min(soonest, pace))

    def _is_due(self, hold: Hold) -> bool:
        if hold.reason is None:
            hold.reason = self._reason(hold)
        return hold.reason is not None

    def _reason(self, hold: Hold) -> Optional[str]:
        if self._is_closing:
            return END
        if time.monotonic() >= hold.deadline:
            return LIMIT
        return self._against(hold.comm)

    def _against(self, comm: Any) -> Optional[str]:
        """Why a job must not be held, or not any longer; None if its lines are being sent."""
        if connection.is_cancelling(comm):
            return CANCELLED
        return None if connection.is_sending(comm) else INTERRUPTED
