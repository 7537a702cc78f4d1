"""Takes secrets out of what a command writes, before anybody or anything can see it."""

import json
from collections.abc import Iterable
from typing import Union
from urllib.parse import quote, quote_plus

from .output import Capture

_MASK = b"***"


class MaskedCapture:
    """Writes to a `Capture` what is left without the secrets.

    A secret that comes in several pieces is found as well: what may be the beginning of one
    is held back until it is known. Each stream is looked at by itself.

    Arguments:
        capture: gets the rest
        secrets: what nobody may see
    """

    def __init__(self, capture: Capture, secrets: Iterable[str]):
        self._capture = capture
        # the longest first, since one may be a part of another
        self._forms = sorted(
            {form for secret in secrets for form in _forms(secret)}, key=len, reverse=True
        )
        self._held: dict[str, bytes] = {}

    def write(self, stream: str, data: Union[bytes, memoryview]) -> None:
        """See `Capture.write`."""
        known = self._held.pop(stream, b"") + bytes(data)
        cut = self._end_of_what_is_known(known)
        if cut < len(known):
            self._held[stream] = known[cut:]
        self._pass_on(stream, known[:cut])

    def close(self) -> None:
        """Writes what was held back: there is nothing more to come."""
        for stream, data in self._held.items():
            self._pass_on(stream, data)
        self._held.clear()

    def _pass_on(self, stream: str, data: bytes) -> None:
        # a regular expression of them all would take ten times as long, with the
        # interpreter held from the printer's communication
        for form in self._forms:
            data = data.replace(form, _MASK)
        if data:
            self._capture.write(stream, data)

    def _end_of_what_is_known(self, data: bytes) -> int:
        """Where the longest end begins that may be the beginning of a secret."""
        cut = min(
            (_begins_at_the_end(form, data) for form in self._forms), default=len(data)
        )
        # nor may the cut go through a secret that is complete
        for form in self._forms:
            found = data.find(form, max(0, cut - len(form) + 1), cut + len(form) - 1)
            if found != -1:
                cut = found
        return cut


def _begins_at_the_end(form: bytes, data: bytes) -> int:
    position = data.find(form[:1], max(0, len(data) - len(form) + 1))
    while position != -1:
        if form.startswith(data[position:]):
            return position
        position = data.find(form[:1], position + 1)
    return len(data)


def _forms(secret: str) -> Iterable[bytes]:
    """The ways in which programs commonly write a text."""
    yield secret.encode()
    # in URLs and forms
    yield quote(secret, safe="").encode()
    yield quote_plus(secret).encode()
    # in JSON
    yield json.dumps(secret)[1:-1].encode()
    yield json.dumps(secret, ensure_ascii=False)[1:-1].encode()
    # as the shell's "set -x" and Python's shlex show it
    yield secret.replace("'", "'\\''").encode()
    yield secret.replace("'", "'\"'\"'").encode()
