"""What comes before the process of a run: whether it may be, and what it gets."""

import logging
import time
from collections.abc import Callable
from typing import NamedTuple, Optional

from . import guards
from .environment import of_run
from .errors import Busy, Failed, NoCommandLine, NotAllowed, title
from .log_lines import who_does_what
from .printer_state import Printer, PrinterState
from .processes.descriptors import ensure_enough
from .processes.process import NICENESS, Process
from .request import Request
from .run import Run

_logger = logging.getLogger("octoprint.plugins.systemcommands.runs.preparation")


# Seconds for which a snapshot counts: the start may have to wait for a thread
_FRESH = 1.0


class Snapshot(NamedTuple):
    """The state of the printer that has let a request pass.

    Attributes:
        printer: the state
        taken_at: when, see `time.monotonic`
    """

    printer: PrinterState
    taken_at: float


class Preparation:
    """Knows what the world has to say about a run.

    Arguments:
        printer: what it does keeps some commands from being run
        server_url: the address of this server
        may_run: whether who has asked for a run may still have it when its turn comes
    """

    def __init__(
        self,
        printer: Printer,
        server_url: Callable[[], str],
        may_run: Callable[[Request], bool],
    ):
        self._printer = printer
        self._server_url = server_url
        self._may_run = may_run

    def check(self, request: Request) -> Optional[Snapshot]:
        """Lets a request pass. Does not wait.

        Returns:
            for `process_of`, if it follows at once; None if the printer does not matter

        Raises:
            NoCommandLine, Refused, Busy: it is not to be run
            Failed: nobody can tell whether it may be
        """
        if request.command.obstacle is not None:
            raise NoCommandLine(f"{title(request)} {request.command.obstacle}")
        snapshot = None
        if guards.has_guards(request.command):
            snapshot = Snapshot(self._printer_state(request), time.monotonic())
            guards.check(
                request.command,
                snapshot.printer,
                request.confirmed,
                request.part_of_print,
            )
        try:
            ensure_enough()
        except OSError as error:
            raise Busy(
                f"{title(request)} was not started: the server has too few file descriptors "
                f"left ({error.strerror}). Try again later. If it happens often, raise the "
                "limit, by LimitNOFILE in the unit of systemd or by ulimit -n."
            ) from None
        return snapshot

    def process_of(self, run: Run, snapshot: Optional[Snapshot]) -> Process:
        """Starts a run whose turn it is. Takes as long as the disks do on which its folder
        and its interpreter are.

        Arguments:
            run: the run
            snapshot: what `check` has returned; None if the run was queued

        Raises:
            NotWanted: it was told to end meanwhile
            Exception: whatever else has kept it from being started
        """
        request = run.request
        command = request.command
        # the world may have changed since it was let pass
        if not self._may_run(request):
            raise NotAllowed(command.name)
        if snapshot is not None and time.monotonic() - snapshot.taken_at < _FRESH:
            printer = snapshot.printer
        else:
            printer = self._printer_state(request)
            guards.check(command, printer, request.confirmed, request.part_of_print)
        _logger.info(who_does_what(run))
        # `check` has seen to it
        assert command.command is not None
        return Process(
            command.command,
            of_run(run.id, request, self._server_url(), printer),
            command.working_directory,
            # what restarts the server may become its parent, and must not slow it down
            niceness=None if command.outlives_server else NICENESS,
            merge_output=command.merge_output,
            outlives_server=bool(command.outlives_server),
            is_wanted=lambda: run.stop_reason is None,
            prepare=command.prepare,
        )

    def _printer_state(self, request: Request) -> PrinterState:
        try:
            return self._printer.state()
        except Exception as error:
            _logger.exception("Cannot tell what the printer is doing")
            if guards.has_guards(request.command):
                raise Failed(
                    f"{title(request)} was not started: what the printer is doing is not "
                    f"known ({error}). See octoprint.log."
                ) from error
            # whatever kind of printer it is, the command matters more
            return PrinterState()
