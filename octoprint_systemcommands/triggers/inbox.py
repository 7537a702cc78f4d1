"""What was handed over to the thread of the rules."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from typing import Optional

_logger = logging.getLogger("octoprint.plugins.systemcommands.triggers.inbox")

Entry = Callable[[], None]

# What may wait to be looked at. A storm of one event must not keep away what tells how a
# print has ended, so there is some place that only this gets.
_MAX_ENTRIES = 1000
_FOR_OTHERS = 900


class Inbox:
    """A queue with an end. Whoever hands something over goes on at once.

    Attributes:
        is_closed: nothing is taken any more
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._entries: deque[Entry] = deque()
        self._dropped = 0
        self.is_closed = False

    def has_place(self, is_important: bool) -> bool:
        """Whether there is place for something; what there is none for is counted."""
        if len(self._entries) < (_MAX_ENTRIES if is_important else _FOR_OTHERS):
            return True
        self._dropped += 1
        return False

    def put(self, entry: Entry, is_important: bool = True) -> None:
        """Hands something over; what does not fit is left out, and the log says so."""
        with self._condition:
            if not self.is_closed and self.has_place(is_important):
                self._entries.append(entry)
                self._condition.notify()

    def put_always(self, entry: Entry) -> None:
        """Hands over something that is rare, and must not get lost."""
        with self._condition:
            if not self.is_closed:
                self._entries.append(entry)
                self._condition.notify()

    def wait(self, timeout: Optional[float]) -> None:
        """Waits until there is something, the end has come, or a time in s has passed."""
        with self._condition:
            self._condition.wait_for(lambda: self._entries or self.is_closed, timeout)

    def take(self) -> list[Entry]:
        """All that was handed over."""
        with self._condition:
            entries = list(self._entries)
            self._entries.clear()
            dropped, self._dropped = self._dropped, 0
        if dropped:
            _logger.warning(f"{dropped} events came too fast, and were left out")
        return entries

    def close(self) -> None:
        """Ends it."""
        with self._condition:
            self.is_closed = True
            self._entries.clear()
            self._condition.notify()
