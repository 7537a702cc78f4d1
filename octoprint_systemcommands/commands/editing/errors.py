"""What keeps definitions from being saved."""

from collections.abc import Sequence

from ...messages import N_, MessageError
from ..problems import Problem

_STALE = N_("Somebody else has saved commands meanwhile. Nothing was changed.")
_NOT_WRITTEN = N_(
    "The commands could not be saved, nothing was changed: %(error)s. Check that there is "
    "space left on the disk."
)


class Stale(MessageError):
    """Somebody else has saved meanwhile.

    Arguments:
        text: says so
    """

    def __init__(self, text: str = _STALE) -> None:
        super().__init__(text)


class Invalid(Exception):
    """Some entries cannot be saved; nothing was.

    Attributes:
        problems: of each entry
    """

    def __init__(self, problems: Sequence[list[Problem]]):
        super().__init__("Some entries cannot be saved")
        self.problems = problems


class NotWritten(MessageError):
    """The disk does not take it; nothing was changed.

    Arguments:
        error: why
        text: says so
    """

    def __init__(self, error: object, text: str = _NOT_WRITTEN):
        super().__init__(text, error=error)
