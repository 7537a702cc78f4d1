"""A rule: when something happens, if it is as said, and after a wait, a command is run."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Optional

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from ...commands.arguments.types import MAX_ARGUMENTS
from ...commands.fields import list_of_one
from ...messages import N_
from .fields import (
    MAX_NAME,
    Name,
    Part,
    Seconds,
    WrongRule,
    lasting,
    printable,
)
from .when import IMMEDIATE, When

MAX_ID = 64

# seconds
DAY = 24 * 60 * 60
MAX_WAIT = 7 * DAY
DEFAULT_AT_MOST = DAY / 2

_MAX_TEMPERATURE = 1000
_MAX_NAMES = 20
_MAX_CONDITIONS = 20
_MAX_VALUES = 50
_MAX_TEXT = 1000

_ID = re.compile(r"[a-z0-9_-]+")

# what makes a rule that waits give up, unless it says otherwise
_CANCELLED_BY = ("print_started",)


def _checked_id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise WrongRule(
            N_("may only have lower case letters, digits, dashes and underscores")
        )
    return text


def _scalar(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _MAX_TEXT:
        raise WrongRule(N_("is too long"))
    if not isinstance(value, (str, bool, int, float)):
        raise WrongRule(N_("has to be a text, a number, or true or false"))
    return value


def _condition(value: Any) -> Any:
    if not isinstance(value, (list, tuple)):
        return _scalar(value)
    if not value:
        raise WrongRule(N_("must not be empty"))
    if len(value) > _MAX_VALUES:
        raise WrongRule(
            N_("has too many entries: %(max_length)s at most"), max_length=_MAX_VALUES
        )
    return tuple(map(_scalar, value))


def _values_by_name(value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise WrongRule(N_("has to be a mapping of names to values"))
    return value


class Until(Part):
    """What has to hold before the command is run, all of it."""

    max_temperature: Optional[float] = Field(
        default=None,
        gt=0,
        le=_MAX_TEMPERATURE,
        description="No heater may be hotter, in °C",
    )
    idle: Optional[Annotated[Seconds, lasting(DAY)]] = Field(
        default=None,
        description="For how long the printer has to have been ready without printing",
    )
    no_timelapse: bool = Field(
        default=False, description="No timelapse may be rendered at that time"
    )

    @field_validator("max_temperature", mode="before")
    @classmethod
    def _a_temperature_is_a_number(cls, value: Any) -> Any:
        if isinstance(value, bool):
            raise WrongRule(N_("has to be a number"))
        return value


class Wait(Part):
    """What comes between what has happened and the command."""

    for_: Annotated[Seconds, lasting(MAX_WAIT)] = Field(
        default=0, alias="for", description="How long to wait"
    )
    until: Optional[Until] = Field(
        default=None,
        description="What has to hold then; as long as it does not, it is waited for",
    )
    at_most: Optional[Annotated[Seconds, lasting(MAX_WAIT, 1)]] = Field(
        default=None,
        validate_default=True,
        description="If it does not hold by then, counted from what has happened, the "
        "command is not run. By default that is 12 h after `for`.",
    )

    @field_validator("until")
    @classmethod
    def _nothing_is_not_waited_for(cls, value: Optional[Until]) -> Optional[Until]:
        return None if value == Until() else value

    @field_validator("at_most")
    @classmethod
    def _it_ends_after_it_begins(
        cls, value: Optional[float], info: ValidationInfo
    ) -> Optional[float]:
        begin = info.data.get("for_", 0)
        if info.data.get("until") is None:
            if value is not None and not begin:
                raise WrongRule(N_('only goes with "for" or "until"'))
            return None
        if value is None:
            return min(begin + DEFAULT_AT_MOST, MAX_WAIT)
        if value < begin:
            raise WrongRule(N_('must not be less than "for"'))
        return value


class Rule(BaseModel):
    """One entry of the list of rules that can be used."""

    # Fields that this version does not know stay in the user's file; they are not read.
    model_config = ConfigDict(
        extra="ignore", frozen=True, coerce_numbers_to_str=True, defer_build=True
    )

    id: Annotated[str, AfterValidator(_checked_id)] = Field(
        min_length=1,
        max_length=MAX_ID,
        description="Identifies it: lower case letters, digits, dashes and underscores; "
        "unique",
    )
    name: Annotated[str, BeforeValidator(printable)] = Field(
        default="", max_length=200, description="What people call it"
    )
    enabled: bool = Field(default=True, description="Whether it does anything")
    when: When = Field(description="What has to happen")
    if_: Annotated[
        dict[Name, Annotated[Any, BeforeValidator(_condition)]],
        BeforeValidator(_values_by_name),
    ] = Field(
        default_factory=dict,
        alias="if",
        max_length=_MAX_CONDITIONS,
        description="What has to be so, by the names of what is known of it: a value, a "
        "pattern with `*` and `?`, or a list of them, of which one has to match",
    )
    wait: Optional[Wait] = Field(
        default=None, description="What comes before the command"
    )
    cancelled_by: tuple[Name, ...] = Field(
        default=None,
        validate_default=True,
        max_length=_MAX_NAMES,
        description="Events that call off a command which is still waited for. By default "
        "`print_started` if there is a wait.",
    )
    run: Name = Field(description="The `action` of the command")
    source: Literal["custom", "core"] = Field(
        default="custom", description="Where the command is from"
    )
    arguments: Annotated[dict[Name, Any], BeforeValidator(_values_by_name)] = Field(
        default_factory=dict,
        max_length=MAX_ARGUMENTS,
        description="The values of the command's arguments, by name",
    )
    confirmed: bool = Field(
        default=False,
        description="Run it while printing, too, if the command asks for a confirmation then",
    )

    @model_validator(mode="before")
    @classmethod
    def _a_name_is_always_there(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("name", "") == "":
            rule_id = str(data.get("id"))
            # an id that is none is one problem, not two
            data = {**data, "name": rule_id[:MAX_NAME] if rule_id.isprintable() else ""}
        return data

    @field_validator("wait")
    @classmethod
    def _some_cannot_wait(
        cls, value: Optional[Wait], info: ValidationInfo
    ) -> Optional[Wait]:
        when = info.data.get("when")
        if value is None or value == Wait():
            return None
        if when is not None and when.event in IMMEDIATE:
            text = N_('does not go with "%(event)s", which waits for the command itself')
            raise WrongRule(text, event=when.event)
        return value

    @field_validator("cancelled_by", mode="before")
    @classmethod
    def _it_is_called_off_by(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None:
            value = _CANCELLED_BY if info.data.get("wait") is not None else ()
        return list_of_one(value)

    @field_validator("cancelled_by")
    @classmethod
    def _not_by_its_own_event(
        cls, value: tuple[str, ...], info: ValidationInfo
    ) -> tuple[str, ...]:
        # that one begins the waiting anew
        when = info.data.get("when")
        return tuple(name for name in value if when is None or name != when.event)

    @property
    def event_names(self) -> frozenset[str]:
        """The events that concern it: what wakes it, and what calls it off."""
        own = () if self.when.event is None else (self.when.event,)
        return frozenset((*own, *self.cancelled_by))
