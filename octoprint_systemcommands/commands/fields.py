"""What fields of definitions may hold, and how it is read what people write there."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, ValidationInfo
from pydantic_core import PydanticCustomError

# The ways in that are closed unless a definition opens them
WayIn = Literal["gcode", "mqtt"]

# What `@system` lists all commands by, in place of an action
LIST = "list"

# OctoPrint's scripts that can have a line for it
Script = Literal["before_print", "after_print", "on_pause", "on_resume"]

# Where a button of a command can stand
Place = Literal["menu", "sidebar", "navbar"]
Color = Literal["blue", "cyan", "green", "orange", "red", "dark"]

# for the operating system a text ends at a NUL character
Text = Annotated[str, Field(pattern="^[^\\x00]*$")]
EnvironmentName = Annotated[str, Field(pattern="^[A-Za-z_][A-Za-z0-9_]*$")]

_Value = TypeVar("_Value")


def question(value: Any, info: ValidationInfo) -> Any:
    """A question; ``false`` and ``true`` are found in real configurations."""
    if value in (False, ""):
        return None
    if value is True:
        return info.data.get("name") or info.data.get("action")
    return value


def name_of_icon(value: Any) -> Any:
    """The name of an icon; people copy the classes that Font Awesome shows: "fas fa-camera"."""
    if isinstance(value, str):
        return value.lower().rsplit("fa-", 1)[-1]
    return value


def none_if_empty(value: Any) -> Any:
    """A text, or nothing."""
    return None if value == "" else value


def list_of_one(value: Any) -> Any:
    """A text that may stand where a list is asked for, as a list."""
    return [value] if isinstance(value, str) else value


def each_once(values: list[_Value]) -> list[_Value]:
    """A list without repetitions."""
    return list(dict.fromkeys(values))


def ensure_each_once(values: Sequence[str], field: str, code: str, text: str) -> None:
    """Checks that nothing is there twice in a list.

    Arguments:
        values: one of each entry
        field: of the entry, in which it stands
        code, text: what is wrong with the second one
    """
    for position, value in enumerate(values):
        if value in values[:position]:
            raise PydanticCustomError(code, text, {"part": (position, field)})


def seconds(value: Any) -> Any:
    """A number of seconds, which true and false are not."""
    if isinstance(value, bool):
        raise PydanticCustomError("not_seconds", "has to be a number of seconds")
    return value


def number(value: Any) -> Any:
    """A number, which true and false are not."""
    if isinstance(value, bool):
        raise PydanticCustomError("number", "has to be a number")
    return value
