"""GET /api/version while 32 clients wait for a synchronous `sleep 5`.

Each of the 32 asks once; those that are refused with 503 are counted and do not ask again.
The requests that are timed are sent at fixed times, whether or not earlier ones have been
answered, as they are when many clients use a server. (One client that waits for every answer
would ask no more while the server hangs, and hardly notice that it does.)
"""

import threading
import time
from collections import Counter, deque

from ..client import Client, path_of
from ..figures import line, percentile, spread

COMMANDS = [{"action": "bench-sleep", "name": "Sleep", "command": "sleep 5"}]

CLIENTS = 32
INTERVAL = 0.05
IDLE_SECONDS = 4

# Ours is over in 5 seconds, and OctoPrint's own in half a minute
OUR_ROUNDS = 3
THEIR_ROUNDS = 1


class Rounds:
    """What one server did in some rounds of being idle and busy in turn."""

    def __init__(self, server, rounds):
        self.idle, self.busy, self.answers = [], [], Counter()
        for _ in range(rounds):
            until = time.monotonic() + IDLE_SECONDS
            self.idle += versions(server, lambda until=until: time.monotonic() < until)
            busy, answers = while_asked(server)
            self.busy += busy
            self.answers += answers
        self.ratio = percentile(self.busy, 95) / percentile(self.idle, 95)

    def describe_answers(self):
        counts = sorted(self.answers.items())
        return ", ".join(f"{number} times {status}" for status, number in counts)


def measure(servers):
    theirs = Rounds(servers.theirs, THEIR_ROUNDS)
    ours = Rounds(servers.ours, OUR_ROUNDS)
    return [
        line(
            f"GET /api/version while {CLIENTS} synchronous `sleep 5` are asked for, "
            "p95 ÷ p95 idle",
            f"{theirs.ratio:.1f} ×",
            f"{ours.ratio:.2f} ×",
            "≤ 2 ×",
            ours.ratio <= 2,
        ),
        line("– meanwhile: p50 / p95 / max", spread(theirs.busy), spread(ours.busy)),
        line("– idle: p50 / p95 / max", spread(theirs.idle), spread(ours.idle)),
        line(
            f"– answers to the {CLIENTS} (OctoPrint's: {THEIR_ROUNDS} round; "
            f"ours: {OUR_ROUNDS} rounds)",
            theirs.describe_answers(),
            ours.describe_answers(),
        ),
    ]


def while_asked(server):
    """From the moment at which the commands are asked for until all are answered: how long
    GET /api/version takes, and how many of the commands were answered with which status."""
    answers = Counter()

    def ask():
        with Client(server) as client:
            status, _ = client.request("POST", path_of("bench-sleep"))
            answers[status] += 1

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    durations = versions(server, lambda: any(thread.is_alive() for thread in threads))
    for thread in threads:
        thread.join()
    if sum(answers.values()) != CLIENTS:
        raise RuntimeError(f"of {CLIENTS} requests only these were answered: {answers}")
    return durations, answers


def versions(server, go_on):
    """The seconds that requests for /api/version take, sent at fixed times."""
    durations, threads, unused = [], [], deque()

    def ask():
        try:
            client = unused.pop()
        except IndexError:
            client = Client(server)
        durations.append(client.version())
        unused.append(client)

    due = time.monotonic()
    while not threads or go_on():
        threads.append(threading.Thread(target=ask, daemon=True))
        threads[-1].start()
        due += INTERVAL
        time.sleep(max(0, due - time.monotonic()))
    for thread in threads:
        thread.join()
    for client in unused:
        client.close()
    if len(durations) != len(threads):
        raise RuntimeError(f"{len(threads) - len(durations)} requests were not answered")
    return durations
