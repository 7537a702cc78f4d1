"""The list of runs with 10,000 in the history, beside GET /api/version.

A server of its own gets a history as some months of use leave it behind, so that the other
rows are not about a server with a past.
"""

import contextlib
import random
import secrets
import sqlite3
import time

from octoprint_systemcommands.runs.history.database import Database
from octoprint_systemcommands.runs.output.capture import STDOUT, Piece, pack

from ..client import Client, expect
from ..figures import line, percentile, spread
from ..servers import server, settle

COMMANDS = []

RUNS = 10000
ROUNDS = 400
RUNS_PATH = "/plugin/systemcommands/api/runs"

# Lists by what they show. The last one has to pass over nearly all runs to find its own.
LISTS = {
    "the first page": RUNS_PATH,
    "a page in the middle": f"{RUNS_PATH}?before={RUNS // 2}",
    "the failed ones of a command": f"{RUNS_PATH}?source=custom&action=webcam&status=failed",
    "the few stopped ones": f"{RUNS_PATH}?status=stopped",
}


def measure(servers):
    limits = {"max_runs": RUNS, "max_days": 3650}
    config = {"plugins": {"systemcommands": {"history": limits}}}
    with contextlib.closing(server(config)) as ours:
        fill(ours.basedir / "data" / "systemcommands" / "history.db")
        ours.start()
        settle(ours)
        version, lists = [], {title: [] for title in LISTS}
        with Client(ours) as client:
            for number in range(-20, ROUNDS):
                warm = number >= 0
                version += [client.version()][:warm]
                for title, path in LISTS.items():
                    lists[title] += [expect(200, *client.request("GET", path))][:warm]
        check(ours)

    least = percentile(version, 95)
    ratios = {title: percentile(lists[title], 95) / least for title in LISTS}
    return [
        *(
            line(
                f"list of runs with {RUNS:,} in the history ({title}), p95 ÷ that of "
                "GET /api/version",
                "–",
                f"{ratio:.2f} ×",
                "≤ 2 ×",
                ratio <= 2,
            )
            for title, ratio in ratios.items()
        ),
        line("– GET /api/version: p50 / p95 / max", "", spread(version)),
        *(
            line(f"– {title}: p50 / p95 / max", "", spread(seconds))
            for title, seconds in lists.items()
        ),
    ]


def check(server):
    """Make sure that all of it is there, and in pages of 25."""
    for page in ("", f"?before={RUNS // 2}"):
        if len(server.request("GET", RUNS_PATH + page)["runs"]) != 25:
            raise RuntimeError("the server does not list the runs that it should have")
    if not server.request("GET", f"{RUNS_PATH}?before=2")["runs"]:
        raise RuntimeError("the server has not kept the oldest run")


def fill(path, runs=RUNS):
    """Makes a history with runs of a few commands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Database(str(path)).close()  # makes the tables
    now = time.time()
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        for seq in range(1, runs + 1):
            run, output = past_run(seq, now)
            database.execute(
                f"INSERT INTO runs ({','.join(run)}) VALUES ({','.join('?' * len(run))})",
                list(run.values()),
            )
            database.execute(
                "INSERT INTO output (seq, pieces) VALUES (?, ?)",
                (seq, pack([Piece(0, STDOUT, output)])),
            )


ACTIONS = ["webcam", "light-on", "light-off", "backup", "ip", "fan"]


def past_run(seq, now):
    """A row of the history and the output that belongs to it."""
    chance = random.Random(seq)
    status, exit_code = chance.choices(
        [("succeeded", 0), ("failed", 1), ("stopped", -15)], [94, 5.5, 0.5]
    )[0]
    action = chance.choice(ACTIONS)
    output = b"".join(
        b"%06d of %s: copied what was new\n" % (number, action.encode())
        for number in range(chance.randrange(1, 60))
    )
    started = now - (RUNS - seq) * 600
    duration = chance.uniform(0.01, 30)
    return {
        "seq": seq,
        "id": secrets.token_hex(8),
        "source": "custom",
        "action": action,
        "name": action.replace("-", " ").capitalize(),
        "status": status,
        "exit_code": exit_code,
        "user": "admin",
        "trigger": chance.choice(["api", "menu"]),
        "queued_at": started,
        "started_at": started,
        "finished_at": started + duration,
        "duration": duration,
        "bytes": len(output),
        "kept": len(output),
        "hint": None,
        "pid": chance.randrange(1000, 30000),
        "pid_created": started,
        "ended": seq,
    }, output
