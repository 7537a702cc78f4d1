"""Holds of a job: the print waits at a line, and everything else goes on.

OctoPrint counts holds, so each has to be released exactly once, whoever comes first: the end
of the command, the limit, a cancel, a pause, the end of the connection or of the server. A
cancel or a pause does not get through a hold, so the heaters would stay on.

A hold is taken in the printer's thread, by a call that never waits. Releasing goes on with
the job in the thread that releases, so that is a thread of this module's own, which holds no
lock meanwhile.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Optional

_logger = logging.getLogger("octoprint.plugins.systemcommands.triggers.gcode.holds")

# How often to look for what no event tells of, in s
_LOOK = 0.25

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
    """

    def __init__(self, comm: Any, limit: float):
        self.comm = comm
        self.deadline = time.monotonic() + limit
        self.run_id: Optional[str] = None
        # what it is to be released for; None as long as it is not
        self.reason: Optional[str] = None
        self._lock = threading.Lock()
        self._is_released = False

    @property
    def is_over(self) -> bool:
        """Whether it is released, or about to be."""
        return self.reason is not None

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
        on_release: called with each hold when it was released, and with the reason
    """

    def __init__(self, on_release: Callable[[Hold, str], None]):
        self._on_release = on_release
        self._condition = threading.Condition()
        # no more than lines that wait at a time: the job does not go on
        self._holds: list[Hold] = []
        self._thread: Optional[threading.Thread] = None
        self._is_closing = False

    def take(self, comm: Any, limit: float) -> Optional[Hold]:
        """Holds the job at the line that is being processed. For the printer's thread.

        Returns:
            None if somebody else keeps it from being held, or there is no job
        """
        if self._is_closing or _against(comm) is not None:
            return None
        if comm.set_job_on_hold(True, blocking=False) is not True:
            return None
        hold = Hold(comm, limit)
        with self._condition:
            is_looked_after = not self._is_closing and self._begin()
            if is_looked_after:
                self._holds.append(hold)
                # a cancel that has not known of this hold has changed the state before
                hold.reason = _against(comm)
                self._condition.notify_all()
        if not is_looked_after:
            hold.release()
            return None
        return hold

    def release(self, hold: Hold, reason: str) -> None:
        """Has a hold released. Does not wait."""
        with self._condition:
            if hold.reason is None:
                hold.reason = reason
            self._condition.notify_all()

    def release_all(self, reason: str) -> None:
        """Has all holds released. Does not wait."""
        with self._condition:
            for hold in self._holds:
                if hold.reason is None:
                    hold.reason = reason
            self._condition.notify_all()

    def close(self) -> None:
        """At the end of the server: nothing is held from here on."""
        with self._condition:
            self._is_closing = True
        self.release_all(END)
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
                self._condition.wait_for(
                    lambda: any(hold.is_over for hold in self._holds) or self._is_closing,
                    timeout=self._time_to_look(),
                )
                due = [hold for hold in self._holds if self._is_due(hold)]
                self._holds = [hold for hold in self._holds if hold not in due]
                if self._is_closing and not due:
                    return
            for hold in due:
                try:
                    if hold.release():
                        self._on_release(hold, hold.reason or END)
                except Exception:
                    _logger.exception("Error after a hold was released")

    def _time_to_look(self) -> Optional[float]:
        if not self._holds:
            return None
        soonest = min(hold.deadline for hold in self._holds) - time.monotonic()
        return max(0.0, min(soonest, _LOOK))

    def _is_due(self, hold: Hold) -> bool:
        if hold.reason is None:
            if time.monotonic() >= hold.deadline:
                hold.reason = LIMIT
            else:
                hold.reason = _against(hold.comm)
        return hold.is_over


def _against(comm: Any) -> Optional[str]:
    """Why a job must not be held, or not any longer; None if its lines are being sent."""
    if comm.isCancelling():
        return CANCELLED
    goes_on = comm.isPrinting() and not comm.isPausing() and not comm.isClosedOrError()
    return None if goes_on else INTERRUPTED
