"""Checks of single values, by what is allowed. What passes is what the command gets."""

import re
import unicodedata
from decimal import Context, Decimal
from functools import lru_cache
from typing import Annotated, Any

from pydantic import StringConstraints, TypeAdapter, ValidationError
from pydantic_core import SchemaError

from ...messages import N_, MessageError

# Beyond this, what JSON says and what a program reads may be two numbers
_MAX_NUMBER = 10**15
_MAX_DIGITS = 40
_EXACT = Context(prec=3 * _MAX_DIGITS)

# Control characters, halves of characters, and what ends a line or paragraph
_NOT_IN_A_LINE = ("Cc", "Cs", "Zl", "Zp")


class WrongValue(MessageError, ValueError):
    """A value that an argument does not take; says what is wrong with it."""


def line(value: Any, max_length: int) -> str:
    """A text of one line and of a limited number of characters.

    Raises:
        WrongValue
    """
    if not isinstance(value, str):
        raise WrongValue(N_("has to be a text"))
    if len(value) > max_length:
        raise WrongValue(N_("must not be longer than %(max)s characters"), max=max_length)
    if any(unicodedata.category(character) in _NOT_IN_A_LINE for character in value):
        raise WrongValue(N_("must not contain control characters"))
    return value


def decimal(value: Any) -> Decimal:
    """A number with the digits that were sent, not those of the nearest binary number.

    Raises:
        WrongValue
    """
    if type(value) not in (int, float) or not -_MAX_NUMBER <= value <= _MAX_NUMBER:
        raise WrongValue(N_("has to be a number"))
    number = Decimal(repr(value))
    if len(plain(number)) > _MAX_DIGITS:
        raise WrongValue(N_("has too many digits"))
    return number


def plain(number: Decimal) -> str:
    """The digits of a number, never with an exponent."""
    text = format(number, "f")
    # what JavaScript calls 5 arrives as 5.0 from others; neither is "-0"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return re.sub(r"^-0$", "0", text)


def is_in_steps(number: Decimal, step: Decimal, start: Decimal) -> bool:
    """Whether a number is reached from a start in whole steps."""
    return not _EXACT.remainder(_EXACT.subtract(number, start), step)


def is_usable(pattern: str) -> bool:
    """Whether something is a regular expression that `matches` takes."""
    try:
        # by itself first: "a)|(b" is only something between the parentheses
        _regex(pattern)
        _full_match(pattern)
    except SchemaError:
        return False
    return True


def matches(pattern: str, text: str) -> bool:
    """Whether all of a text is what a usable pattern describes."""
    try:
        _full_match(pattern).validate_python(text)
    except ValidationError:
        return False
    return True


def _regex(pattern: str) -> TypeAdapter:
    # pydantic's regular expressions take linear time, whatever pattern and text are
    return TypeAdapter(Annotated[str, StringConstraints(pattern=pattern)])


# not many: there are patterns that take up some megabytes
@lru_cache(maxsize=16)
def _full_match(pattern: str) -> TypeAdapter:
    # here, $ is the very end, and not in front of a last newline as well
    return _regex(f"^(?:{pattern})$")
