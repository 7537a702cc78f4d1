"""What can be wrong with a definition, in words.

The words are English here and are translated when somebody asks; `N_` marks them for the
translators.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, Optional

from pydantic import ValidationError

ERROR = "error"
WARNING = "warning"


def N_(text: str) -> str:
    """Marks a text for translation."""
    return text


class Problem(NamedTuple):
    """Something that is wrong with an entry.

    Attributes:
        field: the field that is wrong, None for the entry as a whole
        text: what is wrong, what goes on after the field's name; a format string
        severity: `ERROR`, the entry cannot be used, or `WARNING`, it is used all the same
        values: for the format string
    """

    field: Optional[str]
    text: str
    severity: str = ERROR
    values: Mapping[str, str] = {}

    def __str__(self) -> str:
        message = self.text % self.values if self.values else self.text
        return message if self.field is None else f'"{self.field}" {message}'


_TEXTS = {
    "missing": N_("is missing"),
    "string_type": N_("has to be a text; put it in quotes"),
    "string_too_short": N_("must not be empty"),
    "string_too_long": N_("is too long"),
    "not_seconds": N_("has to be a number of seconds"),
    "greater_than": N_("has to be greater than %(gt)s"),
    "less_than_equal": N_("has to be %(le)s at most"),
    "float_parsing": N_("has to be a number"),
    "float_type": N_("has to be a number"),
    "bool_parsing": N_("has to be true or false"),
    "bool_type": N_("has to be true or false"),
    "literal_error": N_("has to be one of these: %(expected)s"),
    "dict_type": N_("has to be a mapping of names to texts"),
}
_PATTERNS = {
    "icon": N_("may only have lower case letters, digits and dashes"),
    "environment": N_(
        "may only have names of letters, digits and underscores, and no NUL characters"
    ),
}
_OTHER_PATTERN = N_("must not contain a NUL character")


def explain(error: ValidationError) -> list[Problem]:
    """What pydantic found, with one problem for each field."""
    problems: dict[str, Problem] = {}
    for found in error.errors(include_url=False):
        field = str(found["loc"][0])
        text = _TEXTS.get(found["type"])
        if found["type"] == "string_pattern_mismatch":
            text = _PATTERNS.get(field, _OTHER_PATTERN)
        values = {name: str(value) for name, value in _context(found).items()}
        if text is None:
            text, values = found["msg"].replace("%", "%%"), {}
        problems.setdefault(field, Problem(field, text, values=values))
    return list(problems.values())


def _context(found: Any) -> Mapping[str, Any]:
    context = dict(found.get("ctx", {}))
    context.pop("pattern", None)
    if "expected" in context:
        context["expected"] = context["expected"].replace("'", "").replace(" or ", ", ")
    return context
