"""The plugin's own address: everything below ``/plugin/systemcommands``."""

from typing import Any

import flask

from ..access import edit_permission_required, system_permission_required
from .contract import Contract, routes
from .definitions import Definitions
from .runs import Runs


def build_blueprint(
    identifier: str,
    contract: Contract,
    runs: Runs,
    definitions: Definitions,
    options: dict[str, Any],
) -> flask.Blueprint:
    """Makes the blueprint that OctoPrint registers below ``/plugin/<identifier>``.

    Arguments:
        identifier: the plugin's
        contract: the system API
        runs: the views of runs
        definitions: the views of definitions
        options: for ``flask.Blueprint``
    """
    blueprint = flask.Blueprint(identifier, identifier, **options)

    views = routes(contract)
    commands = "/api/system/commands"
    for rule, method, endpoint in (
        (commands, "GET", "retrieveSystemCommands"),
        (f"{commands}/<string:source>", "GET", "retrieveSystemCommandsForSource"),
        # an action may have slashes in it
        (f"{commands}/<string:source>/<path:command>", "POST", "executeSystemCommand"),
        ("/api/system", "POST", "performSystemAction"),
    ):
        blueprint.add_url_rule(rule, endpoint, views[endpoint], methods=[method])

    def menu():
        return flask.jsonify(commands=contract.menu())

    for rule, method, endpoint, view in (
        ("/api/menu", "GET", "menu", menu),
        ("/api/runs", "POST", "start_run", runs.start),
        ("/api/runs", "GET", "runs", runs.all),
        ("/api/runs", "DELETE", "clear_runs", runs.clear),
        ("/api/runs/<string:run_id>", "GET", "run", runs.one),
        ("/api/runs/<string:run_id>/output", "GET", "run_output", runs.output),
        ("/api/runs/<string:run_id>/output.txt", "GET", "run_download", runs.download),
        ("/api/runs/<string:run_id>/stop", "POST", "stop_run", runs.stop),
    ):
        blueprint.add_url_rule(
            rule, endpoint, system_permission_required(view), methods=[method]
        )

    base = "/api/definitions"
    for rule, method, endpoint, view in (
        (base, "GET", "definitions", definitions.all),
        (base, "PUT", "save_definitions", definitions.save),
        (f"{base}/check", "POST", "check_definition", definitions.check),
        (f"{base}/test", "POST", "test_definition", definitions.test),
        (f"{base}/environment", "GET", "definition_environment", definitions.environment),
        (f"{base}/versions", "GET", "definition_versions", definitions.versions),
        (f"{base}/presets", "GET", "definition_presets", definitions.presets),
        (f"{base}/export", "GET", "export_definitions", definitions.export),
        (f"{base}/import", "POST", "import_definitions", definitions.import_),
    ):
        blueprint.add_url_rule(
            rule, endpoint, edit_permission_required(view), methods=[method]
        )
    return blueprint
