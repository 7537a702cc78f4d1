"""Ends the processes of runs, what takes its time, and the end of the server."""

import contextlib
import logging
import threading
from collections.abc import Callable
from typing import Any, Optional

from .log_lines import one_line
from .processes import process_tree
from .run import Run

_logger = logging.getLogger("octoprint.plugins.systemcommands.runs.interpreter_exit")


def end_processes(run: Run, then: Callable[[bool], None]) -> None:
    """Ends all processes of a run, in a thread of its own: it may take a while.

    Arguments:
        run: the run, which has a process
        then: called with whether they are gone, when there is nothing left to be done
    """
    process = run.its_process
    name = one_line(f"{run.request.source}:{run.request.command.action}")

    def end() -> None:
        left: Optional[list[int]] = None
        try:
            left = process_tree.end(run.id, lambda: process.session, process.tree)
            if left:
                _logger.warning(f"Could not end all processes of {name}: {left} are left")
        except Exception:
            _logger.exception(f"Error while stopping {name}, try again")
        finally:
            then(left == [])

    elsewhere("stop", end)


def elsewhere(name: str, function: Callable[..., None], *args: Any) -> None:
    """Calls a function in a thread of its own: it may take a while, or wait for a disk
    that does not answer, and whoever calls has others to look after."""

    def call() -> None:
        try:
            function(*args)
        except Exception:
            _logger.exception("Error while looking after a run")

    try:
        threading.Thread(target=call, name=f"systemcommands.{name}", daemon=True).start()
    except RuntimeError:
        # none to spare; and some versions of Python start none any more when they end
        call()


def call_at_the_end(function: Callable[[], None]) -> None:
    """Has a function called when Python ends, before it waits for its threads.

    These answer requests, and may wait for a command. OctoPrint's on_shutdown comes after
    that, so this is what the thread pools of the standard library use. It is not public;
    without it, the end has to wait for the commands that are waited for.
    """
    register = getattr(threading, "_register_atexit", None)
    if register is not None:
        with contextlib.suppress(RuntimeError):  # it is the end already
            register(function)
