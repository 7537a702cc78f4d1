"""Another plugin, for `make run` and the pictures: it runs a command by the helpers.

It has what docs/helpers.md says, and imports nothing of System Commands.
"""

import flask
import octoprint.plugin


class TwilightPlugin(octoprint.plugin.SimpleApiPlugin):
    """Dims the light when somebody asks it to."""

    def get_api_commands(self):
        return {"dim": []}

    def is_api_protected(self):
        return True

    def on_api_command(self, command, data):
        helpers = self._plugin_manager.get_helpers("systemcommands", "run")
        if not helpers:
            flask.abort(404)
        answer = helpers["run"](
            "adjust-light",
            plugin=self._identifier,
            arguments={"color": "ffb46b", "brightness": 20},
        )
        return flask.jsonify(answer)


__plugin_name__ = "Twilight"
__plugin_description__ = "A sample: dims the light by a command of System Commands"
__plugin_pythoncompat__ = ">=3.9,<4"
__plugin_implementation__ = TwilightPlugin()
