"""Checks of what opens a command to others than OctoPrint's users: lines of G-code, and
messages by MQTT."""

import re
from collections.abc import Collection, Iterator
from typing import Any, Optional

from ...messages import N_, Message
from ..arguments.values import WrongValues, take
from ..definition import Command
from ..fields import LIST
from ..problems import WARNING, Problem

# What GCODE System Commands tells its commands
_OLD_VARIABLE = re.compile(r"OCTOPRINT_GCODESYSTEMCOMMAND_(ID|ARGS|LINE)")

_ASKS_FOR_PASSWORD = N_(
    "cannot be set for a command that asks for the password, which nobody could enter"
)
_ASKED_FOR = {
    "fresh_credentials": _ASKS_FOR_PASSWORD,
    "arguments": N_(
        "cannot be set for a command that asks for a secret, which would stand in files and "
        "in the Terminal tab"
    ),
}
_ASKED_FOR_BY_MQTT = {
    "fresh_credentials": _ASKS_FOR_PASSWORD,
    "arguments": N_(
        "cannot be set for a command that asks for a secret, which others at the broker could "
        "read"
    ),
}


def check_gcode(
    command: Command, aliases: Collection[Optional[int]]
) -> Iterator[Problem]:
    """What keeps lines of G-code from running a command as its definition says.

    Arguments:
        command: the command
        aliases: the numbers that other commands have; None counts for nothing
    """
    if command.is_status:
        return
    if not command.gcode:
        for field in ("gcode_alias", "gcode_script"):
            if getattr(command, field) not in (None, []):
                text = N_("has no effect: the command is not open to G-code")
                yield Problem(field, Message(text), WARNING)
        return
    if command.action == LIST:
        text = N_('cannot be run by "@system list", which lists all commands: rename it')
        yield Problem("action", Message(text), WARNING)
    if command.asks_for is not None:
        yield Problem("gcode", Message(_ASKED_FOR[command.asks_for]))
        return
    if command.gcode_alias is not None and command.gcode_alias in aliases:
        yield Problem("gcode_alias", Message(N_("is taken by another command")))
    missing = _without_value(command)
    if missing is None:
        return
    for field in ("gcode_alias", "gcode_script"):
        if getattr(command, field) not in (None, []):
            text = N_('needs a default for "%(name)s": this line has no values')
            yield Problem(field, Message(text, {"name": missing}))


def check_mqtt(command: Command) -> Iterator[Problem]:
    """What keeps messages from running a command as its definition says."""
    if not command.mqtt or command.is_status:
        return
    if command.asks_for is not None:
        yield Problem("mqtt", Message(_ASKED_FOR_BY_MQTT[command.asks_for]))
        return
    missing = _without_value(command)
    if missing is not None:
        text = N_(
            'is not shown by Home Assistant, which has no value for "%(name)s": give it a '
            "default"
        )
        yield Problem("mqtt", Message(text, {"name": missing}), WARNING)


def alias_of(entry: Any) -> Optional[int]:
    """The number of an entry's ``OCTO`` line, as it stands in a file or comes from an editor;
    None if it has none."""
    if not isinstance(entry, dict) or entry.get("gcode") is not True:
        return None
    alias = entry.get("gcode_alias")
    return alias if type(alias) is int else None


def check_old_variables(command_line: Any) -> Iterator[Problem]:
    """What somebody has to know of a command line that was made for the plugin GCODE System
    Commands."""
    found = isinstance(command_line, str) and _OLD_VARIABLE.search(command_line)
    if found:
        text = N_(
            "works as it is when a line such as OCTO1 runs it. Run in another way, it has no "
            "%(name)s."
        )
        yield Problem("command", Message(text, {"name": f"${found[0]}"}), WARNING)


def _without_value(command: Command) -> Optional[str]:
    """The first argument that has to have a value, and no default; None if there is none."""
    try:
        # whether a file is there yet does not matter
        take(command.arguments, {}, lambda path: path)
    except WrongValues as error:
        return error.problems[0].argument
    return None
