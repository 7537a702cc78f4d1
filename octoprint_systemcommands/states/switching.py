"""A toggle on its way: from the start of a run until its state is what was wanted."""

from typing import Optional

# How long a state may take to be the one that was switched to, after the end of the run
_TIME_TO_AGREE = 10.0

# How often it is asked for until then, in seconds
PAUSE = 0.5


class Switching:
    """What the runs of one toggle are about to make of it.

    All times are in seconds of a clock that does not jump.
    """

    def __init__(self) -> None:
        # where to, by the id of the run, in the order in which it is their turn
        self._queued: dict[str, str] = {}
        # and in that in which they have begun
        self._running: dict[str, str] = {}
        self._to: Optional[str] = None
        self._agrees = False
        self._has_failed = False
        self._ended_at = 0.0
        self._until: Optional[float] = None

    def queue(self, run_id: str, to: str) -> None:
        """A run is to begin after others."""
        self._queued[run_id] = to

    def begin(self, run_id: str, to: str) -> None:
        """A run has begun, or goes on."""
        self._queued.pop(run_id, None)
        if run_id in self._running:
            return
        self._running[run_id] = self._to = to
        self._agrees = False
        self._until = None

    def end(self, run_id: str, has_succeeded: bool, now: float) -> bool:
        """A run has ended; returns whether it had begun."""
        self._queued.pop(run_id, None)
        if self._running.pop(run_id, None) is None:
            return False
        if self._running:
            return True
        if has_succeeded and self._agrees:
            self._to = None
        else:
            self._has_failed = not has_succeeded
            self._ended_at = now
            self._until = now + _TIME_TO_AGREE
        return True

    def answer(self, state: str, began: float) -> None:
        """It was asked for its state.

        Arguments:
            state: what it has answered
            began: when it was asked
        """
        if self._running:
            self._agrees = state == self._to
        # what was asked before the end of a run may be what was before
        elif state == self._to or (self._has_failed and began >= self._ended_at):
            self._to = self._until = None

    def to(self, now: float) -> Optional[str]:
        """Where it is on its way to; None if it is not."""
        if self._running:
            return None if self._agrees else self._to
        return self._to if self.until(now) is not None else None

    @property
    def running_to(self) -> Optional[str]:
        """Where it is switched to just now; None unless there is a run."""
        return self._to if self._running else None

    @property
    def queued_to(self) -> Optional[str]:
        """Where those that are queued will have switched it to; None if there are none."""
        return next(reversed(self._queued.values()), None)

    def until(self, now: float) -> Optional[float]:
        """Until when it is asked whether it agrees; None if that is over, or is to come."""
        return self._until if self._until is not None and now < self._until else None
