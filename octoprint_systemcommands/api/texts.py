"""What the server says, in the language of who asks."""

from collections.abc import Mapping
from typing import Any, Protocol

from flask_babel import gettext


class Translatable(Protocol):
    """Something with words, such as a `Message` or a `Problem`."""

    @property
    def text(self) -> str: ...

    @property
    def values(self) -> Mapping[str, Any]: ...


def translated(message: Translatable) -> str:
    """Its words."""
    return gettext(message.text, **message.values)
