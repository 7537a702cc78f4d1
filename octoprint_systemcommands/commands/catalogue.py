"""Everything that can be run, by source and action."""

from collections.abc import Iterable, Mapping
from typing import Any, Callable, Optional
from urllib.parse import unquote

from .actions import is_divider_key
from .core import core_commands
from .definition import Command, Divider, Entry
from .store import Store
from .toggles import split, switched

CORE = "core"
CUSTOM = "custom"


class UnknownSource(LookupError):
    """There is no such source."""


class UnknownAction(LookupError):
    """The source has no such command."""


class NotExecutable(ValueError):
    """The action is that of a divider or of a status.

    Attributes:
        is_status: whether it is that of a status
    """

    def __init__(self, action: str, is_status: bool = False):
        super().__init__(action)
        self.is_status = is_status


class Catalogue:
    """The commands of both documented sources, ``core`` and ``custom``.

    Arguments:
        settings: a ``octoprint.plugin.PluginSettings``
        gettext: translates a text into the language of the current request
    """

    def __init__(self, settings: Any, gettext: Callable[[str], str]):
        self._settings = settings
        self._gettext = gettext
        self._store = Store(settings)

    def entries(self, source: str) -> list[Entry]:
        """The commands and dividers of a source, in the order of the menu.

        Raises:
            UnknownSource
        """
        if source == CORE:
            return list(core_commands(self._settings, self._gettext))
        if source == CUSTOM:
            return self._store.entries()
        raise UnknownSource(source)

    def find(self, source: str, action: str, exactly: bool = False) -> Command:
        """One command.

        Arguments:
            source: ``core`` or ``custom``
            action: the command's identifier, or a toggle's with its direction, ``light:on``;
                once more URL-encoded or not (see `actions.url_segment` for why a client may
                have to)
            exactly: not URL-encoded

        Returns:
            the command; a `toggles.Switched` if there is a direction

        Raises:
            UnknownSource, UnknownAction, NotExecutable
        """
        commands = {
            entry.action: entry
            for entry in self.entries(source)
            if isinstance(entry, Command)
        }
        for written in (action,) if exactly else (action, unquote(action)):
            command = commands.get(written) or _one_way(commands, written)
            if command is None:
                continue
            if command.is_status:
                raise NotExecutable(action, is_status=True)
            return command
        if is_divider_key(action):
            raise NotExecutable(action)
        raise UnknownAction(f"{source}:{action}")


def tidy(entries: Iterable[Entry]) -> list[Entry]:
    """The entries without dividers that divide nothing."""
    result: list[Entry] = []
    for entry in entries:
        if isinstance(entry, Command) or (result and isinstance(result[-1], Command)):
            result.append(entry)
    if result and isinstance(result[-1], Divider):
        result.pop()
    return result


def _one_way(commands: Mapping[str, Command], action: str) -> Optional[Command]:
    name, to = split(action)
    toggle = commands.get(name)
    if to is None or toggle is None or not toggle.is_toggle:
        return None
    return switched(toggle, to)
