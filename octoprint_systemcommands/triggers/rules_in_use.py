"""The rules as the engine goes by them, and what they need to be told of."""

from collections.abc import Callable, Sequence

from .events import ABOUT_PRINTS
from .printer_watch import SOURCES
from .rules.rule import Rule
from .rules.schedule import Schedule


class RulesInUse:
    """One thread renews them; the threads in which something happens look what is wanted.

    Arguments:
        all_rules: those that can be used, in another list of others when they have changed

    Attributes:
        rules: by their ids, also those that are switched off
    """

    def __init__(self, all_rules: Callable[[], Sequence[Rule]]):
        self._all_rules = all_rules
        self.rules: dict[str, Rule] = {}
        self._events: frozenset[str] = SOURCES
        self._actions: frozenset[str] = frozenset()
        self._sources_of_more: frozenset[str] = SOURCES
        # until the server has started, whatever happens may matter
        self._are_known = False

    def want(self, event: str) -> bool:
        """Whether an event of OctoPrint's matters; very quick."""
        return event in self._events or not self._are_known

    def want_action(self, name: str) -> bool:
        """Whether an action of the printer matters; very quick."""
        return name in self._actions or not self._are_known

    def renew(self) -> bool:
        """Takes in what has changed; returns whether anything has."""
        rules, known = list(self._all_rules()), list(self.rules.values())
        if (
            self._are_known
            and len(rules) == len(known)
            and all(a is b for a, b in zip(rules, known))
        ):
            return False
        self.rules = {rule.id: rule for rule in rules}
        self._events = SOURCES.union(*(rule.event_names for rule in self.enabled))
        self._sources_of_more = SOURCES.union(
            ABOUT_PRINTS, *(rule.cancelled_by for rule in self.enabled)
        )
        self._actions = frozenset(
            rule.when.action for rule in self.enabled if rule.when.action is not None
        )
        self._are_known = True
        return True

    def waiting_for(self, event: str) -> list[Rule]:
        """Those that an event of OctoPrint's itself makes fire, conditions aside."""
        return [rule for rule in self.enabled if rule.when.event == event]

    def may_be_left_out(self, event: str) -> bool:
        """Whether an event has no meaning but to make these fire."""
        return event not in self._sources_of_more

    @property
    def enabled(self) -> list[Rule]:
        """Those that may fire."""
        return [rule for rule in self.rules.values() if rule.enabled]

    def timetables(self) -> dict[str, Schedule]:
        """The schedules, by the ids of their rules."""
        tables = {rule.id: rule.when.timetable for rule in self.enabled}
        return {rule_id: table for rule_id, table in tables.items() if table is not None}
