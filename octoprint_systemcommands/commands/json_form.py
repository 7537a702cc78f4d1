"""Entries of the configuration as JSON, and back without changing what JSON cannot say.

YAML knows dates, numbers as keys and more. An editor that gets an entry as JSON and sends
it back must not turn these into something else.
"""

import io
import json
import math
from typing import Any, Optional

import octoprint.util.yaml
import yaml

from .problems import N_

# Deeper is no configuration, and no recursion reaches its end
_MAX_DEPTH = 20

# Python refuses to write much larger numbers, which YAML can hold as hexadecimal ones
_MAX_BITS = 1024


def to_json(value: Any, depth: int = 0) -> Any:
    """What JSON can say of a value; what it cannot becomes text."""
    if depth > _MAX_DEPTH:
        return "…"
    if isinstance(value, dict):
        return {_key(key): to_json(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(item, depth + 1) for item in value]
    value = _writable(value)
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    return str(value)


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


def state(value: Any) -> str:
    """Changes whenever a value does, even one that contains itself."""
    try:
        return repr(value)
    except ValueError:
        return repr(to_json(value))


def fingerprint(value: Any) -> str:
    """The same for two values if an editor cannot tell them apart."""
    return json.dumps(to_json(value), sort_keys=True)


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


def unstorable(value: Any) -> Optional[str]:
    """Why a value from an editor cannot be written to the configuration, in words to be
    translated; None if it can."""
    try:
        # not with NaN and such, which are not equal to themselves
        before = json.dumps(value, sort_keys=True, allow_nan=False)
        if _depth(value) > _MAX_DEPTH:
            return N_("cannot be stored: it is nested too deeply")
        after = json.dumps(from_yaml(to_yaml(value)), sort_keys=True)
        if after == before and not _has_surrogates(value):
            return None
    except RecursionError:
        return N_("cannot be stored: it is nested too deeply")
    except (ValueError, TypeError, yaml.YAMLError):
        pass
    return N_("cannot be stored: it has numbers or characters that no file can hold")


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
