"""A request to run a command, and whose it is."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Optional

from ..commands.arguments.values import Values
from ..commands.definition import Command
from ..commands.fields import WayIn
from ..commands.toggles import Switched, To
from ..messages import Message


class Owner(NamedTuple):
    """Whose a run is.

    Attributes:
        user: the name
        account: tells accounts of the same name apart; None if that is not known
    """

    user: str
    account: Optional[str] = None

    def owns(self, owner: Optional["Owner"]) -> bool:
        """Whether what an owner has is theirs."""
        # of runs from before accounts were told apart, only the name is known
        return (
            owner is not None
            and owner.user == self.user
            and owner.account in (None, self.account)
        )


class RuleOrigin(NamedTuple):
    """The rule that wants a command to be run.

    Attributes:
        id, name: the rule's
        chain: ids of the rules before it, whose runs have led to this one
    """

    id: str
    name: str
    chain: tuple[str, ...] = ()


class Requester(NamedTuple):
    """Who or what wants a command to be run.

    Attributes:
        user: the name; None if unknown, and if it is a rule that nobody tries out
        trigger: how the request came in: ``api``, ``cli``, ``menu``, ``button``, ``test``,
            ``event``, ``schedule``, ``gcode``, ``mqtt``, ``link`` or
            ``plugin``
        application: the name of the application whose key was used, of the link, or of the
            plugin; None without one
        address: the network address that the request came from; None if unknown
        account: see `Owner`
        rule: the rule that asks; only the server says so, never a request from outside
        link: the id of the link that was called; only the server says so
        is_plugin: another plugin asks, which could do everything by itself as well; only the
            server says so
    """

    user: Optional[str] = None
    trigger: str = "api"
    application: Optional[str] = None
    address: Optional[str] = None
    account: Optional[str] = None
    rule: Optional[RuleOrigin] = None
    link: Optional[str] = None
    is_plugin: bool = False

    @property
    def owner(self) -> Optional[Owner]:
        """Whose the run is; None if it is nobody's."""
        return None if self.user is None else Owner(self.user, self.account)

    def recorded(self) -> dict[str, Any]:
        """What a `Record` has of it, by field."""
        return {field: getattr(self, field) for field in RECORDED}


# What a record has of a requester; what is left out counts only until the run is over
RECORDED = tuple(
    field for field in Requester._fields if field not in ("link", "is_plugin")
)


class Request(NamedTuple):
    """A request to run a command, checked already.

    Attributes:
        source: ``core`` or ``custom``
        command: what to run
        requester: who wants it
        values: for the command's arguments
        confirmed: the requester knows that a print is under way
        event: environment variables that tell what has happened, see
            `environment.of_event`
        reason: why it is run; None if that is somebody's wish
        way_in: what the command has to be open to, such as ``mqtt``, since it is no user of
            OctoPrint's who asks; None if it is, or a rule
        part_of_print: a print asks for it, which is no reason against it
    """

    source: str
    command: Command
    requester: Requester = Requester()
    values: Values = Values()
    confirmed: bool = False
    event: Mapping[str, str] = {}
    reason: Optional[Message] = None
    way_in: Optional[WayIn] = None
    part_of_print: bool = False

    @property
    def to(self) -> Optional[To]:
        """Where a toggle is to be switched to; None of other commands."""
        return self.command.to if isinstance(self.command, Switched) else None

    @property
    def what(self) -> str:
        """What is run, for logs and messages: ``custom:light to on``."""
        name = f"{self.source}:{self.command.action}"
        return name if self.to is None else f"{name} to {self.to}"


class Waiting(NamedTuple):
    """What a pending run waits for.

    Attributes:
        due_at: not before this time, in seconds since the epoch; None if it is not known, or
            does not depend on the time
        waits_for: what it waits for beyond that, as it goes on after "waits for", such as
            N_("the printer to cool down to %(limit)s °C"); None for nothing
        memo: what whoever holds it has to know to go on after a restart, as JSON
    """

    due_at: Optional[float] = None
    waits_for: Optional[Message] = None
    memo: Mapping[str, Any] = {}
