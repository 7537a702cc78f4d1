"""When everything is to be published anew: the broker, or Home Assistant, was away.

Whoever may publish can say so, as often as they like, and each time there is a lot to publish.
"""

import time
from collections.abc import Callable
from math import inf

# Seconds between two times at least
PAUSE = 2.0


class Anew:
    """Remembers that somebody wants it.

    Arguments:
        touch: called when there is something to do
        monotonic: a clock
    """

    def __init__(
        self,
        touch: Callable[[], None],
        monotonic: Callable[[], float] = time.monotonic,
    ):
        self._touch = touch
        self._monotonic = monotonic
        self._is_wanted = False
        self._not_before = -inf

    def want(self) -> None:
        """Somebody wants it. In the thread of the connection, which must not wait."""
        if not self._is_wanted:
            self._is_wanted = True
            self._touch()

    @property
    def seconds(self) -> float:
        """In how many seconds it is to be done; infinity if nobody wants it."""
        if not self._is_wanted:
            return inf
        return max(0.0, self._not_before - self._monotonic())

    def take(self) -> bool:
        """Whether it is to be done now; who asks does it."""
        if self.seconds > 0:
            return False
        self._is_wanted = False
        self._not_before = self._monotonic() + PAUSE
        return True
