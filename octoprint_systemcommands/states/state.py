"""What is known of a toggle or a status, as it is shown."""

from collections.abc import Iterable
from typing import Any, NamedTuple, Optional

from ..commands.definition import Command, Entry
from ..runs.output.times import iso

UNKNOWN = "unknown"
SWITCHING = "switching"


class State(NamedTuple):
    """What is known of a toggle or a status, as it is shown.

    Attributes:
        action: whose state it is
        state: ``on``, ``off``, ``unknown`` or ``switching``; a status is ``on`` if its
            command has succeeded
        to: where it is switched to; None unless it is ``switching``
        assumed: nobody can be asked, so it is where it was switched last
        text: the first line of what the command has written; None without one
        since: since when the state is what it is, in seconds since the epoch; None if it was
            never known
        asked_at: when it was asked for, in seconds since the epoch; None if it was not yet
    """

    action: str
    state: str = UNKNOWN
    to: Optional[str] = None
    assumed: bool = False
    text: Optional[str] = None
    since: Optional[float] = None
    asked_at: Optional[float] = None

    def to_json(self) -> dict[str, Any]:
        """For those who may run the command."""
        return {
            **self.to_push(),
            "text": self.text,
            "asked_at": iso(self.asked_at),
        }

    def to_push(self) -> dict[str, Any]:
        """What is told without being asked for: nothing that a command has written."""
        return {
            "action": self.action,
            "state": self.state,
            "to": self.to,
            "assumed": self.assumed,
            "since": iso(self.since),
        }

    def looks_like(self, other: "State") -> bool:
        """Whether there is nothing new about it, however often it was asked for."""
        return self == other._replace(asked_at=self.asked_at)


def with_states(entries: Iterable[Entry]) -> list[Command]:
    """Those entries of the menu that have a state, known or not."""
    return [
        entry
        for entry in entries
        if isinstance(entry, Command) and (entry.is_toggle or entry.is_status)
    ]
