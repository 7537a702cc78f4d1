"""What runs write to the disk, and what they leave in memory, for machines with 1 GB and an SD card.

A server of its own with a history that is full, as it is nearly always: each run makes an old
one go. Its runs print a line and come one after the other, which is the worst for a disk: what
comes at once is written at once. Written is what the kernel has to bring to the disk
(``write_bytes``), synced is how often the server waits for that, as strace counts it. A run is
written when it has begun and when it has ended, at once if that takes no longer than 20 ms; with
strace it often does.
"""

import contextlib
import re
import shutil
import subprocess
import time

import psutil

from ..client import Client
from ..figures import line
from ..servers import server, settle
from .history import fill

COMMANDS = []

KEPT = 1000
RUNS = 100
LONG = 5000
COMMAND = {"action": "small", "name": "Small", "command": "echo done"}

# what a run may write, in bytes, the log of OctoPrint included
_MOST = 32 * 1024

# longer than the writer collects changes
_APART = 0.1


def measure(servers):
    config = {
        "plugins": {
            "systemcommands": {
                "commands": [COMMAND],
                "history": {"max_runs": KEPT, "max_days": 3650},
            }
        }
    }
    with contextlib.closing(server(config)) as ours:
        fill(ours.basedir / "data" / "systemcommands" / "history.db", KEPT)
        ours.start()
        settle(ours)
        with Client(ours) as client:
            run(client, RUNS)
            idle = written(ours, lambda: time.sleep(RUNS * _APART))
            bytes_ = written(ours, lambda: run(client, RUNS, _APART)) - idle
            syncs = synced(ours, lambda: run(client, RUNS, _APART))
            before = memory(ours)
            run(client, LONG)
            settle(ours)
            growth = memory(ours) - before
    return [
        line(
            f"bytes written to the disk by {RUNS} runs",
            "–",
            f"{bytes_ / 1024:.0f} KB",
            f"≤ {RUNS * _MOST / 1024:.0f} KB",
            bytes_ <= RUNS * _MOST,
        ),
        line(
            f"fsync by {RUNS} runs",
            "–",
            "strace is missing" if syncs is None else str(syncs),
            f"≤ {2 * RUNS}",
            None if syncs is None else syncs <= 2 * RUNS,
        ),
        line(
            f"growth of the server's memory by {LONG:,} runs",
            "–",
            f"{growth / 2**20:.1f} MB",
            "≤ 8 MB",
            growth <= 8 * 2**20,
        ),
    ]


def run(client, number, apart=0.0):
    """Runs so many commands, one after the other."""
    for _ in range(number):
        client.run(COMMAND["action"])
        time.sleep(apart)


def written(ours, do):
    """The bytes that the server has had written meanwhile."""
    process = psutil.Process(ours.pid)
    before = process.io_counters().write_bytes
    do()
    return process.io_counters().write_bytes - before


def synced(ours, do):
    """How often the server has waited for the disk meanwhile; None if nobody can tell."""
    if shutil.which("strace") is None:
        return None
    trace = subprocess.Popen(
        ["strace", "-c", "-f", "-e", "trace=fsync,fdatasync", "-p", str(ours.pid)],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        time.sleep(1)  # until it is there
        do()
    finally:
        trace.terminate()
        _, said = trace.communicate(timeout=30)
    rows = re.findall(r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+).*f(?:data)?sync$", said, re.M)
    return sum(map(int, rows))


def memory(ours):
    """The memory of the server that is its alone, in bytes."""
    return psutil.Process(ours.pid).memory_full_info().uss
