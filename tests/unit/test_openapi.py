"""The description of the API: is it valid, complete, and the same as the copy in docs/?"""

import json
import re
from pathlib import Path

import flask
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from development.openapi_copy import COPY, content
from octoprint_systemcommands.access import Access
from octoprint_systemcommands.api import openapi
from octoprint_systemcommands.api.definitions import Definitions
from octoprint_systemcommands.api.definitions_exchange import DefinitionsExchange
from octoprint_systemcommands.api.gates import Gates
from octoprint_systemcommands.api.links import LinkViews
from octoprint_systemcommands.api.mqtt import MqttView
from octoprint_systemcommands.api.openapi import OpenApi, describe
from octoprint_systemcommands.api.routes import build_blueprint
from octoprint_systemcommands.api.rules import Rules
from octoprint_systemcommands.api.rules_exchange import RulesExchange
from octoprint_systemcommands.api.runs import Runs
from octoprint_systemcommands.api.states import StateViews
from octoprint_systemcommands.api.system_api import SystemApi
from octoprint_systemcommands.runs.record import STATUSES, Record, Status

ROOT = Path(__file__).resolve().parent.parent.parent
METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
PATHS = describe("", "")["paths"]
OPERATIONS = [
    (path, method) for path in PATHS for method in PATHS[path] if method in METHODS
]


@pytest.fixture
def document():
    return describe("1.2.3", "http://octopi.local/plugin/systemcommands")


@pytest.fixture
def blueprint():
    """As the plugin makes it, but there is nothing behind the views."""
    gates = Gates(Access(None, None, None), None)
    return build_blueprint(
        "systemcommands",
        gates,
        SystemApi(None, None, None),
        Runs(None, None, None, None, None, None),
        StateViews(None, None, None),
        Definitions(None, None, None),
        DefinitionsExchange(None, None, None, None),
        Rules(None, None, None, None),
        RulesExchange(None, None, None),
        MqttView(None, None),
        LinkViews(None, None),
        OpenApi("1.2.3"),
        {},
    )


def test_is_valid(document):
    errors = OpenAPIV31SpecValidator(document).iter_errors()
    assert [f"{list(error.absolute_path)}: {error.message}" for error in errors] == []


def test_describes_all_routes_and_no_others(blueprint):
    app = flask.Flask("test", static_folder=None)
    app.register_blueprint(blueprint)
    served = {
        (re.sub("<[^>]+>", "{}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    described = {(re.sub("{[^}]+}", "{}", path), method) for path, method in OPERATIONS}

    assert served == described


def test_is_told_with_version_and_address(document):
    assert document["info"]["version"] == "1.2.3"
    (server,) = document["servers"]
    assert server["url"] == "http://octopi.local/plugin/systemcommands"
    # the next one who asks may have asked at another address
    assert describe("1.2.3", "http://other")["servers"][0]["url"] == "http://other"
    assert server["url"] == "http://octopi.local/plugin/systemcommands"


def test_is_read_only_if_somebody_asks(monkeypatch, blueprint):
    def fail(*args, **kwargs):
        raise AssertionError("was read")

    openapi._read.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(openapi.yaml, "load_from_file", fail)
        flask.Flask("test").register_blueprint(blueprint)
    describe("1.2.3", "")

    # and no second time
    monkeypatch.setattr(openapi.yaml, "load_from_file", fail)
    describe("1.2.3", "")


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_operations_are_told_in_full(document, path, method):
    operation = PATHS[path][method]
    responses = operation["responses"]

    assert operation["summary"]
    assert operation["tags"]
    assert operation["operationId"]
    # links are for whoever knows their address
    is_open = operation.get("security") == []
    assert is_open == path.startswith("/api/hook/")
    assert is_open or "403" in responses
    if method != "get" and not is_open:
        # what changes something needs the CSRF token in a session
        session = {"session": [], "csrf": []}
        assert session in operation["security"]
        assert "400" in responses
    for status, response in responses.items():
        if "$ref" in response:
            name = response["$ref"].rsplit("/", 1)[1]
            response = document["components"]["responses"][name]
        assert response["description"]
        if int(status) >= 400:
            schema = response["content"]["application/json"]["schema"]
            error = resolved(document, schema)
            assert error["required"][0] == "error"


def test_names_of_operations_are_there_once():
    names = [PATHS[path][method]["operationId"] for path, method in OPERATIONS]
    assert len(set(names)) == len(names)


def test_tags_are_explained(document):
    used = {tag for path, method in OPERATIONS for tag in PATHS[path][method]["tags"]}
    assert {tag["name"] for tag in document["tags"]} == used


def test_everything_that_is_described_is_used(document):
    text = json.dumps(document)
    for kind, components in document["components"].items():
        for name in components:
            if kind != "securitySchemes":
                assert f'"#/components/{kind}/{name}"' in text


def test_examples_are_valid(document):
    found = list(examples(document, document))
    assert len(found) > 20
    for schema, example in found:
        validator = Draft202012Validator(
            {"components": document["components"], **schema},
            format_checker=Draft202012Validator.FORMAT_CHECKER,
        )
        validator.validate(example)


def test_knows_the_fields_of_runs(document):
    record = Record(1, "0" * 16, "custom", "a", "A", Status.QUEUED).to_dict()
    schemas = document["components"]["schemas"]

    # these depend on who asks
    others = {"hint", "reason", "waits_for", "resource"}
    assert {*record, *others} == set(schemas["Run"]["properties"])
    assert set(schemas["Run"]["required"]) == set(schemas["Run"]["properties"])
    assert schemas["Status"]["enum"] == list(STATUSES)


def test_the_copy_in_the_documentation_is_up_to_date():
    assert COPY.read_text(encoding="utf-8") == content(), "run make openapi"


def resolved(document, schema):
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def examples(node, document):
    """Everything that is an example of a schema: pairs of both."""
    if isinstance(node, dict):
        if isinstance(node.get("examples"), list):
            yield from ((node, example) for example in node["examples"])
        if "example" in node and "schema" in node:
            yield node["schema"], node["example"]
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from examples(item, document)
