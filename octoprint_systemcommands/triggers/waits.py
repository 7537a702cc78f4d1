"""When a run that a rule makes wait may go.

Inside, only the monotonic clock counts, which nobody sets. The clock on the wall is needed
over a restart of the server alone, and is not believed more than the wait is long.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Optional

from ..messages import N_, Message
from ..runs.printer_state import PrinterState
from . import reasons
from .rules import durations
from .rules.rule import Until, Wait

# What was due longer ago when the server starts is not run any more, in s
_OVERDUE = 60 * 60.0

# How often to look whether what is waited for is there, in s
LOOK = 1.0

# OctoPrint's identifier of the state of a printer that could print and does not
OPERATIONAL = "OPERATIONAL"


class World(NamedTuple):
    """What waits look at.

    Attributes:
        printer: what it is doing
        idle_since: since when it could print and did not, see `time.monotonic`; None if it
            cannot, or does
        has_timelapse: a timelapse is being recorded, or its movie made
        has_print: a print has begun, and those who wait were told
    """

    printer: PrinterState
    idle_since: Optional[float] = None
    has_timelapse: bool = False
    has_print: bool = False

    @property
    def begins_print(self) -> bool:
        """Whether a print has begun of which nobody was told: OctoPrint tells of it after
        its first lines were sent."""
        is_at_end = self.printer.state in ("CANCELLING", "FINISHING")
        return self.printer.is_busy and not is_at_end and not self.has_print


class Idle:
    """Notes since when the printer could print and did not."""

    def __init__(self) -> None:
        self.since: Optional[float] = None

    def look(self, printer: PrinterState, now: float) -> None:
        """Takes in what the printer is doing now; one that is to be hot waits for somebody."""
        is_heating = any(heater.target for heater in printer.heaters.values())
        is_ready = printer.state == OPERATIONAL and not printer.is_busy
        self.note(is_ready and not is_heating, now)

    def note(self, is_idle: bool, now: float) -> None:
        """Takes in whether it is so now."""
        if not is_idle:
            self.since = None
        elif self.since is None:
            self.since = now


class Verdict(NamedTuple):
    """What becomes of a wait.

    Attributes:
        is_over: it may go
        given_up: why it must not go any more
        due_in: seconds until it may go; None if that is not known
        waits_for: what for, beyond the time
        look_in: seconds until there may be something new
    """

    is_over: bool = False
    given_up: Optional[Message] = None
    due_in: Optional[float] = None
    waits_for: Optional[Message] = None
    look_in: float = LOOK


class WaitClock:
    """One wait, from its beginning on.

    Arguments:
        wait: what is waited for
        now: its beginning, see `time.monotonic`
    """

    def __init__(self, wait: Wait, now: float):
        self._wait = wait
        self._not_before = now + wait.for_
        self._at_most = None if wait.at_most is None else now + wait.at_most

    def memo(self, now: float, wall: float) -> dict[str, Any]:
        """What `resumed` needs after a restart, as JSON.

        Arguments:
            now, wall: the time by the monotonic clock and by the one on the wall
        """
        return {
            "not_before": wall + self._not_before - now,
            "at_most": None if self._at_most is None else wall + self._at_most - now,
        }

    @classmethod
    def resumed(
        cls, wait: Wait, memo: Mapping[str, Any], now: float, wall: float
    ) -> "WaitClock":
        """A wait that was begun by the server before.

        Arguments:
            wait: what is waited for
            memo: what `memo` has said
            now, wall: see `memo`
        """
        clock = cls(wait, now)
        # a clock that was set meanwhile makes no wait longer than it is
        clock._not_before = now + _left(memo.get("not_before"), wait.for_, wall)
        if wait.at_most is not None:
            clock._at_most = now + _left(memo.get("at_most"), wait.at_most, wall)
        return clock

    def judge(self, now: float, look: Callable[[], World]) -> Verdict:
        """What is to become of it.

        Arguments:
            now: the time, see `time.monotonic`
            look: what the printer is doing, asked if that matters
        """
        left = max(0.0, self._not_before - now)
        until = self._wait.until
        if until is None:
            return Verdict(is_over=left == 0, due_in=left, look_in=left)
        if left > 0:
            look_in = left if until.idle is None else min(left, LOOK)
            return Verdict(
                due_in=left, waits_for=_words(_first_of(until)), look_in=look_in
            )
        missing = _what_is_missing(until, now, look())
        if missing is None:
            return Verdict(is_over=True)
        if self._at_most is not None and now >= self._at_most:
            assert self._wait.at_most is not None
            return Verdict(
                given_up=reasons.too_long(self._wait.at_most, missing.kind, missing.limit)
            )
        return Verdict(due_in=missing.due_in, waits_for=_words(missing))


def is_overdue(memo: Mapping[str, Any], wall: float) -> bool:
    """Whether a wait was over, or given up, so long ago that nobody expects it any more.

    Arguments:
        memo: see `WaitClock.memo`
        wall: the time by the clock on the wall
    """
    ends_at = memo.get("at_most") or memo.get("not_before")
    return isinstance(ends_at, (int, float)) and wall - ends_at > _OVERDUE


def _left(ends_at: Any, at_most: float, wall: float) -> float:
    if isinstance(ends_at, bool) or not isinstance(ends_at, (int, float)):
        return at_most
    return min(max(0.0, ends_at - wall), at_most)


class _Missing(NamedTuple):
    """What is not as it is to be: a field of `Until`, its value, and in how many seconds it
    will be so, if that is known."""

    kind: str
    limit: Optional[float] = None
    due_in: Optional[float] = None


def _what_is_missing(until: Until, now: float, world: World) -> Optional[_Missing]:
    limit = until.max_temperature
    if limit is not None and not _is_cold(world.printer, limit):
        return _Missing("max_temperature", limit)
    if until.no_timelapse and world.has_timelapse:
        return _Missing("no_timelapse")
    if until.idle is not None:
        if world.idle_since is None:
            return _Missing("idle", until.idle)
        left = world.idle_since + until.idle - now
        if left > 0:
            return _Missing("idle", until.idle, left)
    return None


def _is_cold(printer: PrinterState, limit: float) -> bool:
    # of a printer that is not connected nobody knows how hot it is
    if not printer.is_connected:
        return False
    known = [h.actual for h in printer.heaters.values() if h.actual is not None]
    return bool(known) and max(known) <= limit


def _first_of(until: Until) -> Optional[_Missing]:
    if until.max_temperature is not None:
        return _Missing("max_temperature", until.max_temperature)
    if until.idle is not None:
        return _Missing("idle", until.idle)
    return _Missing("no_timelapse") if until.no_timelapse else None


def _words(missing: Optional[_Missing]) -> Optional[Message]:
    if missing is None:
        return None
    if missing.kind == "max_temperature":
        return Message(
            N_("the printer to cool down to %(limit)s °C"),
            {"limit": f"{missing.limit:g}"},
        )
    if missing.kind == "idle":
        return Message(
            N_("the printer to be idle for %(time)s"),
            {"time": durations.text(missing.limit or 0.0)},
        )
    return Message(N_("the timelapse to be rendered"))
