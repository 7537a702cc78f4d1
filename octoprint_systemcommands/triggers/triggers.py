"""All that starts commands without a person, put together."""

import os
from collections.abc import Callable, Mapping
from typing import Any, Optional

from ..access import Access
from ..launcher import Launcher
from ..runs.history.history import History
from ..runs.output.capture import Output
from ..runs.printer_state import Printer
from ..runs.record import Record
from ..runs.runner import Runner
from .connecting import Connecting, Connection
from .engine import RuleEngine
from .firing import Firing
from .gcode.gcode import Gcode, Job
from .news import News
from .printer_actions import action_handler
from .printer_watch import PrinterWatch
from .rules.rule import Rule
from .run_ends import OutputFiles
from .timelapse import Snapshots


class Triggers:
    """What OctoPrint's mixins and hooks hand over to.

    Arguments:
        rules: those that can be used
        launcher: has their commands run
        runner: lets go the runs that wait
        history: knows the outputs of runs
        printer: what it is doing
        connection: to the printer
        movie_delay: how long after a print its movie may have to wait, in seconds
        folder: for files of their own
        fire: fires an event of this plugin, given its name and its payload
        complain: tells people why there is no connection, given the reason and the run
            because of which
        access: knows which commands are open to G-code
        job: of the printer
        complain_of_gcode: tells people what a line of G-code could not have run

    Attributes:
        engine, connecting, snapshots, gcode: see these
        action: for the hook ``octoprint.comm.protocol.action``
    """

    def __init__(
        self,
        rules: Callable[[], list[Rule]],
        launcher: Launcher,
        runner: Runner,
        history: History,
        printer: Printer,
        connection: Connection,
        movie_delay: Callable[[], float],
        folder: str,
        fire: Callable[[str, Mapping[str, Any]], None],
        complain: Callable[[str, Optional[str]], None],
        access: Access,
        job: Job,
        complain_of_gcode: Callable[[Mapping[str, Any]], None],
    ):
        def output_of(run_id: str) -> Optional[Output]:
            record = history.get(run_id)
            return None if record is None else history.output(record)

        news = News()
        firing = Firing(launcher, runner, printer, news)
        outputs = OutputFiles(os.path.join(folder, "outputs_for_rules"), output_of)
        watch = PrinterWatch(firing.look, movie_delay)
        self.engine = RuleEngine(rules, firing, runner, news, outputs, watch)
        self.connecting = Connecting(
            self.engine.rules_for, firing, news, connection, fire, complain
        )
        self.snapshots = Snapshots(self.engine, firing)
        self.action = action_handler(self.engine)
        self.gcode = Gcode(access, launcher, runner, job, complain_of_gcode)

    def on_event(self, event: str, payload: Any) -> None:
        """OctoPrint has fired an event; called in its thread, so very quick."""
        self.gcode.on_event(event, payload)
        self.connecting.on_event(event, payload)
        self.engine.on_event(event, payload)

    def run_changed(self, record: Record) -> None:
        """There is something new about a run; called with the runner's lock held."""
        self.engine.run_changed(record)
        self.gcode.run_changed(record)

    def run_at_stop(self) -> None:
        """The server is about to end: see `RuleEngine.run_at_stop`."""
        self.gcode.close()
        self.connecting.stop()
        self.engine.run_at_stop()
