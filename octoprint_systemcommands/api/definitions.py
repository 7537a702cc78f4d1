"""Definitions: look at them, check, try out, save them."""

import os
import shutil
from typing import Any, Optional

import flask
import octoprint.server
from flask_babel import gettext
from octoprint.access import ADMIN_GROUP

from ..commands.definition import COMMAND_LINES, GUESTS, Command
from ..commands.editing.editor import Editing
from ..commands.editing.last_save import Saved
from ..commands.editing.validation import suggested
from ..commands.environment import from_bytes, path_as_text
from ..commands.lists import Lists
from ..commands.parsing import parse_entry
from ..commands.problems import ERROR, Problem
from ..commands.sudoers import own_user
from ..commands.toggles import WrongPart, part_of
from ..launcher import Launcher
from ..messages import N_, Message
from .definition_json import lists_to_json, problems_to_json, summary_of
from .error_codes import ErrorCode
from .errors import error_answer, errors_of_commands
from .request_body import list_in, names_in, read_json_object
from .requester import CurrentRequest, confirmed_in
from .runs import accepted
from .saving import save_if_match

# what the editor offers to run a command by, if it is there
_INTERPRETERS = ("sh", "bash", "python3")


class Definitions:
    """The views below ``/api/definitions``.

    Arguments:
        current: knows who asks
        editing: reads and saves definitions
        launcher: runs what is to be tested
    """

    def __init__(
        self,
        current: CurrentRequest,
        editing: Editing,
        launcher: Launcher,
    ):
        self._current = current
        self._editing = editing
        self._launcher = launcher

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
        definitions = list_in(body, "definitions")
        remove = list_in(body, "remove_system_actions", required=False)
        if not all(type(index) is int for index in remove):
            flask.abort(400, description='"remove_system_actions" has to be positions')
        user = self._current.person().name

        def current() -> tuple[str, dict[str, Any]]:
            lists, saved = self._editing.current()
            return lists.etag, lists_to_json(lists, saved)

        return save_if_match(
            "definitions",
            lambda etags: _with_etag(
                *self._editing.save(definitions, etags, user, remove)
            ),
            current,
            ErrorCode.INVALID_DEFINITION,
        )

    def check(self) -> flask.Response:
        """``POST /api/definitions/check`` ``{definition, others}`` → ``{problems,
        suggested_action}``: what saving would say of a new or changed entry."""
        body = read_json_object()
        others = names_in(body, "others", "actions")
        entry = body.get("definition")
        return flask.jsonify(
            problems=problems_to_json(self._editing.check(entry, others)),
            suggested_action=suggested(entry, others),
        )

    @errors_of_commands
    def test(self) -> flask.Response:
        """``POST /api/definitions/test`` ``{definition, part, arguments, confirmed}`` → 202,
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
        if isinstance(command, Command):
            try:
                field, command = part_of(command, body.get("part"))
            except WrongPart as error:
                return error_answer(ErrorCode.BAD_REQUEST, error)
            # what is not tried out may be missing yet
            others = set(COMMAND_LINES) - {field}
            problems = [problem for problem in problems if problem.field not in others]
            if not problems and command.obstacle is not None:
                problems.append(Problem(field, Message(N_("is missing"))))
        if problems or not isinstance(command, Command):
            return error_answer(
                ErrorCode.INVALID_DEFINITION if problems else ErrorCode.DIVIDER,
                summary_of([problems]) or gettext("Dividers cannot be executed"),
                problems=problems_to_json(problems),
            )
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


def _own_folder() -> str:
    try:
        return from_bytes(os.getcwdb())
    except FileNotFoundError:
        # it was deleted
        return ""


def _with_etag(lists: Lists, saved: Optional[Saved]) -> flask.Response:
    response = flask.jsonify(lists_to_json(lists, saved))
    response.set_etag(lists.etag)
    return response
