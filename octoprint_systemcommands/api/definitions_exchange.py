"""Definitions that come from elsewhere or go there: earlier versions, presets, export, import."""

import sys
from datetime import datetime, timezone
from typing import Any

import flask
from flask_babel import gettext

from ..commands.actions import action_of
from ..commands.editing import import_export
from ..commands.editing.editor import Editing
from ..commands.editing.presets import presets
from ..commands.editing.versions import Versions
from ..commands.environment import path_as_text
from ..commands.lists import Lists
from ..commands.problems import Problem
from ..commands.serialization import to_json
from .definition_json import problems_to_json
from .error_codes import ErrorCode
from .errors import error_answer
from .request_body import names_in, read_json_object

_FROM_SYSTEM_ACTIONS = "system_actions"
_FROM_GCODE_SYSTEM_COMMANDS = "gcode_system_commands"
_FROM_YAML = "yaml"


class DefinitionsExchange:
    """More views below ``/api/definitions``.

    Arguments:
        settings: a ``octoprint.plugin.PluginSettings``
        editing: reads definitions
        versions: the lists that were replaced
        basedir: OctoPrint's base folder
    """

    def __init__(self, settings: Any, editing: Editing, versions: Versions, basedir: str):
        self._settings = settings
        self._editing = editing
        self._versions = versions
        self._basedir = basedir

    def versions(self) -> flask.Response:
        """``GET /api/definitions/versions`` → ``{versions: [{saved_at, user,
        definitions}]}``, the newest first."""
        return flask.jsonify(
            versions=[
                {
                    "saved_at": datetime.fromtimestamp(
                        version.saved_at, tz=timezone.utc
                    ).isoformat(timespec="seconds"),
                    "user": version.user,
                    "definitions": [to_json(entry) for entry in version.definitions],
                    "system_actions": [
                        to_json(entry) for entry in version.system_actions
                    ],
                }
                for version in self._versions.all()
            ]
        )

    def presets(self) -> flask.Response:
        """``GET /api/definitions/presets`` → ``{presets: [{id, note, sudoers,
        definition}]}``."""
        python, basedir = path_as_text(sys.executable), path_as_text(self._basedir)
        return flask.jsonify(presets=presets(gettext, python, basedir))

    def export(self) -> flask.Response:
        """``GET /api/definitions/export`` → the plugin's list as YAML."""
        response = flask.make_response(
            import_export.dump(self._editing.lists().definitions)
        )
        response.mimetype = "application/yaml"
        response.headers.set(
            "Content-Disposition", "attachment", filename="system-commands.yaml"
        )
        return response

    def import_(self) -> flask.Response:
        """``POST /api/definitions/import`` ``{from, text, others}`` → ``{entries, errors}``:
        what would be added. Nothing is stored."""
        body = read_json_object()
        lists = self._editing.lists()
        taken = (
            names_in(body, "others", "actions")
            if "others" in body
            else {
                action
                for action in map(action_of, lists.definitions)
                if action is not None
            }
        )
        try:
            found = import_export.candidates(self._to_import(body, lists), taken)
        except import_export.Unreadable as error:
            return error_answer(ErrorCode.UNREADABLE, error)
        return flask.jsonify(
            entries=[
                {
                    "definition": candidate.definition,
                    "index": candidate.position,
                    "renamed_from": candidate.renamed_from,
                    "clash": candidate.clash,
                    "is_used": candidate.is_used,
                    "problems": problems_to_json(candidate.problems),
                }
                for candidate in found
            ],
            errors=[
                {
                    "place": _place(candidate, problem),
                    "message": problem.message.translated(gettext),
                }
                for candidate in found
                for problem in candidate.problems
            ],
        )

    def _to_import(self, body: dict[str, Any], lists: Lists) -> list[Any]:
        source = body.get("from")
        if source == _FROM_SYSTEM_ACTIONS:
            return import_export.from_system_actions(lists.system_actions)
        if source == _FROM_GCODE_SYSTEM_COMMANDS:
            path = ["plugins", "gcodesystemcommands", "command_definitions"]
            return import_export.from_gcode_system_commands(
                self._settings.global_get(path)
            )
        if source == _FROM_YAML and isinstance(body.get("text"), str):
            return import_export.load(body["text"])
        return flask.abort(
            400,
            description=f'"from" has to be {_FROM_SYSTEM_ACTIONS}, '
            f"{_FROM_GCODE_SYSTEM_COMMANDS}, or {_FROM_YAML} with a text",
        )


def _place(candidate: import_export.Candidate, problem: Problem) -> str:
    place = gettext("entry %(number)s", number=candidate.position + 1)
    return f"{place}, {problem.field}" if problem.field else place
