"""Makes rules fire: takes in what happens, and has their commands run.

Whoever tells that something has happened hands it over and goes on. One thread decides:
OctoPrint has one for the events of all plugins, the printer's must not wait, and the runner
tells of its runs with a lock held.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from math import inf
from typing import Any, Optional

from ..runs.record import UNFINISHED, Record, Status
from ..runs.request import Requester
from ..runs.run import Run
from ..runs.runner import Runner
from . import events, matching, reasons
from .clock import Clock
from .firing import Firing
from .happening import Happening, copied
from .inbox import Inbox
from .news import News, RuleNews
from .printer_watch import SOURCES, PrinterWatch
from .rules.local_zone import LOCAL
from .rules.rule import Rule
from .rules_in_use import RulesInUse
from .run_ends import FILE, OutputFiles, happening_of
from .storms import Storms
from .waiting_runs import WaitingRun, WaitingRuns, happening_in

_logger = logging.getLogger("octoprint.plugins.systemcommands.triggers.engine")

# How long commands may take that run when the server is about to end, in s
_STOP_PATIENCE = 10.0

# When to look again if that cannot be told, in s
_LOOK = 1.0

# How long to collect what comes in next, in s: of a storm, the thread takes many at a time
_BATCH = 0.005

# events of this plugin, which have the id of a run
_OWN_EVENTS = "plugin_systemcommands_run_"

Kept = Sequence[tuple[Record, Mapping[str, Any]]]


class RuleEngine:
    """Decides which rule fires.

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
        self._runner = runner
        self._news = news
        self._outputs = outputs
        self._monotonic = monotonic
        self._wall = wall
        self._inbox = Inbox()
        self._lock = threading.Lock()
        self._thread: Optional[threading.Thread] = None
        self._in_use = RulesInUse(rules)
        self._watch = watch
        self._clock = Clock()
        self._storms = Storms(self._in_use, firing, monotonic)
        self._waiting = WaitingRuns(firing, runner, news, watch.world, monotonic, wall)
        # when to look around, unless something happens (`monotonic`); None for never
        self._look_at: Optional[float] = None

    ##~~ For everyone; nobody waits

    def start(self) -> None:
        """Begins, when the server answers."""
        with self._lock:
            if self._thread is not None or self._inbox.is_closed:
                return
            self._thread = threading.Thread(
                target=self._work, name="systemcommands.rules", daemon=True
            )
            self._thread.start()
        happening = Happening(events.STARTUP, {}, self._wall())
        self._inbox.put_always(partial(self._happened, happening))

    def stop(self) -> None:
        """Ends. Runs that wait stay in the history as they are."""
        self._inbox.close()

    def resume(self, kept: Kept) -> None:
        """Goes on with what an earlier server has left pending.

        Arguments:
            kept: the runs, and what was kept of each
        """
        self._inbox.put_always(partial(self._resume, kept))

    def rules_changed(self) -> None:
        """There are other rules now."""
        self._inbox.put(lambda: None)

    def on_event(self, event: str, payload: Any) -> None:
        """OctoPrint has fired an event; called in its thread, so very quick."""
        self._news.note(event, payload)
        if self._in_use.want(event) and not self._storms.leave_out(event):
            is_important = event in SOURCES
            # a storm costs no copies
            if self._inbox.has_place(is_important):
                entry = partial(self._take, event, copied(payload), self._wall())
                self._inbox.put(entry, is_important)

    def on_action(self, name: str, params: str = "") -> None:
        """The printer has sent ``//action:``; called in its thread, so very quick."""
        payload = {"action": name, "params": params}
        self._news.note(f"{reasons.ACTION} {name}", payload)
        if self._in_use.want_action(name):
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
            self._inbox.put(partial(self._take_run, record))

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
                waiting = self._waiting.hold(rule, happening, requester)
                self._inbox.put_always(partial(self._adopt, waiting))
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

    ##~~ For the thread

    def _put_happening(self, happening: Happening) -> None:
        if self._inbox.has_place(False):
            self._inbox.put(partial(self._happened, happening), False)

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
        for entry in (self._use_rules, *self._inbox.take(), self._look_around):
            if self._inbox.is_closed:
                return None
            try:
                entry()
            except Exception:
                _logger.exception("Error while looking after rules")
                self._look_at = self._monotonic() + _LOOK
        if self._look_at is None:
            return None
        return max(0.0, self._look_at - self._monotonic())

    def _look_soon(self) -> None:
        self._look_at = self._monotonic()

    def _use_rules(self) -> None:
        in_use = self._in_use
        if not in_use.renew():
            return
        self._look_soon()
        self._storms.forget()
        self._clock.use(in_use.timetables(), self._now())
        ids = frozenset(in_use.rules)
        self._firing.keep(ids)
        self._news.keep(ids)
        self._waiting.use(in_use.rules)
        if any(rule.when.event == events.STOP for rule in in_use.enabled):
            self._runner.get_ready_for_end()

    def _take(self, event: str, payload: Mapping[str, Any], at: float) -> None:
        """Something that OctoPrint has fired."""
        if event in SOURCES:
            self._look_soon()
        for happening in self._watch.take(event, payload):
            self._happened(happening._replace(at=at))
        chain: tuple[str, ...] = ()
        if event.startswith(_OWN_EVENTS):
            chain = self._firing.chain_of(payload.get("id"))
        self._happened(Happening(event, payload, at, chain))
        if self._storms.look_at(event):
            self._look_at = min(self._look_at or inf, self._storms.next_end)

    def _take_run(self, record: Record) -> None:
        self._waiting.has_changed(record)
        if record.status in UNFINISHED:
            return
        self._outputs.take_back(record.id)
        origin = record.rule
        chain = self._firing.chain_of(record.id)
        if origin is not None:
            # also of one that has waited for long
            chain = (*origin.chain, origin.id)
        happening = happening_of(record, chain)
        if happening is not None:
            self._news.note(f"{reasons.RUN_ENDED} {record.action}", happening.payload)
            self._happened(happening)

    def _happened(self, happening: Happening) -> None:
        if happening.kind in events.MEANINGS:
            self._news.note(happening.kind, happening.payload)
        self._waiting.happened(happening.kind)
        for rule in self._in_use.enabled:
            if matching.is_for(rule, happening):
                try:
                    self._fire(rule, happening)
                except Exception:
                    # the other rules are not to suffer
                    _logger.exception(f'Error while firing the rule "{rule.id}"')

    def _fire(self, rule: Rule, happening: Happening) -> None:
        if not self._firing.may_fire(rule, happening):
            return
        if happening.kind == reasons.RUN_ENDED:
            happening = self._outputs.write(happening, rule.id)
        if rule.wait is None:
            run = self._firing.start(rule, happening)
            run_id = None if run is None else run.id
        else:
            run_id = self._waiting.begin(rule, happening)
            self._look_soon()
        self._outputs.give(happening, run_id)

    def _adopt(self, waiting: WaitingRun) -> None:
        self._waiting.adopt(waiting)
        self._look_soon()

    def _look_around(self) -> None:
        """At what happens because time passes, if it is time to."""
        if self._look_at is None or self._monotonic() < self._look_at:
            return
        for happening in self._watch.pass_time():
            self._happened(happening._replace(at=self._wall()))
        for rule_id in self._clock.take(self._now()):
            when = self._in_use.rules[rule_id].when
            payload = {"rule": rule_id, "schedule": when.schedule or when.cron}
            self._happened(Happening(reasons.SCHEDULE, payload, self._wall()))
        self._storms.tell()
        if self._waiting.matters_idle:
            self._watch.world()
        moments = [
            self._waiting.look_after(),
            self._watch.look_in,
            self._clock.seconds_to_next(self._now()),
            self._storms.next_end - self._monotonic(),
        ]
        look_in = min(moment for moment in moments if moment is not None)
        self._look_at = None if look_in == inf else self._monotonic() + look_in

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._wall(), LOCAL)

    def _resume(self, kept: Kept) -> None:
        self._look_soon()
        needed = []
        for record, memo in kept:
            try:
                self._waiting.resume(record, memo, self._in_use.rules)
            except Exception:
                _logger.exception(f"The run {record.id} cannot be gone on with")
            happening = happening_in(memo)
            needed.append(happening.payload.get(FILE))
            self._outputs.give(happening, record.id)
        self._outputs.tidy_up(needed)


def _kind_of(rule: Rule) -> str:
    if rule.when.run is not None:
        return reasons.RUN_ENDED
    if rule.when.action is not None:
        return reasons.ACTION
    return rule.when.event or reasons.SCHEDULE
