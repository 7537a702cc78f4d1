"""How a run has ended, and why."""

from collections.abc import Callable
from typing import NamedTuple, Optional

from .failure_hints import hints
from .failure_hints.hints import Hint
from .record import Status


class Outcome(NamedTuple):
    """How a run has ended.

    Attributes:
        status: one of those that are an end
        exit_code: of its process, negative for a signal; None if it had none
        hint: why it failed, if that is known
        refusal: what its definition, or its user's permissions, had against it when its turn
            came; None if it was not that
    """

    status: Status
    exit_code: Optional[int] = None
    hint: Optional[Hint] = None
    refusal: Optional[Exception] = None


def of_stop(
    reason: Status, timeout: Optional[float], exit_code: Optional[int] = None
) -> Outcome:
    """The outcome of a run that was told to end.

    Arguments:
        reason: `Status.STOPPED` or `Status.TIMED_OUT`
        timeout: the command's, in seconds
        exit_code: of its process; None if it had none
    """
    hint = None
    if reason == Status.TIMED_OUT:
        hint = Hint(hints.TIMED_OUT, {"seconds": f"{timeout:g}"})
    return Outcome(reason, exit_code, hint)


def of_end(exit_code: int, find_reason: Callable[[], Optional[Hint]]) -> Outcome:
    """The outcome of a run that has ended by itself.

    Arguments:
        exit_code: of its process
        find_reason: looks for the reason of a failure; may take a moment
    """
    if exit_code == 0:
        return Outcome(Status.SUCCEEDED, 0)
    return Outcome(Status.FAILED, exit_code, find_reason())
