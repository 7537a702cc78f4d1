"""Who may do what: OctoPrint's permissions and the groups of commands.

Every endpoint, every request to run a command and every pushed message is decided here, by
whatever way it came.
"""

import contextlib
from typing import Any, Callable, Optional

from octoprint.access.permissions import Permissions

from .commands.catalogue import (
    CUSTOM,
    Catalogue,
    NotExecutable,
    UnknownAction,
    tidy,
)
from .commands.definition import Command, Entry
from .commands.fields import WayIn
from .identity import Identities, Person
from .messages import N_, MessageError
from .runs.request import Owner, Request, Requester

# By what the command asks for that only people know
_NOT_OPENED = {
    None: N_('"%(name)s" is not open to this: somebody has to allow it ("%(field)s").'),
    "fresh_credentials": N_(
        '"%(name)s" asks for a password, which nobody can enter here.'
    ),
    "arguments": N_('"%(name)s" asks for a secret, which nobody can enter here.'),
}


class Forbidden(Exception):
    """Whoever asks may not do this."""


class NotOpened(MessageError, Forbidden):
    """The command is not open to the way in by which it is wanted; says what to do."""


class FreshCredentialsNeeded(Forbidden):
    """Not before entering the password again."""


class Access:
    """Decides for people, as they are now: every user that OctoPrint hands over goes
    through `now` first.

    Arguments:
        catalogue: what can be run
        visible_to_all: whether all who have the permission SYSTEM see all runs
        identities: knows who somebody is
        has_link: whether there is a link with this id
    """

    def __init__(
        self,
        catalogue: Catalogue,
        visible_to_all: Callable[[], bool],
        identities: Identities,
        has_link: Callable[[str], bool] = lambda link: False,
    ):
        self._catalogue = catalogue
        self._visible_to_all = visible_to_all
        self._identities = identities
        self._has_link = has_link

    def now(self, user: Any) -> Person:
        """Who a user of OctoPrint's is now."""
        return self._identities.now(user)

    def behind(self, requester: Requester) -> Person:
        """Who has asked for a run, as they are now."""
        return self._identities.behind(requester)

    ##~~ Commands

    def entries(self, person: Person, source: str) -> list[Entry]:
        """What somebody may run of a source, in the order of the menu.

        Raises:
            UnknownSource
        """
        if may_run_everything(person):
            return self._catalogue.entries(source)
        groups = person.groups()
        return tidy(
            entry
            for entry in (self._catalogue.entries(source) if source == CUSTOM else ())
            if not isinstance(entry, Command) or groups & set(entry.groups)
        )

    def ensure_may_list(self, person: Person, source: str) -> None:
        """Lets those pass who may ask for a source by itself.

        Raises:
            Forbidden
        """
        if source != CUSTOM and not may_run_everything(person):
            raise Forbidden(source)

    def may_run_anything(self, person: Person) -> bool:
        """Whether there is a command that somebody may run."""
        if may_run_everything(person):
            return True
        # asked for each push to each client: most of those who may not are in no group
        groups = person.groups()
        return bool(groups) and any(
            isinstance(entry, Command) and groups.intersection(entry.groups)
            for entry in self._catalogue.entries(CUSTOM)
        )

    def find(
        self, person: Person, source: str, action: str, by_rule: bool = False
    ) -> Command:
        """A command that somebody may run.

        Arguments:
            person: who wants it
            source, action: the command
            by_rule: they try out a rule, which those may who may edit

        Raises:
            Forbidden: they may not run it, whether or not it exists
            UnknownSource, UnknownAction, NotExecutable: if they may run everything
        """
        if may_run_everything(person) or (by_rule and may_edit(person)):
            return self._catalogue.find(source, action)
        command = self._open_to(person, source, action)
        if command is None:
            raise Forbidden(f"{source}:{action}")
        return command

    def find_opened(self, way_in: WayIn, action: str) -> Command:
        """A command that may be run by whoever gets in by a way.

        Arguments:
            way_in: such as ``gcode``
            action: the command's

        Raises:
            NotOpened, UnknownAction, NotExecutable
        """
        # a broker's access lists know one way to write it
        command = self._catalogue.find(CUSTOM, action, exactly=True)
        if command.is_opened(way_in):
            return command
        asks_for = command.asks_for if getattr(command, way_in) else None
        raise NotOpened(_NOT_OPENED[asks_for], name=command.name, field=way_in)

    def find_linked(self, link: str, action: str) -> Command:
        """A command that may be run by whoever has a link to it.

        Arguments:
            link: the id of the link; who has made it has said which command it runs
            action: the command's

        Raises:
            NotOpened, UnknownAction, NotExecutable
            Forbidden: there is no such link any more
        """
        if not self._has_link(link):
            raise Forbidden("link")
        return self.find_linkable(action)

    def find_linkable(self, action: str) -> Command:
        """A command that there may be links to: one that asks for nothing that only people
        know.

        Raises:
            NotOpened, UnknownAction, NotExecutable
        """
        command = self._catalogue.find(CUSTOM, action)
        if command.asks_for is not None:
            raise NotOpened(_NOT_OPENED[command.asks_for], name=command.name, field="")
        return command

    def opened(self, way_in: WayIn) -> list[Command]:
        """All commands that may be run by whoever gets in by a way."""
        return [
            entry
            for entry in self._catalogue.entries(CUSTOM)
            if isinstance(entry, Command) and entry.is_opened(way_in)
        ]

    def told(self, way_in: WayIn) -> list[Command]:
        """What whoever gets in by a way is told of: what they may run, and statuses."""
        return [
            entry
            for entry in self._catalogue.entries(CUSTOM)
            if isinstance(entry, Command)
            and (entry.is_opened(way_in) or (entry.is_status and getattr(entry, way_in)))
        ]

    def may_see_state(self, person: Person, action: str) -> bool:
        """Whether somebody may know whether a toggle is on, or what a status says: it is in
        their menu."""
        if may_run_everything(person):
            return True
        groups = person.groups()
        return bool(groups) and any(
            isinstance(entry, Command)
            and entry.action == action
            and groups.intersection(entry.groups)
            for entry in self._catalogue.entries(CUSTOM)
        )

    def ensure_may_test(self, person: Person) -> None:
        """Lets those pass who may run commands that are not saved yet.

        Raises:
            Forbidden
        """
        if not may_edit(person):
            raise Forbidden("test")

    def ensure_fresh_credentials(self, command: Command, has_them: bool) -> None:
        """Lets a requester pass unless the command asks for a password that was entered
        recently and it was not.

        Raises:
            FreshCredentialsNeeded
        """
        if command.fresh_credentials and not has_them:
            raise FreshCredentialsNeeded(command.action)

    def _open_to(self, person: Person, source: str, action: str) -> Optional[Command]:
        """A command, if it is open to one of somebody's groups."""
        if source == CUSTOM:
            with contextlib.suppress(UnknownAction, NotExecutable):
                command = self._catalogue.find(source, action)
                if person.groups() & set(command.groups):
                    return command
        return None

    def may_still_run(self, request: Request) -> bool:
        """Whether who has asked for a run may have it now, when its turn has come.

        What counts is to whom the command is open now, not when it was asked for.
        """
        way_in = request.way_in
        if way_in is not None:
            return self._is_still_opened(way_in, request.command.action)
        link = request.requester.link
        if link is not None:
            return self._is_still_linked(link, request.command.action)
        person = self._identities.behind(request.requester)
        if request.requester.trigger == "test":
            return may_edit(person)
        return may_run_everything(person) or (
            self._open_to(person, request.source, request.command.action) is not None
        )

    def _is_still_opened(self, way_in: WayIn, action: str) -> bool:
        with contextlib.suppress(Forbidden, UnknownAction, NotExecutable):
            return bool(self.find_opened(way_in, action))
        return False

    def _is_still_linked(self, link: str, action: str) -> bool:
        with contextlib.suppress(Forbidden, UnknownAction, NotExecutable):
            return bool(self.find_linked(link, action))
        return False

    def account_of(self, person: Person) -> Optional[str]:
        """What tells somebody's account from others of the same name, for a new run."""
        return self._identities.account_of(person)

    ##~~ Runs

    def may_see_runs(self, person: Person) -> bool:
        """Whether somebody may see runs at all."""
        return (
            person.has(Permissions.PLUGIN_SYSTEMCOMMANDS_HISTORY)
            or may_edit(person)
            or self.may_run_anything(person)
        )

    def may_see_runs_of(
        self, person: Person, owner: Optional[Owner], by_rule: bool = False
    ) -> bool:
        """Whether somebody may see the runs of an owner.

        Arguments:
            person: who wants to
            owner: whose they are; None if they are nobody's
            by_rule: a rule has begun them
        """
        return (
            self.may_see_all_runs(person)
            or (person.owns(owner) and self.may_see_runs(person))
            or (by_rule and self.may_see_runs_of_rules(person))
        )

    def may_see_runs_of_rules(self, person: Person) -> bool:
        """Whether somebody sees what rules have begun: that the printer is about to be
        switched off matters to all who could do that."""
        return self.may_see_all_runs(person) or may_run_everything(person)

    def may_see_all_runs(self, person: Person) -> bool:
        """Whether somebody sees the runs of others."""
        if person.has(Permissions.PLUGIN_SYSTEMCOMMANDS_HISTORY):
            return True
        return may_run_everything(person) and self._visible_to_all()

    def may_clear_runs(self, person: Person) -> bool:
        """Whether somebody may forget runs: who was merely given some commands cannot do away
        with what was done with them."""
        return may_run_everything(person) or person.has(
            Permissions.PLUGIN_SYSTEMCOMMANDS_HISTORY
        )


def may_run_everything(person: Person) -> bool:
    """Whether somebody may run all commands, OctoPrint's own included."""
    return person.has(Permissions.SYSTEM)


def may_edit(person: Person) -> bool:
    """Whether somebody may see and change definitions."""
    return person.has(Permissions.PLUGIN_SYSTEMCOMMANDS_EDIT)
