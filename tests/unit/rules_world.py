"""A world without a server in which rules fire: clocks, a printer, and what runs commands."""

import itertools

from octoprint_systemcommands.runs.printer_state import Heater, PrinterState
from octoprint_systemcommands.runs.record import Record, Status
from octoprint_systemcommands.triggers.engine import RuleEngine
from octoprint_systemcommands.triggers.firing import Firing
from octoprint_systemcommands.triggers.news import News
from octoprint_systemcommands.triggers.printer_watch import PrinterWatch
from octoprint_systemcommands.triggers.rules.parsing import parse_rule
from octoprint_systemcommands.triggers.run_ends import OutputFiles

# a Monday at noon, UTC
NOON = 1_800_014_400.0


def rule(**fields):
    """A rule that can be used."""
    entry = {"id": "r", "run": "c", **fields}
    made, problems = parse_rule(entry)
    assert made is not None, list(map(str, problems))
    return made


class Clocks:
    """Both clocks; they go on only when a test says so."""

    def __init__(self):
        self.now = 1000.0
        self.wall = NOON

    def pass_(self, seconds):
        self.now += seconds
        self.wall += seconds


class Printer:
    """A printer that can be told what to do."""

    def __init__(self):
        self.now = PrinterState(
            "OPERATIONAL", is_connected=True, heaters={"tool0": Heater(20.0, 0.0)}
        )

    def is_printing(self):
        return self.now.is_busy

    def state(self):
        return self.now

    def is_at(self, temperature, target=0.0):
        self.now = self.now._replace(heaters={"tool0": Heater(temperature, target)})

    def prints(self, is_so=True):
        state = "PRINTING" if is_so else "OPERATIONAL"
        self.now = self.now._replace(state=state, is_busy=is_so)


class FakeRun:
    def __init__(self, request, run_id):
        self.id = run_id
        self.request = request
        self.status = Status.PENDING

    def record(self):
        requester = self.request.requester
        return Record(
            seq=1,
            id=self.id,
            source=self.request.source,
            action=self.request.action,
            name=self.request.action,
            status=self.status,
            trigger=requester.trigger,
            rule=requester.rule,
        )


class House:
    """The launcher and the runner, as far as rules see them."""

    def __init__(self):
        self._numbers = itertools.count(1)
        self.runs = {}
        # by id: what a pending run waits for
        self.pending = {}
        # the requests that were released, in their order
        self.started = []
        # by id: why a run was called off
        self.stopped = {}
        self.ended_kept = {}
        self.error = None
        self.is_ready_for_end = False
        self.on_release = lambda run: None

    def hold(self, request, waiting, resumed=None):
        if self.error is not None:
            raise self.error
        run_id = resumed.id if resumed else f"run{next(self._numbers)}"
        run = FakeRun(request, run_id)
        self.runs[run.id] = run
        self.pending[run.id] = waiting
        return run

    def wait_on(self, run_id, waiting, event=None, reason=None):
        if run_id not in self.pending:
            return False
        if event is not None:
            run = self.runs[run_id]
            run.request = run.request._replace(event=event, reason=reason)
        self.pending[run_id] = waiting
        return True

    def release(self, run_id, user=None):
        if self.pending.pop(run_id, None) is None:
            return None
        run = self.runs[run_id]
        run.status = Status.STARTING
        self.started.append(run.request)
        self.on_release(run)
        return run

    def call_off(self, run_id, reason):
        self.stop(run_id, reason=reason)

    def stop(self, run_id, user=None, reason=None):
        self.pending.pop(run_id, None)
        if run_id in self.runs:
            self.runs[run_id].status = Status.STOPPED
        self.stopped[run_id] = str(reason)

    def end_kept(self, record, reason):
        self.ended_kept[record.id] = str(reason)

    def get_ready_for_end(self):
        self.is_ready_for_end = True


class World:
    """All of it, with an engine whose thread is the test's."""

    def __init__(self, *rules, folder="/nonexistent"):
        self.rules = list(rules)
        self.clocks = Clocks()
        self.printer = Printer()
        self.house = House()
        self.news = News(wall=lambda: self.clocks.wall)
        self.outputs = OutputFiles(str(folder), lambda run_id: None)
        self.make_engine()

    def make_engine(self, is_started=True):
        def monotonic():
            return self.clocks.now

        self.firing = Firing(self.house, self.house, self.printer, self.news, monotonic)
        self.engine = RuleEngine(
            lambda: self.rules,
            self.firing,
            self.house,
            self.news,
            self.outputs,
            PrinterWatch(self.firing.look, monotonic=monotonic),
            monotonic,
            lambda: self.clocks.wall,
        )
        if is_started:
            self.engine.step()

    def fires(self, event, **payload):
        """OctoPrint fires an event, and the engine looks at it."""
        self.engine.on_event(event, payload)
        return self.engine.step()

    def has_passed(self, seconds):
        self.clocks.pass_(seconds)
        return self.engine.step()

    @property
    def started(self):
        """The commands that were started, in their order."""
        return [request.action for request in self.house.started]

    def news_of(self, rule_id="r"):
        return str(self.engine.state()[rule_id].message)
