"""Everything that can be run, by source and action."""

from typing import Any, Callable
from urllib.parse import unquote

from .core import core_commands
from .definition import Command, is_divider_key
from .lists import Entry, Store

CORE = "core"
CUSTOM = "custom"


class UnknownSource(LookupError):
    """There is no such source."""


class UnknownAction(LookupError):
    """The source has no such command."""


class NotExecutable(ValueError):
    """The action is a divider's."""


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

    def find(self, source: str, action: str) -> Command:
        """One command.

        Arguments:
            source: ``core`` or ``custom``
            action: the command's identifier, once more URL-encoded or not (see
                ``api.system_api`` for why a client may have to)

        Raises:
            UnknownSource, UnknownAction, NotExecutable
        """
        commands = {
            entry.action: entry
            for entry in self.entries(source)
            if isinstance(entry, Command)
        }
        command = commands.get(action) or commands.get(unquote(action))
        if command is not None:
            return command
        if is_divider_key(action):
            raise NotExecutable(action)
        raise UnknownAction(f"{source}:{action}")
