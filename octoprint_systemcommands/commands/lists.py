"""The definitions in OctoPrint's settings."""

import logging
from collections.abc import Iterable
from typing import Any, Union
from urllib.parse import quote

from .definition import Command, Divider, parse_entry
from .serialization import state
from .system_actions import Unusable, parse_system_action

_logger = logging.getLogger("octoprint.plugins.systemcommands.commands.lists")

Entry = Union[Command, Divider]

PLUGIN_COMMANDS = "plugins.systemcommands.commands"
SYSTEM_ACTIONS = "system.actions"

_PARSERS = {PLUGIN_COMMANDS: parse_entry, SYSTEM_ACTIONS: parse_system_action}


class Store:
    """Reads what the user has defined.

    First the plugin's own list, then what stands in ``config.yaml`` below
    ``system.actions``. An entry that cannot be used is left out and logged, and stays in
    the file as it is. If an action is in both lists, the plugin's counts; if it is twice
    in the same list, the last one counts at the place of the first, as in OctoPrint.
    """

    def __init__(self, settings: Any):
        self._settings = settings
        # What the settings said last and what was made of it. Checking is not expensive,
        # but complaining about the same broken entry with each request would be.
        self._read: tuple[bytes, list[Entry]] = (b"", [])

    def entries(self) -> list[Entry]:
        """All usable definitions in the order of the menu."""
        lists = {
            PLUGIN_COMMANDS: self._settings.get(["commands"]),
            SYSTEM_ACTIONS: self._settings.global_get(["system", "actions"]),
        }
        known, entries = self._read
        # also right for lists that contain themselves, which YAML can do; asked for each
        # request, and for each push to each client
        current = state(lists)
        if current != known:
            entries = _usable(lists)
            self._read = (current, entries)
        return entries


def as_in_system_actions(entry: Entry) -> Entry:
    """An entry as it is meant where OctoPrint looks for it. OctoPrint never ends commands
    that it does not wait for, which is what scripts that restart or update it rely on."""
    if isinstance(entry, Command) and entry.outlives_server is None:
        return entry.model_copy(update={"outlives_server": entry.async_})
    return entry


def tidy(entries: Iterable[Entry]) -> list[Entry]:
    """The entries without dividers that divide nothing."""
    result: list[Entry] = []
    for entry in entries:
        if isinstance(entry, Command) or (result and isinstance(result[-1], Command)):
            result.append(entry)
    if result and isinstance(result[-1], Divider):
        result.pop()
    return result


def _usable(lists: dict[str, Any]) -> list[Entry]:
    entries: list[Entry] = []
    taken: dict[str, str] = {}
    for list_name, raw in lists.items():
        if raw is None:
            continue
        if not isinstance(raw, (list, tuple)):
            _logger.warning(f"{list_name} is ignored: it has to be a list of commands")
            continue
        found: dict[str, tuple[str, Entry]] = {}
        for number, raw_entry in enumerate(raw, start=1):
            place = f"{list_name}, entry {number}"
            entry, problems = _PARSERS[list_name](raw_entry)
            said = "; ".join(map(str, problems))
            if entry is None:
                _logger.warning(f"{place} is left out: {said}")
                continue
            if isinstance(entry, Unusable):
                _logger.warning(f"{place} is listed, and {entry.obstacle}")
            elif problems:
                _logger.warning(f"{place} is used, but {said}")
            if list_name == SYSTEM_ACTIONS:
                entry = as_in_system_actions(entry)
            if isinstance(entry, Divider):
                found[place] = (place, entry)
                continue
            key = _key(entry.action)
            if key in taken:
                _logger.warning(f"{place} is left out: {_is_taken(entry, taken[key])}")
                continue
            if key in found:
                replaced = found[key][0]
                _logger.warning(f"{replaced} is left out: {_is_taken(entry, place)}")
            found[key] = (place, entry)
        entries.extend(entry for _, entry in found.values())
        taken.update({key: place for key, (place, _) in found.items()})
    return entries


def _key(action: str) -> str:
    # these stand encoded in URLs, where another one could look the same
    if action in (".", ".."):
        return action.replace(".", "%2E")
    return quote(action, safe="") if "/" in action else action


def _is_taken(entry: Command, place: str) -> str:
    return f'the action "{entry.action}" is taken already by {place}'
