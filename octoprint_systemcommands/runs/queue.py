"""Who may run, who has to wait, and who is next. Decides only, and does nothing."""

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Optional

from ..messages import N_
from .errors import Busy, Refused, title
from .record import Status
from .run import Run

# Runs that are not at their end; each that is running takes four file descriptors
MAX_ACTIVE = 64

# Those of them that somebody may start whom OctoPrint does not know: the others are for
# people, who could not even switch the machine off any more
_MAX_FROM_OUTSIDE = 48
_FROM_OUTSIDE = ("link", "mqtt")

# Runs of one command that wait for their turn
_MAX_QUEUED = 10


class Decision(Enum):
    """What is to be done with a run that somebody wants."""

    START = "start"
    WAIT = "wait"
    # the others of its lane are to be stopped; it may start when they are gone
    REPLACE = "replace"


def decide(run: Run, active: Sequence[Run]) -> Decision:
    """What is to be done with a new run.

    Arguments:
        run: the new one
        active: those that are not at their end

    Raises:
        Refused, Busy: it is not to be run
    """
    if len(active) >= MAX_ACTIVE:
        raise Busy(
            f"{title(run.request)} was not started: {MAX_ACTIVE} commands are running "
            "already. Try again later."
        )
    if _is_from_outside(run) and sum(map(_is_from_outside, active)) >= _MAX_FROM_OUTSIDE:
        raise Busy(
            f"{title(run.request)} was not started: {_MAX_FROM_OUTSIDE} commands are "
            "running already that links or MQTT have started. Try again later."
        )
    when_busy = run.request.command.when_busy
    same = in_lane_of(run, active)
    if not same or when_busy == "parallel":
        return Decision.START
    if when_busy == "refuse":
        raise Refused(
            N_('"%(name)s" was not started: it is running already.'),
            "busy",
            name=run.request.command.name,
        )
    if when_busy == "replace":
        return Decision.REPLACE
    if sum(other.status == Status.QUEUED for other in same) >= _MAX_QUEUED:
        raise Busy(
            f"{title(run.request)} was not started: {_MAX_QUEUED} runs of it are queued "
            "already. Try again later."
        )
    return Decision.WAIT


def _is_from_outside(run: Run) -> bool:
    return run.request.requester.trigger in _FROM_OUTSIDE


def in_lane_of(run: Run, active: Iterable[Run]) -> list[Run]:
    """Those that a run may have to wait for, or they for it; the oldest first."""
    return [other for other in active if other.lane == run.lane]


def next_in_lane_of(run: Run, active: Iterable[Run]) -> Optional[Run]:
    """The one in the queue whose turn it is; None if there is none, or it has to wait."""
    same = in_lane_of(run, active)
    if any(other.status != Status.QUEUED for other in same):
        return None
    return same[0] if same else None
