"""A plugin of somebody else, which runs commands by the helpers of System Commands.

It has what docs/helpers.md says, and imports nothing of this package.
"""

import threading

import flask
import octoprint.plugin


class CallerPlugin(octoprint.plugin.StartupPlugin, octoprint.plugin.BlueprintPlugin):
    def initialize(self):
        self._ends = {}
        self._states = None

    def on_startup(self, host, port):
        helpers = self._plugin_manager.get_helpers("systemcommands", "run", "states")
        if helpers:
            self._run, self._states = helpers["run"], helpers["states"]

    def _on_end(self, run):
        self._ends[run["id"]] = {
            "run": run,
            "thread": threading.current_thread().name,
        }

    @octoprint.plugin.BlueprintPlugin.route("/run", methods=["POST"])
    def run_it(self):
        body = dict(flask.request.json)
        if body.pop("tell", False):
            body["on_end"] = self._on_end
        if body.pop("fail", False):
            body["on_end"] = self._fail
        return flask.jsonify(self._run(plugin=self._identifier, **body))

    def _fail(self, run):
        raise RuntimeError("a fault of the caller")

    @octoprint.plugin.BlueprintPlugin.route("/ends", methods=["GET"])
    def ends(self):
        return flask.jsonify(self._ends)

    @octoprint.plugin.BlueprintPlugin.route("/states", methods=["GET"])
    def states(self):
        return flask.jsonify(self._states())

    def is_blueprint_csrf_protected(self):
        return True

    def is_blueprint_protected(self):
        return True


__plugin_name__ = "Caller"
__plugin_pythoncompat__ = ">=3.9,<4"
__plugin_implementation__ = CallerPlugin()
