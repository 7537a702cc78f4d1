"""When an output was read, so that its lines can have times."""

import struct
import time
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Optional

# What is read within this time, in s, has the same one. It is as often as viewers are told.
_INTERVAL = 0.1

# Per run; each is 16 bytes in memory
MAX_MARKS = 1000

# What is no date any more, in ms since the epoch
_FAR_FUTURE = 250_000_000_000_000

_EPOCH = datetime(1970, 1, 1)


class Mark(NamedTuple):
    """When something was read.

    Attributes:
        offset: of its first byte
        seconds: since the epoch
    """

    offset: int
    seconds: float


class Times:
    """Marks of one output, in the order of their offsets. Not for several threads."""

    def __init__(self) -> None:
        self._offsets = array("Q")
        self._seconds = array("d")
        self._next = 0.0
        # by the clock of the beginning, which a change of the time does not turn back
        self._epoch = time.time() - time.monotonic()

    def note(self, offset: int, gap_start: int, gap_end: int) -> None:
        """Marks what begins at an offset and has just been read.

        Arguments:
            offset: not before that of the last one
            gap_start, gap_end: offsets between which nothing is kept
        """
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _INTERVAL
        if len(self._offsets) >= MAX_MARKS:
            self._forget_some(gap_start, gap_end)
        self._offsets.append(offset)
        self._seconds.append(self._epoch + now)

    def _forget_some(self, gap_start: int, gap_end: int) -> None:
        first = bisect_right(self._offsets, gap_start)
        # the one that tells the time at the gap's end stays
        last = bisect_right(self._offsets, gap_end) - 1
        # what was just said is looked at more closely than what is long ago
        where = slice(first, last) if first < last else slice(1, MAX_MARKS // 2, 2)
        del self._offsets[where], self._seconds[where]

    def clear(self) -> None:
        """Forgets all of them."""
        del self._offsets[:], self._seconds[:]

    def marks(self) -> list[Mark]:
        """All that are left."""
        return list(map(Mark, self._offsets, self._seconds))


def cut(
    pieces: Iterable[Any], marks: list[Mark]
) -> Iterator[tuple[Any, Optional[float]]]:
    """Pieces of an output, cut where they are marked, each with its time.

    Arguments:
        pieces: each an `octoprint_systemcommands.runs.output.capture.Piece`
        marks: in the order of their offsets
    """
    offsets = [mark.offset for mark in marks]
    for piece in pieces:
        start, end = piece.offset, piece.offset + len(piece.data)
        index = bisect_right(offsets, start) - 1
        while start < end:
            stop = min([end, *offsets[index + 1 : index + 2]])
            data = piece.data[start - piece.offset : stop - piece.offset]
            seconds = marks[index].seconds if index >= 0 else None
            yield piece._replace(offset=start, data=data), seconds
            start = stop
            index += 1


def pack_marks(marks: list[Mark]) -> bytes:
    """Makes what the history stores."""
    numbers = [
        *(mark.offset for mark in marks),
        # cut off as `iso` does
        *(max(0, round(mark.seconds * 1_000_000) // 1000) for mark in marks),
    ]
    return zlib.compress(struct.pack(f">{len(numbers)}Q", *numbers), 1)


def unpack_marks(packed: Any, max_offset: int) -> list[Mark]:
    """The inverse of `pack_marks`. What is damaged is none: nobody needs them."""
    try:
        # one byte too many tells that there is too much
        data = zlib.decompressobj().decompress(packed, 16 * MAX_MARKS + 1)
        numbers = struct.unpack(f">{len(data) // 8}Q", data)
    except (zlib.error, struct.error, TypeError):
        return []
    half = len(numbers) // 2
    offsets, moments = numbers[:half], numbers[half:]
    if (
        len(offsets) != len(moments)
        or list(offsets) != sorted(offsets)
        or max(offsets, default=0) >= max_offset
        or max(moments, default=0) >= _FAR_FUTURE
    ):
        return []
    return [Mark(offset, moment / 1000) for offset, moment in zip(offsets, moments)]


def iso(seconds: Optional[float]) -> Optional[str]:
    """Seconds since the epoch in ISO 8601, UTC."""
    if seconds is None:
        return None
    # without a time zone, whose offset would only be cut off again: lists have many of these
    moment = _EPOCH + timedelta(seconds=seconds)
    return moment.isoformat(timespec="milliseconds") + "Z"
