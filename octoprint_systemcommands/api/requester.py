"""Who has sent the current request, and what they ask to be run."""

import hmac
from typing import Any, Optional

import flask
import flask_login
from octoprint.server.util import LoginMechanism, get_api_key
from octoprint.server.util.flask import credentials_checked_recently

from ..access import Access
from ..identity import Person
from ..launcher import ExecuteRequest
from ..runs.request import Requester


class CurrentRequest:
    """The request that Flask is answering, in terms that need no Flask.

    Arguments:
        access: knows people
        plugin_manager: OctoPrint's, for the names of applications
    """

    def __init__(self, access: Access, plugin_manager: Any):
        self._access = access
        self._plugin_manager = plugin_manager

    def person(self) -> Person:
        """Who has sent it."""
        return self._access.now(flask_login.current_user)

    def requester(self, trigger: Optional[str] = None, said: Any = None) -> Requester:
        """Who has sent it, as runs remember them.

        Arguments:
            trigger: how the request came in; None: ``menu`` if it is from a browser that is
                logged in, ``api`` from a program
            said: what the request says of that: of a browser, ``button`` in place of
                ``menu``; of a program, ``cli`` in place of ``api``; all else counts for
                nothing
        """
        with_key = flask.session.get("login_mechanism") == LoginMechanism.APIKEY
        if with_key:
            way = "cli" if said == "cli" else "api"
        else:
            way = "button" if said == "button" else "menu"
        person = self.person()
        return Requester(
            user=person.name,
            trigger=trigger or way,
            application=_application(self._plugin_manager) if with_key else None,
            address=flask.request.remote_addr,
            account=person.account,
        )

    def to_execute(
        self,
        source: str,
        action: str,
        body: dict[str, Any],
        trigger: Optional[str] = None,
    ) -> ExecuteRequest:
        """What it asks to be run.

        Arguments:
            source, action: the command
            body: ``{trigger, to, arguments, confirmed}``, all optional
            trigger: see `requester`

        Aborts with 400 if ``confirmed`` is neither true nor false.
        """
        return ExecuteRequest(
            source=source,
            action=action,
            requester=self.requester(trigger, said=body.get("trigger")),
            to=body.get("to"),
            arguments=body.get("arguments"),
            confirmed=confirmed_in(body),
            # requests by API key count as fresh
            has_fresh_credentials=credentials_checked_recently(),
        )


def confirmed_in(body: dict[str, Any]) -> bool:
    """Whether the body of a request confirms what it asks for. Aborts with 400 if it says
    neither."""
    confirmed = body.get("confirmed", False)
    if not isinstance(confirmed, bool):
        flask.abort(400, description='"confirmed" has to be true or false')
    return confirmed


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
