"""OctoPrint's connection to its printer, and the print of a file."""

from typing import Any

from octoprint.filemanager import valid_file_type


class Connection:
    """Opens and uses it.

    Arguments:
        printer: a ``octoprint.printer.PrinterInterface``
        settings: a ``octoprint.plugin.PluginSettings``
    """

    def __init__(self, printer: Any, settings: Any):
        self._printer = printer
        self._settings = settings

    def is_open(self) -> bool:
        """Whether there is a connection, or one is being made."""
        return not self._printer.is_closed_or_error()

    def is_ready(self) -> bool:
        """Whether the printer would print a file now."""
        return bool(self._printer.is_ready())

    def can_print(self, path: str) -> bool:
        """Whether a file is of a kind that is printed, and not a model, say."""
        return bool(valid_file_type(path, type="machinecode"))

    def open(self) -> None:
        """Connects to the printer that OctoPrint's settings prefer."""
        # OctoPrint 2.0 has several kinds; before, the printer knows the serial port itself
        preferred = ["printerConnection", "preferred"]
        connector = self._settings.global_get([*preferred, "connector"])
        if connector is None:
            self._printer.connect()
            return
        parameters = self._settings.global_get([*preferred, "parameters"])
        self._printer.connect(connector=connector, parameters=dict(parameters or {}))

    def print_file(self, path: str) -> None:
        """Selects a file and prints it.

        Arguments:
            path: among the uploads

        Raises:
            octoprint.printer.InvalidFileType, InvalidFileLocation: it cannot be printed
        """
        self._printer.select_file(path, False, printAfterSelect=True)
