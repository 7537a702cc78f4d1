"""Who may do what, on top of OctoPrint's permissions and its reauthentication."""

import functools
from typing import Any, Callable, Optional

import flask
import flask_login
from flask_babel import gettext
from octoprint.access import ADMIN_GROUP
from octoprint.access.permissions import Permissions
from octoprint.server.util import LoginMechanism
from octoprint.server.util.flask import (
    ensure_credentials_checked_recently,
    no_firstrun_access,
)

from .commands.definition import Command


def system_permission_required(view: Callable[..., Any]) -> Callable[..., Any]:
    """Decorates a view so that it answers 403 unless the server has been set up and the
    user has the permission SYSTEM."""

    @functools.wraps(view)
    @no_firstrun_access
    def guarded(*args: Any, **kwargs: Any) -> Any:
        with Permissions.SYSTEM.require(403):
            return view(*args, **kwargs)

    return guarded


def edit_permission_required(view: Callable[..., Any]) -> Callable[..., Any]:
    """Decorates a view so that it answers 403 unless the user may change definitions and
    has entered the password recently."""

    @functools.wraps(view)
    @no_firstrun_access
    def guarded(*args: Any, **kwargs: Any) -> Any:
        with Permissions.PLUGIN_SYSTEMCOMMANDS_EDIT.require(403):
            ensure_credentials_checked_recently()
            response = flask.make_response(view(*args, **kwargs))
        # there are command lines in it
        response.headers["Cache-Control"] = "no-store"
        return response

    return guarded


def may_see_all_runs() -> bool:
    """Whether the user sees the runs of others."""
    return Permissions.PLUGIN_SYSTEMCOMMANDS_HISTORY.can()


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


def ensure_fresh_credentials(command: Command) -> None:
    """Aborts with 403 if the command asks for a password that was entered recently and it
    was not. Requests by API key count as fresh."""
    if command.fresh_credentials:
        ensure_credentials_checked_recently()


def current_user_name() -> Optional[str]:
    """The name of whoever sent the current request; None for an anonymous one."""
    user = flask_login.current_user
    return None if user is None or user.is_anonymous else user.get_name()


def current_door() -> str:
    """How the current request came in: ``menu`` from a browser, ``api`` from a program."""
    with_key = flask.session.get("login_mechanism") == LoginMechanism.APIKEY
    return "api" if with_key else "menu"
