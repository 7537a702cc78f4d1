"""Lengths of time as people write them: ``90 s``, ``10 min``, ``2 h``, ``1 d``."""

import re
from typing import Any

from ...messages import N_, MessageError

_UNITS = {"d": 86400.0, "h": 3600.0, "min": 60.0, "s": 1.0}
_PART = r"\s*([0-9]{1,9}(?:\.[0-9]{1,9})?)\s*(d|h|min|s)"
_ONE_PART = re.compile(_PART)
# more than anybody waits; NaN is not less, either
_TOO_MUCH = 1e12
_ALL_PARTS = re.compile(rf"(?:{_PART})+\s*")


class NotADuration(MessageError, ValueError):
    """Something is no length of time; says what to do."""


def seconds(value: Any) -> float:
    """A length of time in seconds.

    Arguments:
        value: a number of seconds, or a text such as ``10 min`` or ``1 h 30 min``

    Raises:
        NotADuration
    """
    if isinstance(value, str):
        if _ALL_PARTS.fullmatch(value):
            parts = _ONE_PART.findall(value)
            return sum(float(number) * _UNITS[unit] for number, unit in parts)
    elif _is_number(value) and 0 <= value < _TOO_MUCH:
        return float(value)
    raise NotADuration(
        N_("is no length of time: write it as in 90 s, 10 min, 2 h or 1 d")
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def text(duration: float) -> str:
    """A length of time in the largest unit of which it is a whole number.

    Arguments:
        duration: in seconds, not negative
    """
    if duration == 0:
        return "0 s"
    for unit, size in _UNITS.items():
        if duration % size == 0:
            return f"{int(duration / size)} {unit}"
    return f"{duration:g} s"
