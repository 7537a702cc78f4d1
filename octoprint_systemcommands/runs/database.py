"""The database of the history: SQLite, one file in the plugin's data folder."""

import contextlib
import json
import logging
import os
import sqlite3
import time
from collections.abc import Iterable
from typing import Any, NamedTuple, Optional

from .hints import Hint
from .output import StoredOutput, pack, unpack
from .run import UNFINISHED, Owner, Record, Run

_logger = logging.getLogger("octoprint.plugins.systemcommands.history")

_SCHEMA_VERSION = 4
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
    application TEXT,
    address TEXT,
    account TEXT,
    arguments TEXT,
    stopped_by TEXT,
    queued_at REAL NOT NULL,
    started_at REAL,
    finished_at REAL,
    duration REAL,
    bytes INTEGER NOT NULL,
    kept INTEGER NOT NULL,
    hint TEXT,
    pid INTEGER,
    pid_created REAL,
    ended INTEGER
);
CREATE INDEX runs_by_command ON runs (source, action, seq);
CREATE INDEX runs_by_status ON runs (status, seq);
CREATE INDEX runs_by_end ON runs (ended);
CREATE TABLE output (
    seq INTEGER PRIMARY KEY REFERENCES runs (seq) ON DELETE CASCADE,
    pieces BLOB NOT NULL
);
"""
# what a database of an earlier version lacks, by that version
_MIGRATIONS = {
    1: """
ALTER TABLE runs ADD COLUMN application TEXT;
ALTER TABLE runs ADD COLUMN address TEXT;
ALTER TABLE runs ADD COLUMN arguments TEXT;
ALTER TABLE runs ADD COLUMN stopped_by TEXT;
""",
    2: """
ALTER TABLE runs ADD COLUMN ended INTEGER;
UPDATE runs SET ended = seq WHERE status NOT IN ('queued', 'running');
UPDATE runs SET duration = NULL WHERE status = 'interrupted';
CREATE INDEX runs_by_end ON runs (ended);
""",
    3: "ALTER TABLE runs ADD COLUMN account TEXT;",
}
# Gives a run its position in the order of the ends, which decides what is kept: one that
# has taken long is not old. Not the time of the end, since clocks are set back.
_NEXT_ENDED = "(SELECT coalesce(max(ended), 0) + 1 FROM runs)"
# `Owner.owns`
_IS_THEIRS = "user = ? AND (account IS NULL OR account = ?)"
# all that a record has but what is of no interest after the end
_STOPPING = Record._fields.index("stopping")
_COLUMNS = Record._fields[:_STOPPING] + Record._fields[_STOPPING + 1 :]

# What SQLite and its driver say of values that no table takes
_UNSTORABLE = (
    ValueError,
    TypeError,
    OverflowError,
    sqlite3.DataError,
    sqlite3.IntegrityError,
)


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
        user: started by somebody of this name
        owner: that are theirs
    """

    source: Optional[str] = None
    action: Optional[str] = None
    statuses: Optional[tuple[str, ...]] = None
    user: Optional[str] = None
    owner: Optional[Owner] = None

    def matches(self, record: Record) -> bool:
        """Whether a run is to be listed."""
        return (
            (self.source is None or record.source == self.source)
            and (self.action is None or record.action == self.action)
            and (self.statuses is None or record.status in self.statuses)
            and (self.user is None or record.user == self.user)
            and (self.owner is None or self.owner.owns(record.owner))
        )


class Database:
    """An open connection. Everything may raise `sqlite3.Error`; the disk decides.

    Arguments:
        path: the file; made if it does not exist

    Raises:
        OSError, sqlite3.Error: if it cannot be opened
    """

    def __init__(self, path: str):
        self._path = path
        os.makedirs(os.path.dirname(path), exist_ok=True)
        # what commands write concerns nobody else on this machine; SQLite gives its other
        # files the same permissions
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        # also one that came from a backup
        with contextlib.suppress(OSError):
            os.chmod(path, 0o600)
        self._connection = connect(path)
        try:
            self._file = _identity(path)
            self._bring_up_to_date()
        except BaseException:
            self.close()
            raise

    def _bring_up_to_date(self) -> None:
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            steps = [_SCHEMA]
        elif version == _SCHEMA_VERSION:
            return
        elif version in _MIGRATIONS:
            steps = [_MIGRATIONS[step] for step in range(version, _SCHEMA_VERSION)]
        else:
            raise sqlite3.DatabaseError(f"it has the unknown version {version}")
        with self._connection:
            self._connection.executescript(
                f"BEGIN; {''.join(steps)} PRAGMA user_version = {_SCHEMA_VERSION}; COMMIT;"
            )

    def is_in_place(self) -> bool:
        """Whether the open file is the one that others find at the path."""
        try:
            return _identity(self._path) == self._file
        except OSError:
            return False

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()

    ##~~ Writing

    def write(self, runs: Iterable[tuple[Run, Record]], limits: Limits) -> None:
        """Writes the present state of runs and forgets what is more than is to be kept.

        A run that cannot be stored is left out, for the sake of the others.
        """
        with self._connection as connection:
            for run, record in runs:
                try:
                    _write(connection, run, record)
                except _UNSTORABLE as error:
                    _logger.warning(f"The run {record.id} cannot be kept: {error}")
            connection.execute(
                "DELETE FROM runs WHERE ended IS NOT NULL AND "
                "(coalesce(finished_at, queued_at) < ? OR ended <= "
                "(SELECT ended FROM runs ORDER BY ended DESC LIMIT 1 OFFSET ?))",
                (time.time() - limits.days * 86400, limits.runs),
            )

    def end(self, record: Record) -> None:
        """Notes the end of a run that nobody has seen."""
        with self._connection as connection:
            connection.execute(
                "UPDATE runs SET status = ?, hint = ?, duration = NULL, "
                f"ended = {_NEXT_ENDED} WHERE seq = ?",
                (record.status, _pack_hint(record.hint), record.seq),
            )

    def delete(self, last: int, seqs: Iterable[int], owner: Optional[Owner]) -> int:
        """Forgets runs; returns how many.

        Arguments:
            last: none that are newer than this
            seqs: and none of these
            owner: only theirs, if there is one
        """
        seqs = list(seqs)
        whose, values = ("1", ()) if owner is None else (_IS_THEIRS, owner)
        with self._connection as connection:
            return connection.execute(
                f"DELETE FROM runs WHERE seq <= ? AND seq NOT IN ({_places(seqs)}) "
                f"AND {whose}",
                (last, *seqs, *values),
            ).rowcount

    ##~~ Reading

    def get(self, run_id: str) -> Optional[Record]:
        """One run, None if it is not there."""
        rows = self._connection.execute(
            f"SELECT {','.join(_COLUMNS)} FROM runs WHERE id = ?", (run_id,)
        )
        row = rows.fetchone()
        return None if row is None else _to_record(row)

    def output(self, record: Record) -> StoredOutput:
        """The output of a run."""
        row = self._connection.execute(
            "SELECT pieces FROM output WHERE seq = ?", (record.seq,)
        ).fetchone()
        return StoredOutput([] if row is None else unpack(row[0]), record.bytes)

    def find(self, wanted: Filter, limit: int, before: Optional[int]) -> list[Record]:
        """Runs, the newest first, see `History.find`."""
        conditions = ["1"]
        values: list = []
        if wanted.source is not None:
            conditions.append("source = ?")
            values.append(wanted.source)
        if wanted.action is not None:
            conditions.append("action = ?")
            values.append(wanted.action)
        if wanted.statuses is not None:
            conditions.append(f"status IN ({_places(wanted.statuses)})")
            values.extend(wanted.statuses)
        if wanted.user is not None:
            conditions.append("user = ?")
            values.append(wanted.user)
        if wanted.owner is not None:
            conditions.append(_IS_THEIRS)
            values.extend(wanted.owner)
        if before is not None:
            conditions.append("seq < ?")
            values.append(before)
        rows = self._connection.execute(
            f"SELECT {','.join(_COLUMNS)} FROM runs WHERE {' AND '.join(conditions)} "
            "ORDER BY seq DESC LIMIT ?",
            (*values, limit),
        )
        return [_to_record(row) for row in rows]

    def last_seq(self) -> int:
        """The position of the newest run, 0 without any."""
        return self._connection.execute("SELECT max(seq) FROM runs").fetchone()[0] or 0


def connect(path: str) -> sqlite3.Connection:
    """A connection that survives what may happen to a Raspberry Pi."""
    connection = sqlite3.connect(path, timeout=10, check_same_thread=False)
    try:
        # With WAL, readers and the writer do not wait for each other. With FULL, what was
        # committed has survived when the power goes.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def is_broken(error: Exception) -> bool:
    """Whether a database will never be readable again, which is not the disk's fault."""
    return type(error) is sqlite3.DatabaseError


def set_aside(path: str) -> str:
    """Moves a broken database out of the way; returns where to. The one that has been there
    is gone: a failing disk breaks many."""
    aside = f"{path}.broken"
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(aside + suffix)
        with contextlib.suppress(FileNotFoundError):
            os.replace(path + suffix, aside + suffix)
    return aside


def remove_leftovers(path: str) -> None:
    """To be called when all connections to a file that is not at its path any more are
    closed. They leave their log of changes behind, and SQLite would make these changes to
    the file that is there now."""
    for suffix in ("-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path + suffix)


def _identity(path: str) -> tuple[int, int]:
    stat = os.stat(path)
    return stat.st_dev, stat.st_ino


def _write(connection: sqlite3.Connection, run: Run, record: Record) -> None:
    values = record._asdict()
    values["hint"] = _pack_hint(record.hint)
    values["arguments"] = json.dumps(dict(record.arguments)) if record.arguments else None
    # A file that was put back may have another run in this place, whose output must not be
    # taken for that of this one.
    connection.execute(
        "DELETE FROM runs WHERE seq = ? AND id <> ?", (record.seq, record.id)
    )
    ended = "NULL" if record.status in UNFINISHED else _NEXT_ENDED
    connection.execute(
        f"INSERT INTO runs ({','.join(_COLUMNS)}, ended) "
        f"VALUES ({_places(_COLUMNS)}, {ended}) ON CONFLICT (seq) DO UPDATE SET "
        + ",".join(f"{column} = excluded.{column}" for column in (*_COLUMNS, "ended")),
        [_whole(values[column]) for column in _COLUMNS],
    )
    if record.status not in UNFINISHED and record.kept:
        pieces, _ = run.output.pieces()
        connection.execute(
            "INSERT OR REPLACE INTO output VALUES (?, ?)", (record.seq, pack(pieces))
        )


def _whole(value: Any) -> Any:
    # half of a character, which YAML can write, is none that a file can hold
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return value


def _to_record(row: tuple) -> Record:
    record = Record._make((*row[:_STOPPING], False, *row[_STOPPING:]))
    return record._replace(
        hint=record.hint and Hint(*json.loads(record.hint)),
        arguments=json.loads(record.arguments) if record.arguments else {},
    )


def _pack_hint(hint: Optional[Hint]) -> Optional[str]:
    return hint and json.dumps([hint.code, dict(hint.values)])


def _places(values) -> str:
    return ",".join("?" * len(values))
