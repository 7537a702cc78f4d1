"""What rules cost: an event that none of them wants, a print, and the start of a command.

OctoPrint's thread for events is measured here, without a server: with 20 rules, and an event
that none of them waits for. A server of its own prints the file of `printing` with and without
these rules in turn, as fast as OctoPrint can, and while 10,000 events are fired that one of them
wants, or none. It looks at the clock when an event is fired and when the command writes that it
has begun.
"""

import contextlib
import tempfile
import time
from types import SimpleNamespace

from harness.event_firer import firing
from harness.waiting import wait_until
from octoprint_systemcommands.runs.printer_state import NoPrinter
from octoprint_systemcommands.triggers.rules.parsing import parse_rule
from octoprint_systemcommands.triggers.triggers import Triggers

from ..client import Client, expect
from ..figures import line, median, ms, spread
from ..servers import server, settle
from .printing import LINES, print_file, upload

COMMANDS = []

EVENTS = 100_000
STORM = 10_000
PRINTS = 7
STARTS = 50

RULES = "/plugin/systemcommands/api/rules"
EVENT = "BenchEvent"
BEGUN = {"action": "begun", "name": "Begun", "command": "date +%s.%N > begun"}
NOTHING = {
    "action": "nothing",
    "name": "Nothing",
    "command": "true",
    "when_busy": "parallel",
}
PAYLOAD = {"name": "a.gcode", "path": "b/a.gcode", "origin": "local", "size": 12345}


def rules():
    """What people may have: most wait for something, some for a clock, some for a long time."""
    events = ["print_started", "print_paused", "print_failed", "ZChange", "CaptureDone"]
    waits = {"until": {"max_temperature": 1, "idle": "5 min"}}
    return [
        *(
            {"id": f"event-{number}", "when": {"event": event}, "run": "nothing"}
            for number, event in enumerate(events * 2)
        ),
        *(
            {"id": f"clock-{n}", "when": {"schedule": "every 1 min"}, "run": "nothing"}
            for n in range(5)
        ),
        *(
            {
                "id": f"wait-{n}",
                "when": {"event": "print_started"},
                "wait": waits,
                "cancelled_by": [],
                "run": "nothing",
            }
            for n in range(5)
        ),
    ]


def measure(servers):
    per_event = time_of_event()
    config = {"plugins": {"systemcommands": {"commands": [BEGUN, NOTHING]}}}
    with contextlib.closing(firing(server(config))) as ours:
        ours.start()
        settle(ours)
        starts = [start(ours) for _ in range(STARTS)] if use(ours, [on_event()]) else []
        seconds = prints(ours)
    ratio = median(seconds["with rules"]) / median(seconds["without rules"])
    of_storm = median(seconds["storm"]) / median(seconds["storm that none wants"])
    return [
        line(
            f"an event that none of {len(rules())} rules wants: time in OctoPrint's thread",
            "–",
            f"{per_event * 1e6:.2f} µs",
            "≤ 50 µs",
            per_event <= 50e-6,
        ),
        line(
            f"print of {LINES:,} lines with {len(rules())} rules ÷ without",
            "–",
            f"{ratio:.3f} ×",
            "≤ 1.05 ×",
            ratio <= 1.05,
        ),
        line(
            f"the same while {STORM:,} events are fired that a rule wants ÷ that none wants",
            "–",
            f"{of_storm:.3f} ×",
            "≤ 1.05 ×",
            of_storm <= 1.05,
        ),
        line(
            f"– print times: {', '.join(seconds)}, medians of {PRINTS} rounds",
            "",
            " / ".join(f"{median(times):.2f} s" for times in seconds.values()),
        ),
        line(
            "an event is fired → its command has begun, median",
            "–",
            ms(median(starts)),
            f"≤ {ms(0.05)}",
            median(starts) <= 0.05,
        ),
        line("– p50 / p95 / max", "", spread(starts)),
    ]


def time_of_event():
    """Seconds for one event, on average."""
    usable = [parse_rule(entry)[0] for entry in rules()]
    with tempfile.TemporaryDirectory() as folder:
        triggers = Triggers(
            lambda: usable,
            *(None,) * 3,
            NoPrinter(),
            *(None, None, folder, None, None),
            access=None,
            job=SimpleNamespace(job=None, log=None),
            complain_of_gcode=None,
        )
        triggers.engine.step()
        started = time.perf_counter()
        for _ in range(EVENTS):
            triggers.on_event("FileAdded", PAYLOAD)
        return (time.perf_counter() - started) / EVENTS


def on_event():
    return {"id": "begun", "when": {"event": EVENT}, "run": "begun"}


def use(ours, entries):
    """Saves rules in place of all others."""
    with Client(ours) as client:
        expect(200, *client.request("GET", RULES))
        headers = {"If-Match": client.headers["ETag"]}
        expect(200, *client.request("PUT", RULES, {"rules": entries}, headers))
    return entries


def start(ours):
    """Seconds from an event to the first word of the command."""
    path = ours.basedir / "begun"
    path.unlink(missing_ok=True)
    fired = ours.request("POST", "/plugin/event_firer/fire", {"event": EVENT})
    begun = wait_until(lambda: path.exists() and path.read_text().strip())
    # a rule fires once a second
    time.sleep(1.1)
    return float(begun) - fired["at"]


def prints(ours):
    """The print times in seconds, by what is different."""
    ours.connect_virtual_printer()
    upload(ours)
    settle(ours)
    print_file(ours)  # the first one is slower
    kinds = {
        "without rules": ([], None),
        "with rules": (rules(), None),
        "storm that none wants": (rules(), "Unwanted"),
        "storm": ([*rules(), on_event()], EVENT),
    }
    seconds = {kind: [] for kind in kinds}
    for _ in range(PRINTS):
        for kind, (entries, event) in kinds.items():
            use(ours, entries)
            seconds[kind].append(print_file(ours, Storm(ours, event)))
    return seconds


class Storm:
    """Fires events when it is called for the first time, which is during the print."""

    def __init__(self, ours, event):
        self._ours = ours
        self._event = event

    def __call__(self):
        event, self._event = self._event, None
        if event is not None:
            body = {"event": event, "times": STORM, "payload": PAYLOAD}
            self._ours.request("POST", "/plugin/event_firer/fire", body)
