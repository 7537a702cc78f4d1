"""The file of the history: recognised, made, brought up to date, or put out of the way."""

import contextlib
import os
import sqlite3
from collections.abc import Iterable
from urllib.parse import quote

_SCHEMA_VERSION = 8
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
    trigger TEXT NOT NULL,
    application TEXT,
    address TEXT,
    account TEXT,
    rule TEXT,
    arguments TEXT,
    stopped_by TEXT,
    reason TEXT,
    due_at REAL,
    waits_for TEXT,
    queued_at REAL NOT NULL,
    started_at REAL,
    finished_at REAL,
    duration REAL,
    bytes INTEGER NOT NULL,
    kept INTEGER NOT NULL,
    hint TEXT,
    pid INTEGER,
    pid_created REAL,
    switched_to TEXT,
    ended INTEGER,
    memo TEXT
);
CREATE INDEX runs_by_command ON runs (source, action, seq);
CREATE INDEX runs_by_status ON runs (status, seq);
CREATE INDEX runs_by_end ON runs (ended);
CREATE TABLE output (
    seq INTEGER PRIMARY KEY REFERENCES runs (seq) ON DELETE CASCADE,
    pieces BLOB NOT NULL,
    times BLOB
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
    4: "ALTER TABLE output ADD COLUMN times BLOB;",
    5: "ALTER TABLE runs RENAME COLUMN door TO trigger;",
    6: """
ALTER TABLE runs ADD COLUMN rule TEXT;
ALTER TABLE runs ADD COLUMN reason TEXT;
ALTER TABLE runs ADD COLUMN due_at REAL;
ALTER TABLE runs ADD COLUMN waits_for TEXT;
ALTER TABLE runs ADD COLUMN memo TEXT;
""",
    7: "ALTER TABLE runs ADD COLUMN switched_to TEXT;",
}

# what columns were called before, by their present names
_RENAMED = {"trigger": "door"}

# what there was not yet in some earlier version, and may be empty
_ADDED = (
    *("application", "address", "arguments", "stopped_by"),
    "account",
    *("rule", "reason", "due_at", "waits_for"),
    "switched_to",
)

# Damaged files that are kept beside the present one. A failing disk makes many; the first
# ones have the most in them.
MAX_SET_ASIDE = 5

# How long another program that is at the file is waited for, in s. Readers have somebody
# who waits for their answer, the writer has not.
_READ_TIMEOUT = 0.2
_WRITE_TIMEOUT = 1.0

# A run changes some dozen pages, and SQLite writes whole ones: with small ones that is a
# third of what it would be with 4096 bytes, and no list takes longer. Files that are there
# already keep theirs.
_PAGE_SIZE = 1024  # in bytes
# after how many written pages these are moved from the log into the file
_CHECKPOINT = 4000

# what belongs to one database
_SUFFIXES = ("", "-wal", "-shm")


class NewerVersion(Exception):
    """The file was made by a later version of the plugin, which is the one to change it."""


class TooManySetAside(Exception):
    """Nothing that was put out of the way before gives way to another one."""


def connect(path: str) -> sqlite3.Connection:
    """A connection for writing that survives what may happen to a Raspberry Pi."""
    connection = sqlite3.connect(path, timeout=_WRITE_TIMEOUT, check_same_thread=False)
    try:
        # has to come first
        connection.execute(f"PRAGMA page_size = {_PAGE_SIZE}")
        # With WAL, readers and the writer do not wait for each other. With FULL, what was
        # committed has survived when the power goes.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT}")
        connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def connect_for_reading(path: str) -> sqlite3.Connection:
    """A connection that changes nothing in the file."""
    return sqlite3.connect(
        f"file:{quote(os.fsencode(os.path.abspath(path)))}?mode=ro",
        uri=True,
        timeout=_READ_TIMEOUT,
        check_same_thread=False,
    )


def ensure_not_newer(path: str) -> None:
    """Raises `NewerVersion` if a file is not to be written to by this version. Does not
    change it."""
    if not os.path.exists(path) or not os.path.getsize(path):
        return
    with contextlib.closing(connect_for_reading(path)) as connection:
        version = _version(connection)
    if version > _SCHEMA_VERSION:
        raise NewerVersion(f"version {version}")


def bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Makes the tables, or what they lack.

    Raises:
        sqlite3.DatabaseError: it is no history of runs
    """
    version = _version(connection)
    if version == _SCHEMA_VERSION:
        return
    if version == 0:
        if connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            raise sqlite3.DatabaseError("it has tables, but no version")
        steps = [_SCHEMA]
    elif version in _MIGRATIONS:
        steps = [_MIGRATIONS[step] for step in range(version, _SCHEMA_VERSION)]
    else:
        raise sqlite3.DatabaseError(f"it has the unknown version {version}")
    with connection:
        connection.executescript(
            f"BEGIN; {''.join(steps)} PRAGMA user_version = {_SCHEMA_VERSION}; COMMIT;"
        )


def columns_in(connection: sqlite3.Connection, columns: Iterable[str]) -> list[str]:
    """Columns of ``runs``, as a file has them that cannot be brought up to date now, because
    its disk is full, say."""
    there = {row[1] for row in connection.execute("PRAGMA table_info(runs)")}
    return [
        column if column in there else _in_place_of(column, there) for column in columns
    ]


def _in_place_of(column: str, there: set[str]) -> str:
    if _RENAMED.get(column) in there:
        return f"{_RENAMED[column]} AS {column}"
    return f"NULL AS {column}" if column in _ADDED else column


def is_broken(error: Exception) -> bool:
    """Whether a database will never be readable again, which is not the disk's fault."""
    return type(error) is sqlite3.DatabaseError


def is_in_use(error: Exception) -> bool:
    """Whether another program keeps a database from being used."""
    return isinstance(error, sqlite3.OperationalError) and any(
        word in str(error) for word in ("locked", "busy", "locking protocol")
    )


def set_aside(path: str) -> str:
    """Moves a broken database out of the way; returns where to.

    Raises:
        TooManySetAside: there are as many as are kept
    """
    for number in range(1, MAX_SET_ASIDE + 1):
        aside = f"{path}.broken" + (f"-{number}" if number > 1 else "")
        if not any(os.path.lexists(aside + suffix) for suffix in _SUFFIXES):
            for suffix in _SUFFIXES:
                with contextlib.suppress(FileNotFoundError):
                    os.replace(path + suffix, aside + suffix)
            return aside
    raise TooManySetAside(path)


def remove_leftovers(path: str) -> None:
    """To be called when all connections to a file that is not at its path any more are
    closed. They leave their log of changes behind, and SQLite would make these changes to
    the file that is there now."""
    for suffix in _SUFFIXES[1:]:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path + suffix)


def identity(path: str) -> tuple[int, int]:
    """What tells a file from another one at the same path."""
    stat = os.stat(path)
    return stat.st_dev, stat.st_ino


def _version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]
