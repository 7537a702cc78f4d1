"""Whether commands could be run now, as far as their guards tell."""

from ...commands.definition import Command
from ...commands.toggles import OFF, ON, switched
from ...runs.errors import Refused
from ...runs.guards import check
from ...runs.printer_state import PrinterState

ONLINE = "online"
OFFLINE = "offline"


def of_command(command: Command, state: str, printer: PrinterState) -> str:
    """`ONLINE` or `OFFLINE`. Nobody is there to confirm anything.

    Arguments:
        command: the command
        state: of a toggle; what it could be switched to is the opposite
        printer: what it is doing
    """
    if command.is_toggle:
        command = switched(command, ON if state == OFF else OFF)
    try:
        check(command, printer, confirmed=False)
    except Refused:
        return OFFLINE
    return ONLINE
