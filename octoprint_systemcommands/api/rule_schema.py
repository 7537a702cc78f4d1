"""The fields of rules for OpenAPI: what they mean is said by the models that check them, how
they are written here."""

from typing import Any

from ..triggers.rules.rule import Rule, Until, Wait
from ..triggers.rules.when import When

_TEXT = {"type": ["string", "null"]}
_FLAG = {"type": ["boolean", "null"]}
_SOURCE = {"enum": ["custom", "core", None]}
_DURATION = {"type": ["string", "number", "null"], "examples": ["10 min", "90 s", 90]}
_SCALAR = {"type": ["string", "number", "boolean"]}
_STATUS = ["succeeded", "failed", "stopped", "timed_out"]

_AS_WRITTEN: dict[Any, dict[str, Any]] = {
    Rule: {
        "id": {"type": "string", "pattern": "^[a-z0-9_-]+$", "maxLength": 64},
        "name": {**_TEXT, "maxLength": 200},
        "enabled": _FLAG,
        "when": {"$ref": "#/components/schemas/RuleWhen"},
        "if": {
            "type": ["object", "null"],
            "maxProperties": 20,
            "additionalProperties": {
                "anyOf": [
                    _SCALAR,
                    {"type": "array", "minItems": 1, "maxItems": 50, "items": _SCALAR},
                ]
            },
            "examples": [{"origin": "local", "file": "*.gcode"}],
        },
        "wait": {"anyOf": [{"$ref": "#/components/schemas/RuleWait"}, {"type": "null"}]},
        "cancelled_by": {
            "type": ["array", "string", "null"],
            "maxItems": 20,
            "items": {"type": "string"},
        },
        "run": {"type": "string", "minLength": 1, "maxLength": 100},
        "source": _SOURCE,
        "arguments": {"$ref": "#/components/schemas/Values"},
        "confirmed": _FLAG,
    },
    When: {
        "event": {**_TEXT, "maxLength": 100},
        "schedule": {**_TEXT, "examples": ["daily 07:30", "every 15 min"]},
        "cron": {**_TEXT, "examples": ["0 4 * * 1"]},
        "run": {**_TEXT, "maxLength": 100},
        "action": {**_TEXT, "maxLength": 100},
        "status": {
            "anyOf": [
                {"enum": [*_STATUS, None]},
                {"type": "array", "items": {"enum": _STATUS}},
            ]
        },
        "source": _SOURCE,
        "at_most": _DURATION,
        "settle": _DURATION,
    },
    Wait: {
        "for": _DURATION,
        "until": {
            "anyOf": [{"$ref": "#/components/schemas/RuleUntil"}, {"type": "null"}]
        },
        "at_most": _DURATION,
    },
    Until: {
        "max_temperature": {
            "type": ["number", "null"],
            "exclusiveMinimum": 0,
            "maximum": 1000,
        },
        "idle": _DURATION,
        "no_timelapse": _FLAG,
    },
}
_NAMES = {Rule: "Rule", When: "RuleWhen", Wait: "RuleWait", Until: "RuleUntil"}


def schemas() -> dict[str, dict[str, Any]]:
    """What the models say about schemas of the description, by their names."""
    return {
        _NAMES[model]: {
            "properties": {
                name: {"description": descriptions[name], **schema}
                for name, schema in fields.items()
            }
        }
        for model, fields in _AS_WRITTEN.items()
        for descriptions in [_descriptions(model)]
    }


def _descriptions(model: Any) -> dict[str, Any]:
    return {
        field.alias or name: field.description
        for name, field in model.model_fields.items()
    }
