"""Runs commands on request: the one way in for every trigger.

Whatever wants a command to be run (an endpoint of the API, an event, a schedule)
makes an `ExecuteRequest` and hands it over. Access rights, arguments, guards and limits are
checked here or by what is called from here, the same for all, and the errors know nothing of
HTTP.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Optional

from .access import Access
from .commands.arguments.values import FindUpload, take
from .commands.catalogue import CUSTOM
from .commands.definition import Command
from .commands.fields import WayIn
from .commands.toggles import Switched, To, chosen, switched
from .identity import Person
from .messages import Message
from .runs.record import Record
from .runs.request import Request, Requester, Waiting
from .runs.run import Run
from .runs.runner import Runner


class ExecuteRequest(NamedTuple):
    """A request to run a command of the catalogue, not checked yet.

    Attributes:
        source, action: the command
        requester: who or what asks, with the trigger
        arguments: values by the name of the argument, as they came; None for none
        confirmed: the requester knows that a print is under way
        has_fresh_credentials: the requester has entered their password recently, or need not
        event: environment variables that tell what has happened, see
            `runs.environment.of_event`
        reason: why it is run, for the history; None if that is somebody's wish
        way_in: what the command has to be open to, since it is no user of OctoPrint's who
            asks; only the server says so
        part_of_print: a print asks for it, so it does not matter that one is under way
        to: where to switch a toggle to, as it came; None if only the action may say it
    """

    source: str
    action: str
    requester: Requester
    arguments: Any = None
    confirmed: bool = False
    has_fresh_credentials: bool = False
    event: Mapping[str, str] = {}
    reason: Optional[Message] = None
    way_in: Optional[WayIn] = None
    part_of_print: bool = False
    to: Any = None


class Launcher:
    """Checks requests and hands them to the runner.

    Arguments:
        access: who may run what
        find_upload: finds a file among the uploads
        runner: runs what has passed
        direction: where to switch a toggle to of which nobody says it
    """

    def __init__(
        self,
        access: Access,
        find_upload: FindUpload,
        runner: Runner,
        direction: Callable[[Command], To],
    ):
        self._access = access
        self._find_upload = find_upload
        self._runner = runner
        self._direction = direction

    def launch(self, request: ExecuteRequest) -> Run:
        """Starts a command, or queues it if its definition says so. Does not wait for its
        end; for a start that hangs it waits 2 s.

        Raises:
            Forbidden, FreshCredentialsNeeded: by this requester, or not without a password
            UnknownSource, UnknownAction, NotExecutable: there is no such command
            WrongTo: it is no toggle, or cannot be switched there
            WrongValues: for its arguments
            NoCommandLine, Refused, Busy: nothing was started
            Failed: could not be started
        """
        return self._runner.start(self._checked(request))

    def hold(
        self,
        request: ExecuteRequest,
        waiting: Waiting,
        resumed: Optional[Record] = None,
    ) -> Run:
        """Takes in a command that is to be run later: it is pending until
        `Runner.release`. Does not wait.

        Arguments:
            request: the command
            waiting: what it waits for
            resumed: what an earlier server has left pending, and goes on

        Raises:
            Forbidden, FreshCredentialsNeeded, UnknownSource, UnknownAction, NotExecutable,
                WrongTo, WrongValues: see `launch`
            Busy, ValueError, TypeError: see `Runner.hold`
        """
        if resumed is not None and request.to is None:
            # people were told
            request = request._replace(to=resumed.to)
        return self._runner.hold(self._checked(request), waiting, resumed)

    def execute(self, request: ExecuteRequest) -> Run:
        """Runs a command: returns when it has ended, or was started if it is ``async``.

        Raises:
            what `launch` raises; and Failed if it did not succeed, unless it is ``async`` or
                ``ignore``
        """
        return self._runner.execute(self._checked(request))

    def test(
        self,
        command: Command,
        requester: Requester,
        arguments: Any = None,
        confirmed: bool = False,
    ) -> Run:
        """Starts a command that is not saved yet; does not wait.

        Arguments:
            command: its definition, which has no errors
            requester, arguments, confirmed: see `ExecuteRequest`

        Raises:
            Forbidden: the requester may not edit definitions
            WrongValues, NoCommandLine, Refused, Busy, Failed: see `launch`
        """
        person = self._access.behind(requester)
        self._access.ensure_may_test(person)
        return self._runner.start(
            self._complete(CUSTOM, command, person, requester, arguments, confirmed)
        )

    def _checked(self, request: ExecuteRequest) -> Request:
        person = self._access.behind(request.requester)
        by_rule = request.requester.rule is not None
        way_in = request.way_in
        link = request.requester.link
        if way_in is not None:
            command = self._access.find_opened(way_in, request.action)
        elif link is not None:
            command = self._access.find_linked(link, request.action)
        else:
            command = self._access.find(person, request.source, request.action, by_rule)
        # of a rule, the password was entered when it was saved
        has_fresh_credentials = request.has_fresh_credentials or by_rule
        self._access.ensure_fresh_credentials(command, has_fresh_credentials)
        command = chosen(command, request.to)
        if command.is_toggle and not isinstance(command, Switched):
            command = switched(command, self._direction(command))
        checked = self._complete(
            request.source,
            command,
            person,
            request.requester,
            request.arguments,
            request.confirmed,
        )
        return checked._replace(
            event=request.event,
            reason=request.reason,
            way_in=way_in,
            part_of_print=request.part_of_print,
        )

    def _complete(
        self,
        source: str,
        command: Command,
        person: Person,
        requester: Requester,
        arguments: Any,
        confirmed: bool,
    ) -> Request:
        return Request(
            source=source,
            command=command,
            # not before: an account gets its number when it runs something
            requester=requester._replace(account=self._access.account_of(person)),
            values=take(command.arguments, arguments, self._find_upload),
            confirmed=confirmed,
        )
