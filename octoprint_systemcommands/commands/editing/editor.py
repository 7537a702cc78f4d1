"""The list of definitions as somebody edits it: read, save, and never lose one."""

import copy
import logging
import threading
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import Any, Optional, Union

import yaml

from ...messages import N_, Message
from ..actions import action_of
from ..lists import Lists
from ..problems import ERROR, Problem
from ..serialization import fingerprint, fits, is_json_in_yaml, restored
from .errors import Invalid, NotWritten, Stale
from .last_save import LastSave, Saved, Unchanged
from .validation import MAX_ENTRIES, check, check_action
from .versions import Version, Versions
from .ways_in import alias_of

_logger = logging.getLogger("octoprint.plugins.systemcommands.commands.editing.editor")


class Editing:
    """The one place that changes definitions.

    Arguments:
        settings: a ``octoprint.plugin.PluginSettings``
        versions: keeps the lists that are replaced
        last_save: remembers who has saved
        tell: called with None when definitions are about to be saved, and with who it was
            when they have been, or that they are unchanged
    """

    def __init__(
        self,
        settings: Any,
        versions: Versions,
        last_save: LastSave,
        tell: Callable[[Union[Saved, Unchanged, None]], None] = lambda news: None,
    ):
        self._settings = settings
        self._versions = versions
        self._last_save = last_save
        self._tell = tell
        # held by whoever changes settings that the definitions are a part of
        self.lock = threading.RLock()

    def lists(self) -> Lists:
        """What stands in the configuration now."""
        return Lists.of(self._settings)

    def current(self) -> tuple[Lists, Optional[Saved]]:
        """What stands in the configuration now, and who has saved it; None if it was
        changed elsewhere."""
        # one is written after the other
        with self.lock:
            lists = self.lists()
            return lists, self.saved(lists)

    def saved(self, lists: Lists) -> Optional[Saved]:
        """Who has saved lists, if they were the last ones to be saved."""
        return self._last_save.of(lists.etag)

    def save(
        self,
        definitions: list[Any],
        etags: Collection[str],
        user: Optional[str],
        remove_system_actions: Sequence[int] = (),
    ) -> tuple[Lists, Optional[Saved]]:
        """Replaces the plugin's list.

        Entries that are equal to one that is or was stored are taken as they are, even if
        they are broken: whoever saves something else must not have to mend them first.

        Arguments:
            definitions: the new list, as JSON
            etags: one of them is that of the lists that were edited
            user: who saves
            remove_system_actions: positions of entries to be removed from
                ``system.actions``

        Returns:
            what stands in the configuration now, and who has saved it; see `current`

        Raises:
            Stale, Invalid, NotWritten: nothing was changed
        """
        with self.lock:
            lists = self.lists()
            if lists.etag not in etags:
                raise Stale
            try:
                entries = self._restored(definitions, lists)
            except RecursionError as error:
                raise NotWritten("an entry is nested too deeply") from error
            removed = set(remove_system_actions)
            kept = [
                entry
                for position, entry in enumerate(lists.system_actions)
                if position not in removed
            ]
            if kept == lists.system_actions and _are_equal(entries, lists.definitions):
                return lists, self.saved(lists)
            try:
                self._versions.add(lists.definitions, lists.system_actions, user)
                self._announce_and_write(entries, kept, lists)
            except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
                raise NotWritten(error) from error
            _logger.info(
                f"{user or 'Somebody'} has changed the definitions of commands: "
                f"{len(lists.definitions)} before, {len(entries)} now"
            )
            lists = self.lists()
            saved = self._last_save.note(lists.etag, user)
            self._tell(saved)
            return lists, saved

    def check(self, entry: Any, others: Collection[str]) -> list[Problem]:
        """What `save` would say of a new or changed entry.

        Arguments:
            entry: the entry, as JSON
            others: the actions of the other commands in the list
        """
        lists = self.lists()
        aliases = {
            alias_of(other) for other in lists.definitions if action_of(other) in others
        }
        problems = check(entry, others, aliases)
        # the earlier versions are in a file; it is only read if it matters
        if all(problem.field != "action" for problem in problems):
            return problems
        action = action_of(entry)
        if action is None:
            return problems
        stored = _by_action(lists.definitions, self._versions.all())
        return _of_stored(problems, entry, others, stored.get(action))

    def _announce_and_write(
        self, entries: list[Any], kept: list[Any], before: Lists
    ) -> None:
        self._tell(None)
        try:
            self._write(entries, kept, before)
        except BaseException:
            # nobody shall take the next change of settings for the one announced
            self._tell(Unchanged(before.etag))
            raise

    def _write(self, entries: list[Any], kept: list[Any], before: Lists) -> None:
        settings = self._settings
        # as they are, which need not be lists
        commands = settings.get(["commands"])
        actions = settings.global_get(["system", "actions"])
        settings.set(["commands"], entries)
        if kept != before.system_actions:
            settings.global_set(["system", "actions"], kept)
        try:
            settings.save(trigger_event=True)
        except BaseException:
            # what is in memory would be written by whoever saves next
            settings.set(["commands"], commands)
            if kept != before.system_actions:
                settings.global_set(["system", "actions"], actions)
            raise

    def _restored(self, definitions: list[Any], lists: Lists) -> list[Any]:
        """The new list, with all that was not changed as it was."""
        # first, since the rest takes its time with each entry
        if len(definitions) > max(MAX_ENTRIES, len(lists.definitions)):
            text = N_("is one too many: there can be %(number)s entries")
            problem = Problem(None, Message(text, {"number": MAX_ENTRIES}))
            raise Invalid([*([] for _ in definitions[1:]), [problem]])
        current = {fingerprint(entry): entry for entry in lists.definitions}
        keys = [fingerprint(entry) for entry in definitions]
        changed = [entry for entry, key in zip(definitions, keys) if key not in current]
        # the earlier versions are in a file; it is only read if it matters
        versions = self._versions.all() if changed else []
        by_action = _by_action(lists.definitions, versions)
        counts = Counter(map(action_of, definitions))
        twice = {action for action, count in counts.items() if action and count > 1}
        numbers = Counter(map(alias_of, definitions))
        aliases = {alias for alias, count in numbers.items() if count > 1}
        found = {
            key: check(entry, twice, aliases)
            for entry, key in zip(definitions, keys)
            if key not in current
        }
        wrong = [entry for entry in changed if _errors(found[fingerprint(entry)])]
        earlier = _like(changed, wrong, versions)

        entries = []
        problems: list[list[Problem]] = []
        for entry, key in zip(definitions, keys):
            if key in current:
                # YAML would write a reference to what stands in the list twice
                entries.append(copy.deepcopy(current[key]))
                problems.append([])
                continue
            action = action_of(entry)
            if key in earlier:
                problems.append(check_action(action, twice) if action in twice else [])
                entries.append(earlier[key])
                continue
            stored = None if action is None else by_action.get(action)
            if stored is not None and not fits(stored):
                # what the editor got of it is not all of it
                text = N_("cannot be changed here: it is too large; do it in config.yaml")
                problems.append([Problem(None, Message(text))])
                continue
            problems.append(_errors(_of_stored(found[key], entry, twice, stored)))
            # most is as JSON says, and nothing of it can have got lost
            is_all = stored is None or is_json_in_yaml(stored)
            entries.append(entry if is_all else restored(entry, stored))
        if any(problems):
            raise Invalid(problems)
        return entries


def _errors(problems: Sequence[Problem]) -> list[Problem]:
    """What keeps an entry from being saved."""
    return [problem for problem in problems if problem.severity == ERROR]


def _are_equal(entries: Sequence[Any], others: Sequence[Any]) -> bool:
    """Whether an editor cannot tell two lists apart."""
    return list(map(fingerprint, entries)) == list(map(fingerprint, others))


def _like(
    changed: Sequence[Any], wrong: Sequence[Any], versions: Sequence[Version]
) -> dict[str, Any]:
    """What stands in earlier versions and could be one of some entries, by fingerprint;
    the latest of each.

    Arguments:
        changed: the entries
        wrong: those of them that could not be saved otherwise
        versions: the earlier versions
    """
    of_changed = set(map(action_of, changed))
    of_wrong = set(map(action_of, wrong))
    return {
        fingerprint(entry): entry
        for version in reversed(versions)
        for entry in version.definitions
        # what is right, and all that JSON can say, can as well be taken as it came
        if action_of(entry) in (of_wrong if version.is_json else of_changed)
    }


def _by_action(definitions: Sequence[Any], versions: Sequence[Version]) -> dict[str, Any]:
    """All entries that are or were stored, the latest of each action."""
    lists = [version.definitions for version in reversed(versions)]
    return {
        action: entry
        for entries in [*lists, definitions]
        for entry in entries
        if (action := action_of(entry)) is not None
    }


def _of_stored(
    problems: list[Problem], entry: Any, others: Collection[str], stored: Any
) -> list[Problem]:
    """The problems of an entry without those that it may have, being stored already."""
    if stored is None:
        return problems
    # an action with odd characters that has been there goes on working
    return [
        problem
        for problem in problems
        if problem.field != "action" or action_of(entry) in others
    ]
