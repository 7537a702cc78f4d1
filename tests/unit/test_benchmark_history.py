"""The history that the benchmark makes is one that the plugin reads."""

import contextlib

from benchmarks.scenarios.history import fill
from octoprint_systemcommands.runs.history.database import Database, Filter


def test_the_benchmark_makes_a_history(tmp_path):
    path = tmp_path / "data" / "history.db"
    fill(path, runs=3)
    with contextlib.closing(Database(str(path))) as database:
        records = database.find(Filter(), 10, None)
        assert [record.seq for record in records] == [3, 2, 1]
        for record in records:
            _, total = database.output(record).pieces()
            assert total == record.bytes > 0
