"""The commands that are open to G-code, for threads that must not wait.

To ask the settings takes milliseconds if there are many commands, and a file may have
thousands of lines that want to know. So what was read last counts until the settings are
saved. Whether a command may be run is not decided here, but when it is started.
"""

import time
from collections.abc import Callable
from typing import NamedTuple, Optional

from ...commands.definition import Command

# How long it counts at most, in s, in case that somebody saves the settings and does not say so
_MAX_AGE = 10.0


class _Read(NamedTuple):
    at: float
    commands: list[Command]
    by_action: dict[str, Command]
    by_alias: dict[int, Command]


class OpenedCommands:
    """What is open.

    Arguments:
        read: reads it
        monotonic: a clock
    """

    def __init__(
        self,
        read: Callable[[], list[Command]],
        monotonic: Callable[[], float] = time.monotonic,
    ):
        self._read = read
        self._monotonic = monotonic
        self._known: Optional[_Read] = None
        self._times_forgotten = 0

    def forget(self) -> None:
        """The settings were saved."""
        self._times_forgotten += 1
        self._known = None

    def all(self) -> list[Command]:
        """All of them, in the order of the menu."""
        return self._now().commands

    def of_action(self, action: str) -> Optional[Command]:
        """One of them; None if it is not open."""
        return self._now().by_action.get(action)

    def of_alias(self, number: int) -> Optional[Command]:
        """The one with an ``OCTO`` line of a number. Of several, the first one counts."""
        return self._now().by_alias.get(number)

    def _now(self) -> _Read:
        known, now = self._known, self._monotonic()
        if known is None or now - known.at > _MAX_AGE:
            times_forgotten = self._times_forgotten
            commands = self._read()
            known = _Read(
                now,
                commands,
                {command.action: command for command in commands},
                {
                    command.gcode_alias: command
                    for command in reversed(commands)
                    if command.gcode_alias is not None
                },
            )
            # what was saved meanwhile may not be in it
            if times_forgotten == self._times_forgotten:
                self._known = known
        return known
