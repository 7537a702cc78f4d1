"""The names of the environment variables by which this plugin tells a command something.

They are this plugin's alone: a definition must not set them, and they are not handed down from
a command to a server that it starts.
"""

import re

_ARGUMENT = "SC_"
_HEATERS = ("OCTOPRINT_TEMPERATURE_", "OCTOPRINT_TARGET_")

RUN_ID = "OCTOPRINT_RUN_ID"

# What is always there, beside the arguments and two for each heater. What they say is put
# together in `octoprint_systemcommands.runs.environment`.
NAMES = (
    RUN_ID,
    "OCTOPRINT_ACTION",
    "OCTOPRINT_USER",
    "OCTOPRINT_TRIGGER",
    "OCTOPRINT_URL",
    "OCTOPRINT_STATE",
    "OCTOPRINT_PRINTING",
    "OCTOPRINT_FILE",
    "OCTOPRINT_FILE_ORIGIN",
    "OCTOPRINT_PROGRESS",
    "OCTOPRINT_PRINT_TIME",
    "OCTOPRINT_PRINT_TIME_LEFT",
)

_OWN = re.compile(
    "|".join((*NAMES, *(f"{prefix}.*" for prefix in (_ARGUMENT, *_HEATERS))))
)


def of_argument(name: str) -> str:
    """The variable in which a command finds the value of an argument."""
    return f"{_ARGUMENT}{name.upper()}"


def is_own(name: str) -> bool:
    """Whether a variable is one of these."""
    return _OWN.fullmatch(name) is not None
