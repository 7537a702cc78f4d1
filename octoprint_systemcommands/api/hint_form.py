"""The form of what is said of the reason of a failure."""

from typing import NamedTuple


class Text(NamedTuple):
    """What to say of a reason; format strings.

    Attributes:
        code: of the reason
        text: for all
        detail: what those are told in addition who may edit commands, if its values are
            known
        asks: all others are to ask an administrator
    """

    code: str
    text: str
    detail: str = ""
    asks: bool = False
