"""The first line of a command that says which program is to run it: ``#!/bin/bash``."""

from typing import NamedTuple, Optional

from ..messages import N_
from .problems import CannotRun

_MARK = "#!"
_BLANKS = " \t"


class Shebang(NamedTuple):
    """What such a line says.

    Attributes:
        interpreter: the path of the program
        argument: all that follows, as one argument; None if nothing does
    """

    interpreter: str
    argument: Optional[str] = None

    @property
    def argv(self) -> list[str]:
        """The beginning of the command line, which the script's name follows."""
        return [self.interpreter, *([] if self.argument is None else [self.argument])]


def shebang_of(command: str) -> Optional[Shebang]:
    """Reads the first line as Linux does when it starts a script.

    Arguments:
        command: what a definition has as its command

    Returns:
        None if the line names no program, and the shell runs the command

    Raises:
        CannotRun: it names one in a way that cannot work
    """
    line = command.partition("\n")[0]
    if not line.startswith(_MARK):
        return None
    if line.endswith("\r"):
        # Linux takes the first half of such a line end for a part of the name
        raise CannotRun(
            N_(
                "The lines end as on Windows (CR LF), and with such a first line no "
                "program is found. Let them end with LF alone."
            )
        )
    words = line[len(_MARK) :].strip(_BLANKS)
    if not words:
        return None
    end = next((i for i, letter in enumerate(words) if letter in _BLANKS), len(words))
    interpreter, argument = words[:end], words[end:].strip(_BLANKS)
    if not interpreter.startswith("/"):
        raise CannotRun(
            N_(
                'The first line has to name the program with its whole path, and "%(name)s" '
                'is none. "#!/usr/bin/env %(name)s" looks for it in PATH.'
            ),
            name=interpreter,
        )
    return Shebang(interpreter, argument or None)
