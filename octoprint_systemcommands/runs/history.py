"""The record of all runs: SQLite in the plugin's data folder.

One thread writes, so that nobody else ever waits for a slow disk. Runs that are not safely
written yet, because they are going on, or because the disk is full, are held in memory and
are seen by readers all the same.
"""

import contextlib
import json
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import NamedTuple, Optional

import psutil

from . import tree
from .hints import INTERRUPTED as HINT_INTERRUPTED
from .hints import INTERRUPTED_ALIVE, Hint
from .output import Output, StoredOutput, pack, unpack
from .run import INTERRUPTED, UNFINISHED, Record, Run

_logger = logging.getLogger("octoprint.plugins.systemcommands.history")

_SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE runs (
    seq INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    action TEXT NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    exit_code INTEGER,
    user TEXT,
    door TEXT NOT NULL,
    queued_at REAL NOT NULL,
    started_at REAL,
    finished_at REAL,
    duration REAL,
    bytes INTEGER NOT NULL,
    kept INTEGER NOT NULL,
    hint TEXT,
    pid INTEGER,
    pid_created REAL
);
CREATE INDEX runs_by_command ON runs (source, action, seq);
CREATE INDEX runs_by_status ON runs (status, seq);
CREATE TABLE output (
    seq INTEGER PRIMARY KEY REFERENCES runs (seq) ON DELETE CASCADE,
    pieces BLOB NOT NULL
);
"""
_COLUMNS = tuple(field for field in Record._fields if field != "stopping")

# Ended runs that wait to be written, in memory with their output
_MAX_UNWRITTEN = 50

# How often to try again with a disk that is full, in s
_RETRY_INTERVAL = 10.0

# How long the end of the server waits for the last records, in s
_CLOSE_TIMEOUT = 5.0


class Limits(NamedTuple):
    """How much is kept.

    Attributes:
        runs: number of runs
        days: age of the oldest
    """

    runs: int
    days: int


class Filter(NamedTuple):
    """What to list; None means all.

    Attributes:
        source, action: of one command
        statuses: any of these
    """

    source: Optional[str] = None
    action: Optional[str] = None
    statuses: Optional[tuple[str, ...]] = None

    def matches(self, record: Record) -> bool:
        """Whether a run is to be listed."""
        return (
            (self.source is None or record.source == self.source)
            and (self.action is None or record.action == self.action)
            and (self.statuses is None or record.status in self.statuses)
        )


class History:
    """Remembers runs over restarts of the server.

    Arguments:
        path: the database file; made if it does not exist
        limits: asked for with each run that ends
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
        self._reader: Optional[sqlite3.Connection] = None
        self._reader_lock = threading.Lock()
        self.warning: Optional[str] = None
        self._thread = threading.Thread(
            target=self._write_loop, name="systemcommands.history", daemon=True
        )
        self._thread.start()

    ##~~ Writing

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
            self._condition.notify()

    def _forget_some(self) -> None:
        # only what a disk that cannot be written to leaves in here
        ended = [run for run in self._unwritten.values() if run.finished.is_set()]
        for run in ended[: max(0, len(ended) - _MAX_UNWRITTEN)]:
            del self._unwritten[run.seq]
            self._dirty.discard(run.seq)

    def clear(self) -> int:
        """Forgets all runs that have ended; returns how many.

        Raises:
            sqlite3.Error: if they cannot be deleted
        """
        self.flush()
        deleted = 0
        with self._condition:
            for seq, run in list(self._unwritten.items()):
                if run.finished.is_set():
                    del self._unwritten[seq]
                    self._dirty.discard(seq)
                    deleted += 1
            unfinished = list(self._unwritten)
        places = ",".join("?" * len(unfinished))
        with contextlib.closing(self._connect()) as connection, connection:
            cursor = connection.execute(
                f"DELETE FROM runs WHERE seq NOT IN ({places})", unfinished
            )
            return deleted + cursor.rowcount

    def flush(self, timeout: float = _CLOSE_TIMEOUT) -> None:
        """Waits until all that was noted is written, or for a time."""
        with self._condition:
            self._condition.wait_for(
                lambda: not (self._dirty or self._writing) or self.warning is not None,
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
            if self._reader is not None:
                self._reader.close()
                self._reader = None

    def _write_loop(self) -> None:
        connection: Optional[sqlite3.Connection] = None
        while True:
            try:
                if connection is None:
                    connection = self._open()
                self._opened.set()
                if not self._write_batch(connection):
                    connection.close()
                    return
                with self._condition:
                    self.warning = None
            except (sqlite3.Error, OSError) as error:
                self._warn(error)
                if connection is not None:
                    connection.close()
                    connection = None
                if not self._recovered:
                    # far above all that may turn out to be in there
                    self._next_seq = max(self._next_seq, int(time.time()))
                self._opened.set()
                if self._wait_and_see():
                    return
            except Exception:
                _logger.exception("Error while writing the history of runs")
                if self._wait_and_see():
                    return

    def _wait_and_see(self) -> bool:
        """Waits before the next try; returns whether there is none."""
        with self._condition:
            self._condition.notify_all()
            return self._condition.wait_for(lambda: self._closing, _RETRY_INTERVAL)

    def _warn(self, error: Exception) -> None:
        message = f"The history of runs cannot be written: {error}"
        if self.warning is None:
            _logger.warning(
                f"{message}. Commands are run all the same. Check that there is space "
                f"left and that {os.path.dirname(self._path)} can be written to."
            )
        self.warning = message

    def _write_batch(self, connection: sqlite3.Connection) -> bool:
        """Waits for something to write and writes it; returns False at the end."""
        with self._condition:
            self._condition.wait_for(lambda: self._dirty or self._closing)
            if not self._dirty:
                return False
            # what changes from here on is for the next batch
            self._writing, self._dirty = self._dirty, set()
            runs = [self._unwritten[seq] for seq in sorted(self._writing)]
        try:
            records = [run.record() for run in runs]
            with connection:
                for run, record in zip(runs, records):
                    self._write(connection, run, record)
                self._prune(connection)
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
        return True

    def _write(self, connection: sqlite3.Connection, run: Run, record: Record) -> None:
        values = [getattr(record, column) for column in _COLUMNS]
        values[_COLUMNS.index("hint")] = _pack_hint(record.hint)
        places = ",".join("?" * len(_COLUMNS))
        connection.execute(
            f"INSERT INTO runs ({','.join(_COLUMNS)}) VALUES ({places}) "
            "ON CONFLICT (seq) DO UPDATE SET "
            + ",".join(f"{column} = excluded.{column}" for column in _COLUMNS),
            values,
        )
        if record.status not in UNFINISHED and record.kept:
            pieces, _ = run.output.pieces()
            connection.execute(
                "INSERT OR REPLACE INTO output VALUES (?, ?)", (record.seq, pack(pieces))
            )

    def _prune(self, connection: sqlite3.Connection) -> None:
        limits = self._limits()
        connection.execute(
            "DELETE FROM runs WHERE status NOT IN (?, ?) AND (queued_at < ? OR seq <= "
            "(SELECT seq FROM runs ORDER BY seq DESC LIMIT 1 OFFSET ?))",
            (*UNFINISHED, time.time() - limits.days * 86400, limits.runs),
        )

    ##~~ Opening

    def _open(self) -> sqlite3.Connection:
        os.makedirs(os.path.dirname(self._path), exist_ok=True)
        try:
            connection = self._connect()
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, _SCHEMA_VERSION):
                connection.close()
                raise sqlite3.DatabaseError(f"it has the unknown version {version}")
            if version == 0:
                with connection:
                    connection.executescript(
                        f"BEGIN; {_SCHEMA} PRAGMA user_version = {_SCHEMA_VERSION};"
                    )
            if not self._recovered:
                self._recover(connection)
                self._recovered = True
            return connection
        except sqlite3.OperationalError:
            raise  # the disk
        except sqlite3.DatabaseError as error:
            self._set_aside(error)
            raise

    def _set_aside(self, error: Exception) -> None:
        aside = f"{self._path}.broken-{int(time.time())}"
        _logger.warning(
            f"The history of runs cannot be read ({error}). It is kept as {aside}, and a "
            "new one is begun."
        )
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                os.replace(self._path + suffix, aside + suffix)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=10, check_same_thread=False)
        # With WAL, readers and the writer do not wait for each other. With FULL, what was
        # committed has survived when the power goes.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    def _recover(self, connection: sqlite3.Connection) -> None:
        """Notes the end of those that were running when the server died."""
        rows = connection.execute(
            "SELECT * FROM runs WHERE status IN (?, ?)", UNFINISHED
        ).fetchall()
        with self._condition:
            interrupted = [
                record
                for record in map(_to_record, rows)
                if record.seq not in self._unwritten
            ]
        with connection:
            for record in interrupted:
                hint = _hint_of_interrupted(record)
                connection.execute(
                    "UPDATE runs SET status = ?, hint = ? WHERE seq = ?",
                    (INTERRUPTED, _pack_hint(hint), record.seq),
                )
                alive = hint.values.get("pids")
                _logger.warning(
                    f"The run {record.id} of {record.source}:{record.action} was "
                    "interrupted by the end of the server"
                    + (f"; it still goes on, as process {alive}" if alive else "")
                )
        last = connection.execute("SELECT max(seq) FROM runs").fetchone()[0]
        with self._condition:
            self._next_seq = max(self._next_seq, last or 0)

    ##~~ Reading

    def get(self, run_id: str) -> Optional[Record]:
        """One run, None if it is not known (any more)."""
        with self._condition:
            for run in self._unwritten.values():
                if run.id == run_id:
                    return run.record()
        rows = self._read("SELECT * FROM runs WHERE id = ?", (run_id,))
        return _to_record(rows[0]) if rows else None

    def output(self, record: Record) -> Output:
        """The output of a run."""
        with self._condition:
            run = self._unwritten.get(record.seq)
        if run is not None:
            return run.output
        rows = self._read("SELECT pieces FROM output WHERE seq = ?", (record.seq,))
        return StoredOutput(unpack(rows[0][0]) if rows else [], record.bytes)

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
        conditions = ["1"]
        values: list = []
        for column in ("source", "action"):
            if getattr(wanted, column) is not None:
                conditions.append(f"{column} = ?")
                values.append(getattr(wanted, column))
        if wanted.statuses is not None:
            conditions.append(f"status IN ({','.join('?' * len(wanted.statuses))})")
            values.extend(wanted.statuses)
        if before is not None:
            conditions.append("seq < ?")
            values.append(before)
        rows = self._read(
            f"SELECT * FROM runs WHERE {' AND '.join(conditions)} "
            "ORDER BY seq DESC LIMIT ?",
            # some of them are known better from memory
            (*values, limit + len(unwritten)),
        )
        records = map(_to_record, rows)
        found.extend(record for record in records if record.seq not in unwritten)
        found.sort(key=lambda record: record.seq, reverse=True)
        return found[:limit]

    def _read(self, sql: str, values: tuple) -> list[tuple]:
        self._opened.wait()
        with self._reader_lock:
            try:
                if self._reader is None:
                    if not os.path.exists(self._path):
                        return []
                    self._reader = self._connect()
                return self._reader.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                # what is in memory can be shown all the same
                self.warning = f"The history of runs cannot be read: {error}"
                _logger.warning(self.warning)
                if self._reader is not None:
                    self._reader.close()
                    self._reader = None
                return []


def _to_record(row: tuple) -> Record:
    fields = dict(zip(_COLUMNS, row))
    if fields["hint"]:
        fields["hint"] = Hint(*json.loads(fields["hint"]))
    return Record(**fields)


def _pack_hint(hint: Optional[Hint]) -> Optional[str]:
    return hint and json.dumps([hint.code, dict(hint.values)])


def _hint_of_interrupted(record: Record) -> Hint:
    alive: list[psutil.Process] = []
    if record.pid is not None:
        with contextlib.suppress(psutil.Error):
            alive = tree.find(record.id, record.pid, record.pid_created)
    if not alive:
        return Hint(HINT_INTERRUPTED)
    return Hint(INTERRUPTED_ALIVE, {"pids": ", ".join(sorted(str(p.pid) for p in alive))})
