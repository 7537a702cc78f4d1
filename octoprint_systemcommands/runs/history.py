"""The record of all runs, over restarts of the server.

One thread writes, so that nobody else ever waits for a slow disk. Runs that are not safely
written yet, because they are going on, or because the disk is full, are held in memory and
are seen by readers all the same.
"""

import contextlib
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Any, Optional

import psutil

from ..commands.problems import N_, Message
from . import hints, tree
from .database import (
    Database,
    Filter,
    Limits,
    is_broken,
    remove_leftovers,
    set_aside,
)
from .hints import Hint
from .output import Output
from .run import INTERRUPTED, UNFINISHED, Owner, Record, Run

_logger = logging.getLogger("octoprint.plugins.systemcommands.history")

# Ended runs that wait to be written, in memory: with their output, and in all
_MAX_OUTPUTS = 50
_MAX_UNWRITTEN = 1000

# How long changes are collected before they are written, in s: a short command is one
# write to the disk and not two, and has been answered before
_DELAY = 0.02

# How often to try again with a disk that is full, in s
_RETRY_INTERVAL = 10.0

# How long the end of the server waits for the last records, in s
_CLOSE_TIMEOUT = 5.0


class History:
    """Remembers runs.

    Arguments:
        path: the database file; made if it does not exist
        limits: how much to keep, asked for with each write
    """

    def __init__(self, path: str, limits: Callable[[], Limits]):
        self._path = path
        self._limits = limits
        self._condition = threading.Condition()
        # everything that readers do not find in the database as it is now, by seq
        self._unwritten: dict[int, Run] = {}
        # what is to be written, and what is being written
        self._dirty: set[int] = set()
        self._writing: set[int] = set()
        self._next_seq = 0
        # whether it is known what is in the database, or that this is not to be known
        self._opened = threading.Event()
        self._recovered = False
        self._closing = False
        self._reader: Optional[Database] = None
        self._reader_lock = threading.Lock()
        # why it could not be written, or read, the last time
        self._unwritable: Optional[Message] = None
        self._unreadable: Optional[Message] = None
        self._thread = threading.Thread(
            target=self._write_loop, name="systemcommands.history", daemon=True
        )
        self._thread.start()

    ##~~ For the runner

    def next_seq(self) -> int:
        """The position for a new run."""
        # it has to be known how many there are already
        self._opened.wait()
        with self._condition:
            self._next_seq += 1
            return self._next_seq

    def note(self, run: Run) -> None:
        """Takes in the present state of a run; to be called with each change of it."""
        with self._condition:
            self._unwritten[run.seq] = run
            self._dirty.add(run.seq)
            self._forget_some()
            self._condition.notify_all()

    def _forget_some(self) -> None:
        """Keeps memory bounded while the disk is full, or much slower than the runs."""
        if len(self._unwritten) <= _MAX_OUTPUTS:
            return
        ended = [run for run in self._unwritten.values() if run.finished.is_set()]
        for run in ended[:-_MAX_OUTPUTS]:
            run.output.forget()
        for run in ended[:-_MAX_UNWRITTEN]:
            del self._unwritten[run.seq]
            self._dirty.discard(run.seq)
            self._cannot_write(
                Message(
                    N_("Runs are missing in the history, the disk is too slow or full")
                )
            )

    def flush(self, timeout: float = _CLOSE_TIMEOUT) -> None:
        """Waits until all that was noted is written, or cannot be, or for a time."""
        with self._condition:
            self._condition.wait_for(
                lambda: not (self._dirty or self._writing) or bool(self._unwritable),
                timeout,
            )

    def close(self) -> None:
        """Writes what is left and ends."""
        self.flush()
        with self._condition:
            self._closing = True
            self._condition.notify_all()
        self._thread.join(_CLOSE_TIMEOUT)
        with self._reader_lock:
            self._close_reader()

    ##~~ For everyone

    @property
    def warning(self) -> Optional[Message]:
        """Why it cannot be written or read at present; None if all is well."""
        return self._unwritable or self._unreadable

    def get(self, run_id: str) -> Optional[Record]:
        """One run, None if it is not known (any more)."""
        with self._condition:
            for run in self._unwritten.values():
                if run.id == run_id:
                    return run.record()
        return self._read(lambda database: database.get(run_id), None)

    def output(self, record: Record) -> Optional[Output]:
        """The output of a run, None if it is not known (any more)."""
        with self._condition:
            run = self._unwritten.get(record.seq)
        if run is not None:
            return run.output
        return self._read(lambda database: database.output(record), None)

    def find(
        self, wanted: Filter, limit: int, before: Optional[int] = None
    ) -> list[Record]:
        """Runs, the newest first.

        Arguments:
            wanted: which
            limit: how many at most
            before: only those older than the run of this ``seq``
        """
        with self._condition:
            unwritten = {seq: run.record() for seq, run in self._unwritten.items()}
        found = [
            record
            for seq, record in unwritten.items()
            if (before is None or seq < before) and wanted.matches(record)
        ]
        # some of those in the database are known better from memory
        written = self._read(
            lambda database: database.find(wanted, limit + len(unwritten), before), []
        )
        found.extend(record for record in written if record.seq not in unwritten)
        found.sort(key=lambda record: record.seq, reverse=True)
        return found[:limit]

    def clear(self, owner: Optional[Owner] = None) -> int:
        """Forgets all runs that have ended (of an owner, if one is given).

        Returns:
            how many there were

        Raises:
            sqlite3.Error, OSError: if they cannot be deleted
        """
        # before that it is not known what there is, nor may anybody else open it
        self._opened.wait()
        self.flush()
        with self._condition:
            last = self._next_seq
            ended = [
                run
                for run in self._unwritten.values()
                if run.finished.is_set()
                and (owner is None or owner.owns(run.request.requester.owner))
            ]
            for run in ended:
                del self._unwritten[run.seq]
                self._dirty.discard(run.seq)
            unfinished = list(self._unwritten)
        # not with the lock held: it is what all runs need, and the disk may be slow
        with contextlib.closing(Database(self._path)) as database:
            return max(database.delete(last, unfinished, owner), len(ended))

    def _read(self, question: Callable[[Database], Any], without_database: Any) -> Any:
        self._opened.wait()
        with self._reader_lock:
            try:
                if self._reader is not None and not self._reader.is_in_place():
                    self._close_reader()
                if self._reader is None:
                    if not os.path.exists(self._path):
                        return without_database
                    self._reader = Database(self._path)
                answer = question(self._reader)
                self._unreadable = None
                return answer
            except (sqlite3.Error, OSError) as error:
                # what is in memory can be shown all the same
                text = N_("The history of runs cannot be read: %(error)s")
                self._cannot_read(Message(text, {"error": str(error)}))
                self._close_reader()
                return without_database

    def _close_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    ##~~ The thread that writes

    def _write_loop(self) -> None:
        database: Optional[Database] = None
        while True:
            try:
                if database is None:
                    database = self._open()
                self._opened.set()
                if not self._wait_for_work():
                    database.close()
                    return
                if not database.is_in_place():
                    _logger.warning(f"{self._path} was deleted or replaced")
                    database.close()
                    database = None
                    with self._reader_lock:
                        self._close_reader()
                        remove_leftovers(self._path)
                    continue
                self._write(database)
                with self._condition:
                    self._unwritable = None
            except Exception as error:
                if database is not None:
                    database.close()
                    database = None
                if is_broken(error) and self._begin_anew(error):
                    continue
                text = N_(
                    "The history of runs cannot be written: %(error)s. Commands are run "
                    "all the same. Check that there is space left, and that %(folder)s can "
                    "be written to."
                )
                folder = os.path.dirname(self._path)
                self._cannot_write(Message(text, {"error": str(error), "folder": folder}))
                if not isinstance(error, (sqlite3.Error, OSError)):
                    _logger.exception("Error while writing the history of runs")
                if self._wait_and_see():
                    return

    def _begin_anew(self, error: Exception) -> bool:
        with self._reader_lock:
            self._close_reader()
            try:
                aside = set_aside(self._path)
            except OSError:
                return False
        _logger.warning(
            f"The history of runs cannot be read ({error}). It is kept as {aside}, and a "
            "new one is begun."
        )
        return True

    def _wait_and_see(self) -> bool:
        """Waits before the next try; returns whether there is none."""
        with self._condition:
            if not self._recovered:
                # far above all that may turn out to be in there
                self._next_seq = max(self._next_seq, int(time.time()))
            self._opened.set()
            self._condition.notify_all()
            return self._condition.wait_for(lambda: self._closing, _RETRY_INTERVAL)

    # It is logged once, and not with each run until the disk has space again.

    def _cannot_write(self, trouble: Message) -> None:
        if self._unwritable is None:
            _logger.warning(str(trouble))
        self._unwritable = trouble

    def _cannot_read(self, trouble: Message) -> None:
        if self._unreadable is None:
            _logger.warning(str(trouble))
        self._unreadable = trouble

    def _wait_for_work(self) -> bool:
        """Waits until there is something to write; returns False at the end."""
        with self._condition:
            self._condition.wait_for(lambda: self._dirty or self._closing)
            if not self._dirty:
                return False
        time.sleep(_DELAY)
        return True

    def _write(self, database: Database) -> None:
        limits = self._limits()
        with self._condition:
            # what changes from here on is for the next batch
            self._writing, self._dirty = self._dirty, set()
            runs = [self._unwritten[seq] for seq in sorted(self._writing)]
        records = [run.record() for run in runs]
        try:
            database.write(zip(runs, records), limits)
        except BaseException:
            with self._condition:
                self._dirty |= self._writing & self._unwritten.keys()
                self._writing = set()
            raise
        with self._condition:
            self._writing = set()
            for record in records:
                if record.status not in UNFINISHED and record.seq not in self._dirty:
                    self._unwritten.pop(record.seq, None)
            self._condition.notify_all()

    def _open(self) -> Database:
        database = Database(self._path)
        if not self._recovered:
            try:
                self._recover(database)
            except BaseException:
                database.close()
                raise
            self._recovered = True
        with self._condition:
            # one that was put back may know more runs than this server
            self._next_seq = max(self._next_seq, database.last_seq())
        return database

    def _recover(self, database: Database) -> None:
        """Notes the end of those that were running when the server died."""
        with self._condition:
            known = set(self._unwritten)
        # no more than this can have been active; in the order of their starts
        for record in reversed(database.find(Filter(statuses=UNFINISHED), 1000, None)):
            if record.seq in known:
                continue
            hint = _hint_of_interrupted(record)
            database.end(record._replace(status=INTERRUPTED, hint=hint))
            alive = hint.values.get("pids")
            _logger.warning(
                f"The run {record.id} of {record.source}:{record.action} was interrupted "
                "by the end of the server"
                + (f"; it still goes on, as process {alive}" if alive else "")
            )


def _hint_of_interrupted(record: Record) -> Hint:
    alive: list[psutil.Process] = []
    with contextlib.suppress(psutil.Error):
        session = tree.session_of(record.pid, record.pid_created)
        alive = tree.find(record.id, session)
    if not alive:
        return Hint(hints.INTERRUPTED)
    pids = ", ".join(str(pid) for pid in sorted(process.pid for process in alive))
    return Hint(hints.INTERRUPTED_ALIVE, {"pids": pids})
