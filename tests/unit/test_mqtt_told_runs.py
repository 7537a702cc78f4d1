"""What is told of runs by MQTT."""

import logging

import pytest

from octoprint_systemcommands.runs.record import Record, Status
from octoprint_systemcommands.triggers.mqtt.inbox import Missed
from octoprint_systemcommands.triggers.mqtt.told_runs import MAX_RUNS, Awaited, ToldRuns


class FakeRun:
    """A run that is as far as the test says."""

    def __init__(self, run_id, status=Status.RUNNING):
        self.id = run_id
        self.status = status

    def record(self, trigger="mqtt"):
        return Record(0, self.id, "custom", "a", "A", self.status, trigger=trigger)


@pytest.fixture
def told():
    """`told.ends`: (topic, id of the message, id of the run, status); `told.events`: (type,
    run)."""
    ends, events = [], []
    subject = ToldRuns(
        lambda topic, said: ends.append((topic, said["id"], said["run"], said["status"])),
        lambda said: events.append((said["event_type"], said["run"])),
    )
    subject.ends, subject.events = ends, events
    return subject


def awaited(run, id_="7"):
    return Awaited(run, "reply", "Left", id_)


def test_an_end_is_told_once(told):
    run = FakeRun("1")
    told.await_end(awaited(run))
    assert told.ends == []
    run.status = Status.FAILED
    told.changed(run.record())
    told.changed(run.record())
    assert told.ends == [("reply", "7", "1", "failed")]


def test_one_that_was_over_before_it_was_awaited(told):
    run = FakeRun("1", Status.SUCCEEDED)
    told.await_end(awaited(run))
    told.changed(run.record())
    assert told.ends == [("reply", "7", "1", "succeeded")]
    assert told.events == [("succeeded", "1")]


def test_events_of_all_runs_but_tests(told):
    for trigger in ("mqtt", "menu", "test"):
        run = FakeRun(trigger)
        # it may be told more than once that it runs
        told.changed(run.record(trigger))
        told.changed(run.record(trigger))
        run.status = Status.STOPPED
        told.changed(run.record(trigger))
    assert told.events == [
        (event, trigger)
        for trigger in ("mqtt", "menu")
        for event in ("started", "stopped")
    ]
    assert told.ends == []


def test_ends_that_were_missed_reach_who_waits_for_them(told, caplog):
    caplog.set_level(logging.WARNING)
    over, running = FakeRun("over"), FakeRun("running")
    told.await_end(awaited(over, "7"))
    told.await_end(awaited(running, "8"))
    over.status = Status.SUCCEEDED
    told.missed(Missed(12))
    assert told.ends == [("reply", "7", "over", "succeeded")]
    assert told.events == []
    assert "12 starts and ends" in caplog.text
    running.status = Status.FAILED
    told.changed(running.record())
    assert told.ends[1:] == [("reply", "8", "running", "failed")]


def test_no_more_runs_than_it_can_hold(told):
    runs = [FakeRun(str(number)) for number in range(MAX_RUNS + 1)]
    for run in runs:
        told.await_end(awaited(run))
        told.changed(run.record())
    told.events.clear()
    # it was forgotten that the first has begun, and who waits for it
    told.changed(runs[0].record())
    told.changed(runs[-1].record())
    assert told.events == [("started", "0")]
    for run in runs:
        run.status = Status.SUCCEEDED
    told.missed(Missed(1))
    assert len(told.ends) == MAX_RUNS
