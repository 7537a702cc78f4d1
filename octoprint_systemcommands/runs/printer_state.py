"""What the printer is doing, as far as commands care."""

import re
from collections.abc import Mapping
from typing import NamedTuple, Optional, Protocol

# Printers have a few heaters; whatever a plugin reports, this is enough
_MAX_HEATERS = 32


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
    """The printer, see `octoprint_systemcommands.host.printer.Printer`."""

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
