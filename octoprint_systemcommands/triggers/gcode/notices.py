"""Tells people on OctoPrint's pages what a line of G-code has not run."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, Optional

from .terminal import subject

# How often people are told of the same thing, in s, and of how many things that is remembered
_AGAIN = 10.0
_MAX_REMEMBERED = 50

# How many things people are told of in that time: each goes to every open page, which shows
# the last one, and the Terminal tab has them all
_MOST = 10


class Notices:
    """A line that is wrong may come thousands of times in a print.

    Arguments:
        complain: tells them: ``{reason, action, line}``
        monotonic: a clock
    """

    def __init__(
        self,
        complain: Callable[[Mapping[str, Any]], None],
        monotonic: Callable[[], float] = time.monotonic,
    ):
        self._complain = complain
        self._monotonic = monotonic
        self._lock = threading.Lock()
        # by reason and action: when they were told
        self._told: OrderedDict[tuple[str, str], float] = OrderedDict()

    def tell(self, reason: str, what: str, number: Optional[int]) -> None:
        """Tells them, unless they know.

        Arguments:
            reason: one of those in `terminal`
            what: the action, or the line if none can be read from it
            number: of the line in its file; None if it is in none
        """
        what = subject(what)
        if self._is_news((reason, what)):
            self._complain({"reason": reason, "action": what, "line": number})

    def _is_news(self, key: tuple[str, str]) -> bool:
        now = self._monotonic()
        with self._lock:
            recent = {told for told, at in self._told.items() if now - at < _AGAIN}
            if key in recent or len(recent) >= _MOST:
                return False
            self._told[key] = now
            self._told.move_to_end(key)
            if len(self._told) > _MAX_REMEMBERED:
                self._told.popitem(last=False)
        return True
