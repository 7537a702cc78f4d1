"""Has the command of a rule run, unless there is something against it."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Optional

from ..launcher import ExecuteRequest, Launcher
from ..messages import Message
from ..runs.environment import of_event
from ..runs.printer_state import Printer, PrinterState
from ..runs.record import Record
from ..runs.request import Requester, RuleOrigin, Waiting
from ..runs.run import Run
from ..runs.runner import Runner
from . import events, matching, reasons
from .happening import Happening
from .news import News
from .rules.rule import Rule
from .runs_of_rules import MAX_CHAIN, RunsOfRules

_logger = logging.getLogger("octoprint.plugins.systemcommands.triggers.firing")

# A rule fires once in this time, in s; because of a print always, for one that waits must
# not go by the print before
_STORM = 1.0


class Firing:
    """For any thread; nothing is waited for.

    Arguments:
        launcher: has the commands run
        runner: lets go what waits
        printer: what it is doing, for conditions
        news: is told what has become of each rule
        monotonic: the time, see `time.monotonic`
    """

    def __init__(
        self,
        launcher: Launcher,
        runner: Runner,
        printer: Printer,
        news: News,
        monotonic: Callable[[], float] = time.monotonic,
    ):
        self._launcher = launcher
        self._runner = runner
        self._printer = printer
        self._news = news
        self._monotonic = monotonic
        self._runs = RunsOfRules()
        self._lock = threading.Lock()
        # by the id of the rule: when it has fired, and how often it would have since
        self._fired: dict[str, tuple[float, int]] = {}

    def chain_of(self, run_id: Optional[str]) -> tuple[str, ...]:
        """See `RunsOfRules`."""
        return self._runs.chain_of(run_id)

    def keep(self, rule_ids: frozenset[str]) -> None:
        """There are no other rules any more."""
        with self._lock:
            self._fired = {
                rule_id: fired
                for rule_id, fired in self._fired.items()
                if rule_id in rule_ids
            }

    def may_fire(self, rule: Rule, happening: Happening, often: bool = False) -> bool:
        """Whether a rule is to fire; if not, the news say why.

        Arguments:
            rule: one that is for what has happened
            happening: what has happened
            often: also more than once a second, since somebody waits for it
        """
        if rule.id in happening.chain:
            self._news.tell(rule.id, reasons.ITSELF)
            return False
        if len(happening.chain) >= MAX_CHAIN:
            _logger.warning(
                f'The rule "{rule.id}" does not fire: {" → ".join(happening.chain)} have '
                "made each other fire"
            )
            self._news.tell(rule.id, reasons.chain_too_long(MAX_CHAIN))
            return False
        if not matching.is_so(rule, happening, self.look):
            self._news.tell(rule.id, reasons.CONDITION)
            return False
        is_rare = often or happening.kind in events.ABOUT_PRINTS
        return is_rare or not self._is_storm(rule)

    def rests_until(self, rule: Rule) -> float:
        """Until when a rule does not fire, unless it is because of a print; see
        `time.monotonic`."""
        fired_at, _ = self._fired.get(rule.id, (float("-inf"), 0))
        return fired_at + _STORM

    def tell_storm(self, rule: Rule, count: int) -> None:
        """What a rule waits for has happened some times more while it rested."""
        with self._lock:
            fired_at, known = self._fired.get(rule.id, (float("-inf"), 0))
            self._fired[rule.id] = (fired_at, known + count)
        if known == 0:
            _logger.info(f'What the rule "{rule.id}" waits for happens all the time')
        self._news.add(rule.id, reasons.storm(known + count))

    def look(self) -> PrinterState:
        """What the printer is doing; nothing, if that cannot be told."""
        try:
            return self._printer.state()
        except Exception:
            _logger.exception("Cannot tell what the printer is doing")
            return PrinterState()

    def start(
        self, rule: Rule, happening: Happening, requester: Optional[Requester] = None
    ) -> Optional[Run]:
        """Has the command of a rule run now.

        Returns:
            the run; None if there is none, and the news say why
        """
        try:
            return self.start_or_raise(rule, happening, requester)
        except Exception as error:
            self.tell_error(rule, error)
            return None

    def start_or_raise(
        self, rule: Rule, happening: Happening, requester: Optional[Requester] = None
    ) -> Run:
        """The same.

        Raises:
            what `Launcher.hold` raises
        """
        run = self.hold(rule, happening, Waiting(), requester)
        self._news.tell(rule.id, reasons.FIRED, run.id)
        self._runner.release(run.id)
        return run

    def hold(
        self,
        rule: Rule,
        happening: Happening,
        waiting: Waiting,
        requester: Optional[Requester] = None,
        resumed: Optional[Record] = None,
    ) -> Run:
        """Takes in a run that is to be released later.

        Arguments:
            rule: the rule
            happening: because of what
            waiting: what it waits for
            requester: who tries it out; None if nobody does
            resumed: what an earlier server has left pending, and goes on

        Raises:
            what `Launcher.hold` raises
        """
        chain = happening.chain
        trigger = "schedule" if happening.kind == reasons.SCHEDULE else "event"
        reason = reasons.why(happening) if requester is None else reasons.TRIED
        requester = requester or Requester(trigger=trigger)
        run = self._launcher.hold(
            ExecuteRequest(
                source=rule.source,
                action=rule.run,
                requester=requester._replace(rule=RuleOrigin(rule.id, rule.name, chain)),
                arguments=dict(rule.arguments),
                confirmed=rule.confirmed,
                event=of_event(happening.kind, happening.payload),
                reason=reason,
            ),
            waiting,
            resumed,
        )
        self._runs.add(run.id, (*chain, rule.id))
        return run

    def stop(self, run: Run, reason: Message) -> None:
        """Ends a run that nobody waits for any longer; does not wait for that."""
        self._runner.stop(run.id, reason=reason)

    def tell_error(self, rule: Rule, error: Exception) -> None:
        """Nothing was started, because of an error."""
        message = reasons.of_error(error, rule.run)
        _logger.warning(f'The rule "{rule.id}" has fired for nothing: {message}')
        self._news.tell(rule.id, message)

    def _is_storm(self, rule: Rule) -> bool:
        now = self._monotonic()
        with self._lock:
            fired_at, _ = self._fired.get(rule.id, (float("-inf"), 0))
            if now - fired_at >= _STORM:
                self._fired[rule.id] = (now, 0)
                return False
        self.tell_storm(rule, 1)
        return True
