"""The runs of rules that wait, one of each rule at a time."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any, Optional

from ..messages import Message
from ..runs.environment import of_event
from ..runs.record import Record, Status
from ..runs.request import Requester, Waiting
from ..runs.run import Run
from ..runs.runner import Runner
from . import events, reasons, waiting_memo
from .firing import Firing
from .happening import Happening
from .news import News
from .rules.rule import Rule
from .waits import Verdict, WaitClock, World, is_overdue

_logger = logging.getLogger("octoprint.plugins.systemcommands.triggers.waiting_runs")

# A clock on the wall that differs by less was not set, in s
_SAME_TIME = 2.0

# How often to look whether the clock on the wall was set, in s
_LOOK = 15.0


class WaitingRun:
    """A run that waits.

    Arguments:
        rule, happening: which rule has fired, and because of what
        run: its run
        clock: says when it may go
        told: what people and the history know of its waiting
        is_try: somebody tries the rule out, saved or not
    """

    def __init__(
        self,
        rule: Rule,
        run: Run,
        happening: Happening,
        clock: WaitClock,
        told: Waiting,
        is_try: bool = False,
    ):
        self.rule = rule
        self.run = run
        self.happening = happening
        self.clock = clock
        self.told = told
        self.is_try = is_try


class WaitingRuns:
    """Begins, ends and calls off their waiting. For one thread, but for `hold`.

    Arguments:
        firing: takes in a run
        runner: lets it go, or ends it
        news: is told what has become of each rule
        look: what the printer is doing
        monotonic, wall: the time, by the clock that nobody sets, and by the other one
    """

    def __init__(
        self,
        firing: Firing,
        runner: Runner,
        news: News,
        look: Callable[[], World],
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ):
        self._firing = firing
        self._runner = runner
        self._news = news
        self._look = look
        self._monotonic = monotonic
        self._wall = wall
        # by the id of the run; the runner bounds them
        self._runs: dict[str, WaitingRun] = {}

    @property
    def matters_idle(self) -> bool:
        """Whether one of them waits for the printer to be idle."""
        return any(
            waiting.rule.wait is not None
            and waiting.rule.wait.until is not None
            and waiting.rule.wait.until.idle is not None
            for waiting in self._runs.values()
        )

    def begin(self, rule: Rule, happening: Happening) -> Optional[str]:
        """A rule that waits has fired: its waiting begins, or begins anew.

        Returns:
            the id of the run; None if there is none
        """
        known = next(
            (w for w in self._runs.values() if w.rule.id == rule.id and not w.is_try),
            None,
        )
        if known is not None and known.rule == rule:
            assert rule.wait is not None
            known.clock = WaitClock(rule.wait, self._monotonic())
            known.happening = happening
            if self._tell(known, self._judge(known), anew=True):
                self._news.tell(rule.id, reasons.AGAIN, known.run.id)
                return known.run.id
        elif known is not None:
            self._call_off(known, reasons.CHANGED)
        try:
            waiting = self.hold(rule, happening)
        except Exception as error:
            self._firing.tell_error(rule, error)
            return None
        self.adopt(waiting)
        return waiting.run.id

    def hold(
        self,
        rule: Rule,
        happening: Happening,
        requester: Optional[Requester] = None,
        resumed: Optional[tuple[Record, Mapping[str, Any]]] = None,
    ) -> WaitingRun:
        """Takes in the run of a rule that waits, for `adopt`.

        Arguments:
            rule: one that has a wait
            happening: because of what
            requester: who tries it out; None if nobody does
            resumed: a run that an earlier server has left pending, and its memo

        Raises:
            what `Launcher.hold` raises
        """
        assert rule.wait is not None
        now, wall = self._monotonic(), self._wall()
        record = None
        clock = WaitClock(rule.wait, now)
        if resumed is not None:
            record, memo = resumed
            clock = WaitClock.resumed(rule.wait, memo, now, wall)
        told = waiting_memo.waiting(
            rule, happening, clock, clock.judge(now, self._look), now, wall
        )
        run = self._firing.hold(rule, happening, told, requester, record)
        self._news.tell(rule.id, reasons.WAITS, run.id)
        return WaitingRun(rule, run, happening, clock, told, requester is not None)

    def adopt(self, waiting: WaitingRun) -> None:
        """Looks after a run from now on, unless it does not wait any more."""
        if waiting.run.status == Status.PENDING:
            self._runs[waiting.run.id] = waiting

    def resume(
        self, record: Record, memo: Mapping[str, Any], rules: Mapping[str, Rule]
    ) -> None:
        """Goes on with what an earlier server has left pending, or calls it off.

        Arguments:
            record, memo: the run, and what was kept of it
            rules: those that there are now, by their ids
        """
        rule = None if record.rule is None else rules.get(record.rule.id)
        reason = self._against(rule, record, memo)
        if reason is None:
            assert rule is not None
            try:
                self.adopt(
                    self.hold(rule, waiting_memo.happening_in(memo), None, (record, memo))
                )
                _logger.info(f'The run {record.id} of the rule "{rule.id}" waits on')
                return
            except Exception as error:
                reason = reasons.of_error(error, rule.run)
        _logger.info(f"The run {record.id} that was pending is not run: {reason}")
        self._runner.end_kept(record, reason)
        if rule is not None:
            self._news.tell(rule.id, reason, record.id)

    def _against(
        self, rule: Optional[Rule], record: Record, memo: Mapping[str, Any]
    ) -> Optional[Message]:
        if record.trigger == "test":
            return reasons.NOT_AFTER_RESTART
        if rule is None:
            return reasons.GONE
        if not rule.enabled:
            return reasons.SWITCHED_OFF
        if rule.wait is None or not waiting_memo.is_of(memo, rule):
            return reasons.CHANGED
        if is_overdue(memo, self._wall()):
            return reasons.OVERDUE
        if events.PRINT_STARTED in rule.cancelled_by and self._look().printer.is_busy:
            return reasons.PRINTING
        return None

    def happened(self, kind: str) -> None:
        """Something has happened which may call some of them off."""
        for waiting in list(self._runs.values()):
            if kind in waiting.rule.cancelled_by:
                self._call_off(waiting, reasons.called_off(kind))

    def use(self, rules: Mapping[str, Rule]) -> None:
        """There are other rules now, by their ids."""
        for waiting in list(self._runs.values()):
            rule = rules.get(waiting.rule.id)
            if waiting.is_try or rule == waiting.rule:
                continue
            if rule is None:
                self._call_off(waiting, reasons.GONE)
            elif not rule.enabled:
                self._call_off(waiting, reasons.SWITCHED_OFF)
            else:
                self._call_off(waiting, reasons.CHANGED)

    def has_changed(self, record: Record) -> None:
        """A run does not wait any more: somebody wants it now, or has called it off."""
        waiting = self._runs.pop(record.id, None)
        if waiting is not None:
            is_off = record.status == Status.STOPPED
            message = reasons.CALLED_OFF if is_off else reasons.FIRED
            self._news.tell(waiting.rule.id, message, record.id)

    def look_after(self) -> Optional[float]:
        """Lets go what may go, and ends what has waited too long.

        Returns:
            in how many seconds to look again; None if nothing waits
        """
        look_in = None
        for waiting in list(self._runs.values()):
            verdict = self._judge(waiting)
            if verdict.is_over and self._is_overtaken(waiting):
                self._call_off(waiting, reasons.called_off(events.PRINT_STARTED))
            elif verdict.is_over and self._let_go(waiting):
                pass
            elif verdict.given_up is not None:
                self._call_off(waiting, verdict.given_up)
            elif self._tell(waiting, verdict):
                soon = min(verdict.look_in, _LOOK)
                look_in = soon if look_in is None else min(look_in, soon)
        return look_in

    def _judge(self, waiting: WaitingRun) -> Verdict:
        return waiting.clock.judge(self._monotonic(), self._look)

    def _let_go(self, waiting: WaitingRun) -> bool:
        """Returns whether it does not wait any more."""
        is_released = self._runner.release(waiting.run.id) is not None
        if is_released:
            self._news.tell(waiting.rule.id, reasons.FIRED, waiting.run.id)
        return is_released or self._has_gone(waiting)

    def _has_gone(self, waiting: WaitingRun) -> bool:
        """Forgets it, unless it is pending still: somebody wants it now, and may be told
        that it cannot be."""
        has_gone = waiting.run.status != Status.PENDING
        if has_gone:
            self._runs.pop(waiting.run.id, None)
        return has_gone

    def _is_overtaken(self, waiting: WaitingRun) -> bool:
        """Whether a print that calls it off has begun just now."""
        is_meant = events.PRINT_STARTED in waiting.rule.cancelled_by
        return is_meant and self._look().begins_print

    def _call_off(self, waiting: WaitingRun, reason: Message) -> None:
        del self._runs[waiting.run.id]
        self._runner.call_off(waiting.run.id, reason)
        self._news.tell(waiting.rule.id, reason, waiting.run.id)

    def _tell(self, waiting: WaitingRun, verdict: Verdict, anew: bool = False) -> bool:
        """Says what it waits for by now; returns whether it still waits."""
        told = waiting.told
        now, wall = self._monotonic(), self._wall()
        due_at = None if verdict.due_in is None else wall + verdict.due_in
        is_same = told.waits_for == verdict.waits_for and _are_same(told.due_at, due_at)
        if is_same and not anew:
            return True
        waiting.told = waiting_memo.waiting(
            waiting.rule, waiting.happening, waiting.clock, verdict, now, wall
        )
        # of what has happened last, the command is to know
        because = _because(waiting.happening) if anew else (None, None)
        if self._runner.wait_on(waiting.run.id, waiting.told, *because):
            return True
        return not self._has_gone(waiting)


def _because(happening: Happening) -> tuple[Mapping[str, str], Message]:
    event = of_event(happening.kind, happening.payload)
    return event, reasons.why(happening)


def _are_same(a: Optional[float], b: Optional[float]) -> bool:
    if a is None or b is None:
        return a is b
    return abs(a - b) < _SAME_TIME
