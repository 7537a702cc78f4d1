"""Import and export of rules as YAML."""

from collections.abc import Collection
from typing import Any

from ...commands.editing.import_export import Unreadable, below, read
from ...commands.editing.validation import slug
from ...commands.serialization import to_json, to_yaml
from ...messages import N_
from .editing import id_of
from .store import MAX_RULES

_HEADER = "# Rules of the OctoPrint plugin System Commands\n"

# where the list of rules may stand in a file
_PLACES = ((), ("rules",), ("plugins", "systemcommands", "rules"))


def dump(rules: list[Any]) -> str:
    """The list as YAML that can be imported again."""
    return _HEADER + to_yaml({"rules": [to_json(entry) for entry in rules]})


def load(text: str) -> list[Any]:
    """The rules of a YAML file as JSON: a list, a list below ``rules``, or OctoPrint's
    ``config.yaml``.

    Raises:
        Unreadable
    """
    content = read(text)
    for path in _PLACES:
        found = below(content, path)
        if isinstance(found, list):
            if len(found) > MAX_RULES:
                text = N_("These are too many rules, %(number)s can be imported")
                raise Unreadable(text, number=MAX_RULES)
            return [to_json(entry) for entry in found]
    raise Unreadable(N_('There is no list of rules in it; put it below "rules:"'))


def with_free_ids(rules: list[Any], taken: Collection[str]) -> list[Any]:
    """Rules, with other ids where theirs are taken or missing.

    Arguments:
        rules: as JSON
        taken: the ids that are there already
    """
    kept = {id_of(entry) for entry in rules} - set(taken)
    taken = set(taken)
    result = []
    for entry in rules:
        if isinstance(entry, dict):
            id_ = id_of(entry)
            if id_ is None or id_ in taken:
                others = taken | {other for other in kept if other is not None}
                id_ = slug(id_ or str(entry.get("name") or ""), others, "rule")
                entry = {**entry, "id": id_}
            taken.add(id_)
        result.append(entry)
    return result
