"""How fast the output of commands is read, which decides how much of the interpreter's time
is left for the communication with the printer."""

from collections.abc import Callable
from typing import Protocol

from .process import FULL_PIPE

# How long the pipes are left alone after a read, in seconds. While printing this is what
# keeps a flood of output away from the communication with the printer: a large pipe that
# is emptied 20 times a second costs next to nothing. Else a flood is read as fast as it
# comes, and single lines are collected for a moment.
_PAUSE_WHILE_PRINTING = 0.05
_PAUSE_IN_FLOOD = 0.0003
_PAUSE = 0.001

# Whatever is done with the output, secrets looked for say, it takes a tenth of the time; but
# nobody's output or end has to wait for much longer than this because of that
_SHARE_WHILE_PRINTING = 10
_MAX_PAUSE = 0.07


class Pace(Protocol):
    """How long to leave pipes alone. They fill up meanwhile, and then the processes have to
    wait. Times are in seconds."""

    def of_all(self, read: int, spent: float) -> float:
        """How long to leave all of them alone after a round, in which so many bytes were
        read and so much processor time was spent."""

    def of_one(self, spent: float) -> float:
        """How long to leave a process alone whose output has taken so much processor
        time."""


class PrintersFirst:
    """The pace of a `Watcher` that gives way to the communication with the printer.

    Arguments:
        is_printing: tells whether a print is under way; must be very quick
    """

    def __init__(self, is_printing: Callable[[], bool]):
        self._is_printing = is_printing

    def of_all(self, read: int, spent: float) -> float:
        """See `Pace`."""
        if self._is_printing():
            wanted = max(_PAUSE_WHILE_PRINTING, _SHARE_WHILE_PRINTING * spent)
            return min(_MAX_PAUSE, wanted)
        return _PAUSE_IN_FLOOD if read >= FULL_PIPE else _PAUSE

    def of_one(self, spent: float) -> float:
        """See `Pace`."""
        return _SHARE_WHILE_PRINTING * spent if self._is_printing() else 0
