"""What is new of each rule: when it has fired last, or why it did not."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Optional

from ..messages import Message
from . import events
from .happening import copied

# Rules, and kinds of what has happened, that are remembered
_MAX_RULES = 500
_MAX_KINDS = 100


class RuleNews(NamedTuple):
    """What is new of a rule.

    Attributes:
        at: since when, in seconds since the epoch
        message: what
        run_id: the run that it is about; None if there is none
    """

    at: float
    message: Message
    run_id: Optional[str] = None


class News:
    """Remembers the latest of each rule, and the last payload of each kind of event.

    Arguments:
        wall: the time, in seconds since the epoch
    """

    def __init__(self, wall: Callable[[], float] = time.time):
        self._wall = wall
        self._lock = threading.Lock()
        # the latest last
        self._of_rules: OrderedDict[str, RuleNews] = OrderedDict()
        self._payloads: dict[str, tuple[float, Any]] = {}

    def tell(self, rule_id: str, message: Message, run_id: Optional[str] = None) -> None:
        """Something is new of a rule."""
        with self._lock:
            self._of_rules[rule_id] = RuleNews(self._wall(), message, run_id)
            self._of_rules.move_to_end(rule_id)
            if len(self._of_rules) > _MAX_RULES:
                self._of_rules.popitem(last=False)

    def add(self, rule_id: str, message: Message) -> None:
        """There is something else to be said of its last run."""
        known = self._of_rules.get(rule_id)
        self.tell(rule_id, message, None if known is None else known.run_id)

    def keep(self, rule_ids: frozenset[str]) -> None:
        """There are no other rules any more."""
        with self._lock:
            for rule_id in set(self._of_rules) - rule_ids:
                del self._of_rules[rule_id]

    def of_rules(self) -> dict[str, RuleNews]:
        """The latest, by the id of the rule."""
        with self._lock:
            return dict(self._of_rules)

    def note(self, kind: str, payload: Any) -> None:
        """Something has happened. Called for each event, in OctoPrint's thread: a dict of
        one level is copied, everything else when somebody asks."""
        payloads = self._payloads
        if kind not in payloads and len(payloads) >= _MAX_KINDS:
            # the oldest that the printer or a plugin has made up
            others = (known for known in list(payloads) if known not in events.MEANINGS)
            payloads.pop(next(others), None)
        if type(payload) is dict and len(payload) <= 100:
            payload = payload.copy()
        payloads[kind] = (self._wall(), payload)

    def last_payloads(self) -> dict[str, tuple[float, Mapping[str, Any]]]:
        """When each kind has happened last, in seconds since the epoch, and what was said
        of it; at most 100 kinds, and of one that is very long only a part."""
        return {
            kind: (at, copied(payload))
            for kind, (at, payload) in list(self._payloads.items())
        }
