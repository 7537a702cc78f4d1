"""What the plugin adds to the start of the server: the time until it answers.

Both servers are started again and again in turn, with nothing else of this running. Each
start is compared with its neighbour, since the load of the machine changes with time.
"""

import contextlib
import http.client
import re
import threading
import time
import urllib.request
from typing import NamedTuple

import psutil

from ..figures import line, median, ms
from ..servers import server

COMMANDS = []

ROUNDS = 7
LONGEST_START = 60
POLL_INTERVAL = 0.01
GOAL = 0.15

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def measure(servers):
    starts = {}
    for each, name in ((servers.theirs, "theirs"), (servers.ours, "ours")):
        each.stop()
        starts[name] = []
    # the first start after a longer time is slower
    start(servers.theirs)
    for number in range(ROUNDS):
        # each of them is the first one as often as the second one
        for name in sorted(starts, reverse=number % 2 == 0):
            starts[name].append(start(getattr(servers, name)))

    theirs, ours = starts["theirs"], starts["ours"]
    added = median(our.seconds - their.seconds for our, their in zip(ours, theirs))
    return [
        line(
            f"added to the server's start, median difference of {ROUNDS} pairs",
            "–",
            ms(added),
            f"≤ {ms(GOAL)}",
            added <= GOAL,
        ),
        line(
            f"– until the first answer: median / quickest of {ROUNDS}",
            describe([each.seconds for each in theirs]),
            describe([each.seconds for each in ours]),
        ),
        line(
            "– processor time until then: median / least",
            describe([each.processor for each in theirs]),
            describe([each.processor for each in ours]),
        ),
        line("– of which Python imports the plugin", "", ms(import_time())),
    ]


def describe(seconds):
    return f"{median(seconds):.2f} s / {min(seconds):.2f} s"


class Start(NamedTuple):
    """One start of a server: how long it takes, and how long the processor is busy."""

    seconds: float
    processor: float


def start(server):
    """Starts a server, measures that and stops it again."""
    answers = []

    def wait_for_answer():
        deadline = time.monotonic() + LONGEST_START
        while time.monotonic() < deadline:
            try:
                with DIRECT.open(f"{server.url}/online.txt", timeout=5) as response:
                    if response.read().strip() == b"online":
                        times = psutil.Process(server.pid).cpu_times()
                        answers.append((time.perf_counter(), times.user + times.system))
                        return
            except (OSError, http.client.HTTPException):
                pass  # it does not listen yet, or says that it is about to
            time.sleep(POLL_INTERVAL)

    thread = threading.Thread(target=wait_for_answer, daemon=True)
    started = time.perf_counter()
    thread.start()
    server.start(LONGEST_START)
    thread.join()
    server.stop()
    ((answered, processor),) = answers
    return Start(answered - started, processor)


def import_time():
    """Seconds for the plugin's own modules and for what only they need."""
    with contextlib.closing(server({}, env={"PYTHONPROFILEIMPORTTIME": "1"})) as profiled:
        profiled.start(LONGEST_START)
        console = (profiled.basedir / "console.log").read_text(errors="replace")
    # import time: self | cumulative | name, the latter indented by 2 for each level
    found = [
        (int(cumulative), len(indent))
        for cumulative, indent in re.findall(
            r"^import time: +\d+ \| +(\d+) \| ( *)octoprint_systemcommands\b",
            console,
            re.M,
        )
    ]
    if not found:
        raise RuntimeError("nothing is known about the import of the plugin")
    # those that were imported by another one of them are in its time
    outermost = min(level for _, level in found)
    return sum(microseconds for microseconds, level in found if level == outermost) / 1e6
