"""The lists of definitions as they were before they were changed."""

import contextlib
import logging
import os
import time
from collections.abc import Sequence
from typing import Any, NamedTuple, Optional

import yaml

from .json_form import fingerprint, from_yaml, to_yaml

_logger = logging.getLogger("octoprint.plugins.systemcommands.commands")

_KEPT = 10


class Version(NamedTuple):
    """A list that was replaced.

    Attributes:
        saved_at: when it was replaced, in seconds since the epoch
        user: who did that; None if unknown
        definitions: the list
        system_actions: OctoPrint's list at that time
    """

    saved_at: float
    user: Optional[str]
    definitions: list[Any]
    system_actions: Sequence[Any] = ()

    @property
    def is_sound(self) -> bool:
        """Whether it is what it claims to be, which a file need not be."""
        return (
            isinstance(self.saved_at, (int, float))
            and (self.user is None or isinstance(self.user, str))
            and isinstance(self.definitions, list)
            and isinstance(self.system_actions, (list, tuple))
        )


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
                content = from_yaml(file.read())
            versions = [Version(**version) for version in content]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, RecursionError, yaml.YAMLError) as error:
            _logger.warning(f"The previous versions in {self._path} are lost: {error}")
            return []
        return [version for version in versions if version.is_sound]

    def add(
        self, definitions: list[Any], system_actions: list[Any], user: Optional[str]
    ) -> None:
        """Keeps lists that are about to be replaced, unless they are kept already.

        Raises:
            OSError, yaml.YAMLError: if they cannot be written
        """
        versions = self.all()
        new = Version(time.time(), user, definitions, list(system_actions))
        if versions and _content(versions[0]) == _content(new):
            return
        os.makedirs(os.path.dirname(self._path), exist_ok=True)
        text = to_yaml([version._asdict() for version in [new, *versions][:_KEPT]])
        temporary = self._path + ".new"
        try:
            with open(temporary, "w", encoding="utf-8", opener=_for_us_alone) as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if not versions and os.path.exists(self._path):
                # not readable, but perhaps for somebody
                os.replace(self._path, self._path + ".broken")
            os.replace(temporary, self._path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise


def _for_us_alone(path: str, flags: int) -> int:
    # there are command lines in it, as in config.yaml, which nobody else can read either
    return os.open(path, flags, 0o600)


def _content(version: Version) -> str:
    return fingerprint([version.definitions, list(version.system_actions)])
