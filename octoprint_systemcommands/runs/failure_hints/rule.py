"""One way in which programs put the reason of a failure, and what such patterns consist of."""

import re
from typing import NamedTuple, Optional

OPEN = r"[‘'\"`„»]?"
CLOSE = r"[’'\"“«]?"
# a name that a message is about
NAME = r"[^\s:‘’'\"`„“»«\x00-\x1f\x7f]{1,300}"


class Rule(NamedTuple):
    """How one reason shows itself.

    Attributes:
        code: of the hint
        pattern: is looked for in a line; its named groups are the hint's values
        exit_codes: the return codes that it goes with; None stands for all but 0
        on_stdout: it is said there, while stderr has something else
        of_here: only what is on this machine can be meant, and not the other side of ssh
            or the inside of a container
    """

    code: str
    pattern: re.Pattern
    exit_codes: Optional[frozenset[int]] = None
    on_stdout: bool = False
    of_here: bool = False


def rules(
    code: str, *patterns: str, exit_codes: tuple = (), **kwargs: bool
) -> list[Rule]:
    """The same reason in several words, see `Rule`."""
    codes = frozenset(exit_codes) or None
    return [Rule(code, re.compile(p), codes, **kwargs) for p in patterns]
