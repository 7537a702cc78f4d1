"""What OpenAPI says of rules is what the models say."""

import pytest
from jsonschema import Draft202012Validator

from octoprint_systemcommands.api.openapi import describe
from octoprint_systemcommands.triggers.events import MEANINGS
from octoprint_systemcommands.triggers.rules.parsing import parse_rule
from octoprint_systemcommands.triggers.rules.rule import Rule, Until, Wait
from octoprint_systemcommands.triggers.rules.when import When

SCHEMAS = describe("", "")["components"]["schemas"]
LEAST = {"id": "a", "when": {"event": "print_ended"}, "run": "power-off"}


@pytest.mark.parametrize(
    ("name", "model"),
    [("Rule", Rule), ("RuleWhen", When), ("RuleWait", Wait), ("RuleUntil", Until)],
)
def test_each_field_is_described(name, model):
    fields = SCHEMAS[name]["properties"]

    assert set(fields) == {
        field.alias or name for name, field in model.model_fields.items()
    }
    assert all(field["description"] for field in fields.values())


def test_the_groups_of_what_happens_are_described():
    said = SCHEMAS["Happenings"]["properties"]["kinds"]["items"]["properties"]["group"]
    assert set(said["enum"]) == {*MEANINGS.values(), "octoprint"}


@pytest.mark.parametrize(
    ("fields", "is_right"),
    [
        ({}, True),
        (SCHEMAS["Rule"]["examples"][0], True),
        ({"x-mine": 1}, True),
        ({"name": "x" * 201}, False),
        ({"id": "A"}, False),
        ({"id": "x" * 65}, False),
        ({"enabled": None}, True),
        ({"enabled": "perhaps"}, False),
        ({"source": "core"}, True),
        ({"source": "plugin"}, False),
        ({"when": {"run": "a", "status": "failed"}}, True),
        ({"when": {"run": "a", "status": ["failed", "stopped"]}}, True),
        ({"when": {"run": "a", "status": "running"}}, False),
        ({"when": {"event": "a", "events": "b"}}, False),
        ({"when": {"event": "before_connect", "settle": "2 s"}}, True),
        ({"when": {"event": "before_connect", "settle": None}}, True),
        ({"if": {"file": "*.gcode", "size": 0, "done": True}}, True),
        ({"if": {"file": ["a", 5]}}, True),
        ({"if": {"file": []}}, False),
        ({"if": {"file": None}}, False),
        ({"if": {str(n): n for n in range(21)}}, False),
        ({"wait": {"for": 5, "until": {"no_timelapse": True}}}, True),
        ({"wait": {"fro": 5}}, False),
        ({"wait": {"for": []}}, False),
        ({"wait": {"until": {"max_temperature": 0}}}, False),
        ({"wait": {"until": {"max_temperature": 1001}}}, False),
        ({"wait": {"until": {"temperature": 50}}}, False),
        ({"cancelled_by": "print_started"}, True),
        ({"cancelled_by": []}, True),
        ({"cancelled_by": ["a"] * 21}, False),
        ({"arguments": {"a": None, "b": 5, "c": "x", "d": True}}, True),
        ({"arguments": []}, False),
    ],
)
def test_the_description_and_the_models_agree(fields, is_right):
    entry = {**LEAST, **fields}
    schema = {"$ref": "#/components/schemas/Rule"}
    validator = Draft202012Validator({"components": {"schemas": SCHEMAS}, **schema})
    errors = [str(error.message) for error in validator.iter_errors(entry)]
    rule, problems = parse_rule(entry)

    assert (errors == []) is is_right, errors
    # what is only kept is a warning
    assert (rule is not None and all(p.field == "x-mine" for p in problems)) is is_right
