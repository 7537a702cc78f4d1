"""A schedule, by a clock that is put right now and then.

A Raspberry Pi has no clock of its own: it begins with the time at which it was switched off
and jumps when it has reached a time server.
"""

from datetime import datetime, timedelta, timezone
from typing import Optional

from .schedule import Schedule

# What is later was missed: the server was busy or asleep, or the clock has jumped
_GRACE = timedelta(minutes=1)

# A clock that jumps back by more had been wrong altogether
_CORRECTION = timedelta(days=1)


class Alarm:
    """Tells when a schedule is due, each time once.

    Arguments:
        schedule: the times
        now: with the time zone that the schedule is meant in

    Attributes:
        next: the next time, in UTC; None if there is none
    """

    def __init__(self, schedule: Schedule, now: datetime):
        self._schedule = schedule
        self._last: Optional[datetime] = None
        self._seen = now.astimezone(timezone.utc)
        self.next = schedule.next_after(now)

    def rings(self, now: datetime) -> bool:
        """Whether it is due now. To be asked at `next`, and a few times a minute, to see
        the clock jump.

        Arguments:
            now: later than at the last call, unless the clock has jumped
        """
        moment = now.astimezone(timezone.utc)
        back = self._seen - moment
        self._seen = moment
        if back > timedelta(0):
            self._put_back(now, back)
            return False
        if self.next is None or moment < self.next:
            return False
        is_due = moment - self.next <= _GRACE
        if is_due:
            self._last = self.next
        self.next = self._schedule.next_after(now)
        return is_due

    def _put_back(self, now: datetime, back: timedelta) -> None:
        self.next = self._schedule.next_after(now)
        if self._schedule.interval is not None or back > _CORRECTION:
            self._last = None
        # what has been is not repeated
        while self._last and self.next and self.next <= self._last:
            self.next = self._schedule.next_after(self._last.astimezone(now.tzinfo))
