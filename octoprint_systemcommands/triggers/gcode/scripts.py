"""Lines that are sent before and after a print, by OctoPrint's own scripts for that."""

from collections.abc import Iterable
from typing import Optional

from ...commands.definition import Command
from .line import COMMAND, WAIT, written

BEFORE_PRINT = "before_print"
AFTER_PRINT = "after_print"
ON_PAUSE = "on_pause"
ON_RESUME = "on_resume"

STARTED, DONE, CANCELLED = "beforePrintStarted", "afterPrintDone", "afterPrintCancelled"

# By OctoPrint's script: what it stands for. What comes before the print or goes on with it
# waits for the command.
PLACES = {
    STARTED: BEFORE_PRINT,
    DONE: AFTER_PRINT,
    CANCELLED: AFTER_PRINT,
    "afterPrintPaused": ON_PAUSE,
    "beforePrintResumed": ON_RESUME,
}
_BEFORE = (BEFORE_PRINT, ON_RESUME)

Lines = tuple[Optional[list[str]], Optional[list[str]]]


def lines(script: str, commands: Iterable[Command]) -> Optional[Lines]:
    """What is to stand before and after a script.

    Arguments:
        script: its name, one of `PLACES`
        commands: those that are open to G-code

    Returns:
        the lines before and those after it; None if there are none
    """
    place = PLACES[script]
    found = [
        _line(command, place) for command in commands if place in command.gcode_script
    ]
    if not found:
        return None
    return (found, None) if place in _BEFORE else (None, found)


def _line(command: Command, place: str) -> str:
    words = [f"@{COMMAND}", written(command.action)]
    if command.is_toggle:
        words.append("on" if place in _BEFORE else "off")
    if place in _BEFORE:
        words.append(WAIT)
    return " ".join(words)
