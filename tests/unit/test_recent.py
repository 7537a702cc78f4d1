"""The newest runs in memory: how many there are, and which ones go."""

import pytest

from octoprint_systemcommands.runs.history import recent
from octoprint_systemcommands.runs.history.database import Filter
from octoprint_systemcommands.runs.history.recent import MAX_RECENT, Recent
from octoprint_systemcommands.runs.record import Record, Status

EVERYTHING = Filter()


class Output:
    def __init__(self, kept):
        self.kept = kept


def record(seq, status=Status.SUCCEEDED):
    return Record(
        seq=seq,
        id=f"run{seq}",
        source="custom",
        action="note",
        name="Note",
        status=status,
        trigger="api",
    )


@pytest.fixture
def known():
    return Recent()


def kept(known, numbers):
    return [number for number in numbers if known.output(f"run{number}") is not None]


def test_the_newest_are_found_first(known):
    for seq in (2, 5, 3):
        known.put([record(seq)])
    known.put([record(3, Status.FAILED)])
    found = known.find(EVERYTHING, 10, None)
    assert [(each.seq, each.status) for each in found] == [
        (5, Status.SUCCEEDED),
        (3, Status.FAILED),
        (2, Status.SUCCEEDED),
    ]
    assert [each.seq for each in known.find(EVERYTHING, 1, before=5)] == [3]


def test_there_is_an_end_to_how_many_there_are(known):
    for seq in range(2 * MAX_RECENT):
        known.put([record(seq)])
        known.put_output(f"run{seq}", Output(1))
    newest = range(2 * MAX_RECENT - 1, MAX_RECENT - 1, -1)
    # however many are asked for
    found = known.find(EVERYTHING, 2 * MAX_RECENT, None)
    assert [each.seq for each in found] == list(newest)
    assert known.get("run0") is None
    assert kept(known, range(MAX_RECENT + 50)) == list(range(MAX_RECENT, MAX_RECENT + 50))


def test_outputs_have_an_end_together(known, mocker):
    mocker.patch.object(recent, "_MAX_OUTPUT", 100)
    for seq, size in enumerate((40, 40, 20, 30)):
        known.put([record(seq)])
        known.put_output(f"run{seq}", Output(size))
    assert kept(known, range(4)) == [1, 2, 3]
    # the same once more is in place of it
    known.put_output("run3", Output(40))
    assert kept(known, range(4)) == [1, 2, 3]
    # what is forgotten makes room
    known.forget([1])
    known.put_output("run0", Output(40))
    assert kept(known, range(4)) == [0, 2, 3]
    known.put_output("run4", Output(101))
    assert kept(known, range(5)) == []


def test_what_is_forgotten_is_gone_with_its_output(known):
    for seq in range(3):
        known.put([record(seq)])
        known.put_output(f"run{seq}", Output(1))
    known.forget([1])
    assert [each.seq for each in known.find(EVERYTHING, 10, None)] == [2, 0]
    assert kept(known, range(3)) == [0, 2]
    known.forget_of(None)
    assert known.find(EVERYTHING, 10, None) == []
    assert kept(known, range(3)) == []
