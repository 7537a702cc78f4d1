"""Decides which rule fires, because of what has happened or because time has passed."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from math import inf
from typing import Any, Optional

from ..runs.record import UNFINISHED, Record
from ..runs.request import Requester
from ..runs.runner import Runner
from . import events, matching, reasons
from .clock import Clock
from .firing import Firing
from .happening import Happening
from .news import News
from .printer_watch import SOURCES, PrinterWatch
from .rules.local_zone import LOCAL
from .rules.rule import Rule
from .rules_in_use import RulesInUse
from .run_ends import FILE, OutputFiles, happening_of
from .storms import Storms
from .waiting_memo import happening_in
from .waiting_runs import WaitingRun, WaitingRuns

_logger = logging.getLogger("octoprint.plugins.systemcommands.triggers.decider")

# events of this plugin, which have the id of a run
_OWN_EVENTS = "plugin_systemcommands_run_"

Kept = Sequence[tuple[Record, Mapping[str, Any]]]


class Decider:
    """All that the thread of the rules works with. For this thread, but for what is said to be
    for any.

    Arguments:
        rules, firing, runner, news, outputs, watch, monotonic, wall: see `RuleEngine`
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
        self._firing = firing
        self._runner = runner
        self._news = news
        self._outputs = outputs
        self._watch = watch
        self._monotonic = monotonic
        self._wall = wall
        self._in_use = RulesInUse(rules)
        self._clock = Clock()
        self._storms = Storms(self._in_use, firing, monotonic)
        self._waiting = WaitingRuns(firing, runner, news, watch.world, monotonic, wall)
        # when to look around, unless something happens (`monotonic`); None for never
        self._look_at: Optional[float] = None

    ##~~ For any thread

    def wants(self, event: str) -> bool:
        """Whether an event of OctoPrint's matters now; very quick."""
        return self._in_use.want(event) and not self._storms.leave_out(event)

    def wants_action(self, name: str) -> bool:
        """Whether an action of the printer matters; very quick."""
        return self._in_use.want_action(name)

    def hold(self, rule: Rule, happening: Happening, requester: Requester) -> WaitingRun:
        """Takes in the run of a rule that waits and is tried out, for `adopt`.

        Raises:
            what `Launcher.hold` raises
        """
        return self._waiting.hold(rule, happening, requester)

    ##~~ What there is

    def use_rules(self) -> None:
        """Goes by the rules that there are now."""
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

    def adopt(self, waiting: WaitingRun) -> None:
        """Looks after a run that waits."""
        self._waiting.adopt(waiting)
        self._look_soon()

    def resume(self, kept: Kept) -> None:
        """See `RuleEngine.resume`."""
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

    ##~~ What happens

    def take(self, event: str, payload: Mapping[str, Any], at: float) -> None:
        """OctoPrint has fired an event."""
        if event in SOURCES:
            self._look_soon()
        for happening in self._watch.take(event, payload):
            self.happened(happening._replace(at=at))
        chain: tuple[str, ...] = ()
        if event.startswith(_OWN_EVENTS):
            chain = self._firing.chain_of(payload.get("id"))
        self.happened(Happening(event, payload, at, chain))
        if self._storms.look_at(event):
            self._look_at = min(self._look_at or inf, self._storms.next_end)

    def take_run(self, record: Record) -> None:
        """There is something new about a run."""
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
            self.happened(happening)

    def happened(self, happening: Happening) -> None:
        """Something has happened, as rules see it."""
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

    ##~~ Time passes

    @property
    def seconds_to_look(self) -> Optional[float]:
        """In how many seconds to call `look_around`; None for when something happens."""
        if self._look_at is None:
            return None
        return max(0.0, self._look_at - self._monotonic())

    def look_in(self, seconds: float) -> None:
        """Puts off the next look."""
        self._look_at = self._monotonic() + seconds

    def _look_soon(self) -> None:
        self.look_in(0)

    def look_around(self) -> None:
        """At what happens because time passes, if it is time to."""
        if self._look_at is None or self._monotonic() < self._look_at:
            return
        for happening in self._watch.pass_time():
            self.happened(happening._replace(at=self._wall()))
        for rule_id in self._clock.take(self._now()):
            when = self._in_use.rules[rule_id].when
            payload = {"rule": rule_id, "schedule": when.schedule or when.cron}
            self.happened(Happening(reasons.SCHEDULE, payload, self._wall()))
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
