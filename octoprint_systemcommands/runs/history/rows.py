"""Runs as rows of the database, and back.

A disk may give back something else than was written, and a later version may have written
what this one does not know. Each value is read by itself; a run says which of its values
could not be read.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Optional

from ...commands.toggles import OFF, ON
from ...messages import Message
from ..failure_hints import hints
from ..failure_hints.hints import Hint
from ..output.capture import MAX_OFFSET
from ..record import Record, Status
from ..request import RuleOrigin

# all that a record has but what is of no interest after the end
_STOPPING = Record._fields.index("stopping")
_FIELDS = Record._fields[:_STOPPING] + Record._fields[_STOPPING + 1 :]
# "to" is a word of SQL
COLUMNS = tuple("switched_to" if field == "to" else field for field in _FIELDS)

# nobody is shown these, so nobody misses them
_HIDDEN = ("seq", "account", "pid", "pid_created")

# seconds since the epoch that have a date
_FAR_FUTURE = 250_000_000_000

_ID = re.compile(r"[0-9a-f]{16}")


def to_row(record: Record) -> list[Any]:
    """The values of `COLUMNS`."""
    values = record._asdict()
    values["hint"] = pack_hint(record.hint)
    values["arguments"] = json.dumps(dict(record.arguments)) if record.arguments else None
    values["rule"] = record.rule and json.dumps(record.rule)
    values["reason"] = _pack_message(record.reason)
    values["waits_for"] = _pack_message(record.waits_for)
    return [_whole(values[field]) for field in _FIELDS]


def pack_hint(hint: Optional[Hint]) -> Optional[str]:
    """A hint as it is stored."""
    return hint and json.dumps([hint.code, dict(hint.values)])


def _pack_message(message: Optional[Message]) -> Optional[str]:
    return message and json.dumps([message.text, dict(message.values)], default=str)


def pack_memo(memo: Mapping[str, Any]) -> str:
    """A memo as it is stored."""
    return json.dumps(dict(memo))


def to_memo(value: Any) -> dict[str, Any]:
    """The inverse of `pack_memo`; empty if it cannot be read."""
    try:
        memo = _json(value)
    except (ValueError, RecursionError):
        return {}
    return memo if isinstance(memo, dict) else {}


def to_record(row: tuple) -> Record:
    """The run of a row with the values of `COLUMNS`, whatever stands in it."""
    values = []
    broken = []
    for (column, read, instead), value in zip(_HOW_TO_READ, row):
        try:
            values.append(read(value))
        except (ValueError, TypeError, KeyError, RecursionError):
            values.append(instead)
            broken.append(column)
    record = Record._make((*values[:_STOPPING], False, *values[_STOPPING:]))
    if "id" in broken:
        record = record._replace(id=id_of_place(record.seq))
    shown = [column for column in broken if column not in _HIDDEN]
    if shown:
        return record._replace(hint=Hint(hints.DAMAGED, {"fields": ", ".join(shown)}))
    return record


def id_of_place(seq: int) -> str:
    """What a run goes by whose id cannot be read."""
    return f"{seq % 2**64:016x}"


def place_of_id(run_id: str) -> Optional[int]:
    """The inverse of `id_of_place`; None if it is none of these."""
    if not _ID.fullmatch(run_id):
        return None
    seq = int(run_id, 16)
    return seq if seq < 2**63 else seq - 2**64


##~~ Values that are not what they should be are ValueErrors


def _id(value: Any) -> str:
    if not _ID.fullmatch(value):
        raise ValueError(value)
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(value)
    return value


def _status(value: Any) -> Status:
    return Status(value)


def _number(value: Any) -> int:
    if not isinstance(value, int):
        raise ValueError(value)
    return value


def _size(value: Any) -> int:
    if not 0 <= _number(value) < MAX_OFFSET:
        raise ValueError(value)
    return value


def _seconds(value: Any) -> float:
    # neither infinite nor no number at all
    if not isinstance(value, (int, float)) or not 0 <= value < _FAR_FUTURE:
        raise ValueError(value)
    return value


def _arguments(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    arguments = _json(value)
    if not isinstance(arguments, dict) or not all(
        shown is None or isinstance(shown, (str, int, float))
        for shown in arguments.values()
    ):
        raise ValueError(value)
    return arguments


def _hint(value: Any) -> Hint:
    code, values = _json(value)
    if not isinstance(values, dict) or not all(
        isinstance(text, str) for text in (code, *values.values())
    ):
        raise ValueError(value)
    return Hint(code, values)


def _direction(value: Any) -> str:
    if value not in (ON, OFF):
        raise ValueError(value)
    return value


def _rule(value: Any) -> RuleOrigin:
    rule_id, name, chain = _json(value)
    if not all(isinstance(text, str) for text in (rule_id, name, *chain)):
        raise ValueError(value)
    return RuleOrigin(rule_id, name, tuple(chain))


def _message(value: Any) -> Message:
    text, values = _json(value)
    if not isinstance(text, str) or not isinstance(values, dict):
        raise ValueError(value)
    message = Message(text, values)
    # whether its values are those that the text needs
    str(message)
    return message


def _json(value: Any) -> Any:
    # "NaN" and such are known to Python alone
    return json.loads(_text(value), parse_constant=_no_constant, parse_float=_finite)


def _finite(number: str) -> float:
    # what is too large for one is infinite
    if not math.isfinite(float(number)):
        raise ValueError(number)
    return float(number)


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _or_none(read: Callable[[Any], Any]) -> tuple[Callable[[Any], Any], Any]:
    return lambda value: None if value is None else read(value), None


# how to read a column, and what to show where that fails; others are a text or nothing
_TEXT = _or_none(_text)
_READERS: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "seq": (_number, 0),
    "id": (_id, ""),
    "source": (_text, ""),
    "action": (_text, ""),
    "name": (_text, ""),
    # nobody knows how it went
    "status": (_status, Status.INTERRUPTED),
    "exit_code": _or_none(_number),
    "trigger": (_text, Record._field_defaults["trigger"]),
    # nobody's account, since it is unknown whose
    "account": (_or_none(_text)[0], ""),
    "rule": _or_none(_rule),
    "arguments": (_arguments, {}),
    "reason": _or_none(_message),
    "due_at": _or_none(_seconds),
    "waits_for": _or_none(_message),
    "queued_at": (_seconds, None),
    "started_at": _or_none(_seconds),
    "finished_at": _or_none(_seconds),
    "duration": _or_none(_seconds),
    "bytes": (_size, 0),
    "kept": (_size, 0),
    "hint": _or_none(_hint),
    "pid": _or_none(_number),
    "pid_created": _or_none(_seconds),
    "switched_to": _or_none(_direction),
}
_HOW_TO_READ = [(column, *_READERS.get(column, _TEXT)) for column in COLUMNS]


def _whole(value: Any) -> Any:
    # half of a character, which YAML can write, is none that a file can hold
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return value
