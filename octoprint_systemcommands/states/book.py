"""All that is known of states, in one place. It has no lock and no thread of its own."""

from collections.abc import Callable, Mapping
from typing import Optional

from ..commands.definition import Command
from .asking import HANGS, Answer
from .assumed import Assumed
from .known import Known
from .state import State
from .switching import PAUSE
from .timetable import LEASE, Row, Timetable


class Book:
    """What is known of each toggle and status, and when it is asked.

    Arguments:
        restored: where those that nobody can ask were switched last, by action
        clock: the time in seconds, on a clock that does not jump
        wall: the time in seconds since the epoch

    Attributes:
        known: what is known, by action; of all that there are and somebody has asked for
        timetable: who is to be asked
        restored: as it is in the file
        is_to_be_saved: whether the file should say something else
    """

    def __init__(
        self,
        restored: dict[str, Assumed],
        clock: Callable[[], float],
        wall: Callable[[], float],
    ):
        self.known: dict[str, Known] = {}
        self.timetable = Timetable()
        self.restored = restored
        self.is_to_be_saved = False
        self._clock = clock
        self._wall = wall

    ##~~ One of them

    def row(self, command: Command) -> Row:
        """When a command is asked, which is defined like this now."""
        known = self.of(command.action)
        row = self.timetable.row(command.action, command.every)
        if known.use(command):
            row.renew()
        return row

    def of(self, action: str) -> Known:
        """What is known of an action."""
        known = self.known.get(action)
        if known is None:
            known = self.known[action] = Known(action, self.restored.get(action))
            # until somebody has looked at its definition
            self.timetable.row(action, LEASE)
        return known

    def state(self, command: Command) -> State:
        """What is to be shown of a command."""
        # it may be gone meanwhile
        known = self.known.get(command.action) or Known(command.action)
        return known.state(command, self._clock(), self._wall())

    def want(self, action: str, pause: float = 0) -> None:
        """Has it asked once, after a pause."""
        row = self.timetable.find(action)
        if row is not None:
            row.wanted_at = self._clock() + pause

    def assume(self, action: str, state: str) -> None:
        """It was switched."""
        self.of(action).assumed = Assumed(state, self._wall())
        self.is_to_be_saved = True

    def take(self, command: Command, began: float, answer: Answer) -> bool:
        """A command has answered.

        Arguments:
            command: as it was defined when it was asked
            began: when that was, on a clock that does not jump
            answer: what

        Returns:
            whether there may be something new of it
        """
        now = self._clock()
        action = command.action
        row, known = self.timetable.find(action), self.known.get(action)
        if row is None or known is None:
            # it is gone
            return False
        row.end(began, now, answer.in_time)
        if not known.is_answer_of(command):
            # it is another one now
            self.want(action)
            return True
        was_on_its_way = known.switching.to(now) is not None
        is_new = known.take(answer, began, self._wall())
        if known.switching.until(now) is not None:
            self.want(action, PAUSE)
        return is_new or was_on_its_way

    def give_up(self, action: str) -> None:
        """It hangs in a way that nothing can be done about."""
        row, known = self.timetable.find(action), self.known.get(action)
        if row is not None and known is not None:
            row.is_given_up = True
            known.take(HANGS, self._clock(), self._wall())

    ##~~ All of them

    def use(self, commands: Mapping[str, Command]) -> None:
        """Says what there is now, by action."""
        for gone in set(self.known) - set(commands):
            del self.known[gone]
            self.timetable.forget(gone)
        if not set(self.restored) <= set(commands):
            # another one that is called so is another one
            self.is_to_be_saved = True
        for action in self.known:
            row = self.row(commands[action])
            if not commands[action].state:
                row.stop()

    def changed(self, commands: Mapping[str, Command]) -> list[tuple[State, State]]:
        """The states that are other ones than when this was asked last, and those."""
        changed = []
        for action, known in self.known.items():
            state = self.state(commands[action])
            if not state.looks_like(known.told):
                changed.append((state, known.told))
                known.told = state
        return changed

    def complaints(self) -> dict[str, str]:
        """What the log should say, once, by action."""
        found = {action: known.take_complaint() for action, known in self.known.items()}
        return {action: one for action, one in found.items() if one is not None}

    def to_be_saved(
        self, commands: Mapping[str, Command]
    ) -> Optional[dict[str, Assumed]]:
        """What the file should say; None if it does already."""
        if not self.is_to_be_saved:
            return None
        self.is_to_be_saved = False
        assumed = dict(self.restored)
        for action, known in self.known.items():
            if known.assumed is not None:
                assumed[action] = known.assumed
        self.restored = {
            action: one
            for action, one in assumed.items()
            if action in commands and not commands[action].state
        }
        return self.restored

    def wakes_at(self, now: float) -> Optional[float]:
        """When there is something to do next; None if that does not depend on the time
        alone."""
        moments = [known.switching.until(now) for known in self.known.values()]
        moments.append(self.timetable.wakes_at(now))
        return min((moment for moment in moments if moment is not None), default=None)
