"""OctoPrint's own address, ``/api/system/commands``, where existing clients look.

A handler that OctoPrint calls before each request of its API recognises the system API's
endpoints by their names. What concerns ``custom`` commands is answered here; all else,
``core`` and the other plugins' ``plugin``, stays OctoPrint's.
"""

from typing import Any, Callable, Optional

import flask

from ..commands.catalogue import CUSTOM
from .errors import with_codes
from .gates import Gates
from .system_api import SystemApi, routes

_API = "api."
_LIST_ALL = "retrieveSystemCommands"
_LIST_SOURCE = "retrieveSystemCommandsForSource"


def before_request_handler(
    system_api: SystemApi, gates: Gates, is_wanted: Callable[[], bool]
) -> Callable[[], Optional[flask.Response]]:
    """Makes the handler for OctoPrint's hook ``octoprint.server.api.before_request``.

    Arguments:
        system_api: the system API
        gates: who gets in
        is_wanted: whether to answer here at all
    """

    @gates.to_runners
    def list_all() -> flask.Response:
        # OctoPrint is asked source by source, since its list of everything fails as a
        # whole if there is something odd among the custom ones
        everything = system_api.lists_everything()
        return flask.jsonify(
            core=_of_octoprint("core") if everything else [],
            plugin=_of_octoprint("plugin") if everything else [],
            custom=system_api.list_source(CUSTOM),
        )

    views = routes(system_api, gates)
    views[_LIST_ALL] = list_all
    by_endpoint = {_API + name: with_codes(view) for name, view in views.items()}

    def handle() -> Optional[flask.Response]:
        request = flask.request
        view = by_endpoint.get(request.endpoint or "")
        if view is None or request.method == "OPTIONS" or not is_wanted():
            return None
        arguments: dict[str, Any] = request.view_args or {}
        if arguments.get("source", CUSTOM) != CUSTOM:
            return None
        return view(**arguments)

    return handle


def _of_octoprint(source: str) -> list[dict[str, Any]]:
    view = flask.current_app.view_functions[_API + _LIST_SOURCE]
    return flask.make_response(view(source=source)).get_json()
