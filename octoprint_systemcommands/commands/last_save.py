"""Who has saved the definitions last, and when."""

import contextlib
import json
import logging
import os
import time
from datetime import datetime, timezone
from typing import Any, NamedTuple, Optional

_logger = logging.getLogger("octoprint.plugins.systemcommands.commands")


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


class LastSave:
    """Remembers it, in a file.

    It is of no use for lists that somebody has changed elsewhere, in ``config.yaml`` for
    example. So it is asked about the lists that are there, and knows only those it has seen.

    Arguments:
        path: the file; made when there is something to remember
    """

    def __init__(self, path: str):
        self._path = path

    def of(self, etag: str) -> Optional[Saved]:
        """Who has saved the lists with this ETag; None if they were changed elsewhere."""
        try:
            with open(self._path, encoding="utf-8") as file:
                saved = Saved(**json.load(file))
            # a file need not be what it claims to be
            saved.to_json()
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, OverflowError, RecursionError) as error:
            _logger.warning(f"Cannot tell from {self._path} who has saved last: {error}")
            return None
        is_sound = saved.user is None or isinstance(saved.user, str)
        return saved if is_sound and saved.etag == etag else None

    def note(self, etag: str, user: Optional[str]) -> Saved:
        """Somebody has just saved."""
        saved = Saved(etag, user, time.time())
        temporary = self._path + ".new"
        try:
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            with open(temporary, "w", encoding="utf-8") as file:
                json.dump(saved._asdict(), file)
            os.replace(temporary, self._path)
        except OSError as error:
            # the definitions are saved, which is what matters
            _logger.warning(f"Cannot write to {self._path} who has saved: {error}")
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        return saved
