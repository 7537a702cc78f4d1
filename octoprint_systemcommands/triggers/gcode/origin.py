"""Where a line of G-code comes from, as OctoPrint's tags tell it."""

import re
import time
from collections.abc import Callable, Collection, Iterable
from typing import NamedTuple, Optional

from ...messages import N_, Message

_FILE_LINE = re.compile(r"fileline:([0-9]{1,10})")

# How long it takes for granted what the print is, in seconds: OctoPrint takes long to tell it
_MOMENT = 0.5

# OctoPrint gives the latter to what belongs to the print without standing in its file, such
# as its scripts. A script that somebody has asked for by the API has it not.
_OF_PRINT = frozenset(("source:file", "source:job"))


class Print:
    """One print, as far as its lines want to know.

    Attributes:
        is_done: all lines of its file were sent, so that it can no longer be called off
        is_called_off: it was cancelled, or has ended in some other way before it was done
    """

    def __init__(self) -> None:
        self.is_done = False
        self.is_called_off = False

    def is_over(self) -> None:
        """It has ended, whichever way."""
        self.is_called_off = not self.is_done


class Origin(NamedTuple):
    """Where a line comes from.

    Attributes:
        print: the one that it belongs to, since it stands in its file or in one of its scripts
        number: in the file, in which OctoPrint counts neither comments nor empty lines; None
            if it is not in one
        user: who has begun the print; None if nobody knows, and for all other lines
        file: the one that is printed, if the line is of a print
    """

    print: Optional[Print] = None
    number: Optional[int] = None
    user: Optional[str] = None
    file: Optional[str] = None

    @property
    def is_of_print(self) -> bool:
        """Whether it belongs to a print."""
        return self.print is not None

    @property
    def reason(self) -> Message:
        """Why something is run, for the history."""
        if not self.is_of_print:
            return Message(N_("A line of G-code"))
        values = {"file": self.file or "?", "line": str(self.number)}
        if self.number is None:
            return Message(N_("A script of the print of %(file)s"), values)
        # as OctoPrint counts
        return Message(N_("Line %(line)s of %(file)s (comments not counted)"), values)


class Origins:
    """Tells where lines come from.

    Arguments:
        job: who has begun the print and the path of its file; None for what is not known
    """

    def __init__(self, job: Callable[[], tuple[Optional[str], Optional[str]]]):
        self._job = job
        self._print = Print()
        # what was known last of it
        self._known: tuple[Optional[str], Optional[str]] = None, None
        self._asked = float("-inf")

    def print_begins(self) -> None:
        """What was known of the print before must not be told of this one."""
        self._print.is_over()
        self._print = Print()
        self._known = None, None
        self._asked = float("-inf")

    def print_is_done(self) -> None:
        """All lines of the file were sent."""
        self._print.is_done = True

    def print_was_cancelled(self) -> None:
        """What comes from here on, OctoPrint's script for this case, is wanted."""
        self._print.is_over()
        self._print = Print()
        self._print.is_done = True

    def of(self, tags: Optional[Collection[str]]) -> Origin:
        """Where a line comes from that is being processed."""
        if not tags or not is_of_print(tags):
            return Origin()
        now = time.monotonic()
        if now >= self._asked + _MOMENT:
            self._asked = now
            self._ask()
        return Origin(self._print, number_of(tags), *self._known)

    def _ask(self) -> None:
        user, file = self._job()
        # OctoPrint 2.0 forgets the user before the last scripts of a print
        if user is not None or self._known[1] != file:
            self._known = user, file


def number_of(tags: Iterable[str]) -> Optional[int]:
    """The number of a line in its file; None if it is not in one."""
    found = (match[1] for tag in tags if (match := _FILE_LINE.fullmatch(tag)))
    number = next(found, None)
    return None if number is None else int(number)


def is_of_print(tags: Iterable[str]) -> bool:
    """Whether a line belongs to the print."""
    return not _OF_PRINT.isdisjoint(tags)
