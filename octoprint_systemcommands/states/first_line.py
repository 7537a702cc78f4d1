"""The first line of an output, as a text that can stand anywhere."""

import re
from typing import Optional

# Characters that are shown
_MAX_LENGTH = 200

# Colours and the like, links included
_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])"
)
# and what else a terminal, or a page, would obey to, or is nothing to be seen: directions of
# text, and the mark that files of Windows begin with, among them
_CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)


def first_line(data: bytes) -> Optional[str]:
    """The first line that has something in it; None if there is none.

    Arguments:
        data: the beginning of an output
    """
    for line in data.decode("utf-8", "replace").splitlines():
        text = _CONTROL.sub("", _SEQUENCE.sub("", line)).strip()
        if text:
            return text[:_MAX_LENGTH]
    return None
