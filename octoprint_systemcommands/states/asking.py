"""One process that tells a state: started, looked after, and gone when it is over."""

import contextlib
import logging
import os
import secrets
import select
import signal
import threading
import time
from collections.abc import Callable
from typing import NamedTuple, Optional

import psutil

from ..commands.definition import Command
from ..commands.toggles import OFF, ON
from ..runs.output.capture import STDERR, STDOUT
from ..runs.processes import process_tree
from ..runs.processes.half_made import Making
from ..runs.processes.interpreter import is_plain
from ..runs.processes.orphans import Orphans
from ..runs.processes.process import FULL_PIPE, NotWanted, Process, unread
from .first_line import first_line
from .state import UNKNOWN

_logger = logging.getLogger("octoprint.plugins.systemcommands.states.asking")

# A run comes before a question
_NICENESS = 10

# What is read of an output, in bytes. The rest stays in the pipe, and is gone with it: who
# writes more than that has in it has to wait, and waits in vain.
_MAX_READ = 4096

# How often to look whether a pipe is full, in seconds
_LOOK = 0.25
# and whether it has ended, where the system does not tell
_POLL = 0.02

_orphans = Orphans()


class Answer(NamedTuple):
    """What came of asking.

    Attributes:
        state: ``on``, ``off`` or ``unknown``
        text: the first line of the output; None without one
        failure: why it is unknown, for the log; None if it is known
        in_time: whether the command has ended by itself
    """

    state: str
    text: Optional[str] = None
    failure: Optional[str] = None
    in_time: bool = True


# what there is to say while somebody is waited for in vain
HANGS = Answer(UNKNOWN, failure="its command hangs", in_time=False)


class _NoAnswer(Exception):
    """It has to be ended; says why."""


class Ask:
    """Asks once.

    Nothing is read before the process has ended: a pipe keeps the beginning of what is
    written to it by itself, and a flood has to wait when it is full. So that costs nothing,
    and is seen a moment later.

    Arguments:
        command: the toggle or status; has a command line for its state
        server_url: the address at which this server answers on its own machine
    """

    def __init__(self, command: Command, server_url: str):
        self.command = command
        self._id = secrets.token_hex(8)
        self._server_url = server_url
        self._making: Optional[Making] = None
        # guards the process: who has let go of it must not signal what has its id then
        self._lock = threading.Lock()
        self._process: Optional[Process] = None
        self._is_called_off = False
        # what could not be ended
        self._left: list[psutil.Process] = []

    @property
    def may_hang(self) -> bool:
        """Whether it may take forever to start it, which nobody can do anything about."""
        return may_hang(self.command)

    def run(self) -> Answer:
        """Starts the process and returns when it is gone: at most as long as the command may
        take, and a moment to end it; for a start that hangs, as long as that."""
        deadline = time.monotonic() + self.command.state_timeout
        try:
            process = self._start()
        except NotWanted:
            return Answer(UNKNOWN, failure="it was called off", in_time=False)
        except Exception as error:
            return Answer(UNKNOWN, failure=f"its command cannot be started: {error}")
        self._process = process
        try:
            return self._answer_of(process, self._wait(process, deadline))
        except _NoAnswer as error:
            text = first_line(_beginning(process, STDOUT))
            self._end(process)
            return Answer(UNKNOWN, text, str(error), in_time=False)
        finally:
            self._let_go(process)

    def call_off(self) -> None:
        """Ends it, from another thread: nobody wants to know any more, or it hangs before it
        has begun."""
        self._is_called_off = True
        making = self._making
        if making is not None:
            making.kill()
        with self._lock:
            if self._process is not None:
                _kill_group(self._process)

    def is_gone(self) -> bool:
        """Whether there is nothing left of it. What waits for a disk, or for a device, can
        outlast all signals."""
        self._left = [process for process in self._left if _is_alive(process)]
        return not self._left

    def _start(self) -> Process:
        if self._is_called_off:
            raise NotWanted
        if self.may_hang:
            self._making = Making()
        try:
            return Process(
                self.command.state or "",
                self._environment(),
                self.command.working_directory,
                niceness=_NICENESS,
                is_wanted=lambda: not self._is_called_off,
            )
        finally:
            self._making = None

    def _environment(self) -> dict[str, str]:
        return {
            **self.command.environment,
            "OCTOPRINT_ACTION": self.command.action.replace("\0", ""),
            "OCTOPRINT_SWITCH_TO": "",
            "OCTOPRINT_USER": "",
            "OCTOPRINT_TRIGGER": "state",
            "OCTOPRINT_EVENT": "",
            "OCTOPRINT_URL": self._server_url,
            process_tree.MARK: self._id,
        }

    def _wait(self, process: Process, deadline: float) -> int:
        """Waits for its end; returns the return code, negative for a signal."""
        poller = select.poll()
        pause = _POLL
        if process.pidfd is not None:
            poller.register(process.pidfd, select.POLLIN)
            pause = _LOOK
        while True:
            code = process.poll()
            # also of what has ended before anybody has looked: what is too much must not
            # hang on how fast it was
            if any(unread(fd) >= FULL_PIPE for fd in process.outputs):
                raise _NoAnswer("its command writes too much")
            if code is not None:
                return code
            left = deadline - time.monotonic()
            if self._is_called_off:
                raise _NoAnswer("it was called off")
            if left <= 0:
                raise _NoAnswer(f"no answer within {self.command.state_timeout:g} s")
            poller.poll(1000 * min(left, pause))

    def _answer_of(self, process: Process, code: int) -> Answer:
        text = first_line(_beginning(process, STDOUT))
        if code == 0:
            return Answer(ON, text)
        if code == 1 and self.command.is_toggle:
            return Answer(OFF, text)
        # what went wrong is said there
        text = text or first_line(_beginning(process, STDERR))
        how = f"was killed by signal {-code}" if code < 0 else f"returned {code}"
        return Answer(UNKNOWN, text, f"its command {how}")

    def _end(self, process: Process) -> None:
        _close(process)
        try:
            left = process_tree.end(
                self._id, lambda: process.session, process.tree, grace=0
            )
        except Exception:
            _logger.exception("Error while ending a command that was to tell a state")
            left = [process.pid] if process.poll() is None else []
        self._left = [one for one in process.tree if one.pid in left]

    def _let_go(self, process: Process) -> None:
        # what it has left in the background would be left once more by the next one
        _kill_group(process)
        _close(process)
        process.close_pidfd()
        with self._lock:
            self._process = None
            _orphans.collect(self._id, process)


def may_hang(command: Command) -> bool:
    """Whether starting what tells a state may wait for any disk, see
    `octoprint_systemcommands.runs.starters`."""
    return bool(command.working_directory) or not is_plain(command.state or "")


def _beginning(process: Process, stream: str) -> bytes:
    for fd, its_stream in process.outputs.items():
        if its_stream == stream:
            with contextlib.suppress(OSError):
                return os.read(fd, _MAX_READ)
    return b""


def _close(process: Process) -> None:
    for fd in list(process.outputs):
        process.close_output(fd)


def _kill_group(process: Process) -> None:
    group = process.session
    # as long as its end was not collected, no other one can have it
    if group is not None:
        with contextlib.suppress(OSError):
            os.killpg(group, signal.SIGKILL)


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


# makes what asks for the state of a command
MakeAsk = Callable[[Command], Ask]
