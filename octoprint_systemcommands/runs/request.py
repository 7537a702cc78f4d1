"""A request to run a command, and whose it is."""

from typing import NamedTuple, Optional

from ..commands.arguments.values import Values
from ..commands.definition import Command


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


class Requester(NamedTuple):
    """Who wants a command to be run.

    Attributes:
        user: the name; None if unknown
        trigger: how the request came in, ``api``, ``menu`` or ``test``
        application: the name of the application whose key was used; None without one
        address: the network address that the request came from; None if unknown
        account: see `Owner`
    """

    user: Optional[str] = None
    trigger: str = "api"
    application: Optional[str] = None
    address: Optional[str] = None
    account: Optional[str] = None

    @property
    def owner(self) -> Optional[Owner]:
        """Whose the run is; None if it is nobody's."""
        return None if self.user is None else Owner(self.user, self.account)


class Request(NamedTuple):
    """A request to run a command, checked already.

    Attributes:
        source: ``core`` or ``custom``
        command: what to run
        requester: who wants it
        values: for the command's arguments
        confirmed: the requester knows that a print is under way
    """

    source: str
    command: Command
    requester: Requester = Requester()
    values: Values = Values()
    confirmed: bool = False
