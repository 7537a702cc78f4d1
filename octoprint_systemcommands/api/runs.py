"""Runs as resources: start, list, look at, stop and forget them."""

import logging
import re
import sqlite3
from typing import Optional

import flask
from flask_babel import gettext
from octoprint.server.util.flask import make_api_error

from ..access import Access
from ..commands.problems import N_
from ..notify import Notifier
from ..runs.database import Filter
from ..runs.history import History
from ..runs.output import Output, read
from ..runs.run import STATUSES, UNFINISHED, Owner, Record
from ..runs.runner import Runner
from .body import read_json_object
from .errors import errors_of_commands
from .run_json import run_to_json, runs_to_json
from .texts import translated
from .wishes import Wishes

_logger = logging.getLogger("octoprint.plugins.systemcommands.runs")

_DEFAULT_LIMIT = 25
_MAX_LIMIT = 200
_NO_SUCH_RUN = N_("There is no such run; the history may have been cleared")


class Runs:
    """The views below ``/api/runs``.

    Arguments:
        access: who may see what
        wishes: makes sense of what is asked for
        runner: runs it
        history: knows all runs
        notifier: is told when the history was cleared
    """

    def __init__(
        self,
        access: Access,
        wishes: Wishes,
        runner: Runner,
        history: History,
        notifier: Notifier,
    ):
        self._access = access
        self._wishes = wishes
        self._runner = runner
        self._history = history
        self._notifier = notifier

    @errors_of_commands
    def start(self) -> flask.Response:
        """``POST /api/runs``: ``{source, action, arguments, confirmed}`` → 202,
        ``Location``, the run."""
        body = read_json_object()
        source, action = body.get("source"), body.get("action")
        if not isinstance(source, str) or not isinstance(action, str):
            flask.abort(
                400, description='"source" and "action" have to name the command to run'
            )
        run = self._runner.start(self._wishes.read(source, action, body))
        return self._accepted(run.record())

    def all(self) -> flask.Response:
        """``GET /api/runs?source=&action=&status=&user=&limit=&before=`` → ``{runs, next,
        warning}``, the newest first."""
        values = flask.request.args
        wanted = Filter(
            user=values.get("user") or None,
            owner=self._whose(),
            source=values.get("source") or None,
            action=values.get("action") or None,
            statuses=_statuses(values.get("status")),
        )
        limit = _number("limit", values.get("limit"), 1, _MAX_LIMIT) or _DEFAULT_LIMIT
        before = _number("before", values.get("before"), 0, 2**62)
        # one more tells whether there is a next page
        records = self._history.find(wanted, limit + 1, before)
        page = records[:limit]
        return flask.jsonify(
            runs=runs_to_json(page),
            next=str(page[-1].seq) if len(records) > limit else None,
            warning=self._warning(),
        )

    def one(self, run_id: str) -> flask.Response:
        """``GET /api/runs/<id>`` → the run."""
        return flask.jsonify(run_to_json(self._find(run_id)))

    def output(self, run_id: str) -> flask.Response:
        """``GET /api/runs/<id>/output?offset=`` → ``{id, status, offset, next, finished,
        chunks}``, see `octoprint_systemcommands.runs.output.read`."""
        record = self._find(run_id)
        offset = _number("offset", flask.request.args.get("offset"), 0, 2**62) or 0
        finished = record.status not in UNFINISHED
        part = read(self._output(record), offset, finished)
        return flask.jsonify(
            id=record.id, status=record.status, finished=finished, **part
        )

    def download(self, run_id: str) -> flask.Response:
        """``GET /api/runs/<id>/output.txt`` → what is kept of the output, as a file."""
        record = self._find(run_id)
        pieces, total = self._output(record).pieces()
        parts: list[bytes] = []
        position = 0
        for piece in pieces:
            parts.append(_gap(piece.offset - position))
            parts.append(piece.data)
            position = piece.offset + len(piece.data)
        parts.append(_gap(total - position))
        response = flask.make_response(b"".join(parts))
        response.mimetype = "text/plain"
        name = re.sub(r"[^A-Za-z0-9._-]+", "-", record.action).strip("-.") or "output"
        response.headers.set(
            "Content-Disposition", "attachment", filename=f"{name}-{record.id}.txt"
        )
        return response

    def stop(self, run_id: str) -> flask.Response:
        """``POST /api/runs/<id>/stop`` → 202, the run; it ends a little later."""
        read_json_object()
        self._find(run_id)
        run = self._runner.stop(run_id, self._access.current().name)
        if run is None:
            flask.abort(409, description=gettext("This run has ended already"))
        return self._accepted(run.record())

    def clear(self) -> flask.Response:
        """``DELETE /api/runs`` → ``{deleted: number}``: forgets those that have ended,
        one's own only if one sees no others."""
        try:
            deleted = self._history.clear(self._whose())
        except (sqlite3.Error, OSError) as error:
            return make_api_error(
                gettext(
                    "The history could not be cleared: %(error)s. Check the disk.",
                    error=error,
                ),
                500,
            )
        name = self._access.current().name
        _logger.info(f"{name or 'Somebody'} has cleared the history of runs")
        self._notifier.history_cleared()
        return flask.jsonify(deleted=deleted)

    def _find(self, run_id: str) -> Record:
        record = self._history.get(run_id)
        if record is None:
            self._abort_unknown()
        if not self._access.may_see_runs_of(self._access.current(), record.owner):
            flask.abort(404, description=gettext(_NO_SUCH_RUN))
        return record

    def _whose(self) -> Optional[Owner]:
        """Whose runs are shown to whoever asks; None: everybody's."""
        person = self._access.current()
        if self._access.may_see_all_runs(person):
            return None
        # nobody has no runs: those without a user are anybody's
        return person.owner or Owner("")

    def _output(self, record: Record) -> Output:
        output = self._history.output(record)
        if output is None:
            self._abort_unknown()
        return output

    def _abort_unknown(self) -> None:
        warning = self._warning()
        if warning is not None:
            flask.abort(503, description=warning)
        flask.abort(404, description=gettext(_NO_SUCH_RUN))

    def _warning(self) -> Optional[str]:
        trouble = self._history.warning
        return trouble and translated(trouble)

    def _accepted(self, record: Record) -> flask.Response:
        body = run_to_json(record)
        return flask.make_response(
            flask.jsonify(body), 202, {"Location": body["resource"]}
        )


def _gap(size: int) -> bytes:
    return f"\n[... {size} bytes dropped ...]\n".encode() if size > 0 else b""


def _statuses(value: Optional[str]) -> Optional[tuple[str, ...]]:
    if not value:
        return None
    statuses = tuple(value.split(","))
    for status in statuses:
        if status not in STATUSES:
            flask.abort(
                400,
                description=f'"status" has to be one or more of {", ".join(STATUSES)}, '
                "separated by commas",
            )
    return statuses


def _number(name: str, value: Optional[str], minimum: int, maximum: int) -> Optional[int]:
    if not value:
        return None
    if re.fullmatch(r"[0-9]{1,19}", value) and minimum <= int(value) <= maximum:
        return int(value)
    flask.abort(
        400, description=f'"{name}" has to be a number from {minimum} to {maximum}'
    )
