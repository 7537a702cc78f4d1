"""Import and export of definitions."""

import re
from collections.abc import Collection
from typing import Any, NamedTuple, Optional

import yaml

from ...messages import N_, MessageError
from ..actions import DIVIDER, action_of
from ..definition import Command
from ..parsing import parse_entry
from ..problems import ERROR, Problem
from ..serialization import from_yaml, to_json, to_yaml, with_texts_for_truths
from ..system_actions import as_in_system_actions
from .validation import MAX_ENTRIES, check, check_action, slug
from .ways_in import alias_of, check_old_variables

# it may be missing, and is many times as fast
SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_HEADER = "# Commands of the OctoPrint plugin System Commands\n"
_MAX_SIZE = 2 * 1024 * 1024
_MAX_DEPTH = 20
# texts, lists and mappings; a list of 500 commands with a few arguments each has a third
_MAX_NODES = 60_000
# YAML knows numbers to the base of 60, which take minutes if they are long
_LONG_NUMBER = re.compile(r"[0-9:_.+-]{1000,}")
# an id of the plugin GCODE System Commands that can be the number of an OCTO line
_ALIAS = re.compile(r"[0-9]{1,4}")
_SYSTEM_ACTIONS = ("system", "actions")
# where the list of commands may stand in a file
_PLACES = (
    (),
    ("commands",),
    ("plugins", "systemcommands", "commands"),
    _SYSTEM_ACTIONS,
)


class Unreadable(MessageError, ValueError):
    """A text is not YAML, or not what can be imported; says what to do."""


class Candidate(NamedTuple):
    """An entry that can be added.

    Attributes:
        definition: as it would be added
        position: where it is in what it comes from
        renamed_from: its action there, if it has got another one
        clash: why, if it is because of another command: that one's action
        problems: what has to be mended before it can be added
        is_used: if its action stands there more than once, whether it is the one that
            counts there, which is the last; otherwise None
    """

    definition: Any
    position: int
    renamed_from: Optional[str]
    clash: Optional[str]
    problems: list[Problem]
    is_used: Optional[bool] = None


def dump(definitions: list[Any]) -> str:
    """The list as YAML that can be imported again."""
    return _HEADER + to_yaml({"commands": [to_json(entry) for entry in definitions]})


def load(text: str) -> list[Any]:
    """The entries of a YAML file: a list, a list below ``commands``, or OctoPrint's
    ``config.yaml``.

    Raises:
        Unreadable
    """
    entries = _entries(read(text))
    if entries is None:
        text = N_('There is no list of commands in it; put it below "commands:"')
        raise Unreadable(text)
    return entries


def read(text: str) -> Any:
    """What stands in YAML that comes from somewhere.

    Raises:
        Unreadable
    """
    if len(text) > _MAX_SIZE:
        raise Unreadable(
            N_("It is too large, %(size)s KiB are allowed"), size=_MAX_SIZE // 1024
        )
    try:
        _refuse_bombs(text)
        return from_yaml(text)
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        if place is None:
            text = N_("It is not valid YAML: %(problem)s")
            raise Unreadable(text, problem=problem) from None
        # what is missing at the end is missed in a line that is not there
        line = min(place.line + 1, text.count("\n") + 1)
        text = N_("It is not valid YAML in line %(line)s: %(problem)s")
        raise Unreadable(text, line=line, problem=problem) from None
    except Unreadable:
        raise
    except Exception as error:
        # whatever the constructors of YAML's types make of a wrong value
        raise Unreadable(N_("It cannot be read: %(error)s"), error=error) from None


def _entries(content: Any) -> Optional[list[Any]]:
    for path in _PLACES:
        found = below(content, path)
        if isinstance(found, list):
            entries = list(map(with_texts_for_truths, found))
            return from_system_actions(entries) if path == _SYSTEM_ACTIONS else entries
    return None


def from_system_actions(entries: Any) -> list[Any]:
    """Entries that do in the plugin's list what they do in ``system.actions``."""
    return [_as_before(entry) for entry in entries]


def _as_before(entry: Any) -> Any:
    if (
        not isinstance(entry, dict)
        or entry.get("action") == DIVIDER
        or entry.get("outlives_server") is not None
    ):
        return entry
    # whatever else is odd about it, and has to be mended first
    flags, _ = parse_entry({"action": "any", "async": entry.get("async")})
    meant = None if flags is None else as_in_system_actions(flags)
    if isinstance(meant, Command) and meant.outlives_server:
        return {**entry, "outlives_server": True}
    return entry


def from_gcode_system_commands(definitions: Any) -> list[Any]:
    """Entries made of the settings of the plugin GCODE System Commands, which run by the lines
    that have run them there: of two with the same number, by the last one's. What no line has
    run there is not opened to any here."""
    found: list[tuple[str, Any]] = [
        (str(definition["id"]).strip(), definition.get("command"))
        for definition in (definitions if isinstance(definitions, list) else [])
        if isinstance(definition, dict) and definition.get("id") not in (None, "")
    ]
    last = {_number(id_): index for index, (id_, _) in enumerate(found)}
    entries = []
    for index, (id_, command) in enumerate(found):
        name, number = f"OCTO{id_}", _number(id_)
        entry = {
            "action": slug(name, ()),
            "name": name,
            "command": command,
        }
        if number is not None and last[number] == index:
            entry.update(gcode=True, gcode_alias=number)
        entries.append(entry)
    return entries


def _number(id_: str) -> Optional[int]:
    return int(id_) if _ALIAS.fullmatch(id_) else None


def candidates(entries: list[Any], taken: Collection[str]) -> list[Candidate]:
    """What would be added of a list, and under which actions.

    Arguments:
        entries: what is to be imported
        taken: the actions that are there already

    Raises:
        Unreadable
    """
    if len(entries) > MAX_ENTRIES:
        text = N_("These are too many commands, %(number)s can be imported")
        raise Unreadable(text, number=MAX_ENTRIES)
    found = [to_json(raw) for raw in entries]
    actions = [action_of(entry) for entry in found]
    last = {action: index for index, action in enumerate(actions)}
    taken = set(taken)
    # what keeps its action must not find it taken by another one that gets a new one
    kept = {action for action in last if action and not check_action(action, taken)}
    aliases: set[Optional[int]] = set()
    result = []
    for index, (entry, action) in enumerate(zip(found, actions)):
        renamed_from = clash = is_used = None
        if action is not None:
            if actions.count(action) > 1:
                is_used = last[action] == index
            # clients go on running the one that counted
            if action in taken or is_used is False:
                clash = action
            if clash is not None or check_action(action, taken):
                renamed_from = action
                entry["action"] = slug(action, taken | kept)
            if not str(entry.get("name") or "").strip():
                entry["name"] = action
        elif _needs_action(entry):
            renamed_from = _said(entry.get("action"))
            entry["action"] = slug(str(entry["name"]), taken | kept)
        problems = check(entry, taken, aliases)
        if isinstance(entry, dict):
            problems.extend(check_old_variables(entry.get("command")))
        is_wrong = any(problem.severity == ERROR for problem in problems)
        if not is_wrong and entry["action"] != DIVIDER:
            taken.add(str(entry["action"]))
            aliases.add(alias_of(entry))
        result.append(Candidate(entry, index, renamed_from, clash, problems, is_used))
    return result


def _needs_action(entry: Any) -> bool:
    # none, an empty one, or what YAML makes of ``on``
    return (
        isinstance(entry, dict)
        and (not entry.get("action") or isinstance(entry["action"], bool))
        and isinstance(entry.get("name"), (str, int, float))
        and bool(str(entry["name"]).strip())
    )


def _said(action: Any) -> Optional[str]:
    return str(action).lower() if isinstance(action, bool) else None


def below(content: Any, path: tuple[str, ...]) -> Any:
    """What stands in YAML below some keys; None if there is nothing."""
    for key in path:
        content = content.get(key) if isinstance(content, dict) else None
    return content


def _refuse_bombs(text: str) -> None:
    """A few lines of references can stand for more than fits into memory, and others for
    more than can be computed."""
    depth = nodes = 0
    for event in yaml.parse(text, Loader=SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise Unreadable(N_("References (*name) cannot be imported, write it out"))
        if isinstance(event, yaml.NodeEvent):
            nodes += 1
            if nodes > _MAX_NODES:
                text = N_("There is too much in it, %(number)s values are allowed")
                raise Unreadable(text, number=_MAX_NODES)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _MAX_DEPTH:
                raise Unreadable(N_("It is nested too deeply"))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.ScalarEvent) and _LONG_NUMBER.fullmatch(event.value):
            raise Unreadable(N_("A number in it is too long"))
