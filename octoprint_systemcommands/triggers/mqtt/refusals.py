"""What the log is told of messages that were refused. Whoever may publish can send as many as
the network takes, and a log has no end."""

import logging
import time
from collections.abc import Callable

from ...runs.log_lines import one_line
from .replies import Refusal

_logger = logging.getLogger("octoprint.plugins.systemcommands.triggers.mqtt.refusals")

# How many are told of in so many seconds
MOST = 50
PERIOD = 60.0

# Characters of what one asks for, and of why not
_MAX_TEXT = 200


class Refusals:
    """Tells of the first ones, and how many more there were.

    Arguments:
        monotonic: a clock
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic):
        self._monotonic = monotonic
        self._until = 0.0
        self._told = 0
        self._left_out = 0

    def add(self, action: str, why: Refusal) -> None:
        """A message was refused."""
        self.tell_rest()
        if self._told >= MOST:
            self._left_out += 1
            return
        self._told += 1
        action, error = _shorten(action), _shorten(why.error)
        _logger.info(one_line(f"MQTT: {action} was not run ({why.code}): {error}"))

    def leave(self, number: int) -> None:
        """So many were not even looked at."""
        self.tell_rest()
        if self._told >= MOST:
            self._left_out += number
            return
        self._told += 1
        _logger.warning(
            f"{number} messages were not processed and not answered, since too many came "
            "at once"
        )

    def tell_rest(self) -> None:
        """Tells how many were left out, when their time is over."""
        now = self._monotonic()
        if now < self._until:
            return
        self._until = now + PERIOD
        self._told = 0
        if self._left_out:
            _logger.warning(f"MQTT: {self._left_out} more messages were not run")
            self._left_out = 0


def _shorten(text: str) -> str:
    return text if len(text) <= _MAX_TEXT else f"{text[:_MAX_TEXT]}…"
