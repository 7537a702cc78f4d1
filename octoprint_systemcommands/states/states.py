"""What is known of the states of toggles and statuses, for whoever wants to know.

Somebody who looks keeps them asked for a while. One thread decides who is asked and tells
what has changed; the commands themselves run in others, see `askers`.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Optional

from ..commands.definition import Command
from ..commands.toggles import To, opposite
from ..runs.log_lines import one_line
from ..runs.record import UNFINISHED, Record, Status
from ..runs.starters import Starters
from .askers import Askers
from .asking import Answer, Ask
from .assumed import Assumed, AssumedFile
from .known import Known
from .state import SWITCHING, UNKNOWN, State
from .switching import PAUSE
from .timetable import LEASE, Row, Timetable

_logger = logging.getLogger("octoprint.plugins.systemcommands.states.states")

# How long somebody who looks waits for an answer, and who wants to switch to the opposite of
# it, in seconds
_WAIT_TO_LOOK = 1.0
_WAIT_TO_SWITCH = 2.0

# How many may do so: these are OctoPrint's threads for all requests
_MOST_WAITING = 2

# How old an answer may be of which the opposite is wanted, in seconds
_FRESH = 1.0

# How long the thread waits after an error that is a fault of ours, in seconds
_PAUSE_AFTER_ERROR = 1.0


class States:
    """Knows the states.

    Arguments:
        commands: all toggles and statuses that there are
        server_url: the address of this server
        on_change: called with each state that has changed, in the order in which they have;
            must be quick
        path: of the file for those that nobody can ask
        clock: the time in seconds, on a clock that does not jump
        wall: the time in seconds since the epoch
    """

    def __init__(
        self,
        commands: Callable[[], Iterable[Command]],
        server_url: Callable[[], str],
        on_change: Callable[[State], None],
        path: str,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ):
        self._commands = commands
        self._on_change = on_change
        self._clock = clock
        self._wall = wall
        self._file = AssumedFile(path)
        # it may not answer, which is nobody else's trouble
        self._writers = Starters(1, name="states.file")
        self._condition = threading.Condition()
        self._timetable = Timetable()
        # by action; of all that there are and were asked for
        self._known: dict[str, Known] = {}
        self._restored = self._file.read()
        self._is_to_be_saved = False
        self._is_to_look = False
        self._waiting = 0
        self._is_closed = False
        self._askers = Askers(
            lambda command: Ask(command, server_url()), self._on_answer, clock
        )
        self._thread = threading.Thread(
            target=self._work, name="systemcommands.states", daemon=True
        )
        self._thread.start()

    ##~~ For those who want to know

    def look(self, commands: Sequence[Command]) -> list[State]:
        """What is known of some of them, which are asked for a while from now on. What is
        older than it should be is waited for, but not for long."""
        with self._condition:
            now = self._clock()
            stale = []
            for command in commands:
                row = self._row(command)
                if command.state:
                    row.looked_at_until = now + LEASE
                    if row.is_stale(now):
                        stale.append(row)
            self._wake()
            self._wait_for(stale, _WAIT_TO_LOOK)
            return [self._state(command) for command in commands]

    def direction(self, command: Command) -> To:
        """Where to switch a toggle to, if that is to be the opposite of what it is now. Asks
        if that is not known for sure, and waits for it 2 s at most."""
        with self._condition:
            row = self._row(command)
            state = self._state(command)
            if command.state and state.state != SWITCHING:
                now = self._clock()
                if row.asked is None or now > row.asked + _FRESH:
                    row.wanted_at = now
                    self._wake()
                    self._wait_for([row], _WAIT_TO_SWITCH)
                    state = self._state(command)
                if row.is_stale(self._clock()):
                    # that was long ago
                    return opposite(UNKNOWN)
            return opposite(state.to or state.state)

    def run_changed(self, record: Record) -> None:
        """Something is new of a run. Called with the lock of the runner, so very quick."""
        if record.to is None:
            return
        with self._condition:
            known = self._known.get(record.action)
            if record.trigger == "test":
                # of a definition that is not saved, but of the same light perhaps
                if known is not None and record.status not in UNFINISHED:
                    self._want(record.action)
                return
            if known is None:
                known = self._add(record.action)
            if record.status in (Status.STARTING, Status.RUNNING):
                known.switching.begin(record.id, record.to)
            elif record.status not in UNFINISHED:
                has_succeeded = record.status == Status.SUCCEEDED
                if known.switching.end(record.id, has_succeeded, self._clock()):
                    self._want(record.action)
                if has_succeeded:
                    known.assumed = Assumed(record.to, self._wall())
                    self._is_to_be_saved = True
            self._wake()

    def close(self) -> None:
        """Asks nobody any more; at the end of the server."""
        with self._condition:
            self._is_closed = True
            self._condition.notify_all()
        self._askers.close()

    ##~~ With the condition held

    def _row(self, command: Command) -> Row:
        known = self._known.get(command.action) or self._add(command.action)
        row = self._timetable.row(command.action, command.every)
        if known.use(command):
            row.renew()
        return row

    def _add(self, action: str) -> Known:
        known = self._known[action] = Known(action, self._restored.get(action))
        # until the thread has looked at its definition
        self._timetable.row(action, LEASE)
        return known

    def _state(self, command: Command) -> State:
        # it may be gone meanwhile
        known = self._known.get(command.action) or Known(command.action)
        return known.state(command, self._clock(), self._wall())

    def _want(self, action: str, pause: float = 0) -> None:
        row = self._timetable.find(action)
        if row is not None:
            row.wanted_at = self._clock() + pause

    def _wake(self) -> None:
        self._is_to_look = True
        self._condition.notify_all()

    def _wait_for(self, rows: Sequence[Row], seconds: float) -> None:
        """Waits until all of them were asked, or for so long."""
        if not rows or self._waiting >= _MOST_WAITING:
            return
        before = [row.answers for row in rows]

        def are_asked() -> bool:
            return self._is_closed or all(
                row.answers > number for row, number in zip(rows, before)
            )

        self._waiting += 1
        try:
            self._condition.wait_for(are_asked, seconds)
        finally:
            self._waiting -= 1

    ##~~ The thread

    def _work(self) -> None:
        while not self._is_closed:
            try:
                self._wait()
                self.step()
            except Exception:
                _logger.exception("Error while looking after states")
                time.sleep(_PAUSE_AFTER_ERROR)

    def _wait(self) -> None:
        """Waits until there is something to do. What has woken it may only mean that it is to
        wait for something else."""
        with self._condition:
            while not self._is_to_look and not self._is_closed:
                now = self._clock()
                wake = self._wakes_at(now)
                if wake is not None and wake <= now:
                    break
                self._condition.wait(None if wake is None else wake - now)
            self._is_to_look = False

    def _wakes_at(self, now: float) -> Optional[float]:
        moments = [self._timetable.wakes_at(now), self._askers.gives_up_at()]
        moments += [known.switching.until(now) for known in self._known.values()]
        return min((moment for moment in moments if moment is not None), default=None)

    def step(self) -> None:
        """Tells what has changed, and asks who is due."""
        # it may take a moment, and asks OctoPrint's settings
        commands = {command.action: command for command in self._commands()}
        with self._condition:
            if self._is_closed:
                return
            self._use(commands)
            changed = self._changed(commands)
            for action in self._askers.give_up():
                row = self._timetable.find(action)
                if row is not None:
                    row.is_given_up = True
            due = self._timetable.take(self._clock())
            is_to_be_saved, self._is_to_be_saved = self._is_to_be_saved, False
            if is_to_be_saved:
                self._restored = self._assumed(commands)
            assumed = self._restored
        # first of all: they count as being asked already
        for action in due:
            self._askers.ask(commands[action])
        for state, was in changed:
            if state.state != was.state:
                _log(state)
            self._on_change(state)
        if is_to_be_saved:
            self._writers.hand_over("save", lambda: self._file.write(assumed))

    def _use(self, commands: dict[str, Command]) -> None:
        for gone in set(self._known) - set(commands):
            del self._known[gone]
            self._timetable.forget(gone)
        if not set(self._restored) <= set(commands):
            # another one that is called so is another one
            self._is_to_be_saved = True
        for action in self._known:
            command = commands[action]
            row = self._row(command)
            if not command.state:
                row.wanted_at = None
                row.looked_at_until = float("-inf")

    def _changed(self, commands: dict[str, Command]) -> list[tuple[State, State]]:
        """The states that are other ones than before, and those."""
        changed = []
        for action, known in self._known.items():
            state = self._state(commands[action])
            if not state.looks_like(known.told):
                changed.append((state, known.told))
                known.told = state
        return changed

    def _assumed(self, commands: dict[str, Command]) -> dict[str, Assumed]:
        """What is to be in the file."""
        assumed = dict(self._restored)
        for action, known in self._known.items():
            if known.assumed is not None:
                assumed[action] = known.assumed
        return {
            action: one
            for action, one in assumed.items()
            if action in commands and not commands[action].state
        }

    def _on_answer(self, command: Command, began: float, answer: Answer) -> None:
        with self._condition:
            now = self._clock()
            action = command.action
            row, known = self._timetable.find(action), self._known.get(action)
            if row is None or known is None or self._is_closed:
                # nobody wants to know any more
                return
            row.end(began, now, answer.in_time)
            if not known.is_answer_of(command):
                # it is another one now
                self._want(action)
                self._wake()
                return
            was_on_its_way = known.switching.to(now) is not None
            is_new = known.take(answer, began, self._wall())
            if known.switching.until(now) is not None:
                self._want(action, PAUSE)
            is_first = answer.failure is not None and not known.is_failing
            known.is_failing = answer.failure is not None
            if is_new or was_on_its_way:
                self._wake()
            else:
                # when to ask it next is to be found out
                self._condition.notify_all()
        if is_first:
            _logger.warning(
                one_line(f"The state of {action} is not known: {answer.failure}")
            )


def _log(state: State) -> None:
    to = f" to {state.to}" if state.to else ""
    kind = ", as far as is known" if state.assumed else ""
    _logger.info(one_line(f"{state.action} is {state.state}{to}{kind}"))
