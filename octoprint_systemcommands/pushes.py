"""Who gets what OctoPrint pushes about runs: messages of this plugin and its events.

OctoPrint asks before each message to each client, also for clients that have not logged in
yet. What it is told not to send then is not kept for later either, so that nothing reaches
somebody after the login who may not see it.
"""

import logging
from typing import Any

from .access import Access

_logger = logging.getLogger("octoprint.plugins.systemcommands.access")

IDENTIFIER = "systemcommands"
_EVENT_PREFIX = f"plugin_{IDENTIFIER}_"


def may_get(access: Access, user: Any, message: str, payload: Any) -> bool:
    """Decides for OctoPrint's hook ``octoprint.server.sockjs.emit``.

    Arguments:
        access: who may see what
        user: whose client it is; None as long as nobody has logged in
        message: the kind of message; this is asked for all that OctoPrint sends, too
        payload: what it says
    """
    try:
        if message == "plugin":
            # ids and states of runs: who may not see a run can do nothing with its id
            return payload.get("plugin") != IDENTIFIER or access.may_see_runs(user)
        if message == "event" and payload.get("type", "").startswith(_EVENT_PREFIX):
            owner = (payload.get("payload") or {}).get("user")
            return access.may_see_runs_of(user, owner)
    except Exception:
        # OctoPrint takes an error for a yes
        _logger.exception("Cannot tell who may see what is pushed, so nobody does")
        return False
    return True
