"""Entries of the configuration as JSON, and back without changing what JSON cannot say.

YAML knows dates, numbers as keys and more. An editor that gets an entry as JSON and sends
it back must not turn these into something else.
"""

import json
import math
from typing import Any, Optional

import yaml

# Deeper is no configuration, and no recursion reaches its end
_MAX_DEPTH = 20


def to_json(value: Any, depth: int = 0) -> Any:
    """What JSON can say of a value; what it cannot becomes text."""
    if depth > _MAX_DEPTH:
        return "…"
    if isinstance(value, dict):
        return {str(key): to_json(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(item, depth + 1) for item in value]
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    return str(value)


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
        keys = {str(key): key for key in old}
        return {
            keys.get(key, key): restored(item, old[keys[key]], depth + 1)
            if key in keys
            else item
            for key, item in new.items()
        }
    if isinstance(new, list) and isinstance(old, (list, tuple)):
        return [
            restored(item, old[index], depth + 1) if index < len(old) else item
            for index, item in enumerate(new)
        ]
    return new


def unstorable(value: Any, depth: int = 0) -> Optional[str]:
    """Why a value from an editor cannot be written to the configuration; None if it can."""
    if depth > _MAX_DEPTH:
        return "it is nested too deeply"
    if isinstance(value, dict):
        parts = [*value, *value.values()]
    elif isinstance(value, list):
        parts = value
    else:
        return _unstorable_scalar(value)
    reasons = (unstorable(part, depth + 1) for part in parts)
    return next(filter(None, reasons), None)


def _unstorable_scalar(value: Any) -> Optional[str]:
    if isinstance(value, float) and not math.isfinite(value):
        return "it has a number that is none"
    if isinstance(value, str):
        try:
            same = yaml.safe_load(yaml.safe_dump(value, allow_unicode=True)) == value
        except (yaml.YAMLError, UnicodeError):
            same = False
        if not same:
            return "it has characters that cannot be stored"
    return None
