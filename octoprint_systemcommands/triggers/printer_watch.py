"""What the printer is up to, by what OctoPrint tells and by looking."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Optional

from ..runs.printer_state import PrinterState
from . import events, rendering
from .events import Meanings
from .happening import Happening
from .rendering import Rendering
from .waits import OPERATIONAL, Idle, World

# OctoPrint's events that are needed for it, whatever the rules are
SOURCES = events.SOURCES | rendering.SOURCES


class PrinterWatch:
    """Keeps in mind what rules may want to know. For one thread, but for `world`.

    Arguments:
        look: what the printer is doing
        movie_delay: see `Rendering`
        monotonic: the time, see `time.monotonic`
    """

    def __init__(
        self,
        look: Callable[[], PrinterState],
        movie_delay: Callable[[], float] = lambda: 0.0,
        monotonic: Callable[[], float] = time.monotonic,
    ):
        self._look = look
        self._monotonic = monotonic
        self._meanings = Meanings()
        self._rendering = Rendering(movie_delay)
        self._idle = Idle()

    def take(self, event: str, payload: Mapping[str, Any]) -> list[Happening]:
        """Takes in an event of OctoPrint's; returns what that means."""
        now = self._monotonic()
        if event in rendering.SOURCES:
            self._rendering.take(event, payload, now)
        if event not in events.SOURCES:
            return []
        if event == "PrinterStateChanged":
            # nobody looks while nothing waits
            self._idle.note(payload.get("state_id") == OPERATIONAL, now)
        return self._meanings.take(event, payload, now)

    def pass_time(self) -> list[Happening]:
        """What has happened because time has passed."""
        now, look_at = self._monotonic(), self._meanings.next_look
        if look_at is None or now < look_at:
            return []
        return self._meanings.look(now, self._look().is_busy)

    @property
    def look_in(self) -> Optional[float]:
        """In how many seconds to call `pass_time`; None if nothing is to be expected."""
        look_at = self._meanings.next_look
        return None if look_at is None else max(0.0, look_at - self._monotonic())

    def world(self) -> World:
        """What it is doing now. That it is heated is only known if this is asked often."""
        now, printer = self._monotonic(), self._look()
        self._idle.look(printer, now)
        return World(
            printer,
            self._idle.since,
            self._rendering.goes_on(now),
            self._meanings.has_print,
        )
