"""One entry of the list of commands: its fields, its checks, its form for clients.

The documented fields and their names are those of OctoPrint's ``system.actions``
(``octoprint.schema.config.system`` and the "Command definition" of its API documentation).
"""

import re
from typing import Any, Literal, Optional, Union

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

DIVIDER = "divider"

# a week, in seconds
MAX_TIMEOUT = 7 * 24 * 60 * 60

# fields that only concern how a command looks
_LOOKS = ("name", "description", "icon", "group", "show_output")

# fields that OctoPrint takes for true if they are anything at all
_FLAGS = ("confirm", "async", "ignore", "fresh_credentials")

_DIVIDER_KEY = re.compile(r"divider(_\d+)?")


class DefinitionError(ValueError):
    """An entry cannot be used; the message names the field and says what to do."""


class _Entry(BaseModel):
    # Fields that this version does not know stay in the user's file; they are simply not
    # read. Numbers become text, since YAML makes a number of an unquoted ``name: 42``.
    model_config = ConfigDict(extra="ignore", frozen=True, coerce_numbers_to_str=True)

    action: str = Field(min_length=1)
    name: str = ""


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
    timeout: Optional[float] = Field(default=None, gt=0, le=MAX_TIMEOUT)
    when_busy: Literal["parallel", "queue", "refuse", "replace"] = "parallel"
    show_output: Literal["always", "on_failure", "never"] = "on_failure"

    @model_validator(mode="before")
    @classmethod
    def _a_name_is_always_there(cls, data: Any) -> Any:
        # clients and menus show the name; the action is the best that is left without one
        if isinstance(data, dict) and data.get("name", "") == "":
            action = data.get("action")
            data = {**data, "name": action if isinstance(action, str) else str(action)}
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

    @field_validator("icon", mode="before")
    @classmethod
    def _an_icon_is_a_name(cls, value: Any) -> Any:
        # people copy the classes that Font Awesome shows: "fas fa-camera"
        if isinstance(value, str):
            return value.lower().rsplit("fa-", 1)[-1]
        return value

    @field_validator("description", "icon", "group", mode="before")
    @classmethod
    def _an_empty_text_is_none(cls, value: Any) -> Any:
        return None if value == "" else value

    @field_validator("timeout", mode="before")
    @classmethod
    def _a_timeout_is_a_number(cls, value: Any) -> Any:
        if isinstance(value, bool):
            raise ValueError("has to be a number of seconds")
        return value

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
        result["show_output"] = self.show_output
        for field in ("description", "icon", "group"):
            value = getattr(self, field)
            if value:
                result[field] = value
        return result


def parse_entry(entry: Any) -> tuple[Union[Command, Divider], list[str]]:
    """Checks one entry as it stands in the configuration.

    Wrong values of fields that only concern how a command looks are left out, and those of
    OctoPrint's own flags are taken as OctoPrint takes them, so that no command vanishes
    for their sake.

    Arguments:
        entry: whatever YAML made of it; a mapping, if all is well

    Returns:
        the definition, and what is wrong with it all the same

    Raises:
        DefinitionError: if it is not usable
    """
    if not isinstance(entry, dict):
        raise DefinitionError(
            f"it is {_kind(entry)}, but it has to be a mapping of fields such as "
            "action, name and command"
        )
    # a field without a value is what YAML makes of a name and a colon
    fields = {name: value for name, value in entry.items() if value is not None}
    model = Divider if fields.get("action") == DIVIDER else Command
    try:
        return model.model_validate(fields), []
    except ValidationError as error:
        problems = _explain(error)

    for field in problems:
        if field in _LOOKS:
            fields.pop(field, None)
        elif field in _FLAGS:
            fields[field] = bool(fields[field])
    try:
        return model.model_validate(fields), list(problems.values())
    except ValidationError as error:
        raise DefinitionError("; ".join(_explain(error).values())) from None


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


def _explain(error: ValidationError) -> dict[str, str]:
    problems = {}
    for problem in error.errors(include_url=False):
        field = str(problem["loc"][0]) if problem["loc"] else "entry"
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
            text = problem["msg"].replace("Value error, ", "").replace("Input ", "")
        problems[field] = f'"{field}" {text}'
    return problems
