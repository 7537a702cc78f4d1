"""Whether things are as a rule wants them."""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any


def holds(if_: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """Whether all conditions of a rule hold.

    Arguments:
        if_: what has to be, by name: a text, in which ``*``, ``?`` and ``[…]`` stand for
            others as in names of files; a number; true or false; or a list of these, of
            which one has to match
        facts: what is, by name. What is not known matches nothing. Of a list, one item has
            to match.
    """
    return all(_holds(wanted, facts.get(name)) for name, wanted in if_.items())


def _holds(wanted: Any, fact: Any) -> bool:
    wishes = wanted if isinstance(wanted, (list, tuple)) else (wanted,)
    found = fact if isinstance(fact, (list, tuple)) else (fact,)
    return any(_matches(wish, item) for wish in wishes for item in found)


def _matches(wish: Any, fact: Any) -> bool:
    if not isinstance(fact, (str, bool, int, float)):
        return False
    if isinstance(wish, str):
        text = _as_text(fact)
        # a name that has brackets is itself, too
        return text == wish or fnmatchcase(text, wish)
    if isinstance(wish, bool):
        return _as_text(fact) == _as_text(wish)
    if isinstance(fact, bool):
        return False
    if isinstance(fact, str):
        try:
            return float(fact) == wish
        except ValueError:
            return False
    return fact == wish


def _as_text(value: Any) -> str:
    # true and false as they are written in YAML and JSON
    return str(value).lower() if isinstance(value, bool) else str(value)
