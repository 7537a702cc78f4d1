"""Something that has happened, which rules may wait for, and what commands learn of it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

# A payload is anybody's: so many values are kept of it, and so many characters, which is as
# much as a pending run may keep over a restart
_MAX_VALUES = 300
_MAX_TEXT = 5 * 1024
_MAX_DEPTH = 6


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


def copied(payload: Any) -> dict[str, Any]:
    """A copy of what an event says, as JSON knows it: whoever has fired it may go on to
    change it. Of what is very long or deep only the beginning; quick."""
    if payload is None:
        return {}
    copy = _Copy()
    if isinstance(payload, Mapping):
        return copy.of_mapping(payload, 0)
    return {"value": copy.of(payload, 0)}


class _Copy:
    def __init__(self) -> None:
        self._values = _MAX_VALUES
        self._characters = _MAX_TEXT

    def of(self, value: Any, depth: int) -> Any:
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int):
            # a number may be of any length
            return value if -(2**63) <= value < 2**64 else self._text(hex(value))
        if isinstance(value, float):
            # JSON has no numbers for infinity and the like
            return value if value - value == 0 else str(value)
        if isinstance(value, str):
            return self._text(value)
        if depth < _MAX_DEPTH and isinstance(value, Mapping):
            return self.of_mapping(value, depth + 1)
        if depth < _MAX_DEPTH and isinstance(value, (list, tuple, set, frozenset)):
            # another thread may be changing it just now
            return [
                self.of(part, depth + 1) for part in tuple(value) if self._has_place()
            ]
        return f"<{type(value).__name__}>"

    def of_mapping(self, mapping: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        return {
            self._text(str(key)): self.of(mapping.get(key), depth)
            for key in tuple(mapping)
            if self._has_place()
        }

    def _has_place(self) -> bool:
        self._values -= 1
        return self._values >= 0 and self._characters > 0

    def _text(self, text: str) -> str:
        if len(text) > self._characters:
            text = f"{text[: self._characters]}…"
        self._characters -= len(text)
        # half a character cannot be stored
        return text.encode("utf-8", "replace").decode()
