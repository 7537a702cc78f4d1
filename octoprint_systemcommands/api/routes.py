"""The plugin's own address: everything below ``/plugin/systemcommands``."""

from typing import Any

import flask
from werkzeug.exceptions import HTTPException

from .definitions import Definitions
from .definitions_exchange import DefinitionsExchange
from .errors import of_http_exception
from .gates import Gates
from .links import HOOK, HOOK_PATH, LinkViews
from .mqtt import MqttView
from .openapi import OpenApi
from .rules import Rules
from .rules_exchange import RulesExchange
from .runs import Runs
from .states import StateViews
from .system_api import SystemApi, routes

# Bytes that a body may have where a list of definitions may be larger than what OctoPrint
# takes by default, for OctoPrint's hook ``octoprint.server.http.bodysize``
BODY_SIZES = [
    ("PUT", r"/api/definitions", 1024 * 1024),
    ("POST", r"/api/definitions/(check|test)", 1024 * 1024),
    ("POST", r"/api/definitions/import", 4 * 1024 * 1024),
    ("PUT", r"/api/rules", 1024 * 1024),
    ("POST", r"/api/rules/(check|try)", 1024 * 1024),
    ("POST", r"/api/rules/import", 4 * 1024 * 1024),
]


def build_blueprint(
    identifier: str,
    gates: Gates,
    system_api: SystemApi,
    runs: Runs,
    states: StateViews,
    definitions: Definitions,
    exchange: DefinitionsExchange,
    rules: Rules,
    rules_exchange: RulesExchange,
    mqtt: MqttView,
    links: LinkViews,
    openapi: OpenApi,
    options: dict[str, Any],
) -> flask.Blueprint:
    """Makes the blueprint that OctoPrint registers below ``/plugin/<identifier>``.

    Arguments:
        identifier: the plugin's
        gates: who gets in
        system_api: the system API
        runs: the views of runs
        states: the view of states
        definitions, exchange: the views of definitions
        rules, rules_exchange: the views of rules
        mqtt: the view of this instance at the broker
        links: the views of links
        openapi: the view of the API's description
        options: for ``flask.Blueprint``
    """
    blueprint = flask.Blueprint(identifier, identifier, **options)

    views = routes(system_api, gates)
    commands = "/api/system/commands"
    for rule, method, endpoint in (
        (commands, "GET", "retrieveSystemCommands"),
        (f"{commands}/<string:source>", "GET", "retrieveSystemCommandsForSource"),
        # an action may have line ends in it, or slashes: each converter takes one of them
        (f"{commands}/<string:source>/<string:command>", "POST", "executeSystemCommand"),
        (f"{commands}/<string:source>/<path:command>", "POST", "executeSystemCommand"),
        ("/api/system", "POST", "performSystemAction"),
    ):
        blueprint.add_url_rule(rule, endpoint, views[endpoint], methods=[method])

    def menu():
        return flask.jsonify(commands=system_api.menu())

    one = "/api/runs/<string:run_id>"
    for rule, method, endpoint, gate, view in (
        (openapi.rule, "GET", "openapi", gates.to_known_users, openapi.get),
        ("/api/menu", "GET", "menu", gates.to_known_users, menu),
        ("/api/states", "GET", "states", gates.to_known_users, states.all),
        ("/api/runs", "POST", "start_run", gates.to_runners, runs.start),
        ("/api/runs", "GET", "runs", gates.to_viewers, runs.all),
        ("/api/runs", "DELETE", "clear_runs", gates.to_clearers, runs.clear),
        (one, "GET", "run", gates.to_viewers, runs.one),
        (f"{one}/output", "GET", "run_output", gates.to_viewers, runs.output),
        (f"{one}/output.txt", "GET", "run_download", gates.to_viewers, runs.download),
        (f"{one}/stop", "POST", "stop_run", gates.to_viewers, runs.stop),
        (f"{one}/now", "POST", "run_now", gates.to_viewers, runs.now),
    ):
        blueprint.add_url_rule(rule, endpoint, gate(view), methods=[method])

    base = "/api/definitions"
    of_rules = "/api/rules"
    for rule, method, endpoint, view in (
        (base, "GET", "definitions", definitions.all),
        (base, "PUT", "save_definitions", definitions.save),
        (f"{base}/check", "POST", "check_definition", definitions.check),
        (f"{base}/test", "POST", "test_definition", definitions.test),
        (f"{base}/environment", "GET", "definition_environment", definitions.environment),
        (f"{base}/versions", "GET", "definition_versions", exchange.versions),
        (f"{base}/presets", "GET", "definition_presets", exchange.presets),
        (f"{base}/export", "GET", "export_definitions", exchange.export),
        (f"{base}/import", "POST", "import_definitions", exchange.import_),
        (of_rules, "GET", "rules", rules.all),
        (of_rules, "PUT", "save_rules", rules.save),
        (f"{of_rules}/check", "POST", "check_rule", rules.check),
        (f"{of_rules}/try", "POST", "try_rule", rules.try_),
        (f"{of_rules}/happenings", "GET", "happenings", rules.happenings),
        (f"{of_rules}/versions", "GET", "rule_versions", rules_exchange.versions),
        (f"{of_rules}/export", "GET", "export_rules", rules_exchange.export),
        (f"{of_rules}/import", "POST", "import_rules", rules_exchange.import_),
        ("/api/mqtt", "GET", "mqtt", mqtt.get),
        ("/api/links", "GET", "links", links.all),
        ("/api/links", "POST", "make_link", links.make),
        ("/api/links/<string:link_id>", "DELETE", "revoke_link", links.revoke),
    ):
        blueprint.add_url_rule(rule, endpoint, gates.to_editors(view), methods=[method])

    # also when there is no login: see `login`
    blueprint.add_url_rule(
        f"{HOOK_PATH}<string:secret>",
        HOOK,
        gates.to_everybody(links.call),
        methods=["POST", "GET"],
    )
    blueprint.register_error_handler(HTTPException, of_http_exception)
    return blueprint
