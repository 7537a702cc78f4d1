"""The time zone of the server, with its changes of the clocks."""

from datetime import datetime, timedelta, timezone, tzinfo
from typing import Optional


class _LocalZone(tzinfo):
    """What the system says. Python itself only tells the offset of one moment."""

    def utcoffset(self, dt: Optional[datetime]) -> timedelta:
        return _of_system(dt).utcoffset() or timedelta(0)

    def dst(self, dt: Optional[datetime]) -> Optional[timedelta]:
        return None

    def tzname(self, dt: Optional[datetime]) -> Optional[str]:
        return _of_system(dt).tzname()

    def fromutc(self, dt: datetime) -> datetime:
        utc = dt.replace(tzinfo=timezone.utc)
        naive = utc.astimezone().replace(tzinfo=None)
        # of an hour that comes twice, this may be the second one
        is_second = naive.astimezone() != utc
        return naive.replace(tzinfo=self, fold=int(is_second))


def _of_system(dt: Optional[datetime]) -> datetime:
    return (dt or datetime.now()).replace(tzinfo=None).astimezone()


LOCAL = _LocalZone()
