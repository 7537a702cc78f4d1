"""The newest runs once more, in memory: for when the file cannot be read."""

from collections.abc import Callable, Iterable
from typing import Optional

from ..output.capture import Capture
from ..record import Record
from ..request import Owner
from .database import Filter

# as many as one answer has at most
MAX_RECENT = 200

# so that not each run has all of them sorted
_SPARE = 50

# bytes of output: those that somebody may be looking at
_MAX_OUTPUT = 512 * 1024


class Recent:
    """Copies of the newest records, and the last outputs. Not for several threads at a
    time."""

    def __init__(self) -> None:
        self._records: dict[str, Record] = {}
        # in the order of their ends
        self._outputs: dict[str, Capture] = {}
        # bytes of all of them
        self._kept = 0

    def put(self, records: Iterable[Record]) -> None:
        """Takes in records, in place of older ones of the same runs."""
        self._records.update((record.id, record) for record in records)
        if len(self._records) > MAX_RECENT + _SPARE:
            self._records = {record.id: record for record in self._newest()}

    def put_output(self, run_id: str, output: Capture) -> None:
        """Takes in the output of a run that has ended."""
        self._drop_output(run_id)
        self._outputs[run_id] = output
        self._kept += output.kept
        while self._kept > _MAX_OUTPUT or len(self._outputs) > MAX_RECENT:
            self._drop_output(next(iter(self._outputs)))

    def _drop_output(self, run_id: str) -> None:
        dropped = self._outputs.pop(run_id, None)
        if dropped is not None:
            self._kept -= dropped.kept

    def forget(self, seqs: Iterable[int]) -> None:
        """Forgets the runs in these positions."""
        gone = set(seqs)
        if gone:
            self._keep(lambda record: record.seq not in gone)

    def forget_of(self, owner: Optional[Owner]) -> None:
        """Forgets the runs of an owner, all of them without one."""
        self._keep(lambda record: owner is not None and not owner.owns(record.owner))

    def _keep(self, is_kept: Callable[[Record], bool]) -> None:
        self._records = {
            run_id: record for run_id, record in self._records.items() if is_kept(record)
        }
        for run_id in [each for each in self._outputs if each not in self._records]:
            self._drop_output(run_id)

    def get(self, run_id: str) -> Optional[Record]:
        """One run, None if it is not among them."""
        return self._records.get(run_id)

    def output(self, run_id: str) -> Optional[Capture]:
        """The output of a run, None if it is not among them."""
        return self._outputs.get(run_id)

    def find(self, wanted: Filter, limit: int, before: Optional[int]) -> list[Record]:
        """See `History.find`."""
        return [
            record
            for record in self._newest()
            if (before is None or record.seq < before) and wanted.matches(record)
        ][:limit]

    # the newest first; those that are only to spare are nobody's to see
    def _newest(self) -> list[Record]:
        records = self._records.values()
        return sorted(records, key=lambda record: record.seq, reverse=True)[:MAX_RECENT]
