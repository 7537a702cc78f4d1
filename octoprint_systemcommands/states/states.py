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
from .assumed import AssumedFile
from .book import Book
from .state import SWITCHING, UNKNOWN, State
from .timetable import LEASE, Row

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
        self._file = AssumedFile(path)
        # it may not answer, which is nobody else's trouble
        self._writers = Starters(1, name="states.file")
        self._condition = threading.Condition()
        # guarded by the condition, as all that follows
        self._book = Book(self._file.read(), clock, wall)
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
            self._wait_for(self._lease(commands), _WAIT_TO_LOOK)
            return [self._book.state(command) for command in commands]

    def watch(self, commands: Sequence[Command]) -> list[State]:
        """What is known of some of them, as `look` tells it, without waiting for anything:
        for those who are told of changes."""
        with self._condition:
            self._lease(commands)
            return [self._book.state(command) for command in commands]

    def direction(self, command: Command) -> To:
        """Where to switch a toggle to, if that is to be the opposite of what it is now. Asks
        if that is not known for sure, and waits for it 2 s at most; not at all, if it has been
        waited for longer than that already: rules wait for each other here."""
        with self._condition:
            row = self._book.row(command)
            queued_to = self._book.of(command.action).switching.queued_to
            if queued_to is not None:
                return opposite(queued_to)
            state = self._book.state(command)
            if command.state and state.state != SWITCHING:
                now = self._clock()
                if row.asked is None or now > row.asked + _FRESH:
                    since = row.awaited_since(now)
                    if not row.is_being_asked:
                        row.wanted_at = since
                    self._wake()
                    if now <= since + _WAIT_TO_SWITCH:
                        self._wait_for([row], _WAIT_TO_SWITCH)
                    state = self._book.state(command)
                if row.is_stale(self._clock()):
                    # that was long ago
                    return opposite(UNKNOWN)
            return opposite(state.to or state.state)

    def run_changed(self, record: Record) -> None:
        """Something is new of a run. Called with the lock of the runner, so very quick."""
        if record.to is None:
            return
        with self._condition:
            if record.trigger == "test":
                # of a definition that is not saved, but of the same light perhaps
                if record.status not in UNFINISHED:
                    self._book.want(record.action)
            elif record.status == Status.QUEUED:
                self._book.of(record.action).switching.queue(record.id, record.to)
            elif record.status in (Status.STARTING, Status.RUNNING):
                self._book.of(record.action).switching.begin(record.id, record.to)
            elif record.status not in UNFINISHED:
                has_succeeded = record.status == Status.SUCCEEDED
                switching = self._book.of(record.action).switching
                if switching.end(record.id, has_succeeded, self._clock()):
                    self._book.want(record.action)
                if has_succeeded:
                    self._book.assume(record.action, record.to)
            self._wake()

    def close(self) -> None:
        """Asks nobody any more; at the end of the server."""
        with self._condition:
            self._is_closed = True
            self._condition.notify_all()
        self._askers.close()

    ##~~ With the condition held

    def _lease(self, commands: Sequence[Command]) -> list[Row]:
        """Has them asked for a while; returns those of which too little is known now."""
        now = self._clock()
        stale = []
        for command in commands:
            # what nobody can ask has one as well
            row = self._book.row(command)
            if command.state:
                row.looked_at_until = now + LEASE
                if row.is_stale(now):
                    stale.append(row)
        self._wake()
        return stale

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
        moments = [self._book.wakes_at(now), self._askers.gives_up_at()]
        return min((moment for moment in moments if moment is not None), default=None)

    def step(self) -> None:
        """Tells what has changed, and asks who is due."""
        # it may take a moment, and asks OctoPrint's settings
        commands = {command.action: command for command in self._commands()}
        with self._condition:
            if self._is_closed:
                return
            self._book.use(commands)
            for action in self._askers.give_up():
                self._book.give_up(action)
            changed = self._book.changed(commands)
            complaints = self._book.complaints()
            to_be_saved = self._book.to_be_saved(commands)
            due = self._book.timetable.take(self._clock())
        # first of all: they count as being asked already
        for action in due:
            self._askers.ask(commands[action])
        for action, why in complaints.items():
            _logger.warning(one_line(f"The state of {action} is not known: {why}"))
        for state, was in changed:
            if state.state != was.state:
                _log(state)
            self._on_change(state)
        if to_be_saved is not None:
            self._writers.hand_over("save", lambda: self._file.write(to_be_saved))

    def _on_answer(self, command: Command, began: float, answer: Answer) -> None:
        with self._condition:
            if self._is_closed:
                return
            if self._book.take(command, began, answer):
                self._wake()
            else:
                # when to ask next is to be found out, and somebody may wait for it
                self._condition.notify_all()


def _log(state: State) -> None:
    to = f" to {state.to}" if state.to else ""
    kind = ", as far as is known" if state.assumed else ""
    _logger.info(one_line(f"{state.action} is {state.state}{to}{kind}"))
