"""What is kept of a command's output: its beginning and its end, in bounded memory."""

import threading
from collections import deque
from typing import Union

STDOUT = "stdout"
STDERR = "stderr"

# Both are per run. The beginning tells what was being done, the end how it went.
HEAD_SIZE = 64 * 1024
TAIL_SIZE = 192 * 1024

# A program that writes a byte to each stream in turn makes a piece of every byte
_MAX_PIECES = 4096

_Piece = tuple[str, bytearray]


class Capture:
    """The beginning and the end of what a command wrote, in the order of arrival.

    One thread writes, any thread reads.

    Arguments:
        head_size: bytes kept from the beginning
        tail_size: bytes kept from the end
    """

    def __init__(self, head_size: int = HEAD_SIZE, tail_size: int = TAIL_SIZE):
        self._head_size = head_size
        self._tail_size = tail_size
        self._head: list[_Piece] = []
        self._tail: deque[_Piece] = deque()
        self._head_kept = 0
        self._tail_kept = 0
        self._head_is_full = False
        self._lock = threading.Lock()
        self._written = {STDOUT: 0, STDERR: 0}

    @property
    def total(self) -> int:
        """Bytes that the command wrote."""
        return sum(self._written.values())

    @property
    def kept(self) -> int:
        """Bytes that are there to be read."""
        return self._head_kept + self._tail_kept

    @property
    def dropped(self) -> int:
        """Bytes that were dropped between beginning and end."""
        return self.total - self.kept

    def write(self, stream: str, data: Union[bytes, memoryview]) -> None:
        """Takes in what was read from a stream, which is `STDOUT` or `STDERR`."""
        with self._lock:
            self._written[stream] += len(data)
            if not self._head_is_full:
                room = self._head_size - self._head_kept
                taken = data[:room]
                _append(self._head, stream, taken)
                self._head_kept += len(taken)
                data = data[room:]
                self._head_is_full = (
                    self._head_kept == self._head_size or len(self._head) >= _MAX_PIECES
                )
            if len(data):
                # of a chunk that is larger than the tail, only its end can stay
                data = data[-self._tail_size :]
                _append(self._tail, stream, data)
                self._tail_kept += len(data)
                self._trim_tail()

    def _trim_tail(self) -> None:
        while self._tail_kept > self._tail_size or len(self._tail) > _MAX_PIECES:
            excess = self._tail_kept - self._tail_size
            oldest = self._tail[0][1]
            if len(oldest) <= excess or len(self._tail) > _MAX_PIECES:
                self._tail.popleft()
                self._tail_kept -= len(oldest)
            else:
                del oldest[:excess]
                self._tail_kept -= excess

    def text(self, stream: str, limit: int) -> str:
        """What one stream said, as text, with a line in the middle if something is missing.

        Arguments:
            stream: `STDOUT` or `STDERR`
            limit: bytes; a quarter of them are taken from the beginning if the output is
                longer, the rest from the end. Bytes that are not UTF-8 become U+FFFD.
        """
        with self._lock:
            head = b"".join(data for name, data in self._head if name == stream)
            tail = b"".join(data for name, data in self._tail if name == stream)
            dropped = self._written[stream] - len(head) - len(tail)
        if not dropped:
            if len(head) + len(tail) <= limit:
                return _decode(head + tail)
            # nothing was dropped, so where it is cut is ours to choose
            tail = head + tail
            head = tail
        beginning = head[: limit // 4]
        end = tail[-(limit - len(beginning)) :]
        return f"{_decode(beginning)}\n[...]\n{_decode(end)}"


def _decode(data: bytes) -> str:
    return data.decode("utf-8", errors="replace")


def _append(
    pieces: Union[list[_Piece], deque[_Piece]],
    stream: str,
    data: Union[bytes, memoryview],
) -> None:
    if not len(data):
        return
    if pieces and pieces[-1][0] == stream:
        pieces[-1][1].extend(data)
    else:
        pieces.append((stream, bytearray(data)))
