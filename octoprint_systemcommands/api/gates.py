"""Who gets to a view, as decorators of it. Every view has one."""

import functools
from datetime import datetime, timezone
from typing import Any, Callable

import flask
from octoprint.server.util.flask import (
    credentials_checked_recently,
    no_firstrun_access,
)

from ..access import Access, may_edit
from ..identity import Person
from .error_codes import ErrorCode
from .errors import PLEASE_REAUTHENTICATE, stop
from .requester import CurrentRequest

View = Callable[..., Any]


class Gates:
    """Decorators that answer 403 to everybody else.

    Arguments:
        access: who may do what
        current: knows who asks
    """

    def __init__(self, access: Access, current: CurrentRequest):
        self._access = access
        self._current = current

    def to_known_users(self, view: View) -> View:
        """To those who are logged in."""
        return self._guarded(view, lambda person: person.is_known)

    def to_runners(self, view: View) -> View:
        """To those who may run anything."""
        return self._guarded(view, self._access.may_run_anything)

    def to_viewers(self, view: View) -> View:
        """To those who may see runs."""
        return self._guarded(view, self._access.may_see_runs)

    def to_clearers(self, view: View) -> View:
        """To those who may forget runs."""
        return self._guarded(view, self._access.may_clear_runs)

    def to_editors(self, view: View) -> View:
        """To those who may change definitions and have entered the password recently."""

        @functools.wraps(view)
        def fresh(*args: Any, **kwargs: Any) -> Any:
            if not credentials_checked_recently():
                stop(ErrorCode.REAUTHENTICATE, PLEASE_REAUTHENTICATE)
            return view(*args, **kwargs)

        return self._guarded(fresh, may_edit)

    def to_everybody(self, view: View) -> View:
        """To whoever knows the address, with or without an account."""
        return self._guarded(view, lambda person: True)

    def _guarded(self, view: View, may_pass: Callable[[Person], bool]) -> View:
        @functools.wraps(view)
        @no_firstrun_access
        def guarded(*args: Any, **kwargs: Any) -> flask.Response:
            if not may_pass(self._current.person()):
                flask.abort(403)
            response = flask.make_response(view(*args, **kwargs))
            # it depends on who asks, and there are command lines and outputs in it
            response.headers["Cache-Control"] = "no-store"
            # OctoPrint leaves it out; countdowns go by the server's clock
            response.date = datetime.now(timezone.utc)
            return response

        return guarded
