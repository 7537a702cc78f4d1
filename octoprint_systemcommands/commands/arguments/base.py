"""What all arguments have, whatever their type."""

from typing import Any, ClassVar, Optional

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from ..variables import of_argument
from .checks import WrongValue

# what people read beside a field, which a command can do without
WORDS = ("help", "error")
_MAX_WORDS = 500


class BaseArgument(BaseModel):
    """A field of the form that comes before a run."""

    # as in definitions: unknown fields stay in the user's file, numbers become text
    model_config = ConfigDict(
        extra="ignore", frozen=True, coerce_numbers_to_str=True, defer_build=True
    )

    # an empty text stands for no value
    may_be_empty: ClassVar[bool] = True
    # nobody may see the value
    is_secret: ClassVar[bool] = False

    name: str = Field(
        pattern="^[a-z][a-z0-9_]*$",
        max_length=32,
        description="The command finds the value in the environment variable `SC_<NAME>`",
    )
    label: str = Field(default="", description="What stands beside the field")
    help: Optional[str] = Field(
        default=None,
        max_length=_MAX_WORDS,
        description="What to enter; stands below the field",
    )
    error: Optional[str] = Field(
        default=None,
        max_length=_MAX_WORDS,
        description="What is said of a value that is none, instead of the built-in message",
    )
    required: bool = Field(
        default=True,
        description="Whether there has to be a value. What is not sent takes the default.",
    )

    @field_validator(*WORDS)
    @classmethod
    def _no_words_are_none(cls, value: Optional[str]) -> Optional[str]:
        return value or None

    @model_validator(mode="before")
    @classmethod
    def _a_value_is_required_unless_said_otherwise(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        # a field without a value is what YAML makes of a name and a colon
        data = {name: value for name, value in data.items() if value is not None}
        if "required" not in data:
            # whoever writes an empty default has said it
            data["required"] = data.get("default") != ""
        if not data.get("label") and isinstance(data.get("name"), str):
            data["label"] = data["name"]
        return data

    @model_validator(mode="after")
    def _the_default_is_a_value(self) -> "BaseArgument":
        default = getattr(self, "default", None)
        if default is not None:
            try:
                self.check(default)
            except WrongValue as error:
                raise PydanticCustomError("wrong_default", "is no value") from error
        return self

    @property
    def variable(self) -> str:
        """The environment variable in which the command finds the value."""
        return of_argument(self.name)

    def check(self, value: Any) -> str:
        """A value from JSON as text.

        Raises:
            WrongValue: if it is none that the argument takes
        """
        raise NotImplementedError

    def to_json(self) -> dict[str, Any]:
        """The argument as a form needs it, without what is not set."""
        return self.model_dump(exclude_none=True)
