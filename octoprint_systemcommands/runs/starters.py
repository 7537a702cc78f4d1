"""The threads in which commands are started."""

import logging
import threading
from collections.abc import Callable

_logger = logging.getLogger("octoprint.plugins.systemcommands.runs.starters")

# No more than these ever hang
_MOST = 4

# How long a thread that has nothing to do stays, in s: the next start need not wait for one
_IDLE = 30.0


class Starters:
    """A few threads that start commands, so that nobody else has to.

    A start may take long: the command's folder, or its interpreter, may be on a share that
    does not answer. It holds one of these threads then, and if it holds them all, those that
    come later wait.

    Arguments:
        most: how many threads there may be
        idle: how long one stays that has nothing to do, in seconds
        name: of the threads
    """

    def __init__(self, most: int = _MOST, idle: float = _IDLE, name: str = "start"):
        self._most = most
        self._name = f"systemcommands.{name}"
        self._idle_time = idle
        self._condition = threading.Condition()
        # by key, the oldest first
        self._waiting: dict[str, Callable[[], None]] = {}
        self._threads = 0
        # of these, those that have nothing to do
        self._idle = 0

    def hand_over(self, key: str, start: Callable[[], None]) -> None:
        """Has a function called as soon as there is a thread for it.

        Arguments:
            key: for `withdraw`
            start: the function

        Raises:
            RuntimeError: the system has no thread to spare, and there is none yet
        """
        with self._condition:
            self._waiting[key] = start
            if self._idle >= len(self._waiting):
                self._condition.notify()
                return
            if self._threads >= self._most:
                return
            self._threads += 1
        try:
            threading.Thread(target=self._work, name=self._name, daemon=True).start()
        except RuntimeError:
            with self._condition:
                self._threads -= 1
                if self._threads:
                    # another one comes to it
                    return
                self._waiting.pop(key, None)
            raise

    def withdraw(self, key: str) -> bool:
        """Takes back what waits for a thread; returns whether it did."""
        with self._condition:
            return self._waiting.pop(key, None) is not None

    def _work(self) -> None:
        while True:
            with self._condition:
                self._idle += 1
                self._condition.wait_for(lambda: bool(self._waiting), self._idle_time)
                self._idle -= 1
                if not self._waiting:
                    self._threads -= 1
                    return
                start = self._waiting.pop(next(iter(self._waiting)))
            try:
                start()
            except Exception:
                _logger.exception("Error while starting a command")
            # it holds on to its run, and the next one may not come for long
            del start
