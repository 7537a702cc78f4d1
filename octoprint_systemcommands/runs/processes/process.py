"""One process tree: start it, learn of its end, read what it writes."""

import array
import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Optional

import psutil

from ...commands.environment import (
    complete,
    existing_folder,
    inherited,
    readable,
    to_bytes,
)
from ..output.capture import STDERR, STDOUT
from .descriptors import ensure_enough, open_pidfd
from .drain import Drain
from .interpreter import invocation

# What is started is this nice at least, so that a busy command gives way to the
# communication with the printer
NICENESS = 5

# How long a process may take to be gone after a KILL, in s
_TIME_TO_DIE = 5.0

_F_SETPIPE_SZ = getattr(fcntl, "F_SETPIPE_SZ", 1031)  # named as of Python 3.10
_LARGE_PIPE = 1024 * 1024

# A read of this size means that the pipe was about full. It holds twice as much by default,
# but lines leave the ends of its pages empty.
FULL_PIPE = 32 * 1024


# These versions of Python stop all of their threads until the new process has entered its
# folder and found its program (https://github.com/python/cpython/issues/104372). They do not
# if they are told the user, who stays the same.
_FORK: dict[str, Any] = (
    {"user": os.geteuid()} if (3, 10) <= sys.version_info < (3, 11, 4) else {}
)


class NotWanted(Exception):
    """Nobody wants a process any more that was about to be started."""


class Process:
    """A command that is being executed, by the shell or the interpreter that it names.

    It is the leader of its own session and process group, has nothing to read from, and
    its two outputs are to be read without blocking.

    Arguments:
        command: the command line, or a script that begins with ``#!``
        environment: variables in addition to the server's own
        working_directory: where to run it; None means where the server runs
        niceness: at least this; None leaves it alone
        merge_output: both outputs are one, and count as stdout
        outlives_server: what it writes must not kill it when the server is gone
        is_wanted: asked last, since what comes before may take long
        prepare: called if it is wanted; an error keeps it from being started

    Attributes:
        started_at, started: when it was started, in seconds since the epoch and by the
            monotonic clock

    Raises:
        NotWanted: it was not started
        CannotRun, OSError: if it cannot be started
    """

    def __init__(
        self,
        command: str,
        environment: Mapping[str, str] = MappingProxyType({}),
        working_directory: Optional[str] = None,
        niceness: Optional[int] = NICENESS,
        merge_output: bool = False,
        outlives_server: bool = False,
        is_wanted: Callable[[], bool] = lambda: True,
        prepare: Callable[[], None] = lambda: None,
    ):
        ensure_enough()
        variables = complete(environment)
        # where it runs; None means where the server does
        self.folder = working_directory and existing_folder(working_directory, variables)
        if self.folder is not None:
            # If it does not answer, then here, and not in a process that is half made. What
            # it answers is told by the start.
            os.access(to_bytes(self.folder), os.X_OK)
        try:
            with invocation(command) as start:
                if not is_wanted():
                    raise NotWanted
                prepare()
                may_hang = self.folder is not None or bool(start.descriptors)
                self.started_at = time.time()
                self.started = time.monotonic()
                self._popen = subprocess.Popen(
                    start.argv,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT if merge_output else subprocess.PIPE,
                    bufsize=0,
                    start_new_session=True,
                    env=_encoded(variables),
                    cwd=self.folder and to_bytes(self.folder),
                    pass_fds=start.descriptors,
                    **(_FORK if may_hang else {}),
                )
        except OSError as error:
            if isinstance(error.filename, bytes):
                error.filename = readable(error.filename)
            raise
        self.pid = self._popen.pid
        self.pidfd: Optional[int] = None
        self._drain: Optional[Drain] = None
        self._created: Optional[float] = None
        # what a stop has found of its tree
        self.tree: set[psutil.Process] = set()
        pipes = {STDOUT: self._popen.stdout, STDERR: self._popen.stderr}
        self.outputs: dict[int, str] = {
            pipe.fileno(): stream for stream, pipe in pipes.items() if pipe is not None
        }
        try:
            self._look_after(niceness, outlives_server)
        except BaseException:
            # nobody would know of it
            self.kill()
            raise

    def _look_after(self, niceness: Optional[int], outlives_server: bool) -> None:
        """What is to be done as soon as it was started."""
        for fd in self.outputs:
            os.set_blocking(fd, False)
        if outlives_server:
            self._drain = Drain(self.outputs, _encoded(inherited()))
        self.pidfd = open_pidfd(self.pid)
        if niceness is not None:
            _lower_priority(self.pid, niceness)

    def kill(self) -> None:
        """Ends it at once and leaves nothing of it, to be called when it was just started."""
        with contextlib.suppress(OSError):
            os.killpg(self.pid, signal.SIGKILL)
        for fd in list(self.outputs):
            self.close_output(fd)
        self.close_pidfd()
        # if it takes longer, Python collects its end when it starts the next one
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(_TIME_TO_DIE)

    @property
    def created(self) -> Optional[float]:
        """The creation time, as psutil tells it; None if nobody asked before `reap`."""
        # as long as its end was not collected, no other process can have its pid
        if self._created is None and self._popen.returncode is None:
            with contextlib.suppress(psutil.Error, OSError):
                self._created = psutil.Process(self.pid).create_time()
        return self._created

    @property
    def session(self) -> Optional[int]:
        """The id of its session; None as soon as another one can have got it."""
        return self.pid if self._popen.returncode is None else None

    def poll(self) -> Optional[int]:
        """The return code, negative for a signal, or None while it runs.

        When it has ended it stays as a zombie until `reap`: only as long as it is there,
        its pid and its session are nobody else's.
        """
        try:
            end = os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except (AttributeError, ChildProcessError):
            # macOS has no such call before Python 3.13; or it was collected
            return self._popen.poll()
        if end is None:
            return None
        return end.si_status if end.si_code == os.CLD_EXITED else -end.si_status

    def reap(self) -> None:
        """To be called when it has ended, and nothing is to be done about its tree."""
        self._popen.poll()

    def close_output(self, fd: int) -> None:
        """Stops listening to one of the outputs, if it was not done before; whoever still
        writes to it gets EPIPE, unless it is to outlive the server."""
        stream = self.outputs.pop(fd, None)
        if stream is None:
            return
        pipe = self._popen.stderr if stream == STDERR else self._popen.stdout
        if pipe is not None:
            pipe.close()
        if self._drain is not None and not self.outputs:
            self._drain.close()

    def close_pidfd(self) -> None:
        """To be called when the end has been seen."""
        if self.pidfd is not None:
            os.close(self.pidfd)
            self.pidfd = None


def _encoded(variables: Mapping[str, str]) -> dict[bytes, bytes]:
    return {to_bytes(name): to_bytes(text) for name, text in variables.items()}


def unread(fd: int) -> int:
    """The bytes in a pipe."""
    count = array.array("i", [0])
    fcntl.ioctl(fd, termios.FIONREAD, count)
    return count[0]


def enlarge_pipe(fd: int) -> None:
    """Gives a pipe that is written to faster than it is read its largest size, which
    means fewer and larger reads."""
    # Linux only, and only as far as the user's limits go: it works without, too
    with contextlib.suppress(OSError):
        fcntl.fcntl(fd, _F_SETPIPE_SZ, _LARGE_PIPE)


def _lower_priority(pid: int, niceness: int) -> None:
    # it may have children already, or be gone again
    with contextlib.suppress(OSError):
        own = os.getpriority(os.PRIO_PROCESS, 0)
        os.setpriority(os.PRIO_PGRP, pid, max(own, niceness))
    # Kernels that group processes by session for scheduling look at the niceness of the
    # group only. Where they do not, there is no such file.
    with contextlib.suppress(OSError), open(f"/proc/{pid}/autogroup", "w") as autogroup:
        autogroup.write(str(niceness))
