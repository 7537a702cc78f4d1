"""What is known of a run, as it is shown and stored."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, NamedTuple, Optional

from ..commands.toggles import To
from ..messages import Message
from .failure_hints.hints import Hint
from .output.times import iso
from .request import Owner, RuleOrigin


class Status(str, Enum):
    """Where a run is in its life.

    ``queued`` → ``starting`` → ``running`` → one of the others, which are its end. It may
    also end before it is running. What a rule has begun may be ``pending`` before all that.
    """

    # it waits for a time, or for something to happen
    PENDING = "pending"
    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    STOPPED = "stopped"
    TIMED_OUT = "timed_out"
    # the server has ended without seeing its end
    INTERRUPTED = "interrupted"

    # versions of Python differ in these
    def __str__(self) -> str:
        return self.value

    def __format__(self, format_spec: str) -> str:
        return format(self.value, format_spec)


STATUSES = tuple(status.value for status in Status)
UNFINISHED = (Status.PENDING, Status.QUEUED, Status.STARTING, Status.RUNNING)


class Record(NamedTuple):
    """What is known of a run, as it is shown and stored.

    Attributes:
        seq: position in the history; later runs have larger ones
        id: 16 hexadecimal digits, made by the server
        source, action, name: the command
        status: see `Status`
        stopping: a stop was asked for and is under way
        exit_code: the return code, negative for a signal; None without an end
        user, trigger, application, address, account, rule: see `Requester`
        arguments: see `Values.shown`
        stopped_by: name of the user who has stopped it; None if nobody or unknown
        reason: why it was run, or why it was called off; None if there is nothing to say
        due_at, waits_for: see `Waiting`; None unless it is pending
        queued_at, started_at, finished_at: seconds since the epoch
        duration: seconds from start to end, or until now; None without a start, or if
            nobody has seen the end
        bytes, kept: of the output; how many were written, how many are there to be read
        hint: why it failed, if that is known
        pid, pid_created: of the process, with its creation time as psutil tells it
        to: see `Request`
    """

    seq: int
    id: str
    source: str
    action: str
    name: str
    status: Status
    stopping: bool = False
    exit_code: Optional[int] = None
    user: Optional[str] = None
    trigger: str = "api"
    application: Optional[str] = None
    address: Optional[str] = None
    account: Optional[str] = None
    rule: Optional[RuleOrigin] = None
    arguments: Mapping[str, Any] = {}
    stopped_by: Optional[str] = None
    reason: Optional[Message] = None
    due_at: Optional[float] = None
    waits_for: Optional[Message] = None
    queued_at: Optional[float] = None
    started_at: Optional[float] = None
    finished_at: Optional[float] = None
    duration: Optional[float] = None
    bytes: int = 0
    kept: int = 0
    hint: Optional[Hint] = None
    pid: Optional[int] = None
    pid_created: Optional[float] = None
    to: Optional[To] = None

    @property
    def owner(self) -> Optional[Owner]:
        """Whose it is; None if it is nobody's."""
        return None if self.user is None else Owner(self.user, self.account)

    def to_dict(self) -> dict[str, Any]:
        """The run as JSON, without what depends on who asks (``hint``, ``reason``,
        ``waits_for``, ``resource``)."""
        return {
            "id": self.id,
            "source": self.source,
            "action": self.action,
            "name": self.name,
            "to": self.to,
            "status": self.status.value,
            "stopping": self.stopping,
            "exit_code": self.exit_code,
            "user": self.user,
            "trigger": self.trigger,
            "application": self.application,
            "address": self.address,
            "rule": self.rule and {"id": self.rule.id, "name": self.rule.name},
            "arguments": dict(self.arguments),
            "stopped_by": self.stopped_by,
            "due_at": iso(self.due_at),
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
