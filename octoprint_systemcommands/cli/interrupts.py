"""Ctrl-C and SIGTERM while a command is followed."""

import os
import select
import signal
from types import FrameType, TracebackType
from typing import Any, Optional

from .exit_codes import SIGNAL, CliError


class Interrupts:
    """Notes the first of these signals, so that the run can be stopped; a second one ends
    this program at once. To be used in the main thread, as a context manager.

    Attributes:
        signal: the number of the signal that has come; None as long as none has
    """

    def __init__(self) -> None:
        self.signal: Optional[int] = None
        self._pipe: tuple[int, int] = (-1, -1)
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "Interrupts":
        self._pipe = os.pipe()
        os.set_blocking(self._pipe[1], False)
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        for end in self._pipe:
            os.close(end)

    def wait(self, seconds: float) -> None:
        """Waits for so long, or until the first signal comes."""
        # what has come was seen already
        ends = [] if self.signal is not None else [self._pipe[0]]
        select.select(ends, [], [], seconds)

    def _on_signal(self, number: int, frame: Optional[FrameType]) -> None:
        if self.signal is not None:
            raise CliError("Left before its end.", SIGNAL + number)
        self.signal = number
        os.write(self._pipe[1], b"!")
