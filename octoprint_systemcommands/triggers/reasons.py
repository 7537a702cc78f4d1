"""Why a rule's command runs, does not run, or was called off, in words for people."""

from typing import Any, Optional

from ..commands.catalogue import NotExecutable, UnknownAction, UnknownSource
from ..messages import N_, Message, MessageError
from . import events
from .happening import Happening
from .rules import durations

RUN_ENDED = "run_ended"
SCHEDULE = "schedule"
ACTION = "action"

_HAPPENED = {
    events.PRINT_STARTED: N_("a print has started"),
    events.PRINT_DONE: N_("a print is done"),
    events.PRINT_CANCELLED: N_("a print was cancelled"),
    events.PRINT_FAILED: N_("a print has failed"),
    events.PRINT_ENDED: N_("a print has ended"),
    events.PRINT_PAUSED: N_("a print was paused"),
    events.PRINT_RESUMED: N_("a print was resumed"),
    events.CONNECTED: N_("the printer was connected"),
    events.DISCONNECTED: N_("the printer was disconnected"),
    events.ERROR: N_("the printer has reported an error"),
    events.BEFORE_CONNECT: N_("the printer was about to be connected"),
    events.UPLOAD_TO_PRINT: N_("a file was uploaded to be printed"),
    events.SNAPSHOT_BEFORE: N_("a picture of a timelapse was about to be taken"),
    events.SNAPSHOT_AFTER: N_("a picture of a timelapse was taken"),
    events.STARTUP: N_("the server has started"),
    events.STOP: N_("the server was about to end"),
}

# why what waits is cancelled, by the kinds that the editor offers for it
_CANCELLED = {
    events.PRINT_STARTED: N_("cancelled: a print has started"),
    events.PRINT_ENDED: N_("cancelled: a print has ended"),
    events.PRINT_PAUSED: N_("cancelled: a print was paused"),
    events.PRINT_RESUMED: N_("cancelled: a print was resumed"),
    events.CONNECTED: N_("cancelled: the printer was connected"),
    events.DISCONNECTED: N_("cancelled: the printer was disconnected"),
}

# of what has waited
GONE = Message(N_("cancelled: its rule was deleted"))
SWITCHED_OFF = Message(N_("cancelled: its rule was switched off"))
CHANGED = Message(N_("cancelled: its rule was changed"))
PRINTING = Message(N_("cancelled: a print was under way after the server had restarted"))
OVERDUE = Message(N_("cancelled: it was due while the server was off"))
NOT_AFTER_RESTART = Message(N_("cancelled: the server was restarted"))

TRIED = Message(N_("its rule was tried out"))

# of rules
CALLED_OFF = Message(N_("cancelled"))
FIRED = Message(N_("has fired"))
WAITS = Message(N_("has fired; its command waits"))
AGAIN = Message(N_("has fired again; its wait starts over"))
CONDITION = Message(N_("did not run: its conditions were not met"))
ITSELF = Message(N_("has not fired: its own command was the cause"))


def why(happening: Happening) -> Message:
    """Why a command runs: what has happened."""
    kind, payload = happening.kind, happening.payload
    if kind in _HAPPENED:
        return Message(_HAPPENED[kind])
    if kind == SCHEDULE:
        return Message(
            N_("it was time: %(schedule)s"), {"schedule": str(payload.get("schedule"))}
        )
    if kind == RUN_ENDED:
        return Message(
            N_('"%(name)s" has ended: %(status)s'),
            {"name": str(payload.get("name")), "status": str(payload.get("status"))},
        )
    if kind == ACTION:
        return Message(
            N_("the printer has sent //action:%(action)s"),
            {"action": str(payload.get("action"))},
        )
    return Message(N_("the event %(event)s"), {"event": kind})


def called_off(kind: str) -> Message:
    """Why a pending run was called off, by what has happened."""
    if kind in _CANCELLED:
        return Message(_CANCELLED[kind])
    return Message(N_("cancelled: the event %(event)s"), {"event": kind})


def too_long(at_most: float, kind: Optional[str], limit: Optional[float]) -> Message:
    """Why a pending run was given up: what it waited for has not come.

    Arguments:
        at_most: how long it might wait, in seconds
        kind, limit: what for: the field of `rules.rule.Until`, and its value
    """
    time = durations.text(at_most)
    if kind == "max_temperature":
        return Message(
            N_(
                "not run: the printer has not cooled down to %(limit)s °C within %(time)s"
            ),
            {"limit": f"{limit:g}", "time": time},
        )
    if kind == "idle":
        return Message(
            N_("not run: the printer has not been idle for %(idle)s within %(time)s"),
            {"idle": durations.text(limit or 0.0), "time": time},
        )
    return Message(
        N_("not run: the timelapse was not rendered within %(time)s"),
        {"time": time},
    )


def not_in_time(at_most: float) -> Message:
    """Why a command that the connection has waited for was stopped."""
    return Message(
        N_("stopped: it has taken longer than %(time)s"),
        {"time": durations.text(at_most)},
    )


def storm(count: int) -> Message:
    """It has happened too often."""
    return Message(
        N_("ran only once: it happened %(count)s more times within a second"),
        {"count": count},
    )


def chain_too_long(most: int) -> Message:
    """Rules have made each other fire."""
    return Message(
        N_("has not fired: %(count)s rules in a row have made each other fire"),
        {"count": most},
    )


def of_error(error: Exception, action: str) -> Message:
    """Why nothing was started."""
    if isinstance(error, (UnknownAction, UnknownSource, NotExecutable)):
        return Message(
            N_('not run: there is no command "%(action)s"'), {"action": action}
        )
    if isinstance(error, MessageError):
        return error.message
    text: Any = str(error) or type(error).__name__
    return Message(N_("not run: %(error)s"), {"error": text})
