"""OctoPrint's documented system API: list, list by source, execute.

The same code answers at both addresses, OctoPrint's own and the plugin's.
"""

from collections.abc import Callable
from typing import Any

import flask
from octoprint.server import NO_CONTENT

from ..access import Access, may_run_everything
from ..commands.actions import url_segment
from ..commands.catalogue import CORE, CUSTOM, tidy
from ..commands.client_form import for_clients, for_menu
from ..commands.definition import Command, Entry
from ..launcher import Launcher
from .errors import errors_of_commands
from .gates import Gates
from .request_body import read_json_object
from .requester import CurrentRequest


class SystemApi:
    """The API at one of its addresses.

    Arguments:
        access: who may run what
        launcher: runs commands
        current: knows who asks
        tells_fresh_credentials: whether client definitions tell of commands that ask for
            the password again. OctoPrint's do, its documentation's do not.
    """

    def __init__(
        self,
        access: Access,
        launcher: Launcher,
        current: CurrentRequest,
        tells_fresh_credentials: bool = False,
    ):
        self._access = access
        self._launcher = launcher
        self._current = current
        self._tells_fresh_credentials = tells_fresh_credentials

    def list_all(self) -> dict[str, list[dict[str, Any]]]:
        """The "list all response": client command definitions by source."""
        return {source: self.list_source(source) for source in (CORE, CUSTOM)}

    def lists_everything(self) -> bool:
        """Whether the user may run all commands."""
        return may_run_everything(self._current.person())

    def ensure_may_list(self, source: str) -> None:
        """Lets those pass who may ask for a source by itself.

        Raises:
            Forbidden
        """
        self._access.ensure_may_list(self._current.person(), source)

    def list_source(self, source: str) -> list[dict[str, Any]]:
        """The client command definitions of a source, as far as the user may run them.
        Clients take all that is listed for something to be run, so no status is.

        Raises:
            UnknownSource
        """
        entries = self._access.entries(self._current.person(), source)
        runnable = [entry for entry in entries if not _is_status(entry)]
        if len(runnable) < len(entries):
            runnable = tidy(runnable)
        return [self._client_definition(source, entry) for entry in runnable]

    def _client_definition(self, source: str, entry: Entry) -> dict[str, Any]:
        result = for_clients(entry, source, _resource(source, entry))
        if self._tells_fresh_credentials and getattr(entry, "fresh_credentials", False):
            result["fresh_credentials"] = True
        return result

    def menu(self) -> list[dict[str, Any]]:
        """The custom commands with what the System menu needs beyond the contract."""
        return [
            for_menu(entry, CUSTOM, _resource(CUSTOM, entry))
            for entry in self._access.entries(self._current.person(), CUSTOM)
        ]

    def execute(self, source: str, action: str) -> flask.Response:
        """Runs a command. The body may have ``{to, arguments, confirmed}``.

        Returns:
            204 with an empty body: it was run, or started if it is ``async``

        Aborts with 400 if the body is neither empty nor a JSON object. Raises what
        `errors_of_commands` answers.
        """
        return self._execute(source, action, read_json_object())

    def _execute(self, source: str, action: str, body: dict[str, Any]) -> flask.Response:
        self._launcher.execute(
            self._current.to_execute(source, action, body, trigger="api")
        )
        return flask.make_response(NO_CONTENT)

    def execute_deprecated(self) -> flask.Response:
        """``POST /api/system``: the action of a custom command in the body, as JSON or as
        form or query parameter, and so ``to`` for a toggle."""
        parameters = flask.request.values
        named = {name: parameters.get(name) for name in ("action", "to")}
        body = {**named, **read_json_object()}
        action = body.get("action")
        if not isinstance(action, str) or not action:
            flask.abort(
                400, description='"action" is missing: name the custom command to run'
            )
        return self._execute(CUSTOM, action, body)


def routes(system_api: SystemApi, gates: Gates) -> dict[str, Callable]:
    """The API's views, behind their gates, by the name of OctoPrint's endpoint.

    The names and the views' parameters are those of ``octoprint.server.api.system``.
    """

    def retrieveSystemCommands():
        return flask.jsonify(system_api.list_all())

    def retrieveSystemCommandsForSource(source):
        system_api.ensure_may_list(source)
        return flask.jsonify(system_api.list_source(source))

    def executeSystemCommand(source, command):
        return system_api.execute(source, command)

    def performSystemAction():
        return system_api.execute_deprecated()

    return {
        view.__name__: gates.to_runners(errors_of_commands(view))
        for view in (
            retrieveSystemCommands,
            retrieveSystemCommandsForSource,
            executeSystemCommand,
            performSystemAction,
        )
    }


def _is_status(entry: Entry) -> bool:
    return isinstance(entry, Command) and entry.is_status


def _resource(source: str, entry: Entry) -> str:
    # the endpoint of the blueprint that was asked, and so the address that was asked
    return flask.url_for(
        ".executeSystemCommand",
        source=source,
        command=url_segment(entry.action),
        _external=True,
    )
