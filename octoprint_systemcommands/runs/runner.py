"""Admits, starts and waits for commands, whichever door they came in by."""

import logging
import os
import threading
from typing import Callable, Optional

from ..commands.definition import Command
from .output import STDERR, STDOUT
from .process import Process
from .run import FAILED, Run
from .watcher import FULL_PIPE, Watcher

_logger = logging.getLogger("octoprint.plugins.systemcommands.runs")

# Processes at the same time; each takes three file descriptors
_MAX_RUNNING = 64

# Bytes of each output in the message of a failure
_EXCERPT = 16 * 1024

# How long the pipes are left alone after a read, in seconds. While printing this is what
# keeps a flood of output away from the communication with the printer: a large pipe that
# is emptied 100 times a second costs next to nothing. Else a flood is read as fast as it
# comes, and single lines are collected for a moment.
_PAUSE_WHILE_PRINTING = 0.01
_PAUSE_IN_FLOOD = 0.0003
_PAUSE = 0.001


class CommandError(Exception):
    """A command could not be run or has failed. The message is meant for the user."""


class NoCommandLine(CommandError):
    """The definition has no command to execute."""


class Failed(CommandError):
    """It did not start, or its return code was not zero."""


class Busy(CommandError):
    """As much is going on already as the server can bear; nothing was started.

    Attributes:
        retry_after: seconds after which to try again
    """

    retry_after = 5


class Runner:
    """The one place in which commands are run.

    Arguments:
        is_printing: tells whether a print is under way
        max_waiting: how many threads may wait for the end of a command at a time
    """

    def __init__(
        self,
        is_printing: Callable[[], bool] = lambda: False,
        max_waiting: Optional[int] = None,
    ):
        self._is_printing = is_printing
        self._waiting = threading.BoundedSemaphore(
            max_waiting or max(1, request_threads() // 2)
        )
        self._running = threading.BoundedSemaphore(_MAX_RUNNING)
        self._watcher = Watcher(self._pause)

    def execute(self, source: str, command: Command) -> Run:
        """Runs a command: started if it is ``async``, else ended.

        Raises:
            NoCommandLine, Busy: before anything was started
            Failed: could not be started, or (not ``async``, not ``ignore``) returned
                something else than zero
        """
        if not command.command:
            raise NoCommandLine(
                f"Command for {source}:{command.action} does not define a command to "
                "execute, can't proceed"
            )
        if command.async_:
            return self._start(source, command)

        # every waiting command takes one of the few threads that answer all requests
        if not self._waiting.acquire(blocking=False):
            raise Busy(
                f"Command for {source}:{command.action} was not started: too many "
                "commands are being waited for already. Try again later, or set "
                '"async" for commands that take long.'
            )
        try:
            run = self._start(source, command)
            run.finished.wait()
        finally:
            self._waiting.release()
        if run.status == FAILED and not command.ignore:
            raise Failed(failure_message(run))
        return run

    def _start(self, source: str, command: Command) -> Run:
        if not self._running.acquire(blocking=False):
            raise Busy(
                f"Command for {source}:{command.action} was not started: "
                f"{_MAX_RUNNING} commands are running already. Try again later."
            )
        try:
            _logger.info(f"Performing command for {source}:{command.action}")
            command.prepare()
            process = Process(command.command)
        except Exception as error:
            self._running.release()
            message = (
                f"Command for {source}:{command.action} could not be started: {error}"
            )
            _logger.warning(message)
            raise Failed(message) from error

        run = Run(source, command)

        def on_end(exit_code: int) -> None:
            self._running.release()
            run.finish(exit_code)
            if run.status == FAILED and not command.ignore:
                _logger.warning(_prefix_lines(failure_message(run)))

        self._watcher.watch(process, run.output, on_end)
        return run

    def _pause(self, read: int) -> float:
        if self._is_printing():
            return _PAUSE_WHILE_PRINTING
        return _PAUSE_IN_FLOOD if read >= FULL_PIPE else _PAUSE


def request_threads() -> int:
    """How many threads OctoPrint has for answering requests.

    It uses the default of ``concurrent.futures.ThreadPoolExecutor``.
    """
    # what it asks as of Python 3.13, and what it asked before
    cpus = getattr(os, "process_cpu_count", os.cpu_count)()
    return min(32, (cpus or 1) + 4)


def failure_message(run: Run) -> str:
    """Tells of a failure in OctoPrint's words, with the end of what the command wrote."""
    return (
        f"Command for {run.source}:{run.action} failed with return code "
        f"{run.exit_code}:\n\n"
        f"STDOUT:\n{run.output.text(STDOUT, _EXCERPT)}\n\n"
        f"STDERR:\n{run.output.text(STDERR, _EXCERPT)}"
    )


def _prefix_lines(text: str) -> str:
    # so that a reader of the log sees what is the command's and what is not
    return "\n! ".join(text.splitlines())
