"""What OpenAPI and the editor say of definitions is what the models say."""

import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import octoprint_systemcommands
from octoprint_systemcommands.api.definition_schema import fields_for_forms, schemas
from octoprint_systemcommands.api.openapi import describe
from octoprint_systemcommands.commands.definition import MAX_TIMEOUT, Command
from octoprint_systemcommands.commands.parsing import parse_entry

SCHEMAS = describe("", "")["components"]["schemas"]
DEFINITION = SCHEMAS["Definition"]["properties"]
ARGUMENTS = ("Text", "Number", "Choice", "Toggle", "Secret", "File")


def names_of(model):
    return {field.alias or name for name, field in model.model_fields.items()}


def test_each_field_is_described():
    assert set(DEFINITION) == names_of(Command)
    for name, schema in schemas().items():
        for field, said in schema["properties"].items():
            assert said.get("description") or field == "type", (name, field)
            assert "title" not in said
            assert "anyOf" not in said


def test_the_fields_are_in_the_order_of_the_form():
    templates = Path(octoprint_systemcommands.__file__).parent / "templates"
    dialog = (templates / "systemcommands_command_dialog.jinja2").read_text("utf-8")
    # those that are more than an input are known by their sections' ids
    shown = re.findall(
        r'(?:field|text|flag|choice|line|seconds)\("(\w+)", _|systemcommands_label_(groups|environment|show_in|color|gcode_script)"'
        r"|snippets/systemcommands_command_(arguments)",
        dialog,
    )
    # the action identifies an entry, and comes first wherever it is not edited; what kind of
    # entry it is comes right after its name
    order = dict.fromkeys(
        ["action", "name", "type", *("".join(names) for names in shown)]
    )
    fields = fields_for_forms()["definition"]
    assert [field["name"] for field in fields] == list(order)


def test_each_type_of_argument_is_described():
    listed = SCHEMAS["Argument"]["discriminator"]["mapping"]
    assert set(schemas()) - {"Definition"} == {
        f"{name}{kind}" for name in ARGUMENTS for kind in ("Argument", "Field")
    }
    assert set(listed) == {name.lower() for name in ARGUMENTS}
    assert set(SCHEMAS["FormField"]["discriminator"]["mapping"]) == set(listed)


def test_limits_defaults_and_choices_are_those_of_the_models():
    assert DEFINITION["timeout"]["maximum"] == MAX_TIMEOUT
    assert DEFINITION["timeout"]["type"] == ["number", "null"]
    assert DEFINITION["when_busy"]["enum"] == [
        *("parallel", "queue", "refuse", "replace", None)
    ]
    for name, field in Command.model_fields.items():
        if field.default not in (None, "") and not field.is_required():
            said = DEFINITION[field.alias or name]
            if "default" in said:
                assert said["default"] == field.default
    assert DEFINITION["show_output"]["default"] == "on_failure"
    assert SCHEMAS["NumberArgument"]["properties"]["step"]["exclusiveMinimum"] == 0
    assert SCHEMAS["TextArgument"]["properties"]["max_length"]["default"] == 255


def test_forms_are_told_all_that_is_set():
    for name in ARGUMENTS:
        fields = SCHEMAS[f"{name}Field"]
        assert {"name", "type", "label", "required"} <= set(fields["required"])
    assert "max_length" in SCHEMAS["TextField"]["required"]
    assert "default" in SCHEMAS["ToggleField"]["required"]


def test_the_menu_has_the_same_limits_and_choices():
    menu = SCHEMAS["MenuCommand"]["properties"]
    for name in ("when_busy", "show_output", "while_printing"):
        assert [*menu[name]["enum"], None] == DEFINITION[name]["enum"]
    for name in ("exclusiveMinimum", "maximum"):
        assert menu["max_temperature"][name] == DEFINITION["max_temperature"][name]
    icon = Command.model_json_schema()["properties"]["icon"]["anyOf"][0]
    assert (menu["icon"]["pattern"], menu["icon"]["maxLength"]) == (
        icon["pattern"],
        icon["maxLength"],
    )
    assert menu["arguments"]["maxItems"] == DEFINITION["arguments"]["maxItems"]


@pytest.mark.parametrize(
    ("fields", "is_right"),
    [
        ({}, True),
        ({"timeout": MAX_TIMEOUT}, True),
        ({"timeout": MAX_TIMEOUT + 1}, False),
        ({"timeout": 0}, False),
        ({"timeout": None}, True),
        ({"max_temperature": 1001}, False),
        ({"when_busy": "replace"}, True),
        ({"when_busy": "never"}, False),
        ({"confirm": True}, True),
        ({"icon": "fas fa-camera"}, True),
        ({"groups": ["users"]}, True),
        ({"groups": ["users"] * 101}, False),
        ({"environment": {"A_B": "x"}}, True),
        ({"environment": {"A-B": "x"}}, False),
        ({"arguments": [{"name": "a", "type": "text", "max_length": 4096}]}, True),
        ({"arguments": [{"name": "a", "type": "text", "max_length": 4097}]}, False),
        ({"arguments": [{"name": "A", "type": "text"}]}, False),
        ({"arguments": [{"name": "a", "type": "choice", "choices": [1, "b"]}]}, True),
        ({"arguments": [{"name": "a", "type": "choice", "choices": []}]}, False),
        ({"arguments": [{"name": "a", "type": "number", "step": 0}]}, False),
        ({"arguments": [{"name": f"a{n}", "type": "file"} for n in range(21)]}, False),
    ],
)
def test_the_description_and_the_models_agree(fields, is_right):
    entry = {"action": "a", "name": "A", "command": "true", **fields}
    schema = {"$ref": "#/components/schemas/Definition"}
    validator = Draft202012Validator({"components": {"schemas": SCHEMAS}, **schema})

    assert validator.is_valid(entry) is is_right
    assert (parse_entry(entry)[1] == []) is is_right
