"""Which schedules are due, by a clock that is put right now and then.

A Raspberry Pi has no clock of its own: it begins with the time at which it was switched off,
and jumps when it has reached a time server. What was missed is skipped, and what has been
does not come again.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Optional

from .rules.schedule import Schedule

# What is later was missed: the server was busy or asleep, or the clock has jumped
_GRACE = timedelta(minutes=1)

# A clock that is set back by more had been wrong altogether
_CORRECTION = timedelta(days=1)

# How often to look, so that it is seen when the clock is set, in s
_LOOK = 15.0


class _Alarm:
    """Attributes:
    next: the next time; None if there is none
    """

    def __init__(self, schedule: Schedule, now: datetime):
        self._schedule = schedule
        # when it has rung
        self._last: Optional[datetime] = None
        self._seen = now.astimezone(timezone.utc)
        self.next = schedule.next_after(now)

    def rings(self, now: datetime) -> bool:
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
        # an interval goes on from whatever time it is
        most = _CORRECTION if self._schedule.interval is None else _GRACE
        if back > most:
            self._last = None
        while self._last and self.next and self.next <= self._last:
            self.next = self._schedule.next_after(self._last.astimezone(now.tzinfo))


class Clock:
    """An alarm for each schedule. For one thread."""

    def __init__(self) -> None:
        self._alarms: dict[tuple[str, Schedule], _Alarm] = {}

    def use(self, schedules: Mapping[str, Schedule], now: datetime) -> None:
        """What counts from now on; one that has counted before goes on.

        Arguments:
            schedules: by the id of the rule
            now: with the time zone that they are meant in
        """
        self._alarms = {
            key: self._alarms.get(key) or _Alarm(key[1], now) for key in schedules.items()
        }

    def take(self, now: datetime) -> list[str]:
        """The rules whose time has come, each time once. To be asked a few times a minute,
        so that it is seen when the clock jumps.

        Arguments:
            now: see `use`
        """
        return [
            rule_id for (rule_id, _), alarm in self._alarms.items() if alarm.rings(now)
        ]

    def seconds_to_next(self, now: datetime) -> Optional[float]:
        """When to ask again, at the latest; None if there is nothing to come."""
        moments = [
            alarm.next for alarm in self._alarms.values() if alarm.next is not None
        ]
        if not moments:
            return None
        return min(max(0.0, (min(moments) - now).total_seconds()), _LOOK)
