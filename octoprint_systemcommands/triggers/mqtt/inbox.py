"""What waits for the thread of MQTT: messages, ends of runs, and that something has changed."""

import threading
from collections import deque
from typing import NamedTuple, Optional, Union

from ...runs.record import UNFINISHED, Record
from .message import MAX_SIZE

# Messages that wait for their turn, and those that are refused because of that and are told
# so; of the others there is only the number
MAX_MESSAGES = 100
MAX_REFUSED = 100

# What is told of runs one by one; beyond it, only the last end of each command
MAX_RECORDS = 500


class Message(NamedTuple):
    """A message that waits for its turn.

    Attributes:
        topic: by which it came
        payload: as it came, or its beginning if it is too long
        is_refused: there were too many
    """

    topic: str
    payload: bytes
    is_refused: bool = False


class Left(NamedTuple):
    """Messages that nobody is told of.

    Attributes:
        number: how many
    """

    number: int


class Missed(NamedTuple):
    """Starts and ends of runs that came too fast, and are not in the inbox.

    Attributes:
        number: how many
    """

    number: int


Work = Union[Message, Record, Left, Missed]


class Inbox:
    """Takes in from all threads without waiting, and hands out to one."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._messages: deque[Message] = deque()
        self._refused: deque[Message] = deque()
        self._records: deque[Record] = deque()
        # the last end of each command, since there is no place for more
        self._last_ends: dict[str, Record] = {}
        self._missed = 0
        self._left = 0
        self._is_dirty = False
        self._is_closed = False

    @property
    def is_closed(self) -> bool:
        """Whether it is over."""
        return self._is_closed

    def put_message(self, topic: str, payload: bytes) -> None:
        """A message has come."""
        # enough to see that it is too long
        payload = payload[: MAX_SIZE + 1]
        with self._condition:
            if len(self._messages) < MAX_MESSAGES:
                self._messages.append(Message(topic, payload))
            elif len(self._refused) < MAX_REFUSED:
                self._refused.append(Message(topic, payload, is_refused=True))
            else:
                self._left += 1
            self._condition.notify_all()

    def put_record(self, record: Record) -> None:
        """There is something to tell of a run. What a command has ended with last is never
        left out."""
        with self._condition:
            if len(self._records) < MAX_RECORDS and not self._last_ends:
                self._records.append(record)
            elif record.status in UNFINISHED:
                self._missed += 1
            else:
                is_known = self._last_ends.pop(record.action, None) is not None
                self._missed += is_known
                self._last_ends[record.action] = record
            self._condition.notify_all()

    def touch(self) -> None:
        """Something else may have changed."""
        with self._condition:
            self._is_dirty = True
            self._condition.notify_all()

    def close(self) -> None:
        """It is over: `take` returns at once."""
        with self._condition:
            self._is_closed = True
            self._messages.clear()
            self._refused.clear()
            self._condition.notify_all()

    def take(self, seconds: Optional[float]) -> Optional[Work]:
        """Waits for something to do.

        Arguments:
            seconds: for so long; None for as long as it takes

        Returns:
            what to do; None if something else may have changed, or the time is up
        """
        with self._condition:
            self._condition.wait_for(self._has_something, seconds)
            if self._is_closed:
                return None
            if self._records:
                return self._records.popleft()
            if self._last_ends:
                return self._last_ends.pop(next(iter(self._last_ends)))
            if self._missed:
                missed, self._missed = Missed(self._missed), 0
                return missed
            if self._messages:
                return self._messages.popleft()
            if self._refused:
                return self._refused.popleft()
            if self._left:
                left, self._left = Left(self._left), 0
                return left
            self._is_dirty = False
            return None

    def _has_something(self) -> bool:
        return bool(
            self._is_closed
            or self._records
            or self._last_ends
            or self._missed
            or self._messages
            or self._refused
            or self._left
            or self._is_dirty
        )
