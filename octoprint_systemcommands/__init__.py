"""The plugin as OctoPrint sees it: every mixin method and hook hands over to a module."""

import copy
from typing import Any

import octoprint.plugin
from flask_babel import gettext

from .api.core_endpoint import before_request_handler
from .api.definition_schema import fields_for_forms
from .api.login import hide_secrets, login_handler
from .api.routes import BODY_SIZES
from .api.system_api import SystemApi
from .assets import ASSETS
from .host.notifier import RUN_FINISHED, RUN_STARTED
from .host.permissions import additional_permissions
from .host.preferences import DEFAULTS
from .host.push_filter import may_get
from .host.updates import update_information
from .parts import OctoPrint, Parts
from .runs.environment import local_url
from .template_configs import template_configs
from .triggers.helpers import NOT_READY


class SystemCommandsPlugin(
    octoprint.plugin.AssetPlugin,
    octoprint.plugin.BlueprintPlugin,
    octoprint.plugin.EventHandlerPlugin,
    octoprint.plugin.SettingsPlugin,
    octoprint.plugin.ShutdownPlugin,
    octoprint.plugin.StartupPlugin,
    octoprint.plugin.TemplatePlugin,
):
    # set by OctoPrint before it calls `initialize`, which the base classes cannot promise
    _event_bus: Any
    _identifier: str
    _plugin_manager: Any
    _plugin_version: str
    _settings: Any

    # made by `initialize`
    _parts: Parts

    def initialize(self):
        hide_secrets()
        self._parts = Parts(
            OctoPrint(
                self._identifier,
                self._plugin_version,
                self.get_plugin_data_folder(),
                self._settings,
                self._plugin_manager,
                self._user_manager,
                self._file_manager,
                self._printer,
                self._event_bus,
            )
        )

    ##~~ AssetPlugin mixin

    def get_assets(self):
        return ASSETS

    ##~~ BlueprintPlugin mixin

    def get_blueprint(self):
        return self._parts.blueprint(self.get_blueprint_kwargs())

    def get_blueprint_api_prefixes(self):
        return ["/api"]

    def is_blueprint_csrf_protected(self):
        return True

    def is_blueprint_protected(self):
        # "protected" means only "logged in", which links cannot be: `login_handler` asks for
        # it everywhere else, and each endpoint checks its own permission
        return False

    ##~~ EventHandlerPlugin mixin

    def on_event(self, event, payload):
        self._parts.on_event(event, payload)

    ##~~ SettingsPlugin mixin

    def get_settings_defaults(self):
        return {"commands": [], "rules": [], **copy.deepcopy(DEFAULTS)}

    def get_settings_restricted_paths(self):
        # command lines and arguments may hold passwords; the editor gets them from
        # /api/definitions and /api/rules
        return {"never": [["commands"], ["rules"]]}

    def on_settings_load(self):
        # with something else than it expects, OctoPrint's settings dialog would not open
        return self._parts.preferences.instead_of(super().on_settings_load())

    def on_settings_save(self, data):
        # What the settings dialog got is empty (see above), and must not come back as
        # the new lists of commands and rules
        if not isinstance(data, dict):
            return {}
        data.pop("commands", None)
        data.pop("rules", None)
        # it writes back all settings as it has read them, definitions and rules included
        with self._parts.editing.lock:
            return super().on_settings_save(data)

    ##~~ ShutdownPlugin mixin

    def on_shutdown(self):
        self._parts.shut_down()

    ##~~ StartupPlugin mixin

    def on_startup(self, host, port):
        self._parts.server_url = local_url(host, port)

    def on_after_startup(self):
        self._parts.start()

    ##~~ TemplatePlugin mixin

    def get_template_configs(self):
        return template_configs(gettext("System commands"))

    def get_template_vars(self):
        return {"model_fields": fields_for_forms()}

    def is_template_autoescaped(self):
        return True

    ##~~ octoprint.server.api.before_request hook

    def get_before_request_handlers(self, *args, **kwargs):
        return [
            login_handler(self._identifier),
            before_request_handler(
                SystemApi(
                    self._parts.access,
                    self._parts.launcher,
                    self._parts.current,
                    tells_fresh_credentials=True,
                ),
                self._parts.gates,
                is_wanted=lambda: self._parts.preferences.octoprint_address,
            ),
        ]

    ##~~ octoprint.cli.commands hook

    def get_cli_commands(self, cli_group, pass_octoprint_ctx, *args, **kwargs):
        from .cli.commands import commands

        return commands(lambda: cli_group.settings)

    ##~~ Helpers for other plugins

    def run_for_plugin(self, *args, **kwargs):
        if not hasattr(self, "_parts"):
            return dict(NOT_READY)
        return self._parts.helpers.run(*args, **kwargs)

    def states_for_plugin(self):
        return self._parts.helpers.states() if hasattr(self, "_parts") else []

    ##~~ octoprint.access.permissions hook

    def get_additional_permissions(self, *args, **kwargs):
        return additional_permissions(gettext)

    ##~~ octoprint.server.sockjs.emit hook

    def may_be_pushed(self, socket, user, message, payload, *args, **kwargs):
        return may_get(
            self._parts.access, user, message, payload, self._parts.notifier.whose
        )

    ##~~ octoprint.server.http.bodysize hook

    def get_body_sizes(self, current_max_body_sizes, *args, **kwargs):
        return BODY_SIZES

    ##~~ octoprint.printer.handle_connect hook

    def handle_connect(self, printer, *args, **kwargs):
        return self._parts.triggers.connecting.before_connect(
            lambda: printer.connect(*args, **kwargs)
        )

    ##~~ octoprint.timelapse.capture.pre and post hooks

    def before_snapshot(self, *args, **kwargs):
        self._parts.triggers.snapshots.before(*args, **kwargs)

    def after_snapshot(self, *args, **kwargs):
        self._parts.triggers.snapshots.after(*args, **kwargs)

    ##~~ octoprint.comm.protocol.atcommand, gcode and scripts hooks

    def handle_at_command(self, *args, **kwargs):
        self._parts.triggers.gcode.at_command(*args, **kwargs)

    def handle_gcode(self, comm, phase, cmd, cmd_type, gcode, *args, **kwargs):
        # asked about each line, almost all of which are G-code that OctoPrint knows
        if gcode is None and cmd[:4].upper() == "OCTO":
            return self._parts.triggers.gcode.queuing(
                comm, phase, cmd, cmd_type, gcode, *args, **kwargs
            )
        return None

    def get_script_lines(self, *args, **kwargs):
        return self._parts.triggers.gcode.script(*args, **kwargs)

    ##~~ octoprint.comm.protocol.action hook

    def handle_action(self, *args, **kwargs):
        self._parts.triggers.action(*args, **kwargs)

    ##~~ octoprint.events.register_custom_events hook

    def get_custom_events(self, *args, **kwargs):
        return [RUN_STARTED, RUN_FINISHED]

    ##~~ octoprint.plugin.softwareupdate.check_config hook

    def get_update_information(self, *args, **kwargs):
        return update_information(self._identifier, __plugin_name__, self._plugin_version)


__plugin_name__ = "System Commands"
__plugin_pythoncompat__ = ">=3.9,<4"
__plugin_implementation__ = SystemCommandsPlugin()
__plugin_hooks__ = {
    "octoprint.server.api.before_request": (
        __plugin_implementation__.get_before_request_handlers
    ),
    "octoprint.cli.commands": __plugin_implementation__.get_cli_commands,
    "octoprint.access.permissions": (
        __plugin_implementation__.get_additional_permissions
    ),
    "octoprint.server.sockjs.emit": __plugin_implementation__.may_be_pushed,
    "octoprint.server.http.bodysize": __plugin_implementation__.get_body_sizes,
    "octoprint.printer.handle_connect": __plugin_implementation__.handle_connect,
    "octoprint.timelapse.capture.pre": __plugin_implementation__.before_snapshot,
    "octoprint.timelapse.capture.post": __plugin_implementation__.after_snapshot,
    "octoprint.comm.protocol.action": __plugin_implementation__.handle_action,
    "octoprint.comm.protocol.atcommand.queuing": (
        __plugin_implementation__.handle_at_command
    ),
    "octoprint.comm.protocol.gcode.queuing": __plugin_implementation__.handle_gcode,
    "octoprint.comm.protocol.scripts": __plugin_implementation__.get_script_lines,
    "octoprint.events.register_custom_events": (
        __plugin_implementation__.get_custom_events
    ),
    "octoprint.plugin.softwareupdate.check_config": (
        __plugin_implementation__.get_update_information
    ),
}
__plugin_helpers__ = {
    "run": __plugin_implementation__.run_for_plugin,
    "states": __plugin_implementation__.states_for_plugin,
}
