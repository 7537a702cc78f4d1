"""What is known of runs without the disk: those that are not written yet, and the newest."""

import threading
from collections.abc import Iterable
from typing import Any, Optional

from ...messages import Message
from ..output.capture import Capture
from ..record import UNFINISHED, Record
from ..request import Owner
from ..run import Run
from .database import MAX_SEQ, Filter
from .recent import Recent
from .troubles import NOT_ALL_IN_MEMORY

# Ended runs that wait to be written: with their output, and in all
_MAX_OUTPUTS = 50
_MAX_UNWRITTEN = 1000

# What an earlier server has left pending, with what whoever held it has to know
Kept = list[tuple[Record, dict[str, Any]]]

# Numbers for runs until it is known how many there are: after all of them
_PROVISIONAL = range(MAX_SEQ, 2 * MAX_SEQ)


class Memory:
    """Used by all threads; nobody holds its lock while the disk is at work.

    Attributes:
        condition: is told of all changes
        unwritten: everything that is not in the file as it is now, by id
        dirty: ids of what is to be written
        writing: ids of what is being written
        trouble: why it could not be written the last time
    """

    def __init__(self) -> None:
        self.condition = threading.Condition()
        self.unwritten: dict[str, Run] = {}
        self.dirty: set[str] = set()
        self.writing: set[str] = set()
        self.trouble: Optional[Message] = None
        self._recent = Recent()
        # by id, as long as nobody has gone on with them, or called them off
        self._kept: dict[str, tuple[Record, dict[str, Any]]] = {}
        self._last_seq = _PROVISIONAL.start

    ##~~ For the runner

    def next_seq(self) -> int:
        """The position for a new run."""
        with self.condition:
            self._last_seq += 1
            return self._last_seq

    def note(self, run: Run) -> bool:
        """Takes in the present state of a run.

        Returns:
            whether others had to be forgotten, and that is news
        """
        with self.condition:
            if run.seq in _PROVISIONAL and self._last_seq not in _PROVISIONAL:
                # the number of runs has become known in between
                run.seq = self.next_seq()
            self.unwritten[run.id] = run
            self._kept.pop(run.id, None)
            self.dirty.add(run.id)
            is_news = self._forget_some()
            self.condition.notify_all()
        return is_news

    def _forget_some(self) -> bool:
        """Keeps itself bounded while the disk is full, or much slower than the runs."""
        if len(self.unwritten) <= _MAX_OUTPUTS:
            return False
        ended = [run for run in self.unwritten.values() if run.outcome is not None]
        for run in ended[:-_MAX_OUTPUTS]:
            run.output.forget()
        for run in ended[:-_MAX_UNWRITTEN]:
            self._forget(run.id)
        if len(ended) <= _MAX_UNWRITTEN or self.trouble is not None:
            # why they could not be written says more
            return False
        self.trouble = NOT_ALL_IN_MEMORY
        return True

    def kept(self) -> Kept:
        """What an earlier server has left pending, and nobody has noted yet."""
        with self.condition:
            return list(self._kept.values())

    ##~~ For those who ask

    def run(self, run_id: str) -> Optional[Run]:
        """One that is not written as it is now."""
        with self.condition:
            return self.unwritten.get(run_id)

    def runs(self) -> list[Run]:
        """All that are not written as they are now."""
        with self.condition:
            return list(self.unwritten.values())

    def recent(self, run_id: str) -> Optional[Record]:
        """One of the newest of those that are written."""
        with self.condition:
            return self._recent.get(run_id)

    def recent_output(self, run_id: str) -> Optional[Capture]:
        """The output of one of the last of those that are written."""
        with self.condition:
            return self._recent.output(run_id)

    def find_recent(
        self, wanted: Filter, limit: int, before: Optional[int]
    ) -> list[Record]:
        """Some of the newest of those that are written, see `History.find`."""
        with self.condition:
            return self._recent.find(wanted, limit, before)

    ##~~ For who writes

    def keep(self, kept: Kept) -> None:
        """Takes in what an earlier server has left pending."""
        with self.condition:
            self._kept = {
                record.id: (record, memo)
                for record, memo in kept
                if record.id not in self.unwritten
            }

    def load(self, last_seq: int, recent: Iterable[Record]) -> None:
        """Takes in what the file holds.

        Arguments:
            last_seq: the position of its newest run
            recent: its newest runs
        """
        with self.condition:
            self._recent = Recent()
            self._recent.put(recent)
            if self._last_seq in _PROVISIONAL:
                # those that were started meanwhile get their places after it
                for run in sorted(self.unwritten.values(), key=lambda run: run.seq):
                    last_seq += 1
                    run.seq = last_seq
                self._last_seq = last_seq
            # one that was put back may know more runs than this server
            self._last_seq = max(self._last_seq, last_seq)

    def begin_batch(self) -> list[Run]:
        """What is to be written; what changes from here on is for the next batch."""
        with self.condition:
            self.writing, self.dirty = self.dirty, set()
            runs = [self.unwritten[run_id] for run_id in self.writing]
        return sorted(runs, key=lambda run: run.seq)

    def give_up_batch(self) -> None:
        """It was not written."""
        with self.condition:
            self.dirty |= self.writing & self.unwritten.keys()
            self.writing = set()

    def end_batch(self, records: Iterable[Record], forgotten: Iterable[int]) -> None:
        """It was written, and others (their ``seq``) were forgotten with it."""
        with self.condition:
            self.writing = set()
            self._recent.put(records)
            for record in records:
                if record.status not in UNFINISHED and record.id not in self.dirty:
                    run = self.unwritten.pop(record.id, None)
                    if run is not None:
                        self._recent.put_output(run.id, run.output)
            self._recent.forget(forgotten)
            self.condition.notify_all()

    def ended(self, owner: Optional[Owner]) -> tuple[list[str], list[int]]:
        """The ids of those that have ended (of an owner, if one is given), and the positions
        of the others."""
        ended, others = [], []
        for run in self.runs():
            is_theirs = owner is None or owner.owns(run.request.requester.owner)
            if run.outcome is not None and is_theirs:
                ended.append(run.id)
            else:
                others.append(run.seq)
        others.extend(record.seq for record, _ in self.kept())
        return ended, others

    def forget(self, ended: Iterable[str], owner: Optional[Owner]) -> None:
        """Forgets what has ended, and what is written (of an owner, if one is given)."""
        with self.condition:
            for run_id in ended:
                self._forget(run_id)
            self._recent.forget_of(owner)

    def _forget(self, run_id: str) -> None:
        self.unwritten.pop(run_id, None)
        self.dirty.discard(run_id)
