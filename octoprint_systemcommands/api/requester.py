"""Who has sent the current request."""

import hmac
from typing import Any, Optional

import flask
from octoprint.server.util import LoginMechanism, get_api_key

from ..access import Access
from ..runs.run import Requester


def current_requester(
    access: Access, plugin_manager: Any, trigger: Optional[str] = None
) -> Requester:
    """Whoever has sent the current request, as runs remember it.

    Arguments:
        access: knows who that is
        plugin_manager: OctoPrint's, for the names of applications
        trigger: how the request came in; None: ``menu`` if it is from a browser that is
            logged in, ``api`` from a program
    """
    with_key = flask.session.get("login_mechanism") == LoginMechanism.APIKEY
    person = access.current()
    return Requester(
        user=person.name,
        trigger=trigger or ("api" if with_key else "menu"),
        application=_application(plugin_manager) if with_key else None,
        address=flask.request.remote_addr,
        account=access.account_of(person),
    )


# Characters that are noted of an application's name
_MAX_NAME = 100


def _application(plugin_manager: Any) -> Optional[str]:
    """The name under which the application whose key was sent has asked for it."""
    key = get_api_key(flask.request)
    info = plugin_manager.get_plugin_info("appkeys", require_enabled=True)
    # OctoPrint's application keys have no public way of asking for the name
    all_keys = getattr(info and info.implementation, "_all_api_keys", None)
    if key is None or all_keys is None:
        return None
    for active in all_keys():
        if hmac.compare_digest(active.api_key.encode(), key.encode()):
            # whoever asks for a key chooses the name; half a character cannot be stored
            return active.app_id.encode("utf-8", "replace").decode()[:_MAX_NAME]
    return None
