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
from ...messages import N_, MessageError
from . import durations
from .schedule import Schedule

MAX_ID = 64

# seconds
DAY = 24 * 60 * 60
MAX_WAIT = 7 * DAY
DEFAULT_AT_MOST = DAY / 2
MAX_CONNECTING = 5 * 60
DEFAULT_CONNECTING = 30

_MAX_TEMPERATURE = 1000
_MAX_NAMES = 20
_MAX_NAME = 100
_MAX_CONDITIONS = 20
_MAX_VALUES = 50
_MAX_TEXT = 1000

_ID = re.compile(r"[a-z0-9_-]+")
_STARTS = ("event", "schedule", "cron", "run", "action")

# the connection is made when the command has ended
_CONNECTING = frozenset(("before_connect", "upload_to_print"))
# something waits for the command, so the command cannot wait itself
_IMMEDIATE = _CONNECTING | {"stop", "snapshot_before"}

# what makes a rule that waits give up, unless it says otherwise
_CANCELLED_BY = ("print_started",)


class WrongRule(MessageError, ValueError):
    """A part of a rule is not as it has to be; says what to do."""


def _checked_id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise WrongRule(
            N_("may only have lower case letters, digits, dashes and underscores")
        )
    return text


def _name(value: Any) -> Any:
    if isinstance(value, str) and not value.isprintable():
        raise WrongRule(N_("must not contain control characters"))
    return value


def _lasting(most: float, least: float = 0) -> AfterValidator:
    def check(value: float) -> float:
        if value > most:
            raise WrongRule(N_("has to be %(le)s at most"), le=durations.text(most))
        if value < least:
            raise WrongRule(N_("has to be %(ge)s at least"), ge=durations.text(least))
        return value

    return AfterValidator(check)


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


def _list_of_one(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _values_by_name(value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise WrongRule(N_("has to be a mapping of names to values"))
    return value


Name = Annotated[str, BeforeValidator(_name), Field(min_length=1, max_length=_MAX_NAME)]
Seconds = Annotated[float, BeforeValidator(durations.seconds)]


class _Part(BaseModel):
    # The validators are built when they are needed, so that the server starts sooner.
    model_config = ConfigDict(
        extra="forbid", frozen=True, coerce_numbers_to_str=True, defer_build=True
    )

    @model_validator(mode="before")
    @classmethod
    def _a_field_without_a_value_is_not_there(cls, data: Any) -> Any:
        # which is what YAML makes of a name and a colon
        if isinstance(data, dict):
            return {name: value for name, value in data.items() if value is not None}
        return data


class When(_Part):
    """What a rule waits for: exactly one of ``event``, ``schedule``, ``cron``, ``run`` and
    ``action``."""

    event: Optional[Name] = Field(
        default=None,
        description="What has to happen: one of the names that the documentation lists, or "
        "one of OctoPrint's events",
    )
    schedule: Optional[str] = Field(
        default=None,
        description="`daily 07:30`, `weekdays 18:00`, `weekends 10:00`, `mon,wed 18:00` or "
        "`every 15 min`, in the server's time zone",
    )
    cron: Optional[str] = Field(
        default=None, description="The same in the five fields of cron"
    )
    run: Optional[Name] = Field(
        default=None, description="The `action` of a command that has to end"
    )
    action: Optional[Name] = Field(
        default=None, description="What the printer has to send, after `//action:`"
    )
    status: tuple[Literal["succeeded", "failed", "stopped", "timed_out"], ...] = Field(
        default=(),
        description="With `run`: how the command has to end. By default it does not matter.",
    )
    source: Literal["custom", "core"] = Field(
        default="custom", description="With `run`: where that command is from"
    )
    at_most: Annotated[Seconds, _lasting(MAX_CONNECTING, 1)] = Field(
        default=DEFAULT_CONNECTING,
        description="With `before_connect` and `upload_to_print`: how long the connection "
        "waits for the command",
    )
    settle: Annotated[Seconds, _lasting(MAX_CONNECTING)] = Field(
        default=0,
        description="With `before_connect` and `upload_to_print`: how long the connection "
        "waits after it",
    )

    @field_validator("schedule")
    @classmethod
    def _a_schedule_is_understood(cls, value: Optional[str]) -> Optional[str]:
        if value is not None:
            Schedule.parse(value)
        return value

    @field_validator("cron")
    @classmethod
    def _cron_is_understood(cls, value: Optional[str]) -> Optional[str]:
        if value is not None:
            Schedule.of_cron(value)
        return value

    @field_validator("status", mode="before")
    @classmethod
    def _a_status_may_stand_alone(cls, value: Any) -> Any:
        return _list_of_one(value)

    @field_validator("status", "source")
    @classmethod
    def _only_a_run_has_a_status(cls, value: Any, info: ValidationInfo) -> Any:
        if info.data.get("run") is None:
            raise WrongRule(N_('only goes with "run"'))
        return value

    @field_validator("at_most", "settle")
    @classmethod
    def _only_a_connection_waits(cls, value: float, info: ValidationInfo) -> float:
        if info.data.get("event") not in _CONNECTING:
            raise WrongRule(N_('only goes with "before_connect" and "upload_to_print"'))
        return value

    @model_validator(mode="before")
    @classmethod
    def _there_is_one_start(cls, data: Any) -> Any:
        if isinstance(data, dict):
            given = [name for name in _STARTS if data.get(name) is not None]
            if len(given) != 1:
                names = ", ".join(_STARTS)
                raise WrongRule(N_("has to have exactly one of %(names)s"), names=names)
        return data

    @property
    def timetable(self) -> Optional[Schedule]:
        """The times of a ``schedule`` or ``cron``; None for other rules."""
        if self.schedule is not None:
            return Schedule.parse(self.schedule)
        return None if self.cron is None else Schedule.of_cron(self.cron)


class Until(_Part):
    """What has to hold before the command is run, all of it."""

    max_temperature: Optional[float] = Field(
        default=None,
        gt=0,
        le=_MAX_TEMPERATURE,
        description="No heater may be hotter, in °C",
    )
    idle: Optional[Annotated[Seconds, _lasting(DAY)]] = Field(
        default=None,
        description="For how long the printer has to have been ready without printing",
    )
    no_timelapse: bool = Field(
        default=False, description="No timelapse may be recorded or rendered"
    )

    @field_validator("max_temperature", mode="before")
    @classmethod
    def _a_temperature_is_a_number(cls, value: Any) -> Any:
        if isinstance(value, bool):
            raise WrongRule(N_("has to be a number"))
        return value


class Wait(_Part):
    """What comes between what has happened and the command."""

    for_: Annotated[Seconds, _lasting(MAX_WAIT)] = Field(
        default=0, alias="for", description="How long to wait"
    )
    until: Optional[Until] = Field(
        default=None, description="What has to hold then, or is waited for as well"
    )
    at_most: Optional[Annotated[Seconds, _lasting(MAX_WAIT, 1)]] = Field(
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
    name: Annotated[str, BeforeValidator(_name)] = Field(
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
            data = {**data, "name": rule_id[:_MAX_NAME] if rule_id.isprintable() else ""}
        return data

    @field_validator("wait")
    @classmethod
    def _some_cannot_wait(
        cls, value: Optional[Wait], info: ValidationInfo
    ) -> Optional[Wait]:
        when = info.data.get("when")
        if value is None or value == Wait():
            return None
        if when is not None and when.event in _IMMEDIATE:
            text = N_('does not go with "%(event)s", which waits for the command itself')
            raise WrongRule(text, event=when.event)
        return value

    @field_validator("cancelled_by", mode="before")
    @classmethod
    def _it_is_called_off_by(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None:
            value = _CANCELLED_BY if info.data.get("wait") is not None else ()
        return _list_of_one(value)

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
