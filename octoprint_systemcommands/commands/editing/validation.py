"""What is asked of an entry that somebody makes or changes, beyond its being usable."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import Any, Optional

from ...messages import N_, Message
from ..actions import DIVIDER, action_of
from ..definition import GUESTS, NEEDED, Command, Divider
from ..environment import existing_folder, inherited
from ..parsing import parse_entry
from ..problems import ERROR, WARNING, CannotRun, Problem
from ..serialization import unstorable
from ..shebang import shebang_of
from ..variables import is_own
from .ways_in import check_gcode, check_mqtt

_ACTION = re.compile(r"[a-z0-9_-]+")
_MAX_ACTION = 64

# Entries in a list, dividers included
MAX_ENTRIES = 500

# OctoPrint moves commands of its own names away from its list, and dividers are no commands
_RESERVED = ("shutdown", "reboot", "restart", "restart_safe")

# what German and others make of their letters, where Unicode only drops the dots
_SPELLED = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe"}
)


def check(
    entry: Any, others: Collection[str], aliases: Collection[Optional[int]] = ()
) -> list[Problem]:
    """All that has to be mended before an entry can be saved, and as warnings what may
    keep it from being run.

    Arguments:
        entry: as it came from an editor
        others: the actions of the other commands in the list
        aliases: the numbers of their ``OCTO`` lines
    """
    definition, problems = parse_entry(entry)
    # what is only a flaw in a file that exists need not get into one
    problems = [problem._replace(severity=ERROR) for problem in problems]
    reason = unstorable(entry)
    if reason is not None:
        problems.append(Problem(None, Message(reason)))
    if isinstance(definition, Divider):
        return problems
    if not isinstance(entry, dict):
        return problems
    if isinstance(definition, Command):
        problems.extend(_check_access_and_environment(definition))
        problems.extend(_check_start(definition))
        problems.extend(check_gcode(definition, aliases))
        problems.extend(check_mqtt(definition))

    action = action_of(entry)
    if action is not None:
        problems.extend(check_action(action, others))
    wrong = {problem.field for problem in problems}
    for field in ("name", *_needed(entry)):
        if field not in wrong and not str(entry.get(field) or "").strip():
            problems.append(Problem(field, Message(N_("is missing"))))
    return problems


def _needed(entry: dict[Any, Any]) -> tuple[str, ...]:
    """The fields that have to have a command line, of an entry whatever else is wrong."""
    kind = entry.get("type") or "command"
    return NEEDED.get(kind, ()) if isinstance(kind, str) else ()


def _check_access_and_environment(command: Command) -> Iterator[Problem]:
    if GUESTS in command.groups:
        text = N_("must not have the user group guests: nobody knows who they are")
        yield Problem("groups", Message(text))
    for name in command.environment:
        if is_own(name):
            text = N_("must not set %(name)s, which this plugin sets")
            yield Problem("environment", Message(text, {"name": name}))


def _check_start(command: Command) -> Iterator[Problem]:
    for field in dict.fromkeys((*command.needed, *_asked(command))):
        try:
            shebang_of(getattr(command, field) or "")
        except CannotRun as error:
            yield Problem(field, error.message)
    try:
        if command.working_directory is not None:
            variables = {**inherited(), **command.environment}
            existing_folder(command.working_directory, variables)
    except CannotRun as error:
        # it may be there when the command is run: a stick, a folder in the network
        yield Problem("working_directory", error.message, WARNING)


def _asked(command: Command) -> tuple[str, ...]:
    return () if command.type == "command" else ("state",)


def check_action(action: str, others: Collection[str]) -> list[Problem]:
    """What is wrong with an action, see `check`."""
    if not _ACTION.fullmatch(action):
        text = N_("may only have lower case letters, digits, dashes and underscores")
    elif len(action) > _MAX_ACTION:
        text = N_("is too long")
    elif _is_reserved(action):
        text = N_("is a name that OctoPrint needs for itself")
    elif action in others:
        text = N_("is taken by another command")
    else:
        return []
    return [Problem("action", Message(text))]


def _is_reserved(action: str) -> bool:
    return action in (DIVIDER, *_RESERVED) or action.startswith(f"{DIVIDER}_")


def slug(name: str, others: Collection[str], kind: str = "command") -> str:
    """An action made from a name, which fits the rules and is free.

    Arguments:
        name: what people call the command
        others: the actions that are taken
        kind: what it is; it begins with that if nothing else is left of the name
    """
    plain = name.lower().translate(_SPELLED)
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    base = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-_")[: _MAX_ACTION - 8].rstrip("-_")
    if not base or _is_reserved(base):
        base = f"{kind}-{base}".rstrip("-")
    number = 1
    action = base
    while action in others:
        number += 1
        action = f"{base}-{number}"
    return action


def suggested(entry: Any, others: Collection[str], kind: str = "command") -> str:
    """What `slug` makes of the name of an entry, as that comes from an editor."""
    name = entry.get("name") if isinstance(entry, dict) else None
    return slug(name if isinstance(name, str) else "", others, kind)
