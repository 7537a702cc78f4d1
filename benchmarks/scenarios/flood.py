"""A command that prints 200 MB: memory of the server, and time.

`seq` is a program that does nothing but print lines, and stands for the worst that one meets.
`yes`, whose lines are made once and only copied, is faster than anything that has something to
say; it is shown too, without a goal. The time is compared with that of the same command
printing to `cat`, which is about what any reader takes at least. It is run in turn with it,
and at the same priority: where others keep the machine busy, that alone makes more than twice
the time.
"""

import subprocess
import time

import psutil

from octoprint_systemcommands.runs.processes.process import NICENESS

from ..client import Client
from ..figures import line, median, ms
from ..memory import PeakMemory

COMMANDS = [
    {"action": "bench-seq", "name": "Seq", "command": "seq 23456789"},
    {
        "action": "bench-yes",
        "name": "Yes",
        "command": f"yes {'0123456789' * 7}012345678 | head -c 200000000",
    },
]

ROUNDS = 9
GOAL = 1.1
# OctoPrint's own takes up to a minute
THEIR_ROUNDS = 1

MEGABYTE = 1024 * 1024
# OctoPrint's own takes up to 3.4 GB, and must not take the machine down
THEIR_NEED = 5000 * MEGABYTE


class Floods:
    """The rounds of one of the commands."""

    def __init__(self, servers, command):
        self.bare, self.ours, self.theirs = [], [], []
        self.our_growth, self.their_growth = [], []
        for number in range(ROUNDS):
            self.bare.append(bare(command["command"]))
            run(servers.ours, command["action"], self.ours, self.our_growth)
            if number < THEIR_ROUNDS:
                run(servers.theirs, command["action"], self.theirs, self.their_growth)
        self.our_ratio = median(self.ours) / median(self.bare)
        self.their_ratio = median(self.theirs) / median(self.bare)

    def times_line(self):
        return line(
            f"– wall time, median of {ROUNDS} rounds (OctoPrint's: of {THEIR_ROUNDS}); "
            f"bare {ms(median(self.bare))}",
            ms(median(self.theirs)),
            ms(median(self.ours)),
        )


def measure(servers):
    if psutil.virtual_memory().available < THEIR_NEED:
        raise RuntimeError("OctoPrint's own way needs 5 GB of free memory for this")
    seq, yes = (Floods(servers, command) for command in COMMANDS)
    our_growth = max(seq.our_growth + yes.our_growth)
    their_growth = max(seq.their_growth + yes.their_growth)
    return [
        line(
            "200 MB of output: growth of the server's memory, worst round",
            f"{their_growth / MEGABYTE:.0f} MB",
            f"{our_growth / MEGABYTE:.1f} MB",
            "≤ 16 MB",
            our_growth <= 16 * MEGABYTE,
        ),
        line(
            "the same (`seq`): wall time ÷ bare `… \\| cat >/dev/null`",
            f"{seq.their_ratio:.1f} ×",
            f"{seq.our_ratio:.2f} ×",
            f"≤ {GOAL} ×",
            seq.our_ratio <= GOAL,
        ),
        seq.times_line(),
        line(
            "– the same with `yes`",
            f"{yes.their_ratio:.1f} ×",
            f"{yes.our_ratio:.2f} ×",
        ),
        yes.times_line(),
    ]


def run(server, action, durations, growths):
    """One flood through a server."""
    with Client(server) as client, PeakMemory(server.pid) as peak:
        durations.append(client.run(action))
    growths.append(peak.growth)


def bare(command):
    """Seconds for a command without any server, read by `cat`."""
    nice = f"renice -n {NICENESS} $$; echo {NICENESS} >/proc/$$/autogroup"
    started = time.perf_counter()
    subprocess.run(
        ["sh", "-c", f"({nice}) >/dev/null 2>&1; {command} | cat >/dev/null"],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        check=True,
    )
    return time.perf_counter() - started
