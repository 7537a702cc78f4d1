"""Makes rules fire: takes in what happens, and has their commands run."""

from collections.abc import Callable, Mapping
from typing import Any

from ..launcher import Launcher
from ..runs.printer_state import Printer
from ..runs.record import Record
from ..runs.request import Requester
from ..runs.run import Run
from ..runs.runner import Runner
from .news import News, RuleNews


class RuleEngine:
    """Decides which rule fires.

    Arguments:
        rules: those that can be used, asked whenever something has happened
        launcher: has their commands run
        runner: lets the runs go that wait
        printer: what it is doing
    """

    def __init__(
        self,
        rules: Callable[[], list],
        launcher: Launcher,
        runner: Runner,
        printer: Printer,
    ):
        self._rules = rules
        self._launcher = launcher
        self._runner = runner
        self._printer = printer
        self._news = News()

    def start(self, kept: list) -> None:
        """Begins, when the server answers.

        Arguments:
            kept: runs of the server before that were waiting, with what was kept of each
        """

    def stop(self) -> None:
        """Ends, without waiting. Runs that wait stay in the history as they are."""

    def on_event(self, event: str, payload: Any) -> None:
        """OctoPrint has fired an event; called in its thread, so very quick."""
        self._news.note(event, payload)

    def run_changed(self, record: Record) -> None:
        """There is something new about a run; very quick."""

    def state(self) -> dict[str, RuleNews]:
        """What is new of each rule, by its id."""
        return self._news.of_rules()

    def last_payloads(self) -> dict[str, tuple[float, Mapping[str, Any]]]:
        """See `News.last_payloads`."""
        return self._news.last_payloads()

    def try_rule(self, rule: Any, payload: Mapping[str, Any], requester: Requester) -> Run:
        """Fires a rule for somebody who wants to see it, saved or not, with its wait.

        Raises:
            what `Launcher.hold` raises
        """
        raise NotImplementedError
