"""What takes its time, and the end of the server."""

import contextlib
import logging
import threading
from collections.abc import Callable
from typing import Any

_logger = logging.getLogger("octoprint.plugins.systemcommands.runs.interpreter_exit")


def elsewhere(name: str, function: Callable[..., None], *args: Any) -> None:
    """Calls a function in a thread of its own: it may take a while, or wait for a disk
    that does not answer, and whoever calls has others to look after. Without a thread it is
    called here."""
    if not only_elsewhere(name, function, *args):
        _call(function, *args)


def only_elsewhere(name: str, function: Callable[..., None], *args: Any) -> bool:
    """The same, for what must not be called here; returns whether there is a thread."""
    thread = threading.Thread(
        target=_call, args=(function, *args), name=f"systemcommands.{name}", daemon=True
    )
    try:
        thread.start()
    except RuntimeError:
        # none to spare; and some versions of Python start none any more when they end
        return False
    return True


def _call(function: Callable[..., None], *args: Any) -> None:
    try:
        function(*args)
    except Exception:
        _logger.exception("Error while looking after a run")


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
