"""Runs the commands that lines of G-code ask for, in a thread of its own.

Lines are processed in their order, one after the other. Each takes some milliseconds; one
whose command cannot be started, because a disk hangs, takes 2 s. The hold of a line has its
limit all the same.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Optional, Protocol, Union

from ...commands.catalogue import CUSTOM, UnknownAction
from ...commands.definition import Command
from ...commands.fields import LIST, WayIn
from ...commands.toggles import OFF, ON
from ...launcher import ExecuteRequest, Launcher
from ...messages import N_, Message
from ...runs.environment import as_text, of_event
from ...runs.queue import MAX_ACTIVE
from ...runs.record import UNFINISHED, Record
from ...runs.request import Requester
from ...runs.runner import Runner
from . import holds, line, terminal
from .asked import Asked, CalledOff
from .holds import Hold, JobHolds
from .line import Line, Octo, WrongLine
from .notices import Notices
from .opened import OpenedCommands

_logger = logging.getLogger("octoprint.plugins.systemcommands.triggers.gcode.worker")

WAY_IN: WayIn = "gcode"

# Lines that wait for their turn
MAX_LINES = 100

# Runs at a time, half of what may run at all: people want to run something, too
MAX_RUNS = MAX_ACTIVE // 2

_CANCELLED = Message(N_("The print was cancelled"))


class Opened(Protocol):
    """The commands that are open to G-code, see `octoprint_systemcommands.access`."""

    def find_opened(self, way_in: WayIn, action: str) -> Command: ...

    def opened(self, way_in: WayIn) -> list[Command]: ...


class Worker:
    """Processes the lines that were put in, and tells of the ends of their runs.

    Arguments:
        opened: decides which commands are open to G-code
        commands: those that are
        launcher: has them run
        runner: stops what a print no longer wants
        log: writes a line to the Terminal tab
        notices: tells people what was not run
    """

    def __init__(
        self,
        opened: Opened,
        commands: OpenedCommands,
        launcher: Launcher,
        runner: Runner,
        log: Callable[[str], None],
        notices: Notices,
    ):
        self._opened = opened
        self._commands = commands
        self._launcher = launcher
        self._runner = runner
        self._log = log
        self._notices = notices
        self.holds = JobHolds(self._before_release, self._on_release)
        self._condition = threading.Condition()
        self._lines: deque[Asked] = deque()
        # the first one that was left out since this was told last, and their number
        self._left_out: Optional[tuple[Asked, int]] = None
        # of runs in `_runs` only, so there is no more than that
        self._ends: deque[Record] = deque()
        # by id, those that have not ended, with the hold that waits for it; at most `MAX_RUNS`
        self._runs: dict[str, Optional[Hold]] = {}
        # whether it was told that lines wait for the end of one of these
        self._has_told_of_runs = False
        self._thread: Optional[threading.Thread] = None
        self._is_closing = False

    ##~~ In all threads

    def put(self, asked: Asked) -> None:
        """Takes in a line. Does not wait."""
        with self._condition:
            is_taken = self._begin() and len(self._lines) < MAX_LINES
            if is_taken:
                self._lines.append(asked)
            else:
                first, number = self._left_out or (asked, 0)
                self._left_out = first, number + 1
            self._condition.notify_all()
        if not is_taken and asked.hold is not None:
            self.holds.release(asked.hold, holds.END)

    def run_changed(self, record: Record) -> None:
        """There is something new about a run. Does not wait: it is called with the runner's
        lock held."""
        if record.status in UNFINISHED:
            return
        with self._condition:
            if record.id not in self._runs:
                return
            hold = self._runs.pop(record.id)
            self._ends.append(record)
            self._condition.notify_all()
        if hold is not None:
            self.holds.release(hold, holds.END)

    def close(self) -> None:
        """At the end of the server."""
        with self._condition:
            self._is_closing = True
            self._lines.clear()
            self._condition.notify_all()
        self.holds.close()

    def call_off(self, why: str) -> None:
        """Nothing that waits is to be run. Does not wait."""
        with self._condition:
            self._lines = deque(
                asked._replace(wanted=CalledOff(why), text=asked.subject)
                for asked in self._lines
            )
            self._condition.notify_all()

    def _begin(self) -> bool:
        """Makes sure that there is a thread; returns whether there is one."""
        if self._is_closing:
            return False
        if self._thread is None:
            thread = threading.Thread(
                target=self._loop, name="systemcommands.gcode", daemon=True
            )
            try:
                thread.start()
            except RuntimeError:
                # none to spare
                return False
            self._thread = thread
        return True

    ##~~ In the thread of this module

    def _loop(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._is_closing or self._has_work())
                if self._is_closing:
                    return
                work = self._next()
            try:
                work()
            except Exception:
                _logger.exception("Error while a line of G-code was processed")

    def _has_work(self) -> bool:
        """To be called with the lock held."""
        if self._ends or self._left_out is not None:
            return True
        if not self._lines:
            return False
        return not (self._has_to_wait() and self._has_told_of_runs)

    def _has_to_wait(self) -> bool:
        """Whether the next line has to wait for the end of a run."""
        is_to_be_run = isinstance(self._lines[0].wanted, (Line, Octo))
        return is_to_be_run and len(self._runs) >= MAX_RUNS

    def _next(self) -> Callable[[], None]:
        """To be called with the lock held, when there is something to do."""
        if self._ends:
            return partial(self._tell_end, self._ends.popleft())
        if self._left_out is not None:
            asked, number = self._left_out
            self._left_out = None
            return partial(self._tell_left_out, asked, number)
        if self._has_to_wait():
            self._has_told_of_runs = True
            return partial(self._tell_of_runs, self._lines[0])
        self._has_told_of_runs = False
        return partial(self._process, self._lines.popleft())

    def _process(self, asked: Asked) -> None:
        try:
            self._run(asked)
        except Exception as error:
            if asked.hold is not None:
                self.holds.release(asked.hold, holds.END)
            if isinstance(error, CalledOff):
                self._log(terminal.say(asked.subject, f"not run: {error}"))
                return
            refusal = terminal.refusal(error)
            if not refusal.is_expected:
                _logger.exception("Cannot run what a line of G-code asks for")
            self._refuse(asked, refusal.reason, refusal.text)

    def _run(self, asked: Asked) -> None:
        wanted, hold = asked.wanted, asked.hold
        if isinstance(wanted, (WrongLine, CalledOff)):
            raise wanted
        if isinstance(wanted, Line) and wanted.action == LIST:
            for text in terminal.listed(self._opened.opened(WAY_IN)):
                self._log(text)
            if hold is not None:
                self.holds.release(hold, holds.END)
            return
        asked.ensure_wanted()
        run = self._launcher.launch(self._request(asked, wanted))
        with self._condition:
            self._runs[run.id] = hold
        if hold is not None:
            hold.run_id = run.id
            if hold.reason == holds.CANCELLED:
                self._stop(run.id)
        # its end may have been told before it was known here
        self.run_changed(run.record())
        if hold is None and isinstance(wanted, Line) and wanted.waits:
            why = asked.not_held or "it was not open yet when the line came"
            self._log(terminal.say(asked.subject, f"the print does not wait: {why}"))

    def _request(self, asked: Asked, wanted: Union[Line, Octo]) -> ExecuteRequest:
        to: Optional[str] = None
        values: dict[str, Any] = {}
        variables: Mapping[str, str] = {}
        if isinstance(wanted, Octo):
            found = self._commands.of_alias(wanted.number)
            if found is None:
                # it was, when the line came
                raise UnknownAction(wanted.text)
            action = found.action
            variables = {name: as_text(text) for name, text in wanted.variables.items()}
            if found.is_toggle and wanted.rest.lower() in (ON, OFF):
                to = wanted.rest.lower()
        else:
            command = self._opened.find_opened(WAY_IN, wanted.action)
            values = line.as_values(command.arguments, wanted.arguments)
            action, to = wanted.action, wanted.to
        origin = asked.origin
        happened = {"line": origin.number, "text": asked.text}
        return ExecuteRequest(
            source=CUSTOM,
            action=action,
            requester=Requester(user=origin.user, trigger="gcode"),
            way_in=WAY_IN,
            arguments=values,
            # whoever has put it into the file wants it to be run during the print
            part_of_print=origin.is_of_print,
            event={**of_event("gcode", happened), **variables},
            reason=origin.reason,
            to=to,
        )

    def _refuse(self, asked: Asked, reason: str, text: str) -> None:
        self._log(terminal.say(asked.subject, f"not run: {text}"))
        self._notices.tell(reason, asked.subject, asked.origin.number)

    def _tell_left_out(self, asked: Asked, number: int) -> None:
        more = "" if number == 1 else f" (left out after it: {number - 1})"
        self._refuse(asked, terminal.TOO_MANY, f"too many lines wait{more}")

    def _tell_of_runs(self, asked: Asked) -> None:
        text = f"waits: {MAX_RUNS} commands of lines of G-code are running"
        self._log(terminal.say(asked.subject, text))

    def _tell_end(self, record: Record) -> None:
        self._log(terminal.say(record.action, terminal.end_of(record)))

    def _stop(self, run_id: str) -> None:
        self._runner.stop(run_id, reason=_CANCELLED)

    ##~~ In the thread of the holds

    def _before_release(self, hold: Hold) -> None:
        if hold.reason == holds.CANCELLED and hold.run_id is not None:
            self._stop(hold.run_id)

    def _on_release(self, hold: Hold) -> None:
        text = terminal.RELEASED.get(hold.reason or holds.END)
        if text is not None:
            self._log(terminal.say(line.WAIT, text))
