"""Where toggles were switched last that nobody can ask, in a file."""

import contextlib
import json
import logging
import os
from collections.abc import Mapping
from typing import Any, NamedTuple, Optional

from ..commands import file_format
from ..commands.toggles import OFF, ON

_logger = logging.getLogger("octoprint.plugins.systemcommands.states.assumed")


class Assumed(NamedTuple):
    """Where a toggle was switched last.

    Attributes:
        state: ``on`` or ``off``
        since: when, in seconds since the epoch
    """

    state: str
    since: float


class AssumedFile:
    """Remembers it over a restart.

    Arguments:
        path: the file; made when there is something to remember
    """

    def __init__(self, path: str):
        self._path = path
        # what is wrong with the file, that the log tells of
        self._warned_of: Optional[str] = None

    def read(self) -> dict[str, Assumed]:
        """What is in it, by action; what makes no sense is left out."""
        try:
            data = file_format.read(self._path)
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            _logger.warning(f"Cannot read from {self._path} what is on: {error}")
            return {}
        if not isinstance(data, dict):
            return {}
        # there was no version in it at first, only the toggles
        states = data.get("states") if isinstance(data.get("version"), int) else data
        entries = states.items() if isinstance(states, dict) else ()
        found = {action: _assumed(entry) for action, entry in entries}
        return {action: one for action, one in found.items() if one is not None}

    def write(self, assumed: Mapping[str, Assumed]) -> None:
        """Replaces what is in it. If it cannot be written, or is that of a later version, it
        stays as it is, and it is tried again the next time."""
        temporary = self._path + ".new"
        states = {name: one._asdict() for name, one in assumed.items()}
        try:
            file_format.ensure_may_be_replaced(self._path)
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            with open(temporary, "w", encoding="utf-8") as file:
                json.dump({"version": file_format.VERSION, "states": states}, file)
                # else a file without content may be all that outlives a power failure
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self._path)
            self._warned_of = None
        except (OSError, ValueError) as error:
            if str(error) != self._warned_of:
                self._warned_of = str(error)
                _logger.warning(
                    f"Cannot write to {self._path} what is on, which is not known any more "
                    f"after a restart: {error}"
                )
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def _assumed(entry: Any) -> Optional[Assumed]:
    if not isinstance(entry, dict) or entry.get("state") not in (ON, OFF):
        return None
    since = entry.get("since")
    if not isinstance(since, (int, float)) or isinstance(since, bool):
        return None
    # what is no time cannot be shown as one; this is in the year 9987
    return Assumed(entry["state"], since) if 0 <= since < 253_000_000_000 else None
