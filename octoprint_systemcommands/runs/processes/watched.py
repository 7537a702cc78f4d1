"""A process under watch: where its output goes, and how much of it is read at a time."""

from typing import Callable, Optional, Protocol, Union

from ..output.capture import STDERR, STDOUT
from .process import Process, unread

# What is read at a time at most
READ_SIZE = 1024 * 1024

# What is read at first, until it is known how long that takes, and at least
_FIRST_SLICE = 16 * 1024
MIN_SLICE = 4 * 1024

# How long it may take to work on what was read of one process, in s of processor time
_SLICE = 0.005


class Sink(Protocol):
    """Takes in what a process writes, see `octoprint_systemcommands.runs.output.capture.Capture`."""

    def write(self, stream: str, data: Union[bytes, memoryview]) -> None: ...


class Watched:
    """A process under watch and where its output and its end go."""

    def __init__(
        self,
        process: Process,
        capture: Sink,
        on_output: Callable[[], None],
        on_end: Callable[[int], None],
    ):
        self.process = process
        self.capture = capture
        self.on_output = on_output
        self.on_end = on_end
        self.has_ended = False
        # when it may be read again; who was read first is first again
        self.turn = 0.0
        # bytes to read at a time
        self.size = _FIRST_SLICE
        # how its process has ended, and how many bytes of its pipes are still to be read then
        self.return_code: Optional[int] = None
        self.unread: dict[int, int] = {}
        # bytes of stdout that are read before the next of stderr
        self._first: Optional[int] = None

    def comes_later(self, fd: int) -> bool:
        """Whether an output has to wait for what the other one holds already.

        Which of it was written first cannot be known. An error mostly follows what led to it,
        so what is in stderr is read after all that is in stdout by then, and not between two
        slices of that.
        """
        if self.process.outputs.get(fd) != STDERR:
            return False
        held = self._held_by_stdout()
        self._first = held if self._first is None else min(held, self._first)
        if self._first > 0:
            return True
        self._first = None
        return False

    def _held_by_stdout(self) -> int:
        for fd, stream in self.process.outputs.items():
            if stream == STDOUT:
                return unread(fd) if self.return_code is None else self.unread.get(fd, 0)
        return 0

    def was_read(self, fd: int, count: int) -> None:
        """Notes what was read of an output."""
        if self._first is not None and self.process.outputs.get(fd) == STDOUT:
            self._first -= count

    def took(self, asked: int, read: int, spent: float) -> None:
        """Notes how long it has taken to work on what was read."""
        if spent > _SLICE:
            self.size = max(MIN_SLICE, int(read * _SLICE / spent))
        elif read == asked and spent < _SLICE / 4:
            self.size = max(self.size, min(READ_SIZE, 4 * read))

    def forget(self) -> None:
        """Lets go of all that is not needed for the pipes that are left."""
        self.has_ended = True
        del self.capture, self.on_output, self.on_end
