"""OctoPrint's documented system API: list, list by source, execute.

The same code answers at both addresses, OctoPrint's own and the plugin's.
"""

from typing import Any, Callable, NamedTuple
from urllib.parse import quote

import flask
from octoprint.server import NO_CONTENT
from octoprint.server.util.flask import make_api_error

from ..access import ensure_fresh_credentials, system_permission_required
from ..commands.catalogue import (
    CORE,
    CUSTOM,
    Catalogue,
    NotExecutable,
    UnknownAction,
    UnknownSource,
)
from ..commands.store import Entry
from ..runs.runner import Busy, CommandError, Runner
from .body import read_json_object


class Address(NamedTuple):
    """Where the API is served.

    Attributes:
        execute_endpoint: Flask's name of the view that runs a command
        shows_fresh_credentials: whether client definitions tell of commands that ask for
            the password again. OctoPrint does, its documentation does not.
    """

    execute_endpoint: str
    shows_fresh_credentials: bool = False

    def client_definition(self, source: str, entry: Entry) -> dict[str, Any]:
        """The client command definition of an entry, as seen at this address."""
        result = entry.to_client(source, self.resource(source, entry))
        if self.shows_fresh_credentials and getattr(entry, "fresh_credentials", False):
            result["fresh_credentials"] = True
        return result

    def resource(self, source: str, entry: Entry) -> str:
        """The absolute URL to POST to."""
        return flask.url_for(
            self.execute_endpoint,
            source=source,
            command=_url_segment(entry.action),
            _external=True,
        )


class Contract:
    """The API, wherever it is served.

    Arguments:
        catalogue: what can be listed and run
        runner: runs it
    """

    def __init__(self, catalogue: Catalogue, runner: Runner):
        self._catalogue = catalogue
        self._runner = runner

    def list_all(self, address: Address) -> dict[str, list[dict[str, Any]]]:
        """The "list all response": client command definitions by source."""
        return {source: self.list_source(source, address) for source in (CORE, CUSTOM)}

    def list_source(self, source: str, address: Address) -> list[dict[str, Any]]:
        """The client command definitions of a source; 404 if there is no such source."""
        return [
            address.client_definition(source, entry) for entry in self._entries(source)
        ]

    def menu(self, address: Address) -> list[dict[str, Any]]:
        """The custom commands with what the System menu needs beyond the contract."""
        return [
            entry.to_menu(CUSTOM, address.resource(CUSTOM, entry))
            for entry in self._entries(CUSTOM)
        ]

    def execute(self, source: str, action: str) -> flask.Response:
        """Runs a command.

        Returns:
            204 with an empty body: it was run, or started if it is ``async``

        Errors, as JSON ``{"error": …}``:
            400: a divider, or the body is neither empty nor a JSON object
            403: fresh credentials are needed
            404: no such source or action
            500: no command line, not started, or a return code that is not zero and
            not ignored
            503: too much is going on; not started. Has ``Retry-After`` in seconds
        """
        read_json_object()
        try:
            command = self._catalogue.find(source, action)
        except UnknownSource:
            flask.abort(404, description=_unknown_source(source))
        except UnknownAction:
            flask.abort(
                404,
                description=f"There is no command {source}:{action}, see the list of "
                "commands for what there is",
            )
        except NotExecutable:
            flask.abort(400, description="Dividers cannot be executed")

        ensure_fresh_credentials(command)
        try:
            self._runner.execute(source, command)
        except Busy as busy:
            response = make_api_error(str(busy), 503)
            response.headers["Retry-After"] = str(busy.retry_after)
            return response
        except CommandError as error:
            return make_api_error(str(error), 500)
        return flask.make_response(NO_CONTENT)

    def execute_deprecated(self) -> flask.Response:
        """``POST /api/system``: the action of a custom command in the body, as JSON or as
        form or query parameter."""
        data = flask.request.get_json(silent=True)
        if not isinstance(data, dict):
            data = flask.request.values
        action = data.get("action")
        if not isinstance(action, str) or not action:
            flask.abort(
                400, description='"action" is missing: name the custom command to run'
            )
        return self.execute(CUSTOM, action)

    def _entries(self, source: str) -> list[Entry]:
        try:
            return self._catalogue.entries(source)
        except UnknownSource:
            flask.abort(404, description=_unknown_source(source))


def routes(contract: Contract, address: Address) -> dict[str, Callable]:
    """The API's views for one address, guarded, by the name of OctoPrint's endpoint.

    The names and the views' parameters are those of ``octoprint.server.api.system``.
    """

    def retrieveSystemCommands():
        return flask.jsonify(contract.list_all(address))

    def retrieveSystemCommandsForSource(source):
        return flask.jsonify(contract.list_source(source, address))

    def executeSystemCommand(source, command):
        return contract.execute(source, command)

    def performSystemAction():
        return contract.execute_deprecated()

    return {
        view.__name__: system_permission_required(view)
        for view in (
            retrieveSystemCommands,
            retrieveSystemCommandsForSource,
            executeSystemCommand,
            performSystemAction,
        )
    }


def _url_segment(action: str) -> str:
    """An action as one segment of a path, to be URL-encoded once more by who makes the URL.

    A slash ends a segment even when it is encoded, and `.` and `..` vanish on their way.
    These are encoded twice; `Catalogue.find` undoes what is left of it.
    """
    if "/" in action:
        return quote(action, safe="")
    if action in (".", ".."):
        return action.replace(".", "%2E")
    return action


def _unknown_source(source: str) -> str:
    return f'There is no source "{source}", only "{CORE}" and "{CUSTOM}"'
