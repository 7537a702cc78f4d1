"""The inputs that a command asks for: what they are, and which values they take.

An allow-list for each type. Whatever passes reaches the command as an environment variable
and in no other way, so there is no command line that a value could become a part of.
"""

from typing import Annotated, Any, ClassVar, Literal, Optional, Union

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictFloat,
    StrictInt,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from ...messages import N_
from ..fields import ensure_each_once
from .base import BaseArgument
from .checks import WrongValue, decimal, is_in_steps, is_usable, line, matches, plain

MAX_ARGUMENTS = 20
_MAX_CHOICES = 100
_MAX_TEXT = 4096
_MAX_SECRET = 1024
_DEFAULT_LENGTH = 255
_MAX_PATTERN = 500
_DEFAULT = "What is taken if nothing is given"
_LENGTH = "How many characters it may have"

Number = Union[StrictInt, StrictFloat]


class TextArgument(BaseArgument):
    """A line of text."""

    type: Literal["text"]
    default: Optional[str] = Field(default=None, description=_DEFAULT)
    pattern: Optional[str] = Field(
        default=None,
        max_length=_MAX_PATTERN,
        description="A regular expression that the whole text has to match. It is one of "
        "Rust's: linear time, no look-around.",
    )
    max_length: int = Field(
        default=_DEFAULT_LENGTH,
        ge=1,
        le=_MAX_TEXT,
        strict=True,
        description=_LENGTH,
    )

    @field_validator("pattern")
    @classmethod
    def _a_pattern_can_be_used(cls, value: Optional[str]) -> Optional[str]:
        if not value:
            return None
        if not is_usable(value):
            raise PydanticCustomError(
                "pattern", "is not a regular expression that can be used"
            )
        return value

    def check(self, value: Any) -> str:
        text = line(value, self.max_length)
        if self.pattern is not None and not matches(self.pattern, text):
            raise self._another_form()
        return text

    def _another_form(self) -> WrongValue:
        if not self.default:
            return WrongValue(
                N_("has to have the form %(pattern)s"), pattern=self.pattern
            )
        # few people read patterns, and what may be left as it is fits
        return WrongValue(
            N_("has to have the form of %(example)s (%(pattern)s)"),
            example=self.default,
            pattern=self.pattern,
        )


class NumberArgument(BaseArgument):
    """A number, whole or not."""

    type: Literal["number"]
    default: Optional[Number] = Field(default=None, description=_DEFAULT)
    min: Optional[Number] = Field(default=None, description="The smallest number")
    max: Optional[Number] = Field(default=None, description="The largest number")
    step: Optional[Number] = Field(
        default=None,
        gt=0,
        description="It has to be in steps of this, counted from `min`, or from 0",
    )

    @field_validator("min", "max", "step", "default")
    @classmethod
    def _a_number_has_an_end(cls, value: Any) -> Any:
        if value is not None:
            try:
                decimal(value)
            except WrongValue:
                raise PydanticCustomError("number", "has to be a number") from None
        return value

    @model_validator(mode="after")
    def _there_are_numbers(self) -> "NumberArgument":
        if self.min is not None and self.max is not None and self.min > self.max:
            raise PydanticCustomError("empty_range", "is less than min")
        return self

    def check(self, value: Any) -> str:
        number = decimal(value)
        if self.min is not None and number < decimal(self.min):
            raise WrongValue(N_("has to be %(min)s or more"), min=self.min)
        if self.max is not None and number > decimal(self.max):
            raise WrongValue(N_("has to be %(max)s or less"), max=self.max)
        start = self.min or 0
        if self.step is not None and not is_in_steps(
            number, decimal(self.step), decimal(start)
        ):
            raise WrongValue(
                N_("has to be in steps of %(step)s from %(start)s"),
                step=self.step,
                start=start,
            )
        return plain(number)


class Choice(BaseModel):
    """One of the values of a choice, and what people see of it."""

    model_config = ConfigDict(
        extra="ignore", frozen=True, coerce_numbers_to_str=True, defer_build=True
    )

    value: str = Field(min_length=1, max_length=_MAX_TEXT)
    label: str = ""

    @model_validator(mode="before")
    @classmethod
    def _a_value_will_do(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            data = {"value": data}
        if data.get("label") in (None, ""):
            data = {**data, "label": str(data.get("value"))}
        return data

    @field_validator("value")
    @classmethod
    def _a_value_is_a_line(cls, value: str) -> str:
        try:
            return line(value, _MAX_TEXT)
        except WrongValue:
            raise PydanticCustomError(
                "control_characters", "must not contain control characters"
            ) from None


class ChoiceArgument(BaseArgument):
    """One of some values."""

    type: Literal["choice"]
    default: Optional[str] = Field(default=None, description=_DEFAULT)
    choices: list[Choice] = Field(
        min_length=1,
        max_length=_MAX_CHOICES,
        description="The values, each with a label if people are to see something else",
    )

    @field_validator("choices")
    @classmethod
    def _each_is_there_once(cls, choices: list[Choice]) -> list[Choice]:
        values = [choice.value for choice in choices]
        ensure_each_once(values, "value", "choice_twice", "is there")
        return choices

    def check(self, value: Any) -> str:
        # what stands in a file as 1 is one of the values for a client that sends 1
        text = str(value) if type(value) in (int, float) else value
        if not any(choice.value == text for choice in self.choices):
            values = ", ".join(choice.value for choice in self.choices)
            raise WrongValue(N_("has to be one of these: %(values)s"), values=values)
        return text


class ToggleArgument(BaseArgument):
    """Yes or no."""

    may_be_empty: ClassVar[bool] = False

    type: Literal["toggle"]
    default: bool = Field(default=False, description=_DEFAULT)

    @model_validator(mode="before")
    @classmethod
    def _it_is_always_set(cls, data: Any) -> Any:
        # a box that is not ticked is an answer
        return {"default": False, **data} if isinstance(data, dict) else data

    @field_validator("default", mode="before")
    @classmethod
    def _a_default_is_yes_or_no(cls, value: Any) -> Any:
        return False if value is None else value

    def check(self, value: Any) -> str:
        if not isinstance(value, bool):
            raise WrongValue(N_("has to be true or false"))
        return "true" if value else "false"


class SecretArgument(BaseArgument):
    """A line of text that nobody may see."""

    is_secret: ClassVar[bool] = True

    type: Literal["secret"]
    max_length: int = Field(
        default=_DEFAULT_LENGTH,
        ge=1,
        le=_MAX_SECRET,
        strict=True,
        description=_LENGTH,
    )

    @model_validator(mode="before")
    @classmethod
    def _a_default_would_be_seen(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("default") is not None:
            raise PydanticCustomError("secret_default", "must not be set")
        return data

    def check(self, value: Any) -> str:
        return line(value, self.max_length)


class FileArgument(BaseArgument):
    """One of the uploaded files, by its path among the uploads.

    `check` only looks at the path; whether there is such a file is for `FindUpload` to say.
    """

    type: Literal["file"]
    default: Optional[str] = Field(default=None, description=_DEFAULT)

    def check(self, value: Any) -> str:
        path = line(value, _MAX_TEXT)
        # a name that begins with a dot is none that OctoPrint lists
        if not all(part and part[0] != "." for part in path.split("/")) or "\\" in path:
            raise WrongValue(N_("has to be the path of an uploaded file"))
        return path


Argument = Annotated[
    Union[
        TextArgument,
        NumberArgument,
        ChoiceArgument,
        ToggleArgument,
        SecretArgument,
        FileArgument,
    ],
    Field(discriminator="type"),
]
