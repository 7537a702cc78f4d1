"""What toggles cost a print: ten of them, each asked for its state every 2 s.

A server of its own prints the file of `printing` as fast as OctoPrint can, in turn with nobody
who looks, and while somebody does, who asks for all states every 5 s; pages do that more rarely.
What is asked is what people have: whether a file is there, and what stands in one.
"""

import contextlib
import time

import psutil

from ..client import Client, expect
from ..figures import line, median, ms
from ..servers import server, settle
from .printing import LINES, print_file, upload

COMMANDS = []

TOGGLES = 10
EVERY = 2
ROUNDS = 9
STATES = "/plugin/systemcommands/api/states"
DEFINITIONS = "/plugin/systemcommands/api/definitions"

# how often somebody who looks says so, in seconds
_LOOKS = 5.0

# how long it is measured what asking costs a server that does nothing else, in seconds; one
# look counts for longer
_IDLE = 40.0


def toggles():
    """Half of them are on, and one says something else each time."""
    states = [f"test -e {path}" for path in ("/dev/null", "/dev/no_such_relay") * 4]
    states += ["cat /proc/loadavg", "grep -q nothing /proc/uptime"]
    assert len(states) == TOGGLES
    return [
        {
            "action": f"toggle-{number}",
            "name": f"Toggle {number}",
            "type": "toggle",
            "on": "true",
            "off": "true",
            "state": state,
            "every": EVERY,
        }
        for number, state in enumerate(states)
    ]


def measure(servers):
    config = {"plugins": {"systemcommands": {"commands": toggles()}}}
    with contextlib.closing(server(config)) as ours:
        ours.start()
        ours.connect_virtual_printer()
        upload(ours)
        settle(ours)
        per_ask = time_of_ask(ours)
        seconds = prints(ours)
    ratio = median(seconds["looked at"]) / median(seconds["undisturbed"])
    return [
        line(
            f"print of {LINES:,} lines with {TOGGLES} toggles asked every {EVERY} s "
            "÷ with nobody who looks",
            "–",
            f"{ratio:.3f} ×",
            "≤ 1.05 ×",
            ratio <= 1.05,
        ),
        line(
            f"– print times: {', '.join(seconds)}, medians of {ROUNDS} rounds",
            "",
            " / ".join(f"{median(times):.2f} s" for times in seconds.values()),
        ),
        line("– processor time of the server for one question", "", ms(per_ask)),
    ]


def prints(ours):
    """The print times in seconds, by what is different."""
    print_file(ours)  # the first one is slower
    seconds = {"undisturbed": [], "looked at": []}
    for _ in range(ROUNDS):
        forget_who_looks(ours)
        seconds["undisturbed"].append(print_file(ours))
        look = Look(ours)
        look()
        seconds["looked at"].append(print_file(ours, look))
    return seconds


def time_of_ask(ours):
    """Seconds of the server's processor time for one question, its process not included."""
    forget_who_looks(ours)
    without = time_of_server(ours)
    Look(ours)()
    time.sleep(EVERY)
    used = time_of_server(ours)
    return max(0.0, used - without) / (TOGGLES * _IDLE / EVERY)


def time_of_server(ours):
    """Seconds of processor time that the server needs in a while."""
    process = psutil.Process(ours.pid)
    before = process.cpu_times()
    time.sleep(_IDLE)
    after = process.cpu_times()
    return after.user + after.system - before.user - before.system


def forget_who_looks(ours):
    """As if nobody had looked for long: toggles that are gone for a moment are new ones."""
    save(ours, [])
    ours.request("GET", STATES)
    time.sleep(0.5)
    save(ours, toggles())
    time.sleep(0.5)


def save(ours, definitions):
    """Replaces all definitions."""
    with Client(ours) as client:
        expect(200, *client.request("GET", DEFINITIONS))
        headers = {"If-Match": client.headers["ETag"]}
        body = {"definitions": definitions}
        expect(200, *client.request("PUT", DEFINITIONS, body, headers))


class Look:
    """Somebody who looks, when called often enough."""

    def __init__(self, ours):
        self._ours = ours
        self._looked = float("-inf")

    def __call__(self):
        now = time.monotonic()
        if now - self._looked >= _LOOKS:
            self._looked = now
            self._ours.request("GET", STATES)
