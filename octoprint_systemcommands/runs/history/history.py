"""The record of all runs, over restarts of the server.

One thread writes and one reads, so that nobody else ever waits for a slow disk. Runs that are
not safely written yet, because they are going on, or because the disk is full, are held in
memory and are seen by readers all the same.
"""

import logging
import time
from collections.abc import Callable
from typing import Any, Optional

from ...messages import Message
from ..output.capture import Output
from ..record import UNFINISHED, Record, Status
from ..request import Owner
from ..run import Run
from . import troubles
from .database import Filter, ReadOnly
from .memory import Kept, Memory
from .reader import Reader
from .retention import Limits
from .troubles import Unavailable
from .writer import Writer

_logger = logging.getLogger("octoprint.plugins.systemcommands.runs.history.history")

# How long the file may take to be opened before others go on without it, in s. The server
# takes longer until it answers.
_OPEN_PATIENCE = 3.0

# How long the end of the server waits for the last records, in s
_CLOSE_TIMEOUT = 5.0


class History:
    """Remembers runs.

    Arguments:
        path: the database file; made if it does not exist
        limits: how much to keep, asked for with each write
        on_kept: called once, as soon as the file was opened, with what `kept_pending`
            returns; in the thread that writes, so it must not wait for the history
    """

    def __init__(
        self,
        path: str,
        limits: Callable[[], Limits],
        on_kept: Callable[[Kept], None] = lambda kept: None,
    ):
        self._patient_until = time.monotonic() + _OPEN_PATIENCE
        self._memory = Memory()
        self._reader = Reader(path)
        self._writer = Writer(path, limits, self._memory, self._reader, on_kept)

    ##~~ For the runner

    def next_seq(self) -> int:
        """The position for a new run."""
        self._wait_for_opening()
        return self._memory.next_seq()

    def note(self, run: Run) -> None:
        """Takes in the present state of a run; to be called with each change of it."""
        if self._memory.note(run):
            _logger.warning(str(troubles.NOT_ALL_IN_MEMORY))

    def kept_pending(self) -> Kept:
        """What an earlier server has left pending, with its memo, the oldest first, as long
        as nobody has gone on with it (`Runner.hold`) or called it off (`Runner.end_kept`);
        empty before the file was opened."""
        return self._memory.kept()

    def flush(self, timeout: float = _CLOSE_TIMEOUT) -> None:
        """Waits until all that was noted is written, or cannot be, or for a time."""
        memory = self._memory
        with memory.condition:
            memory.condition.wait_for(
                lambda: not (memory.dirty or memory.writing) or bool(memory.trouble),
                timeout,
            )

    def close(self) -> None:
        """Writes what is left and ends."""
        self.flush()
        # the last one to close the file tidies up, which takes one that may write
        self._reader.close()
        self._writer.close(_CLOSE_TIMEOUT)

    ##~~ For everyone

    @property
    def warning(self) -> Optional[Message]:
        """Why it cannot be written or read at present; None if all is well."""
        if self._writer.is_stuck():
            return troubles.NOT_WRITTEN_IN_TIME
        return self._memory.trouble or self._reader.trouble

    def get(self, run_id: str) -> Optional[Record]:
        """One run, None if it is not known (any more).

        Raises:
            Unavailable: it is not known whether it is
        """
        run = self._memory.run(run_id)
        if run is not None:
            return run.record()
        try:
            record = self._read(lambda file: file.get(run_id), None)
        except Unavailable:
            record = self._memory.recent(run_id)
            if record is None:
                raise
        return record and self._as_it_is(record)

    def output(self, record: Record) -> Optional[Output]:
        """The output of a run, None if it is not known (any more).

        Raises:
            Unavailable: it cannot be read
        """
        run = self._memory.run(record.id)
        if run is not None:
            return run.output
        try:
            return self._read(lambda file: file.output(record), None)
        except Unavailable:
            output = self._memory.recent_output(record.id)
            if output is None:
                raise
            return output

    def find(
        self, wanted: Filter, limit: int, before: Optional[int] = None
    ) -> list[Record]:
        """Runs, the newest first. If they cannot be read, those that are known without that.

        Arguments:
            wanted: which
            limit: how many at most
            before: only those older than the run of this ``seq``
        """
        unwritten = {run.id: run.record() for run in self._memory.runs()}
        found = [
            record
            for record in unwritten.values()
            if (before is None or record.seq < before) and wanted.matches(record)
        ]
        # some of those in the file are known better from memory
        most = limit + len(unwritten)
        try:
            written = self._read(lambda file: file.find(wanted, most, before), [])
        except Unavailable:
            written = self._memory.find_recent(wanted, most, before)
        for record in map(self._as_it_is, written):
            if record.id not in unwritten and wanted.matches(record):
                found.append(record)
        found.sort(key=lambda record: record.seq, reverse=True)
        return found[:limit]

    def clear(self, owner: Optional[Owner] = None) -> int:
        """Forgets all runs that have ended (of an owner, if one is given).

        Returns:
            how many there were

        Raises:
            Unavailable: they cannot be deleted
        """
        return self._writer.clear(owner)

    def _read(self, question: Callable[[ReadOnly], Any], without_file: Any) -> Any:
        self._wait_for_opening()
        return self._reader.ask(question, without_file)

    def _as_it_is(self, record: Record) -> Record:
        # until the writer can note it, those of an earlier server seem to go on
        has_begun = record.status in UNFINISHED and record.status is not Status.PENDING
        if has_begun and not self._writer.has_noted_interrupted:
            return record._replace(status=Status.INTERRUPTED, duration=None)
        return record

    def _wait_for_opening(self) -> None:
        # it has to be known what there is already, and what does not go on any more
        self._writer.opened.wait(max(0, self._patient_until - time.monotonic()))
