"""What senders are told of their messages."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, NamedTuple, Optional

from ...access import Forbidden
from ...commands.catalogue import NotExecutable, UnknownAction
from ...messages import MessageError
from ...runs.record import Record
from ..error_codes import code_of
from .message import WrongMessage

Reply = dict[str, Any]

# How long an id is remembered, in seconds, and how many of them
REMEMBERED = 60.0
MAX_REMEMBERED = 1000

OVERLOADED = "overloaded"


class Refusal(NamedTuple):
    """Why nothing was run.

    Attributes:
        code: one of those of the API's errors
        error: for people, in English; says what to do
        is_expected: it is no fault of this plugin
    """

    code: str
    error: str
    is_expected: bool = True


def refusal(error: Exception) -> Refusal:
    """What an error means."""
    if isinstance(error, WrongMessage):
        return Refusal("bad_request", str(error))
    code = code_of(error)
    if code is not None:
        return Refusal(code, _text_of(error))
    if isinstance(error, MessageError):
        return Refusal("not_started", str(error))
    text = "There was an error, see octoprint.log"
    return Refusal("internal_error", text, is_expected=False)


def _text_of(error: Exception) -> str:
    if isinstance(error, UnknownAction):
        return f'There is no command "{error}"'
    if isinstance(error, NotExecutable):
        if error.is_status:
            return "A status can only be looked at"
        return "Dividers cannot be executed"
    if isinstance(error, Forbidden) and not isinstance(error, MessageError):
        return "It may not be run"
    return str(error)


def accepted(instance: str, id_: Optional[str], record: Record) -> Reply:
    """It is run, or waits for its turn."""
    status = record.status.value
    return {
        **_reply("accepted", instance, id_, record.action),
        "run": record.id,
        "status": status,
    }


def refused(instance: str, id_: Optional[str], action: str, why: Refusal) -> Reply:
    """Nothing was run."""
    return {
        **_reply("refused", instance, id_, action),
        "code": why.code,
        "error": why.error,
    }


def ended(instance: str, id_: Optional[str], record: Record) -> Reply:
    """What has become of it."""
    return {
        **_reply("ended", instance, id_, record.action),
        "run": record.id,
        "status": record.status.value,
        "exit_code": record.exit_code,
        "duration": record.duration,
    }


def _reply(type_: str, instance: str, id_: Optional[str], action: str) -> Reply:
    return {"type": type_, "id": id_, "instance": instance, "action": action}


class Answered:
    """The answers to messages that have an id, so that one that comes twice is not run
    twice."""

    def __init__(self) -> None:
        self._replies: OrderedDict[tuple[str, str], tuple[float, Reply]] = OrderedDict()

    def of(
        self, action: str, id_: Optional[str], now: float
    ) -> Optional[Mapping[str, Any]]:
        """The answer to the one that came before; None if there was none.

        Arguments:
            action: what it asks for
            id_: what its sender calls it; None if it has no name
            now: in seconds
        """
        if id_ is None or (action, id_) not in self._replies:
            return None
        then, reply = self._replies[action, id_]
        return reply if now < then + REMEMBERED else None

    def remember(self, action: str, id_: Optional[str], reply: Reply, now: float) -> None:
        """That was answered."""
        if id_ is None:
            return
        self._replies.pop((action, id_), None)
        self._replies[action, id_] = (now, reply)
        while len(self._replies) > MAX_REMEMBERED:
            self._replies.popitem(last=False)
