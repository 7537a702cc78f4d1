"""A synchronous `true`, beside the least that it can take.

The least is one request to the server plus one `sh -c true`, so both are measured in the same
rounds: whatever else the machine does meanwhile, it does to all of them.
"""

import subprocess
import time

from ..client import Client
from ..figures import line, median, ms, spread

COMMANDS = [
    {"action": "bench-true", "name": "True", "command": "true"},
    {"action": "bench-brief", "name": "Brief", "command": "sleep 0.1"},
]

ROUNDS = 300
# OctoPrint's own takes half a second whenever the command has not ended at its first look
THEIR_ROUNDS = 30
BRIEF_ROUNDS = 10


def measure(servers):
    theirs, ours, version, bare = [], [], [], []
    with Client(servers.theirs) as their_client, Client(servers.ours) as our_client:
        for _ in range(20):
            our_client.version()
            our_client.run("bench-true")
        their_client.run("bench-true")

        for number in range(ROUNDS):
            version.append(our_client.version())
            bare.append(bare_true())
            ours.append(our_client.run("bench-true"))
            if number % (ROUNDS // THEIR_ROUNDS) == 0:
                theirs.append(their_client.run("bench-true"))

        # `true` has sometimes ended already when OctoPrint looks for the first time
        their_brief = [their_client.run("bench-brief") for _ in range(BRIEF_ROUNDS)]
        our_brief = [our_client.run("bench-brief") for _ in range(BRIEF_ROUNDS)]

    least = median(version) + median(bare)
    ratio = median(ours) / least
    return [
        line(
            "synchronous `true` over HTTP, median",
            ms(median(theirs)),
            ms(median(ours)),
            "≤ 15 ms",
            median(ours) <= 0.015,
        ),
        line(
            "the same ÷ (GET /api/version + bare `sh -c true`)",
            f"{median(theirs) / least:.1f} ×",
            f"{ratio:.2f} ×",
            "≤ 2 ×",
            ratio <= 2,
        ),
        line(
            f"– GET /api/version and `sh -c true`, medians of {ROUNDS} rounds",
            "",
            f"{ms(median(version))} + {ms(median(bare))}",
        ),
        line(
            "– synchronous `true`: p50 / p95 / max",
            spread(theirs),
            spread(ours),
        ),
        line(
            f"– synchronous `sleep 0.1`, median of {BRIEF_ROUNDS}",
            ms(median(their_brief)),
            ms(median(our_brief)),
        ),
    ]


def bare_true():
    """Seconds for the command without any server."""
    started = time.perf_counter()
    subprocess.run(["sh", "-c", "true"], stdin=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started
