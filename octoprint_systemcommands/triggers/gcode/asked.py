"""A line of G-code that asks for a command and waits for its turn."""

from typing import Any, NamedTuple, Optional, Union

from . import connection, holds
from .holds import Hold
from .line import Line, Octo, WrongLine
from .origin import Origin


class CalledOff(Exception):
    """Nobody wants any more what a line asks for, and why."""


class Asked(NamedTuple):
    """A line that waits for its turn.

    Attributes:
        wanted: what it asks for; an error if it is not to be run
        text: the line as it stands
        origin: where it comes from
        comm: OctoPrint's communication with the printer that it came by
        hold: the hold of the job that waits for it
        not_held: why there is none although the line wants one
    """

    wanted: Union[Line, Octo, WrongLine, CalledOff]
    text: str
    origin: Origin
    comm: Any
    hold: Optional[Hold] = None
    not_held: Optional[str] = None

    @property
    def subject(self) -> str:
        """What to call it."""
        return self.wanted.action if isinstance(self.wanted, Line) else self.text

    def ensure_wanted(self) -> None:
        """A print that is over before it was done takes its lines with it. The scripts for
        its end do not go with it, and neither does what somebody has typed.

        Raises:
            CalledOff
        """
        is_cancelled = self.hold is not None and self.hold.reason == holds.CANCELLED
        of_print = self.origin.print
        if of_print is not None and not of_print.is_done:
            is_in_file = self.origin.number is not None
            is_cancelled |= is_in_file and connection.is_cancelling(self.comm)
            is_cancelled |= of_print.is_called_off
            if not is_cancelled and connection.is_closed(self.comm):
                raise CalledOff("the print was interrupted")
        if is_cancelled:
            raise CalledOff("the print was cancelled")
