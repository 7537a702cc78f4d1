"""What keeps a command from being run while the printer is at work."""

from ..commands.definition import Command
from ..messages import N_
from .errors import Refused
from .printer_state import PrinterState

# Reasons for programs
PRINTING = "printing"
CONFIRM = "confirm"
TEMPERATURE = "temperature"
REASONS = (PRINTING, CONFIRM, TEMPERATURE)


def has_guards(command: Command) -> bool:
    """Whether the state of the printer matters to a command."""
    return command.while_printing != "allow" or command.max_temperature is not None


def check(
    command: Command,
    printer: PrinterState,
    confirmed: bool,
    part_of_print: bool = False,
) -> None:
    """Lets a command pass.

    Arguments:
        command: what is to be run
        printer: its state now
        confirmed: whoever wants it knows that a print is under way
        part_of_print: it is the print that wants it

    Raises:
        Refused: says why, and what to do
    """
    is_disturbed = printer.is_busy and not part_of_print
    if is_disturbed and command.while_printing == "refuse":
        raise Refused(
            N_(
                '"%(name)s" cannot be run while a print is under way. Wait until it has '
                "ended, or cancel it."
            ),
            PRINTING,
            name=command.name,
        )
    if is_disturbed and command.while_printing == "confirm" and not confirmed:
        raise Refused(
            N_(
                'A print is under way. To run "%(name)s" all the same, confirm it '
                '(programs send "confirmed": true).'
            ),
            CONFIRM,
            name=command.name,
        )
    limit = command.max_temperature
    known = any(heater.actual is not None for heater in printer.heaters.values())
    if limit is not None and printer.is_connected and not known:
        raise Refused(
            N_(
                '"%(name)s" cannot be run before the printer has told how hot it is. Try '
                "again in a few seconds."
            ),
            TEMPERATURE,
            name=command.name,
        )
    for name, heater in printer.heaters.items():
        if limit is not None and heater.actual is not None and heater.actual > limit:
            raise Refused(
                N_(
                    '"%(name)s" cannot be run while the printer is hot: %(heater)s is at '
                    "%(actual)s °C, above %(limit)s °C. Let it cool down first."
                ),
                TEMPERATURE,
                name=command.name,
                heater=name,
                actual=f"{heater.actual:.1f}",
                limit=f"{limit:g}",
            )
