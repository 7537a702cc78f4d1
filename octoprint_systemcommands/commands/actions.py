"""Actions, by which the entries of lists are told apart, in files and in URLs."""

import re
from typing import Any, Optional
from urllib.parse import quote

from .serialization import to_json

DIVIDER = "divider"

_DIVIDER_KEY = re.compile(r"divider(_\d+)?")


def action_of(entry: Any) -> Optional[str]:
    """The action of a command as it stands in a file or comes from an editor; None if it
    has none that could be one, and for dividers."""
    action = entry.get("action") if isinstance(entry, dict) else None
    if isinstance(action, (int, float)) and not isinstance(action, bool):
        # an unquoted number is taken as it is written
        action = str(to_json(action))
    return action if isinstance(action, str) and action not in ("", DIVIDER) else None


def is_divider_key(action: str) -> bool:
    """Whether an action is a divider's: ``divider``, or ``divider_<n>`` as OctoPrint
    calls them internally."""
    return _DIVIDER_KEY.fullmatch(action) is not None


def url_segment(action: str) -> str:
    """An action as one segment of a path, to be URL-encoded once more by who makes the URL.

    A slash ends a segment even when it is encoded, and `.` and `..` vanish on their way.
    These are encoded twice; `Catalogue.find` undoes what is left of it. So two actions with
    the same segment cannot both be run.
    """
    if "/" in action:
        return quote(action, safe="")
    if action in (".", ".."):
        return action.replace(".", "%2E")
    return action
