"""The plugin as OctoPrint sees it: every mixin method and hook hands over to a module."""

import copy
import os
import threading
from typing import Any, Optional

import octoprint.events
import octoprint.plugin
from flask_babel import gettext

from .access import Access
from .api.core_endpoint import before_request_handler
from .api.definition_schema import fields_for_forms
from .api.definitions import Definitions
from .api.definitions_exchange import DefinitionsExchange
from .api.gates import Gates
from .api.links import LinkViews
from .api.login import hide_secrets, login_handler
from .api.openapi import OpenApi
from .api.requester import CurrentRequest
from .api.routes import BODY_SIZES, build_blueprint
from .api.rules import Rules
from .api.rules_exchange import RulesExchange
from .api.runs import Runs
from .api.states import StateViews
from .api.system_api import SystemApi
from .assets import ASSETS
from .commands.catalogue import CUSTOM, Catalogue
from .commands.editing.editor import Editing
from .commands.editing.last_save import LastSave
from .commands.editing.versions import Versions
from .commands.lists import name_fields_of_system_actions
from .host.connection import Connection
from .host.mqtt_plugin import MqttPlugin
from .host.notifier import RUN_FINISHED, RUN_STARTED, Notifier
from .host.permissions import additional_permissions
from .host.preferences import DEFAULTS, Preferences
from .host.printer import Printer
from .host.push_filter import (
    DEFINITIONS,
    RULES,
    about_connection,
    about_gcode,
    about_saving,
    may_get,
)
from .host.state_pushes import StatePushes
from .host.updates import update_information
from .host.uploads import Uploads
from .identity import Identities
from .launcher import Launcher
from .runs.environment import local_url
from .runs.history.history import History
from .runs.history.retention import Limits
from .runs.runner import Runner
from .states.state import with_states
from .states.states import States
from .template_configs import template_configs
from .triggers.events import MEANINGS
from .triggers.helpers import NOT_READY, Helpers
from .triggers.links.links import LinkedCommands, Links
from .triggers.links.links_file import LinksFile
from .triggers.mqtt.announced import Announced
from .triggers.mqtt.mqtt import Mqtt
from .triggers.rules.editing import RulesEditing
from .triggers.rules.store import RuleStore
from .triggers.rules.surroundings import Surroundings
from .triggers.triggers import Triggers


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

    _helpers: Optional[Helpers] = None

    def initialize(self):
        name_fields_of_system_actions(self._settings)
        hide_secrets()
        data = self.get_plugin_data_folder()
        catalogue = Catalogue(self._settings, gettext)
        links = Links(LinksFile(os.path.join(data, "links.json")))
        self._preferences = Preferences(self._settings)
        self._access = Access(
            catalogue,
            lambda: self._preferences.visible_to_all,
            Identities(self._user_manager),
            links.has,
        )
        self._current = CurrentRequest(self._access, self._plugin_manager)
        self._gates = Gates(self._access, self._current)
        self._notifier = Notifier(push=self._push, fire=self._fire)
        self._versions = Versions(os.path.join(data, "versions.yaml"))
        self._editing = Editing(
            self._settings,
            self._versions,
            LastSave(os.path.join(data, "last_save.json")),
            tell=lambda news: self._push(about_saving(DEFINITIONS, news)),
        )
        find_upload = Uploads(self._file_manager).find
        self._rules_editing = RulesEditing(
            self._settings,
            Versions(os.path.join(data, "rule_versions.yaml")),
            LastSave(os.path.join(data, "last_save_of_rules.json")),
            Surroundings(
                catalogue.find,
                find_upload,
                lambda: {*MEANINGS, *octoprint.events.all_events()},
            ),
            self._editing.lock,
            tell=self._tell_of_rules,
        )
        self._has_triggers = threading.Event()
        self._history = History(
            os.path.join(data, "history.db"),
            self._limits,
            on_kept=self._resume,
        )
        self._server_url = ""
        self._state_pushes = StatePushes(self._push)
        self._states = States(
            lambda: with_states(catalogue.entries(CUSTOM)),
            server_url=lambda: self._server_url,
            on_change=self._state_changed,
            path=os.path.join(data, "states.json"),
        )
        printer = Printer(self._printer)
        self._runner = Runner(
            history=self._history,
            printer=printer,
            server_url=lambda: self._server_url,
            may_run=self._access.may_still_run,
            on_start=self._notifier.run_started,
            on_change=self._run_changed,
            on_output=self._notifier.output_grew,
            before_end=lambda: self._triggers.run_at_stop(),
        )
        self._launcher = Launcher(
            self._access, find_upload, self._runner, self._states.direction
        )
        self._linked = LinkedCommands(links, self._access, self._launcher, find_upload)
        self._helpers = Helpers(self._launcher, catalogue.entries, self._states)
        self._triggers = Triggers(
            RuleStore(self._settings).rules,
            self._launcher,
            self._runner,
            self._history,
            printer,
            Connection(self._printer, self._settings),
            self._preferences.movie_delay,
            data,
            fire=self._fire,
            complain=lambda *news: self._push(about_connection(*news)),
            access=self._access,
            job=printer,
            complain_of_gcode=lambda news: self._push(about_gcode(news)),
        )
        self._mqtt = Mqtt(
            MqttPlugin(self._plugin_manager, self._settings),
            self._access,
            self._launcher,
            self._states,
            printer,
            lambda: self._preferences.mqtt,
            lambda: Announced(os.path.join(data, "mqtt.json")),
            self._plugin_version,
        )
        self._has_triggers.set()

    def _push(self, message):
        # who gets it is decided by the hook octoprint.server.sockjs.emit
        self._plugin_manager.send_plugin_message(self._identifier, message)

    def _fire(self, event, payload):
        self._event_bus.fire(f"plugin_{self._identifier}_{event}", payload)

    def _resume(self, kept):
        # the file is opened meanwhile
        self._has_triggers.wait()
        self._triggers.engine.resume(kept)

    def _state_changed(self, state):
        self._state_pushes.changed(state.to_push())
        # it is about to be made
        self._has_triggers.wait()
        self._mqtt.state_changed(state)

    def _run_changed(self, record):
        self._notifier.run_changed(record)
        self._states.run_changed(record)
        if self._helpers is not None:
            self._helpers.run_changed(record)
        self._triggers.run_changed(record)
        self._mqtt.run_changed(record)

    def _tell_of_rules(self, news):
        self._push(about_saving(RULES, news))
        if news is not None:
            self._triggers.engine.rules_changed()

    def _limits(self):
        return Limits(self._preferences.max_runs, self._preferences.max_days)

    ##~~ AssetPlugin mixin

    def get_assets(self):
        return ASSETS

    ##~~ BlueprintPlugin mixin

    def get_blueprint(self):
        return build_blueprint(
            self._identifier,
            self._gates,
            SystemApi(self._access, self._launcher, self._current),
            Runs(
                self._access,
                self._current,
                self._launcher,
                self._runner,
                self._history,
                self._notifier,
            ),
            StateViews(self._access, self._current, self._states),
            Definitions(self._current, self._editing, self._launcher),
            DefinitionsExchange(
                self._settings,
                self._editing,
                self._versions,
                self._settings.global_get_basefolder("base"),
            ),
            Rules(
                self._current,
                self._rules_editing,
                self._triggers.engine,
                octoprint.events.all_events,
            ),
            RulesExchange(self._settings, self._rules_editing, self._editing),
            LinkViews(self._current, self._linked),
            OpenApi(self._plugin_version),
            self.get_blueprint_kwargs(),
        )

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
        self._triggers.on_event(event, payload)
        self._mqtt.on_event(event, payload)

    ##~~ SettingsPlugin mixin

    def get_settings_defaults(self):
        return {"commands": [], "rules": [], **copy.deepcopy(DEFAULTS)}

    def get_settings_restricted_paths(self):
        # command lines and arguments may hold passwords; the editor gets them from
        # /api/definitions and /api/rules
        return {"never": [["commands"], ["rules"]]}

    def on_settings_load(self):
        # with something else than it expects, OctoPrint's settings dialog would not open
        return self._preferences.instead_of(super().on_settings_load())

    def on_settings_save(self, data):
        # What the settings dialog got is empty (see above), and must not come back as
        # the new lists of commands and rules
        if not isinstance(data, dict):
            return {}
        data.pop("commands", None)
        data.pop("rules", None)
        # it writes back all settings as it has read them, definitions and rules included
        with self._editing.lock:
            return super().on_settings_save(data)

    ##~~ ShutdownPlugin mixin

    def on_shutdown(self):
        self._mqtt.close()
        self._states.close()
        self._runner.shut_down()
        self._triggers.engine.stop()
        self._notifier.close()
        self._history.close()

    ##~~ StartupPlugin mixin

    def on_startup(self, host, port):
        self._server_url = local_url(host, port)

    def on_after_startup(self):
        self._triggers.engine.start()
        self._mqtt.start()

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
                    self._access,
                    self._launcher,
                    self._current,
                    tells_fresh_credentials=True,
                ),
                self._gates,
                is_wanted=lambda: self._preferences.octoprint_address,
            ),
        ]

    ##~~ octoprint.cli.commands hook

    def get_cli_commands(self, cli_group, pass_octoprint_ctx, *args, **kwargs):
        from .cli.commands import commands

        return commands(lambda: cli_group.settings)

    ##~~ Helpers for other plugins

    def run_for_plugin(self, *args, **kwargs):
        if self._helpers is None:
            return dict(NOT_READY)
        return self._helpers.run(*args, **kwargs)

    def states_for_plugin(self):
        return [] if self._helpers is None else self._helpers.states()

    ##~~ octoprint.access.permissions hook

    def get_additional_permissions(self, *args, **kwargs):
        return additional_permissions(gettext)

    ##~~ octoprint.server.sockjs.emit hook

    def may_be_pushed(self, socket, user, message, payload, *args, **kwargs):
        return may_get(self._access, user, message, payload, self._notifier.whose)

    ##~~ octoprint.server.http.bodysize hook

    def get_body_sizes(self, current_max_body_sizes, *args, **kwargs):
        return BODY_SIZES

    ##~~ octoprint.printer.handle_connect hook

    def handle_connect(self, printer, *args, **kwargs):
        return self._triggers.connecting.before_connect(
            lambda: printer.connect(*args, **kwargs)
        )

    ##~~ octoprint.timelapse.capture.pre and post hooks

    def before_snapshot(self, *args, **kwargs):
        self._triggers.snapshots.before(*args, **kwargs)

    def after_snapshot(self, *args, **kwargs):
        self._triggers.snapshots.after(*args, **kwargs)

    ##~~ octoprint.comm.protocol.atcommand, gcode and scripts hooks

    def handle_at_command(self, *args, **kwargs):
        self._triggers.gcode.at_command(*args, **kwargs)

    def handle_gcode(self, comm, phase, cmd, cmd_type, gcode, *args, **kwargs):
        # asked about each line, almost all of which are G-code that OctoPrint knows
        if gcode is None and cmd[:4].upper() == "OCTO":
            return self._triggers.gcode.queuing(
                comm, phase, cmd, cmd_type, gcode, *args, **kwargs
            )
        return None

    def get_script_lines(self, *args, **kwargs):
        return self._triggers.gcode.script(*args, **kwargs)

    ##~~ octoprint.comm.protocol.action hook

    def handle_action(self, *args, **kwargs):
        self._triggers.action(*args, **kwargs)

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
