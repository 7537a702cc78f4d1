"""What is said to people: a text and its values, translated once, for whoever asks.

Only what answers somebody knows their language, so everything else hands on a `Message`, or
raises an error that carries one. As a text, both are English, which is for logs and tests.
"""

from collections.abc import Mapping
from typing import Any, Callable, NamedTuple


def N_(text: str) -> str:
    """Marks a text for translation."""
    return text


class Message(NamedTuple):
    """Something to be said in the language of who asks.

    Attributes:
        text: in English; a format string, if there are values
        values: for the format string
    """

    text: str
    values: Mapping[str, Any] = {}

    def __str__(self) -> str:
        return self.translated(lambda text: text)

    def translated(self, gettext: Callable[[str], str]) -> str:
        """Its words.

        Arguments:
            gettext: translates a text
        """
        text = gettext(self.text)
        return text % self.values if self.values else text


class MessageError(Exception):
    """An error that says to people what is wrong and what to do.

    Arguments:
        text: in English; a format string, if there are values
        values: for the format string

    Attributes:
        message: both
    """

    def __init__(self, text: str, **values: Any):
        self.message = Message(text, {name: str(value) for name, value in values.items()})
        super().__init__(str(self.message))
