"""The plugin's own address: everything below ``/plugin/systemcommands``."""

from typing import Any

import flask

from ..access import system_permission_required
from .contract import Address, Contract, routes


def build_blueprint(
    identifier: str, contract: Contract, options: dict[str, Any]
) -> flask.Blueprint:
    """Makes the blueprint that OctoPrint registers below ``/plugin/<identifier>``.

    Arguments:
        identifier: the plugin's
        contract: the system API
        options: for ``flask.Blueprint``
    """
    blueprint = flask.Blueprint(identifier, identifier, **options)

    address = Address(f"plugin.{identifier}.executeSystemCommand")

    def menu():
        return flask.jsonify(commands=contract.menu(address))

    views = routes(contract, address)
    views["menu"] = system_permission_required(menu)

    for rule, method, endpoint in (
        ("/api/system/commands", "GET", "retrieveSystemCommands"),
        (
            "/api/system/commands/<string:source>",
            "GET",
            "retrieveSystemCommandsForSource",
        ),
        (
            "/api/system/commands/<string:source>/<path:command>",
            "POST",
            "executeSystemCommand",
        ),
        ("/api/system", "POST", "performSystemAction"),
        ("/api/menu", "GET", "menu"),
    ):
        blueprint.add_url_rule(rule, endpoint, views[endpoint], methods=[method])
    return blueprint
