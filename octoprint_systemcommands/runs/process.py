"""One process tree: start it, learn of its end, read what it writes."""

import contextlib
import fcntl
import os
import subprocess
from typing import Optional

from .output import STDERR, STDOUT

# Added to the niceness of everything that is started, so that a busy command gives way to
# the communication with the printer
_NICENESS = 5

_F_SETPIPE_SZ = getattr(fcntl, "F_SETPIPE_SZ", 1031)  # named as of Python 3.10
_LARGE_PIPE = 1024 * 1024


class Process:
    """A command line that is being executed by the shell.

    It is the leader of its own session and process group, has nothing to read from, and
    its two outputs are to be read without blocking.

    Arguments:
        command: the command line, for ``/bin/sh -c``

    Raises:
        OSError: if it cannot be started
    """

    def __init__(self, command: str):
        self._popen = subprocess.Popen(
            ["/bin/sh", "-c", command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
        self.pid = self._popen.pid
        self.outputs: dict[int, str] = {
            self._popen.stdout.fileno(): STDOUT,
            self._popen.stderr.fileno(): STDERR,
        }
        for fd in self.outputs:
            os.set_blocking(fd, False)
        self.pidfd = _open_pidfd(self.pid)
        # it may have children already, or be gone again
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PGRP, self.pid, _niceness_of_children())

    def poll(self) -> Optional[int]:
        """The return code, negative for a signal, or None while it runs."""
        return self._popen.poll()

    def close_output(self, fd: int) -> None:
        """Stops listening to one of the outputs; whoever still writes to it gets EPIPE."""
        stream = self._popen.stdout
        if self.outputs[fd] == STDERR:
            stream = self._popen.stderr
        stream.close()

    def close_pidfd(self) -> None:
        """To be called when the end has been seen."""
        if self.pidfd is not None:
            os.close(self.pidfd)
            self.pidfd = None


def enlarge_pipe(fd: int) -> None:
    """Gives a pipe that is written to faster than it is read its largest size, which
    means fewer and larger reads."""
    # Linux only, and only as far as the user's limits go: it works without, too
    with contextlib.suppress(OSError):
        fcntl.fcntl(fd, _F_SETPIPE_SZ, _LARGE_PIPE)


def _open_pidfd(pid: int) -> Optional[int]:
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):
        # Not Linux, or one before 5.3
        return None


def _niceness_of_children() -> int:
    return os.getpriority(os.PRIO_PROCESS, 0) + _NICENESS
