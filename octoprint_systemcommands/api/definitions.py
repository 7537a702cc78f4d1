"""Definitions: look at them, check, try out, save, exchange them."""

import os
import shutil
import sys
from collections.abc import Sequence
from datetime import datetime, timezone
from typing import Any, Optional

import flask
import octoprint.server
from flask_babel import gettext
from octoprint.access import ADMIN_GROUP
from octoprint.server.util.flask import make_api_error

from ..commands.definition import GUESTS, Command, parse_entry
from ..commands.editing import import_export
from ..commands.editing.editor import Editing, Invalid, Lists, NotWritten, Stale
from ..commands.editing.last_save import Saved
from ..commands.editing.presets import presets
from ..commands.editing.validation import slug
from ..commands.editing.versions import Versions
from ..commands.environment import from_bytes, path_as_text
from ..commands.problems import ERROR, Problem
from ..commands.serialization import to_json
from ..commands.sudoers import own_user
from ..launcher import Launcher
from .errors import errors_of_commands
from .request_body import read_json_object
from .requester import CurrentRequest, confirmed_in
from .runs import accepted
from .texts import translated

_FROM_SYSTEM_ACTIONS = "system_actions"
_FROM_GCODE_SYSTEM_COMMANDS = "gcode_system_commands"
_FROM_YAML = "yaml"

# what the editor offers to run a command by, if it is there
_INTERPRETERS = ("sh", "bash", "python3")


class Definitions:
    """The views below ``/api/definitions``.

    Arguments:
        current: knows who asks
        settings: a ``octoprint.plugin.PluginSettings``
        editing: reads and saves definitions
        versions: the lists that were replaced
        launcher: runs what is to be tested
        basedir: OctoPrint's base folder
    """

    def __init__(
        self,
        current: CurrentRequest,
        settings: Any,
        editing: Editing,
        versions: Versions,
        launcher: Launcher,
        basedir: str,
    ):
        self._current = current
        self._settings = settings
        self._editing = editing
        self._versions = versions
        self._launcher = launcher
        self._basedir = basedir

    def all(self) -> flask.Response:
        """``GET /api/definitions`` → ``{definitions, system_actions, problems, saved}``,
        ETag."""
        return _with_etag(*self._editing.current())

    def save(self) -> flask.Response:
        """``PUT /api/definitions`` with ``If-Match``: ``{definitions,
        remove_system_actions}`` → as `all`.

        Errors: 400 with ``problems`` of each entry, 412 with the ``current`` state, 428
        without ``If-Match``, 500 if it cannot be written. Nothing is changed then.
        """
        body = read_json_object()
        definitions = _list(body, "definitions")
        remove = _list(body, "remove_system_actions", required=False)
        if not all(type(index) is int for index in remove):
            flask.abort(400, description='"remove_system_actions" has to be positions')
        # proxies that compress make strong ones weak
        etags = flask.request.if_match.as_set(include_weak=True)
        if not etags:
            flask.abort(
                428,
                description="Send the header If-Match with the ETag of the definitions "
                "that you have edited",
            )
        try:
            user = self._current.person().name
            lists, saved = self._editing.save(definitions, etags, user, remove)
        except Stale:
            current, saved = self._editing.current()
            response = flask.jsonify(
                error=gettext(
                    "Somebody else has saved commands meanwhile. Nothing was changed."
                ),
                etag=current.etag,
                current=_to_json(current, saved),
            )
            response.status_code = 412
            response.set_etag(current.etag)
            return response
        except Invalid as invalid:
            response = flask.jsonify(
                error=_summary(invalid.problems),
                problems=[_problems(problems) for problems in invalid.problems],
            )
            response.status_code = 400
            return response
        except NotWritten as error:
            return make_api_error(
                gettext(
                    "The commands could not be saved, nothing was changed: "
                    "%(error)s. Check that there is space left on the disk.",
                    error=error,
                ),
                500,
            )
        return _with_etag(lists, saved)

    def check(self) -> flask.Response:
        """``POST /api/definitions/check`` ``{definition, others}`` → ``{problems,
        suggested_action}``: what saving would say of a new or changed entry."""
        body = read_json_object()
        others = _actions(body)
        entry = body.get("definition")
        name = entry.get("name") if isinstance(entry, dict) else None
        return flask.jsonify(
            problems=_problems(self._editing.check(entry, others)),
            suggested_action=slug(name if isinstance(name, str) else "", others),
        )

    @errors_of_commands
    def test(self) -> flask.Response:
        """``POST /api/definitions/test`` ``{definition, arguments, confirmed}`` → 202,
        ``Location``, a run."""
        body = read_json_object()
        entry = body.get("definition")
        if isinstance(entry, dict) and not entry.get("action"):
            entry = {**entry, "action": "test"}
        problems = [
            problem
            for problem in self._editing.check(entry, ())
            if problem.field != "name" and problem.severity == ERROR
        ]
        command, _ = parse_entry(entry)
        if problems or not isinstance(command, Command):
            response = flask.jsonify(
                error=_summary([problems]) or gettext("Dividers cannot be executed"),
                problems=_problems(problems),
            )
            response.status_code = 400
            return response
        run = self._launcher.test(
            command,
            self._current.requester(trigger="test"),
            body.get("arguments"),
            confirmed_in(body),
        )
        return accepted(run.record())

    def environment(self) -> flask.Response:
        """``GET /api/definitions/environment`` → ``{user, folder, path, shell,
        interpreters, groups}``: as whom, where and with what commands are run, by which
        programs: ``[{name, path}]``, and to whom they can be given: ``[{key, name,
        description}]``."""
        # OctoPrint sets it when it starts
        groups: Any = octoprint.server.groupManager
        return flask.jsonify(
            user=own_user(),
            folder=_own_folder(),
            path=from_bytes(os.environb.get(b"PATH", b"")),
            shell="/bin/sh",
            interpreters=[
                {"name": name, "path": path_as_text(path)}
                for name in _INTERPRETERS
                if (path := shutil.which(name)) is not None
            ],
            groups=[
                {
                    "key": group.key,
                    "name": group.get_name(),
                    "description": group.get_description(),
                }
                for group in groups.groups
                # admins may run everything as it is, and nobody knows who guests are
                if group.key not in (ADMIN_GROUP, GUESTS)
            ],
        )

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
            _actions(body)
            if "others" in body
            else {
                entry["action"]
                for entry in lists.definitions
                if isinstance(entry, dict) and isinstance(entry.get("action"), str)
            }
        )
        try:
            found = import_export.candidates(self._to_import(body, lists), taken)
        except import_export.Unreadable as error:
            return make_api_error(translated(error), 400)
        return flask.jsonify(
            entries=[
                {
                    "definition": candidate.definition,
                    "index": candidate.position,
                    "renamed_from": candidate.renamed_from,
                    "clash": candidate.clash,
                    "is_used": candidate.is_used,
                    "problems": _problems(candidate.problems),
                }
                for candidate in found
            ],
            errors=[
                {"place": _place(candidate, problem), "message": translated(problem)}
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


def _own_folder() -> str:
    try:
        return from_bytes(os.getcwdb())
    except FileNotFoundError:
        # it was deleted
        return ""


def _list(body: dict[str, Any], name: str, required: bool = True) -> list[Any]:
    value = body.get(name, None if required else [])
    if not isinstance(value, list):
        flask.abort(400, description=f'"{name}" has to be a list')
    return value


def _actions(body: dict[str, Any]) -> set[str]:
    others = _list(body, "others", required=False)
    if not all(isinstance(action, str) for action in others):
        flask.abort(400, description='"others" has to be a list of actions')
    return set(others)


def _with_etag(lists: Lists, saved: Optional[Saved]) -> flask.Response:
    response = flask.jsonify(_to_json(lists, saved))
    response.set_etag(lists.etag)
    return response


def _to_json(lists: Lists, saved: Optional[Saved]) -> dict[str, Any]:
    result = lists.to_json()
    result["problems"] = {
        name: [_problems(problems) for problems in of_list]
        for name, of_list in lists.problems().items()
    }
    result["saved"] = None if saved is None else saved.to_json()
    return result


def _problems(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    return [
        {
            "field": problem.field,
            "path": problem.path,
            "message": translated(problem),
            "severity": problem.severity,
        }
        for problem in problems
    ]


def _place(candidate: import_export.Candidate, problem: Problem) -> str:
    place = gettext("entry %(number)s", number=candidate.position + 1)
    return f"{place}, {problem.field}" if problem.field else place


def _summary(problems: Sequence[Sequence[Problem]]) -> str:
    """The first problem, with its place, since most people have just one."""
    for number, of_entry in enumerate(problems, start=1):
        for problem in of_entry:
            if problem.severity == ERROR:
                place = gettext("Entry %(number)s", number=number)
                field = f", {problem.place}" if problem.field else ""
                return f"{place}{field}: {translated(problem)}"
    return ""
