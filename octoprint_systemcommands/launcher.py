"""What somebody wants to be run: read from a request, and checked before anything happens."""

from typing import Any

import flask

from ..access import Access, ensure_fresh_credentials
from ..commands.arguments.values import FindUpload, take
from ..commands.definition import Command
from ..runs.run import Request
from .requester import current_requester


class Wishes:
    """The same for every address and trigger.

    Arguments:
        access: who may run what
        find_upload: finds a file among the uploads
        plugin_manager: OctoPrint's, for the names of applications
    """

    def __init__(self, access: Access, find_upload: FindUpload, plugin_manager: Any):
        self._access = access
        self._find_upload = find_upload
        self._plugin_manager = plugin_manager

    def read(self, source: str, action: str, body: dict[str, Any], **who) -> Request:
        """The request to run a command of the catalogue.

        Arguments:
            source, action: the command
            body: ``{arguments, confirmed}``, all optional
            who: for `current_requester`

        Aborts with 403 if the user may not run it or fresh credentials are needed. Raises
        what `errors_of_commands` answers.
        """
        command = self._access.find(self._access.current(), source, action)
        ensure_fresh_credentials(command)
        return self.of(source, command, body, **who)

    def of(self, source: str, command: Command, body: dict[str, Any], **who) -> Request:
        """The request to run a command that was checked already, see `read`.

        Arguments:
            who: for `current_requester`
        """
        confirmed = body.get("confirmed", False)
        if not isinstance(confirmed, bool):
            flask.abort(400, description='"confirmed" has to be true or false')
        return Request(
            source=source,
            command=command,
            requester=current_requester(self._access, self._plugin_manager, **who),
            values=take(command.arguments, body.get("arguments"), self._find_upload),
            confirmed=confirmed,
        )
