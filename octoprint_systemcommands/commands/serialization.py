"""Entries of the configuration as JSON, and back without changing what JSON cannot say.

YAML knows dates, numbers as keys and more. An editor that gets an entry as JSON and sends
it back must not turn these into something else.
"""

import io
import json
import math
import pickle
from collections.abc import Iterator
from typing import Any, Optional

import octoprint.util.yaml
import yaml

from ..messages import N_

# Deeper is no configuration, and no recursion reaches its end
_MAX_DEPTH = 20

# More is no entry: references to references stand for more than fits into memory, or for
# themselves
_MAX_VALUES = 20_000
_MAX_CHARACTERS = 1024 * 1024

_CUT = "…"

_TRUTHS = {True: "on", False: "off"}

_SORTED = json.JSONEncoder(sort_keys=True)

# Longer ones are written in another way, by YAML
_MAX_PLAIN_KEY = 100

# Python refuses to write much larger numbers, which YAML can hold as hexadecimal ones
_MAX_BITS = 1024


class _TooMuch(Exception):
    """A value is larger than an entry can be."""


def to_json(value: Any) -> Any:
    """What JSON can say of an entry; what it cannot becomes text.

    Of one that does not fit (see `fits`) there are only the texts and numbers.
    """
    try:
        return _Expansion().of(value)
    except _TooMuch:
        if not isinstance(value, dict):
            return _CUT
    # these are as many as there are in the file
    return {_key(key): _json_of_part(item) for key, item in value.items()}


def fits(value: Any) -> bool:
    """Whether an entry is not larger than one can be, once its references are written out."""
    try:
        _Expansion().of(value)
    except _TooMuch:
        return False
    return True


def _json_of_part(value: Any) -> Any:
    if isinstance(value, (dict, list, tuple)):
        return _CUT
    return to_json(value)


class _Expansion:
    """One value as JSON, with all references in it written out."""

    def __init__(self) -> None:
        self._values = _MAX_VALUES
        self._characters = _MAX_CHARACTERS

    def of(self, value: Any, depth: int = 0) -> Any:
        self._values -= 1
        if self._values < 0 or self._characters < 0:
            raise _TooMuch
        if isinstance(value, str):
            self._characters -= len(value)
            return value
        if value is None or isinstance(value, bool):
            return value
        if depth > _MAX_DEPTH:
            return _CUT
        if isinstance(value, dict):
            return {
                self._key(key): self.of(item, depth + 1) for key, item in value.items()
            }
        if isinstance(value, (list, tuple)):
            return [self.of(item, depth + 1) for item in value]
        value = _writable(value)
        if isinstance(value, int):
            return value
        if isinstance(value, float) and math.isfinite(value):
            return value
        return self.of(str(value), depth)

    def _key(self, key: Any) -> str:
        key = _key(key)
        self._characters -= len(key)
        return key


def with_texts_for_truths(entry: Any) -> Any:
    """An entry with the fields ``on`` and ``off`` by their names: without quotes, YAML takes
    them for true and false. As it is, if there is nothing to be done."""
    # 1 and 0 are equal to these, and no fields
    if not isinstance(entry, dict) or not (True in entry or False in entry):
        return entry

    def named(key: Any) -> Any:
        name = _TRUTHS[key] if isinstance(key, bool) else key
        # what is there in quotes as well is not lost
        return key if name in entry else name

    return {named(key): value for key, value in entry.items()}


def with_writable_numbers(value: Any, depth: int) -> Any:
    """A value in which numbers that Python refuses to write are text.

    Arguments:
        value: what YAML has made, which may also contain itself
        depth: of how many lists and mappings inside each other to look at
    """
    if isinstance(value, dict) and depth:
        return {
            _writable(key): with_writable_numbers(item, depth - 1)
            for key, item in value.items()
        }
    if isinstance(value, list) and depth:
        return [with_writable_numbers(item, depth - 1) for item in value]
    return _writable(value)


def _writable(value: Any) -> Any:
    if type(value) is int and value.bit_length() > _MAX_BITS:
        return hex(value)
    return value


def _key(key: Any) -> str:
    return str(_writable(key))


def state(value: Any) -> bytes:
    """Changes whenever a value does; as large as the value in memory, even if it contains
    itself. Two equal values may have different ones."""
    try:
        return pickle.dumps(value)
    except RecursionError:
        # deeper than anything that is read of it
        return json.dumps(to_json(value)).encode()


def fingerprint(value: Any) -> str:
    """The same for two values if an editor cannot tell them apart."""
    return _SORTED.encode(to_json(value))


def restored(new: Any, old: Any, depth: int = 0) -> Any:
    """A value as it came from an editor, with all that was not changed as it was.

    Arguments:
        new: the value as JSON
        old: the value that `to_json` of was given to the editor, or another one
    """
    if depth > _MAX_DEPTH or fingerprint(new) == fingerprint(old):
        return old
    if isinstance(new, dict) and isinstance(old, dict):
        kept = {
            key: restored(new[_key(key)], item, depth + 1)
            for key, item in old.items()
            if _key(key) in new
        }
        added = {_key(key) for key in old}
        return {**kept, **{key: new[key] for key in new if key not in added}}
    if isinstance(new, list) and isinstance(old, (list, tuple)):
        return [
            restored(item, old[index], depth + 1) if index < len(old) else item
            for index, item in enumerate(new)
        ]
    return new


def to_yaml(value: Any) -> str:
    """A value as OctoPrint writes it into its configuration."""
    return octoprint.util.yaml.dump(value, pretty=True)


def from_yaml(text: str) -> Any:
    """A value as OctoPrint reads it from its configuration.

    Raises:
        yaml.YAMLError, ValueError, RecursionError
    """
    return octoprint.util.yaml.load_from_file(file=io.StringIO(text))


def is_json_in_yaml(value: Any) -> bool:
    """Whether JSON can say all of an entry, in a way that YAML understands as well."""
    return fits(value) and _is_json_in_yaml(value)


def _is_json_in_yaml(value: Any, depth: int = 0) -> bool:
    if isinstance(value, str):
        # half of a character is in no file
        return value.isascii() or not _has_surrogates(value)
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, dict):
        return depth < _MAX_DEPTH and all(
            isinstance(key, str)
            and len(key) <= _MAX_PLAIN_KEY
            and key.isprintable()
            and _is_json_in_yaml(item, depth + 1)
            for key, item in value.items()
        )
    if isinstance(value, list):
        return depth < _MAX_DEPTH and all(
            _is_json_in_yaml(item, depth + 1) for item in value
        )
    if isinstance(value, float):
        # in YAML, 1e+20 is a text
        return math.isfinite(value) and "e" not in repr(value)
    return type(value) is int and _writable(value) is value


def unstorable(value: Any) -> Optional[str]:
    """Why a value from an editor cannot be written to the configuration, in words to be
    translated; None if it can."""
    if not fits(value):
        return N_("cannot be stored: it is too large")
    try:
        if _depth(value) > _MAX_DEPTH:
            return N_("cannot be stored: it is nested too deeply")
        doubtful = list(_doubtful(value))
        # not with NaN and such, which are not equal to themselves
        before = json.dumps(doubtful, sort_keys=True, allow_nan=False)
        # writing and reading takes its time, and most entries have nothing to be tried
        if not doubtful:
            return None
        after = json.dumps(from_yaml(to_yaml(doubtful)), sort_keys=True)
        if after == before and not _has_surrogates(doubtful):
            return None
    except RecursionError:
        return N_("cannot be stored: it is nested too deeply")
    except (ValueError, TypeError, yaml.YAMLError):
        pass
    return N_("cannot be stored: it has numbers or characters that no file can hold")


def _doubtful(value: Any) -> Iterator[Any]:
    """The parts of a value that YAML might not hold, or might make something else of."""
    if isinstance(value, dict):
        for key, item in value.items():
            if not (
                isinstance(key, str) and len(key) <= _MAX_PLAIN_KEY and key.isprintable()
            ):
                yield {key: None}
            yield from _doubtful(item)
    elif isinstance(value, list):
        for item in value:
            yield from _doubtful(item)
    elif isinstance(value, str):
        if not _is_plain(value):
            yield value
    elif isinstance(value, float) or _writable(value) is not value:
        yield value


def _is_plain(text: str) -> bool:
    """Whether YAML holds a text, whatever stands in it: lines that can be printed, the
    first of which shows how far the others are indented."""
    if "\n" not in text:
        return text.isprintable()
    return not text[0].isspace() and all(map(str.isprintable, text.split("\n")))


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0


def _has_surrogates(value: Any) -> bool:
    # half of a character; files cannot hold it, though YAML can write it as an escape
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
        return False
    except UnicodeEncodeError:
        return True
