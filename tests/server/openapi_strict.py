"""The description of the API, made stricter for schemathesis."""

import copy
import json
import re

from openapi_world import (
    COMMANDS,
    CURRENT,
    FINISHED,
    LINES,
    RUNNING,
    STALE,
    SYSTEM_ACTIONS,
)

ACTIONS = [
    *(command["action"] for command in (*COMMANDS, *SYSTEM_ACTIONS)),
    *("restart", "shutdown", "unknown"),
]
# What a definition may have, and a run of it does not look at: that these may be anything is
# tried by having definitions checked, and so is what can be asked for.
NOT_OF_A_RUN = (
    *("confirm", "icon", "description", "group", "show_in", "color", "groups"),
    *("fresh_credentials", "gcode", "gcode_alias", "gcode_wait", "gcode_script", "mqtt"),
    *("every", "show_output"),
)
(ARGUMENTS,) = (one["arguments"] for one in COMMANDS if "arguments" in one)
# for the command that has arguments, and for those that have none
VALUES = [
    None,
    {},
    {"text": "abc", "number": 2.5, "choice": 1, "toggle": True, "secret": "hidden"},
    {"number": None, "choice": "1", "toggle": False},
]


def strict(document):
    """The description without what it leaves open, and with what there is on the server.

    Answers must not have fields that are not described. Commands and runs are those that
    the hooks know.
    """
    document = copy.deepcopy(document)
    components = document["components"]
    schemas = components["schemas"]
    sent = set()
    for path in document["paths"].values():
        for operation in path.values():
            if "requestBody" in operation:
                sent |= names_below(operation["requestBody"], schemas)
            if "responses" in operation:
                close(operation["responses"])
    close(components["responses"])
    for name in schemas.keys() - sent:
        close(schemas[name])

    action = {"type": "string", "enum": ACTIONS}
    components["parameters"]["action"]["schema"] = action
    schemas["Start"]["properties"]["action"] = action
    by_body = document["paths"]["/api/system"]["post"]["requestBody"]["content"]
    for content in by_body.values():
        content["schema"]["properties"]["action"] = action
    run_id = {"type": "string", "pattern": f"^({FINISHED}|{RUNNING}|[0-9a-f]{{16}})$"}
    components["parameters"]["run_id"].update(schema=run_id, example=FINISHED)
    for path in ("/api/definitions", "/api/rules"):
        (if_match,) = document["paths"][path]["put"]["parameters"]
        if_match["schema"] = {"type": "string", "enum": [CURRENT, STALE]}
    # else most of what is made up would be refused at once
    schemas["Values"] = {"anyOf": [{"enum": VALUES}, schemas["Values"]]}
    harmless = copy.deepcopy(schemas["Definition"])
    harmless["required"] = ["command"]
    harmless["properties"].update(
        action={"type": ["string", "null"], "pattern": "^[a-z0-9_-]{1,20}$"},
        command={"enum": list(LINES)},
        icon={"enum": ["camera", None]},
        working_directory={"enum": ["/", "/no/such/folder", None]},
    )
    (definition, divider) = schemas["Entry"]["anyOf"]
    definition["$ref"] = "#/components/schemas/Harmless"
    schemas["Harmless"] = harmless
    tested = copy.deepcopy(harmless)
    for name in NOT_OF_A_RUN:
        del tested["properties"][name]
    tested["properties"]["arguments"] = {"enum": [None, [], ARGUMENTS]}
    schemas["Tested"] = tested
    (test,) = document["paths"]["/api/definitions/test"]["post"]["requestBody"][
        "content"
    ].values()
    test["schema"]["properties"]["definition"] = {
        "anyOf": [{"$ref": "#/components/schemas/Tested"}, divider]
    }
    # writing takes long, and what a definition may have is tried by checking it
    fields = {
        name: harmless["properties"][name] for name in ("action", "name", "command")
    }
    schemas["Save"]["properties"]["definitions"]["items"] = {
        "type": "object",
        "required": ["action", "command"],
        "properties": fields,
    }
    schemas["Rule"]["properties"]["run"] = action
    # the same with rules
    rule = schemas["Rule"]["properties"]
    schemas["SaveRules"]["properties"]["rules"] = {
        "type": "array",
        "maxItems": 3,
        "items": {
            "type": "object",
            "required": ["when", "run"],
            "properties": {name: rule[name] for name in ("id", "name", "when", "run")},
        },
    }
    return document


def names_below(node, schemas):
    """The names of all schemas that a part of the description refers to."""
    names = set()
    todo = [node]
    while todo:
        found = re.findall(r'"#/components/schemas/(\w+)"', json.dumps(todo.pop()))
        todo.extend(schemas[name] for name in set(found) - names)
        names.update(found)
    return names


def close(node):
    """Lets objects have no fields but those that are described."""
    if isinstance(node, dict):
        if isinstance(node.get("properties"), dict):
            node.setdefault("additionalProperties", False)
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            close(item)
