"""One execution of a command, from the request to the end."""

import secrets
import threading
import time
from collections.abc import Mapping
from typing import Any, NamedTuple, Optional, Union

from ..commands.arguments.values import Values
from ..commands.definition import Command
from .failure_hints.hints import Hint
from .output.capture import Capture
from .output.masking import MaskedCapture
from .output.times import iso
from .processes.process import Process

QUEUED = "queued"
RUNNING = "running"
SUCCEEDED = "succeeded"
FAILED = "failed"
STOPPED = "stopped"
TIMED_OUT = "timed_out"
INTERRUPTED = "interrupted"

STATUSES = (QUEUED, RUNNING, SUCCEEDED, FAILED, STOPPED, TIMED_OUT, INTERRUPTED)
UNFINISHED = (QUEUED, RUNNING)


class Owner(NamedTuple):
    """Whose a run is.

    Attributes:
        user: the name
        account: tells accounts of the same name apart; None if that is not known
    """

    user: str
    account: Optional[str] = None

    def owns(self, owner: Optional["Owner"]) -> bool:
        """Whether what an owner has is theirs."""
        # of runs from before accounts were told apart, only the name is known
        return (
            owner is not None
            and owner.user == self.user
            and owner.account in (None, self.account)
        )


class Requester(NamedTuple):
    """Who wants a command to be run.

    Attributes:
        user: the name; None if unknown
        trigger: how the request came in, ``api``, ``menu`` or ``test``
        application: the name of the application whose key was used; None without one
        address: the network address that the request came from; None if unknown
        account: see `Owner`
    """

    user: Optional[str] = None
    trigger: str = "api"
    application: Optional[str] = None
    address: Optional[str] = None
    account: Optional[str] = None

    @property
    def owner(self) -> Optional[Owner]:
        """Whose the run is; None if it is nobody's."""
        return None if self.user is None else Owner(self.user, self.account)


class Request(NamedTuple):
    """A request to run a command, checked already.

    Attributes:
        source: ``core`` or ``custom``
        command: what to run
        requester: who wants it
        values: for the command's arguments
        confirmed: the requester knows that a print is under way
    """

    source: str
    command: Command
    requester: Requester = Requester()
    values: Values = Values()
    confirmed: bool = False


class Record(NamedTuple):
    """What is known of a run, as it is shown and stored.

    Attributes:
        seq: position in the history; later runs have larger ones
        id: 16 hexadecimal digits, made by the server
        source, action, name: the command
        status: one of `STATUSES`
        stopping: a stop was asked for and is under way
        exit_code: the return code, negative for a signal; None without an end
        user, trigger, application, address, account: see `Requester`
        arguments: see `Values.shown`
        stopped_by: name of the user who has stopped it; None if nobody or unknown
        queued_at, started_at, finished_at: seconds since the epoch
        duration: seconds from start to end, or until now; None without a start, or if
            nobody has seen the end
        bytes, kept: of the output; how many were written, how many are there to be read
        hint: why it failed, if that is known
        pid, pid_created: of the process, with its creation time as psutil tells it
    """

    seq: int
    id: str
    source: str
    action: str
    name: str
    status: str
    stopping: bool = False
    exit_code: Optional[int] = None
    user: Optional[str] = None
    trigger: str = "api"
    application: Optional[str] = None
    address: Optional[str] = None
    account: Optional[str] = None
    arguments: Mapping[str, Any] = {}
    stopped_by: Optional[str] = None
    queued_at: Optional[float] = None
    started_at: Optional[float] = None
    finished_at: Optional[float] = None
    duration: Optional[float] = None
    bytes: int = 0
    kept: int = 0
    hint: Optional[Hint] = None
    pid: Optional[int] = None
    pid_created: Optional[float] = None

    @property
    def owner(self) -> Optional[Owner]:
        """Whose it is; None if it is nobody's."""
        return None if self.user is None else Owner(self.user, self.account)

    def to_dict(self) -> dict[str, Any]:
        """The run as JSON, without what depends on who asks (``hint``, ``resource``)."""
        return {
            "id": self.id,
            "source": self.source,
            "action": self.action,
            "name": self.name,
            "status": self.status,
            "stopping": self.stopping,
            "exit_code": self.exit_code,
            "user": self.user,
            "trigger": self.trigger,
            "application": self.application,
            "address": self.address,
            "arguments": dict(self.arguments),
            "stopped_by": self.stopped_by,
            "queued_at": iso(self.queued_at),
            "started_at": iso(self.started_at),
            "finished_at": iso(self.finished_at),
            "duration": self.duration,
            "output": {
                "bytes": self.bytes,
                "kept": self.kept,
                "dropped": self.bytes - self.kept,
            },
        }


class Run:
    """A run that this server knows in person, with its process and its output.

    Its fields are changed by the runner only. Everybody else looks at `record()`.

    Arguments:
        seq: see `Record`
        request: what is wanted
    """

    def __init__(self, seq: int, request: Request):
        self.seq = seq
        self.id = secrets.token_hex(8)
        self.request = request
        self.status = QUEUED
        self.exit_code: Optional[int] = None
        self.hint: Optional[Hint] = None
        self.output = Capture()
        # takes in what the process writes
        self.sink: Union[Capture, MaskedCapture] = (
            MaskedCapture(self.output, request.values.secrets)
            if request.values.secrets
            else self.output
        )
        # set as soon as a process was made, and kept after its end
        self.process: Optional[Process] = None
        # STOPPED or TIMED_OUT as soon as somebody wants an end, and who that was
        self.stop_reason: Optional[str] = None
        self.stopped_by: Optional[str] = None
        # why it was not started when its turn came
        self.refusal: Optional[Exception] = None
        self.timer: Optional[threading.Timer] = None
        # its processes are being told to end
        self.is_being_ended = False
        # they are there all the same, which is the time for another try
        self.stop_was_in_vain = False
        # the return code of its process, as soon as that has ended
        self.returned: Optional[int] = None
        self.finished = threading.Event()
        # set at its end, and at the server's: whoever waits for it has to go
        self.released = threading.Event()
        self._queued_at = time.time()
        self._queued = time.monotonic()
        self._started_at: Optional[float] = None
        self._started: Optional[float] = None
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

    def start(self) -> None:
        """Notes that it is its turn."""
        self.status = RUNNING
        self._started_at = time.time()
        self._started = time.monotonic()

    def finish(
        self, status: str, exit_code: Optional[int] = None, hint: Optional[Hint] = None
    ) -> None:
        """Notes its end and wakes those who wait for it."""
        now = time.monotonic()
        if self.process is None:
            # it was its turn, but nothing has begun
            self._started = self._started_at = None
        # by the clock of the beginning, which a change of the time does not turn back
        if self._started is not None and self._started_at is not None:
            self._duration = now - self._started
            self._finished_at = self._started_at + self._duration
        else:
            self._finished_at = self._queued_at + now - self._queued
        self.exit_code = exit_code
        self.hint = hint
        self.status = status
        self.finished.set()
        self.released.set()

    def record(self) -> Record:
        """What is known of it now."""
        duration = self._duration
        if duration is None and self._started is not None:
            duration = time.monotonic() - self._started
        process = self.process
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
            **self.request.requester._asdict(),
            arguments=self.request.values.shown,
            stopped_by=self.stopped_by,
            queued_at=self._queued_at,
            started_at=self._started_at,
            finished_at=self._finished_at,
            duration=duration,
            bytes=self.output.total,
            kept=self.output.kept,
            hint=self.hint,
            pid=None if process is None else process.pid,
            pid_created=None if process is None else process.created,
        )
