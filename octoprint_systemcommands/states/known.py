"""What is known of one toggle or status: what it has answered, and what is done with it."""

from typing import Any, Optional, Union

from ..commands.definition import Command
from .asking import Answer
from .assumed import Assumed
from .state import SWITCHING, UNKNOWN, State
from .switching import Switching


class Known:
    """What is known of one of them.

    Arguments:
        action: whose state it is
        assumed: where it was switched last; None if that is not known

    Attributes:
        switching: what runs are about to make of it
        assumed: see above
        told: the state that everybody was told of last
    """

    def __init__(self, action: str, assumed: Optional[Assumed] = None):
        self.switching = Switching()
        self.assumed = assumed
        self.told = State(action)
        # what is to be logged: the first failure of a row
        self._complaint: Optional[str] = None
        self._asks: Any = None
        self._answer: Optional[Answer] = None
        self._answered_at: Optional[float] = None
        # the state, and since when it is that
        self._state = UNKNOWN
        self._since: Optional[float] = None

    def use(self, command: Command) -> bool:
        """Says what its definition is now; returns whether it is another one, which has not
        answered yet."""
        asks = what_it_asks(command)
        if asks == self._asks:
            return False
        if self._asks is None:
            # whoever has just asked knows that nothing is known
            self.told = self.told._replace(assumed=_is_assumed(command))
        self._asks = asks
        self._answer = self._answered_at = None
        return True

    def is_answer_of(self, command: Command) -> bool:
        """Whether what a command has answered is about its definition as it is now."""
        return self._asks == what_it_asks(command)

    def take(self, answer: Answer, began: float, wall: float) -> bool:
        """It has answered.

        Arguments:
            answer: what
            began: when it was asked, on a clock that does not jump
            wall: the time, in seconds since the epoch

        Returns:
            whether it has not said the same before
        """
        is_new = answer != self._answer
        has_failed_before = self._answer is not None and self._answer.failure is not None
        if not has_failed_before:
            self._complaint = answer.failure
        self._answer, self._answered_at = answer, wall
        self.switching.answer(answer.state, began)
        return is_new

    def take_complaint(self) -> Optional[str]:
        """What the log should say of it, once; None if nothing."""
        complaint, self._complaint = self._complaint, None
        return complaint

    def state(self, command: Command, now: float, wall: float) -> State:
        """What is to be shown of it.

        Arguments:
            command: its definition
            now: the time, on a clock that does not jump
            wall: the time, in seconds since the epoch
        """
        is_assumed = _is_assumed(command)
        known: Union[Assumed, Answer, None]
        known = self.assumed if is_assumed else self._answer
        state = UNKNOWN if known is None else known.state
        to = self.switching.running_to if is_assumed else self.switching.to(now)
        if to is not None:
            state = SWITCHING
        if state != self._state:
            self._state, self._since = state, wall
            if is_assumed and to is None and self.assumed is not None:
                # that may have been before a restart
                self._since = self.assumed.since
        return State(
            action=command.action,
            state=state,
            to=to,
            assumed=is_assumed,
            text=self._answer and self._answer.text,
            since=self._since,
            asked_at=self._answered_at,
        )


def _is_assumed(command: Command) -> bool:
    return command.is_toggle and not command.state


def what_it_asks(command: Command) -> Any:
    """Changes with a definition whenever earlier answers are none any more."""
    return (
        command.type,
        command.state,
        command.working_directory,
        command.environment,
    )
