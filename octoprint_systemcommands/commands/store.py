"""The definitions in OctoPrint's settings."""

import copy
import logging
from typing import Any, Union

from .definition import Command, DefinitionError, Divider, parse_entry

_logger = logging.getLogger("octoprint.plugins.systemcommands.commands")

Entry = Union[Command, Divider]

PLUGIN_COMMANDS = "plugins.systemcommands.commands"
SYSTEM_ACTIONS = "system.actions"


class Store:
    """Reads what the user has defined.

    First the plugin's own list, then what stands in ``config.yaml`` below
    ``system.actions``. An entry that cannot be used is left out and logged, and stays in
    the file as it is. If an action is there twice, the first one counts.
    """

    def __init__(self, settings: Any):
        self._settings = settings
        # What the settings said last and what was made of it. Checking is not expensive,
        # but complaining about the same broken entry with each request would be.
        self._read: tuple[Any, list[Entry]] = (None, [])

    def entries(self) -> list[Entry]:
        """All usable definitions in the order of the menu."""
        lists = {
            PLUGIN_COMMANDS: self._settings.get(["commands"]),
            SYSTEM_ACTIONS: self._settings.global_get(["system", "actions"]),
        }
        known, entries = self._read
        if lists != known:
            entries = _usable(lists)
            self._read = (copy.deepcopy(lists), entries)
        return entries


def _usable(lists: dict[str, Any]) -> list[Entry]:
    entries: list[Entry] = []
    places: dict[str, str] = {}
    for list_name, raw in lists.items():
        if raw is None:
            continue
        if not isinstance(raw, (list, tuple)):
            _logger.warning(f"{list_name} is ignored: it has to be a list of commands")
            continue
        for number, raw_entry in enumerate(raw, start=1):
            place = f"{list_name}, entry {number}"
            try:
                entry = parse_entry(raw_entry)
            except DefinitionError as error:
                _logger.warning(f"{place} is left out: {error}")
                continue
            if isinstance(entry, Command):
                if entry.action in places:
                    _logger.warning(
                        f'{place} is left out: the action "{entry.action}" is taken '
                        f"already by {places[entry.action]}"
                    )
                    continue
                places[entry.action] = place
            entries.append(entry)
    return entries
