"""One thread that reads the output of all processes and sees them end.

Why one thread, and not one per process: what is read per second has to be bounded for all
commands together, or two chatty commands disturb a print twice as much as one does.
"""

import contextlib
import logging
import os
import resource
import selectors
import threading
import time
from collections import deque
from typing import Callable, Optional

from .output import Capture
from .process import Process, enlarge_pipe

_logger = logging.getLogger("octoprint.plugins.systemcommands.runs")

# A read of this size means that the pipe was about full. It holds twice as much by default,
# but lines leave the ends of its pages empty.
FULL_PIPE = 32 * 1024
_READ_SIZE = 1024 * 1024
_MIN_READ_SIZE = 64 * 1024

# How often to ask for the end of a process where the system cannot tell by itself, in s
_POLL_INTERVAL = 0.02

# How often to look at what only writes for nobody, in s
_ORPHANS_PAUSE = 0.01


class _Watched:
    """A process under watch and where its output and its end go."""

    def __init__(
        self,
        process: Process,
        capture: Capture,
        on_output: Callable[[], None],
        on_end: Callable[[int], None],
    ):
        self.process = process
        self.capture = capture
        self.on_output = on_output
        self.on_end = on_end
        self.has_ended = False

    def forget(self) -> None:
        """Lets go of all that is not needed for the pipes that are left."""
        self.has_ended = True
        del self.capture, self.on_output, self.on_end


class Watcher:
    """Reads what processes write, at a pace that leaves the server its time.

    Arguments:
        pause: asked after output was read and given the number of bytes and the seconds of
            processor time that were spent on them; how long to
            leave the pipes alone, in seconds. They fill up meanwhile, and then the
            processes have to wait.
    """

    def __init__(self, pause: Callable[[int, float], float]):
        self._pause = pause
        self._selector = selectors.DefaultSelector()
        self._new: deque[_Watched] = deque()
        # those whose end the system does not announce, by process id
        self._unannounced: dict[int, _Watched] = {}
        # Pipes that have outlived their process, because something in the background holds
        # them: fd → what it belongs to, the oldest first
        self._orphans: dict[int, _Watched] = {}
        self._max_orphans = _max_orphans()
        self._buffer = memoryview(bytearray(_READ_SIZE))
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._selector.register(self._wake_read, selectors.EVENT_READ, None)
        self._start_lock = threading.Lock()
        self._thread: Optional[threading.Thread] = None

    def watch(
        self,
        process: Process,
        capture: Capture,
        on_output: Callable[[], None],
        on_end: Callable[[int], None],
    ) -> None:
        """Takes a process over.

        The functions are called in the watcher's thread and have to be quick.

        Arguments:
            process: a process that was just started
            capture: gets its output
            on_output: called when there is more of it
            on_end: called once with the return code, after the last of the output
        """
        self._new.append(_Watched(process, capture, on_output, on_end))
        # a pipe that is full of wake-up calls does the same
        with contextlib.suppress(BlockingIOError):
            os.write(self._wake_write, b".")

    def start(self) -> None:
        """Makes sure that the watcher is at work, to be called before a process is made.

        Raises:
            RuntimeError: if the system has no thread to spare
        """
        with self._start_lock:
            if self._thread is None:
                thread = threading.Thread(
                    target=self._run, name="systemcommands.watcher", daemon=True
                )
                thread.start()
                self._thread = thread

    def _run(self) -> None:
        while True:
            try:
                self._one_round()
            except Exception:
                # whatever it was, the other processes have to be watched on
                _logger.exception("Error while watching the running commands")
                time.sleep(1)

    def _one_round(self) -> None:
        """Waits for something to happen, handles it and leaves things alone for a while."""
        timeout = _POLL_INTERVAL if self._unannounced else None
        ready = self._selector.select(timeout)
        began = time.thread_time()
        self._take_over_new()

        # together they get about what one alone may read
        size = max(_MIN_READ_SIZE, _READ_SIZE // max(1, len(ready)))
        read = wasted = 0
        ended = []
        for key, _ in ready:
            watched = key.data
            if watched is None:
                self._drain_wake_pipe()
            elif key.fd == watched.process.pidfd:
                ended.append(watched)
            elif watched.has_ended:
                wasted += self._read(key.fd, watched, size)
            else:
                read += self._read(key.fd, watched, size)
        for watched in [*ended, *self._unannounced.values()]:
            read += self._look_for_end(watched)

        if read:
            time.sleep(self._pause(read, time.thread_time() - began))
        elif wasted:
            time.sleep(_ORPHANS_PAUSE)

    def _take_over_new(self) -> None:
        while self._new:
            watched = self._new.popleft()
            process = watched.process
            try:
                for fd in process.outputs:
                    self._selector.register(fd, selectors.EVENT_READ, watched)
                if process.pidfd is not None:
                    self._selector.register(process.pidfd, selectors.EVENT_READ, watched)
            except OSError as error:
                # the system has no room for more; looking after it works without
                _logger.warning(f"Asking for output instead of being told: {error}")
                for fd in (*process.outputs, process.pidfd):
                    self._unregister(fd)
                process.close_pidfd()
            if process.pidfd is None:
                self._unannounced[process.pid] = watched

    def _unregister(self, fd: Optional[int]) -> None:
        if fd is not None and fd in self._selector.get_map():
            self._selector.unregister(fd)

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
        if not watched.has_ended:
            watched.capture.write(watched.process.outputs[fd], self._buffer[:count])
            watched.on_output()
        if count >= FULL_PIPE:
            enlarge_pipe(fd)
        return count

    def _close(self, fd: int, watched: _Watched) -> None:
        self._unregister(fd)
        self._orphans.pop(fd, None)
        watched.process.close_output(fd)

    def _look_for_end(self, watched: _Watched) -> int:
        """Ends the watch over a process if it has ended; returns the bytes that were read."""
        process = watched.process
        return_code = process.poll()

        # What it wrote is all in the pipes by now, if it has ended; the second read is for
        # what a full pipe kept it from writing.
        read = 0
        for fd in [*process.outputs, *process.outputs]:
            if fd in process.outputs:
                read += self._read(fd, watched, _READ_SIZE)
        if return_code is None:
            return read

        self._unannounced.pop(process.pid, None)
        self._unregister(process.pidfd)
        process.close_pidfd()
        on_end = watched.on_end
        watched.forget()
        self._keep_orphans(watched)
        on_end(return_code)
        return read

    def _keep_orphans(self, watched: _Watched) -> None:
        # A pipe without an end is held by something that goes on in the background. Its
        # output is nobody's, but it must not be killed by a closed pipe (a webcam server
        # that logs, say).
        for fd in list(watched.process.outputs):
            if fd in self._selector.get_map():
                self._orphans[fd] = watched
            else:
                self._close(fd, watched)
        while len(self._orphans) > self._max_orphans:
            fd, oldest = next(iter(self._orphans.items()))
            _logger.warning(
                "Too many background processes hold the output of commands that have "
                "ended; no longer listening to the oldest. Redirect their output, e.g. "
                "to /dev/null."
            )
            self._close(fd, oldest)


def _max_orphans() -> int:
    # a quarter of what the server may open, two for each background process
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1024 if soft == resource.RLIM_INFINITY else max(16, min(1024, soft // 4))
