"""The list of rules in OctoPrint's settings: what stands in it, and which of them count.

A rule that cannot be used stays in the file as it is, and is left out. Of two with the same
id, the first one counts.
"""

import hashlib
import logging
from typing import Any, NamedTuple, Optional

from ...commands.problems import Problem
from ...commands.serialization import fingerprint, state, to_json
from ...messages import N_, Message
from .parsing import parse_rule
from .rule import Rule

_logger = logging.getLogger("octoprint.plugins.systemcommands.triggers.rules.store")

# as many as runs can be pending
MAX_RULES = 100

PLACE = "plugins.systemcommands.rules"


class Listed(NamedTuple):
    """An entry of the list.

    Attributes:
        rule: what it says; None if that does not count
        problems: what is wrong with it
    """

    rule: Optional[Rule]
    problems: list[Problem]


class RuleList(NamedTuple):
    """What stands in the configuration.

    Attributes:
        entries: the rules, as they are there
        is_list: whether they are a list, which is what counts. Otherwise what is there is
            the only entry.
    """

    entries: list[Any]
    is_list: bool = True

    @classmethod
    def of(cls, settings: Any) -> "RuleList":
        """What stands there now.

        Arguments:
            settings: a ``octoprint.plugin.PluginSettings``
        """
        value = settings.get(["rules"])
        # somebody has forgotten the dash; what is there must not be lost for that
        if value is not None and not isinstance(value, (list, tuple)):
            return cls([value], is_list=False)
        return cls(list(value or ()))

    @property
    def etag(self) -> str:
        """Changes whenever the list does, as far as an editor can see."""
        seen = "\n".join(map(fingerprint, self.entries))
        seen += "" if self.is_list else "\n\nno list"
        return hashlib.sha256(seen.encode()).hexdigest()[:32]

    def to_json(self) -> list[Any]:
        """The entries, as JSON."""
        return [to_json(entry) for entry in self.entries]

    def read(self) -> list[Listed]:
        """Entry by entry: what it says, and why it does not count if so."""
        result = []
        taken: set[str] = set()
        for number, entry in enumerate(self.entries, start=1):
            rule, problems = parse_rule(entry)
            obstacle = self._obstacle(number, rule, taken)
            if obstacle is not None:
                result.append(Listed(None, [*problems, obstacle]))
                continue
            if rule is not None:
                taken.add(rule.id)
            result.append(Listed(rule, problems))
        return result

    def _obstacle(
        self, number: int, rule: Optional[Rule], taken: set[str]
    ) -> Optional[Problem]:
        if not self.is_list:
            text = N_("is not used: it has to be in a list; put a dash in front of it")
            return Problem(None, Message(text))
        if number > MAX_RULES:
            text = N_("is one too many: there can be %(number)s rules")
            return Problem(None, Message(text, {"number": MAX_RULES}))
        if rule is not None and rule.id in taken:
            text = N_("is taken by another rule above, and that one is used")
            return Problem("id", Message(text))
        return None


class RuleStore:
    """The rules in OctoPrint's settings that can be used. Those that cannot are logged.

    Arguments:
        settings: a ``octoprint.plugin.PluginSettings``
    """

    def __init__(self, settings: Any):
        self._settings = settings
        # What the settings said last and what was made of it, so that the log does not
        # complain about the same rule whenever somebody asks.
        self._read: tuple[bytes, list[Rule]] = (b"", [])

    def rules(self) -> list[Rule]:
        """All usable rules in their order, also those that are not enabled."""
        found = RuleList.of(self._settings)
        known, rules = self._read
        current = state(found)
        if current != known:
            listed = found.read()
            _log(listed)
            rules = [item.rule for item in listed if item.rule is not None]
            self._read = (current, rules)
        return rules


def _log(listed: list[Listed]) -> None:
    for number, item in enumerate(listed, start=1):
        said = "; ".join(map(str, item.problems))
        if item.rule is None:
            _logger.warning(f"{PLACE}, entry {number} is left out: {said}")
        elif item.problems:
            _logger.warning(f"{PLACE}, entry {number} is used, but {said}")
