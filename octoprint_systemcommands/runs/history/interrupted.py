"""What was going on when the server died."""

import contextlib
import logging
from collections.abc import Container

import psutil

from ..failure_hints import hints
from ..failure_hints.hints import Hint
from ..log_lines import one_line
from ..processes import process_tree
from ..record import UNFINISHED, Record, Status
from .database import Database, Filter

_logger = logging.getLogger("octoprint.plugins.systemcommands.runs.history.interrupted")

# no more than this can have been active
_MOST = 1000


def note_interrupted(database: Database, known: Container[str]) -> None:
    """Notes the end of those that were running when the server died.

    Arguments:
        database: where they are
        known: the ids of those that this server has started
    """
    # what is pending has not begun, and goes on; the others in the order of their starts
    statuses = tuple(status for status in UNFINISHED if status is not Status.PENDING)
    for record in reversed(database.find(Filter(statuses=statuses), _MOST, None)):
        if record.id in known:
            continue
        hint = _hint_of_interrupted(record)
        database.end(record._replace(status=Status.INTERRUPTED, hint=hint))
        alive = hint.values.get("pids")
        _logger.warning(
            one_line(
                f"The run {record.id} of {record.source}:{record.action} was interrupted "
                "by the end of the server"
                + (f"; it still goes on, as process {alive}" if alive else "")
            )
        )


def _hint_of_interrupted(record: Record) -> Hint:
    alive: list[psutil.Process] = []
    # without file descriptors nothing is to be seen, and the end is to be noted all the same
    with contextlib.suppress(psutil.Error, OSError):
        session = process_tree.session_of(record.pid, record.pid_created)
        alive = process_tree.find(record.id, session)
    if not alive:
        return Hint(hints.INTERRUPTED)
    pids = ", ".join(str(pid) for pid in sorted(process.pid for process in alive))
    return Hint(hints.INTERRUPTED_ALIVE, {"pids": pids})
