"""Makes rules fire: takes in what happens, and has it decided what comes of it.

Whoever tells that something has happened hands it over and goes on. One thread decides:
OctoPrint has one for the events of all plugins, the printer's must not wait, and the runner
tells of its runs with a lock held.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Optional

from ..runs.record import UNFINISHED, Record, Status
from ..runs.request import Requester
from ..runs.run import Run
from ..runs.runner import Runner
from . import events, matching, reasons
from .decider import Decider, Kept
from .firing import Firing
from .happening import Happening, copied
from .inbox import Inbox
from .news import News, RuleNews
from .printer_watch import SOURCES, PrinterWatch
from .rules.rule import Rule
from .run_ends import OutputFiles

_logger = logging.getLogger("octoprint.plugins.systemcommands.triggers.engine")

# How long commands may take that run when the server is about to end, in s
_STOP_PATIENCE = 10.0

# When to look again after an error, in s
_LOOK = 1.0

# How long to collect what comes in next, in s: of a storm, the thread takes many at a time
_BATCH = 0.005


class RuleEngine:
    """What everybody tells of what happens, and asks about rules.

    Arguments:
        rules: those that can be used; asked again whenever something has happened
        firing: has their commands run
        runner: lets the runs go that wait
        news: is told what has become of each rule
        outputs: files for commands that run when another one has ended
        watch: knows what the printer is up to
        monotonic, wall: the time, by the clock that nobody sets, and by the other one
    """

    def __init__(
        self,
        rules: Callable[[], Sequence[Rule]],
        firing: Firing,
        runner: Runner,
        news: News,
        outputs: OutputFiles,
        watch: PrinterWatch,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ):
        self._all_rules = rules
        self._firing = firing
        self._news = news
        self._outputs = outputs
        self._monotonic = monotonic
        self._wall = wall
        self._inbox = Inbox()
        self._lock = threading.Lock()
        self._thread: Optional[threading.Thread] = None
        self._decider = Decider(
            rules, firing, runner, news, outputs, watch, monotonic, wall
        )

    ##~~ What happens

    def start(self) -> None:
        """Begins, when the server answers."""
        with self._lock:
            if self._thread is not None or self._inbox.is_closed:
                return
            thread = threading.Thread(
                target=self._work, name="systemcommands.rules", daemon=True
            )
            thread.start()
            self._thread = thread
        happening = Happening(events.STARTUP, {}, self._wall())
        self._inbox.put_always(partial(self._decider.happened, happening))

    def stop(self) -> None:
        """Ends. Runs that wait stay in the history as they are."""
        self._inbox.close()

    def resume(self, kept: Kept) -> None:
        """Goes on with what an earlier server has left pending.

        Arguments:
            kept: the runs, and what was kept of each
        """
        self._inbox.put_always(partial(self._decider.resume, kept))

    def rules_changed(self) -> None:
        """There are other rules now."""
        self._inbox.put(lambda: None)

    def on_event(self, event: str, payload: Any) -> None:
        """OctoPrint has fired an event; called in its thread, so very quick."""
        self._news.note(event, payload)
        if self._decider.wants(event):
            is_important = event in SOURCES
            # a storm costs no copies
            if self._inbox.has_place(is_important):
                entry = partial(self._decider.take, event, copied(payload), self._wall())
                self._inbox.put(entry, is_important)

    def on_action(self, name: str, params: str = "") -> None:
        """The printer has sent ``//action:``; called in its thread, so very quick."""
        payload = {"action": name, "params": params}
        self._news.note(f"{reasons.ACTION} {name}", payload)
        if self._decider.wants_action(name):
            self._put_happening(Happening(reasons.ACTION, copied(payload), self._wall()))

    def tell(self, kind: str, payload: Mapping[str, Any]) -> None:
        """Something else has happened, which nobody waits for the end of."""
        self._news.note(kind, payload)
        self._put_happening(Happening(kind, copied(payload), self._wall()))

    def run_changed(self, record: Record) -> None:
        """There is something new about a run; very quick, for the runner's lock is held."""
        if record.status != Status.PENDING and (
            record.status not in UNFINISHED or record.rule is not None
        ):
            self._inbox.put(partial(self._decider.take_run, record))

    def _put_happening(self, happening: Happening) -> None:
        if self._inbox.has_place(False):
            self._inbox.put(partial(self._decider.happened, happening), False)

    ##~~ What people want to know, or have run

    def state(self) -> dict[str, RuleNews]:
        """What is new of each rule, by its id."""
        return self._news.of_rules()

    def last_payloads(self) -> dict[str, tuple[float, Mapping[str, Any]]]:
        """See `News.last_payloads`."""
        return self._news.last_payloads()

    def try_rule(
        self, rule: Rule, payload: Mapping[str, Any], requester: Requester
    ) -> Run:
        """Fires a rule for somebody who wants to see it, saved or not, with its wait.
        Its conditions do not count.

        Arguments:
            rule: the rule
            payload: what is to have happened
            requester: who tries it out

        Raises:
            what `Launcher.hold` raises
        """
        requester = requester._replace(trigger="test")
        happening = Happening(_kind_of(rule), copied(payload), self._wall())
        if happening.kind == reasons.RUN_ENDED:
            happening = self._outputs.write(happening, f"{rule.id}-test")
        run = None
        try:
            if rule.wait is None:
                run = self._firing.start_or_raise(rule, happening, requester)
            else:
                waiting = self._decider.hold(rule, happening, requester)
                self._inbox.put_always(partial(self._decider.adopt, waiting))
                run = waiting.run
        finally:
            self._outputs.give(happening, None if run is None else run.id)
        return run

    def rules_for(self, happening: Happening) -> list[Rule]:
        """The rules that are to fire because of something, which somebody waits for."""
        return [
            rule
            for rule in self._all_rules()
            if rule.enabled
            and matching.is_for(rule, happening)
            and self._firing.may_fire(rule, happening, often=True)
        ]

    def run_at_stop(self) -> None:
        """Runs the commands for the end of the server, before the runner ends; waits for
        them, but not for long. No other rule fires from now on."""
        self.stop()
        happening = Happening(events.STOP, {}, self._wall())
        deadline = self._monotonic() + _STOP_PATIENCE
        runs = [self._firing.start(rule, happening) for rule in self.rules_for(happening)]
        for run in runs:
            if run is not None:
                run.finished.wait(max(0.0, deadline - self._monotonic()))

    ##~~ The thread

    def _work(self) -> None:
        look_in: Optional[float] = 0.0
        while True:
            self._inbox.wait(look_in)
            if self._inbox.is_closed:
                return
            look_in = self.step()
            time.sleep(_BATCH)

    def step(self) -> Optional[float]:
        """Works off what was handed over, and looks whether the time has come for something.

        Returns:
            in how many seconds to look again; None for when something happens
        """
        decider = self._decider
        for entry in (decider.use_rules, *self._inbox.take(), decider.look_around):
            if self._inbox.is_closed:
                return None
            try:
                entry()
            except Exception:
                _logger.exception("Error while looking after rules")
                decider.look_in(_LOOK)
        return decider.seconds_to_look


def _kind_of(rule: Rule) -> str:
    if rule.when.run is not None:
        return reasons.RUN_ENDED
    if rule.when.action is not None:
        return reasons.ACTION
    return rule.when.event or reasons.SCHEDULE
