"""The names of the environment variables by which this plugin tells a command something.

They are this plugin's alone: a definition must not set them, and they are not handed down from
a command to a server that it starts.
"""

import re
from typing import Optional

_ARGUMENT = "SC_"
_HEATERS = ("OCTOPRINT_TEMPERATURE_", "OCTOPRINT_TARGET_")
_EVENT = "OCTOPRINT_EVENT_"
# those of the plugin GCODE System Commands, for lines that it would run
OCTO = "OCTOPRINT_GCODESYSTEMCOMMAND_"

RUN_ID = "OCTOPRINT_RUN_ID"

# What is always there, beside the arguments, two for each heater, and what has happened. What
# they say is put together in `octoprint_systemcommands.runs.environment`.
NAMES = (
    RUN_ID,
    "OCTOPRINT_ACTION",
    "OCTOPRINT_SWITCH_TO",
    "OCTOPRINT_USER",
    "OCTOPRINT_TRIGGER",
    "OCTOPRINT_EVENT",
    "OCTOPRINT_URL",
    "OCTOPRINT_STATE",
    "OCTOPRINT_PRINTING",
    "OCTOPRINT_FILE",
    "OCTOPRINT_FILE_ORIGIN",
    "OCTOPRINT_PROGRESS",
    "OCTOPRINT_PRINT_TIME",
    "OCTOPRINT_PRINT_TIME_LEFT",
)

# Characters that are kept of a key
_MAX_KEY = 64
_NOT_IN_NAMES = re.compile("[^A-Z0-9]+")

_OWN = re.compile(
    "|".join(
        (*NAMES, *(f"{prefix}.*" for prefix in (_ARGUMENT, _EVENT, OCTO, *_HEATERS)))
    )
)


def of_argument(name: str) -> str:
    """The variable in which a command finds the value of an argument."""
    return f"{_ARGUMENT}{name.upper()}"


def of_event(key: str) -> Optional[str]:
    """The variable in which a command finds a value of the payload of an event.

    Arguments:
        key: its name in the payload

    Returns:
        None if nothing is left of it that a variable's name can hold
    """
    cleaned = _NOT_IN_NAMES.sub("_", key.upper()[:_MAX_KEY]).strip("_")
    return f"{_EVENT}{cleaned}" if cleaned else None


def is_own(name: str) -> bool:
    """Whether a variable is one of these."""
    return _OWN.fullmatch(name) is not None
