"""OctoPrint's connection to a printer, as far as lines of G-code want to know what it does.

Not each connection can say it, or hold a job: then the print goes on, and lines are run.
"""

import logging
import time
from typing import Any

_logger = logging.getLogger("octoprint.plugins.systemcommands.triggers.gcode.connection")

# OctoPrint takes the lock of its holds for a moment with each line of others; only another
# plugin keeps it for longer
_TRIES = 20
_BETWEEN_TRIES = 0.001


class NotHeld(Exception):
    """The job is not held, and why."""


def hold(comm: Any) -> None:
    """Holds the job once more, without waiting.

    Raises:
        NotHeld
    """
    try:
        for _ in range(_TRIES):
            if comm.set_job_on_hold(True, blocking=False):
                return
            time.sleep(_BETWEEN_TRIES)
    except Exception as error:
        # a connection that knows no holds
        _logger.debug("The job cannot be held", exc_info=True)
        raise NotHeld("this connection cannot hold a print") from error
    raise NotHeld("another plugin holds the print, or the connection cannot")


def is_sending(comm: Any) -> bool:
    """Whether lines of a print are being sent."""
    try:
        return bool(
            comm.isPrinting()
            # the printer reads the file by itself, and nothing would wait but a cancel
            and not comm.isSdPrinting()
            and not comm.isPausing()
            and not comm.isClosedOrError()
        )
    except Exception:
        _logger.exception("Cannot tell what the printer is doing")
        return False


def is_cancelling(comm: Any) -> bool:
    """Whether a print is being cancelled."""
    return _is(comm, "isCancelling")


def is_closed(comm: Any) -> bool:
    """Whether the connection is over, for whatever reason."""
    return _is(comm, "isClosedOrError")


def _is(comm: Any, name: str) -> bool:
    try:
        return bool(getattr(comm, name)())
    except Exception:
        _logger.debug("The connection does not say whether %s", name, exc_info=True)
        return False
