"""The rules as the engine goes by them, and what they need to be told of."""

from collections.abc import Callable, Sequence

from .printer_watch import SOURCES
from .rules.rule import Rule
from .rules.schedule import Schedule


class RulesInUse:
    """One thread renews them; the threads in which something happens look what is wanted.

    Arguments:
        all_rules: those that can be used, in another list of others when they have changed

    Attributes:
        rules: by their ids, also those that are switched off
        events: the names of OctoPrint's events that matter
        actions: the names of the printer's actions that matter
    """

    def __init__(self, all_rules: Callable[[], Sequence[Rule]]):
        self._all_rules = all_rules
        self.rules: dict[str, Rule] = {}
        self.events: frozenset[str] = SOURCES
        self.actions: frozenset[str] = frozenset()

    def renew(self) -> bool:
        """Takes in what has changed; returns whether anything has."""
        rules, known = list(self._all_rules()), list(self.rules.values())
        if len(rules) == len(known) and all(a is b for a, b in zip(rules, known)):
            return False
        self.rules = {rule.id: rule for rule in rules}
        self.events = SOURCES.union(*(rule.event_names for rule in self.enabled))
        self.actions = frozenset(
            rule.when.action for rule in self.enabled if rule.when.action is not None
        )
        return True

    @property
    def enabled(self) -> list[Rule]:
        """Those that may fire."""
        return [rule for rule in self.rules.values() if rule.enabled]

    def timetables(self) -> dict[str, Schedule]:
        """The schedules, by the ids of their rules."""
        tables = {rule.id: rule.when.timetable for rule in self.enabled}
        return {rule_id: table for rule_id, table in tables.items() if table is not None}
