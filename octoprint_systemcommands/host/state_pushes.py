"""Tells browsers which states have changed.

There is one message for each state, since each is told to those alone who may see it, and
nothing in it that a command has written.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from .push_filter import about_state

_logger = logging.getLogger("octoprint.plugins.systemcommands.host.state_pushes")

# Seconds between two messages
_PAUSE = 0.1


class StatePushes:
    """Pushes the latest of each, ten a second at most.

    Arguments:
        push: sends a message to the browsers
    """

    def __init__(self, push: Callable[[dict[str, Any]], None]):
        self._push = push
        self._condition = threading.Condition()
        # by action, who waits longest first; no more than there are toggles and statuses
        self._changed: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._thread = threading.Thread(
            target=self._work, name="systemcommands.state_pushes", daemon=True
        )
        self._thread.start()

    def changed(self, state: dict[str, Any]) -> None:
        """A state is another one than before.

        Arguments:
            state: what is told of it
        """
        with self._condition:
            self._changed[state["action"]] = state
            self._condition.notify()

    def _work(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._changed)
                _, state = self._changed.popitem(last=False)
            try:
                self._push(about_state(state))
            except Exception:
                _logger.exception("Error while telling of a state")
            time.sleep(_PAUSE)
