"""The plugin as OctoPrint sees it: every mixin method and hook hands over to a module."""

import os

import octoprint.plugin
from flask_babel import gettext

from .api.blueprint import build_blueprint
from .api.contract import Contract
from .api.octoprint_address import before_request_handler
from .commands.catalogue import Catalogue
from .runs.runner import Runner


class SystemCommandsPlugin(
    octoprint.plugin.AssetPlugin,
    octoprint.plugin.BlueprintPlugin,
    octoprint.plugin.SettingsPlugin,
    octoprint.plugin.TemplatePlugin,
):
    def initialize(self):
        self._contract = Contract(
            catalogue=Catalogue(self._settings, gettext),
            runner=Runner(is_printing=self._printer.is_printing),
        )

    ##~~ AssetPlugin mixin

    def get_assets(self):
        return {
            "js": [
                "js/systemcommands_notices.js",
                "js/systemcommands_trigger.js",
                "js/systemcommands_menu.js",
            ],
            "clientjs": ["clientjs/systemcommands.js"],
            "css": ["css/systemcommands.css"],
        }

    ##~~ BlueprintPlugin mixin

    def get_blueprint(self):
        return build_blueprint(
            self._identifier, self._contract, self.get_blueprint_kwargs()
        )

    def get_blueprint_api_prefixes(self):
        return ["/api"]

    def is_blueprint_csrf_protected(self):
        return True

    def is_blueprint_protected(self):
        # "protected" means only "logged in"; each endpoint checks its own permission
        return False

    ##~~ SettingsPlugin mixin

    def get_settings_defaults(self):
        return {"commands": []}

    def get_settings_restricted_paths(self):
        # command lines may hold passwords and are of no use to the settings dialog
        return {"never": [["commands"]]}

    def on_settings_save(self, data):
        # What the settings dialog got is empty (see above), and must not come back as
        # the new list of commands
        data.pop("commands", None)
        return super().on_settings_save(data)

    ##~~ TemplatePlugin mixin

    def get_template_configs(self):
        return [
            {
                "type": "navbar",
                "template": "systemcommands_navbar.jinja2",
                "replaces": "systemmenu",
                "div": "navbar_systemmenu",
                "classes": ["dropdown"],
                "styles": ["display: none"],
                "data_bind": "visible: visible",
                "custom_bindings": True,
            }
        ]

    def is_template_autoescaped(self):
        return True

    ##~~ octoprint.server.api.before_request hook

    def get_before_request_handlers(self, *args, **kwargs):
        return [before_request_handler(self._contract)]


def __plugin_check__():
    # process groups, sessions and /bin/sh
    return os.name == "posix"


__plugin_name__ = "System Commands"
__plugin_pythoncompat__ = ">=3.9,<4"
__plugin_implementation__ = SystemCommandsPlugin()
__plugin_hooks__ = {
    "octoprint.server.api.before_request": (
        __plugin_implementation__.get_before_request_handlers
    )
}
