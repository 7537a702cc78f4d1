"""Rules and commands made of what OctoPrint's Event Manager runs: ``events.subscriptions``."""

from collections.abc import Collection
from typing import Any, NamedTuple, Optional

from ...commands.editing.validation import slug
from ...messages import N_, Message
from .placeholders import NotSafe, without_placeholders

_MAX_NAME = 60

# What OctoPrint's events are called here, if they mean the same. It tells of a print that
# was cancelled as a failed one, too.
_KINDS = {
    "Startup": ("startup",),
    "Shutdown": ("stop",),
    "Connected": ("connected",),
    "Disconnected": ("disconnected",),
    "Error": ("error",),
    "PrintStarted": ("print_started",),
    "PrintDone": ("print_done",),
    "PrintCancelled": ("print_cancelled",),
    "PrintFailed": ("print_failed", "print_cancelled"),
    "PrintPaused": ("print_paused",),
    "PrintResumed": ("print_resumed",),
}
_ENDS = ("print_done", "print_cancelled", "print_failed")


class LeftOut(NamedTuple):
    """Something that could not be taken over.

    Attributes:
        reason: why
        number: of the entry, from 1; None if it is about all of them
        name: of the entry; None if it has none
    """

    reason: Message
    number: Optional[int] = None
    name: Optional[str] = None


class Taken(NamedTuple):
    """What has become of the subscriptions.

    Attributes:
        rules, definitions: as JSON; the rules run commands that the definitions define
        left_out: what could not be taken over, and why
    """

    rules: list[dict[str, Any]]
    definitions: list[dict[str, Any]]
    left_out: list[LeftOut]


class _CannotBeTaken(Exception):
    def __init__(self, message: Message):
        super().__init__(str(message))
        self.message = message


def take_over(events: Any, ids: Collection[str], actions: Collection[str]) -> Taken:
    """Makes rules of what the Event Manager has.

    Arguments:
        events: OctoPrint's settings ``events``: ``{enabled, subscriptions}``
        ids: those of rules that are there already
        actions: those of commands that are there already
    """
    result = Taken([], [], [])
    ids, actions = set(ids), set(actions)
    events = events if isinstance(events, dict) else {}
    subscriptions = events.get("subscriptions")
    is_on = events.get("enabled", True) is not False
    for number, entry in enumerate(subscriptions or (), start=1):
        try:
            definition, kinds = _read(entry)
        except _CannotBeTaken as error:
            commands = _texts(entry.get("command")) if isinstance(entry, dict) else []
            name = _name(entry, commands) if commands else None
            result.left_out.append(LeftOut(error.message, number, name))
            continue
        definition["action"] = slug(definition["name"], actions)
        actions.add(definition["action"])
        result.definitions.append(definition)
        for kind in kinds:
            name = definition["name"]
            id_ = slug(name if len(kinds) == 1 else f"{name} {kind}", ids, "rule")
            ids.add(id_)
            rule = {
                "id": id_,
                "name": name,
                "enabled": is_on and entry.get("enabled", True) is not False,
                "when": {"event": kind},
                "run": definition["action"],
            }
            result.rules.append(rule)
    if is_on and any(rule["enabled"] for rule in result.rules):
        text = N_(
            "The Event Manager goes on running these commands, too, until they are disabled "
            "there and OctoPrint is restarted."
        )
        result.left_out.append(LeftOut(Message(text)))
    return result


def _read(entry: Any) -> tuple[dict[str, Any], list[str]]:
    """The definition of an entry, without an action, and the events that it is run by."""
    if not isinstance(entry, dict):
        raise _cannot(N_("it is no mapping of fields"))
    if entry.get("type") == "gcode":
        raise _cannot(N_("it sends G-code to the printer, which no command does"))
    if entry.get("type") != "system":
        raise _cannot(N_("it is neither of the type system nor gcode"))
    commands = _texts(entry.get("command"))
    events = _texts(entry.get("event"))
    if not commands or not events:
        raise _cannot(N_("it has no event, or no command"))
    definition = {"name": _name(entry, commands), "command": _command(entry, commands)}
    if isinstance(entry.get("cwd"), str) and entry["cwd"]:
        definition["working_directory"] = entry["cwd"]
    return definition, _kinds(events)


def _command(entry: dict[str, Any], commands: list[str]) -> str:
    try:
        lines = [without_placeholders(command) for command in commands]
    except NotSafe as error:
        raise _CannotBeTaken(error.message) from None
    if entry.get("shell", True) is False and any(not _is_a_path(line) for line in lines):
        raise _cannot(
            N_("it is run without a shell, by a name that has more than a path")
        )
    if len(lines) == 1:
        return lines[0]
    # each had a shell of its own, and the first one that failed was the last one
    return " &&\n".join(f"(\n{line}\n)" for line in lines)


def _is_a_path(line: str) -> bool:
    return line.isprintable() and not set(line) & set(" \"'`$&|;<>()*?[]#~=%!\\{}")


def _kinds(events: list[str]) -> list[str]:
    kinds = list(
        dict.fromkeys(kind for event in events for kind in _KINDS.get(event, (event,)))
    )
    if all(end in kinds for end in _ENDS):
        return ["print_ended", *(kind for kind in kinds if kind not in _ENDS)]
    return kinds


def _texts(value: Any) -> list[str]:
    found = value if isinstance(value, (list, tuple)) else [value]
    return [text for text in found if isinstance(text, str) and text.strip()]


def _name(entry: dict[str, Any], commands: list[str]) -> str:
    name = entry.get("name")
    text = name if isinstance(name, str) and name.strip() else commands[0]
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain if len(plain) <= _MAX_NAME else f"{plain[:_MAX_NAME]}…"


def _cannot(text: str) -> _CannotBeTaken:
    return _CannotBeTaken(Message(text))
