"""The fields of definitions for OpenAPI, made from the models that check them.

What may be written is more than what comes of it: people copy whole classes of Font Awesome,
for example, of which the name of the icon is left. Where that is so, it is said here.
"""

import functools
from typing import Any, get_args

from ..commands.arguments.types import Argument
from ..commands.definition import UNUSED, Command

# of a definition as it is written; None: nothing
_AS_WRITTEN: dict[str, dict[str, Any]] = {
    "action": {"minLength": None},
    "command": {"pattern": None},
    "working_directory": {"pattern": None},
    "confirm": {"type": ["string", "boolean", "null"]},
    "icon": {"pattern": None, "maxLength": None},
    "environment": {
        "patternProperties": None,
        "propertyNames": {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"},
        "additionalProperties": {"type": "string"},
    },
    "arguments": {"items": {"$ref": "#/components/schemas/Argument"}},
}
_CHOICES_AS_WRITTEN = {
    "oneOf": [
        {"type": ["string", "number"]},
        {
            "type": "object",
            "required": ["value"],
            "properties": {
                "value": {"type": ["string", "number"]},
                "label": {"type": "string"},
            },
        },
    ]
}
_CHOICES_IN_FORMS = {
    "type": "object",
    "required": ["value", "label"],
    "properties": {"value": {"type": "string"}, "label": {"type": "string"}},
}
# these follow from the others
_NO_DEFAULT = ("name", "label", "required")


def schemas() -> dict[str, dict[str, Any]]:
    """What the models say about schemas of the description, by their names."""
    result = {"Definition": {"properties": _properties_of_definition()}}
    for model in _argument_types():
        name = model.__name__[: -len("Argument")]
        result[f"{name}Argument"] = _as_written(model)
        result[f"{name}Field"] = _in_forms(model)
    return result


@functools.lru_cache(maxsize=1)
def fields_for_forms() -> dict[str, Any]:
    """What the editor's forms have to know of the models: the fields of a definition
    (``definition``: ``[{name, type, enum, default, maxItems}]``) and of each type of argument
    (``arguments``: ``[{type, fields: [{name, type, maxLength}]}]``), in their order, and the
    fields that each type of command has no use for (``unused``: ``[{type, fields}]``)."""
    # lists, since templates sort what has keys
    return {
        "definition": _fields_for_form(_properties_of_definition()),
        "arguments": [
            {
                "type": schema["properties"]["type"]["const"],
                "fields": _fields_for_form(schema["properties"]),
            }
            for schema in map(_as_written, _argument_types())
        ],
        "unused": [{"type": type_, "fields": names} for type_, names in UNUSED.items()],
    }


def _fields_for_form(properties: dict[str, Any]) -> list[dict[str, Any]]:
    wanted = ("type", "enum", "default", "maxItems", "maxLength")
    return [
        {"name": name, **{key: field[key] for key in wanted if key in field}}
        for name, field in properties.items()
    ]


def _argument_types() -> tuple[Any, ...]:
    union, *_ = get_args(Argument)
    return get_args(union)


def _properties_of_definition() -> dict[str, Any]:
    result = {}
    for name, schema in Command.model_json_schema()["properties"].items():
        field = {**_plain(name, schema), **_AS_WRITTEN.get(name, {})}
        # what is null counts as not set
        if "enum" in field:
            field["enum"] = [*field["enum"], None]
            del field["type"]
        elif isinstance(field["type"], str):
            field["type"] = [field["type"], "null"]
        result[name] = _without_nothing(field)
    return result


def _as_written(model: Any) -> dict[str, Any]:
    schema = model.model_json_schema()
    properties = _properties_of_argument(schema)
    if "choices" in properties:
        properties["choices"]["items"] = _CHOICES_AS_WRITTEN
    return {"required": schema["required"], "properties": properties}


def _in_forms(model: Any) -> dict[str, Any]:
    schema = model.model_json_schema()
    properties = _properties_of_argument(schema)
    if "choices" in properties:
        properties["choices"]["items"] = _CHOICES_IN_FORMS
    # a form is told all that is set
    always = {"name", "type", "label", "required", *schema["required"]}
    always |= {name for name, field in properties.items() if "default" in field}
    for field in properties.values():
        field.pop("default", None)
    required = [name for name in properties if name in always]
    return {"required": required, "properties": properties}


def _properties_of_argument(schema: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _without_nothing(_plain(name, field))
        for name, field in schema["properties"].items()
    }


def _plain(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a field as people would write it, without what pydantic adds."""
    field = {**schema, "title": None}
    if field.get("default") in (None, "") or name in _NO_DEFAULT:
        field["default"] = None
    for kind in field.pop("anyOf", ()):
        field.update(_of_number(kind) if "anyOf" in kind else {})
        if kind.get("type") not in (None, "null"):
            # of whole numbers and others, the latter are all of them
            field.update(kind)
    if "const" in field:
        field["type"] = None
    return field


def _of_number(kind: dict[str, Any]) -> dict[str, Any]:
    # what pydantic has no word for in a union
    return {"type": "number", "exclusiveMinimum": kind.get("gt")}


def _without_nothing(field: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in field.items() if value is not None}
