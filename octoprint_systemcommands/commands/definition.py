"""One entry of the list of commands: its fields and their checks.

The documented fields and their names are those of OctoPrint's ``system.actions``
(``octoprint.schema.config.system`` and the "Command definition" of its API documentation).
"""

from typing import Any, Literal, Optional, Union

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from . import fields
from .arguments.types import MAX_ARGUMENTS, Argument
from .fields import Color, EnvironmentName, Place, Script, Text, WayIn

# OctoPrint's group of those who are not logged in
GUESTS = "guests"

# a week, in seconds
MAX_TIMEOUT = 7 * 24 * 60 * 60

# How often a state is asked for, and how long it may take to answer, in seconds
_EVERY = 30.0
_MIN_EVERY = 2
_MAX_EVERY = 24 * 60 * 60
_STATE_TIMEOUT = 5.0
_MAX_STATE_TIMEOUT = 60

# How long a line of G-code may hold the print, in seconds
_GCODE_WAIT = 60.0
_MAX_GCODE_WAIT = 600

_MAX_ALIAS = 9999

_MAX_GROUPS = 100
_MAX_TEMPERATURE = 1000

# The types, and the fields that have to have a command line
NEEDED = {"command": ("command",), "toggle": ("on", "off"), "status": ("state",)}
TYPES = tuple(NEEDED)
COMMAND_LINES = ("command", "on", "off", "state")
# The fields that each type has no use for: they may stand there, and a wrong value is left
# out with a warning
UNUSED = {
    "command": ("on", "off", "guards", "state", "every", "state_timeout"),
    "toggle": ("command",),
    "status": (
        *("command", "on", "off", "guards"),
        *("confirm", "arguments", "fresh_credentials", "while_printing"),
        *("max_temperature", "async", "ignore", "timeout", "when_busy"),
        *("outlives_server", "show_output", "merge_output"),
        *("gcode", "gcode_alias", "gcode_wait", "gcode_script"),
    ),
}
_OBSTACLES = {
    "command": "does not define a command to execute, can't proceed",
    "on": "does not define a command to switch it on, can't proceed",
    "off": "does not define a command to switch it off, can't proceed",
    "state": "does not define a command to tell its state, can't proceed",
}


class _Entry(BaseModel):
    # Fields that this version does not know stay in the user's file; they are simply not
    # read. Numbers become text, since YAML makes a number of an unquoted ``name: 42``.
    # The validators are built when they are needed, so that the server starts sooner.
    model_config = ConfigDict(
        extra="ignore", frozen=True, coerce_numbers_to_str=True, defer_build=True
    )

    action: str = Field(
        min_length=1,
        description="Identifies it. New ones are of lower case letters, digits, dashes and "
        "underscores, and unique.",
    )
    name: str = Field(default="", description="What stands in the menu")


class Divider(_Entry):
    """A line between two entries of the menu. It cannot be run."""


class Command(_Entry):
    """Something that can be run, or a status, which can only be looked at.

    ``command`` may be missing: such an entry is listed, and running it is an error.
    """

    # in the order of the editor's form
    type: Literal["command", "toggle", "status"] = Field(
        default="command",
        description="A toggle has `on` and `off` in place of `command`, and a status has "
        "nothing but `state`",
    )
    command: Optional[Text] = Field(
        default=None,
        description="The command line, for `/bin/sh`. If its first line begins with `#!`, for "
        "the interpreter that this line names.",
    )
    on: Optional[Text] = Field(
        default=None,
        description="Of a toggle: the command line that switches it on, written as `command`",
    )
    off: Optional[Text] = Field(
        default=None,
        description="Of a toggle: the command line that switches it off, written as `command`",
    )
    state: Optional[Text] = Field(
        default=None,
        description="The command line that tells the state, written as `command`. Of a "
        "toggle, its return code says it: 0 is on, 1 is off, all else unknown. The first line "
        "of its output is shown. A toggle without it is as it was switched last.",
    )
    every: float = Field(
        default=_EVERY,
        ge=_MIN_EVERY,
        le=_MAX_EVERY,
        description="How often to ask for the state, in seconds",
    )
    state_timeout: float = Field(
        default=_STATE_TIMEOUT,
        gt=0,
        le=_MAX_STATE_TIMEOUT,
        description="How long `state` may take, in seconds; then the state is unknown",
    )
    confirm: Optional[str] = Field(
        default=None, description="A question to be answered before it is run"
    )
    icon: Optional[str] = Field(
        default=None,
        pattern="^[a-z0-9-]+$",
        max_length=64,
        description="The name of a Font Awesome icon",
    )
    description: Optional[str] = Field(default=None, description="A sentence for people")
    group: Optional[str] = Field(
        default=None, description="The submenu that it stands in"
    )
    show_in: list[Place] = Field(
        default=["menu"],
        description="Where it stands. If the list is empty, it is for programs and rules.",
    )
    color: Optional[Color] = Field(
        default=None, description="Of its button in the sidebar and in the navbar"
    )
    arguments: list[Argument] = Field(
        default_factory=list,
        max_length=MAX_ARGUMENTS,
        description="What it asks for, in the order of the form",
    )
    groups: list[str] = Field(
        default_factory=list,
        max_length=_MAX_GROUPS,
        description="OctoPrint's groups whose members may run it without `SYSTEM`, except "
        "`guests`",
    )
    fresh_credentials: bool = Field(
        default=False,
        description="In a session, ask for the password again if that was long ago",
    )
    while_printing: Literal["allow", "confirm", "refuse"] = Field(
        default="allow", description="What to do while a print is under way"
    )
    max_temperature: Optional[float] = Field(
        default=None,
        gt=0,
        le=_MAX_TEMPERATURE,
        description="Refuse it while any heater is hotter, in °C",
    )
    guards: Literal["off", "both"] = Field(
        default="off",
        description="Of a toggle: whether `confirm`, `while_printing` and `max_temperature` "
        "are for switching it off alone, or for both",
    )
    gcode: bool = Field(
        default=False,
        description="Open it to G-code: `@system <action>` in files, scripts, the terminal and "
        "the API. Not together with `fresh_credentials` or a secret.",
    )
    gcode_alias: Optional[int] = Field(
        default=None,
        ge=0,
        le=_MAX_ALIAS,
        description="The number of its `OCTO` line, if it is open to G-code",
    )
    gcode_wait: float = Field(
        default=_GCODE_WAIT,
        gt=0,
        le=_MAX_GCODE_WAIT,
        description="How long a line with `wait` holds the print at most, in seconds",
    )
    gcode_script: list[Script] = Field(
        default_factory=list,
        description="When OctoPrint is to send its line by itself, if it is open to G-code. A "
        "toggle is switched on before the print and when it resumes, and off otherwise.",
    )
    mqtt: bool = Field(
        default=False,
        description="Open it to MQTT, and tell its state there, if there is the plugin "
        "OctoPrint-MQTT. Not together with `fresh_credentials` or a secret.",
    )
    async_: bool = Field(
        default=False, alias="async", description="Do not wait for its end"
    )
    ignore: bool = Field(
        default=False,
        description="To clients of the system API and to the page, any return code is a "
        "success. The history, rules, MQTT and the command line still call one that is not 0 "
        "failed.",
    )
    timeout: Optional[float] = Field(
        default=None,
        gt=0,
        le=MAX_TIMEOUT,
        description="Seconds, after which it is ended",
    )
    when_busy: Literal["parallel", "queue", "refuse", "replace"] = Field(
        default="parallel", description="What to do when it is running already"
    )
    # None: it depends on where it is defined, see
    # `system_actions.as_in_system_actions`
    outlives_server: Optional[bool] = Field(
        default=None,
        description="Leave it alone when the server ends. By default that is done in "
        "`system.actions` if `async` is set, and nowhere else.",
    )
    working_directory: Optional[Text] = Field(
        default=None,
        description="The folder to run it in. `~`, `~user`, `$NAME` and `${NAME}` are "
        "replaced, the latter two by variables of the server or of `environment`.",
    )
    environment: dict[EnvironmentName, Text] = Field(
        default_factory=dict,
        description="Environment variables for it. Those that the plugin sets itself "
        "(`SC_…`, some of `OCTOPRINT_…`) must not be among them. `PYTHONUNBUFFERED` is `1` "
        "unless it is.",
    )
    show_output: Literal["always", "on_failure", "never"] = Field(
        default="on_failure", description="When to show the output by itself"
    )
    merge_output: bool = Field(
        default=False,
        description="One pipe for both outputs, which keeps their order. All of it counts as "
        "stdout.",
    )

    @model_validator(mode="before")
    @classmethod
    def _a_name_is_always_there(cls, data: Any) -> Any:
        # clients and menus show the name; the action is the best that is left without one
        if isinstance(data, dict) and data.get("name", "") == "":
            action = data.get("action")
            data = {**data, "name": action if isinstance(action, str) else str(action)}
        return data

    _confirm = field_validator("confirm", mode="before")(fields.question)
    _icon = field_validator("icon", mode="before")(fields.name_of_icon)
    _texts = field_validator(
        "description",
        "icon",
        "group",
        "color",
        "on",
        "off",
        "state",
        "working_directory",
        mode="before",
    )(fields.none_if_empty)
    _lists = field_validator("show_in", "gcode_script", mode="before")(fields.list_of_one)
    _places = field_validator("show_in")(fields.each_once)
    _times = field_validator(
        "timeout", "every", "state_timeout", "gcode_wait", mode="before"
    )(fields.seconds)
    _temperature = field_validator("max_temperature", mode="before")(fields.number)

    @field_validator("arguments")
    @classmethod
    def _each_name_is_there_once(cls, arguments: list[Argument]) -> list[Argument]:
        names = [argument.name for argument in arguments]
        fields.ensure_each_once(names, "name", "argument_twice", "is taken")
        return arguments

    def is_opened(self, way_in: WayIn) -> bool:
        """Whether it may be run from outside of OctoPrint's accounts."""
        return (
            bool(getattr(self, way_in)) and not self.is_status and self.asks_for is None
        )

    @property
    def asks_for(self) -> Optional[str]:
        """The field that asks for what only people can know; None if there is none."""
        if self.fresh_credentials:
            return "fresh_credentials"
        has_secret = any(argument.is_secret for argument in self.arguments)
        return "arguments" if has_secret else None

    @property
    def is_toggle(self) -> bool:
        """Whether it is switched on and off, see `toggles`."""
        return self.type == "toggle"

    @property
    def is_status(self) -> bool:
        """Whether it can only be looked at."""
        return self.type == "status"

    @property
    def obstacle(self) -> Optional[str]:
        """Why it can never be run, to follow on its name; None if it can."""
        for field in self.needed:
            if not getattr(self, field):
                return _OBSTACLES[field]
        return None

    @property
    def needed(self) -> tuple[str, ...]:
        """The fields that have to have a command line."""
        return NEEDED[self.type]

    def prepare(self) -> None:
        """Called right before the process is started; an exception keeps it from starting."""


Entry = Union[Command, Divider]
