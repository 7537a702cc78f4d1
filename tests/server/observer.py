"""A plugin that tells tests what they cannot see from outside. It is put into a server's
folder `plugins`, see the fixture `observed`."""

import flask
import octoprint.plugin
from octoprint.access.permissions import Permissions


class ObserverPlugin(octoprint.plugin.BlueprintPlugin):
    @octoprint.plugin.BlueprintPlugin.route("/rules", methods=["GET"])
    @Permissions.ADMIN.require(403)
    def rules(self):
        """All that the server answers to: ``[[rule, endpoint, [method]]]``."""
        return flask.jsonify(
            [
                [rule.rule, rule.endpoint, sorted(rule.methods)]
                for rule in flask.current_app.url_map.iter_rules()
            ]
        )

    @octoprint.plugin.BlueprintPlugin.route("/mark", methods=["POST"])
    @Permissions.ADMIN.require(403)
    def mark(self):
        """Sends a message and an event to all sockets, behind all that was sent before."""
        mark = flask.request.get_json()["mark"]
        self._plugin_manager.send_plugin_message(self._identifier, {"mark": mark})
        self._event_bus.fire(f"plugin_{self._identifier}_mark", {"mark": mark})
        return flask.jsonify(mark=mark)

    def is_blueprint_csrf_protected(self):
        return True

    def is_blueprint_protected(self):
        return True


__plugin_name__ = "Observer"
__plugin_pythoncompat__ = ">=3.9,<4"
__plugin_implementation__ = ObserverPlugin()
__plugin_hooks__ = {
    "octoprint.events.register_custom_events": lambda *args, **kwargs: ["mark"]
}
