"""What lines of G-code cost: one that is none of ours, and a print with 100 that run commands.

The first is measured here, without a server: what OctoPrint does for one more plugin that
wants to see each line, with the hook of this one, for a line that OctoPrint knows.

A server of its own prints the file of `printing`, and in turn the same with 100 lines that run
`true`, with 100 lines `@other` that no plugin listens to, and with one line whose command floods
its output until the print is over. What these 100 commands take by themselves, when nothing is
printed, is no cost of their lines; neither is what OctoPrint takes for any line with an `@`.
"""

import contextlib
import json
import time

from octoprint_systemcommands import SystemCommandsPlugin

from ..client import Client, expect
from ..figures import line, median
from ..servers import server, settle
from .printing import LINES, LONGEST_FLOOD, gcode, print_file, upload

try:
    # OctoPrint 2.0
    from octoprint.plugins.serial_connector.serial_comm import (
        _normalize_command_handler_result as normalized,
    )
except ImportError:
    from octoprint.util.comm import _normalize_command_handler_result as normalized

COMMANDS = []

ROUNDS = 9
ASKED = 300_000
OURS = 100

RUNS = "/plugin/systemcommands/api/runs"
DEFINITIONS = [
    {"action": "nothing", "name": "Nothing", "command": "true", "gcode": True},
    {
        "action": "flood",
        "name": "Flood",
        "command": f"timeout {LONGEST_FLOOD} yes {'0123456789' * 6}012",
        "gcode": True,
    },
]
PLAIN, UNHEARD = "without", f"with {OURS} lines that nobody listens to"
WITH_LINES, WITH_FLOOD = f"with {OURS} lines", "with a flood"


def measure(servers):
    per_line = time_of_line()
    config = {"plugins": {"systemcommands": {"commands": DEFINITIONS}}}
    with contextlib.closing(server(config)) as ours:
        ours.start()
        settle(ours)
        seconds = prints(ours)
        alone = median([time_of_commands(ours) for _ in range(ROUNDS)])
    plain, unheard = median(seconds[PLAIN]), median(seconds[UNHEARD])
    with_lines = (median(seconds[WITH_LINES]) - alone) / unheard
    with_flood = median(seconds[WITH_FLOOD]) / plain
    goal = 1.05
    return [
        line(
            "a line of G-code that runs nothing: time in the printer's thread",
            "–",
            f"{per_line * 1e6:.2f} µs",
            "≤ 2 µs",
            per_line <= 2e-6,
        ),
        line(
            f"print of {LINES:,} lines with {OURS} that run commands, less what these take, "
            f"÷ {UNHEARD}",
            f"{unheard / plain:.3f} × without",
            f"{with_lines:.3f} ×",
            f"≤ {goal} ×",
            with_lines <= goal,
        ),
        line(
            f"print of {LINES:,} lines {WITH_FLOOD} ÷ without",
            "–",
            f"{with_flood:.3f} ×",
            f"≤ {goal} ×",
            with_flood <= goal,
        ),
        line(
            f"– print times: {', '.join(seconds)}, medians of {ROUNDS} rounds",
            "",
            " / ".join(f"{median(times):.2f} s" for times in seconds.values()),
        ),
        line(f"– {OURS} of these commands by themselves", "", f"{alone:.2f} s"),
    ]


def time_of_line():
    """Seconds for one line, on average."""
    hook = SystemCommandsPlugin().handle_gcode
    tags = {"source:file", "filepos:1234", "fileline:56"}
    results = [("G1 X10 Y20 E0.5", None, "G1", None, tags)]
    started = time.perf_counter()
    for _ in range(ASKED):
        # as OctoPrint does for each plugin
        new_results = []
        for command, command_type, code, subcode, of_line in results:
            answer = hook(
                None,
                "queuing",
                command,
                command_type,
                code,
                subcode=subcode,
                tags=of_line,
            )
            new_results += normalized(
                command,
                command_type,
                code,
                subcode,
                of_line,
                answer,
                tags_to_add={"source:rewrite", "phase:queuing", "plugin:systemcommands"},
            )
    return (time.perf_counter() - started) / ASKED


def prints(ours):
    """The print times in seconds, by what is in the file."""
    files = {
        PLAIN: ("plain.gcode", gcode()),
        UNHEARD: ("unheard.gcode", with_lines("@other nothing")),
        WITH_LINES: ("lines.gcode", with_lines("@system nothing")),
        WITH_FLOOD: ("flood.gcode", f"@system flood\n{gcode()}"),
    }
    ours.connect_virtual_printer()
    for name, text in files.values():
        upload(ours, name, text)
    settle(ours)
    # the first one is slower
    print_file(ours, name=files[PLAIN][0])
    seconds = {kind: [] for kind in files}
    for _ in range(ROUNDS):
        for kind, (name, _text) in files.items():
            seconds[kind].append(print_file(ours, name=name))
            end_all(ours)
    return seconds


def time_of_commands(ours):
    """Seconds for as many commands as are in the file, when nothing is printed."""
    body = {"commands": ["@system nothing"] * OURS}
    with Client(ours) as client:
        expect(200, *client.request("GET", f"{RUNS}?limit=1"))
        before = newest(client)
        started = time.monotonic()
        expect(204, *client.request("POST", "/api/printer/command", body))
        while True:
            expect(200, *client.request("GET", f"{RUNS}?limit={OURS}&status=succeeded"))
            runs = json.loads(client.content)["runs"]
            if len(runs) == OURS and before not in [run["id"] for run in runs]:
                return time.monotonic() - started
            time.sleep(0.05)


def newest(client):
    runs = json.loads(client.content)["runs"]
    return runs[0]["id"] if runs else None


def with_lines(of_ours):
    """The file with a line many times, evenly among the others."""
    lines = gcode().splitlines()
    between = len(lines) // OURS
    for number in range(OURS):
        lines.insert(number * (between + 1), of_ours)
    return "\n".join(lines) + "\n"


def end_all(ours):
    """Stops what is still running, and waits for its end."""
    with Client(ours) as client:
        while True:
            expect(200, *client.request("GET", f"{RUNS}?status=queued,starting,running"))
            runs = json.loads(client.content)["runs"]
            if not runs:
                return
            for run in runs:
                client.request("POST", f"{RUNS}/{run['id']}/stop", {})
            time.sleep(0.1)
