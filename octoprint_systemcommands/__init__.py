"""The plugin as OctoPrint sees it: every mixin method and hook hands over to a module."""

import octoprint.plugin


class SystemCommandsPlugin(
    octoprint.plugin.AssetPlugin,
    octoprint.plugin.BlueprintPlugin,
    octoprint.plugin.SettingsPlugin,
    octoprint.plugin.TemplatePlugin,
):
    ##~~ BlueprintPlugin mixin

    def is_blueprint_csrf_protected(self):
        return True

    def is_blueprint_protected(self):
        # every endpoint checks its own permissions
        return False

    ##~~ SettingsPlugin mixin

    def get_settings_defaults(self):
        return {"commands": []}

    ##~~ TemplatePlugin mixin

    def is_template_autoescaped(self):
        return True


__plugin_name__ = "System Commands"
__plugin_pythoncompat__ = ">=3.9,<4"
__plugin_implementation__ = SystemCommandsPlugin()
