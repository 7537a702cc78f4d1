"""What can be wrong with a definition, in words."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Optional, Union

from pydantic import ValidationError

from ..messages import N_, Message, MessageError

ERROR = "error"
WARNING = "warning"

# of an argument of a wrong type nothing else is known
_TYPES = "text, number, choice, toggle, secret, file"


class CannotRun(MessageError, ValueError):
    """A command cannot be started as it is defined; says what to do."""


class Problem(NamedTuple):
    """Something that is wrong with an entry.

    Attributes:
        field: the field that is wrong, None for the entry as a whole
        message: what is wrong, what goes on after the field's name
        severity: `ERROR`, the entry cannot be used, or `WARNING`, it is used all the same
        inside: where in the field, if it has parts: names, and positions from 0
    """

    field: Optional[str]
    message: Message
    severity: str = ERROR
    inside: tuple[Union[str, int], ...] = ()

    @property
    def path(self) -> list[Union[str, int]]:
        """Where in the entry it is."""
        return [] if self.field is None else [self.field, *self.inside]

    @property
    def place(self) -> str:
        """The same for people, who count from 1: ``"arguments" 2 "pattern"``."""
        return " ".join(
            str(part + 1) if isinstance(part, int) else f'"{part}"' for part in self.path
        )

    def __str__(self) -> str:
        message = str(self.message)
        return message if self.field is None else f"{self.place} {message}"


_TEXTS = {
    "missing": N_("is missing"),
    "string_type": N_("has to be a text; put it in quotes"),
    "string_too_short": N_("must not be empty"),
    "string_too_long": N_("is too long"),
    "too_short": N_("must not be empty"),
    "too_long": N_("has too many entries: %(max_length)s at most"),
    "not_seconds": N_("has to be a number of seconds"),
    "greater_than": N_("has to be greater than %(gt)s"),
    "greater_than_equal": N_("has to be %(ge)s at least"),
    "less_than_equal": N_("has to be %(le)s at most"),
    "float_parsing": N_("has to be a number"),
    "float_type": N_("has to be a number"),
    "finite_number": N_("has to be a number"),
    "number": N_("has to be a number"),
    "int_type": N_("has to be a whole number"),
    "bool_parsing": N_("has to be true or false"),
    "bool_type": N_("has to be true or false"),
    "literal_error": N_("has to be one of these: %(expected)s"),
    "dict_type": N_("has to be a mapping of names to texts"),
    "list_type": N_("has to be a list"),
    "tuple_type": N_("has to be a list"),
    "model_type": N_("has to be a mapping of fields"),
    "model_attributes_type": N_("has to be a mapping of fields"),
    "pattern": N_("is not a regular expression that can be used"),
    "empty_range": N_("must not be less than the smallest number"),
    "choice_twice": N_("is there twice"),
    "argument_twice": N_("is taken by another argument"),
    "control_characters": N_("must not contain control characters"),
    "wrong_default": N_("is no value that this argument takes"),
    "secret_default": N_("must not be set for a secret, everybody could read it"),
    "extra_forbidden": N_("is unknown; check its spelling"),
}
# Where something is wrong that pydantic finds in a larger whole
_PARTS = {
    "empty_range": ("max",),
    "wrong_default": ("default",),
    "secret_default": ("default",),
    "union_tag_not_found": ("type",),
    "union_tag_invalid": ("type",),
}
_PATTERNS = {
    "icon": N_("may only have lower case letters, digits and dashes"),
    "environment": N_(
        "may only have names of letters, digits and underscores, and no NUL characters"
    ),
    "name": N_(
        "has to begin with a lower case letter, and may have lower case letters, digits "
        "and underscores"
    ),
}
_OTHER_PATTERN = N_("must not contain a NUL character")


# Where pydantic has found something: names and positions
_Loc = tuple[Union[str, int], ...]


def _in_definition(loc: _Loc) -> tuple[str, _Loc]:
    """Where in a definition it is: the field, and where in the field."""
    field = str(loc[0])
    if field == "arguments":
        # pydantic names the type of an argument after its position
        return field, (*loc[1:2], *loc[3:])
    # of "environment", for which one message for all is enough
    return field, ()


def explain(
    error: ValidationError,
    place: Callable[[_Loc], tuple[str, _Loc]] = _in_definition,
) -> list[Problem]:
    """What pydantic found, with one problem for each place.

    Arguments:
        error: the validators of the model may have raised errors that are a `MessageError`
        place: the field, and where in the field
    """
    problems: dict[tuple, Problem] = {}
    for found in error.errors(include_url=False):
        kind = found["type"]
        field, inside = place(found["loc"])
        if field == "arguments" and inside[-1:] in (("int",), ("float",)):
            # both kinds of a number were tried
            inside, kind = inside[:-1], "number"
        inside = (*inside, *_PARTS.get(kind, found.get("ctx", {}).get("part", ())))
        text = _TEXTS.get(kind)
        values = {name: _as_text(value) for name, value in _context(found).items()}
        if kind == "string_pattern_mismatch":
            # an argument's name follows another rule than a command's
            text = _PATTERNS.get(str(inside[-1]) if inside else field, _OTHER_PATTERN)
        elif kind in ("union_tag_not_found", "union_tag_invalid"):
            text, values = _TEXTS["literal_error"], {"expected": _TYPES}
        own = found.get("ctx", {}).get("error")
        if isinstance(own, MessageError):
            text, values = own.message.text, dict(own.message.values)
        elif text is None:
            text, values = found["msg"], {}
        problems.setdefault(
            (field, inside), Problem(field, Message(text, values), inside=inside)
        )
    return list(problems.values())


def _as_text(value: Any) -> str:
    # pydantic makes 600.0 of a limit of 600 s
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if whole else value)


def _context(found: Any) -> Mapping[str, Any]:
    context = dict(found.get("ctx", {}))
    context.pop("pattern", None)
    if "expected" in context:
        context["expected"] = context["expected"].replace("'", "").replace(" or ", ", ")
    return context
