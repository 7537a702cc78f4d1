"""One execution of a command, from the wish to the end."""

import secrets
import threading
import time
from collections.abc import Callable
from typing import Optional, Union

from ..messages import Message
from .failure_hints.hints import Hint
from .outcome import Outcome, of_stop
from .output.capture import Capture
from .output.masking import MaskedCapture
from .processes.half_made import Making
from .processes.process import Process
from .record import UNFINISHED, Record, Status
from .request import Request, Waiting


class Run:
    """A run that this server knows in person, with its process and its output.

    Its fields are changed by the runner only. Everybody else looks at `record()`.

    Arguments:
        seq: see `Record`
        request: what is wanted
        resumed: what an earlier server has known of it, if it was pending there
    """

    def __init__(self, seq: int, request: Request, resumed: Optional[Record] = None):
        self.seq = seq
        self.id = secrets.token_hex(8) if resumed is None else resumed.id
        self.request = request
        self.status = Status.QUEUED
        # what it waits for; None unless it is pending
        self.waiting: Optional[Waiting] = None
        # it was pending, and somebody is about to have it started
        self.is_being_released = False
        # that it is being started has to be in the history before it begins
        self.is_noted_first = False
        # as soon as it has ended
        self.outcome: Optional[Outcome] = None
        self.output = Capture()
        # takes in what the process writes
        self.sink: Union[Capture, MaskedCapture] = (
            MaskedCapture(self.output, request.values.secrets)
            if request.values.secrets
            else self.output
        )
        # set as soon as a process was made, and kept after its end
        self.process: Optional[Process] = None
        # for as long as that takes
        self.making: Optional[Making] = None
        # STOPPED or TIMED_OUT as soon as somebody wants an end, and who that was
        self.stop_reason: Optional[Status] = None
        self.stopped_by: Optional[str] = None
        # and why, if it was not simply somebody's wish
        self.called_off: Optional[Message] = None
        self._timer: Optional[threading.Timer] = None
        # its processes are being told to end
        self.is_being_ended = False
        # they are there all the same, which is the time for another try
        self.stop_was_in_vain = False
        # the return code of its process, as soon as that has ended
        self.returned: Optional[int] = None
        # set as soon as it is known whether it could be started
        self.begun = threading.Event()
        self.finished = threading.Event()
        # set at its end, and at the server's: whoever waits for it has to go
        self.released = threading.Event()
        self._queued_at = now = time.time()
        self._queued = time.monotonic()
        if resumed is not None and resumed.queued_at is not None:
            self._queued_at = resumed.queued_at
            self._queued -= max(0.0, now - resumed.queued_at)
        self._finished_at: Optional[float] = None
        self._duration: Optional[float] = None

    @property
    def key(self) -> tuple[str, str]:
        """Which command it is."""
        return (self.request.source, self.request.command.action)

    @property
    def lane(self) -> tuple[str, str, bool]:
        """Which runs it may have to wait for; what is tried out keeps to itself."""
        return (*self.key, self.request.requester.trigger == "test")

    @property
    def its_process(self) -> Process:
        """The same as `process`, for who knows that there is one."""
        assert self.process is not None
        return self.process

    @property
    def exit_code(self) -> Optional[int]:
        """See `Outcome`."""
        return None if self.outcome is None else self.outcome.exit_code

    @property
    def hint(self) -> Optional[Hint]:
        """See `Outcome`."""
        return None if self.outcome is None else self.outcome.hint

    @property
    def refusal(self) -> Optional[Exception]:
        """See `Outcome`."""
        return None if self.outcome is None else self.outcome.refusal

    ##~~ Its life, see `Status`

    def wait_on(self, waiting: Waiting) -> None:
        """It is pending."""
        self.status = Status.PENDING
        self.waiting = waiting

    def queue_up(self) -> None:
        """It is not pending any more, and not its turn yet."""
        self.status = Status.QUEUED
        self.waiting = None

    def take_turn(self) -> None:
        """It is being started."""
        self.waiting = None
        self.status = Status.STARTING

    def start_timer(self, on_time_out: Callable[["Run"], None]) -> None:
        """Has a function called when it has taken longer than its command may."""
        timeout = self.request.command.timeout
        if timeout is not None:
            self._timer = threading.Timer(timeout, on_time_out, (self,))
            self._timer.daemon = True
            self._timer.start()

    def begin(self, process: Process) -> None:
        """It was started."""
        self.process = process
        self.status = Status.RUNNING
        self.begun.set()

    def end(self, outcome: Outcome) -> None:
        """It is over. `wake` has to follow, as soon as everybody else has been told."""
        now = time.monotonic()
        # by the clock of the beginning, which a change of the time does not turn back
        if self.process is not None:
            self._duration = now - self.process.started
            self._finished_at = self.process.started_at + self._duration
        else:
            self._finished_at = self._queued_at + now - self._queued
        if self._timer is not None:
            self._timer.cancel()
        self.outcome = outcome
        self.waiting = None
        self.status = outcome.status

    def wake(self) -> None:
        """Wakes those who wait for its end."""
        self.begun.set()
        self.finished.set()
        self.released.set()

    def outcome_of_stop(self, exit_code: Optional[int] = None) -> Outcome:
        """The outcome of the end that somebody has asked for.

        Arguments:
            exit_code: of its process; None if it had none
        """
        assert self.stop_reason is not None
        return of_stop(self.stop_reason, self.request.command.timeout, exit_code)

    def record(self) -> Record:
        """What is known of it now."""
        process = self.process
        duration = self._duration
        if duration is None and process is not None:
            duration = time.monotonic() - process.started
        return Record(
            seq=self.seq,
            id=self.id,
            source=self.request.source,
            action=self.request.command.action,
            name=self.request.command.name,
            status=self.status,
            stopping=self.stop_reason is not None
            and self.status in UNFINISHED
            and not self.stop_was_in_vain,
            exit_code=self.exit_code,
            **self.request.requester.recorded(),
            arguments=self.request.values.shown,
            stopped_by=self.stopped_by,
            reason=self.called_off or self.request.reason,
            due_at=None if self.waiting is None else self.waiting.due_at,
            waits_for=None if self.waiting is None else self.waiting.waits_for,
            queued_at=self._queued_at,
            started_at=None if process is None else process.started_at,
            finished_at=self._finished_at,
            duration=duration,
            bytes=self.output.total,
            kept=self.output.kept,
            hint=self.hint,
            pid=None if process is None else process.pid,
            pid_created=None if process is None else process.created,
            to=self.request.to,
        )
