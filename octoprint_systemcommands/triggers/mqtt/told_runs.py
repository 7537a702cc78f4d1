"""What is told of runs: events to everybody, and ends to those who have asked for a run."""

import logging
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple, Optional

from ...runs.record import UNFINISHED, Record
from ...runs.run import Run
from . import discovery, replies
from .inbox import Missed

_logger = logging.getLogger("octoprint.plugins.systemcommands.triggers.mqtt.told_runs")

# Runs whose end is told to somebody, or that were told to have begun
MAX_RUNS = 1000


class Awaited(NamedTuple):
    """A run that somebody is told the end of.

    Attributes:
        run: the run
        reply: the topic
        instance: what this one is called in answers
        id: what the sender calls the message
    """

    run: Run
    reply: str
    instance: str
    id: Optional[str]


class ToldRuns:
    """Knows what is to be told of which run, and tells it.

    Arguments:
        publish: called with a topic and what is to be told there
        event: tells everybody
    """

    def __init__(self, publish: Callable[[str, Any], None], event: Callable[[Any], None]):
        self._publish = publish
        self._event = event
        # by id of the run
        self._awaited: OrderedDict[str, Awaited] = OrderedDict()
        self._begun: OrderedDict[str, None] = OrderedDict()

    def await_end(self, awaited: Awaited) -> None:
        """Tells somebody of the end of a run, when it is there or now."""
        self._awaited[awaited.run.id] = awaited
        while len(self._awaited) > MAX_RUNS:
            self._awaited.popitem(last=False)
        # it may have been told before it was known here
        self._tell_end(awaited.run.record())

    def changed(self, record: Record) -> None:
        """There is something new about a run."""
        if record.status not in UNFINISHED:
            self._tell_end(record)
            self._begun.pop(record.id, None)
            self._tell_event(record.status.value, record)
        elif record.id not in self._begun:
            self._begun[record.id] = None
            while len(self._begun) > MAX_RUNS:
                self._begun.popitem(last=False)
            self._tell_event("started", record)

    def missed(self, missed: Missed) -> None:
        """There was more that was new than could be kept. Events are left out then, but who
        was promised an end gets it."""
        _logger.warning(
            f"{missed.number} starts and ends of runs came too fast, and are no events at "
            "the broker"
        )
        for awaited in list(self._awaited.values()):
            self._tell_end(awaited.run.record())

    def _tell_end(self, record: Record) -> None:
        if record.status in UNFINISHED:
            return
        awaited = self._awaited.pop(record.id, None)
        if awaited is not None:
            said = replies.ended(awaited.instance, awaited.id, record)
            self._publish(awaited.reply, said)

    def _tell_event(self, event_type: str, record: Record) -> None:
        if record.trigger == "test" or event_type not in discovery.EVENT_TYPES:
            return
        self._event(
            {
                "event_type": event_type,
                "run": record.id,
                "action": record.action,
                "trigger": record.trigger,
                "exit_code": record.exit_code,
            }
        )
