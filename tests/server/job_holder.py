"""A plugin that holds the print, as others do: by the context manager, which keeps a lock
meanwhile, or by a call. It is put into a server's folder `plugins`."""

import threading

import flask
import octoprint.plugin
from octoprint.access.permissions import Permissions


class JobHolderPlugin(octoprint.plugin.BlueprintPlugin):
    def __init__(self):
        self._end = threading.Event()

    @octoprint.plugin.BlueprintPlugin.route("/set", methods=["POST"])
    @Permissions.ADMIN.require(403)
    def set(self):
        """``{on}`` → ``{answer}``"""
        on = flask.request.get_json()["on"]
        return flask.jsonify(answer=self._printer.set_job_on_hold(on))

    @octoprint.plugin.BlueprintPlugin.route("/with", methods=["POST"])
    @Permissions.ADMIN.require(403)
    def hold(self):
        """``{}``: from now on, until ``/end``."""
        self._end.clear()
        begun = threading.Event()

        def hold():
            with self._printer.job_on_hold():
                begun.set()
                self._end.wait(60)

        threading.Thread(target=hold, daemon=True).start()
        return flask.jsonify(begun=begun.wait(10))

    @octoprint.plugin.BlueprintPlugin.route("/end", methods=["POST"])
    @Permissions.ADMIN.require(403)
    def end(self):
        self._end.set()
        return flask.jsonify()

    @octoprint.plugin.BlueprintPlugin.route("/count", methods=["GET"])
    @Permissions.ADMIN.require(403)
    def count(self):
        """How often the print is held now."""
        # OctoPrint 2.0 has its connection elsewhere
        printer = self._printer
        comm = getattr(printer, "_comm", None)
        if comm is None:
            comm = getattr(getattr(printer, "_connection", None), "_comm", None)
        return flask.jsonify(count=None if comm is None else comm._job_on_hold.counter)

    def is_blueprint_csrf_protected(self):
        return True

    def is_blueprint_protected(self):
        return True


__plugin_name__ = "Job Holder"
__plugin_pythoncompat__ = ">=3.9,<4"
__plugin_implementation__ = JobHolderPlugin()
