"""The list of definitions as somebody edits it: read, save, and never lose one."""

import copy
import hashlib
import logging
import threading
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple, Optional, Union

import yaml

from ..definition import DIVIDER, parse_entry
from ..problems import ERROR, N_, Problem
from ..serialization import fingerprint, fits, is_json_in_yaml, restored, to_json
from ..system_actions import parse_system_action
from .last_save import LastSave, Saved, Unchanged
from .validation import MAX_ENTRIES, check, check_action
from .versions import Version, Versions

_logger = logging.getLogger("octoprint.plugins.systemcommands.commands.editing.editor")


class Lists(NamedTuple):
    """What stands in the configuration.

    Attributes:
        definitions: the plugin's own list
        system_actions: OctoPrint's
    """

    definitions: list[Any]
    system_actions: list[Any]

    @property
    def etag(self) -> str:
        """Changes whenever one of the lists does, as far as an editor can see."""
        seen = "\n\n".join("\n".join(map(fingerprint, entries)) for entries in self)
        return hashlib.sha256(seen.encode()).hexdigest()[:32]

    def to_json(self) -> dict[str, Any]:
        """Both lists, as JSON."""
        return {
            "definitions": [to_json(entry) for entry in self.definitions],
            "system_actions": [to_json(entry) for entry in self.system_actions],
        }

    def problems(self) -> dict[str, list[list[Problem]]]:
        """What is wrong with each entry of both lists."""
        return {
            "definitions": _problems(self.definitions, (), parse_entry),
            "system_actions": _problems(
                self.system_actions, _actions_of(self.definitions), parse_system_action
            ),
        }


class Stale(Exception):
    """Somebody else has saved meanwhile."""


class Invalid(Exception):
    """Some entries cannot be saved; nothing was.

    Attributes:
        problems: of each entry
    """

    def __init__(self, problems: Sequence[list[Problem]]):
        super().__init__("Some entries cannot be saved")
        self.problems = problems


class NotWritten(Exception):
    """The disk does not take it; nothing was changed."""


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
        return Lists(
            _as_list(self._settings.get(["commands"])),
            _as_list(self._settings.global_get(["system", "actions"])),
        )

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
                raise NotWritten(str(error)) from error
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
        problems = check(entry, others)
        # the earlier versions are in a file; it is only read if it matters
        if all(problem.field != "action" for problem in problems):
            return problems
        action = entry.get("action")
        if not isinstance(action, str):
            return problems
        stored = _by_action(self.lists().definitions, self._versions.all())
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
            text = N_("is more than can be kept: %(number)s entries at most")
            problem = Problem(None, text, values={"number": str(MAX_ENTRIES)})
            raise Invalid([*([] for _ in definitions[1:]), [problem]])
        current = {fingerprint(entry): entry for entry in lists.definitions}
        keys = [fingerprint(entry) for entry in definitions]
        changed = [entry for entry, key in zip(definitions, keys) if key not in current]
        # the earlier versions are in a file; it is only read if it matters
        versions = self._versions.all() if changed else []
        by_action = _by_action(lists.definitions, versions)
        counts = Counter(map(_action_of, definitions))
        twice = {action for action, count in counts.items() if action and count > 1}
        found = {
            key: check(entry, twice)
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
            action = _action_of(entry)
            if key in earlier:
                problems.append(check_action(action, twice) if action in twice else [])
                entries.append(earlier[key])
                continue
            stored = by_action.get(action)
            if stored is not None and not fits(stored):
                # what the editor got of it is not all of it
                text = N_("cannot be changed here: it is too large; do it in config.yaml")
                problems.append([Problem(None, text)])
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
    of_changed = set(map(_action_of, changed))
    of_wrong = set(map(_action_of, wrong))
    return {
        fingerprint(entry): entry
        for version in reversed(versions)
        for entry in version.definitions
        # what is right, and all that JSON can say, can as well be taken as it came
        if _action_of(entry) in (of_wrong if version.is_json else of_changed)
    }


def _action_of(entry: Any) -> Optional[str]:
    """The action of an entry, None if it has none that is a text."""
    action = entry.get("action") if isinstance(entry, dict) else None
    return action if isinstance(action, str) else None


def _by_action(
    definitions: Sequence[Any], versions: Sequence[Version]
) -> dict[Optional[str], Any]:
    """All entries that are or were stored, the latest of each action."""
    lists = [version.definitions for version in reversed(versions)]
    return {
        entry["action"]: entry
        for entries in [*lists, definitions]
        for entry in entries
        if isinstance(entry, dict) and isinstance(entry.get("action"), str)
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
        if problem.field != "action" or entry["action"] in others
    ]


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    # somebody has forgotten the dash; what is there must not be lost for that
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _actions_of(entries: Sequence[Any]) -> set[str]:
    return {action for action in map(_action_of, entries) if action} - {DIVIDER}


def _problems(
    entries: Sequence[Any], taken: Collection[str], parse: Callable[[Any], Any]
) -> list[list[Problem]]:
    """What is wrong with the entries of a list, and which of them do not count."""
    last = {
        entry["action"]: position
        for position, entry in enumerate(entries)
        if isinstance(entry, dict) and isinstance(entry.get("action"), str)
    }
    result = []
    for position, entry in enumerate(entries):
        _, problems = parse(entry)
        action = entry.get("action") if isinstance(entry, dict) else None
        if isinstance(action, str) and action != DIVIDER:
            if action in taken:
                text = N_("is taken already by a command of this plugin, which is used")
                problems = [*problems, Problem("action", text, ERROR)]
            elif last[action] != position:
                text = N_("is there once more below, and that one is used")
                problems = [*problems, Problem("action", text, ERROR)]
        result.append(problems)
    return result
