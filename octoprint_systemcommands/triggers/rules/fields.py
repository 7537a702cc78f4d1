"""What the fields of rules have in common."""

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from ...messages import N_, MessageError
from . import durations

MAX_NAME = 100


class WrongRule(MessageError, ValueError):
    """A part of a rule is not as it has to be; says what to do."""


def printable(value: Any) -> Any:
    """Checks that a text has nothing in it that is not seen."""
    if isinstance(value, str) and not value.isprintable():
        raise WrongRule(N_("must not contain control characters"))
    return value


def lasting(most: float, least: float = 0) -> AfterValidator:
    """Checks how long a time is, in seconds."""

    def check(value: float) -> float:
        if value > most:
            raise WrongRule(N_("has to be %(le)s at most"), le=durations.text(most))
        if value < least:
            raise WrongRule(N_("has to be %(ge)s at least"), ge=durations.text(least))
        return value

    return AfterValidator(check)


Name = Annotated[
    str, BeforeValidator(printable), Field(min_length=1, max_length=MAX_NAME)
]
Seconds = Annotated[float, BeforeValidator(durations.seconds)]


class Part(BaseModel):
    """A part of a rule. It has no fields that are not known: what they ask for would not be
    heeded.
    """

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
