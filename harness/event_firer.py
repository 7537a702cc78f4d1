"""A plugin that fires events, as many as a test or a benchmark wants.

firing(server).start()
server.request("POST", "/plugin/event_firer/fire", {"event": "Storm", "times": 1000})
"""

import shutil
import time
from pathlib import Path

import flask
import octoprint.plugin
from octoprint.access.permissions import Permissions


class EventFirerPlugin(octoprint.plugin.BlueprintPlugin):
    @octoprint.plugin.BlueprintPlugin.route("/fire", methods=["POST"])
    @Permissions.ADMIN.require(403)
    def fire(self):
        """``{event, payload, times}`` → ``{at}``, when it began, in s since the epoch."""
        body = flask.request.get_json()
        at = time.time()
        for number in range(body.get("times", 1)):
            payload = {**body.get("payload", {}), "number": number}
            self._event_bus.fire(body["event"], payload)
        return flask.jsonify(at=at)

    def is_blueprint_csrf_protected(self):
        return True

    def is_blueprint_protected(self):
        return True


def firing(server):
    """Gives the plugin to a server that is not started yet."""
    folder = server.basedir / "plugins"
    folder.mkdir(exist_ok=True)
    shutil.copy(__file__, Path(folder, "event_firer.py"))
    return server


__plugin_name__ = "Event Firer"
__plugin_pythoncompat__ = ">=3.9,<4"
__plugin_implementation__ = EventFirerPlugin()
