"""The commands that links run: what may be linked, and what happens when one is called."""

import contextlib
import logging
from collections.abc import Mapping
from typing import Any, Optional

from ...access import Access, Forbidden, NotOpened
from ...commands.arguments.values import FindUpload, WrongValues, take
from ...commands.catalogue import CUSTOM, NotExecutable, UnknownAction
from ...commands.definition import Command
from ...commands.toggles import Switched, WrongTo, chosen
from ...launcher import ExecuteRequest, Launcher
from ...messages import N_, Message
from ...runs.log_lines import one_line
from ...runs.request import Requester
from ...runs.run import Run
from .link import MAX_NAME, Link
from .links import Links, Made, NoSuchLink, TooSoon, WrongLink

_logger = logging.getLogger(
    "octoprint.plugins.systemcommands.triggers.links.linked_commands"
)

# Why a link cannot run its command any more
_BROKEN = (Forbidden, UnknownAction, NotExecutable, WrongTo, WrongValues)


class NotByGet(Exception):
    """The link is for POST only."""


class LinkedCommands:
    """What links run.

    Arguments:
        links: all of them
        access: knows which commands there may be links to
        launcher: has them run
        find_upload: finds a file among the uploads
    """

    def __init__(
        self,
        links: Links,
        access: Access,
        launcher: Launcher,
        find_upload: FindUpload,
    ):
        self._links = links
        self._access = access
        self._launcher = launcher
        self._find_upload = find_upload

    def all(self) -> list[tuple[Link, Optional[Message]]]:
        """All links, with what is wrong with them."""
        return [(link, self.problem(link)) for link in self._links.all()]

    def make(self, wanted: Mapping[str, Any], user: Optional[str]) -> Made:
        """Makes a link.

        Arguments:
            wanted: ``{name, action, to, arguments, get}``, as it came
            user: who wants it

        Raises:
            WrongLink, UnknownAction, NotExecutable, NotOpened, WrongTo, WrongValues,
                NotWritten
        """
        link = _link_of(wanted)._replace(created_by=user)
        command = self._ensure_runs(link)
        # however that was said
        link = link._replace(action=command.action)
        if isinstance(command, Switched):
            link = link._replace(to=command.to)
        made = self._links.add(link)
        _logger.info(
            one_line(
                f'{user or "Somebody"} has made the link "{link.name}": {link.action}'
            )
        )
        return made

    def revoke(self, link_id: str, user: Optional[str]) -> None:
        """Forgets a link, see `Links.revoke`."""
        link = self._links.revoke(link_id)
        _logger.info(
            one_line(
                f'{user or "Somebody"} has revoked the link "{link.name}": {link.action}'
            )
        )

    def problem(self, link: Link) -> Optional[Message]:
        """Why a link cannot run its command; None if it can."""
        try:
            self._ensure_runs(link)
        except UnknownAction:
            text = N_('There is no command "%(action)s" any more')
            return Message(text, {"action": link.action})
        except NotExecutable:
            return Message(N_("It cannot be run any more"))
        except (NotOpened, WrongTo) as error:
            return error.message
        except WrongValues as error:
            problem = error.problems[0]
            text = N_("Its arguments do not fit any more: %(problem)s")
            return Message(text, {"problem": str(problem)})
        return None

    def _ensure_runs(self, link: Link) -> Command:
        command = chosen(self._access.find_linkable(link.action), link.to)
        take(command.arguments, dict(link.arguments), self._find_upload)
        return command

    def find(self, secret: str) -> Link:
        """The link with a secret, if it can run its command.

        Raises:
            NoSuchLink
        """
        link = self._links.opened_by(secret)
        try:
            self._ensure_runs(link)
        except _BROKEN as error:
            # once a second at most, as whatever is done with a link
            with contextlib.suppress(TooSoon):
                self._links.use(link)
                self._log_broken(link, error)
            raise NoSuchLink from error
        return link

    def call(self, secret: str, by_get: bool, address: Optional[str]) -> Run:
        """Runs what a link runs; takes as long as `Launcher.launch`.

        Arguments:
            secret: the random part of the address that was called
            by_get: and how
            address: the network address of who has called it

        Raises:
            NoSuchLink, NotByGet, TooSoon
            Refused, Busy, NoCommandLine, Failed: see `Launcher.launch`
        """
        link = self.find(secret)
        if by_get and not link.get:
            raise NotByGet
        self._links.use(link)
        requester = Requester(
            trigger="link", application=link.name, address=address, link=link.id
        )
        try:
            return self._launcher.launch(
                ExecuteRequest(
                    source=CUSTOM,
                    action=link.action,
                    requester=requester,
                    arguments=dict(link.arguments),
                    to=link.to,
                )
            )
        except _BROKEN as error:
            # it has changed in this moment
            self._log_broken(link, error)
            raise NoSuchLink from error

    def _log_broken(self, link: Link, error: Exception) -> None:
        why = self.problem(link) or error
        said = f'The link "{link.name}" was called, but cannot run {link.action}: {why}'
        _logger.warning(one_line(said))


def _link_of(wanted: Mapping[str, Any]) -> Link:
    name = wanted.get("name")
    if not isinstance(name, str) or not name.strip():
        raise WrongLink(N_("A link needs a name, by which it is known in the history"))
    if len(name) > MAX_NAME or not name.isprintable():
        raise WrongLink(
            N_("The name of a link is one line with at most %(number)s characters"),
            number=MAX_NAME,
        )
    action = wanted.get("action")
    if not isinstance(action, str):
        raise WrongLink(N_('"action" has to name the command that the link runs'))
    get = wanted.get("get", False)
    if not isinstance(get, bool):
        raise WrongLink(N_('"get" has to be true or false'))
    arguments = wanted.get("arguments")
    if arguments is not None and not isinstance(arguments, dict):
        raise WrongLink(N_('"arguments" has to be an object of names and values'))
    return Link(
        id="",
        name=name.strip(),
        digest="",
        action=action,
        to=wanted.get("to"),
        arguments=arguments or {},
        get=get,
    )
