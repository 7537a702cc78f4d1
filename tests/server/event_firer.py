"""A plugin that fires events, as many as a test wants. It is put into a server's folder
`plugins`."""

import time

import flask
import octoprint.plugin
from octoprint.access.permissions import Permissions


class EventFirerPlugin(octoprint.plugin.BlueprintPlugin):
    @octoprint.plugin.BlueprintPlugin.route("/fire", methods=["POST"])
    @Permissions.ADMIN.require(403)
    def fire(self):
        """``{event, payload, times}`` → how long it took to hand them over, in s."""
        body = flask.request.get_json()
        started = time.perf_counter()
        for number in range(body.get("times", 1)):
            payload = {**body.get("payload", {}), "number": number}
            self._event_bus.fire(body["event"], payload)
        return flask.jsonify(seconds=time.perf_counter() - started)

    def is_blueprint_csrf_protected(self):
        return True

    def is_blueprint_protected(self):
        return True


__plugin_name__ = "Event Firer"
__plugin_pythoncompat__ = ">=3.9,<4"
__plugin_implementation__ = EventFirerPlugin()
