"""Who may do what: OctoPrint's permissions, the groups of commands, and reauthentication.

Every endpoint and every pushed message passes by here.
"""

import contextlib
import functools
from typing import Any, Callable

import flask
import flask_login
from flask_babel import gettext
from octoprint.access import ADMIN_GROUP
from octoprint.access.permissions import Permissions
from octoprint.server.util.flask import (
    ensure_credentials_checked_recently,
    no_firstrun_access,
)

from .commands.catalogue import CUSTOM, Catalogue, NotExecutable, UnknownAction
from .commands.definition import Command
from .commands.store import Entry, tidy

View = Callable[..., Any]


class Access:
    """Decides for users, which are OctoPrint's (or None for nobody).

    Arguments:
        catalogue: what can be run
        visible_to_all: whether all who have the permission SYSTEM see all runs
    """

    def __init__(self, catalogue: Catalogue, visible_to_all: Callable[[], bool]):
        self._catalogue = catalogue
        self._visible_to_all = visible_to_all

    ##~~ Commands

    def entries(self, user: Any, source: str) -> list[Entry]:
        """What a user may run of a source, in the order of the menu.

        Raises:
            UnknownSource
        """
        if may_run_everything(user):
            return self._catalogue.entries(source)
        groups = _groups(user)
        return tidy(
            entry
            for entry in (self._catalogue.entries(source) if source == CUSTOM else ())
            if not isinstance(entry, Command) or groups & set(entry.groups)
        )

    def ensure_may_list(self, user: Any, source: str) -> None:
        """Aborts with 403 unless a user may ask for a source by itself."""
        if source != CUSTOM and not may_run_everything(user):
            flask.abort(403)

    def may_run_anything(self, user: Any) -> bool:
        """Whether there is a command that a user may run."""
        if may_run_everything(user):
            return True
        # asked for each push to each client: most of those who may not are in no group
        groups = _groups(user)
        return bool(groups) and any(
            isinstance(entry, Command) and groups.intersection(entry.groups)
            for entry in self._catalogue.entries(CUSTOM)
        )

    def find(self, user: Any, source: str, action: str) -> Command:
        """A command that a user may run.

        Aborts with 403 if the user may not run it, whether or not it exists.

        Raises:
            UnknownSource, UnknownAction, NotExecutable: if the user may run everything
        """
        if may_run_everything(user):
            return self._catalogue.find(source, action)
        command = None
        if source == CUSTOM:
            with contextlib.suppress(UnknownAction, NotExecutable):
                command = self._catalogue.find(source, action)
        if command is None or not _groups(user) & set(command.groups):
            flask.abort(403)
        return command

    ##~~ Runs

    def may_see_runs(self, user: Any) -> bool:
        """Whether a user may see runs at all."""
        return (
            _has(user, Permissions.PLUGIN_SYSTEMCOMMANDS_HISTORY)
            or _has(user, Permissions.PLUGIN_SYSTEMCOMMANDS_EDIT)
            or self.may_run_anything(user)
        )

    def may_see_runs_of(self, user: Any, owner: Any) -> bool:
        """Whether a user may see the runs of an owner, given by name."""
        return self.may_see_all_runs(user) or (
            owner is not None and owner == name_of(user) and self.may_see_runs(user)
        )

    def may_see_all_runs(self, user: Any) -> bool:
        """Whether a user sees the runs of others."""
        if _has(user, Permissions.PLUGIN_SYSTEMCOMMANDS_HISTORY):
            return True
        return may_run_everything(user) and self._visible_to_all()

    ##~~ Views

    def to_known_users(self, view: View) -> View:
        """Decorates a view so that it answers 403 to those who are not logged in."""
        return _guarded(view, lambda user: may_run_everything(user) or _is_known(user))

    def to_runners(self, view: View) -> View:
        """Decorates a view so that it answers 403 to those who may not run anything."""
        return _guarded(view, self.may_run_anything)

    def to_viewers(self, view: View) -> View:
        """Decorates a view so that it answers 403 to those who may not see runs."""
        return _guarded(view, self.may_see_runs)

    def to_clearers(self, view: View) -> View:
        """Decorates a view so that it answers 403 to those who may not forget runs: who
        was merely given some commands cannot do away with what was done with them."""
        return _guarded(
            view,
            lambda user: (
                may_run_everything(user)
                or _has(user, Permissions.PLUGIN_SYSTEMCOMMANDS_HISTORY)
            ),
        )

    def to_editors(self, view: View) -> View:
        """Decorates a view so that it answers 403 unless the user may change definitions
        and has entered the password recently."""

        @functools.wraps(view)
        def fresh(*args: Any, **kwargs: Any) -> Any:
            ensure_credentials_checked_recently()
            return view(*args, **kwargs)

        return _guarded(
            fresh, lambda user: _has(user, Permissions.PLUGIN_SYSTEMCOMMANDS_EDIT)
        )


def may_run_everything(user: Any) -> bool:
    """Whether a user may run all commands, OctoPrint's own included."""
    return _has(user, Permissions.SYSTEM)


def name_of(user: Any) -> Any:
    """The name of a user; None for those who are not logged in."""
    return user.get_name() if _is_known(user) else None


def ensure_fresh_credentials(command: Command) -> None:
    """Aborts with 403 if the command asks for a password that was entered recently and it
    was not. Requests by API key count as fresh."""
    if command.fresh_credentials:
        ensure_credentials_checked_recently()


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


def _guarded(view: View, may_pass: Callable[[Any], bool]) -> View:
    @functools.wraps(view)
    @no_firstrun_access
    def guarded(*args: Any, **kwargs: Any) -> flask.Response:
        if not may_pass(flask_login.current_user):
            flask.abort(403)
        response = flask.make_response(view(*args, **kwargs))
        # it depends on who asks, and there are command lines and outputs in it
        response.headers["Cache-Control"] = "no-store"
        return response

    return guarded


def _is_known(user: Any) -> bool:
    return user is not None and not user.is_anonymous


def _has(user: Any, permission: Any) -> bool:
    return user is not None and user.has_permission(permission)


def _groups(user: Any) -> set[str]:
    """The keys of all groups that a user is a member of. Nobody is a member of none: a
    command is not for everybody who happens to find the server."""
    if not _is_known(user):
        return set()
    keys: set[str] = set()
    groups = list(user.groups)
    while groups:
        group = groups.pop()
        if group.key not in keys:
            keys.add(group.key)
            groups.extend(group.subgroups)
    return keys
