"""What a rule is for."""

from typing import Annotated, Any, Literal, Optional

from pydantic import Field, ValidationInfo, field_validator, model_validator

from ...commands.fields import list_of_one
from ...messages import N_
from .fields import Name, Part, Seconds, WrongRule, lasting
from .schedule import Schedule

# seconds
MAX_CONNECTING = 5 * 60
DEFAULT_CONNECTING = 30

# the connection is made when the command has ended
CONNECTING = frozenset(("before_connect", "upload_to_print"))
# something waits for the command, so the command cannot wait itself
IMMEDIATE = CONNECTING | {"stop", "snapshot_before"}

_STARTS = ("event", "schedule", "cron", "run", "action")


class When(Part):
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
    at_most: Annotated[Seconds, lasting(MAX_CONNECTING, 1)] = Field(
        default=DEFAULT_CONNECTING,
        description="With `before_connect` and `upload_to_print`: how long the connection "
        "waits for the command",
    )
    settle: Annotated[Seconds, lasting(MAX_CONNECTING)] = Field(
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
        return list_of_one(value)

    @field_validator("status", "source")
    @classmethod
    def _only_a_run_has_a_status(cls, value: Any, info: ValidationInfo) -> Any:
        if info.data.get("run") is None:
            raise WrongRule(N_('only goes with "run"'))
        return value

    @field_validator("at_most", "settle")
    @classmethod
    def _only_a_connection_waits(cls, value: float, info: ValidationInfo) -> float:
        if info.data.get("event") not in CONNECTING:
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
