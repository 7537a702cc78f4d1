"""What a run writes to the disk is little: there are SD cards."""

import contextlib
import os

import pytest
from histories import ME, begin, end
from processes import command

from benchmarks.scenarios.history import fill
from octoprint_systemcommands.runs.history.database import Database
from octoprint_systemcommands.runs.history.retention import Limits
from octoprint_systemcommands.runs.output.capture import STDOUT
from octoprint_systemcommands.runs.run import Run

KEPT = 300
RUNS = 40


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "data" / "history.db"
    fill(path, KEPT)
    with contextlib.closing(Database(str(path))) as database:
        yield database


def test_a_run_makes_an_old_one_go_and_writes_little(database, tmp_path):
    log = tmp_path / "data" / "history.db-wal"
    limits = Limits(KEPT, 3650)

    def write():
        run = Run(database.last_seq() + 1, command("true")._replace(requester=ME))
        begin(run)
        run.output.write(STDOUT, b"a line\n" * 10)
        end(run)
        database.write([(run, run.record())], limits)
        assert len(database.forgotten) == 1

    for _ in range(5):
        write()
    before = os.path.getsize(log)
    for _ in range(RUNS):
        write()
    # in this log, each changed page is written as a whole
    assert 0 < os.path.getsize(log) - before < RUNS * 24 * 1024
