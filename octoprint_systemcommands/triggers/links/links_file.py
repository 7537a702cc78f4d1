"""The file with the links. None but OctoPrint's user can read it."""

import contextlib
import json
import logging
import os
from collections.abc import Sequence
from typing import Optional

from ...messages import N_, MessageError
from .link import Link, from_file

_logger = logging.getLogger("octoprint.plugins.systemcommands.triggers.links.links_file")

_VERSION = 1

# Bytes that are read: enough for all links that there can be
_MAX_SIZE = 8 * 1024 * 1024


class NotWritten(MessageError):
    """The file could not be written; it is as it was."""


class LinksFile:
    """Reads and writes it.

    Arguments:
        path: the file; made when there is something to keep
    """

    def __init__(self, path: str):
        self._path = path
        # of a later version, whose matter it is to change it
        self._is_newer = False
        # why nobody knows what is in it
        self._unreadable: Optional[OSError] = None

    def read(self) -> list[Link]:
        """All links in it. A file that is none is put aside; a link that is none is left
        out."""
        try:
            with open(self._path, encoding="utf-8") as file:
                data = json.loads(file.read(_MAX_SIZE))
            version, entries = data["version"], data["links"]
            if isinstance(version, int) and version > _VERSION:
                self._is_newer = True
                _logger.warning(
                    f"{self._path} is of a later version of this plugin; it is left alone, "
                    "and its links are not known until that is installed again"
                )
                return []
            if not isinstance(entries, list):
                raise TypeError('"links" is no list')
        except FileNotFoundError:
            return []
        except OSError as error:
            self._unreadable = error
            _logger.warning(
                f"Cannot read the links from {self._path}, so no link works until the next "
                f"start, and none can be made: {error}"
            )
            return []
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            _logger.warning(
                f"{self._path} is damaged, so no link works any more; it is kept as "
                f"{self._path}.broken: {error!r}"
            )
            with contextlib.suppress(OSError):
                os.replace(self._path, f"{self._path}.broken")
            return []
        return self._sound(entries)

    def _sound(self, entries: list) -> list[Link]:
        links = []
        for entry in entries:
            try:
                links.append(from_file(entry))
            except (ValueError, TypeError, OverflowError, OSError) as error:
                _logger.warning(f"A link in {self._path} is damaged: {error}")
        return links

    def write(self, links: Sequence[Link]) -> None:
        """Replaces what is in it.

        Raises:
            NotWritten
        """
        if self._is_newer:
            raise NotWritten(
                N_(
                    "The links are those of a later version of this plugin: install that "
                    "one again to change them"
                )
            )
        if self._unreadable is not None:
            # those that are in it would be lost
            raise _not_written(self._unreadable)
        temporary = f"{self._path}.new"
        try:
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                # what is left of another time may be readable by others
                os.unlink(temporary)
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(handle, "w", encoding="utf-8") as file:
                entries = [link._asdict() for link in links]
                json.dump({"version": _VERSION, "links": entries}, file)
                # else a file without content may be all that outlives a power failure
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self._path)
        except (OSError, ValueError) as error:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise _not_written(error) from error


def _not_written(error: Exception) -> NotWritten:
    return NotWritten(N_("The links could not be written: %(error)s"), error=error)
