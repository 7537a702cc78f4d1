"""From an entry as it stands in the configuration to what it defines."""

import functools
from typing import Any, Optional, Union

from pydantic import ValidationError

from ..messages import N_, Message
from .actions import DIVIDER
from .arguments.base import WORDS
from .definition import UNUSED, Command, Divider, Entry
from .problems import WARNING, Problem, explain
from .serialization import fits, with_texts_for_truths, with_writable_numbers

# Fields that only concern how a command and its output look, or when its state is asked for,
# and those without which fewer people may run it, or fewer lines of G-code. Without the
# others, guards above all, it would do something else than it was meant to.
_DISPENSABLE = (
    "name",
    "description",
    "icon",
    "group",
    "show_output",
    "groups",
    "merge_output",
    "show_in",
    "color",
    "every",
    "state_timeout",
    "gcode",
    "mqtt",
    "gcode_alias",
    "gcode_wait",
    "gcode_script",
)

# fields that OctoPrint takes for true if they are anything at all
_FLAGS = ("confirm", "async", "ignore", "fresh_credentials")

# An entry, its arguments, one of them, its choices, one of them: deeper is no field
_DEPTH = 5


def parse_entry(entry: Any) -> tuple[Optional[Entry], list[Problem]]:
    """Checks one entry as it stands in the configuration.

    Wrong values of fields that a command can do without are left out, and those of
    OctoPrint's own flags are taken as OctoPrint takes them, so that no command vanishes
    for their sake.

    Arguments:
        entry: whatever YAML made of it; a mapping, if all is well

    Returns:
        the definition, None if it is not usable, and what is wrong with the entry
    """
    if not isinstance(entry, dict):
        text = N_("has to be a mapping of fields such as action, name and command")
        return None, [Problem(None, Message(text))]
    entry = with_texts_for_truths(entry)
    model = Divider if entry.get("action") == DIVIDER else Command
    # a field without a value is what YAML makes of a name and a colon
    known = {
        name: entry[name]
        for name in _names_of_fields(model)
        if entry.get(name) is not None
    }
    # pydantic would look at all that references to references stand for
    endless = [] if fits(known) else [name for name in known if not fits(known[name])]
    fields = with_writable_numbers(
        {name: ... if name in endless else value for name, value in known.items()}, _DEPTH
    )
    try:
        return model.model_validate(fields), []
    except ValidationError as error:
        problems = explain(error)

    message = Message(N_("is too large, or refers to itself: write it out"))
    problems = [
        Problem(problem.field, message) if problem.field in endless else problem
        for problem in problems
    ]
    dispensable = (*_DISPENSABLE, *_unused(fields.get("type", "command")))
    for problem in problems:
        if problem.field in dispensable:
            fields.pop(problem.field, None)
        elif problem.field in _FLAGS:
            fields[problem.field] = bool(fields[problem.field])
        elif _is_about_words(problem):
            fields["arguments"] = _without(fields["arguments"], problem.inside)
    try:
        definition = model.model_validate(fields)
    except ValidationError as error:
        left = explain(error)
        wrong = {problem.field for problem in left}
        found = {tuple(problem.path) for problem in problems}
        return None, [
            *(
                problem._replace(severity=WARNING)
                if _is_about_words(problem)
                else problem
                for problem in problems
                if problem.field in wrong
            ),
            # pydantic looks at a default when all the rest of an argument is right
            *(problem for problem in left if tuple(problem.path) not in found),
        ]
    return definition, [problem._replace(severity=WARNING) for problem in problems]


def _unused(type_: Any) -> tuple[str, ...]:
    return UNUSED.get(type_, ()) if isinstance(type_, str) else ()


def _is_about_words(problem: Problem) -> bool:
    """Whether all that is wrong is what people would read beside an argument."""
    return (
        problem.field == "arguments"
        and len(problem.inside) == 2
        and problem.inside[1] in WORDS
    )


def _without(arguments: list[Any], inside: tuple[Union[str, int], ...]) -> list[Any]:
    """The arguments, one of them without one of its fields; those of the file stay."""
    position, name = inside
    return [
        {key: value for key, value in item.items() if key != name}
        if index == position
        else item
        for index, item in enumerate(arguments)
    ]


@functools.cache
def _names_of_fields(model: type[Entry]) -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in model.model_fields.items())
