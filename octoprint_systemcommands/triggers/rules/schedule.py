"""Times at which something is to happen, by the clock on the wall.

What a day, a weekday and a time are is up to the time zone. When the clocks are put
forward, what would have been in the missing hour is done right after it; when they are put
back, what is in the hour that comes twice is done in the first one. Intervals of an hour or
less go on through both.
"""

import functools
import re
from datetime import datetime, timedelta, timezone, tzinfo
from typing import NamedTuple, Optional

from ...messages import N_, MessageError
from . import durations

_SHORTEST = 10
_LONGEST = 28 * 24 * 60 * 60
_MAX_LENGTH = 200

# a Monday, so that seven days are a week
_ANCHOR = datetime(1, 1, 1)
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1)

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_GROUPS = {"daily": "*", "weekdays": "1-5", "weekends": "6,0"}
_AT = re.compile(r"(\S+) ([01]?[0-9]|2[0-3]):([0-5][0-9])")
_EVERY = re.compile(r"every (.+)")


class WrongSchedule(MessageError, ValueError):
    """A text is no schedule; says what to do."""


class Schedule(NamedTuple):
    """When something is to happen, again and again.

    Attributes:
        cron: by the five fields of cron; None for an interval
        interval: by how much time is between, counted from midnight if it is a part of a
            day; None for fixed times
    """

    cron: Optional[str] = None
    interval: Optional[timedelta] = None

    @classmethod
    @functools.lru_cache(maxsize=256)
    def parse(cls, text: str) -> "Schedule":
        """A schedule as people write it: ``daily 07:30``, ``weekdays 18:00``, ``weekends
        10:00``, ``mon,wed 18:00``, ``every 15 min``, or the five fields of cron.

        Raises:
            WrongSchedule
        """
        words = re.sub(r"\s*,\s*", ",", " ".join(text[:_MAX_LENGTH].lower().split()))
        every = _EVERY.fullmatch(words)
        if every:
            return cls(interval=_interval(every[1]))
        at = _AT.fullmatch(words)
        days = at and _days(at[1])
        if at and days:
            return cls(cron=f"{int(at[3])} {int(at[2])} * * {days}")
        if len(words.split()) == 5:
            return cls.of_cron(text)
        raise WrongSchedule(
            N_(
                "is no schedule: write it as in daily 07:30, weekdays 18:00, "
                "mon,wed 18:00 or every 15 min"
            )
        )

    @classmethod
    @functools.lru_cache(maxsize=256)
    def of_cron(cls, text: str) -> "Schedule":
        """A schedule by the five fields of cron.

        Raises:
            WrongSchedule
        """
        fields = text[:_MAX_LENGTH].split()
        if len(fields) != 5:
            raise WrongSchedule(
                N_(
                    "has to have five fields: minute, hour, day of the month, month, day "
                    "of the week"
                )
            )
        if not _is_cron(fields):
            for position, field in enumerate(fields):
                alone = ["*"] * 5
                alone[position] = field
                if not _is_cron(alone):
                    text = N_('has a field that cron does not understand: "%(field)s"')
                    raise WrongSchedule(text, field=field)
            raise WrongSchedule(N_("is on no day: no such month has that many days"))
        return cls(cron=" ".join(fields))

    def next_after(self, moment: datetime) -> Optional[datetime]:
        """The first time after a moment; None if there is none in the next decades.

        Arguments:
            moment: with the time zone that the schedule is meant in

        Returns:
            a time in UTC: differences between times of one zone would be wrong by an hour
            when the clocks are changed between them
        """
        now = moment.astimezone(timezone.utc)
        times = _cron_times(self.cron, moment) if self.cron else self._times(moment)
        return next((time for time in times if time > now), None)

    def _times(self, moment: datetime):
        assert self.interval is not None
        zone = moment.tzinfo
        naive = moment.replace(tzinfo=None)
        count, since = divmod(naive - _ANCHOR, self.interval)
        if self.interval <= _HOUR:
            yield moment.astimezone(timezone.utc) + self.interval - since
        while True:
            count += 1
            yield _existing(_ANCHOR + count * self.interval, zone)


def _interval(text: str) -> timedelta:
    try:
        length = durations.seconds(text)
    except durations.NotADuration:
        raise WrongSchedule(
            N_('has no length of time after "every": write it as in every 15 min')
        ) from None
    if not _SHORTEST <= length <= _LONGEST:
        raise WrongSchedule(
            N_("has to be between every %(shortest)s and every %(longest)s"),
            shortest=durations.text(_SHORTEST),
            longest=durations.text(_LONGEST),
        )
    return timedelta(seconds=length)


def _days(text: str) -> Optional[str]:
    """The field of cron for days of the week as people name them; None if they are none."""
    if text in _GROUPS:
        return _GROUPS[text]
    names = text.split(",")
    if not set(names) <= set(_DAYS):
        return None
    return ",".join(str(_DAYS.index(name)) for name in names)


def _is_cron(fields: list[str]) -> bool:
    # when it is needed, so that the server starts sooner
    from cronsim import CronSim, CronSimError

    try:
        CronSim(" ".join(fields), datetime(2000, 1, 1))
    except CronSimError:
        return False
    return True


def _cron_times(cron: str, moment: datetime):
    from cronsim import CronSim

    for time in CronSim(cron, moment):
        yield time.astimezone(timezone.utc)


def _existing(naive: datetime, zone: Optional[tzinfo]) -> datetime:
    """When a clock shows a time, or the first one after it if it shows none such.

    Returns:
        in UTC
    """
    while True:
        time = naive.replace(tzinfo=zone).astimezone(timezone.utc)
        if time.astimezone(zone).replace(tzinfo=None) == naive:
            return time
        naive = naive.replace(second=0, microsecond=0) + _MINUTE
