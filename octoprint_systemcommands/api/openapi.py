"""The description of the API in OpenAPI, for programs that make clients of it."""

import functools
import json
import os
from typing import Any

import flask
from octoprint.util import yaml

from . import definition_schema, rule_schema

_FILE = os.path.join(os.path.dirname(__file__), "openapi.yaml")
_RULE = "/api/openapi.json"


class OpenApi:
    """The view of the description.

    Arguments:
        version: the plugin's
    """

    rule = _RULE

    def __init__(self, version: str):
        self._version = version

    def get(self) -> flask.Response:
        """``GET /api/openapi.json`` → the description, with the address that was asked."""
        address = flask.url_for(flask.request.endpoint or "", _external=True)
        document = describe(self._version, address[: -len(_RULE)])
        # by hand, since OctoPrint's jsonify would sort it
        return flask.Response(json.dumps(document), mimetype="application/json")


def describe(version: str, server: str) -> dict[str, Any]:
    """The description as JSON.

    Arguments:
        version: the plugin's
        server: the address that the paths are below
    """
    document = _read()
    (usual,) = document["servers"]
    return {
        **document,
        "info": {**document["info"], "version": version},
        "servers": [{**usual, "url": server}],
    }


@functools.cache
def _read() -> Any:
    # when somebody asks for it, and once only: most servers are never asked
    document: Any = yaml.load_from_file(path=_FILE)
    made = {**definition_schema.schemas(), **rule_schema.schemas()}
    for name, schema in made.items():
        document["components"]["schemas"][name].update(schema)
    return document
