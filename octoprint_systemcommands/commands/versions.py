"""The lists of definitions as they were before they were changed."""

import contextlib
import logging
import os
import time
from typing import Any, NamedTuple, Optional

import yaml

_logger = logging.getLogger("octoprint.plugins.systemcommands.commands")

_KEPT = 10


class Version(NamedTuple):
    """A list that was replaced.

    Attributes:
        saved_at: when it was replaced, in seconds since the epoch
        user: who did that; None if unknown
        definitions: the list
    """

    saved_at: float
    user: Optional[str]
    definitions: list[Any]


class Versions:
    """The last few lists, in a file.

    Arguments:
        path: the file; made when there is something to keep
    """

    def __init__(self, path: str):
        self._path = path

    def all(self) -> list[Version]:
        """The versions, the newest first."""
        try:
            with open(self._path, encoding="utf-8") as file:
                content = yaml.safe_load(file)
            return [Version(**version) for version in content]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, yaml.YAMLError) as error:
            _logger.warning(f"The previous versions in {self._path} are lost: {error}")
            return []

    def add(self, definitions: list[Any], user: Optional[str]) -> None:
        """Keeps a list that is about to be replaced.

        Raises:
            OSError: if it cannot be written
        """
        versions = [Version(time.time(), user, definitions), *self.all()][:_KEPT]
        os.makedirs(os.path.dirname(self._path), exist_ok=True)
        temporary = self._path + ".new"
        try:
            with open(temporary, "w", encoding="utf-8") as file:
                yaml.safe_dump(
                    [version._asdict() for version in versions],
                    file,
                    allow_unicode=True,
                    sort_keys=False,
                )
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self._path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
