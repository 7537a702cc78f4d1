"""Links: who may edit makes and revokes them; whoever knows the address of one calls it."""

import functools
import logging
from collections.abc import Callable
from typing import Any

import flask
from flask_babel import gettext
from werkzeug.exceptions import HTTPException

from ..access import NotOpened
from ..messages import N_
from ..triggers.links.linked_commands import LinkedCommands, NotByGet
from ..triggers.links.links import NoSuchLink, TooSoon, WrongLink
from ..triggers.links.links_file import NotWritten
from .error_codes import ErrorCode
from .errors import error_answer, errors_of_commands
from .request_body import read_json_object
from .requester import CurrentRequest

_logger = logging.getLogger("octoprint.plugins.systemcommands.api.links")

# The endpoint that is open to everybody
HOOK = "hook"
HOOK_PATH = "/api/hook/"

_NO_SUCH_LINK = N_("There is no such link")


def _errors_of_links(view: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(view)
    @errors_of_commands
    def answering(*args: Any, **kwargs: Any) -> Any:
        try:
            return view(*args, **kwargs)
        except (WrongLink, NotOpened) as error:
            return error_answer(ErrorCode.INVALID_LINK, error)
        except NotWritten as error:
            return error_answer(ErrorCode.NOT_WRITTEN, error)
        except NoSuchLink:
            return error_answer(ErrorCode.NOT_FOUND, gettext(_NO_SUCH_LINK))

    return answering


# What browsers say when they load something that nobody has opened yet
_PURPOSES = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
_LOOKING_AHEAD = ("prefetch", "preview", "prerender")


def _is_prefetch() -> bool:
    said = " ".join(flask.request.headers.get(name, "") for name in _PURPOSES).lower()
    return any(word in said for word in _LOOKING_AHEAD)


class LinkViews:
    """The views of ``/api/links`` and ``/api/hook``.

    Arguments:
        current: knows who asks
        linked: makes, revokes and uses links
    """

    def __init__(self, current: CurrentRequest, linked: LinkedCommands):
        self._current = current
        self._linked = linked

    def all(self) -> flask.Response:
        """``GET /api/links`` → ``{links}``, without their addresses, which nobody knows."""
        return flask.jsonify(
            links=[
                {**link.to_json(), "problem": problem and problem.translated(gettext)}
                for link, problem in self._linked.all()
            ]
        )

    @_errors_of_links
    def make(self) -> flask.Response:
        """``POST /api/links`` ``{name, action, to, arguments, get}`` → 201, the link with
        its ``url``, this once."""
        made = self._linked.make(read_json_object(), self._current.person().name)
        url = flask.url_for(f".{HOOK}", secret=made.secret, _external=True)
        body = {**made.link.to_json(), "problem": None, "url": url}
        return flask.make_response(flask.jsonify(body), 201)

    @_errors_of_links
    def revoke(self, link_id: str) -> tuple[str, int]:
        """``DELETE /api/links/<id>`` → 204."""
        self._linked.revoke(link_id, self._current.person().name)
        return "", 204

    def call(self, secret: str) -> flask.Response:
        """``POST /api/hook/<secret>``, and ``GET`` for those links that allow it: runs it →
        202 ``{id, status}``. What comes with the request counts for nothing."""
        try:
            return self._call(secret)
        except HTTPException:
            raise
        except Exception:
            # Flask would write the whole address to the log
            _logger.exception("Error while a link was called")
            return error_answer(ErrorCode.INTERNAL_ERROR, "Internal Server Error")

    @_errors_of_links
    def _call(self, secret: str) -> flask.Response:
        method = flask.request.method
        if method == "HEAD" or (method == "GET" and _is_prefetch()):
            # what only looks at a link runs nothing
            self._linked.find(secret)
            flask.abort(405, description="Who only looks at a link runs nothing")
        try:
            run = self._linked.call(secret, method == "GET", flask.request.remote_addr)
        except NotByGet:
            flask.abort(405, description="This link is for POST only")
        except TooSoon as error:
            said = gettext("This link was called a moment ago: once a second at most")
            response = error_answer(ErrorCode.TOO_SOON, said)
            response.headers["Retry-After"] = str(error.retry_after)
            return response
        record = run.record()
        return flask.make_response(
            flask.jsonify(id=record.id, status=record.status.value), 202
        )
