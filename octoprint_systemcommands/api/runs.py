"""Runs as resources: start, list, look at, stop and forget them."""

import logging
import re
from collections.abc import Iterable
from typing import Any, Optional

import flask
from flask_babel import gettext
from octoprint.server.util.flask import credentials_checked_recently

from ..access import Access
from ..host.notifier import Notifier
from ..launcher import Launcher
from ..messages import N_
from ..runs.history.database import Filter
from ..runs.history.history import History
from ..runs.history.troubles import Unavailable
from ..runs.output.capture import MAX_OFFSET, Output
from ..runs.output.reader import read
from ..runs.record import STATUSES, UNFINISHED, Record, Status
from ..runs.request import Owner
from ..runs.runner import Runner
from .error_codes import ErrorCode
from .errors import errors_of_commands, stop
from .hint_texts import hint_text
from .request_body import read_json_object
from .requester import CurrentRequest, confirmed_in

_logger = logging.getLogger("octoprint.plugins.systemcommands.api.runs")

_DEFAULT_LIMIT = 25
_MAX_LIMIT = 200
_NO_SUCH_RUN = N_("There is no such run; the history may have been cleared")


class Runs:
    """The views below ``/api/runs``.

    Arguments:
        access: who may see what
        current: knows who asks
        launcher: starts runs
        runner: stops them
        history: knows all runs
        notifier: is told when the history was cleared
    """

    def __init__(
        self,
        access: Access,
        current: CurrentRequest,
        launcher: Launcher,
        runner: Runner,
        history: History,
        notifier: Notifier,
    ):
        self._access = access
        self._current = current
        self._launcher = launcher
        self._runner = runner
        self._history = history
        self._notifier = notifier

    @errors_of_commands
    def start(self) -> flask.Response:
        """``POST /api/runs``: ``{source, action, to, arguments, confirmed}`` → 202,
        ``Location``, the run."""
        body = read_json_object()
        source, action = body.get("source"), body.get("action")
        if not isinstance(source, str) or not isinstance(action, str):
            flask.abort(
                400, description='"source" and "action" have to name the command to run'
            )
        run = self._launcher.launch(self._current.to_execute(source, action, body))
        return accepted(run.record())

    def all(self) -> flask.Response:
        """``GET /api/runs?source=&action=&status=&user=&limit=&before=`` → ``{runs, next,
        warning}``, the newest first."""
        wanted = Filter(
            user=_parameter("user") or None,
            owner=self._whose(),
            with_rules=self._access.may_see_runs_of_rules(self._current.person()),
            source=_parameter("source") or None,
            action=_parameter("action") or None,
            statuses=_statuses(),
        )
        limit = _number("limit", 1, _MAX_LIMIT) or _DEFAULT_LIMIT
        before = _number("before", 0, MAX_OFFSET)
        # one more tells whether there is a next page
        records = self._history.find(wanted, limit + 1, before)
        page = records[:limit]
        return flask.jsonify(
            runs=_runs_to_json(page),
            next=str(page[-1].seq) if len(records) > limit else None,
            warning=self._warning(),
        )

    def one(self, run_id: str) -> flask.Response:
        """``GET /api/runs/<id>`` → the run."""
        return flask.jsonify(_run_to_json(self._find(run_id)))

    def output(self, run_id: str) -> flask.Response:
        """``GET /api/runs/<id>/output?offset=&times=`` → ``{id, status, offset, next,
        finished, chunks}``, see `octoprint_systemcommands.runs.output.reader.read`."""
        record = self._find(run_id)
        offset = _number("offset", 0, MAX_OFFSET) or 0
        with_times = _flag("times")
        finished = record.status not in UNFINISHED
        part = read(self._output(record), offset, finished, with_times)
        return flask.jsonify(
            id=record.id, status=record.status.value, finished=finished, **part
        )

    def download(self, run_id: str) -> flask.Response:
        """``GET /api/runs/<id>/output.txt`` → what is kept of the output, as a file."""
        record = self._find(run_id)
        output = self._output(record)
        pieces, total = output.pieces()
        parts: list[bytes] = []
        position = 0
        for piece in pieces:
            parts.append(_gap(piece.offset - position))
            parts.append(piece.data)
            position = piece.offset + len(piece.data)
        parts.append(_gap(total - position, output.is_damaged))
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
        run = self._runner.stop(run_id, self._current.person().name)
        if run is None:
            stop(ErrorCode.ENDED, gettext("This run has ended already"))
        return accepted(run.record())

    @errors_of_commands
    def now(self, run_id: str) -> flask.Response:
        """``POST /api/runs/<id>/now``: ``{confirmed}`` → 202, the run, which waits no
        longer."""
        confirmed = confirmed_in(read_json_object())
        record = self._find(run_id)
        if record.status == Status.PENDING:
            # to cancel it is one thing, to have it run another
            command = self._access.find(
                self._current.person(),
                record.source,
                record.action,
                by_rule=record.rule is not None,
            )
            self._access.ensure_fresh_credentials(command, credentials_checked_recently())
        # nobody's name is empty, and somebody is told what stands in the way
        user = self._current.person().name or ""
        run = self._runner.release(run_id, user, confirmed)
        if run is None:
            stop(ErrorCode.NOT_PENDING, gettext("This run does not wait any more"))
        return accepted(run.record())

    def clear(self) -> flask.Response:
        """``DELETE /api/runs`` → ``{deleted: number}``: forgets those that have ended,
        one's own only if one sees no others."""
        try:
            deleted = self._history.clear(self._whose())
        except Unavailable as error:
            stop(ErrorCode.HISTORY_UNAVAILABLE, error)
        name = self._current.person().name
        _logger.info(f"{name or 'Somebody'} has cleared the history of runs")
        self._notifier.history_cleared()
        return flask.jsonify(deleted=deleted)

    def _find(self, run_id: str) -> Record:
        try:
            record = self._history.get(run_id)
        except Unavailable as error:
            stop(ErrorCode.HISTORY_UNAVAILABLE, error)
        if record is None:
            stop(ErrorCode.UNKNOWN_RUN, gettext(_NO_SUCH_RUN))
        may_see = self._access.may_see_runs_of(
            self._current.person(), record.owner, record.rule is not None
        )
        if not may_see:
            stop(ErrorCode.UNKNOWN_RUN, gettext(_NO_SUCH_RUN))
        return record

    def _whose(self) -> Optional[Owner]:
        """Whose runs are theirs who asks; None: everybody's."""
        person = self._current.person()
        if self._access.may_see_all_runs(person):
            return None
        # nobody has no runs: those without a user are anybody's
        return person.owner or Owner("")

    def _output(self, record: Record) -> Output:
        try:
            output = self._history.output(record)
        except Unavailable as error:
            stop(ErrorCode.HISTORY_UNAVAILABLE, error)
        if output is None:
            stop(ErrorCode.UNKNOWN_RUN, gettext(_NO_SUCH_RUN))
        return output

    def _warning(self) -> Optional[str]:
        trouble = self._history.warning
        return trouble and trouble.translated(gettext)


def accepted(record: Record) -> flask.Response:
    """The answer to a request that has started a run, or stops one."""
    body = _run_to_json(record)
    return flask.make_response(flask.jsonify(body), 202, {"Location": body["resource"]})


def _run_to_json(record: Record) -> dict[str, Any]:
    """The run with what depends on the request: the language of its texts, and the URL."""
    return _runs_to_json([record])[0]


def _runs_to_json(records: Iterable[Record]) -> list[dict[str, Any]]:
    # once, since this is a good part of the work for a long list
    base = flask.url_for(".runs", _external=True)
    return [
        {
            **record.to_dict(),
            "hint": record.hint and hint_text(record.hint),
            "reason": record.reason and record.reason.translated(gettext),
            "waits_for": record.waits_for and record.waits_for.translated(gettext),
            "resource": f"{base}/{record.id}",
        }
        for record in records
    ]


def _gap(size: int, is_damaged: bool = False) -> bytes:
    what = "are damaged and cannot be read" if is_damaged else "dropped"
    return f"\n[... {size} bytes {what} ...]\n".encode() if size > 0 else b""


def _parameter(name: str) -> Optional[str]:
    """A parameter of the query, None if it is not there."""
    values = flask.request.args.getlist(name)
    if len(values) > 1:
        flask.abort(400, description=f'"{name}" may be given only once')
    return values[0] if values else None


def _statuses() -> Optional[tuple[str, ...]]:
    value = _parameter("status")
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


def _flag(name: str) -> bool:
    value = _parameter(name)
    if value in (None, "", "false", "true"):
        return value == "true"
    flask.abort(400, description=f'"{name}" has to be "true" or "false"')


def _number(name: str, minimum: int, maximum: int) -> Optional[int]:
    value = _parameter(name)
    if not value:
        return None
    # digits as they are in English: int() takes others, and signs, and "1_000" as well
    if re.fullmatch(r"[0-9]{1,19}", value) and minimum <= int(value) <= maximum:
        return int(value)
    flask.abort(
        400, description=f'"{name}" has to be a whole number from {minimum} to {maximum}'
    )
