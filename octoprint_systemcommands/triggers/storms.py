"""Events that come too fast: for a moment nothing can come of them."""

from collections.abc import Callable
from math import inf

from .firing import Firing
from .rules_in_use import RulesInUse


class Storms:
    """Keeps storms out of the way of everything else. OctoPrint's thread asks, and the
    engine's does the rest.

    Arguments:
        in_use: the rules
        firing: knows which of them have just fired
        monotonic: the time, see `time.monotonic`
    """

    def __init__(
        self, in_use: RulesInUse, firing: Firing, monotonic: Callable[[], float]
    ):
        self._in_use = in_use
        self._firing = firing
        self._monotonic = monotonic
        # by event; no more than rules wait for
        self._ends: dict[str, float] = {}
        self._left_out: dict[str, int] = {}

    def leave_out(self, event: str) -> bool:
        """Whether nothing can come of an event, which is counted then; very quick."""
        end = self._ends.get(event)
        if end is None or self._monotonic() >= end:
            return False
        self._left_out[event] = self._left_out.get(event, 0) + 1
        return True

    def look_at(self, event: str) -> bool:
        """Leaves out an event that was just looked at, for as long as all rules rest that
        wait for it; returns whether it is left out."""
        rules = self._in_use.waiting_for(event)
        if not rules or not self._in_use.may_be_left_out(event):
            return False
        end = min(map(self._firing.rests_until, rules))
        if end <= self._monotonic():
            return False
        self._ends[event] = end
        return True

    @property
    def next_end(self) -> float:
        """When one is looked at again; infinity if none is left out."""
        return min(self._ends.values(), default=inf)

    def tell(self) -> None:
        """Tells the rules what was left out, as soon as that is over."""
        now = self._monotonic()
        for event in [event for event, end in self._ends.items() if now >= end]:
            del self._ends[event]
            count = self._left_out.pop(event, 0)
            for rule in self._in_use.waiting_for(event) if count else ():
                self._firing.tell_storm(rule, count)

    def forget(self) -> None:
        """There are other rules."""
        self._ends.clear()
        self._left_out.clear()
