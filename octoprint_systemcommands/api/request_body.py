"""The bodies of requests."""

from typing import Any

import flask

# What browsers and curl send by themselves. OctoPrint takes an API key from these, so they
# are no mistake, though there is nothing in them for a command.
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")

_HOW_TO = (
    'send a JSON object, e.g. {}, with the header "Content-Type: application/json", or '
    "no body at all"
)


def read_json_object() -> dict[str, Any]:
    """The body of the current request.

    Clients post all kinds of nothing: no body, an empty one that claims to be JSON,
    ``{}``. All of these are an empty object, fields that nobody asked for are left alone.

    Aborts with 400 if there is a body that is no JSON object.
    """
    request = flask.request
    if request.mimetype in _FORMS:
        if any(key.lstrip().startswith(("{", "[")) for key in request.form):
            flask.abort(400, description=f"The body is JSON sent as a form: {_HOW_TO}")
        return {}

    body = request.get_data()
    if not body.strip():
        return {}
    try:
        data = flask.json.loads(body)
    except (ValueError, RecursionError):
        flask.abort(400, description=f"The body is not valid JSON: {_HOW_TO}")
    if not isinstance(data, dict):
        flask.abort(400, description=f"The body is not a JSON object: {_HOW_TO}")
    return data


def list_in(body: dict[str, Any], name: str, required: bool = True) -> list[Any]:
    """A list in a body. Aborts with 400 if it is none."""
    value = body.get(name, None if required else [])
    if not isinstance(value, list):
        flask.abort(400, description=f'"{name}" has to be a list')
    return value


def names_in(body: dict[str, Any], name: str, what: str) -> set[str]:
    """A list of names in a body, such as the actions of the other commands; empty if it is
    not there. Aborts with 400 if they are none.

    Arguments:
        body: of the request
        name: of the list
        what: the names are
    """
    names = list_in(body, name, required=False)
    if not all(isinstance(item, str) for item in names):
        flask.abort(400, description=f'"{name}" has to be a list of {what}')
    return set(names)
