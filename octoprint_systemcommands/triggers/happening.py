"""Something that has happened, which rules may wait for, and what commands learn of it."""

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

# A payload is anybody's: this much of it is kept
_MAX_NODES = 300
_MAX_DEPTH = 6
_MAX_TEXT = 4096

# Characters of the variables of one happening, all in all. A pending run keeps them over a
# restart, where it has 64 KB for all that it needs.
_MAX_ENVIRONMENT = 16 * 1024

_PREFIX = "OCTOPRINT_EVENT"


class Happening(NamedTuple):
    """Something that has happened.

    Attributes:
        kind: what: one of `events.MEANINGS`, or the name of an event of OctoPrint's
        payload: what is known of it; a copy
        at: when, in seconds since the epoch
        chain: the ids of the rules because of which it has happened, the first one first
    """

    kind: str
    payload: Mapping[str, Any] = {}
    at: float = 0.0
    chain: tuple[str, ...] = ()

    def environment(self) -> dict[str, str]:
        """What a command learns of it: ``OCTOPRINT_EVENT``, ``OCTOPRINT_EVENT_<KEY>`` for
        texts, numbers and the like, and ``OCTOPRINT_EVENT_JSON`` with everything. What is
        too long for a variable is left out."""
        variables = {
            _variable(key): _clean(_as_text(value))
            for key, value in self.payload.items()
            if value is None or isinstance(value, (str, int, float))
        }
        # the document comes last, so that it counts if a key is called like it
        variables[f"{_PREFIX}_JSON"] = json.dumps(self.payload, ensure_ascii=True)
        result = {_PREFIX: _clean(self.kind)}
        left = _MAX_ENVIRONMENT
        for name, value in variables.items():
            left -= len(name) + len(value)
            if left >= 0:
                result[name] = value
            else:
                left += len(name) + len(value)
        return result


def copied(payload: Any) -> dict[str, Any]:
    """A copy of what an event says, as JSON knows it: whoever has fired it may go on to
    change it. Of what is very long or deep, only the beginning; very quick."""
    if not isinstance(payload, Mapping):
        return {} if payload is None else {"value": _copied(payload, [_MAX_NODES], 0)}
    return _copied(payload, [_MAX_NODES], 0)


def _copied(value: Any, nodes: list[int], depth: int) -> Any:
    """Arguments:
    nodes: how many more values there may be
    """
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        # JSON has no numbers for these
        return value if value - value == 0 else str(value)
    if isinstance(value, str):
        return value if len(value) <= _MAX_TEXT else f"{value[:_MAX_TEXT]}…"
    if depth == _MAX_DEPTH:
        return "…"
    if isinstance(value, Mapping):
        copy = {}
        # another thread may be changing it just now
        for key in tuple(value):
            nodes[0] -= 1
            if nodes[0] < 0:
                break
            copy[str(key)[:_MAX_TEXT]] = _copied(value.get(key), nodes, depth + 1)
        return copy
    if isinstance(value, (list, tuple, set, frozenset)):
        parts = []
        for part in tuple(value):
            nodes[0] -= 1
            if nodes[0] < 0:
                break
            parts.append(_copied(part, nodes, depth + 1))
        return parts
    return f"<{type(value).__name__}>"


def _variable(key: str) -> str:
    return f"{_PREFIX}_{re.sub('[^A-Z0-9]+', '_', key.upper())}"


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _clean(text: str) -> str:
    # no variable can hold a NUL, nor half a character
    return text.replace("\0", "").encode("utf-8", "replace").decode()
