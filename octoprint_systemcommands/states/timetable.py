"""Who is to be asked for a state, and when.

It has no thread and no clock of its own: whoever asks says what time it is, in seconds of a
clock that does not jump.
"""

from typing import Optional

# How many are asked at once, and how many of these may be some that did not answer last time
AT_ONCE = 2
_SLOW_AT_ONCE = 1

# How long after a look somebody still counts as looking, in seconds
LEASE = 60.0

# How long a command that does not answer is left alone at most, in seconds, unless its `every`
# is longer
_LONGEST_PAUSE = 60.0

# How much older than `every` an answer may be before somebody waits for another one, in
# seconds
_GRACE = 1.0

_NEVER = float("-inf")


class Row:
    """When one of them is to be asked.

    Attributes:
        answers: how often it has been asked
        asked: when it was asked last, whatever came of it; None if it was not
    """

    def __init__(self, every: float):
        self.every = every
        self.looked_at_until = _NEVER
        # asked once, whether somebody looks or not; None if it need not
        self.wanted_at: Optional[float] = None
        self.asked: Optional[float] = None
        self.answers = 0
        self.is_being_asked = False
        # since when it is; of no meaning if it is not
        self._began = _NEVER
        # it hangs in a way that nothing can be done about
        self.is_given_up = False
        # how long to leave it alone, since it did not answer; 0 if it did
        self._pause = 0.0
        self._free_at = _NEVER

    @property
    def is_slow(self) -> bool:
        """Whether it did not answer last time."""
        return self._pause > 0

    def due(self, now: float) -> Optional[float]:
        """When it is to be asked next; None if nobody wants to know, or it is being asked."""
        if self.is_being_asked:
            return None
        moments = []
        if self.wanted_at is not None:
            moments.append(self.wanted_at)
        if now < self.looked_at_until:
            regular = _NEVER if self.asked is None else self.asked + self.every
            moments.append(max(regular, self._free_at))
        return min(moments, default=None)

    def is_stale(self, now: float) -> bool:
        """Whether what is known of it is older than it should be, and a new answer is worth
        waiting for."""
        if self.is_slow or self.is_given_up:
            return False
        return self.asked is None or now > self.asked + self.every + _GRACE

    def awaited_since(self, now: float) -> float:
        """Since when its next answer is awaited; now, if nobody wants one yet."""
        if self.is_given_up:
            return _NEVER
        if self.is_being_asked:
            return self._began
        return now if self.wanted_at is None else min(now, self.wanted_at)

    def renew(self) -> None:
        """It is another one now, of which nothing is known."""
        self.asked = None
        self._pause, self._free_at = 0.0, _NEVER

    def stop(self) -> None:
        """There is nothing to be asked."""
        self.wanted_at = None
        self.looked_at_until = _NEVER

    def begin(self, now: float) -> None:
        """It is asked."""
        self.is_being_asked = True
        self._began = now
        self.wanted_at = None

    def end(self, began: float, now: float, in_time: bool) -> None:
        """It was asked.

        Arguments:
            began, now: from when to when
            in_time: whether it has answered
        """
        self.is_being_asked = self.is_given_up = False
        self.asked = began
        self.answers += 1
        if in_time:
            self._pause, self._free_at = 0.0, _NEVER
        else:
            longest = max(_LONGEST_PAUSE, self.every)
            self._pause = min(longest, 2 * self._pause or self.every)
            self._free_at = now + self._pause


class Timetable:
    """All of them, by their action."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}

    def row(self, action: str, every: float) -> Row:
        """That of an action, which is to be asked so often; made if there was none."""
        row = self._rows.get(action)
        if row is None:
            row = self._rows[action] = Row(every)
        row.every = every
        return row

    def find(self, action: str) -> Optional[Row]:
        """That of an action, if there is one."""
        return self._rows.get(action)

    def forget(self, action: str) -> None:
        """It is asked no more."""
        self._rows.pop(action, None)

    def take(self, now: float) -> list[str]:
        """The actions that are to be asked now; they count as being asked."""
        taken = []
        while (action := self._next(now)) is not None:
            self._rows[action].begin(now)
            taken.append(action)
        return taken

    def wakes_at(self, now: float) -> Optional[float]:
        """When a command is to be asked next; None if that does not depend on the time
        alone."""
        dues = (row.due(now) for row in self._askable())
        return min((due for due in dues if due is not None), default=None)

    def _next(self, now: float) -> Optional[str]:
        askable = set(self._askable())
        candidates = [
            (row.wanted_at is None or row.wanted_at > now, due, action)
            for action, row in self._rows.items()
            if row in askable and (due := row.due(now)) is not None and due <= now
        ]
        # what somebody waits for goes before all others
        return min(candidates)[2] if candidates else None

    def _askable(self) -> list[Row]:
        """Those for whom there is room."""
        asked = [
            row
            for row in self._rows.values()
            if row.is_being_asked and not row.is_given_up
        ]
        if len(asked) >= AT_ONCE:
            return []
        takes_slow = sum(row.is_slow for row in asked) < _SLOW_AT_ONCE
        return [row for row in self._rows.values() if takes_slow or not row.is_slow]
