"""What the page and the server have to say alike; see tests/js."""

import json
from pathlib import Path

import pytest
from test_arguments import refused, taken

from octoprint_systemcommands.commands.definition import TYPES, UNUSED, Command
from octoprint_systemcommands.triggers.events import MEANINGS
from octoprint_systemcommands.triggers.rules.when import CONNECTING, IMMEDIATE

VALUES = json.loads((Path(__file__).parents[1] / "values.json").read_text("utf-8"))


@pytest.mark.parametrize(("argument", "value", "problem"), VALUES["cases"])
def test_the_page_and_the_server_agree(argument, value, problem):
    if problem:
        assert refused(argument, value) == f'"x" {problem}'
    else:
        taken(argument, value)


def test_each_type_does_without_the_same_fields():
    assert tuple(VALUES["unused"]) == TYPES
    assert {type_: set(names) for type_, names in VALUES["unused"].items()} == {
        type_: set(names) for type_, names in UNUSED.items()
    }
    fields = {field.alias or name for name, field in Command.model_fields.items()}
    assert {name for names in UNUSED.values() for name in names} <= fields


def test_rules_begin_with_the_same_happenings():
    groups = {group: set(keys) for group, keys in VALUES["happenings"].items()}
    assert groups == {
        group: {key for key, of in MEANINGS.items() if of == group}
        for group in MEANINGS.values()
    }
    assert set(VALUES["immediate"]) == IMMEDIATE
    assert set(VALUES["connecting"]) == CONNECTING
