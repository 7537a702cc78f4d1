"""Who is logged in gets to the plugin's address, and to links everybody.

OctoPrint asks for a login at a plugin's address (``is_blueprint_protected``), at all of it or
nowhere. So it is asked for here, by OctoPrint's own function and at the same moment, after the
CSRF token was looked at. Each view has its own gate behind that.
"""

import logging
import re
from collections.abc import Callable
from typing import Any, Optional
from urllib.parse import unquote

import flask
from octoprint.server.util import requireLoginRequestHandler
from octoprint.server.util.csrf import add_exempt_view

from .links import HOOK, HOOK_PATH

# What writes addresses to the log: refused requests, and those that have failed
_LOGGERS = ("tornado.access", "tornado.application", "tornado.general")


def login_handler(identifier: str) -> Callable[[], Optional[Any]]:
    """For OctoPrint's hook ``octoprint.server.api.before_request``.

    Arguments:
        identifier: the plugin's
    """
    blueprint = f"plugin.{identifier}"
    hook = f"{blueprint}.{HOOK}"
    # there is no session with whose rights a foreign page could call a link
    add_exempt_view(hook)

    def ensure_login() -> Optional[Any]:
        request = flask.request
        if request.blueprint == blueprint and request.endpoint != hook:
            return requireLoginRequestHandler()
        return None

    return ensure_login


class HideSecrets(logging.Filter):
    """Keeps the addresses of links out of the log."""

    _ADDRESS = re.compile(re.escape(HOOK_PATH) + r"[^\s?#'\"]*")

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except Exception:
            # what is wrong with it is said by whoever writes it
            return True
        if HOOK_PATH in message:
            record.msg = self._ADDRESS.sub(f"{HOOK_PATH}***", message)
            record.args = ()
        elif "%" in message and HOOK_PATH in unquote(message):
            record.msg = f"a request for {HOOK_PATH}***, encoded in another way"
            record.args = ()
        return True


def hide_secrets() -> None:
    """Has the addresses of links kept out of the log."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(known, HideSecrets) for known in logger.filters):
            logger.addFilter(HideSecrets())
