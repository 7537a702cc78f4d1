"""Pipes that have outlived their process, because something in the background holds them."""

import logging
import resource
from typing import Optional

from .watched import Watched

_logger = logging.getLogger(
    "octoprint.plugins.systemcommands.runs.processes.orphaned_pipes"
)


class OrphanedPipes(dict[int, Watched]):
    """By file descriptor, what they belong to; the oldest first.

    Their output is nobody's, but who writes it must not be killed by a closed pipe (a webcam
    server that logs, say).
    """

    def __init__(self) -> None:
        super().__init__()
        self.most = _most()

    def one_too_many(self) -> Optional[Watched]:
        """The oldest that is to be given up; None if there are not too many."""
        if len(self) <= self.most:
            return None
        _logger.warning(
            "Too many background processes hold the output of commands that have "
            "ended; no longer listening to the oldest. Redirect their output, e.g. "
            "to /dev/null."
        )
        return next(iter(self.values()))


def _most() -> int:
    # a quarter of what the server may open, two for each background process
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1024 if soft == resource.RLIM_INFINITY else max(16, min(1024, soft // 4))
