"""The list of rules as somebody edits it: read, check, save, and never lose one."""

import copy
import logging
import threading
from collections import Counter
from collections.abc import Callable, Collection
from typing import Any, Optional, Union

import yaml

from ...commands.editing.errors import Invalid, NotWritten, Stale
from ...commands.editing.last_save import LastSave, Saved, Unchanged
from ...commands.editing.versions import Version, Versions
from ...commands.problems import ERROR, Problem
from ...commands.serialization import (
    fingerprint,
    fits,
    is_json_in_yaml,
    restored,
    to_json,
    unstorable,
)
from ...messages import N_, Message
from .parsing import parse_rule
from .store import MAX_RULES, RuleList
from .surroundings import Surroundings

_logger = logging.getLogger("octoprint.plugins.systemcommands.triggers.rules.editing")

_STALE = N_("Somebody else has saved rules meanwhile. Nothing was changed.")
_NOT_WRITTEN = N_(
    "The rules could not be saved, nothing was changed: %(error)s. Check that there is space "
    "left on the disk."
)


class RulesEditing:
    """The one place that changes rules.

    Arguments:
        settings: a ``octoprint.plugin.PluginSettings``
        versions: keeps the lists that are replaced
        last_save: remembers who has saved
        surroundings: what rules refer to
        lock: held by whoever changes settings that the rules are a part of
        tell: called with None when rules are about to be saved, and with who it was when
            they have been, or that they are unchanged
    """

    def __init__(
        self,
        settings: Any,
        versions: Versions,
        last_save: LastSave,
        surroundings: Surroundings,
        lock: threading.RLock,
        tell: Callable[[Union[Saved, Unchanged, None]], None] = lambda news: None,
    ):
        self._settings = settings
        self._versions = versions
        self._last_save = last_save
        self._surroundings = surroundings
        self._lock = lock
        self._tell = tell

    def current(self) -> tuple[RuleList, Optional[Saved]]:
        """What stands in the configuration now, and who has saved it; None if it was
        changed elsewhere."""
        # one is written after the other
        with self._lock:
            rules = RuleList.of(self._settings)
            return rules, self._last_save.of(rules.etag)

    def versions(self) -> list[Version]:
        """The lists that were replaced, as their ``definitions``; the newest first."""
        return self._versions.all()

    def problems(self, rules: RuleList) -> list[list[Problem]]:
        """What is wrong with each entry, warnings of what it refers to among it."""
        return [
            [*listed.problems, *self._surroundings.missed_by(listed.rule)]
            if listed.rule is not None
            else listed.problems
            for listed in rules.read()
        ]

    def check(self, entry: Any, others: Collection[str]) -> list[Problem]:
        """What `save` would say of a new or changed entry, and as warnings what may keep it
        from doing what it says.

        Arguments:
            entry: the entry, as JSON
            others: the ids of the other rules in the list
        """
        rule, problems = parse_rule(entry)
        # what is only a flaw in a file that exists need not get into one
        problems = [
            problem._replace(severity=ERROR) if problem.field == "name" else problem
            for problem in problems
        ]
        reason = unstorable(entry)
        if reason is not None:
            problems.append(Problem(None, Message(reason)))
        if id_of(entry) in others:
            problems.append(_TAKEN)
        if rule is not None:
            problems += self._surroundings.missed_by(rule)
        return problems

    def save(
        self, rules: list[Any], etags: Collection[str], user: Optional[str]
    ) -> tuple[RuleList, Optional[Saved]]:
        """Replaces the list.

        Entries that are equal to one that is or was stored are taken as they are, even if
        they are broken: whoever saves something else must not have to mend them first.

        Arguments:
            rules: the new list, as JSON
            etags: one of them is that of the list that was edited
            user: who saves

        Returns:
            what stands in the configuration now, and who has saved it; see `current`

        Raises:
            Stale, Invalid, NotWritten: nothing was changed
        """
        with self._lock:
            before, saved = self.current()
            if before.etag not in etags:
                raise Stale(_STALE)
            try:
                entries = self._restored(rules, before)
            except RecursionError as error:
                reason = "an entry is nested too deeply"
                raise NotWritten(reason, _NOT_WRITTEN) from error
            if before.is_list and RuleList(entries).etag == before.etag:
                return before, saved
            try:
                self._versions.add(before.entries, [], user)
                self._announce_and_write(entries, before)
            except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
                raise NotWritten(error, _NOT_WRITTEN) from error
            _logger.info(
                f"{user or 'Somebody'} has changed the rules: {len(before.entries)} before, "
                f"{len(entries)} now"
            )
            after = RuleList.of(self._settings)
            saved = self._last_save.note(after.etag, user)
            self._tell(saved)
            return after, saved

    def _announce_and_write(self, entries: list[Any], before: RuleList) -> None:
        self._tell(None)
        stored = self._settings.get(["rules"])
        self._settings.set(["rules"], entries)
        try:
            self._settings.save(trigger_event=True)
        except BaseException:
            # what is in memory would be written by whoever saves next
            self._settings.set(["rules"], stored)
            # nobody shall take the next change of settings for the one announced
            self._tell(Unchanged(before.etag))
            raise

    def _restored(self, rules: list[Any], before: RuleList) -> list[Any]:
        """The new list, with all that was not changed as it was."""
        if len(rules) > max(MAX_RULES, len(before.entries)):
            text = N_("is one too many: there can be %(number)s rules")
            problem = Problem(None, Message(text, {"number": MAX_RULES}))
            raise Invalid([*([] for _ in rules[1:]), [problem]])
        current = {fingerprint(entry): entry for entry in before.entries}
        keys = [fingerprint(entry) for entry in rules]
        # the earlier versions are in a file; they are only read if they matter
        is_changed = any(key not in current for key in keys)
        lists = [version.definitions for version in self.versions()] if is_changed else []
        known = [entry for entries in reversed(lists) for entry in entries]
        earlier = {fingerprint(entry): entry for entry in known}
        by_id = {id_of(entry): entry for entry in [*known, *before.entries]}
        by_id[None] = None
        counts = Counter(map(id_of, rules))
        twice = {id_ for id_, count in counts.items() if id_ is not None and count > 1}

        entries = []
        problems: list[list[Problem]] = []
        for entry, key in zip(rules, keys):
            if key in current:
                # YAML would write a reference to what stands in the list twice
                entries.append(copy.deepcopy(current[key]))
                problems.append([])
            elif key in earlier:
                entries.append(copy.deepcopy(earlier[key]))
                problems.append([_TAKEN] if id_of(entry) in twice else [])
            else:
                stored = by_id.get(id_of(entry))
                problems.append(self._errors(entry, twice, stored))
                # most is as JSON says, and nothing of it can have got lost
                is_all = stored is None or is_json_in_yaml(stored)
                entries.append(entry if is_all else restored(entry, stored))
        if any(problems):
            raise Invalid(problems)
        return entries

    def _errors(self, entry: Any, others: Collection[str], stored: Any) -> list[Problem]:
        """What keeps a changed entry from being saved."""
        if not fits(stored):
            # what the editor got of it is not all of it
            text = N_("cannot be changed here: it is too large; do it in config.yaml")
            return [Problem(None, Message(text))]
        found = self.check(entry, others)
        return [problem for problem in found if problem.severity == ERROR]


_TAKEN = Problem("id", Message(N_("is taken by another rule")))


def id_of(entry: Any) -> Optional[str]:
    """The id of an entry; None if it has none."""
    value = entry.get("id") if isinstance(entry, dict) else None
    if type(value) is int:
        # an unquoted number is taken as it is written
        value = str(to_json(value))
    return value if isinstance(value, str) and value else None
