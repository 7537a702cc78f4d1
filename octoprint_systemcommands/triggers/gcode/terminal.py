"""What is said about lines of G-code in the Terminal tab, in English as all that stands there."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ...access import Forbidden, NotOpened
from ...commands.catalogue import NotExecutable, UnknownAction
from ...commands.definition import Command
from ...commands.fields import LIST
from ...commands.toggles import WrongTo
from ...messages import MessageError
from ...runs.record import Record, Status
from . import holds
from .line import WrongLine, written

# Characters of a line, and of what it is about
_MAX_LINE = 500
_MAX_SUBJECT = 100

# Commands that the list has
_MAX_LISTED = 100

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")

# Why something was not run, for programs
WRONG_LINE = "wrong_line"
UNKNOWN = "unknown"
NOT_OPENED = "not_opened"
NOT_RUN = "not_run"
TOO_MANY = "too_many"

RELEASED = {
    holds.LIMIT: "the print goes on and waits no longer",
    holds.CANCELLED: "the print was cancelled and waits no longer",
    holds.INTERRUPTED: "the print was interrupted and waits no longer",
}


class Refusal(NamedTuple):
    """Why a line has run nothing.

    Attributes:
        reason: one of those above, for programs
        text: for people
        is_expected: it is no fault of this plugin
    """

    reason: str
    text: str
    is_expected: bool = True


def say(what: str, text: str) -> str:
    """One line.

    Arguments:
        what: it is about
        text: what there is to say
    """
    said = f"System Commands: {subject(what)}: {text}"
    return _UNPRINTABLE.sub(" ", said)[:_MAX_LINE]


def subject(what: str) -> str:
    """What is said of it must not be longer than that, whoever has written it."""
    return what[:_MAX_SUBJECT].rstrip()


def refusal(error: Exception) -> Refusal:
    """What an error means."""
    if isinstance(error, WrongLine):
        return Refusal(WRONG_LINE, str(error))
    if isinstance(error, UnknownAction):
        text = 'there is no such command; "@system list" tells which are there'
        return Refusal(UNKNOWN, text)
    if isinstance(error, NotExecutable):
        text = "it can only be looked at" if error.is_status else "it is only a divider"
        return Refusal(UNKNOWN, text)
    if isinstance(error, NotOpened):
        return Refusal(NOT_OPENED, str(error))
    if isinstance(error, Forbidden):
        return Refusal(NOT_OPENED, "it may not be run from here")
    if isinstance(error, WrongTo):
        # what it says is about the field of a request
        text = "on and off are for toggles, and a line can say only one of them"
        return Refusal(NOT_RUN, text)
    if isinstance(error, (MessageError, ValueError)):
        return Refusal(NOT_RUN, str(error))
    return Refusal(NOT_RUN, "there was an error, see octoprint.log", is_expected=False)


def end_of(record: Record) -> str:
    """How a run has ended."""
    if record.status == Status.FAILED:
        if record.exit_code is None:
            return "could not be run"
        return f"has failed (return code {record.exit_code})"
    return {
        Status.SUCCEEDED: "has ended",
        Status.TIMED_OUT: "has taken too long and was ended",
        Status.STOPPED: "was stopped",
    }.get(record.status, record.status.value)


def listed(commands: Iterable[Command]) -> Iterator[str]:
    """What can be run, line by line."""
    commands = list(commands)
    if not commands:
        yield say(LIST, "no command is open to G-code")
        return
    yield say(LIST, "open to G-code:")
    # of several with the same number, the first one counts
    of_alias = {command.gcode_alias: command for command in reversed(commands)}
    for command in commands[:_MAX_LISTED]:
        words = ["@system", written(command.action)]
        if command.is_toggle:
            words.append("on|off")
        words += [f"{argument.name}=…" for argument in command.arguments]
        number = command.gcode_alias
        has_line = number is not None and of_alias[number] is command
        alias = f", OCTO{number}" if has_line else ""
        yield say(LIST, f"{' '.join(words)}  ({command.name}{alias})")
    if len(commands) > _MAX_LISTED:
        yield say(LIST, f"… and {len(commands) - _MAX_LISTED} more")
