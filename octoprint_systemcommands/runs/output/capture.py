"""What is kept of a command's output: its beginning and its end, in bounded memory."""

import struct
import threading
import zlib
from collections import deque
from collections.abc import Iterable
from typing import Any, NamedTuple, Union

from .times import Mark, Times

STDOUT = "stdout"
STDERR = "stderr"

# Both are per run. The beginning tells what was being done, the end how it went.
HEAD_SIZE = 64 * 1024
TAIL_SIZE = 192 * 1024

# A program that writes a byte to each stream in turn makes a piece of every byte
_MAX_PIECES = 4096

# No command writes as much
MAX_OFFSET = 2**62

# More than any output that is kept needs, with its frames. What claims to be more is damaged.
_MAX_UNPACKED = 4 * (HEAD_SIZE + TAIL_SIZE)

# Bytes that are unpacked at a time: what comes before damage is there to be read
_UNPACKED_AT_A_TIME = 256

# offset, stream, number of bytes
_FRAME = struct.Struct(">QcI")
_STREAM_CODES = {STDOUT: b"o", STDERR: b"e"}


class Piece(NamedTuple):
    """Something that one stream said without the other one interrupting it.

    Attributes:
        offset: where it is in all that was written by both streams, in bytes
        stream: `STDOUT` or `STDERR`
        data: the bytes
    """

    offset: int
    stream: str
    data: bytes


class _Growing(NamedTuple):
    """A `Piece` to which its stream may add something still."""

    offset: int
    stream: str
    data: bytearray


class Capture:
    """The beginning and the end of what a command wrote, in the order of arrival.

    One thread writes, any thread reads.

    Arguments:
        head_size: bytes kept from the beginning
        tail_size: bytes kept from the end
    """

    is_damaged = False

    def __init__(self, head_size: int = HEAD_SIZE, tail_size: int = TAIL_SIZE):
        self._head_size = head_size
        self._tail_size = tail_size
        self._head: list[_Growing] = []
        self._tail: deque[_Growing] = deque()
        self._head_kept = 0
        self._tail_kept = 0
        self._head_is_full = False
        self._times = Times()
        self._lock = threading.Lock()
        self.total = 0

    @property
    def kept(self) -> int:
        """Bytes that are there to be read."""
        return self._head_kept + self._tail_kept

    def write(self, stream: str, data: Union[bytes, memoryview]) -> None:
        """Takes in what was read from a stream, which is `STDOUT` or `STDERR`."""
        with self._lock:
            if len(data):
                self._times.note(self.total, *self._gap())
            if not self._head_is_full:
                taken = data[: self._head_size - self._head_kept]
                self._append(self._head, stream, taken)
                self._head_kept += len(taken)
                data = data[len(taken) :]
                self._head_is_full = (
                    self._head_kept == self._head_size or len(self._head) >= _MAX_PIECES
                )
            if len(data):
                # of a chunk that is larger than the tail, only its end can stay
                self.total += max(0, len(data) - self._tail_size)
                data = data[-self._tail_size :]
                self._append(self._tail, stream, data)
                self._tail_kept += len(data)
                self._trim_tail()

    def _append(
        self,
        pieces: Union[list[_Growing], deque[_Growing]],
        stream: str,
        data: Union[bytes, memoryview],
    ) -> None:
        last = pieces[-1] if pieces else None
        if last and last.stream == stream and last.offset + len(last.data) == self.total:
            last.data.extend(data)
        elif len(data):
            pieces.append(_Growing(self.total, stream, bytearray(data)))
        self.total += len(data)

    def _gap(self) -> tuple[int, int]:
        tail = self._tail[0].offset if self._tail else self.total
        return self._head_kept, max(self._head_kept, tail)

    def _trim_tail(self) -> None:
        while self._tail_kept > self._tail_size or len(self._tail) > _MAX_PIECES:
            excess = self._tail_kept - self._tail_size
            oldest = self._tail.popleft()
            if len(oldest.data) > excess and len(self._tail) < _MAX_PIECES:
                del oldest.data[:excess]
                self._tail.appendleft(oldest._replace(offset=oldest.offset + excess))
                self._tail_kept -= excess
            else:
                self._tail_kept -= len(oldest.data)

    def forget(self) -> None:
        """Drops what is kept; the number of bytes that were written stays."""
        with self._lock:
            self._head.clear()
            self._tail.clear()
            self._times.clear()
            self._head_kept = self._tail_kept = 0
            self._head_is_full = True

    def pieces(self, offset: int = 0) -> tuple[list[Piece], int]:
        """What there is from an offset on.

        Returns:
            the pieces in the order of arrival, and the number of bytes written in all.
            Where the offset of a piece is not the end of the one before it, something is
            missing.
        """
        with self._lock:
            found = [
                Piece(
                    max(piece.offset, offset),
                    piece.stream,
                    bytes(piece.data[max(0, offset - piece.offset) :]),
                )
                for pieces in (self._head, self._tail)
                for piece in pieces
                if piece.offset + len(piece.data) > offset
            ]
            return found, self.total

    def times(self) -> list[Mark]:
        """When it was read."""
        with self._lock:
            return self._times.marks()


class StoredOutput:
    """The output of an ended run, as it comes from the history. Reads like a `Capture`.

    Arguments:
        pieces: what there is
        total: number of bytes that were written
        is_damaged: something after the pieces was kept, but cannot be read any more
        times: when it was read, as far as that is known
    """

    def __init__(
        self,
        pieces: list[Piece],
        total: int,
        is_damaged: bool = False,
        times: Iterable[Mark] = (),
    ):
        self._pieces = pieces
        self._times = list(times)
        self.is_damaged = is_damaged
        end = pieces[-1].offset + len(pieces[-1].data) if pieces else 0
        # something is missing, even if the number of bytes is what was damaged
        self.total = max(total, end + is_damaged)

    def pieces(self, offset: int = 0) -> tuple[list[Piece], int]:
        """See `Capture.pieces`."""
        return [
            Piece(
                max(piece.offset, offset),
                piece.stream,
                piece.data[max(0, offset - piece.offset) :],
            )
            for piece in self._pieces
            if piece.offset + len(piece.data) > offset
        ], self.total

    def times(self) -> list[Mark]:
        """See `Capture.times`."""
        return self._times


Output = Union[Capture, StoredOutput]


def pack(pieces: Iterable[Piece]) -> bytes:
    """Makes what the history stores."""
    frames = (
        _FRAME.pack(piece.offset, _STREAM_CODES[piece.stream], len(piece.data))
        + piece.data
        for piece in pieces
    )
    # the fastest level: it is text, which gets small anyway, and the machine may be too
    return zlib.compress(b"".join(frames), 1)


class Damaged(Exception):
    """Not all of a stored output can be read.

    Arguments:
        pieces: those before the damage
    """

    def __init__(self, pieces: list[Piece]):
        super().__init__("a stored output is damaged")
        self.pieces = pieces


def unpack(packed: bytes) -> list[Piece]:
    """The inverse of `pack`.

    Raises:
        Damaged: that is no output, or not all of one
    """
    frames, is_whole = _decompress(packed)
    streams = {code: stream for stream, code in _STREAM_CODES.items()}
    pieces: list[Piece] = []
    position = end = 0
    while len(frames) - position >= _FRAME.size:
        offset, code, size = _FRAME.unpack_from(frames, position)
        if not end <= offset < MAX_OFFSET or code not in streams:
            break
        position += _FRAME.size
        data = frames[position : position + size]
        if data:
            pieces.append(Piece(offset, streams[code], data))
        position += size
        end = offset + size
    if not is_whole or position != len(frames):
        raise Damaged(pieces)
    return pieces


def _decompress(packed: Any) -> tuple[bytes, bool]:
    """As much as possible, and whether that is all."""
    if not isinstance(packed, bytes):
        return b"", False
    decompressor = zlib.decompressobj()
    found = bytearray()
    for start in range(0, len(packed), _UNPACKED_AT_A_TIME):
        part = packed[start : start + _UNPACKED_AT_A_TIME]
        try:
            found += decompressor.decompress(part, _MAX_UNPACKED - len(found))
        except zlib.error:
            return bytes(found), False
        if decompressor.eof or len(found) >= _MAX_UNPACKED:
            break
    return bytes(found), decompressor.eof
