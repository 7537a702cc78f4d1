"""What an error of the launcher is called, for those who hear of it without HTTP."""

from typing import Optional

from ..access import Forbidden, FreshCredentialsNeeded
from ..commands.arguments.values import WrongValues
from ..commands.catalogue import NotExecutable, UnknownAction, UnknownSource
from ..commands.toggles import WrongTo
from ..runs.errors import Busy, CommandError, NoCommandLine, NotStarted, Refused

# the words of `api.error_codes`; the first one that fits counts
_CODES: tuple[tuple[type[Exception], str], ...] = (
    (FreshCredentialsNeeded, "reauthenticate"),
    (Forbidden, "forbidden"),
    (UnknownSource, "unknown_source"),
    (UnknownAction, "unknown_command"),
    (WrongTo, "wrong_to"),
    (WrongValues, "wrong_arguments"),
    (Busy, "overloaded"),
    (NoCommandLine, "not_runnable"),
    (NotStarted, "not_started"),
    (CommandError, "failed"),
)


def code_of(error: Exception) -> Optional[str]:
    """What an error is called in the API; None if it is a fault of this plugin."""
    if isinstance(error, Refused):
        return error.reason
    if isinstance(error, NotExecutable):
        return "status" if error.is_status else "divider"
    return next((code for kind, code in _CODES if isinstance(error, kind)), None)
