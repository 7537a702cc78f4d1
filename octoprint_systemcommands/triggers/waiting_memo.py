"""What the runner is told of a run that waits, with the memo of what the next server needs."""

import hashlib
from collections.abc import Mapping
from typing import Any

from ..runs.request import Waiting
from .happening import Happening, copied
from .rules.rule import Rule
from .waits import Verdict, WaitClock


def waiting(
    rule: Rule,
    happening: Happening,
    clock: WaitClock,
    verdict: Verdict,
    now: float,
    wall: float,
) -> Waiting:
    """What it is told.

    Arguments:
        rule, happening: which rule has fired, and because of what
        clock, verdict: the wait, and what becomes of it by now
        now, wall: the time by the monotonic clock and by the one on the wall
    """
    memo = {
        **clock.memo(now, wall),
        "rule": _fingerprint(rule),
        "kind": happening.kind,
        "payload": copied(happening.payload),
        "at": happening.at,
        "chain": list(happening.chain),
    }
    due_at = None if verdict.due_in is None else wall + verdict.due_in
    return Waiting(due_at, verdict.waits_for, memo)


def is_of(memo: Mapping[str, Any], rule: Rule) -> bool:
    """Whether a rule is still as it was when a memo was made; its name may have changed."""
    return memo.get("rule") == _fingerprint(rule)


def happening_in(memo: Mapping[str, Any]) -> Happening:
    """Because of what a run waits, as its memo has it."""
    at, chain = memo.get("at"), memo.get("chain")
    return Happening(
        str(memo.get("kind")),
        copied(memo.get("payload")),
        float(at) if isinstance(at, (int, float)) else 0.0,
        tuple(map(str, chain)) if isinstance(chain, list) else (),
    )


def _fingerprint(rule: Rule) -> str:
    text = rule.model_dump_json(by_alias=True, exclude={"name"})
    return hashlib.sha256(text.encode()).hexdigest()
