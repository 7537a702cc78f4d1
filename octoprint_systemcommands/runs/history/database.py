"""The database of the history: SQLite, one file in the plugin's data folder."""

import contextlib
import functools
import logging
import os
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Optional

from ..output.capture import MAX_OFFSET, Damaged, StoredOutput, pack, unpack
from ..output.times import pack_marks, unpack_marks
from ..record import UNFINISHED, Record, Status
from ..request import Owner
from ..run import Run
from .retention import Limits, prune
from .rows import (
    COLUMNS,
    pack_hint,
    pack_memo,
    place_of_id,
    to_memo,
    to_record,
    to_row,
)
from .schema import (
    bring_up_to_date,
    columns_in,
    connect,
    connect_for_reading,
    ensure_not_newer,
    identity,
)

_logger = logging.getLogger("octoprint.plugins.systemcommands.runs.history.database")

# Where there are more, a disk has made them up. SQLite ends at 2**63, and none may come
# after that one.
MAX_SEQ = 2**50

# Gives a run its position in the order of the ends, which decides what is kept: one that
# has taken long is not old. Not the time of the end, since clocks are set back.
_NEXT_ENDED = (
    "(SELECT coalesce((SELECT ended FROM runs WHERE typeof(ended) = 'integer' "
    f"AND ended < {MAX_SEQ} ORDER BY ended DESC LIMIT 1), 0) + 1)"
)

# `Owner.owns`
_IS_THEIRS = "user = ? AND (account IS NULL OR account = ?)"

# What SQLite and its driver say of values that no table takes
_UNSTORABLE = (
    ValueError,
    TypeError,
    OverflowError,
    sqlite3.DataError,
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
)


class Filter(NamedTuple):
    """What to list; None means all.

    Attributes:
        source, action: of one command
        statuses: any of these
        user: started by somebody of this name
        owner: that are theirs
        with_rules: beside those of `owner`, those that a rule has begun
    """

    source: Optional[str] = None
    action: Optional[str] = None
    statuses: Optional[tuple[str, ...]] = None
    user: Optional[str] = None
    owner: Optional[Owner] = None
    with_rules: bool = False

    def matches(self, record: Record) -> bool:
        """Whether a run is to be listed."""
        return (
            (self.source is None or record.source == self.source)
            and (self.action is None or record.action == self.action)
            and (self.statuses is None or record.status in self.statuses)
            and (self.user is None or record.user == self.user)
            and (
                self.owner is None
                or self.owner.owns(record.owner)
                or (self.with_rules and record.rule is not None)
            )
        )


class _Open:
    """A file that is open. Everything may raise `sqlite3.Error`; the disk decides.

    Arguments:
        path: the file
        connection: to it

    Raises:
        OSError: if it is not there
    """

    def __init__(self, path: str, connection: sqlite3.Connection):
        self._path = path
        self._connection = connection
        # what is no text any more is shown as far as it is one
        connection.text_factory = functools.partial(
            str, encoding="utf-8", errors="replace"
        )
        try:
            self._file = identity(path)
        except BaseException:
            self.close()
            raise

    @property
    def _columns(self) -> str:
        # each time: the writer may bring the file up to date meanwhile
        return ",".join(columns_in(self._connection, COLUMNS))

    def is_in_place(self) -> bool:
        """Whether the open file is the one that others find at the path."""
        try:
            return identity(self._path) == self._file
        except OSError:
            return False

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()

    def get(self, run_id: str) -> Optional[Record]:
        """One run, None if it is not there."""
        select = f"SELECT {self._columns} FROM runs WHERE "
        row = self._connection.execute(f"{select} id = ?", (run_id,)).fetchone()
        if row is not None:
            return to_record(row)
        place = place_of_id(run_id)
        if place is not None:
            row = self._connection.execute(f"{select} seq = ?", (place,)).fetchone()
        record = row and to_record(row)
        return record if record and record.id == run_id else None

    def output(self, record: Record) -> StoredOutput:
        """The output of a run."""
        # all columns: one that cannot be brought up to date, on a full disk say, has no times
        row = self._connection.execute(
            "SELECT * FROM output WHERE seq = ?", (record.seq,)
        ).fetchone()
        if row is None:
            return StoredOutput([], record.bytes)
        times = unpack_marks(row[2], MAX_OFFSET) if len(row) > 2 else []
        try:
            return StoredOutput(unpack(row[1]), record.bytes, times=times)
        except Damaged as damaged:
            return StoredOutput(damaged.pieces, record.bytes, True, times)

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
            # the name is that of a column, or of what stands in for one
            rules = " OR rule IS NOT NULL" if wanted.with_rules else ""
            conditions.append(f"({_IS_THEIRS}{rules})")
            values.extend(wanted.owner)
        if before is not None:
            conditions.append("seq < ?")
            values.append(before)
        rows = self._connection.execute(
            f"SELECT {self._columns} FROM runs WHERE {' AND '.join(conditions)} "
            "ORDER BY seq DESC LIMIT ?",
            (*values, limit),
        )
        return [to_record(row) for row in rows]

    def last_seq(self) -> int:
        """The position of the newest run, 0 without any."""
        row = self._connection.execute(
            "SELECT seq FROM runs WHERE seq < ? ORDER BY seq DESC LIMIT 1", (MAX_SEQ,)
        ).fetchone()
        return max(0, row[0]) if row else 0


class ReadOnly(_Open):
    """The file for reading, be it of a later version.

    Arguments:
        path: the file, which has to be there
    """

    def __init__(self, path: str):
        super().__init__(path, connect_for_reading(path))


class Database(_Open):
    """The file for reading and writing.

    Arguments:
        path: the file; made if it does not exist

    Attributes:
        forgotten: the positions (``seq``) of those that the last write has forgotten

    Raises:
        OSError, sqlite3.Error: if it cannot be opened
        NewerVersion: if a later version has made it
    """

    def __init__(self, path: str):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        ensure_not_newer(path)
        # what commands write concerns nobody else on this machine; SQLite gives its other
        # files the same permissions
        with contextlib.suppress(FileExistsError):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        # also one that came from a backup
        with contextlib.suppress(OSError):
            os.chmod(path, 0o600)
        super().__init__(path, connect(path))
        self.forgotten: list[int] = []
        try:
            bring_up_to_date(self._connection)
        except BaseException:
            self.close()
            raise

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
            self.forgotten = prune(connection, limits)

    def pending(self, most: int) -> list[tuple[Record, dict[str, Any]]]:
        """The runs that are pending, the oldest first, with what whoever holds them needs.

        Arguments:
            most: how many at most
        """
        rows = self._connection.execute(
            f"SELECT {self._columns}, memo FROM runs WHERE status = ? ORDER BY seq LIMIT ?",
            (Status.PENDING, most),
        )
        return [(to_record(row[:-1]), to_memo(row[-1])) for row in rows]

    def end(self, record: Record) -> None:
        """Notes the end of a run that nobody has seen."""
        with self._connection as connection:
            connection.execute(
                "UPDATE runs SET status = ?, hint = ?, duration = NULL, "
                f"ended = {_NEXT_ENDED} WHERE seq = ?",
                (record.status, pack_hint(record.hint), record.seq),
            )

    def count(self, ids: Sequence[str]) -> int:
        """How many of these runs are in the file."""
        (count,) = self._connection.execute(
            f"SELECT COUNT(*) FROM runs WHERE id IN ({_places(ids)})", ids
        ).fetchone()
        return count

    def delete(self, seqs: Iterable[int], owner: Optional[Owner]) -> int:
        """Forgets runs; returns how many.

        Arguments:
            seqs: none of these
            owner: only theirs, if there is one
        """
        seqs = list(seqs)
        whose, values = ("1", ()) if owner is None else (_IS_THEIRS, owner)
        with self._connection as connection:
            return connection.execute(
                f"DELETE FROM runs WHERE seq NOT IN ({_places(seqs)}) AND {whose}",
                (*seqs, *values),
            ).rowcount


def _write(connection: sqlite3.Connection, run: Run, record: Record) -> None:
    # A file that was put back may have another run in this place, whose output must not be
    # taken for that of this one.
    connection.execute(
        "DELETE FROM runs WHERE seq = ? AND id <> ?", (record.seq, record.id)
    )
    ended = "NULL" if record.status in UNFINISHED else _NEXT_ENDED
    columns = (*COLUMNS, "memo")
    waiting = run.waiting if record.status is Status.PENDING else None
    memo = None if waiting is None else pack_memo(waiting.memo)
    connection.execute(
        f"INSERT INTO runs ({','.join(columns)}, ended) "
        f"VALUES ({_places(columns)}, {ended}) ON CONFLICT (seq) DO UPDATE SET "
        + ",".join(f"{column} = excluded.{column}" for column in (*columns, "ended")),
        (*to_row(record), memo),
    )
    if record.status not in UNFINISHED and record.kept:
        pieces, _ = run.output.pieces()
        connection.execute(
            "INSERT OR REPLACE INTO output (seq, pieces, times) VALUES (?, ?, ?)",
            (record.seq, pack(pieces), pack_marks(run.output.times())),
        )


def _places(values) -> str:
    return ",".join("?" * len(values))
