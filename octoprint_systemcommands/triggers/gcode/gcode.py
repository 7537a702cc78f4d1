"""Runs commands that lines of G-code ask for.

OctoPrint shows its lines in the printer's thread, which must not wait: there they are read
and handed over, and the job is held if the line says so. A thread of this module's own has
the commands run, in the order of the lines, by the same launcher as everybody else.
"""

import logging
import re
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, Optional, Protocol

from ...access import Forbidden, NotOpened
from ...commands.catalogue import CUSTOM, NotExecutable, UnknownAction
from ...commands.definition import Command, WayIn
from ...launcher import ExecuteRequest, Launcher
from ...messages import N_, Message, MessageError
from ...runs.environment import of_event
from ...runs.record import UNFINISHED, Record, Status
from ...runs.request import Requester
from ...runs.runner import Runner
from . import holds, line, scripts
from .holds import Hold, JobHolds
from .line import Line, Octo, WrongLine

_logger = logging.getLogger("octoprint.plugins.systemcommands.triggers.gcode")

WAY_IN: WayIn = "gcode"

# Lines that wait for their turn; each takes some milliseconds
_MAX_LINES = 100

# Runs whose end is told in the Terminal tab
_MAX_RUNS = 200

# How often people are told of the same thing beside the Terminal tab, in s, and of how many
# things that is remembered
_NOTICE = 10.0
_MAX_NOTICES = 50

_FILE_LINE = re.compile(r"fileline:([0-9]{1,10})")

_CANCELLED = Message(N_("The print was cancelled"))
_RELEASED = {
    holds.LIMIT: "the print goes on and waits no longer",
    holds.CANCELLED: "the print was cancelled and waits no longer",
    holds.INTERRUPTED: "the print was interrupted and waits no longer",
}

# What was not run, for programs
WRONG_LINE = "wrong_line"
UNKNOWN = "unknown"
NOT_OPENED = "not_opened"
NOT_RUN = "not_run"
TOO_MANY = "too_many"


class Opened(Protocol):
    """The commands that are open to G-code, see `octoprint_systemcommands.access`."""

    def find_opened(self, way_in: WayIn, action: str) -> Command: ...

    def opened(self, way_in: WayIn) -> list[Command]: ...


class Job(Protocol):
    """The job of the printer, see `octoprint_systemcommands.host.printer`."""

    def owner_of_job(self) -> Optional[str]: ...

    def log(self, text: str) -> None: ...


class Origin(NamedTuple):
    """Where a line comes from.

    Attributes:
        is_of_job: it is one of the print, or of one of its scripts
        number: in the file; None if it is not in one
    """

    is_of_job: bool
    number: Optional[int] = None


class _Asked(NamedTuple):
    """A line that waits for its turn.

    Attributes:
        wanted: what it asks for; an error if it cannot be read
        origin: where it comes from
        hold: the hold of the job that waits for it
        text: the line as it stands
    """

    wanted: Any
    origin: Origin
    hold: Optional[Hold]
    text: str


class Gcode:
    """What OctoPrint's hooks and events hand over to.

    Arguments:
        opened: the commands that are open to G-code
        launcher: has them run
        runner: stops what the print no longer wants
        job: of the printer
        complain: tells people what was not run: ``{reason, action, line}``
    """

    def __init__(
        self,
        opened: Opened,
        launcher: Launcher,
        runner: Runner,
        job: Job,
        complain: Callable[[Mapping[str, Any]], None],
    ):
        self._opened = opened
        self._launcher = launcher
        self._runner = runner
        self._job = job
        self._complain = complain
        self._holds = JobHolds(self._on_release)
        self._condition = threading.Condition()
        self._lines: deque[_Asked] = deque()
        self._ends: deque[Record] = deque(maxlen=_MAX_RUNS)
        self._thread: Optional[threading.Thread] = None
        self._is_closing = False
        # by id, those whose end is to be told, with the hold that waits for it
        self._runs: OrderedDict[str, Optional[Hold]] = OrderedDict()
        # by reason and action: when people were told
        self._noticed: OrderedDict[tuple[str, str], float] = OrderedDict()

    ##~~ In the threads of OctoPrint, which must not wait

    def at_command(
        self,
        comm: Any,
        phase: str,
        command: str,
        parameters: str,
        tags: Any = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """For the hook ``octoprint.comm.protocol.atcommand.queuing``."""
        if command.lower() != line.COMMAND:
            return
        wanted: Any
        try:
            wanted = line.parse(parameters)
        except WrongLine as error:
            wanted = error
        self._take(comm, wanted, tags, f"@{line.COMMAND} {parameters}")

    def queuing(
        self,
        comm: Any,
        phase: str,
        cmd: str,
        cmd_type: Any,
        gcode: Any,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        """For the hook ``octoprint.comm.protocol.gcode.queuing``, which is asked about each
        line: almost all of them are G-code that OctoPrint knows."""
        if gcode is not None or not cmd.startswith("OCTO"):
            return None
        wanted = line.parse_octo(cmd)
        if wanted is None or self._by_alias(wanted.number) is None:
            return None
        self._take(comm, wanted, kwargs.get("tags"), wanted.text)
        # no printer knows it
        return (None,)

    def script(
        self, comm: Any, script_type: str, script_name: str, *args: Any, **kwargs: Any
    ) -> Any:
        """For the hook ``octoprint.comm.protocol.scripts``: lines before and after OctoPrint's
        own scripts for a print."""
        if script_type != "gcode" or script_name not in scripts.PLACES:
            return None
        return scripts.lines(script_name, self._opened.opened(WAY_IN))

    def on_event(self, event: str, payload: Any) -> None:
        """OctoPrint has fired an event."""
        if event == "PrintCancelling":
            self._holds.release_all(holds.CANCELLED)
        elif event in ("Disconnected", "Error", "EStop") or (
            event == "PrinterStateChanged" and _state(payload) in ("PAUSING", "PAUSED")
        ):
            self._holds.release_all(holds.INTERRUPTED)

    def run_changed(self, record: Record) -> None:
        """There is something new about a run. Called with the runner's lock held."""
        if record.status in UNFINISHED:
            return
        with self._condition:
            if record.id in self._runs:
                self._ends.append(record)
                self._condition.notify_all()

    def close(self) -> None:
        """At the end of the server."""
        with self._condition:
            self._is_closing = True
            self._lines.clear()
            self._condition.notify_all()
        self._holds.close()

    def _take(self, comm: Any, wanted: Any, tags: Any, text: str) -> None:
        origin = _origin(tags)
        waits = isinstance(wanted, Line) and wanted.waits
        hold = None
        if waits:
            hold = self._holds.take(comm, self._limit(wanted.action))
            if hold is None:
                self._job.log(_say(wanted.action, "nothing waits for it"))
        with self._condition:
            is_taken = len(self._lines) < _MAX_LINES and self._begin()
            if is_taken:
                self._lines.append(_Asked(wanted, origin, hold, text))
                self._condition.notify_all()
        if not is_taken:
            if hold is not None:
                self._holds.release(hold, holds.END)
            self._tell(TOO_MANY, text, "not run: too many lines wait", origin)

    def _limit(self, action: str) -> float:
        try:
            return self._opened.find_opened(WAY_IN, action).gcode_wait
        except Exception:
            # it will be said in a moment
            return 1.0

    def _begin(self) -> bool:
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
                self._condition.wait_for(
                    lambda: self._lines or self._ends or self._is_closing
                )
                if self._is_closing:
                    return
                ends, asked = list(self._ends), None
                self._ends.clear()
                if not ends:
                    asked = self._lines.popleft()
            for record in ends:
                self._guarded(partial(self._end, record))
            if asked is not None:
                self._guarded(partial(self._run, asked))

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:
            _logger.exception("Error while a line of G-code was worked off")

    def _run(self, asked: _Asked) -> None:
        try:
            self._run_or_raise(asked)
        except Exception as error:
            if asked.hold is not None:
                self._holds.release(asked.hold, holds.END)
            reason = _reason(error)
            if reason is None:
                _logger.exception("Cannot run what a line of G-code asks for")
            self._tell(reason or NOT_RUN, _name(asked), f"not run: {error}", asked.origin)

    def _run_or_raise(self, asked: _Asked) -> None:
        wanted, hold = asked.wanted, asked.hold
        if isinstance(wanted, Exception):
            raise wanted
        if wanted == Line(line.LIST):
            self._list()
            return
        if hold is not None and hold.reason == holds.CANCELLED:
            raise WrongLine(N_("The print was cancelled before its turn."))
        if isinstance(wanted, Octo):
            command = self._by_alias(wanted.number)
            if command is None:
                raise UnknownAction(wanted.text)
            request = self._request(command.action, None, {}, asked, _octo(wanted))
        else:
            command = self._opened.find_opened(WAY_IN, wanted.action)
            values = line.as_values(command.arguments, wanted.arguments)
            request = self._request(wanted.action, wanted.to, values, asked, {})
        run = self._launcher.launch(request)
        with self._condition:
            self._runs[run.id] = hold
            if len(self._runs) > _MAX_RUNS:
                self._runs.popitem(last=False)
        if hold is not None:
            hold.run_id = run.id
            if hold.reason == holds.CANCELLED:
                self._stop(run.id)
        # its end may have been told before this module knew of it
        self.run_changed(run.record())

    def _request(
        self,
        action: str,
        to: Optional[str],
        values: dict[str, Any],
        asked: _Asked,
        variables: Mapping[str, str],
    ) -> ExecuteRequest:
        origin = asked.origin
        return ExecuteRequest(
            source=CUSTOM,
            action=action,
            requester=Requester(
                user=self._job.owner_of_job() if origin.is_of_job else None,
                trigger="gcode",
            ),
            way_in=WAY_IN,
            arguments=values,
            # whoever has put it into the file wants it to be run during the print
            part_of_print=origin.is_of_job,
            event={
                **of_event("gcode", {"line": origin.number, "text": asked.text}),
                **variables,
            },
            reason=_why(origin),
        )

    def _end(self, record: Record) -> None:
        with self._condition:
            if record.id not in self._runs:
                return
            hold = self._runs.pop(record.id)
        if hold is not None:
            self._holds.release(hold, holds.END)
        how = {
            Status.SUCCEEDED: "has ended",
            Status.FAILED: f"has failed (exit code {record.exit_code})",
            Status.TIMED_OUT: "has taken too long and was ended",
            Status.STOPPED: "was stopped",
        }.get(record.status, record.status.value)
        self._job.log(_say(record.action, how))

    def _list(self) -> None:
        found = self._opened.opened(WAY_IN)
        self._job.log(
            _say("list", "open to G-code:" if found else "none is open to G-code")
        )
        for command in found:
            words = [command.action]
            words += [f"{argument.name}=…" for argument in command.arguments]
            self._job.log(_say("list", f"@system {' '.join(words)}  ({command.name})"))

    def _by_alias(self, number: int) -> Optional[Command]:
        found = self._opened.opened(WAY_IN)
        return next((each for each in found if each.gcode_alias == number), None)

    def _on_release(self, hold: Hold, reason: str) -> None:
        """In the thread of the holds."""
        if reason == holds.CANCELLED and hold.run_id is not None:
            self._stop(hold.run_id)
        if reason in _RELEASED:
            self._job.log(_say("wait", _RELEASED[reason]))

    def _stop(self, run_id: str) -> None:
        self._runner.stop(run_id, reason=_CANCELLED)

    def _tell(self, reason: str, what: str, text: str, origin: Origin) -> None:
        self._job.log(_say(what, text))
        self._notice(reason, what, origin.number)

    def _notice(self, reason: str, what: str, number: Optional[int]) -> None:
        now = time.monotonic()
        key = (reason, what[:100])
        with self._condition:
            if now - self._noticed.get(key, float("-inf")) < _NOTICE:
                return
            self._noticed[key] = now
            self._noticed.move_to_end(key)
            if len(self._noticed) > _MAX_NOTICES:
                self._noticed.popitem(last=False)
        self._complain({"reason": reason, "action": what[:100], "line": number})


def _origin(tags: Any) -> Origin:
    tags = tags or ()
    number = next((m[1] for tag in tags if (m := _FILE_LINE.fullmatch(tag))), None)
    is_of_job = "source:file" in tags or "source:script" in tags
    return Origin(is_of_job, None if number is None else int(number))


def _why(origin: Origin) -> Message:
    if origin.number is not None:
        return Message(N_("Line %(line)s of the print"), {"line": str(origin.number)})
    if origin.is_of_job:
        return Message(N_("A script of the print"))
    return Message(N_("A line of G-code"))


def _octo(wanted: Octo) -> dict[str, str]:
    # what GCODE System Commands has told its commands, whose scripts go on working
    prefix = "OCTOPRINT_GCODESYSTEMCOMMAND_"
    return {
        "SC_ARGS": wanted.rest,
        f"{prefix}ID": str(wanted.number),
        f"{prefix}ARGS": wanted.rest,
        f"{prefix}LINE": wanted.text,
    }


def _reason(error: Exception) -> Optional[str]:
    """What kind of error it is; None if it is none that anybody has expected."""
    if isinstance(error, WrongLine):
        return WRONG_LINE
    if isinstance(error, (UnknownAction, NotExecutable)):
        return UNKNOWN
    if isinstance(error, (NotOpened, Forbidden)):
        return NOT_OPENED
    return NOT_RUN if isinstance(error, (MessageError, ValueError)) else None


def _name(asked: _Asked) -> str:
    wanted = asked.wanted
    return wanted.action if isinstance(wanted, Line) else asked.text


def _say(what: str, text: str) -> str:
    """A line of the Terminal tab, in English as all that stands there."""
    return f"System Commands: {what[:100]}: {text}"[:500]


def _state(payload: Any) -> Optional[str]:
    return payload.get("state_id") if isinstance(payload, Mapping) else None
