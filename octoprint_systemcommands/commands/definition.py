"""One entry of the list of commands: its fields, its checks, its form for clients.

The documented fields and their names are those of OctoPrint's ``system.actions``
(``octoprint.schema.config.system`` and the "Command definition" of its API documentation).
"""

import re
from typing import Any, Optional, Union

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

DIVIDER = "divider"

_DIVIDER_KEY = re.compile(r"divider(_\d+)?")


class DefinitionError(ValueError):
    """An entry cannot be used; the message names the field and says what to do."""


class _Entry(BaseModel):
    # Fields that this version does not know stay in the user's file; they are simply not
    # read. Numbers become text, since YAML makes a number of an unquoted ``name: 42``.
    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)

    action: str = Field(min_length=1)
    name: str = ""

    @field_validator("name", mode="before")
    @classmethod
    def _no_name_is_an_empty_one(cls, value: Any) -> Any:
        return "" if value is None else value


class Divider(_Entry):
    """A line between two entries of the menu. It cannot be run."""

    def to_client(self, source: str, resource: str) -> dict[str, Any]:
        """See :meth:`Command.to_client`."""
        # OctoPrint leaves the name out here, which crashes clients that rely on the
        # documented "exactly one"
        return {
            "action": DIVIDER,
            "name": self.name,
            "source": source,
            "resource": resource,
        }

    def to_menu(self, source: str, resource: str) -> dict[str, Any]:
        """See :meth:`Command.to_menu`."""
        return self.to_client(source, resource)


class Command(_Entry):
    """Something that can be run.

    ``command`` may be missing: such an entry is listed, and running it is an error.
    """

    command: Optional[str] = None
    confirm: Optional[str] = None
    async_: bool = Field(default=False, alias="async")
    ignore: bool = False
    fresh_credentials: bool = False
    description: Optional[str] = None
    icon: Optional[str] = Field(default=None, pattern="^[a-z0-9-]+$", max_length=64)
    group: Optional[str] = None

    @model_validator(mode="before")
    @classmethod
    def _a_name_is_always_there(cls, data: Any) -> Any:
        # clients and menus show the name; the action is the best that is left without one
        if isinstance(data, dict) and data.get("name") in (None, ""):
            data = {**data, "name": data.get("action")}
        return data

    @field_validator("confirm", mode="before")
    @classmethod
    def _confirm_is_a_text(cls, value: Any, info) -> Any:
        # ``confirm: false`` and ``confirm: true`` are found in real configurations
        if value in (False, ""):
            return None
        if value is True:
            return info.data.get("name") or info.data.get("action")
        return value

    @field_validator("description", "icon", "group", mode="before")
    @classmethod
    def _an_empty_text_is_none(cls, value: Any) -> Any:
        return None if value == "" else value

    @field_validator("async_", "ignore", "fresh_credentials", mode="before")
    @classmethod
    def _nothing_means_no(cls, value: Any) -> Any:
        return False if value is None else value

    @field_validator("command")
    @classmethod
    def _a_command_line_has_no_nul(cls, value: Optional[str]) -> Optional[str]:
        if value is not None and "\0" in value:
            raise ValueError("must not contain a NUL character")
        return value

    def prepare(self) -> None:
        """Called right before the process is started; an exception keeps it from starting."""

    def to_client(self, source: str, resource: str) -> dict[str, Any]:
        """The "client command definition" of OctoPrint's API documentation.

        Arguments:
            source: ``core`` or ``custom``
            resource: absolute URL to POST to

        Returns:
            ``{action, name, source, resource}`` and ``confirm`` if there is one; never the
            command line
        """
        result = {
            "action": self.action,
            "name": self.name,
            "source": source,
            "resource": resource,
        }
        if self.confirm:
            result["confirm"] = self.confirm
        return result

    def to_menu(self, source: str, resource: str) -> dict[str, Any]:
        """The client definition and what the System menu needs beyond it."""
        result = self.to_client(source, resource)
        result["async"] = self.async_
        result["ignore"] = self.ignore
        result["fresh_credentials"] = self.fresh_credentials
        for field in ("description", "icon", "group"):
            value = getattr(self, field)
            if value:
                result[field] = value
        return result


def parse_entry(entry: Any) -> Union[Command, Divider]:
    """Checks one entry as it stands in the configuration.

    Arguments:
        entry: whatever YAML made of it; a mapping, if all is well

    Raises:
        DefinitionError: if it is not usable
    """
    if not isinstance(entry, dict):
        raise DefinitionError(
            f"it is {_kind(entry)}, but it has to be a mapping of fields such as "
            "action, name and command"
        )
    model = Divider if entry.get("action") == DIVIDER else Command
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        raise DefinitionError("; ".join(_explain(error))) from None


def is_divider_key(action: str) -> bool:
    """Whether an action is a divider's: ``divider``, or ``divider_<n>`` as OctoPrint
    calls them internally."""
    return _DIVIDER_KEY.fullmatch(action) is not None


def _kind(value: Any) -> str:
    return {
        "NoneType": "empty",
        "str": "a text",
        "list": "a list",
        "bool": "true or false",
        "int": "a number",
        "float": "a number",
    }.get(type(value).__name__, f"a {type(value).__name__}")


def _explain(error: ValidationError) -> list[str]:
    problems = []
    for problem in error.errors(include_url=False):
        field = ".".join(str(part) for part in problem["loc"]) or "entry"
        value = problem.get("input")
        if problem["type"] == "missing":
            text = "is missing"
        elif problem["type"] == "string_type":
            text = f"has to be a text, but is {_kind(value)}; put it in quotes"
        elif problem["type"] == "string_too_short":
            text = "must not be empty"
        elif problem["type"] == "string_pattern_mismatch":
            text = "may only have lower case letters, digits and dashes"
        elif problem["type"].startswith("bool_"):
            text = f"has to be true or false, but is {_kind(value)}"
        else:
            text = problem["msg"]
        problems.append(f'"{field}" {text}')
    return problems
