"""What a command can know of its run and of the printer, as environment variables.

None of the names is one that the command line tool ``octoprint`` takes for an option, so a
command may use it. No credentials are among the values.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple, Optional, Protocol

from .run import Request

# Printers have a few heaters; whatever a plugin reports, this is enough
_MAX_HEATERS = 32


def of_run(request: Request, server_url: str) -> dict[str, str]:
    """What a command can know of its run, beside its id.

    Arguments:
        request: to run it
        server_url: the address at which this server answers on its own machine
    """
    return {
        # no variable can hold what YAML can
        "OCTOPRINT_ACTION": request.command.action.replace("\0", ""),
        "OCTOPRINT_USER": request.requester.user or "",
        "OCTOPRINT_TRIGGER": request.requester.trigger,
        "OCTOPRINT_URL": server_url,
    }


def local_url(host: Optional[str], port: int) -> str:
    """The address at which a server answers on its own machine.

    Arguments:
        host: what it listens to; None or such as ``0.0.0.0`` for everything
        port: the same
    """
    if host in (None, "", "0.0.0.0", "::"):
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Heater(NamedTuple):
    """A heater of the printer.

    Attributes:
        actual: its temperature in °C, None if that is not known
        target: the one it is to have in °C; 0 if it is off, None if that is not known
    """

    actual: Optional[float] = None
    target: Optional[float] = None


class PrinterState(NamedTuple):
    """What the printer is doing.

    Attributes:
        state: OctoPrint's identifier, such as ``OPERATIONAL`` or ``PRINTING``
        is_connected: OctoPrint is in contact with the printer
        is_busy: a print is under way, be it paused, just starting or about to end
        file: path of the selected file in its storage, None without one
        origin: the storage, ``local`` or ``sdcard``; None without a file
        progress: percent of the file that are printed; None without a file, and until the
            first lines of it were sent
        print_time, print_time_left: in seconds; None if not known
        heaters: by name: ``tool0``, ``bed``, ``chamber``, …
    """

    state: str = "OFFLINE"
    is_connected: bool = False
    is_busy: bool = False
    file: Optional[str] = None
    origin: Optional[str] = None
    progress: Optional[float] = None
    print_time: Optional[float] = None
    print_time_left: Optional[float] = None
    heaters: Mapping[str, Heater] = {}

    def environment(self) -> dict[str, str]:
        """The state as environment variables, empty where something is not known."""
        result = {
            "OCTOPRINT_STATE": self.state,
            "OCTOPRINT_PRINTING": "true" if self.is_busy else "false",
            "OCTOPRINT_FILE": self.file or "",
            "OCTOPRINT_FILE_ORIGIN": self.origin or "",
            "OCTOPRINT_PROGRESS": _number(self.progress),
            "OCTOPRINT_PRINT_TIME": _number(self.print_time, 0),
            "OCTOPRINT_PRINT_TIME_LEFT": _number(self.print_time_left, 0),
        }
        for name, heater in list(self.heaters.items())[:_MAX_HEATERS]:
            suffix = re.sub(r"[^A-Z0-9]+", "_", name.upper())
            result[f"OCTOPRINT_TEMPERATURE_{suffix}"] = _number(heater.actual)
            result[f"OCTOPRINT_TARGET_{suffix}"] = _number(heater.target)
        return result


class Printer(Protocol):
    """The printer, see `octoprint_systemcommands.printer.Printer`."""

    def is_printing(self) -> bool: ...

    def state(self) -> PrinterState: ...


class NoPrinter:
    """Stands in for a printer where there is none."""

    def is_printing(self) -> bool:
        """Never."""
        return False

    def state(self) -> PrinterState:
        """It is off."""
        return PrinterState()


def _number(value: Optional[float], digits: int = 1) -> str:
    return "" if value is None else f"{value:.{digits}f}"
