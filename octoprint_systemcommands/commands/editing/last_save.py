"""Who has saved the definitions last, and when."""

import contextlib
import json
import logging
import os
import time
from datetime import datetime, timezone
from typing import Any, NamedTuple, Optional

from .. import file_format

_logger = logging.getLogger("octoprint.plugins.systemcommands.commands.editing.last_save")


class Saved(NamedTuple):
    """What is known of the definitions as they are.

    Attributes:
        etag: of the lists that were saved
        user: who has saved them; None if unknown
        saved_at: in seconds since the epoch
    """

    etag: str
    user: Optional[str]
    saved_at: float

    def to_json(self) -> dict[str, Any]:
        """For those who may edit definitions."""
        return {
            "user": self.user,
            "saved_at": datetime.fromtimestamp(self.saved_at, tz=timezone.utc).isoformat(
                timespec="seconds"
            ),
        }


class Unchanged(NamedTuple):
    """Somebody was about to save, and nothing came of it.

    Attributes:
        etag: of the lists, which are as they were
    """

    etag: str


class LastSave:
    """Remembers it, in a file.

    It is of no use for lists that somebody has changed elsewhere, in ``config.yaml`` for
    example. So it is asked about the lists that are there, and knows only those it has seen.

    Arguments:
        path: the file; made when there is something to remember
    """

    def __init__(self, path: str):
        self._path = path
        # the state of the file, and what is wrong with it, that the log tells of
        self._warned_of: Optional[tuple[Optional[int], str]] = None

    def of(self, etag: str) -> Optional[Saved]:
        """Who has saved the lists with this ETag; None if they were changed elsewhere."""
        try:
            fields = dict(file_format.read(self._path))
            fields.pop("version", None)
            saved = Saved(**fields)
            # a file need not be what it claims to be
            saved.to_json()
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, OverflowError, RecursionError) as error:
            self._warn(error)
            return None
        is_sound = saved.user is None or isinstance(saved.user, str)
        return saved if is_sound and saved.etag == etag else None

    def note(self, etag: str, user: Optional[str]) -> Saved:
        """Somebody has just saved."""
        saved = Saved(etag, user, time.time())
        temporary = self._path + ".new"
        try:
            file_format.ensure_may_be_replaced(self._path)
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            with open(temporary, "w", encoding="utf-8") as file:
                json.dump({"version": file_format.VERSION, **saved._asdict()}, file)
                # else a file without content may be all that outlives a power failure
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self._path)
        except (OSError, file_format.LaterVersion) as error:
            # the definitions are saved, which is what matters
            _logger.warning(f"Cannot write to {self._path} who has saved: {error}")
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        return saved

    def _warn(self, error: Exception) -> None:
        # each page that is opened asks, and the log need not tell as often
        try:
            changed_at: Optional[int] = os.stat(self._path).st_mtime_ns
        except OSError:
            changed_at = None
        state = (changed_at, str(error))
        if state != self._warned_of:
            self._warned_of = state
            _logger.warning(f"Cannot tell from {self._path} who has saved last: {error}")
