"""Rules: look at them, check, try out, save them."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, Optional, Protocol

import flask
from flask_babel import gettext

from ..commands.editing.last_save import Saved
from ..commands.editing.validation import suggested
from ..commands.problems import ERROR
from ..runs.output.times import iso
from ..runs.request import Requester
from ..runs.run import Run
from ..triggers.events import MEANINGS
from ..triggers.news import RuleNews
from ..triggers.rules.editing import RulesEditing
from ..triggers.rules.parsing import parse_rule
from ..triggers.rules.rule import Rule
from ..triggers.rules.store import RuleList
from .definition_json import problems_to_json, summary_of
from .error_codes import ErrorCode
from .errors import error_answer, errors_of_commands
from .request_body import list_in, names_in, read_json_object
from .requester import CurrentRequest
from .runs import accepted
from .saving import save_if_match

# the group of OctoPrint's own events among what there is to choose
_OCTOPRINT = "octoprint"


class Engine(Protocol):
    """What makes rules fire, see `triggers.engine.RuleEngine`."""

    def state(self) -> Mapping[str, RuleNews]: ...

    def last_payloads(self) -> Mapping[str, tuple[float, Mapping[str, Any]]]: ...

    def try_rule(
        self, rule: Rule, payload: Mapping[str, Any], requester: Requester
    ) -> Run: ...


class Rules:
    """The views below ``/api/rules``.

    Arguments:
        current: knows who asks
        editing: reads and saves rules
        engine: makes them fire
        events: the names of OctoPrint's events
    """

    def __init__(
        self,
        current: CurrentRequest,
        editing: RulesEditing,
        engine: Engine,
        events: Callable[[], Collection[str]],
    ):
        self._current = current
        self._editing = editing
        self._engine = engine
        self._events = events

    def all(self) -> flask.Response:
        """``GET /api/rules`` → ``{rules, problems, saved, state}``, ETag."""
        return self._answer(*self._editing.current())

    def save(self) -> flask.Response:
        """``PUT /api/rules`` with ``If-Match``: ``{rules}`` → as `all`.

        Errors: 400 with ``problems`` of each entry, 412 with the ``current`` state, 428
        without ``If-Match``, 500 if it cannot be written. Nothing is changed then.
        """
        rules = list_in(read_json_object(), "rules")
        user = self._current.person().name

        def current() -> tuple[str, dict[str, Any]]:
            found, saved = self._editing.current()
            return found.etag, self._to_json(found, saved)

        return save_if_match(
            "rules",
            lambda etags: self._answer(*self._editing.save(rules, etags, user)),
            current,
            ErrorCode.INVALID_RULE,
        )

    def check(self) -> flask.Response:
        """``POST /api/rules/check`` ``{rule, others}`` → ``{problems, suggested_id}``: what
        saving would say of a new or changed entry."""
        body = read_json_object()
        others = names_in(body, "others", "ids")
        entry = body.get("rule")
        return flask.jsonify(
            problems=problems_to_json(self._editing.check(entry, others)),
            suggested_id=suggested(entry, others, "rule"),
        )

    @errors_of_commands
    def try_(self) -> flask.Response:
        """``POST /api/rules/try`` ``{rule, payload}`` → 202, ``Location``, a run, which may
        be pending."""
        body = read_json_object()
        payload = body.get("payload") or {}
        if not isinstance(payload, dict):
            flask.abort(400, description='"payload" has to be an object')
        entry = body.get("rule")
        if isinstance(entry, dict) and not entry.get("id"):
            entry = {**entry, "id": "test"}
        rule, problems = parse_rule(entry)
        if rule is None:
            problems = [problem for problem in problems if problem.severity == ERROR]
            return error_answer(
                ErrorCode.INVALID_RULE,
                summary_of([problems]),
                problems=problems_to_json(problems),
            )
        requester = self._current.requester(trigger="test")
        return accepted(self._engine.try_rule(rule, payload, requester).record())

    def happenings(self) -> flask.Response:
        """``GET /api/rules/happenings`` → ``{kinds: [{key, group}], last: {key: {at,
        payload}}}``: the events that there are to choose, and what was said of the last one
        of each kind."""
        kinds = [{"key": key, "group": group} for key, group in MEANINGS.items()]
        kinds += ({"key": key, "group": _OCTOPRINT} for key in sorted(self._events()))
        return flask.jsonify(
            kinds=kinds,
            last={
                kind: {"at": iso(at), "payload": payload}
                for kind, (at, payload) in self._engine.last_payloads().items()
            },
        )

    def _to_json(self, rules: RuleList, saved: Optional[Saved]) -> dict[str, Any]:
        return {
            "rules": rules.to_json(),
            "problems": [
                problems_to_json(problems) for problems in self._editing.problems(rules)
            ],
            "saved": None if saved is None else saved.to_json(),
            "state": {
                rule_id: {
                    "at": iso(news.at),
                    "text": news.message.translated(gettext),
                    "run": news.run_id,
                }
                for rule_id, news in self._engine.state().items()
            },
        }

    def _answer(self, rules: RuleList, saved: Optional[Saved]) -> flask.Response:
        response = flask.jsonify(self._to_json(rules, saved))
        response.set_etag(rules.etag)
        return response
