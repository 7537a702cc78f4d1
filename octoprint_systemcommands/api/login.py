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

from ..triggers.links.link import SECRET_LENGTH
from .links import HOOK, HOOK_PATH

# What writes addresses to the log: refused requests, and those that have failed. The last one
# is Flask's, of which OctoPrint has only the name; what is below it is others'.
_LOGGERS = ("tornado.access", "tornado.application", "tornado.general", "octoprint")


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
    """Keeps the addresses of links out of the log, also those that somebody has mistyped: what
    looks like the random part of one is hidden wherever it stands."""

    _ADDRESS = re.compile(re.escape(HOOK_PATH) + r"[^\s?#'\"]*")
    _SECRET = re.compile(rf"(?<![\w-])[\w-]{{{SECRET_LENGTH}}}(?![\w-])", re.ASCII)

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except Exception:
            # what is wrong with it is said by whoever writes it
            return True
        hidden = self._hidden(message)
        if hidden != message:
            record.msg, record.args = hidden, ()
        elif "%" in message:
            # twice at most: nobody who has an address from here has it like this
            decoded = unquote(unquote(message))
            if self._hidden(decoded) != decoded:
                record.msg = f"a request for {HOOK_PATH}***, encoded in another way"
                record.args = ()
        return True

    def _hidden(self, message: str) -> str:
        if HOOK_PATH in message:
            message = self._ADDRESS.sub(f"{HOOK_PATH}***", message)
        return self._SECRET.sub("***", message)


def hide_secrets() -> None:
    """Has the addresses of links kept out of the log."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(known, HideSecrets) for known in logger.filters):
            logger.addFilter(HideSecrets())
