"""Takes secrets out of what a command writes, before anybody or anything can see it."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Union
from urllib.parse import quote, quote_plus

from .output import Capture

_MASK = b"***"

# bytes that are looked at together
_PIECE = 64 * 1024

# What Python, JavaScript and curl leave as it is in a URL, beside letters and digits
_UNQUOTED = ("", "/", "!'()*", "!'()*;,/?:@&=+$#")

# A character in JSON, which most write in lower case
_CODE = re.compile(r"\\u[0-9a-f]{4}")


class _Held(NamedTuple):
    """The end of what a stream has said, of which it is not known yet what it is.

    Attributes:
        data: the bytes
        masked: how many of them belong to a secret that a mask was written for already
    """

    data: bytes = b""
    masked: int = 0


class MaskedCapture:
    """Writes to a `Capture` what is left without the secrets.

    A secret that comes in several pieces is found as well: what may be the beginning of one
    is held back until it is known. Each stream is looked at by itself. Secrets that overlap
    get one mask together.

    Arguments:
        capture: gets the rest
        secrets: what nobody may see
    """

    def __init__(self, capture: Capture, secrets: Iterable[str]):
        self._capture = capture
        # the longest first, since one may be the beginning of another
        self._forms = sorted(
            {form for secret in secrets for form in _forms(secret)}, key=len, reverse=True
        )
        self._may_overlap = _may_overlap(self._forms)
        self._held: dict[str, _Held] = {}

    def write(self, stream: str, data: Union[bytes, memoryview]) -> None:
        """See `Capture.write`."""
        # in pieces, so that what is found in them does not fill the memory
        for start in range(0, len(data), _PIECE):
            self._write(stream, bytes(data[start : start + _PIECE]))

    def _write(self, stream: str, data: bytes) -> None:
        held, masked = self._held.pop(stream, _Held())
        known = held + data
        # the longest end that may be the beginning of a secret has to wait
        cut = min(
            (_begins_at_the_end(form, known) for form in self._forms), default=len(known)
        )
        masked = self._pass_on(stream, known, masked, cut)
        if cut < len(known):
            self._held[stream] = _Held(known[cut:], masked)

    def close(self) -> None:
        """Writes what was held back: there is nothing more to come."""
        for stream, (data, masked) in self._held.items():
            self._pass_on(stream, data, masked, len(data))
        self._held.clear()

    def _pass_on(self, stream: str, known: bytes, masked: int, cut: int) -> int:
        """Writes what is in front of a cut; returns how many bytes behind it are masked."""
        if self._may_overlap:
            text, masked = self._masked_together(known, masked, cut)
        else:
            # Quick, also with a flood of secrets: while this is at work, the interpreter
            # is held from the communication with the printer.
            text, masked = known[:cut], 0
            for form in self._forms:
                text = text.replace(form, _MASK)
        if text:
            self._capture.write(stream, text)
        return masked

    def _masked_together(self, known: bytes, masked: int, cut: int) -> tuple[bytes, int]:
        found = sorted(
            (start, start + len(form))
            for form in self._forms
            for start in _places(form, known)
        )
        parts: list[bytes] = []
        # everything before this is written or masked
        position = masked
        for start, end in found:
            if start >= cut:
                # it is found again together with what comes
                break
            if start >= position:
                parts += known[position:start], _MASK
            position = max(position, end)
        parts.append(known[position:cut])
        return b"".join(parts), max(0, position - cut)


def _begins_at_the_end(form: bytes, data: bytes) -> int:
    position = data.find(form[:1], max(0, len(data) - len(form) + 1))
    while position != -1:
        if form.startswith(data[position:]):
            return position
        position = data.find(form[:1], position + 1)
    return len(data)


def _places(form: bytes, data: bytes) -> Iterator[int]:
    position = data.find(form)
    while position != -1:
        yield position
        position = data.find(form, position + 1)


def _may_overlap(forms: Iterable[bytes]) -> bool:
    """Whether one may begin within another, or look like a mask. If not, one can be the
    beginning of another at most."""
    # said of some that cannot, too, but quickly
    begins = {form[:1] for form in forms}
    return any(
        b"*" in form or any(begin in form[1:] for begin in begins) for form in forms
    )


def _forms(secret: str) -> Iterable[bytes]:
    """The ways in which programs commonly write a text."""
    yield secret.encode()
    # in URLs and forms
    of_browsers = quote_plus(secret, safe="*").replace("~", "%7E")
    for quoted in (
        *(quote(secret, safe) for safe in _UNQUOTED),
        quote_plus(secret),
        of_browsers,
    ):
        yield quoted.encode()
        yield re.sub("%..", lambda code: code[0].lower(), quoted).encode()
    # in JSON
    for ascii_only in (True, False):
        escaped = json.dumps(secret, ensure_ascii=ascii_only)[1:-1]
        for written in (escaped, escaped.replace("/", "\\/"), _for_html(escaped)):
            yield written.encode()
            yield _CODE.sub(
                lambda code: code[0][:2] + code[0][2:].upper(), written
            ).encode()
    # as the shell's "set -x" and Python's shlex show it
    yield secret.replace("'", "'\\''").encode()
    yield secret.replace("'", "'\"'\"'").encode()
    yield re.sub("'+", lambda quotes: f"'\"{quotes[0]}\"'", secret).encode()


def _for_html(escaped: str) -> str:
    """As Go writes JSON, so that it can stand in HTML."""
    for character in "&<>":
        escaped = escaped.replace(character, f"\\u{ord(character):04x}")
    return escaped
