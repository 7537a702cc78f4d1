"""The newest runs once more, in memory: for when the file cannot be read."""

from collections.abc import Callable, Iterable
from typing import Optional

from .database import Filter
from .run import Record

# as many as one answer has at most
MAX_RECENT = 200


class Recent:
    """Copies of the newest records. Not for several threads at a time."""

    def __init__(self) -> None:
        self._records: dict[str, Record] = {}

    def put(self, records: Iterable[Record]) -> None:
        """Takes in records, in place of older ones of the same runs."""
        self._records.update((record.id, record) for record in records)
        if len(self._records) > MAX_RECENT:
            newest = self._newest_first()[:MAX_RECENT]
            self._records = {record.id: record for record in newest}

    def forget(self, seqs: Iterable[int]) -> None:
        """Forgets the runs in these positions."""
        gone = set(seqs)
        if gone:
            self._keep(lambda record: record.seq not in gone)

    def forget_of(self, user: Optional[str]) -> None:
        """Forgets the runs of a user, all of them without one."""
        self._keep(lambda record: user is not None and record.user != user)

    def _keep(self, is_kept: Callable[[Record], bool]) -> None:
        self._records = {
            run_id: record for run_id, record in self._records.items() if is_kept(record)
        }

    def get(self, run_id: str) -> Optional[Record]:
        """One run, None if it is not among them."""
        return self._records.get(run_id)

    def find(self, wanted: Filter, limit: int, before: Optional[int]) -> list[Record]:
        """See `History.find`."""
        return [
            record
            for record in self._newest_first()
            if (before is None or record.seq < before) and wanted.matches(record)
        ][:limit]

    def _newest_first(self) -> list[Record]:
        return sorted(self._records.values(), key=lambda record: record.seq, reverse=True)
