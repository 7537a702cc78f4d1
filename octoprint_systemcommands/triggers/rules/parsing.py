"""From an entry as it stands in the configuration to a rule."""

import difflib
import functools
from typing import Any, Optional, Union

from pydantic import ValidationError

from ...commands.problems import ERROR, WARNING, Problem, explain
from ...commands.serialization import fits, with_writable_numbers
from ...messages import N_, Message
from .rule import Rule

# an entry, its wait, what that is until: deeper is no field
_DEPTH = 5

# How much the name of an unknown field may be like a known one before it is taken for that one
_ALIKE = 0.7


def parse_rule(entry: Any) -> tuple[Optional[Rule], list[Problem]]:
    """Checks one entry as it stands in the configuration.

    A rule starts commands while nobody looks, so nothing of it is guessed: one with a wrong
    field is not used, except for its name. Neither is one with a misspelt field: without its
    "wiat", it would run at once.

    Arguments:
        entry: whatever YAML made of it; a mapping, if all is well

    Returns:
        the rule, None if it is not usable, and what is wrong with the entry
    """
    if not isinstance(entry, dict):
        text = N_("has to be a mapping of fields such as id, when and run")
        return None, [Problem(None, Message(text))]
    # pydantic would look at all that references to references stand for
    if not fits(entry):
        text = N_("is too large, or refers to itself: write it out")
        return None, [Problem(None, Message(text))]
    known = _names_of_fields()
    # a field without a value is what YAML makes of a name and a colon
    fields = with_writable_numbers(
        {name: entry[name] for name in known if entry.get(name) is not None}, _DEPTH
    )
    unknown = [str(name) for name in entry if name not in known]
    misspelt = [name for name in unknown if _is_misspelt(name)]
    flaws = [_unknown(name, ERROR if name in misspelt else WARNING) for name in unknown]
    try:
        rule = Rule.model_validate(fields)
        return (None if misspelt else rule), flaws
    except ValidationError as error:
        problems = explain(error, _place)
    if not misspelt and all(problem.field == "name" for problem in problems):
        del fields["name"]
        flaws += (problem._replace(severity=WARNING) for problem in problems)
        return Rule.model_validate(fields), flaws
    return None, [*problems, *flaws]


def _is_misspelt(name: str) -> bool:
    """Whether a field that nobody knows is meant to be one that is known."""
    known = _names_of_fields()
    return bool(difflib.get_close_matches(name.lower(), known, 1, _ALIKE))


def _unknown(name: str, severity: str) -> Problem:
    return Problem(name, Message(N_("is unknown; check its spelling")), severity)


def _place(loc: tuple[Union[str, int], ...]) -> tuple[str, tuple[Union[str, int], ...]]:
    # what is wrong with a key itself is marked so
    return str(loc[0]), tuple(part for part in loc[1:] if part != "[key]")


@functools.cache
def _names_of_fields() -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in Rule.model_fields.items())
