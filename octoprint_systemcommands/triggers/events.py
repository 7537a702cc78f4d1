"""What OctoPrint's events mean to people.

OctoPrint tells what its parts are doing. That a print "has failed" is told of one that was
cancelled, too, and several times by some firmwares; "done" is told before the end script
was sent, and nothing at all is told of a paused print whose printer has gone. Here each
print has one beginning and one end, of which it is told once.
"""

from collections.abc import Mapping
from typing import Any, Optional

from .happening import Happening

PRINT_STARTED = "print_started"
PRINT_DONE = "print_done"
PRINT_CANCELLED = "print_cancelled"
PRINT_FAILED = "print_failed"
PRINT_ENDED = "print_ended"
PRINT_PAUSED = "print_paused"
PRINT_RESUMED = "print_resumed"
CONNECTED = "connected"
DISCONNECTED = "disconnected"
ERROR = "error"
BEFORE_CONNECT = "before_connect"
UPLOAD_TO_PRINT = "upload_to_print"
SNAPSHOT_BEFORE = "snapshot_before"
SNAPSHOT_AFTER = "snapshot_after"
STARTUP = "startup"
STOP = "stop"

# What there is to choose beside OctoPrint's own events, with its group; the page shows the
# last two as one
MEANINGS: Mapping[str, str] = {
    PRINT_STARTED: "print",
    PRINT_ENDED: "print",
    PRINT_DONE: "print",
    PRINT_CANCELLED: "print",
    PRINT_FAILED: "print",
    PRINT_PAUSED: "print",
    PRINT_RESUMED: "print",
    CONNECTED: "printer",
    DISCONNECTED: "printer",
    ERROR: "printer",
    BEFORE_CONNECT: "printer",
    UPLOAD_TO_PRINT: "printer",
    SNAPSHOT_BEFORE: "timelapse",
    SNAPSHOT_AFTER: "timelapse",
    STARTUP: "server",
    STOP: "server",
}

# Of these there is no storm: each is told once, until the printer has done something else
ABOUT_PRINTS = frozenset(kind for kind, group in MEANINGS.items() if group == "print")

# OctoPrint's events that are needed to tell
SOURCES = frozenset(
    (
        "PrintStarted",
        "PrintDone",
        "PrintCancelling",
        "PrintCancelled",
        "PrintFailed",
        "PrintPaused",
        "PrintResumed",
        "PrinterStateChanged",
        "Connected",
        "Disconnected",
        "Error",
    )
)

# OctoPrint's identifiers of states of the printer
_OPERATIONAL = "OPERATIONAL"
_GONE = frozenset(("OFFLINE", "NONE", "CLOSED", "ERROR", "CLOSED_WITH_ERROR", "UNKNOWN"))

# How long to wait for OctoPrint's word that a print has failed, when its printer has gone
# (it comes from another thread), and how much later it may still come, in s
_GRACE = 2.0
_LATE = 10.0

# How often to look whether the printer is ready after a print, in case that nobody tells, in s
_LOOK = 5.0


class _Print:
    """A print that has begun.

    Attributes:
        payload: what OctoPrint has said last of it
        ending: how it has ended, `PRINT_DONE` and so on, as soon as that is known
        firmware_error: because of which OctoPrint cancels it
        lost_at: since when its printer has gone (`time.monotonic`), if it has
        look_at: when to look whether the printer is ready
    """

    def __init__(self, payload: Mapping[str, Any]):
        self.payload = payload
        self.ending: Optional[str] = None
        self.firmware_error: Optional[str] = None
        self.lost_at: Optional[float] = None
        self.look_at: Optional[float] = None


class Meanings:
    """Makes one out of the other. For one thread; times are those of `time.monotonic`."""

    def __init__(self) -> None:
        self._state: Optional[str] = None
        self._is_connected = False
        self._is_paused = False
        self._print: Optional[_Print] = None
        # until when what is told of a failed print is about the one before
        self._late_until = float("-inf")
        # of the first print nobody may have heard the beginning
        self._has_ended = False

    def take(self, event: str, payload: Mapping[str, Any], now: float) -> list[Happening]:
        """Takes in one of `SOURCES`.

        Arguments:
            event, payload: as OctoPrint has fired it
            now: the time

        Returns:
            what has happened, without the time of it
        """
        if event == "PrinterStateChanged":
            self._state = str(payload.get("state_id"))
            return self._after_state(now)
        if event == "Connected":
            self._is_connected = True
            return [Happening(CONNECTED, payload)]
        if event == "Disconnected":
            return self._disconnected(payload, now)
        if event == "Error":
            return [Happening(ERROR, payload)]
        if event == "PrintStarted":
            return self._started(payload)
        if event in ("PrintPaused", "PrintResumed"):
            return self._paused(event == "PrintPaused", payload)
        return self._about_end(event, payload, now)

    @property
    def has_print(self) -> bool:
        """Whether a print has begun, as far as it was told, and not ended."""
        return self._print is not None and self._print.ending is None

    @property
    def next_look(self) -> Optional[float]:
        """When to call `look`, if nothing is taken in until then; None for never."""
        current = self._print
        if current is None:
            return None
        if current.lost_at is not None:
            return current.lost_at + _GRACE
        return current.look_at

    def look(self, now: float, is_busy: bool) -> list[Happening]:
        """What has happened because time has passed.

        Arguments:
            now: the time
            is_busy: whether OctoPrint is at work on a print now
        """
        current = self._print
        if current is None:
            return []
        if current.lost_at is not None and now >= current.lost_at + _GRACE:
            self._late_until = now + _LATE
            payload = {**current.payload, "reason": "error", "error": "connection lost"}
            return self._end(PRINT_FAILED, payload, now)
        if current.look_at is not None and now >= current.look_at:
            if not is_busy:
                return self._settle()
            current.look_at = now + _LOOK
        return []

    def _started(self, payload: Mapping[str, Any]) -> list[Happening]:
        # the next one may begin while the end script of the last one is under way
        ended = self._settle() if self._print is not None and self._print.ending else []
        self._print = _Print(payload)
        self._is_paused = False
        return [*ended, Happening(PRINT_STARTED, payload)]

    def _paused(self, is_paused: bool, payload: Mapping[str, Any]) -> list[Happening]:
        if is_paused == self._is_paused:
            return []
        self._is_paused = is_paused
        return [Happening(PRINT_PAUSED if is_paused else PRINT_RESUMED, payload)]

    def _about_end(
        self, event: str, payload: Mapping[str, Any], now: float
    ) -> list[Happening]:
        if event == "PrintFailed":
            if payload.get("reason") == "cancelled":
                # "PrintCancelled" says the same, and this one may come when the next print
                # is under way
                return []
            if now < self._late_until:
                self._late_until = float("-inf")
                return []
        if self._print is None:
            if self._has_ended:
                return []
            self._print = _Print(payload)
        current = self._print
        if current.ending is not None:
            return []
        if event == "PrintCancelling":
            current.firmware_error = payload.get("firmwareError")
            return []
        if event == "PrintCancelled":
            if current.firmware_error is None:
                return self._end(PRINT_CANCELLED, payload, now)
            # nobody has wanted that
            error = {"reason": "error", "error": str(current.firmware_error)}
            return self._end(PRINT_FAILED, {**payload, **error}, now)
        if event == "PrintFailed":
            return self._end(PRINT_FAILED, payload, now)
        return self._end(PRINT_DONE, payload, now)

    def _end(self, kind: str, payload: Mapping[str, Any], now: float) -> list[Happening]:
        current = self._print
        assert current is not None
        current.ending = kind
        current.payload = payload
        current.lost_at = None
        current.look_at = now + _LOOK
        # "done" is not told before its end script was sent
        told = [] if kind == PRINT_DONE else [Happening(kind, payload)]
        return [*told, *self._after_state(now)]

    def _after_state(self, now: float) -> list[Happening]:
        current = self._print
        if current is None:
            return []
        if current.ending is not None:
            if self._state == _OPERATIONAL or self._state in _GONE:
                return self._settle()
        elif self._state not in _GONE:
            current.lost_at = None
        elif current.lost_at is None:
            current.lost_at = now
        return []

    def _settle(self) -> list[Happening]:
        """The printer is ready for something else, or has gone."""
        current, self._print = self._print, None
        assert current is not None
        assert current.ending is not None
        self._has_ended = True
        outcome = current.ending.partition("_")[2]
        ended = Happening(PRINT_ENDED, {**current.payload, "outcome": outcome})
        if current.ending == PRINT_DONE:
            return [Happening(PRINT_DONE, current.payload), ended]
        return [ended]

    def _disconnected(self, payload: Mapping[str, Any], now: float) -> list[Happening]:
        self._state = "OFFLINE"
        ended = self._after_state(now)
        # OctoPrint says it also of what was not connected
        was_connected, self._is_connected = self._is_connected, False
        return [*ended, *([Happening(DISCONNECTED, payload)] if was_connected else [])]
