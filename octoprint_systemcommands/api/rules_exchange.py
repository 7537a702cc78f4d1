"""Rules that come from elsewhere or go there: earlier versions, export, import."""

from typing import Any

import flask
from flask_babel import gettext

from ..commands.actions import action_of
from ..commands.editing.editor import Editing
from ..commands.editing.import_export import Unreadable
from ..commands.serialization import to_json
from ..runs.output.times import iso
from ..triggers.rules import import_export
from ..triggers.rules.editing import RulesEditing, id_of
from ..triggers.rules.event_manager import LeftOut, Taken, take_over
from .definition_json import problems_to_json
from .error_codes import ErrorCode
from .errors import error_answer
from .request_body import names_in, read_json_object


class RulesExchange:
    """More views below ``/api/rules``.

    Arguments:
        settings: a ``octoprint.plugin.PluginSettings``
        editing: reads rules
        definitions: reads definitions of commands
    """

    def __init__(self, settings: Any, editing: RulesEditing, definitions: Editing):
        self._settings = settings
        self._editing = editing
        self._definitions = definitions

    def versions(self) -> flask.Response:
        """``GET /api/rules/versions`` → ``{versions: [{saved_at, user, rules}]}``, the
        newest first."""
        return flask.jsonify(
            versions=[
                {
                    "saved_at": iso(version.saved_at),
                    "user": version.user,
                    "rules": [to_json(entry) for entry in version.definitions],
                }
                for version in self._editing.versions()
            ]
        )

    def export(self) -> flask.Response:
        """``GET /api/rules/export`` → the list as YAML."""
        rules, _ = self._editing.current()
        response = flask.make_response(import_export.dump(rules.entries))
        response.mimetype = "application/yaml"
        response.headers.set(
            "Content-Disposition", "attachment", filename="system-commands-rules.yaml"
        )
        return response

    def import_(self) -> flask.Response:
        """``POST /api/rules/import`` ``{yaml, others}`` or ``{event_manager, others,
        actions}`` → ``{rules, problems, definitions, left_out}``: what would be added.
        Nothing is stored."""
        body = read_json_object()
        ids = names_in(body, "others", "ids")
        if "others" not in body:
            rules, _ = self._editing.current()
            ids = {id_ for id_ in map(id_of, rules.entries) if id_ is not None}
        if body.get("event_manager") is True:
            found = take_over(
                self._settings.global_get(["events"]), ids, self._actions(body)
            )
        elif isinstance(body.get("yaml"), str):
            try:
                loaded = import_export.load(body["yaml"])
            except Unreadable as error:
                return error_answer(ErrorCode.UNREADABLE, error)
            found = Taken(import_export.with_free_ids(loaded, ids), [], [])
        else:
            flask.abort(
                400, description='"yaml" has to be a text, or "event_manager" true'
            )
        return flask.jsonify(
            rules=found.rules,
            problems=[
                problems_to_json(
                    problem
                    for problem in self._editing.check(rule, ())
                    # the command may come with it
                    if problem.field != "run" or not found.definitions
                )
                for rule in found.rules
            ],
            definitions=found.definitions,
            left_out=[{"text": _said(left_out)} for left_out in found.left_out],
        )

    def _actions(self, body: dict[str, Any]) -> set[str]:
        if "actions" in body:
            return names_in(body, "actions", "actions")
        definitions = self._definitions.lists().definitions
        return {action for action in map(action_of, definitions) if action is not None}


def _said(left_out: LeftOut) -> str:
    reason = left_out.reason.translated(gettext)
    if left_out.number is None:
        return reason
    if left_out.name is None:
        text = gettext("Entry %(number)s", number=left_out.number)
    else:
        text = gettext(
            'Entry %(number)s, "%(name)s"', number=left_out.number, name=left_out.name
        )
    return f"{text}: {reason}"
