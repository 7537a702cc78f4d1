"""What keeps definitions from being saved."""

from collections.abc import Sequence

from ...messages import N_, MessageError
from ..problems import Problem


class Stale(MessageError):
    """Somebody else has saved meanwhile."""

    def __init__(self) -> None:
        super().__init__(
            N_("Somebody else has saved commands meanwhile. Nothing was changed.")
        )


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
    """

    def __init__(self, error: object):
        super().__init__(
            N_(
                "The commands could not be saved, nothing was changed: %(error)s. Check "
                "that there is space left on the disk."
            ),
            error=error,
        )
