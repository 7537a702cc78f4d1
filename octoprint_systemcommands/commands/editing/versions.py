"""The lists of definitions as they were before they were changed."""

import contextlib
import json
import logging
import os
import re
import time
from collections.abc import Sequence
from typing import Any, NamedTuple, Optional

import yaml

from ..file_format import LaterVersion, ensure_not_later
from ..serialization import fingerprint, from_yaml, is_json_in_yaml, to_yaml

_logger = logging.getLogger("octoprint.plugins.systemcommands.commands.editing.versions")

_KEPT = 10

# where the items of the list begin: all else is indented
_ITEM = re.compile("^- ", re.MULTILINE)

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True)
# what YAML does not take as it is, though JSON does
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


class Version(NamedTuple):
    """A list that was replaced.

    Attributes:
        saved_at: when it was replaced, in seconds since the epoch
        user: who did that; None if unknown
        definitions: the list
        system_actions: OctoPrint's list at that time
        is_json: whether JSON says all of it
    """

    saved_at: float
    user: Optional[str]
    definitions: list[Any]
    system_actions: Sequence[Any] = ()
    is_json: bool = False

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
        self._has_told_of_later = False

    def all(self) -> list[Version]:
        """The versions, the newest first."""
        return [version for version, _ in self._read() if version is not None]

    def _read(self) -> list[tuple[Optional[Version], str]]:
        """The versions, the newest first, and how they are written; None for one that a later
        version of the plugin has written, which is kept for it."""
        try:
            with open(self._path, encoding="utf-8") as file:
                found = _parsed(file.read())
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, RecursionError, yaml.YAMLError) as error:
            _logger.warning(f"The previous versions in {self._path} are lost: {error}")
            return []
        later = sum(version is None for version, _ in found)
        if later and not self._has_told_of_later:
            self._has_told_of_later = True
            _logger.warning(
                f"{later} of the previous versions in {self._path} were written by a later "
                "version of this plugin. They are kept, and not shown."
            )
        return [item for item in found if item[0] is None or item[0].is_sound]

    def add(
        self, definitions: list[Any], system_actions: list[Any], user: Optional[str]
    ) -> None:
        """Keeps lists that are about to be replaced, unless they are kept already.

        Raises:
            OSError, yaml.YAMLError, RecursionError: if they cannot be written
        """
        versions = self._read()
        new = _written(Version(time.time(), user, definitions, system_actions))
        is_known = bool(versions) and versions[0][0] is not None
        if is_known and _lists_in(versions[0][1]) == _lists_in(new):
            return
        os.makedirs(os.path.dirname(self._path), exist_ok=True)
        kept = [new, *(text for _, text in versions)][:_KEPT]
        temporary = self._path + ".new"
        try:
            with open(temporary, "w", encoding="utf-8", opener=_for_us_alone) as file:
                file.writelines(kept)
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


def _parsed(content: str) -> list[tuple[Optional[Version], str]]:
    """The versions in a file, and how each is to be written from now on."""
    if content.startswith("- {"):
        with contextlib.suppress(ValueError):
            return [_item(item) for item in _ITEM.split(content)[1:]]
    # of an earlier build, or from somebody's hand
    return [
        (version, to_yaml([fields]) if version is None else _written(version))
        for version, fields in _from_yaml(content)
    ]


def _item(text: str) -> tuple[Optional[Version], str]:
    if text.startswith("{"):
        return _version(json.loads(text), is_json=True), f"- {text}"
    ((version, _),) = _from_yaml(f"- {text}")
    return version, f"- {text}"


def _from_yaml(content: str) -> list[tuple[Optional[Version], Any]]:
    """The versions, and what they are made of."""
    return [(_version(fields), fields) for fields in from_yaml(content)]


def _version(fields: Any, is_json: bool = False) -> Optional[Version]:
    """None if a later version of the plugin has written it."""
    if not isinstance(fields, dict):
        raise TypeError("a version has fields")
    try:
        ensure_not_later(fields)
    except LaterVersion:
        return None
    known = {name: value for name, value in fields.items() if name != "version"}
    return Version(**known, is_json=is_json)


def _written(version: Version) -> str:
    """A version as an item of a YAML list.

    It is JSON, which YAML takes as well, if nothing is lost by it: that is read and written
    a hundred times as fast.
    """
    entries = [*version.definitions, *version.system_actions]
    if not all(map(is_json_in_yaml, [*entries, version.user])):
        fields = {**version._asdict(), "system_actions": list(version.system_actions)}
        del fields["is_json"]
        return to_yaml([fields])
    definitions, system_actions = (
        ",".join(f"\n  {_ENCODER.encode(entry)}" for entry in listed)
        for listed in (version.definitions, version.system_actions)
    )
    text = (
        f'- {{"saved_at": {version.saved_at!r}, '
        f'"user": {_ENCODER.encode(version.user)}, '
        f'"definitions": [{definitions}], "system_actions": [{system_actions}]}}\n'
    )
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def _lists_in(text: str) -> Any:
    """The lists of a version, to be compared, of how it is written."""
    if text.startswith("- {"):
        return text.partition('"definitions": ')[2]
    ((version, _),) = _parsed(text)
    assert version is not None
    return [
        list(map(fingerprint, entries))
        for entries in (version.definitions, version.system_actions)
    ]
