"""Who may do what: OctoPrint's permissions, the groups of commands, and reauthentication.

Every endpoint and every pushed message passes by here.
"""

import contextlib
import functools
from typing import Any, Callable, Optional

import flask
import flask_login
from flask_babel import gettext
from octoprint.access import ADMIN_GROUP
from octoprint.access.permissions import Permissions
from octoprint.server.util.flask import (
    credentials_checked_recently,
    no_firstrun_access,
)
from werkzeug.exceptions import Forbidden

from .commands.catalogue import CUSTOM, Catalogue, NotExecutable, UnknownAction
from .commands.definition import Command
from .commands.lists import Entry, tidy
from .identity import Identities, Person
from .runs.request import Owner, Request

View = Callable[..., Any]


class FreshCredentialsNeeded(Forbidden):
    """Not before entering the password again; OctoPrint's words."""

    description = "Please reauthenticate with your credentials"


class Access:
    """Decides for people, as they are now: every user that OctoPrint hands over goes
    through `now` first.

    Arguments:
        catalogue: what can be run
        visible_to_all: whether all who have the permission SYSTEM see all runs
        identities: knows who somebody is
    """

    def __init__(
        self,
        catalogue: Catalogue,
        visible_to_all: Callable[[], bool],
        identities: Identities,
    ):
        self._catalogue = catalogue
        self._visible_to_all = visible_to_all
        self._identities = identities

    def now(self, user: Any) -> Person:
        """Who a user of OctoPrint's is now."""
        return self._identities.now(user)

    def current(self) -> Person:
        """Who has sent the current request."""
        return self.now(flask_login.current_user)

    ##~~ Commands

    def entries(self, person: Person, source: str) -> list[Entry]:
        """What somebody may run of a source, in the order of the menu.

        Raises:
            UnknownSource
        """
        if may_run_everything(person):
            return self._catalogue.entries(source)
        groups = person.groups()
        return tidy(
            entry
            for entry in (self._catalogue.entries(source) if source == CUSTOM else ())
            if not isinstance(entry, Command) or groups & set(entry.groups)
        )

    def ensure_may_list(self, person: Person, source: str) -> None:
        """Aborts with 403 unless somebody may ask for a source by itself."""
        if source != CUSTOM and not may_run_everything(person):
            flask.abort(403)

    def may_run_anything(self, person: Person) -> bool:
        """Whether there is a command that somebody may run."""
        if may_run_everything(person):
            return True
        # asked for each push to each client: most of those who may not are in no group
        groups = person.groups()
        return bool(groups) and any(
            isinstance(entry, Command) and groups.intersection(entry.groups)
            for entry in self._catalogue.entries(CUSTOM)
        )

    def find(self, person: Person, source: str, action: str) -> Command:
        """A command that somebody may run.

        Aborts with 403 if they may not run it, whether or not it exists.

        Raises:
            UnknownSource, UnknownAction, NotExecutable: if they may run everything
        """
        if may_run_everything(person):
            return self._catalogue.find(source, action)
        command = self._open_to(person, source, action)
        if command is None:
            flask.abort(403)
        return command

    def _open_to(self, person: Person, source: str, action: str) -> Optional[Command]:
        """A command, if it is open to one of somebody's groups."""
        if source == CUSTOM:
            with contextlib.suppress(UnknownAction, NotExecutable):
                command = self._catalogue.find(source, action)
                if person.groups() & set(command.groups):
                    return command
        return None

    def may_still_run(self, request: Request) -> bool:
        """Whether who has asked for a run may have it now, when its turn has come.

        What counts is to whom the command is open now, not when it was asked for.
        """
        person = self._identities.behind(request.requester)
        if request.requester.trigger == "test":
            return person.has(Permissions.PLUGIN_SYSTEMCOMMANDS_EDIT)
        return may_run_everything(person) or (
            self._open_to(person, request.source, request.command.action) is not None
        )

    def account_of(self, person: Person) -> Optional[str]:
        """What tells somebody's account from others of the same name, for a new run."""
        return self._identities.account_of(person)

    ##~~ Runs

    def may_see_runs(self, person: Person) -> bool:
        """Whether somebody may see runs at all."""
        return (
            person.has(Permissions.PLUGIN_SYSTEMCOMMANDS_HISTORY)
            or person.has(Permissions.PLUGIN_SYSTEMCOMMANDS_EDIT)
            or self.may_run_anything(person)
        )

    def may_see_runs_of(self, person: Person, owner: Optional[Owner]) -> bool:
        """Whether somebody may see the runs of an owner."""
        return self.may_see_all_runs(person) or (
            person.owns(owner) and self.may_see_runs(person)
        )

    def may_see_all_runs(self, person: Person) -> bool:
        """Whether somebody sees the runs of others."""
        if person.has(Permissions.PLUGIN_SYSTEMCOMMANDS_HISTORY):
            return True
        return may_run_everything(person) and self._visible_to_all()

    ##~~ Views

    def to_known_users(self, view: View) -> View:
        """Decorates a view so that it answers 403 to those who are not logged in."""
        return self._guarded(view, lambda person: person.is_known)

    def to_runners(self, view: View) -> View:
        """Decorates a view so that it answers 403 to those who may not run anything."""
        return self._guarded(view, self.may_run_anything)

    def to_viewers(self, view: View) -> View:
        """Decorates a view so that it answers 403 to those who may not see runs."""
        return self._guarded(view, self.may_see_runs)

    def to_clearers(self, view: View) -> View:
        """Decorates a view so that it answers 403 to those who may not forget runs: who
        was merely given some commands cannot do away with what was done with them."""
        return self._guarded(
            view,
            lambda person: (
                may_run_everything(person)
                or person.has(Permissions.PLUGIN_SYSTEMCOMMANDS_HISTORY)
            ),
        )

    def to_editors(self, view: View) -> View:
        """Decorates a view so that it answers 403 unless the user may change definitions
        and has entered the password recently."""

        @functools.wraps(view)
        def fresh(*args: Any, **kwargs: Any) -> Any:
            _ensure_entered_recently()
            return view(*args, **kwargs)

        return self._guarded(
            fresh, lambda person: person.has(Permissions.PLUGIN_SYSTEMCOMMANDS_EDIT)
        )

    def _guarded(self, view: View, may_pass: Callable[[Person], bool]) -> View:
        @functools.wraps(view)
        @no_firstrun_access
        def guarded(*args: Any, **kwargs: Any) -> flask.Response:
            if not may_pass(self.current()):
                flask.abort(403)
            response = flask.make_response(view(*args, **kwargs))
            # it depends on who asks, and there are command lines and outputs in it
            response.headers["Cache-Control"] = "no-store"
            return response

        return guarded


def may_run_everything(person: Person) -> bool:
    """Whether somebody may run all commands, OctoPrint's own included."""
    return person.has(Permissions.SYSTEM)


def ensure_fresh_credentials(command: Command) -> None:
    """Aborts with 403 if the command asks for a password that was entered recently and it
    was not. Requests by API key count as fresh."""
    if command.fresh_credentials:
        _ensure_entered_recently()


def _ensure_entered_recently() -> None:
    if not credentials_checked_recently():
        raise FreshCredentialsNeeded


def additional_permissions() -> list[dict[str, Any]]:
    """The plugin's own permissions, for OctoPrint's hook ``octoprint.access.permissions``."""
    return [
        {
            "key": "EDIT",
            "name": gettext("Edit commands"),
            "description": gettext(
                "Allows to define and change commands, and thereby to run anything on this "
                "machine as the user that OctoPrint runs as"
            ),
            "roles": ["edit"],
            "dangerous": True,
            "default_groups": [ADMIN_GROUP],
        },
        {
            "key": "HISTORY",
            "name": gettext("See all runs"),
            "description": gettext(
                "Allows to see, stop and forget the runs that others have started, with "
                "their output"
            ),
            "roles": ["history"],
            "default_groups": [ADMIN_GROUP],
        },
    ]
