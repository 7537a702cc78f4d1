"""The threads in which commands are asked for states, some of which may hang."""

import logging
import time
from collections.abc import Callable
from typing import NamedTuple, Optional

from ..commands.definition import Command
from ..runs.starters import Starters
from .asking import Answer, Ask, MakeAsk, may_hang
from .state import UNKNOWN
from .timetable import AT_ONCE

_logger = logging.getLogger("octoprint.plugins.systemcommands.states.askers")

# How much longer than `state_timeout` an ask may take before it counts as hanging, in seconds:
# to end what does not want to go takes a moment
_GRACE = 5.0

# How many may hang when they are started. Then nobody else is asked who may.
_MOST_HANGING = 4


class _Asked(NamedTuple):
    ask: Ask
    until: float


class Askers:
    """Asks, and says what came of it.

    All but `close` and the calls of ``on_answer`` come from one thread.

    Arguments:
        make_ask: makes what asks
        on_answer: called with the command, when it was asked, and what it has answered, in
            one of the threads
        clock: the time in seconds, on a clock that does not jump
    """

    def __init__(
        self,
        make_ask: MakeAsk,
        on_answer: Callable[[Command, float, Answer], None],
        clock: Callable[[], float] = time.monotonic,
    ):
        self._make_ask = make_ask
        self._on_answer = on_answer
        self._clock = clock
        self._threads = Starters(AT_ONCE + _MOST_HANGING, name="state")
        # by action; no more than there are threads
        self._asked: dict[str, _Asked] = {}
        self._hanging: dict[str, Ask] = {}
        # what is left of those that could not be ended, by action
        self._left: dict[str, Ask] = {}
        self._is_closed = False

    def ask(self, command: Command) -> None:
        """Asks a command, and says so when it has answered."""
        now = self._clock()
        obstacle = self._obstacle(command)
        if obstacle is not None or self._is_closed:
            answer = Answer(UNKNOWN, failure=obstacle, in_time=False)
            self._on_answer(command, now, answer)
            return
        ask = self._make_ask(command)
        until = now + command.state_timeout + _GRACE
        self._asked[command.action] = _Asked(ask, until)
        try:
            self._threads.hand_over(command.action, lambda: self._run(ask))
        except RuntimeError as error:
            self._asked.pop(command.action, None)
            answer = Answer(UNKNOWN, failure=str(error), in_time=False)
            self._on_answer(command, now, answer)

    def give_up(self) -> list[str]:
        """Those that hang, and were not known to: others can be asked in their place."""
        now = self._clock()
        found = {
            action: asked.ask
            for action, asked in list(self._asked.items())
            if now >= asked.until
        }
        for action, ask in found.items():
            self._asked.pop(action, None)
            ask.call_off()
            if self._threads.withdraw(action):
                # it has not even got a thread
                answer = Answer(UNKNOWN, failure="too many others hang", in_time=False)
                self._on_answer(ask.command, now, answer)
            else:
                self._hanging[action] = ask
        return [action for action in found if action in self._hanging]

    def gives_up_at(self) -> Optional[float]:
        """When to look whether somebody hangs; None if nobody is asked."""
        return min((asked.until for asked in list(self._asked.values())), default=None)

    def close(self) -> None:
        """Ends all of them; at the end of the server."""
        self._is_closed = True
        for ask in [asked.ask for asked in list(self._asked.values())]:
            ask.call_off()

    def _obstacle(self, command: Command) -> Optional[str]:
        action = command.action
        if action in self._asked or action in self._hanging:
            return "it is being asked still"
        left = self._left.get(action)
        if left is not None:
            if not left.is_gone():
                return "its last process cannot be ended"
            del self._left[action]
        if len(self._hanging) >= _MOST_HANGING and may_hang(command):
            return "too many others hang"
        return None

    def _run(self, ask: Ask) -> None:
        began = self._clock()
        action = ask.command.action
        try:
            answer = ask.run()
        except Exception as error:
            _logger.exception(f"Error while asking for the state of {action}")
            answer = Answer(UNKNOWN, failure=str(error), in_time=False)
        if not ask.is_gone():
            self._left[action] = ask
        self._asked.pop(action, None)
        self._hanging.pop(action, None)
        self._on_answer(ask.command, began, answer)
