"""Takes secrets out of what a command writes, before anybody or anything can see it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Optional, Union

from .capture import Capture
from .occurrences import Span, begins_at_the_end, families
from .secret_forms import forms

_MASK = b"***"

# bytes that are looked at together
_PIECE = 64 * 1024

# What is longer is not simply replaced: before Python 3.10, `bytes.replace` may compare all
# of it at each place
_SHORT = 64

# Texts that are looked for to see whether secrets overlap
_MAX_JOINTS = 20


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
        written = {form for secret in secrets for form in forms(secret)}
        # the longest first, since one may be a part of another
        self._forms = sorted(written, key=len, reverse=True)
        self._joints = _joints(self._forms)
        self._families = families(self._forms)
        self._held: dict[str, _Held] = {}

    def write(self, stream: str, data: Union[bytes, memoryview]) -> None:
        """See `Capture.write`."""
        # in pieces, so that what is found in them does not fill the memory
        for start in range(0, len(data), _PIECE):
            held, masked = self._held.pop(stream, _Held())
            known = held + bytes(data[start : start + _PIECE])
            text, rest = self._take_out(known, masked)
            if text:
                self._capture.write(stream, text)
            if rest.data:
                self._held[stream] = rest

    def close(self) -> None:
        """Writes what was held back: there is nothing more to come."""
        for stream, (data, masked) in self._held.items():
            text, _ = self._take_out(data, masked, is_last=True)
            if text:
                self._capture.write(stream, text)
        self._held.clear()

    def _take_out(
        self, known: bytes, masked: int, is_last: bool = False
    ) -> tuple[bytes, _Held]:
        """What can be written of what is known, and what has to wait."""
        joints = self._joints
        if joints is not None and not masked:
            cut = len(known)
            if not is_last:
                cut = min((begins_at_the_end(f, known) for f in self._forms), default=cut)
            if not self._overlap(joints, known, cut):
                # Quick, also with a flood of secrets: while this is at work, the
                # interpreter is held from the communication with the printer.
                text = known[:cut]
                for form in self._forms:
                    text = text.replace(form, _MASK)
                return text, _Held(known[cut:])

        found: list[Span] = []
        cut = min(family.find(known, found) for family in self._families)
        found.sort()
        return _mask_together(known, found, masked, len(known) if is_last else cut)

    def _overlap(self, joints: set[bytes], known: bytes, cut: int) -> bool:
        """Whether secrets overlap each other, or one of them a cut."""
        return any(joint in known for joint in joints) or (
            cut < len(known)
            and any(
                form in known[max(0, cut - len(form) + 1) : cut + len(form) - 1]
                for form in self._forms
            )
        )


def _mask_together(
    known: bytes, found: Sequence[Span], masked: int, cut: int
) -> tuple[bytes, _Held]:
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
    return b"".join(parts), _Held(known[cut:], max(0, position - cut))


def _joints(forms: Sequence[bytes]) -> Optional[set[bytes]]:
    """What is there if two secrets overlap: one begins within another and goes on behind it.
    Without that, one can be a part of another at most, and be replaced.

    Arguments:
        forms: the secrets, the longest first

    Returns:
        None if there may be something else or there is too much to look for
    """
    if forms and len(forms[0]) > _SHORT:
        return None
    if any(b"*" in form for form in forms):
        # masks look like a part of it
        return None
    beginnings: dict[bytes, list[bytes]] = {}
    for form in forms:
        for size in range(1, len(form)):
            beginnings.setdefault(form[:size], []).append(form)
    joints = set()
    for form in forms:
        for start in range(1, len(form)):
            for following in beginnings.get(form[start:], ()):
                joints.add(form[:start] + following)
                if len(joints) > _MAX_JOINTS:
                    return None
    return joints
