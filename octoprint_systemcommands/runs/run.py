"""One execution of a command."""

import secrets
import threading
import time
from typing import Optional

from ..commands.definition import Command
from .output import Capture

RUNNING = "running"
SUCCEEDED = "succeeded"
FAILED = "failed"


class Run:
    """What is known of one execution.

    Attributes:
        id: made here, never by a client
        source, action: which command it is
        status: ``running``, ``succeeded`` or ``failed``
        exit_code: the return code, negative for a signal; None while it runs
        started_at: seconds since the epoch
        duration: seconds; None while it runs
        output: what it wrote
        finished: set when all of the above are final
    """

    def __init__(self, source: str, command: Command):
        self.id = secrets.token_hex(8)
        self.source = source
        self.action = command.action
        self.status = RUNNING
        self.exit_code: Optional[int] = None
        self.started_at = time.time()
        self.duration: Optional[float] = None
        self.output = Capture()
        self.finished = threading.Event()
        self._started = time.monotonic()

    def finish(self, exit_code: int) -> None:
        """Notes the end of the process."""
        self.duration = time.monotonic() - self._started
        self.exit_code = exit_code
        self.status = SUCCEEDED if exit_code == 0 else FAILED
        self.finished.set()
