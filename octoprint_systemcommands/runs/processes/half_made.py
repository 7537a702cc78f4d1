"""Processes that the system is still making: they hang in a folder that does not answer, or
in their interpreter, and have neither a mark yet nor anybody who knows of them."""

import contextlib
import os
import signal
import threading


class Making:
    """What the current thread makes from now on, until it says otherwise.

    Only Linux tells which thread has made a process. Elsewhere nothing is done about them.
    """

    def __init__(self) -> None:
        self._thread = threading.get_native_id()
        # they were begun by earlier runs
        self._others = _children_of(self._thread)

    def kill(self) -> None:
        """Sees to it that it executes nothing, even if what it waits for answers. Must not be
        called when the thread may be at something else already."""
        for pid in _children_of(self._thread) - self._others:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)


def _children_of(thread: int) -> set[int]:
    try:
        with open(f"/proc/self/task/{thread}/children", "rb") as children:
            return {int(pid) for pid in children.read().split()}
    except OSError:
        return set()
