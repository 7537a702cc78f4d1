"""Entries of OctoPrint's own list, ``system.actions``.

OctoPrint looks at next to nothing before it lists an entry: none of those vanishes here.
"""

import datetime
from typing import Any, Optional

from ..messages import N_, Message
from .definition import TYPES, Command, Entry
from .parsing import parse_entry
from .problems import WARNING, Problem
from .serialization import with_texts_for_truths

# what YAML makes of ``on``, ``1.5`` and ``2024-12-31``, and what has a form as text
_NAMES = (bool, int, float, datetime.date)

_IDENTIFYING = ("action", "name", "confirm", "groups", "description", "icon", "group")


class Unusable(Command):
    """A command that is listed, and that cannot be run before somebody has mended it.

    Attributes:
        reason: what is wrong with it
    """

    reason: str

    @property
    def obstacle(self) -> Optional[str]:
        return f"cannot be run: {self.reason}"


def parse_system_action(entry: Any) -> tuple[Optional[Entry], list[Problem]]:
    """Checks one entry as `parse_entry` does, and leaves none out that OctoPrint lists.

    Returns:
        the definition, None if there is none, and what is wrong with the entry
    """
    if not isinstance(entry, dict):
        return parse_entry(entry)
    fields = dict(entry)
    flaws = []
    if isinstance(fields.get("action"), _NAMES):
        fields["action"] = str(fields["action"])
        if isinstance(entry["action"], bool):
            text = N_("has to be a text; put it in quotes")
            flaws.append(Problem("action", Message(text), WARNING))
    command = fields.get("command")
    if isinstance(command, list) and len(command) == 1 and isinstance(command[0], str):
        # the only list that OctoPrint runs as it is meant
        fields["command"] = command[0]
        flaws.append(Problem("command", _NO_LIST, WARNING))

    if fields.get("type") is not None and fields["type"] not in TYPES:
        # nobody else knows this field, so it was not meant like this
        del fields["type"]
        text = N_("has to be one of these: %(expected)s")
        expected = {"expected": ", ".join(TYPES)}
        flaws.append(Problem("type", Message(text, expected), WARNING))

    definition, problems = parse_entry(fields)
    if definition is None:
        problems = [_of_list(problem, command) for problem in problems]
        definition = _unusable(fields, problems)
    return definition, [*flaws, *problems]


def as_in_system_actions(entry: Entry) -> Entry:
    """An entry as it is meant where OctoPrint looks for it. OctoPrint never ends commands
    that it does not wait for, which is what scripts that restart or update it rely on."""
    if isinstance(entry, Command) and entry.outlives_server is None:
        return entry.model_copy(update={"outlives_server": entry.async_})
    return entry


def name_fields_of_system_actions(settings: Any) -> None:
    """Has OctoPrint know ``on`` and ``off`` by their names, which somebody has written without
    quotes: with keys that are no texts, it cannot tell its page any settings at all.

    Arguments:
        settings: a ``octoprint.plugin.PluginSettings``; nothing is saved
    """
    path = ["system", "actions"]
    actions = settings.global_get(path)
    if not isinstance(actions, list):
        return
    named = list(map(with_texts_for_truths, actions))
    if any(entry is not before for entry, before in zip(named, actions)):
        settings.global_set(path, named)


_NO_LIST = Message(N_("has to be one text, not a list; write it in one line"))


def _of_list(problem: Problem, command: Any) -> Problem:
    if problem.field == "command" and isinstance(command, (list, tuple)):
        return problem._replace(message=_NO_LIST)
    return problem


def _unusable(fields: dict[Any, Any], problems: list[Problem]) -> Optional[Unusable]:
    shown = {name: fields[name] for name in _IDENTIFYING if name in fields}
    definition, _ = parse_entry(shown)
    if not isinstance(definition, Command):
        return None
    reason = "; ".join(map(str, problems))
    return Unusable(**definition.model_dump(include=set(_IDENTIFYING)), reason=reason)
