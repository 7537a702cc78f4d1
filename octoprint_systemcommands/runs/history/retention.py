"""What the history keeps, and what it forgets.

Runs are counted in the order of their ends. Their age is harder to tell: a Raspberry Pi has
no clock of its own and may be weeks off until the network answers. A jump of the clock looks
like a pause between two runs, and no pause tells for sure how long it was. So a run is too
old only if its own date says so **and** the pauses since then, of which none counts for more
than a day, come to as much. Whatever the clock does, that makes the history a day older at
most. Where days pass without a run, runs are kept for longer.
"""

import sqlite3
import time
from typing import NamedTuple

_DAY = 86400

# Runs that are forgotten for their age with one write. Each writes a run at least.
_MAX_AT_ONCE = 20

_TOO_MANY = """
SELECT seq FROM runs WHERE ended IS NOT NULL AND
    ended <= (SELECT ended FROM runs ORDER BY ended DESC LIMIT 1 OFFSET ?)
"""

_HAVE_OLD_DATES = """
SELECT 1 FROM runs WHERE ended IS NOT NULL AND coalesce(finished_at, queued_at) < ? LIMIT 1
"""

_TOO_OLD = """
WITH
dates AS (
    SELECT seq, ended, coalesce(finished_at, queued_at) AS date
    FROM runs WHERE ended IS NOT NULL
),
pauses AS (
    SELECT seq, ended, date,
        lag(date, 1, :now) OVER (ORDER BY ended DESC, seq DESC) - date AS pause
    FROM dates
),
ages AS (
    SELECT seq, ended, date,
        sum(min(max(coalesce(pause, 0), 0), :longest)) OVER (
            ORDER BY ended DESC, seq DESC ROWS UNBOUNDED PRECEDING
        ) AS age
    FROM pauses
)
SELECT seq FROM ages WHERE date < :now - :limit AND age > :limit
ORDER BY ended, seq LIMIT :most
"""


class Limits(NamedTuple):
    """How much is kept.

    Attributes:
        runs: number of runs
        days: age of the oldest
    """

    runs: int
    days: int


def prune(connection: sqlite3.Connection, limits: Limits) -> list[int]:
    """Forgets what is more than is to be kept; returns the positions (``seq``)."""
    seqs = [seq for (seq,) in connection.execute(_TOO_MANY, (limits.runs,))]
    seqs += _too_old(connection, limits.days * _DAY, time.time())
    connection.executemany("DELETE FROM runs WHERE seq = ?", [(seq,) for seq in seqs])
    return seqs


def _too_old(connection: sqlite3.Connection, limit: float, now: float) -> list[int]:
    # nearly always there is none, and adding up is work
    if connection.execute(_HAVE_OLD_DATES, (now - limit,)).fetchone() is None:
        return []
    values = {
        "now": now,
        "limit": limit,
        # less than the limit, or one jump would do away with everything
        "longest": min(_DAY, limit / 2),
        "most": _MAX_AT_ONCE,
    }
    return [seq for (seq,) in connection.execute(_TOO_OLD, values)]
