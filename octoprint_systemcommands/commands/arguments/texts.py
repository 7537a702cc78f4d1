"""Values that were written as texts: in a line of G-code, or on the command line."""

import re
from typing import Any

_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?([0-9]{1,18}(\.[0-9]{0,18})?|\.[0-9]{1,18})")
_TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0")


def as_value(type_: str, text: str) -> Any:
    """A text as a value that an argument takes. What cannot be one stays a text, and is
    refused as such.

    Arguments:
        type_: of the argument
        text: as it was written
    """
    if type_ == "number":
        if _WHOLE.fullmatch(text):
            return int(text)
        return float(text) if _NUMBER.fullmatch(text) else text
    if type_ == "toggle":
        if text.lower() in _TRUE:
            return True
        return False if text.lower() in _FALSE else text
    return text
