"""The two lists of definitions: what stands in them, and which entries count.

First the plugin's own list, then what stands in ``config.yaml`` below ``system.actions``.
An entry that cannot be used stays in the file as it is and is left out of the menu. If an
action is in both lists, the plugin's counts; if it is twice in the same list, the last one
counts at the place of the first, as in OctoPrint. The menu and the editor both go by this.
"""

import hashlib
from typing import Any, NamedTuple, Optional

from ..messages import N_, Message
from .actions import url_segment
from .definition import Command, Entry
from .parsing import parse_entry
from .problems import WARNING, Problem
from .serialization import fingerprint, to_json, with_texts_for_truths
from .system_actions import parse_system_action

PLUGIN_COMMANDS = "plugins.systemcommands.commands"
SYSTEM_ACTIONS = "system.actions"

_PARSERS = {PLUGIN_COMMANDS: parse_entry, SYSTEM_ACTIONS: parse_system_action}


class Listed(NamedTuple):
    """An entry of a list.

    Attributes:
        definition: what it defines; None if that cannot be used
        problems: what is wrong with it
        rival: where the entry is that counts in its place; None if there is none
        counts: whether the menu has it
    """

    definition: Optional[Entry]
    problems: list[Problem]
    rival: Optional[str] = None
    counts: bool = True


class Lists(NamedTuple):
    """What stands in the configuration.

    Attributes:
        definitions: the plugin's own list
        system_actions: OctoPrint's
        no_lists: the names of those that are no lists in the file, and so do not count;
            what is there is their only entry here
    """

    definitions: list[Any]
    system_actions: list[Any]
    no_lists: frozenset[str] = frozenset()

    @classmethod
    def of(cls, settings: Any) -> "Lists":
        """What stands there now.

        Arguments:
            settings: a ``octoprint.plugin.PluginSettings``
        """
        found = {
            PLUGIN_COMMANDS: settings.get(["commands"]),
            SYSTEM_ACTIONS: settings.global_get(["system", "actions"]),
        }
        # somebody has forgotten the dash; what is there must not be lost for that
        no_lists = frozenset(
            name
            for name, value in found.items()
            if value is not None and not isinstance(value, (list, tuple))
        )
        definitions, system_actions = (
            [value] if name in no_lists else list(map(with_texts_for_truths, value or ()))
            for name, value in found.items()
        )
        return cls(definitions, system_actions, no_lists)

    @property
    def etag(self) -> str:
        """Changes whenever one of the lists does, as far as an editor can see."""
        both = (self.definitions, self.system_actions)
        seen = "\n\n".join("\n".join(map(fingerprint, entries)) for entries in both)
        seen += "".join(f"\n\nno list: {name}" for name in sorted(self.no_lists))
        return hashlib.sha256(seen.encode()).hexdigest()[:32]

    def to_json(self) -> dict[str, Any]:
        """Both lists, as JSON."""
        return {
            "definitions": [to_json(entry) for entry in self.definitions],
            "system_actions": [to_json(entry) for entry in self.system_actions],
        }

    def problems(self) -> dict[str, list[list[Problem]]]:
        """What is wrong with each entry of both lists."""
        both = self.read()
        return {
            "definitions": [listed.problems for listed in both[PLUGIN_COMMANDS]],
            "system_actions": [listed.problems for listed in both[SYSTEM_ACTIONS]],
        }

    def read(self) -> dict[str, list[Listed]]:
        """Both lists by name, entry by entry: which ones count, and why others do not."""
        result: dict[str, list[Listed]] = {}
        taken: dict[str, tuple[str, str]] = {}
        for name, entries in (
            (PLUGIN_COMMANDS, self.definitions),
            (SYSTEM_ACTIONS, self.system_actions),
        ):
            parsed = [_PARSERS[name](entry) for entry in entries]
            if name in self.no_lists:
                text = N_(
                    "is not used: it has to be in a list; put a dash in front of it"
                )
                result[name] = [
                    Listed(
                        definition,
                        [*problems, Problem(None, Message(text))],
                        counts=False,
                    )
                    for definition, problems in parsed
                ]
                continue
            last = {
                url_segment(definition.action): (
                    definition.action,
                    place_of(name, position),
                )
                for position, (definition, _) in enumerate(parsed)
                if isinstance(definition, Command)
            }
            result[name] = [
                _listed(definition, problems, place_of(name, position), taken, last)
                for position, (definition, problems) in enumerate(parsed)
            ]
            # the first list's go before the second's
            taken = {**last, **taken}
        return _with_aliases_checked(result)


def place_of(list_name: str, position: int) -> str:
    """Where an entry is, for people."""
    return f"{list_name}, entry {position + 1}"


def _listed(
    definition: Optional[Entry],
    problems: list[Problem],
    place: str,
    taken: dict[str, tuple[str, str]],
    last: dict[str, tuple[str, str]],
) -> Listed:
    """An entry among all others.

    Arguments:
        definition, problems: what it defines, and what is wrong with that
        place: where it is
        taken: the actions and places of the commands that go before all in this list
        last: the same of the last ones of this list
    """
    if not isinstance(definition, Command):
        return Listed(definition, problems, counts=definition is not None)
    key = url_segment(definition.action)
    rival = taken.get(key) or last[key]
    if rival[1] == place:
        return Listed(definition, problems)
    values = {}
    if rival[0] != definition.action:
        text = N_('cannot be told from "%(action)s" in URLs, and that one is used')
        values = {"action": rival[0]}
    elif key in taken:
        text = N_("is taken already by a command of this plugin, which is used")
    else:
        text = N_("is there once more below, and that one is used")
    problems = [*problems, Problem("action", Message(text, values))]
    return Listed(definition, problems, rival[1], counts=False)


def _with_aliases_checked(lists: dict[str, list[Listed]]) -> dict[str, list[Listed]]:
    """Says where an ``OCTO`` line runs a command further up, see
    `triggers.gcode.opened.OpenedCommands.of_alias`."""
    aliases: set[int] = set()

    def checked(listed: Listed) -> Listed:
        command = listed.definition
        if (
            not listed.counts
            or not isinstance(command, Command)
            or command.gcode_alias is None
            or not command.is_opened("gcode")
        ):
            return listed
        if command.gcode_alias not in aliases:
            aliases.add(command.gcode_alias)
            return listed
        text = N_("is taken already by a command further up, which is the one to be run")
        problem = Problem("gcode_alias", Message(text), WARNING)
        return listed._replace(problems=[*listed.problems, problem])

    return {name: [checked(each) for each in of_list] for name, of_list in lists.items()}
