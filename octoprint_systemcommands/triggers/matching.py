"""Which rules something that has happened concerns, and what is known of it."""

from collections.abc import Mapping
from typing import Any, Callable

from ..commands.toggles import of_direction
from ..runs.printer_state import PrinterState
from . import reasons
from .happening import Happening
from .rules.conditions import holds
from .rules.rule import Rule

# OctoPrint 2.0 has another name for the printer's own storage
_ORIGINS = {"printer": "sdcard"}


def is_for(rule: Rule, happening: Happening) -> bool:
    """Whether a rule waits for it; its conditions aside."""
    when, payload = rule.when, happening.payload
    if happening.kind == reasons.RUN_ENDED:
        return (
            when.run is not None
            and when.run in _names(payload)
            and when.source == payload.get("source")
            and (not when.status or payload.get("status") in when.status)
        )
    if happening.kind == reasons.ACTION:
        return when.action is not None and when.action == payload.get("action")
    if happening.kind == reasons.SCHEDULE:
        return rule.id == payload.get("rule")
    return when.event is not None and when.event == happening.kind


def _names(payload: Mapping[str, Any]) -> tuple[Any, Any]:
    """By which a rule may call what has ended: a toggle's action alone is for both
    directions."""
    action, to = payload.get("action"), payload.get("to")
    return action, None if to is None else of_direction(str(action), str(to))


def is_so(rule: Rule, happening: Happening, look: Callable[[], PrinterState]) -> bool:
    """Whether the conditions of a rule hold.

    Arguments:
        look: what the printer is doing, asked if that may matter
    """
    return not rule.if_ or holds(rule.if_, facts(happening.payload, look()))


def facts(payload: Mapping[str, Any], printer: PrinterState) -> dict[str, Any]:
    """What is known, by the names that conditions use: the payload, and beside it what the
    printer is doing: ``file``, ``origin``, ``state``, ``printing``, ``connected``."""
    file: Any = printer.file
    if isinstance(payload.get("path"), str):
        file = [payload["path"], payload.get("name")]
    origins = (payload.get(key) for key in ("origin", "target", "storage"))
    origin = next((origin for origin in origins if origin), printer.origin)
    return {
        "state": printer.state,
        "printing": printer.is_busy,
        "connected": printer.is_connected,
        "file": file,
        **payload,
        "origin": _ORIGINS.get(origin, origin) if isinstance(origin, str) else origin,
    }
