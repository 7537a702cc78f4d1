"""Takes lines of G-code that ask for commands from OctoPrint's hooks.

OctoPrint shows its lines in the printer's thread, which must not wait: here they are read and
handed over to the `worker`, and the job is held if the line says so.
"""

from collections.abc import Callable, Mapping
from typing import Any, Optional, Protocol

from ...commands.toggles import split
from ...launcher import Launcher
from ...runs.record import Record
from ...runs.runner import Runner
from . import line, scripts
from .asked import Asked
from .connection import NotHeld
from .holds import Hold
from .line import Line, WrongLine
from .notices import Notices
from .opened import OpenedCommands
from .origin import Origins
from .worker import WAY_IN, Opened, Worker

# After these a job may not want to be held any more
_AGAINST_HOLDS = frozenset(
    (
        *("PrintCancelling", "PrintPaused", "PrinterStateChanged"),
        *("Disconnecting", "Disconnected", "Error", "EStop"),
    )
)


class Job(Protocol):
    """The job of the printer, see `octoprint_systemcommands.host.printer`."""

    def job(self) -> tuple[Optional[str], Optional[str]]: ...

    def log(self, text: str) -> None: ...


class Gcode:
    """What OctoPrint's hooks and events hand over to.

    Arguments:
        opened: the commands that are open to G-code
        launcher: has them run
        runner: stops what the print no longer wants
        job: of the printer
        complain: tells people what was not run: ``{reason, action, line}``
    """

    def __init__(
        self,
        opened: Opened,
        launcher: Launcher,
        runner: Runner,
        job: Job,
        complain: Callable[[Mapping[str, Any]], None],
    ):
        self._origins = Origins(job.job)
        self._commands = OpenedCommands(lambda: opened.opened(WAY_IN))
        self._worker = Worker(
            opened,
            self._commands,
            launcher,
            runner,
            job.log,
            Notices(complain),
        )

    def at_command(
        self,
        comm: Any,
        phase: str,
        command: str,
        parameters: str,
        tags: Any = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """For the hook ``octoprint.comm.protocol.atcommand.queuing``."""
        if command.lower() != line.COMMAND:
            return
        text = f"@{line.COMMAND} {parameters}"
        comes_from = self._origins.of(tags)
        try:
            wanted = line.parse(parameters)
        except WrongLine as error:
            self._worker.put(Asked(error, text, comes_from, comm))
            return
        hold, not_held = self._hold(comm, wanted) if wanted.waits else (None, None)
        self._worker.put(Asked(wanted, text, comes_from, comm, hold, not_held))

    def queuing(
        self,
        comm: Any,
        phase: str,
        cmd: str,
        cmd_type: Any,
        gcode: Any,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """For the hook ``octoprint.comm.protocol.gcode.queuing``, if OctoPrint does not know
        the line."""
        wanted = line.parse_octo(cmd)
        if wanted is None or self._commands.of_alias(wanted.number) is None:
            return None
        comes_from = self._origins.of(kwargs.get("tags"))
        try:
            line.ensure_length(cmd)
        except WrongLine as error:
            self._worker.put(Asked(error, wanted.text, comes_from, comm))
        else:
            self._worker.put(Asked(wanted, wanted.text, comes_from, comm))
        # no printer knows it
        return (None,)

    def script(
        self, comm: Any, script_type: str, script_name: str, *args: Any, **kwargs: Any
    ) -> Any:
        """For the hook ``octoprint.comm.protocol.scripts``: lines before and after OctoPrint's
        own scripts for a print."""
        if script_type != "gcode" or script_name not in scripts.PLACES:
            return None
        if script_name == scripts.STARTED:
            self._origins.print_begins()
        elif script_name == scripts.DONE:
            self._origins.print_is_done()
        elif script_name == scripts.CANCELLED:
            self._origins.print_was_cancelled()
        return scripts.lines(script_name, self._commands.all())

    def on_event(self, event: str, payload: Any) -> None:
        """OctoPrint has fired an event."""
        if event in _AGAINST_HOLDS:
            self._worker.holds.look()
        if event == "EStop":
            self._worker.call_off("emergency stop")
        elif event == "SettingsUpdated":
            self._commands.forget()

    def run_changed(self, record: Record) -> None:
        """There is something new about a run. Called with the runner's lock held."""
        self._worker.run_changed(record)

    def close(self) -> None:
        """At the end of the server."""
        self._worker.close()

    def _hold(self, comm: Any, wanted: Line) -> tuple[Optional[Hold], Optional[str]]:
        """A hold for a line, or why there is none."""
        command = self._commands.of_action(split(wanted.action)[0])
        if command is None:
            # nothing to wait for; it will be said in a moment
            return None, None
        try:
            return self._worker.holds.take(comm, command.gcode_wait), None
        except NotHeld as error:
            return None, str(error)
