"""Commands before and after each picture of a timelapse."""

import time
from typing import Any

from ..runs.run import Run
from . import events
from .engine import RuleEngine
from .firing import Firing
from .happening import Happening

# How long a picture waits for commands, in s
_PATIENCE = 5.0


class Snapshots:
    """For OctoPrint's hooks ``octoprint.timelapse.capture.pre`` and ``post``, which are
    called in a thread that does nothing else.

    Arguments:
        engine: knows the rules
        firing: has their commands run
        patience: how long a picture waits for them, in seconds
    """

    def __init__(self, engine: RuleEngine, firing: Firing, patience: float = _PATIENCE):
        self._engine = engine
        self._firing = firing
        self._patience = patience
        # by the id of the rule, what it has begun last
        self._runs: dict[str, Run] = {}

    def before(self, filename: str, *args: Any, **kwargs: Any) -> None:
        """A picture is about to be taken; returns when the commands have ended."""
        happening = Happening(
            events.SNAPSHOT_BEFORE, {"snapshot": str(filename)}, time.time()
        )
        deadline = time.monotonic() + self._patience
        runs = {}
        for rule in self._engine.rules_for(happening):
            earlier = self._runs.get(rule.id)
            # one that hangs must not become many
            if earlier is None or earlier.finished.is_set():
                run = self._firing.start(rule, happening)
                if run is not None:
                    runs[rule.id] = run
            else:
                runs[rule.id] = earlier
        self._runs = runs
        for run in runs.values():
            run.finished.wait(max(0.0, deadline - time.monotonic()))

    def after(
        self, filename: str, success: bool = True, *args: Any, **kwargs: Any
    ) -> None:
        """A picture was taken, or could not be."""
        payload = {"snapshot": str(filename), "success": bool(success)}
        self._engine.tell(events.SNAPSHOT_AFTER, payload)
