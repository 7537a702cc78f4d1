"""``@system`` lines, as they are written.

    @system <action> [on|off] [name=value …] [wait]

Words are told apart as a shell does it, with quotes and backslashes; nothing is replaced.
"""

import re
import shlex
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Optional

from ...commands.arguments.texts import as_value
from ...commands.arguments.types import Argument
from ...commands.variables import OCTO
from ...messages import N_, MessageError

COMMAND = "system"
WAIT = "wait"

# Characters of a line; firmwares take less than a hundred
_MAX_LENGTH = 2000

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_NOT_AS_IT_IS = re.compile(r"[^\w@%+:,./<>-]")

# The line of the plugin GCODE System Commands
_OCTO = re.compile(r"OCTO([0-9]{1,4})(?:\s+(.*))?", re.DOTALL | re.IGNORECASE)


class WrongLine(MessageError, ValueError):
    """A line cannot be read; says how it has to be written."""


class Line(NamedTuple):
    """What a line asks for.

    Attributes:
        action: the command's
        to: ``on`` or ``off`` of a toggle; None if the line does not say
        arguments: texts by the name of the argument
        waits: the print is to go on when the command has ended
    """

    action: str
    to: Optional[str] = None
    arguments: Mapping[str, str] = {}
    waits: bool = False


class Octo(NamedTuple):
    """An ``OCTO`` line.

    Attributes:
        number: tells which command it is
        rest: what stands behind it
        text: all of it
    """

    number: int
    rest: str
    text: str

    @property
    def variables(self) -> dict[str, str]:
        """Environment variables for the command."""
        return {
            "SC_ARGS": self.rest,
            f"{OCTO}ID": str(self.number),
            f"{OCTO}ARGS": self.rest,
            f"{OCTO}LINE": self.text,
        }


def ensure_length(text: str) -> None:
    """Lets a line pass that is not too long.

    Raises:
        WrongLine
    """
    if len(text) > _MAX_LENGTH:
        raise WrongLine(N_("The line is too long."))


def parse(parameters: str) -> Line:
    """Reads what stands behind ``@system``.

    Raises:
        WrongLine
    """
    ensure_length(parameters)
    try:
        words = shlex.split(parameters)
    except ValueError:
        raise WrongLine(N_("A quote is not closed.")) from None
    if not words or not words[0]:
        raise WrongLine(
            N_('Say which command: "@system <action>". "@system list" tells them all.')
        )
    action, *rest = words
    to: Optional[str] = None
    waits = False
    arguments: dict[str, str] = {}
    for word in rest:
        name, is_argument, value = word.partition("=")
        if is_argument and _NAME.fullmatch(name):
            if name in arguments:
                raise WrongLine(N_('"%(name)s" is there twice.'), name=name)
            arguments[name] = value
        elif word in ("on", "off") and to is None:
            to = word
        elif word == WAIT:
            waits = True
        else:
            raise WrongLine(
                N_(
                    '"%(word)s" is neither an argument, such as name=value, nor on, off '
                    "or wait."
                ),
                word=word[:40],
            )
    return Line(action, to, arguments, waits)


def written(action: str) -> str:
    """An action as a line has it: those from ``config.yaml`` may have blanks or quotes."""
    # quotes do not keep a semicolon from beginning a comment
    return _NOT_AS_IT_IS.sub(r"\\\g<0>", action)


def parse_octo(line: str) -> Optional[Octo]:
    """Reads a line such as ``OCTO3 some text``; None if it is another one."""
    found = _OCTO.fullmatch(line.strip())
    if found is None:
        return None
    return Octo(int(found[1]), (found[2] or "").strip(), found[0])


def as_values(arguments: Iterable[Argument], texts: Mapping[str, str]) -> dict[str, Any]:
    """The texts of a line as the values that the arguments take. What cannot be one stays
    a text, and is refused as such."""
    types = {argument.name: argument.type for argument in arguments}
    return {name: as_value(types.get(name, "text"), text) for name, text in texts.items()}
