"""What rules and their commands learn of a command that has ended, with its output in a file."""

import logging
import os
import re
import threading
from collections.abc import Callable, Collection
from typing import Any, Optional

from ..runs.output.capture import Output, Piece
from ..runs.record import UNFINISHED, Record, Status
from .happening import Happening
from .reasons import RUN_ENDED

_logger = logging.getLogger("octoprint.plugins.systemcommands.triggers.run_ends")

# Files at a time; each has as much as is kept of an output
_MAX_FILES = 100

FILE = "output_file"

_RUN_ID = re.compile("[0-9a-f]{16}")


def happening_of(record: Record, chain: tuple[str, ...]) -> Optional[Happening]:
    """What the end of a run means.

    Arguments:
        record: the run
        chain: the rules that have led to it

    Returns:
        None if it has not ended, if somebody was trying something out, or if it was called
        off before it had begun
    """
    if record.status in UNFINISHED or record.trigger == "test":
        return None
    if record.status == Status.STOPPED and record.started_at is None:
        return None
    payload = {
        "id": record.id,
        "source": record.source,
        "action": record.action,
        "name": record.name,
        "to": record.to,
        "status": record.status.value,
        "exit_code": record.exit_code,
        "hint": record.hint and record.hint.code,
        "duration": record.duration,
        "user": record.user,
        "trigger": record.trigger,
    }
    return Happening(RUN_ENDED, payload, record.finished_at or 0.0, chain)


class OutputFiles:
    """Files with the output of runs, for the commands that run because of their end.

    Arguments:
        folder: is theirs alone
        output_of: the output of a run; None if it is not known
    """

    def __init__(self, folder: str, output_of: Callable[[str], Optional[Output]]):
        self._folder = folder
        self._output_of = output_of
        self._lock = threading.Lock()
        # by the id of the run that a file is for
        self._files: dict[str, str] = {}

    def write(self, happening: Happening, rule_id: str) -> Happening:
        """Writes the output of the run that has ended.

        Arguments:
            happening: what has happened
            rule_id: the rule that has a command run because of it

        Returns:
            the same with the path; as it was, if nothing could be written
        """
        run_id = str(happening.payload.get("id"))
        if _RUN_ID.fullmatch(run_id) is None:
            # who tries a rule out may say anything
            return happening
        with self._lock:
            if len(self._files) >= _MAX_FILES:
                _logger.warning(
                    "There are too many files with outputs, so none was written"
                )
                return happening
        path = os.path.join(self._folder, f"{run_id}-{rule_id}.txt")
        try:
            output = self._output_of(run_id)
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            pieces = [] if output is None else output.pieces()[0]
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
                file.writelines(_with_gaps(pieces))
        except Exception as error:
            _logger.warning(
                f"The output of the run {run_id} could not be written: {error}"
            )
            return happening
        return happening._replace(payload={**happening.payload, FILE: path})

    def give(self, happening: Happening, run_id: Optional[str]) -> None:
        """The file of a happening, if it has one, is for a run, until that has ended; None:
        for nobody."""
        path = happening.payload.get(FILE)
        if happening.kind != RUN_ENDED or not isinstance(path, str):
            return
        # payloads are anybody's
        if os.path.dirname(path) != self._folder:
            return
        if run_id is None:
            _remove(path)
            return
        with self._lock:
            earlier = self._files.get(run_id)
            self._files[run_id] = path
        if earlier is not None and earlier != path:
            _remove(earlier)

    def take_back(self, run_id: str) -> None:
        """A run has ended."""
        with self._lock:
            path = self._files.pop(run_id, None)
        if path is not None:
            _remove(path)

    def tidy_up(self, needed: Collection[Any]) -> None:
        """Removes what an earlier server has left, except for some paths."""
        with self._lock:
            needed = {*needed, *self._files.values()}
        try:
            names = os.listdir(self._folder)
        except OSError:
            # there is none
            return
        for name in names:
            path = os.path.join(self._folder, name)
            if path not in needed:
                _remove(path)


def _with_gaps(pieces: list[Piece]) -> list[bytes]:
    parts = []
    end = 0
    for piece in pieces:
        if piece.offset > end:
            parts.append(f"\n[... {piece.offset - end} bytes left out ...]\n".encode())
        parts.append(piece.data)
        end = piece.offset + len(piece.data)
    return parts


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError as error:
        _logger.debug(f"{path} could not be removed: {error}")
