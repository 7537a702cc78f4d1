"""File descriptors: whether there are enough, and a few that are kept for need."""

import contextlib
import errno
import os
import threading
from collections.abc import Iterator
from typing import Callable, Optional, TypeVar

# To start a process takes less than ten for a moment. The others are for requests, which
# have to be answered as well.
_ENOUGH = 16

# To look at a process and to send it a signal takes two
_RESERVE = 4

_Answer = TypeVar("_Answer")


def is_shortage(error: OSError) -> bool:
    """Whether something failed for want of a file descriptor."""
    return error.errno in (errno.EMFILE, errno.ENFILE)


def ensure_enough() -> None:
    """To be called before a process is started, which leaks some if it fails half-way.

    Raises:
        OSError: if there are too few
    """
    opened: list[int] = []
    try:
        opened.append(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))
        while len(opened) < _ENOUGH:
            opened.append(os.dup(opened[0]))
    finally:
        for fd in opened:
            os.close(fd)


def open_pidfd(pid: int) -> Optional[int]:
    """A file descriptor of a process, None where that is not to be had."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        # not Linux, or one before 5.3
        return None


class Reserve:
    """File descriptors that nobody else takes until they are needed: without any, no process
    can be looked at, and thus none can be ended."""

    def __init__(self):
        self._lock = threading.Lock()
        self._kept: list[int] = []
        self._fill()

    def used_for(self, function: Callable[[], _Answer]) -> _Answer:
        """Calls a function, and only if it fails for want of file descriptors once more, with
        these set free: then it has to wait for others that need them as well.

        Arguments:
            function: what it has done before it fails may be done again
        """
        try:
            return function()
        except OSError as error:
            if not is_shortage(error):
                raise
        with self.released():
            return function()

    @contextlib.contextmanager
    def released(self) -> Iterator[None]:
        """Sets them free for as long as a block takes, for one thread at a time."""
        with self._lock:
            while self._kept:
                os.close(self._kept.pop())
            try:
                yield
            finally:
                self._fill()

    def _fill(self) -> None:
        # what somebody else has taken meanwhile is there again the next time, perhaps
        with contextlib.suppress(OSError):
            while len(self._kept) < _RESERVE:
                self._kept.append(os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC))
