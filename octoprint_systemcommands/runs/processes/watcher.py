"""One thread that reads the output of all processes and sees them end.

Why one thread, and not one per process: what is read per second has to be bounded for all
commands together, or two chatty commands disturb a print twice as much as one does.

What is read may take long to work on, be it that secrets are looked for in it. So that no
process delays the output or the end of another one, each is read so much that it takes a slice
of time, in turns, and a round of them ends when it has taken its time: who was left out is
first in the next one.
"""

import contextlib
import logging
import os
import selectors
import threading
import time
from collections import deque
from collections.abc import Iterable
from typing import Callable, Optional

from ..output.capture import STDERR
from .orphaned_pipes import OrphanedPipes
from .pace import Pace
from .process import FULL_PIPE, Process, enlarge_pipe, unread
from .watched import MIN_SLICE, READ_SIZE, Sink, Watched

_logger = logging.getLogger("octoprint.plugins.systemcommands.runs.processes.watcher")

# What is read of each at a time, at least, however many there are
_MIN_READ_SIZE = 64 * 1024

# How long all that was read in a round may take to work on, in s of processor time. The last
# one of a round comes on top.
_ROUND = 0.005

# How often to ask for the end of a process where the system cannot tell by itself, in s
_POLL_INTERVAL = 0.02

# How often to look at what only writes for nobody, in s
_ORPHANS_PAUSE = 0.01

# How long a run is left alone after an error that is a fault of ours, in s
_PAUSE_AFTER_ERROR = 1


class Watcher:
    """Reads what processes write, at a pace that leaves the server its time.

    Arguments:
        pace: decides on the pauses
    """

    def __init__(self, pace: Pace):
        self._pace = pace
        self._selector = selectors.DefaultSelector()
        self._new: deque[Watched] = deque()
        # those whose end the system does not announce, by process id
        self._unannounced: dict[int, Watched] = {}
        # those that have ended and have output that is still to be read
        self._ended: list[Watched] = []
        self._orphans = OrphanedPipes()
        self._buffer = memoryview(bytearray(READ_SIZE))
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._selector.register(self._wake_read, selectors.EVENT_READ, None)
        self._start_lock = threading.Lock()
        self._thread: Optional[threading.Thread] = None

    def watch(
        self,
        process: Process,
        capture: Sink,
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
        self._new.append(Watched(process, capture, on_output, on_end))
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
        asks = self._unannounced or self._ended
        ready = self._selector.select(_POLL_INTERVAL if asks else None)
        began = time.thread_time()
        orphans: list[tuple[int, Watched]] = []
        readable: dict[int, Watched] = {}
        for key, _ in ready:
            watched = key.data
            if watched is None:
                self._drain_wake_pipe()
            elif key.fd == watched.process.pidfd:
                self._look_for_end(watched)
            elif watched.has_ended:
                orphans.append((key.fd, watched))
            else:
                readable[key.fd] = watched
        # of those that are new it is not known yet
        for watched in [*self._take_over_new(), *self._unannounced.values()]:
            readable.update(dict.fromkeys(watched.process.outputs, watched))
            self._look_for_end(watched)
        for watched in self._ended:
            readable.update(dict.fromkeys(watched.unread, watched))

        read, is_left = self._read_in_turn(readable)
        self._finish_ended()
        self._read_for_nobody(orphans)
        if read or is_left:
            time.sleep(self._pace.of_all(read, time.thread_time() - began))
        elif orphans:
            time.sleep(_ORPHANS_PAUSE)

    def _read_in_turn(self, readable: dict[int, Watched]) -> tuple[int, bool]:
        """Reads from pipes until the time of a round is over.

        Returns:
            how many bytes, and whether there are pipes left for later
        """
        began = time.thread_time()
        is_left = False
        # together they get about what one alone may read
        share = max(_MIN_READ_SIZE, READ_SIZE // max(1, len(readable)))
        read = 0
        now = time.monotonic()
        for fd, watched in sorted(readable.items(), key=_by_turn):
            before = time.thread_time()
            if watched.turn > now or before - began > _ROUND:
                # and so are all that follow
                return read, True
            size = min(share, watched.size)
            try:
                if watched.comes_later(fd):
                    is_left = True
                    continue
                count = self._read(fd, watched, size)
            except Exception:
                # the others have to be read on
                _logger.exception("Error with the output of a running command")
                watched.turn = now + _PAUSE_AFTER_ERROR
                continue
            read += count
            spent = time.thread_time() - before
            watched.took(size, count, spent)
            watched.turn = now + self._pace.of_one(spent)
        return read, is_left

    def _take_over_new(self) -> list[Watched]:
        """Registers those that are new; returns those that announce their end."""
        announcing = []
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
                for registered in (*process.outputs, process.pidfd):
                    self._unregister(registered)
                process.close_pidfd()
            if process.pidfd is None:
                self._unannounced[process.pid] = watched
            else:
                announcing.append(watched)
        return announcing

    def _unregister(self, fd: Optional[int]) -> None:
        if fd is not None and fd in self._selector.get_map():
            self._selector.unregister(fd)

    def _drain_wake_pipe(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_read, 4096)

    def _read(self, fd: int, watched: Watched, size: int) -> int:
        if watched.return_code is not None:
            # what comes in addition is somebody else's
            size = min(size, watched.unread.get(fd, 0))
            if not size:
                return 0
        count = self._take(fd, watched, size)
        if count:
            watched.was_read(fd, count)
            watched.capture.write(watched.process.outputs[fd], self._buffer[:count])
            watched.on_output()
        return count

    def _read_for_nobody(self, orphans: Iterable[tuple[int, Watched]]) -> None:
        began = time.thread_time()
        for fd, watched in orphans:
            if time.thread_time() - began > _ROUND:
                # the system tells of the others first then
                break
            # it may have been given up in this round, and be somebody else's by now
            if self._orphans.get(fd) is watched:
                self._take(fd, watched, READ_SIZE)

    def _take(self, fd: int, watched: Watched, size: int) -> int:
        """Reads into the buffer; returns how many bytes."""
        try:
            count = os.readv(fd, [self._buffer[:size]])
        except BlockingIOError:
            watched.unread.pop(fd, None)
            return 0
        except OSError:
            count = 0
        if count == 0:
            self._close(fd, watched)
        elif fd in watched.unread:
            watched.unread[fd] -= count
            if watched.unread[fd] <= 0:
                del watched.unread[fd]
        elif count >= FULL_PIPE:
            enlarge_pipe(fd)
        return count

    def _close(self, fd: int, watched: Watched) -> None:
        self._unregister(fd)
        self._orphans.pop(fd, None)
        watched.unread.pop(fd, None)
        watched.process.close_output(fd)

    def _look_for_end(self, watched: Watched) -> None:
        """Notes if a process has ended, and what it has left to be read: all that it wrote
        is in the pipes by now."""
        process = watched.process
        return_code = process.poll()
        if return_code is None:
            return
        self._unannounced.pop(process.pid, None)
        self._unregister(process.pidfd)
        process.close_pidfd()
        watched.return_code = return_code
        sizes = {fd: unread(fd) for fd in process.outputs}
        watched.unread = {fd: size for fd, size in sizes.items() if size}
        self._ended.append(watched)

    def _finish_ended(self) -> None:
        """Ends the watch over processes that have ended and whose output was read."""
        finished = [watched for watched in self._ended if not watched.unread]
        self._ended = [watched for watched in self._ended if watched.unread]
        for watched in finished:
            on_end = watched.on_end
            watched.forget()
            for fd in list(watched.process.outputs):
                # most are at their end
                self._take(fd, watched, MIN_SLICE)
            self._keep_orphans(watched)
            try:
                # without one it is not among them
                assert watched.return_code is not None
                on_end(watched.return_code)
            except Exception:
                _logger.exception("Error at the end of a command")

    def _keep_orphans(self, watched: Watched) -> None:
        for fd in list(watched.process.outputs):
            if fd in self._selector.get_map():
                self._orphans[fd] = watched
            else:
                self._close(fd, watched)
        while (oldest := self._orphans.one_too_many()) is not None:
            # both of its outputs: who reads on where it outlives the server only begins when
            # the server reads none of them
            for fd in list(oldest.process.outputs):
                self._close(fd, oldest)


def _by_turn(item: tuple[int, Watched]) -> tuple[float, bool]:
    fd, watched = item
    return watched.turn, watched.process.outputs.get(fd) == STDERR
