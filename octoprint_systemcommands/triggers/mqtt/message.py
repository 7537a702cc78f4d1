"""What a message asks for."""

import json
from typing import Any, NamedTuple, Optional

from . import topics

# Bytes of a message, and characters of its id
MAX_SIZE = 16 * 1024
MAX_ID = 200

_FIELDS = frozenset(("id", "arguments", "confirmed", "to"))
_DIRECTIONS = ("on", "off")
TOGGLE = "toggle"


class WrongMessage(ValueError):
    """A message that cannot be followed; says what to do.

    Attributes:
        id: of the message, if it has one
    """

    def __init__(self, text: str, id_: Optional[str] = None):
        super().__init__(text)
        self.id = id_


class Wish(NamedTuple):
    """What a message asks for.

    Attributes:
        id: what the sender calls it; None if it has no name
        to: where to switch a toggle to; None for its opposite, and for other commands
        arguments: values by the name of the argument, not checked yet
        confirmed: the sender knows that a print is under way
    """

    id: Optional[str] = None
    to: Optional[str] = None
    arguments: Any = None
    confirmed: bool = False


def parse(kind: str, payload: bytes) -> Wish:
    """Reads a message.

    Arguments:
        kind: `topics.RUN`, or `topics.SET`, which has to say where to
        payload: nothing or any word for what has to say nothing, ``on``, ``off`` or
            ``toggle``, or a JSON object ``{id, to, arguments, confirmed}``

    Raises:
        WrongMessage
    """
    if len(payload) > MAX_SIZE:
        raise WrongMessage(f"the message is too long: send at most {MAX_SIZE} bytes")
    try:
        text = payload.decode().strip()
    except UnicodeDecodeError:
        raise WrongMessage("the message is no text in UTF-8") from None
    if text.startswith("{"):
        return _of_object(kind, text)
    if kind == topics.SET:
        return Wish(to=_direction(text, None))
    # a button of Home Assistant sends PRESS
    return Wish()


def _of_object(kind: str, text: str) -> Wish:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise WrongMessage("the message is no JSON object, but begins like one") from None
    id_ = _id(found.get("id"))
    unknown = sorted(found.keys() - _FIELDS)
    if unknown:
        known = ", ".join(sorted(_FIELDS))
        raise WrongMessage(f'there is no "{unknown[0][:50]}" in a message: {known}', id_)
    confirmed = found.get("confirmed", False)
    if not isinstance(confirmed, bool):
        raise WrongMessage('"confirmed" has to be true or false', id_)
    to = found.get("to")
    if kind == topics.SET or to is not None:
        to = _direction(to, id_)
    return Wish(id_, to, found.get("arguments"), confirmed)


def _id(value: Any) -> Optional[str]:
    if value is None:
        return None
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if not (isinstance(value, str) or is_number) or len(str(value)) > MAX_ID:
        raise WrongMessage(f'"id" has to be a text of at most {MAX_ID} characters')
    return str(value)


def _direction(value: Any, id_: Optional[str]) -> Optional[str]:
    word = value.lower() if isinstance(value, str) else None
    if word == TOGGLE:
        return None
    if word not in _DIRECTIONS:
        raise WrongMessage("say where to switch to: on, off or toggle", id_)
    return word
