"""A plugin that stands in for rules: it holds commands when a test asks for it. It is put into
a server's folder `plugins`, see the fixture `with_holder`."""

import time

import flask
import octoprint.plugin
from octoprint.access.permissions import Permissions

from octoprint_systemcommands.launcher import ExecuteRequest
from octoprint_systemcommands.messages import Message
from octoprint_systemcommands.runs.request import Requester, RuleOrigin, Waiting


class HolderPlugin(octoprint.plugin.BlueprintPlugin):
    @property
    def _parts(self):
        info = self._plugin_manager.get_plugin_info("systemcommands")
        return info.implementation._parts

    @octoprint.plugin.BlueprintPlugin.route("/hold", methods=["POST"])
    @Permissions.ADMIN.require(403)
    def hold(self):
        """``{action, rule, reason, due_in, waits_for}`` → ``{id}``"""
        body = flask.request.get_json()
        rule = RuleOrigin(body["action"], body.get("rule", "A rule"))
        request = ExecuteRequest(
            "custom",
            body["action"],
            Requester(trigger="event", rule=rule),
            reason=_message(body.get("reason")),
        )
        run = self._parts.launcher.hold(request, _waiting(body))
        return flask.jsonify(id=run.id)

    @octoprint.plugin.BlueprintPlugin.route("/wait/<run_id>", methods=["POST"])
    @Permissions.ADMIN.require(403)
    def wait(self, run_id):
        """``{due_in, waits_for}`` → whether it is pending"""
        waiting = _waiting(flask.request.get_json())
        return flask.jsonify(self._parts.runner.wait_on(run_id, waiting))

    def is_blueprint_csrf_protected(self):
        return True

    def is_blueprint_protected(self):
        return True


def _waiting(body):
    due_in = body.get("due_in")
    return Waiting(
        None if due_in is None else time.time() + due_in,
        _message(body.get("waits_for")),
        {"held": "by a test"},
    )


def _message(text):
    return text and Message("%(text)s", {"text": text})


__plugin_name__ = "Holder"
__plugin_pythoncompat__ = ">=3.9,<4"
__plugin_implementation__ = HolderPlugin()
