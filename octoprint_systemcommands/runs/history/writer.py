"""The thread that writes the history, and tries again for as long as the disk does not let it."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Optional

from ..request import Owner
from . import troubles
from .database import Database, Filter
from .interrupted import note_interrupted
from .memory import Kept, Memory
from .reader import Reader
from .recent import MAX_RECENT
from .retention import Limits
from .schema import is_broken, remove_leftovers, set_aside
from .troubles import Unavailable

_logger = logging.getLogger("octoprint.plugins.systemcommands.runs.history.writer")

# How long changes are collected before they are written, in s: a short command is one
# write to the disk and not two, and has been answered before
_DELAY = 0.02

# Runs of an earlier server that can have been pending
_MOST_PENDING = 1000

# How often to try again with a disk that is full, in s
_RETRY_INTERVAL = 10.0

# After this time, in s, a disk counts as one that does not answer
_PATIENCE = 5.0

# How long who clears the history waits for the disk, in s; only one does at a time
_CLEAR_PATIENCE = 5.0


class _Clearing:
    """The wish to forget all runs that have ended (of an owner, if one is given)."""

    def __init__(self, owner: Optional[Owner]):
        self.owner = owner
        self.deleted = 0
        self.error: Optional[Exception] = None
        self.done = threading.Event()


class Writer:
    """Writes what is in memory.

    Arguments:
        path: the file; made if it does not exist
        limits: how much to keep, asked for with each write
        memory: what is to be written
        reader: has to stay away from a file that is put out of the way
        on_kept: see `History`

    Attributes:
        opened: set when it is known what is in the file, or that this is not to be known
        has_noted_interrupted: nothing of this server is in the file before that
    """

    def __init__(
        self,
        path: str,
        limits: Callable[[], Limits],
        memory: Memory,
        reader: Reader,
        on_kept: Callable[[Kept], None],
    ):
        self._path = path
        self._limits = limits
        self._memory = memory
        self._reader = reader
        self._on_kept: Optional[Callable[[Kept], None]] = on_kept
        self.opened = threading.Event()
        self.has_noted_interrupted = False
        # these two are guarded by the memory's condition
        self._clearing: Optional[_Clearing] = None
        self._closing = False
        self._at_work_since: Optional[float] = None
        self._thread = threading.Thread(
            target=self._loop, name="systemcommands.history", daemon=True
        )
        self._thread.start()

    def is_stuck(self) -> bool:
        """Whether the disk does not answer."""
        since = self._at_work_since
        return since is not None and time.monotonic() - since > _PATIENCE

    def clear(self, owner: Optional[Owner]) -> int:
        """See `History.clear`."""
        clearing = _Clearing(owner)
        with self._memory.condition:
            if self._clearing is not None:
                raise Unavailable(troubles.IS_BEING_CLEARED)
            self._clearing = clearing
            self._memory.condition.notify_all()
        if not clearing.done.wait(_CLEAR_PATIENCE):
            raise Unavailable(troubles.NOT_CLEARED_IN_TIME)
        if clearing.error is not None:
            raise Unavailable(troubles.cannot_write(clearing.error, self._path))
        return clearing.deleted

    def close(self, timeout: float) -> None:
        """Writes what is left and ends, or does not in time."""
        with self._memory.condition:
            self._closing = True
            self._memory.condition.notify_all()
        self._thread.join(timeout)

    ##~~ The thread

    def _loop(self) -> None:
        database: Optional[Database] = None
        while True:
            # what comes after this gets a try of its own
            tried = self._clearing
            try:
                self._at_work_since = time.monotonic()
                if database is None:
                    database = self._open()
                self.opened.set()
                self._at_work_since = None
                self._tell_of_kept()
                if not self._wait_for_work():
                    database.close()
                    return
                tried = self._clearing
                self._at_work_since = time.monotonic()
                if not database.is_in_place():
                    _logger.warning(f"{self._path} was deleted or replaced")
                    database.close()
                    database = None
                    with self._reader.kept_away():
                        remove_leftovers(self._path)
                    continue
                self._clear(database)
                self._write(database)
                with self._memory.condition:
                    self._memory.trouble = None
            except Exception as error:
                if database is not None:
                    database.close()
                    database = None
                trouble = self._begin_anew(error) if is_broken(error) else error
                if trouble is None:
                    continue
                self._at_work_since = None
                self._cannot_write(trouble, tried)
                if self._wait_and_see():
                    return

    def _open(self) -> Database:
        database = Database(self._path)
        try:
            if not self.has_noted_interrupted:
                known = {run.id for run in self._memory.runs()}
                note_interrupted(database, known)
                self._memory.keep(database.pending(_MOST_PENDING))
                self.has_noted_interrupted = True
            recent = database.find(Filter(), MAX_RECENT, None)
            self._memory.load(database.last_seq(), recent)
        except BaseException:
            database.close()
            raise
        return database

    def _tell_of_kept(self) -> None:
        tell, self._on_kept = self._on_kept, None
        if tell is None:
            return
        try:
            tell(self._memory.kept())
        except Exception:
            _logger.exception("Error while going on with what was pending")

    def _wait_for_work(self) -> bool:
        """Waits until there is something to do; returns False at the end."""
        memory = self._memory
        with memory.condition:
            memory.condition.wait_for(
                lambda: memory.dirty or self._clearing is not None or self._closing
            )
            if not memory.dirty and self._clearing is None:
                return False
        time.sleep(_DELAY)
        return True

    def _clear(self, database: Database) -> None:
        clearing = self._clearing
        if clearing is None:
            return
        ended, others = self._memory.ended(clearing.owner)
        # those that have ended just now are not in the file yet, or still as running
        written = database.count(ended)
        deleted = database.delete(others, clearing.owner)
        with self._memory.condition:
            self._memory.forget(ended, clearing.owner)
            self._clearing = None
        clearing.deleted = deleted + len(ended) - written
        clearing.done.set()

    def _write(self, database: Database) -> None:
        limits = self._limits()
        runs = self._memory.begin_batch()
        if not runs:
            return
        records = [run.record() for run in runs]
        try:
            database.write(zip(runs, records), limits)
        except BaseException:
            self._memory.give_up_batch()
            raise
        self._memory.end_batch(records, database.forgotten)

    ##~~ When it cannot be written

    def _begin_anew(self, error: Exception) -> Optional[Exception]:
        """Puts a broken file out of the way; returns why that is not possible."""
        try:
            with self._reader.kept_away():
                aside = set_aside(self._path)
        except Exception as trouble:
            return trouble
        _logger.warning(
            f"The history of runs cannot be read ({error}). It is kept as {aside}, and a "
            "new one is begun."
        )
        return None

    def _cannot_write(self, error: Exception, tried: Optional[_Clearing]) -> None:
        trouble = troubles.cannot_write(error, self._path)
        with self._memory.condition:
            # it is logged once, and not with each run until the disk has space again
            is_news = self._memory.trouble is None
            self._memory.trouble = trouble
            # it may be done by now
            has_failed = tried is not None and self._clearing is tried
            if has_failed:
                self._clearing = None
        if tried is not None and has_failed:
            tried.error = error
            tried.done.set()
        if is_news:
            details = None if troubles.is_expected(error) else error
            _logger.warning(str(trouble), exc_info=details)

    def _wait_and_see(self) -> bool:
        """Waits before the next try; returns whether there is none."""
        self.opened.set()
        with self._memory.condition:
            self._memory.condition.notify_all()
            self._memory.condition.wait_for(
                lambda: self._closing or self._clearing is not None, _RETRY_INTERVAL
            )
            return self._closing
