"""What the plugin is made of, put together."""

import os
import threading
from typing import Any, NamedTuple

import flask
import octoprint.events
from flask_babel import gettext

from .access import Access
from .api.definitions import Definitions
from .api.definitions_exchange import DefinitionsExchange
from .api.gates import Gates
from .api.links import LinkViews
from .api.mqtt import MqttView
from .api.openapi import OpenApi
from .api.requester import CurrentRequest
from .api.routes import build_blueprint
from .api.rules import Rules
from .api.rules_exchange import RulesExchange
from .api.runs import Runs
from .api.states import StateViews
from .api.system_api import SystemApi
from .commands.catalogue import CUSTOM, Catalogue
from .commands.editing.editor import Editing
from .commands.editing.last_save import LastSave
from .commands.editing.versions import Versions
from .commands.system_actions import name_fields_of_system_actions
from .host.connection import Connection
from .host.mqtt_plugin import MqttPlugin
from .host.notifier import Notifier
from .host.preferences import Preferences
from .host.printer import Printer
from .host.push_filter import (
    DEFINITIONS,
    RULES,
    about_connection,
    about_gcode,
    about_saving,
)
from .host.remembered import Remembered
from .host.state_pushes import StatePushes
from .host.uploads import Uploads
from .identity import Identities
from .launcher import Launcher
from .runs.history.history import History
from .runs.history.retention import Limits
from .runs.runner import Runner
from .states.state import with_states
from .states.states import States
from .triggers.events import MEANINGS
from .triggers.helpers import Helpers
from .triggers.links.linked_commands import LinkedCommands
from .triggers.links.links import Links
from .triggers.links.links_file import LinksFile
from .triggers.mqtt.announced import Announced
from .triggers.mqtt.mqtt import Mqtt
from .triggers.rules.editing import RulesEditing
from .triggers.rules.store import RuleStore
from .triggers.rules.surroundings import Surroundings
from .triggers.triggers import Triggers

# How long a setting may be asked for again with the same answer, in seconds: a print should
# not feel that each run asks for some
_MOMENT = 0.5


class OctoPrint(NamedTuple):
    """What OctoPrint injects into a plugin.

    Attributes:
        identifier, version: of the plugin
        data_folder: where it may keep its files
        settings: a ``octoprint.plugin.PluginSettings``
        plugin_manager, user_manager, file_manager, printer, event_bus: OctoPrint's
    """

    identifier: str
    version: str
    data_folder: str
    settings: Any
    plugin_manager: Any
    user_manager: Any
    file_manager: Any
    printer: Any
    event_bus: Any


class Parts:
    """All that there is one of in a server.

    Arguments:
        octoprint_: what OctoPrint has injected
    """

    def __init__(self, octoprint_: OctoPrint):
        self._octoprint = octoprint_
        settings = octoprint_.settings
        name_fields_of_system_actions(settings)
        data = octoprint_.data_folder
        catalogue = Catalogue(settings, gettext)
        links = Links(LinksFile(os.path.join(data, "links.json")))
        self.preferences = Preferences(settings)
        self.access = Access(
            catalogue,
            lambda: self.preferences.visible_to_all,
            Identities(octoprint_.user_manager),
            links.has,
        )
        self.current = CurrentRequest(self.access, octoprint_.plugin_manager)
        self.gates = Gates(self.access, self.current)
        self.notifier = Notifier(push=self._push, fire=self._fire)
        self._versions = Versions(os.path.join(data, "versions.yaml"))
        self.editing = Editing(
            settings,
            self._versions,
            LastSave(os.path.join(data, "last_save.json")),
            tell=lambda news: self._push(about_saving(DEFINITIONS, news)),
        )
        find_upload = Uploads(octoprint_.file_manager).find
        self._rules_editing = RulesEditing(
            settings,
            Versions(os.path.join(data, "rule_versions.yaml")),
            LastSave(os.path.join(data, "last_save_of_rules.json")),
            Surroundings(
                catalogue.find,
                find_upload,
                lambda: {*MEANINGS, *octoprint.events.all_events()},
            ),
            self.editing.lock,
            tell=self._tell_of_rules,
        )
        self._has_triggers = threading.Event()
        self._limits = Remembered(
            lambda: Limits(self.preferences.max_runs, self.preferences.max_days),
            _MOMENT,
        )
        self.history = History(
            os.path.join(data, "history.db"),
            self._limits,
            on_kept=self._resume,
        )
        self.server_url = ""
        self._state_pushes = StatePushes(self._push)
        self.states = States(
            lambda: with_states(catalogue.entries(CUSTOM)),
            server_url=lambda: self.server_url,
            on_change=self._state_changed,
            path=os.path.join(data, "states.json"),
        )
        printer = Printer(octoprint_.printer)
        self.runner = Runner(
            history=self.history,
            printer=printer,
            server_url=lambda: self.server_url,
            may_run=self.access.may_still_run,
            on_start=self.notifier.run_started,
            on_change=self._run_changed,
            on_output=self.notifier.output_grew,
            before_end=lambda: self.triggers.run_at_stop(),
        )
        self.launcher = Launcher(
            self.access, find_upload, self.runner, self.states.direction
        )
        self._linked = LinkedCommands(links, self.access, self.launcher, find_upload)
        self.helpers = Helpers(self.launcher, catalogue.entries, self.states)
        self._rules = Remembered(RuleStore(settings).rules, _MOMENT)
        self.triggers = Triggers(
            self._rules,
            self.launcher,
            self.runner,
            self.history,
            printer,
            Connection(octoprint_.printer, settings),
            self.preferences.movie_delay,
            data,
            fire=self._fire,
            complain=lambda *news: self._push(about_connection(*news)),
            access=self.access,
            job=printer,
            complain_of_gcode=lambda news: self._push(about_gcode(news)),
        )
        self.mqtt = Mqtt(
            MqttPlugin(octoprint_.plugin_manager, settings),
            self.access,
            self.launcher,
            self.states,
            printer,
            lambda: self.preferences.mqtt,
            lambda: Announced(os.path.join(data, "mqtt.json")),
            octoprint_.version,
        )
        self._has_triggers.set()

    def _push(self, message):
        # who gets it is decided by the hook octoprint.server.sockjs.emit
        self._octoprint.plugin_manager.send_plugin_message(
            self._octoprint.identifier, message
        )

    def _fire(self, event, payload):
        self._octoprint.event_bus.fire(
            f"plugin_{self._octoprint.identifier}_{event}", payload
        )

    def _resume(self, kept):
        # the file is opened meanwhile
        self._has_triggers.wait()
        self.triggers.engine.resume(kept)

    def _state_changed(self, state):
        self._state_pushes.changed(state.to_push())
        # it is about to be made
        self._has_triggers.wait()
        self.mqtt.state_changed(state)

    def _run_changed(self, record):
        self.notifier.run_changed(record)
        self.states.run_changed(record)
        self.helpers.run_changed(record)
        self.triggers.run_changed(record)
        self.mqtt.run_changed(record)

    def _tell_of_rules(self, news):
        self._push(about_saving(RULES, news))
        if news is not None:
            self._rules.forget()
            self.triggers.engine.rules_changed()

    def on_event(self, event: str, payload: Any) -> None:
        """OctoPrint has fired an event; called in its thread, so very quick."""
        if event == "SettingsUpdated":
            self._limits.forget()
            self._rules.forget()
        self.triggers.on_event(event, payload)
        self.mqtt.on_event(event, payload)

    def start(self) -> None:
        """The server answers, and all plugins are there."""
        self.triggers.engine.start()
        self.mqtt.start()

    def shut_down(self) -> None:
        """The server is about to end."""
        self.mqtt.close()
        self.states.close()
        self.runner.shut_down()
        self.triggers.engine.stop()
        self.notifier.close()
        self.history.close()

    def blueprint(self, options: dict[str, Any]) -> flask.Blueprint:
        """The plugin's own address.

        Arguments:
            options: for ``flask.Blueprint``
        """
        return build_blueprint(
            self._octoprint.identifier,
            self.gates,
            SystemApi(self.access, self.launcher, self.current),
            Runs(
                self.access,
                self.current,
                self.launcher,
                self.runner,
                self.history,
                self.notifier,
            ),
            StateViews(self.access, self.current, self.states),
            Definitions(self.current, self.editing, self.launcher),
            DefinitionsExchange(
                self._octoprint.settings,
                self.editing,
                self._versions,
                self._octoprint.settings.global_get_basefolder("base"),
            ),
            Rules(
                self.current,
                self._rules_editing,
                self.triggers.engine,
                octoprint.events.all_events,
            ),
            RulesExchange(self._octoprint.settings, self._rules_editing, self.editing),
            MqttView(self.mqtt, lambda: self.preferences.mqtt),
            LinkViews(self.current, self._linked),
            OpenApi(self._octoprint.version),
            options,
        )
