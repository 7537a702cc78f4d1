"""One thread that reads the output of all processes and sees them end.

Why one thread, and not one per process: what is read per second has to be bounded for all
commands together, or two chatty commands disturb a print twice as much as one does.
"""

import contextlib
import logging
import os
import selectors
import threading
import time
from collections import deque
from typing import Callable, Optional

from .output import Capture
from .process import Process, enlarge_pipe

_logger = logging.getLogger("octoprint.plugins.systemcommands.runs")

# A read of this size means that the pipe was full: it holds this much by default
FULL_PIPE = 64 * 1024
_READ_SIZE = 1024 * 1024

# How often to ask for the end of a process where the system cannot tell by itself, in s
_POLL_INTERVAL = 0.02

# Pipes that outlived their process, because something in the background holds them
_MAX_ORPHANS = 64


class _Watched:
    """A process under watch and where its output and its end go."""

    def __init__(self, process: Process, capture: Capture, on_end: Callable[[int], None]):
        self.process = process
        self.capture: Optional[Capture] = capture
        self.on_end = on_end


class Watcher:
    """Reads what processes write, at a pace that leaves the server its time.

    Arguments:
        pause: asked after output was read and given the number of bytes; how long to
            leave the pipes alone, in seconds. They fill up meanwhile, and then the
            processes have to wait.
    """

    def __init__(self, pause: Callable[[int], float]):
        self._pause = pause
        self._selector = selectors.DefaultSelector()
        self._new: deque[_Watched] = deque()
        self._without_pidfd: dict[int, _Watched] = {}
        # fd → what it belongs to, the oldest first
        self._orphans: dict[int, _Watched] = {}
        self._buffer = memoryview(bytearray(_READ_SIZE))
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._selector.register(self._wake_read, selectors.EVENT_READ, None)
        self._start_lock = threading.Lock()
        self._thread: Optional[threading.Thread] = None

    def watch(
        self, process: Process, capture: Capture, on_end: Callable[[int], None]
    ) -> None:
        """Takes a process over.

        Arguments:
            process: a process that was just started
            capture: gets its output
            on_end: called once with the return code, in the watcher's thread and after
                the last of the output; must be quick
        """
        with self._start_lock:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="systemcommands.watcher", daemon=True
                )
                self._thread.start()
        self._new.append(_Watched(process, capture, on_end))
        # a pipe that is full of wake-up calls does the same
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake_write, b".")

    def _run(self) -> None:
        while True:
            try:
                read = self._one_round()
                if read:
                    time.sleep(self._pause(read))
            except Exception:
                # whatever it was, the other processes have to be watched on
                _logger.exception("Error while watching the running commands")
                time.sleep(1)

    def _one_round(self) -> int:
        """Waits for something to happen and handles it; returns the bytes that were read."""
        timeout = _POLL_INTERVAL if self._without_pidfd else None
        ready = self._selector.select(timeout)
        self._take_over_new()

        # together they get what one alone may read
        size = max(FULL_PIPE, _READ_SIZE // max(1, len(ready)))
        read = 0
        ended = []
        for key, _ in ready:
            watched = key.data
            if watched is None:
                self._drain_wake_pipe()
            elif key.fd == watched.process.pidfd:
                ended.append(watched)
            else:
                read += self._read(key.fd, watched, size)
        for watched in ended + list(self._without_pidfd.values()):
            read += self._end(watched)
        return read

    def _take_over_new(self) -> None:
        while self._new:
            watched = self._new.popleft()
            for fd in watched.process.outputs:
                self._selector.register(fd, selectors.EVENT_READ, watched)
            if watched.process.pidfd is not None:
                self._selector.register(
                    watched.process.pidfd, selectors.EVENT_READ, watched
                )
            else:
                self._without_pidfd[watched.process.pid] = watched

    def _drain_wake_pipe(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_read, 4096)

    def _read(self, fd: int, watched: _Watched, size: int) -> int:
        try:
            count = os.readv(fd, [self._buffer[:size]])
        except BlockingIOError:
            return 0
        except OSError:
            count = 0
        if count == 0:
            self._close(fd, watched)
            return 0
        if watched.capture is not None:
            stream = watched.process.outputs[fd]
            watched.capture.write(stream, self._buffer[:count])
        if count >= FULL_PIPE:
            enlarge_pipe(fd)
        return count

    def _close(self, fd: int, watched: _Watched) -> None:
        self._selector.unregister(fd)
        self._orphans.pop(fd, None)
        watched.process.close_output(fd)
        del watched.process.outputs[fd]

    def _end(self, watched: _Watched) -> int:
        """Ends the watch over a process if it has ended; returns the bytes that were read."""
        process = watched.process
        return_code = process.poll()
        if return_code is None:
            return 0
        if process.pidfd is not None:
            self._selector.unregister(process.pidfd)
            process.close_pidfd()
        else:
            del self._without_pidfd[process.pid]

        # What it wrote is all in the pipes by now. A pipe without an end after that is
        # held by something that goes on in the background. Its output is nobody's, but
        # it must not be killed by a closed pipe (a webcam server that logs, say).
        read = 0
        for fd in list(process.outputs):
            read += self._read(fd, watched, _READ_SIZE)
            if fd in process.outputs:
                read += self._read(fd, watched, _READ_SIZE)
            if fd in process.outputs:
                self._orphans[fd] = watched
        watched.capture = None
        watched.on_end(return_code)

        while len(self._orphans) > _MAX_ORPHANS:
            fd, oldest = next(iter(self._orphans.items()))
            _logger.warning(
                "Too many background processes hold the output of commands that have "
                "ended; no longer listening to the oldest. Redirect their output, e.g. "
                "to /dev/null."
            )
            self._close(fd, oldest)
        return read
