"""OctoPrint's printer, as far as commands and their guards look at it."""

import logging
from collections.abc import Mapping
from typing import Any, Optional

from octoprint.printer import PrinterCallback

from ..runs.printer_state import Heater, PrinterState

_logger = logging.getLogger("octoprint.plugins.systemcommands.host.printer")

# OctoPrint 2.0 has another name for the printer's own storage
_ORIGINS: dict[Optional[str], str] = {"printer": "sdcard"}


class Printer:
    """Tells what the printer is doing.

    Arguments:
        printer: a ``octoprint.printer.PrinterInterface``
    """

    def __init__(self, printer: Any):
        self._printer = printer
        self._reported = _LastReport(printer)
        printer.register_callback(self._reported)

    def is_printing(self) -> bool:
        """Whether lines are being sent to the printer for a print; very quick."""
        return self._printer.is_printing()

    def job(self) -> tuple[Optional[str], Optional[str]]:
        """The name of who has begun the print, and the path of its file; None for what is
        not known."""
        try:
            job = _part(self._printer.get_current_data(), "job")
            user, path = job.get("user"), _part(job, "file").get("path")
        except Exception:
            # whatever kind of printer it is
            _logger.exception("Cannot tell whose the print is")
            return None, None
        return (
            user if isinstance(user, str) else None,
            path if isinstance(path, str) else None,
        )

    def log(self, text: str) -> None:
        """Writes a line to the Terminal tab."""
        self._printer.log_lines(text)

    def state(self) -> PrinterState:
        """Everything, as it is now."""
        printer = self._printer
        data = printer.get_current_data()
        file = _part(_part(data, "job"), "file")
        origin = file.get("origin")
        progress = _part(data, "progress")
        return PrinterState(
            state=printer.get_state_id(),
            is_connected=not printer.is_closed_or_error(),
            is_busy=any(
                is_so()
                for is_so in (
                    printer.is_printing,
                    printer.is_pausing,
                    printer.is_paused,
                    printer.is_resuming,
                    printer.is_cancelling,
                    printer.is_finishing,
                )
            ),
            file=file.get("path"),
            origin=_ORIGINS.get(origin, origin),
            progress=_number(progress.get("completion")),
            print_time=_number(progress.get("printTime")),
            print_time_left=_number(progress.get("printTimeLeft")),
            heaters=self._heaters(),
        )

    def _heaters(self) -> dict[str, Heater]:
        # nobody knows what has become of a printer that is off by now
        if self._printer.is_closed_or_error():
            return {}
        return {
            str(name): Heater(
                _number(values.get("actual")), _number(values.get("target"))
            )
            for name, values in self._reported.temperatures.items()
            if isinstance(values, Mapping)
        }


class _LastReport(PrinterCallback):
    """What the printer that is connected has told of its temperatures last.

    OctoPrint's `get_current_temperatures` may tell something older: it looks for the latest
    by the clock, and a clock can be set back. Nor does it know of which connection it was.

    Attributes:
        temperatures: as OctoPrint notes them, ``{heater: {actual, target}}`` and more
    """

    def __init__(self, printer: Any):
        self._printer = printer
        self.temperatures: Mapping[str, Any] = {}

    def on_printer_add_temperature(self, data: Mapping[str, Any]) -> None:
        """Called by OctoPrint with each report, and with an empty one when a connection
        has ended."""
        # what comes later than that must not pass for something of the next connection
        self.temperatures = {} if self._printer.is_closed_or_error() else data


def _part(data: Any, name: str) -> dict[str, Any]:
    return (data.get(name) if isinstance(data, dict) else None) or {}


def _number(value: Any) -> Optional[float]:
    # a firmware may report anything, and nothing when it is busy
    return value if isinstance(value, (int, float)) else None
