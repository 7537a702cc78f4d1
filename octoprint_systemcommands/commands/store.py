"""The definitions in OctoPrint's settings that can be used."""

import logging
from collections.abc import Sequence
from typing import Any

from .actions import url_segment
from .definition import Command, Entry
from .lists import SYSTEM_ACTIONS, Listed, Lists, place_of
from .serialization import state
from .system_actions import Unusable, as_in_system_actions

_logger = logging.getLogger("octoprint.plugins.systemcommands.commands.store")


class Store:
    """Reads them when they have changed. Those that cannot be used are logged.

    Arguments:
        settings: a ``octoprint.plugin.PluginSettings``
    """

    def __init__(self, settings: Any):
        self._settings = settings
        # What the settings said last and what was made of it. Checking is not expensive,
        # but complaining about the same broken entry with each request would be.
        self._read: tuple[bytes, list[Entry]] = (b"", [])

    def entries(self) -> list[Entry]:
        """All usable definitions in the order of the menu."""
        lists = Lists.of(self._settings)
        known, entries = self._read
        # also right for lists that contain themselves, which YAML can do; asked for each
        # request, and for each push to each client
        current = state(lists)
        if current != known:
            entries = _usable(lists)
            self._read = (current, entries)
        return entries


def _usable(lists: Lists) -> list[Entry]:
    entries: list[Entry] = []
    for list_name, of_list in lists.read().items():
        if list_name in lists.no_lists:
            _logger.warning(f"{list_name} is ignored: it has to be a list of commands")
            continue
        _log(list_name, of_list)
        found = {
            url_segment(listed.definition.action): listed.definition
            for listed in of_list
            if listed.counts and isinstance(listed.definition, Command)
        }
        for listed in of_list:
            entry = listed.definition
            if isinstance(entry, Command):
                # the one that counts, where the first one is
                entry = found.pop(url_segment(entry.action), None)
            if entry is not None:
                is_theirs = list_name == SYSTEM_ACTIONS
                entries.append(as_in_system_actions(entry) if is_theirs else entry)
    return entries


def _log(list_name: str, of_list: Sequence[Listed]) -> None:
    for position, listed in enumerate(of_list):
        entry = listed.definition
        place = place_of(list_name, position)
        said = "; ".join(map(str, listed.problems))
        if entry is None:
            _logger.warning(f"{place} is left out: {said}")
        elif isinstance(entry, Command) and listed.rival is not None:
            _logger.warning(
                f'{place} is left out: the action "{entry.action}" is taken already by '
                f"{listed.rival}"
            )
        elif isinstance(entry, Unusable):
            _logger.warning(f"{place} is listed, and {entry.obstacle}")
        elif listed.problems:
            _logger.warning(f"{place} is used, but {said}")
