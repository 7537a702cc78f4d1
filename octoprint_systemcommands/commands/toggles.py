"""Toggles: commands that are switched on and off, and the commands that they are made of.

A toggle is one command with one action, ``light``. What is run is a `Switched`: the toggle
with the command line of one direction. Clients that know no toggles name it by an action of
its own, ``light:on``.
"""

from typing import Any, Literal, Optional

from ..messages import N_, MessageError
from .definition import Command

To = Literal["on", "off"]

ON: To = "on"
OFF: To = "off"
STATE = "state"

_MARK = ":"

# What it takes to run only the one command line. For the others, what people are asked and
# what the printer does are no concern of it.
_UNGUARDED = {"confirm": None, "while_printing": "allow", "max_temperature": None}


class WrongTo(MessageError, ValueError):
    """It was not said where to switch to in a way that can be followed; says what to do."""


class WrongPart(MessageError, ValueError):
    """There is no such part to be tried out; says what to do."""


class Switched(Command):
    """A toggle on its way: ``command`` is the command line of one direction, and what guards
    only the other one is left out.

    Attributes:
        to: the direction
    """

    to: To

    @property
    def needed(self) -> tuple[str, ...]:
        return ("command",)


def switched(command: Command, to: To) -> Switched:
    """A toggle, to be switched.

    Arguments:
        command: the toggle
        to: where to
    """
    fields = dict(command)
    fields["command"] = command.on if to == ON else command.off
    if to == ON and command.guards == "off":
        fields.update(_UNGUARDED)
    if command.when_busy == "parallel":
        # the last one of two counts, whichever takes longer
        fields["when_busy"] = "queue"
    # all of it was checked; aliases are for what was not
    return Switched.model_construct(**_by_alias(fields), to=to)


def chosen(command: Command, to: Any) -> Command:
    """What is meant by a command and the direction that was said beside it.

    Arguments:
        command: of the catalogue
        to: as it came; None if nothing was said

    Returns:
        a `Switched`, or the command as it is if nothing was said

    Raises:
        WrongTo: it is no direction, the command has none, or another one
    """
    if to is None:
        return command
    if to not in (ON, OFF):
        raise WrongTo(N_('"to" has to be "on" or "off"'))
    if not command.is_toggle:
        text = N_('"%(name)s" is no toggle: leave out "to"')
        raise WrongTo(text, name=command.name)
    if isinstance(command, Switched):
        if command.to != to:
            text = N_(
                'The action says "%(action)s", and "to" says "%(to)s": leave out one'
            )
            raise WrongTo(text, action=command.to, to=to)
        return command
    return switched(command, to)


def state_command(command: Command) -> Command:
    """What asks a toggle or a status for its state, as a command of its own."""
    return command.model_copy(
        update={
            **_UNGUARDED,
            "type": "command",
            "command": command.state,
            "arguments": [],
            "merge_output": False,
            "timeout": command.state_timeout,
            # it is an answer
            "ignore": True,
            "outlives_server": False,
        }
    )


def part_of(command: Command, part: Any) -> tuple[str, Command]:
    """What of a command is to be tried out.

    Arguments:
        command: of whichever type
        part: ``on``, ``off`` or ``state``, as it came; None where there is only one

    Returns:
        the field that it stands in, and what it says as a command of its own

    Raises:
        WrongPart: there is no such part
    """
    if command.type == "command":
        if part is not None:
            raise WrongPart(N_('"part" is for toggles and statuses: leave it out'))
        return "command", command
    if part == STATE or (part is None and command.is_status):
        return STATE, state_command(command)
    if command.is_toggle and part in (ON, OFF):
        return part, switched(command, part)
    if command.is_status:
        raise WrongPart(N_('"part" of a status has to be "state", or left out'))
    raise WrongPart(N_('"part" of a toggle has to be "on", "off" or "state"'))


def split(action: str) -> tuple[str, Optional[To]]:
    """The action of a toggle and the direction that stand in ``light:on``; the action as it
    is and None if there is no direction in it."""
    name, mark, to = action.rpartition(_MARK)
    if mark and name:
        if to == ON:
            return name, ON
        if to == OFF:
            return name, OFF
    return action, None


def of_direction(action: str, to: str) -> str:
    """The inverse of `split`."""
    return f"{action}{_MARK}{to}"


def opposite(state: str) -> To:
    """Where a toggle is switched to that is in a state; what is unknown, to on."""
    return OFF if state == ON else ON


def _by_alias(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        Command.model_fields[name].alias or name: value for name, value in fields.items()
    }
