"""Answers that are remembered for a moment, since OctoPrint takes its time to give them."""

import threading
import time
from collections.abc import Callable
from typing import Generic, Optional, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """Asks again when the last answer is too old, or was forgotten.

    Arguments:
        ask: gives the answer
        seconds: for how long it may be given again
        clock: the time in seconds, on a clock that does not jump
    """

    def __init__(
        self,
        ask: Callable[[], T],
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._ask = ask
        self._seconds = seconds
        self._clock = clock
        self._lock = threading.Lock()
        # replaced as a whole, since several threads may ask
        self._known: Optional[tuple[float, T]] = None
        self._times_forgotten = 0

    def __call__(self) -> T:
        known = self._known
        now = self._clock()
        if known is not None and now < known[0]:
            return known[1]
        times = self._times_forgotten
        answer = self._ask()
        # what was forgotten meanwhile must not come back
        with self._lock:
            if times == self._times_forgotten:
                self._known = (now + self._seconds, answer)
        return answer

    def forget(self) -> None:
        """It may be another one by now."""
        with self._lock:
            self._times_forgotten += 1
            self._known = None
