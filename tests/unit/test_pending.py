"""Runs that wait for a time, or for something to happen, before it can be their turn."""

import contextlib
import sqlite3

import pytest
from histories import COLUMNS_SINCE_6, finished, started
from processes import command
from test_guards import PRINTING, FakePrinter

from harness.waiting import wait_until
from octoprint_systemcommands.messages import Message
from octoprint_systemcommands.runs import pending, queue
from octoprint_systemcommands.runs.errors import Busy, Refused
from octoprint_systemcommands.runs.failure_hints import hints
from octoprint_systemcommands.runs.history import writer
from octoprint_systemcommands.runs.history.database import Filter
from octoprint_systemcommands.runs.request import Owner, Requester, RuleOrigin, Waiting
from octoprint_systemcommands.runs.runner import Runner

RULE = RuleOrigin("off", "Switch off", ("before",))
COLD = Message("the printer to cool down to %(limit)s °C", {"limit": "50"})
WAITING = Waiting(2_000_000_000.0, COLD, {"since": [1, 2.5]})


def by_rule(line="true", **fields):
    requester = Requester(None, "event", rule=RULE)
    return command(line, **fields)._replace(requester=requester)


def recorded(runner):
    return [record.status for record in runner._history.find(Filter(), 10)]


@pytest.fixture
def told():
    return []


@pytest.fixture
def subject(make_runner, told):
    return make_runner(on_change=told.append)


##~~ The runner


def test_it_is_pending_and_says_so(subject, told):
    run = subject.hold(by_rule()._replace(reason=Message("A print has ended")), WAITING)

    record = run.record()
    assert told == [record]
    assert (record.status, record.due_at, record.waits_for) == (
        "pending",
        2_000_000_000,
        COLD,
    )
    assert record.rule == RULE
    shown = record.to_dict()
    assert shown["rule"] == {"id": "off", "name": "Switch off"}
    assert shown["due_at"] == "2033-05-18T03:33:20.000Z"
    assert str(record.reason) == "A print has ended"
    assert record.started_at is None
    assert subject._history.get(run.id) == record


def test_its_turn_comes_when_it_is_released(subject, told):
    run = subject.hold(by_rule(), WAITING)
    assert subject.release(run.id) is run

    assert run.finished.wait(10)
    statuses = [record.status for record in told]
    assert statuses[0] == "pending"
    assert statuses[-1] == "succeeded"
    assert run.record().due_at is None
    assert run.record().waits_for is None
    # it is so once
    assert subject.release(run.id) is None


def test_others_of_its_command_are_waited_for_then(subject):
    first = subject.start(command("sleep 60", when_busy="queue"))
    run = subject.hold(by_rule(when_busy="queue"), WAITING)
    later = subject.start(command("true", when_busy="queue"))
    subject.release(run.id)
    assert run.status == "queued"

    subject.stop(first.id)
    assert run.finished.wait(20)
    assert later.finished.wait(20)
    # from its release on it is in the queue
    assert later.process.started < run.process.started


def test_what_is_refused_then_has_failed(make_runner):
    printer = FakePrinter()
    subject = make_runner(printer=printer)
    run = subject.hold(by_rule(while_printing="refuse", name="Off"), WAITING)
    printer.now = printer.now._replace(**PRINTING)

    assert subject.release(run.id) is run
    record = run.record()
    assert record.status == "failed"
    assert record.hint.code == hints.REFUSED
    assert record.hint.values["name"] == "Off"


def test_too_much_that_goes_on_refuses_it_as_well(subject, mocker):
    run = subject.hold(by_rule(), WAITING)
    mocker.patch.object(pending, "_MAX_PENDING", 1)
    mocker.patch.object(queue, "MAX_ACTIVE", 0)
    subject.release(run.id)

    assert (run.status, run.hint.code) == ("failed", hints.REFUSED)
    assert "Try again later" in run.hint.values["text"]


def test_a_person_is_told_and_it_stays_pending(make_runner, mocker):
    printer = FakePrinter(**PRINTING)
    subject = make_runner(printer=printer)
    run = subject.hold(by_rule(while_printing="confirm"), WAITING)
    with pytest.raises(Refused) as caught:
        subject.release(run.id, "anna")
    assert caught.value.reason == "confirm"
    assert run.record().due_at == WAITING.due_at

    # it is confirmed for now, and not for when it is due
    full = mocker.patch.object(
        queue, "decide", side_effect=Busy("as much as it can bear")
    )
    with pytest.raises(Busy):
        subject.release(run.id, "anna", confirmed=True)
    mocker.stop(full)
    with pytest.raises(Refused):
        subject.release(run.id, "anna")

    subject.release(run.id, "anna", confirmed=True)
    assert run.finished.wait(10)
    assert run.status == "succeeded"


def test_it_can_be_called_off_with_a_reason(subject, told):
    run = subject.hold(by_rule()._replace(reason=Message("A print has ended")), WAITING)
    assert subject.stop(run.id, "anna", Message("A new print")) is run

    record = run.record()
    assert (record.status, record.stopped_by) == ("stopped", "anna")
    assert str(record.reason) == "A new print"
    assert told[-1] == record
    assert subject.release(run.id) is None
    assert subject.stop(run.id) is None


def test_called_off_while_it_is_being_released(make_runner):
    subject = make_runner()

    class Late(FakePrinter):
        def state(self):
            subject.stop(run.id, "anna")
            assert not subject.wait_on(run.id, WAITING)
            assert subject.release(run.id) is None
            return super().state()

    subject._preparation._printer = Late()
    run = subject.hold(by_rule(while_printing="refuse"), WAITING)
    assert subject.release(run.id) is run
    assert run.record().status == "stopped"
    assert run.process is None
    assert not subject._active._runs


def test_what_it_waits_for_may_change_and_is_told_if_it_shows(subject, told):
    run = subject.hold(by_rule(), WAITING)
    assert subject.wait_on(run.id, WAITING._replace(memo={"since": 3}))
    assert len(told) == 1
    assert run.waiting.memo == {"since": 3}

    assert subject.wait_on(run.id, Waiting(None, COLD))
    assert [record.due_at for record in told] == [WAITING.due_at, None]
    subject.stop(run.id)
    assert not subject.wait_on(run.id, WAITING)
    assert run.status == "stopped"


def test_pending_ones_do_not_count_as_going_on(subject, mocker):
    mocker.patch.object(queue, "MAX_ACTIVE", 1)
    for _ in range(3):
        subject.hold(by_rule(when_busy="refuse"), WAITING)

    assert subject.execute(command("true", when_busy="refuse")).status == "succeeded"


def test_there_is_a_bound(subject, mocker):
    mocker.patch.object(pending, "_MAX_PENDING", 2)
    run, _ = (subject.hold(by_rule(), WAITING) for _ in range(2))
    with pytest.raises(Busy, match="2 runs are pending"):
        subject.hold(by_rule(), WAITING)
    subject.stop(run.id)
    subject.hold(by_rule(), WAITING)


@pytest.mark.parametrize(
    "memo", [{"much": "x" * 70_000}, {"no": float("nan")}, {"no": object()}]
)
def test_a_memo_has_to_be_json_and_small(subject, memo):
    with pytest.raises((ValueError, TypeError)):
        subject.hold(by_rule(), Waiting(memo=memo))
    run = subject.hold(by_rule(), WAITING)
    with pytest.raises((ValueError, TypeError)):
        subject.wait_on(run.id, Waiting(memo=memo))
    assert run.waiting == WAITING


def test_the_end_of_the_server_leaves_them_pending(subject):
    run = subject.hold(by_rule(), WAITING)
    subject.shut_down()

    assert subject.release(run.id) is None
    with pytest.raises(Busy):
        subject.hold(by_rule(), WAITING)
    assert run.record().status == "pending"
    assert not run.finished.is_set()


def test_what_an_error_keeps_from_being_checked_has_failed(make_runner):
    printer = FakePrinter()
    subject = make_runner(printer=printer)
    run = subject.hold(by_rule(while_printing="refuse"), WAITING)
    printer.now = RuntimeError("no such printer")
    subject.release(run.id)

    assert (run.status, run.hint.code) == ("failed", hints.NOT_STARTED)


##~~ The history, over a restart


@pytest.fixture
def left(open_history):
    """The record of a run that a server which is gone has left pending."""
    history = open_history()
    runner = Runner(history)
    request = by_rule()._replace(
        reason=Message("%(file)s has ended", {"file": "a.gcode"}),
        values=command("").values._replace(shown={"size": 5}),
    )
    run = runner.hold(request, WAITING)
    # the last of them is what counts
    runner.wait_on(run.id, WAITING._replace(memo={"since": "later"}))
    started(history)
    history.close()
    return run.record()


def test_the_next_server_finds_them(left, open_history, path):
    told = []
    history = open_history(on_kept=told.append)
    wait_until(lambda: told)

    assert told == [[(left, {"since": "later"})]]
    assert history.kept_pending() == told[0]
    assert history.get(left.id) == left
    assert {r.status for r in history.find(Filter(), 10)} == {"pending", "interrupted"}


def test_and_goes_on_with_them(left, open_history):
    history = open_history()
    runner = Runner(history)
    wait_until(history.kept_pending)
    request = by_rule()._replace(reason=left.reason)
    run = runner.hold(request, Waiting(due_at=2_100_000_000), resumed=left)

    assert history.kept_pending() == []
    record = run.record()
    assert (record.id, record.seq, record.queued_at) == (
        left.id,
        left.seq,
        left.queued_at,
    )
    assert len(history.find(Filter(), 10)) == 2
    runner.release(run.id)
    assert run.finished.wait(10)
    history.close()

    again = open_history()
    wait_until(lambda: again.get(left.id).status == "succeeded")
    assert again.kept_pending() == []
    assert again.get(left.id).reason == left.reason
    assert again.get(left.id).finished_at >= left.queued_at


def test_or_calls_them_off(left, open_history):
    history = open_history()
    runner = Runner(history)
    wait_until(history.kept_pending)
    runner.end_kept(left, Message("The rule is gone"))
    history.close()

    history = open_history()
    record = wait_until(lambda: history.get(left.id))
    assert (record.status, str(record.reason)) == ("stopped", "The rule is gone")
    assert (record.rule, record.arguments) == (RULE, {"size": 5})
    assert history.kept_pending() == []


def test_clearing_leaves_them(left, open_history):
    history = open_history()
    wait_until(history.kept_pending)

    assert history.clear() == 1
    assert [record.id for record in history.find(Filter(), 10)] == [left.id]


def test_one_that_fails_to_go_on_hurts_nobody(left, open_history, caplog):
    def fail(kept):
        raise RuntimeError("no rules")

    history = open_history(on_kept=fail)
    wait_until(lambda: "no rules" in caplog.text)
    assert history.kept_pending() == [(left, {"since": "later"})]


def test_a_damaged_memo_is_empty(left, open_history, path):
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE runs SET memo = '{'")
    history = open_history()
    wait_until(history.kept_pending)

    assert history.kept_pending() == [(left, {})]


@pytest.mark.parametrize(
    ("column", "value"),
    [("rule", '["off"]'), ("reason", '["%(x)s", {"y": "1"}]'), ("waits_for", "5")],
)
def test_damaged_fields_are_said(left, open_history, path, column, value):
    with contextlib.closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"UPDATE runs SET {column} = ? WHERE memo NOT NULL", (value,))
    record = wait_until(lambda: open_history().get(left.id))

    assert record.hint.values == {"fields": column}
    assert getattr(record, column) is None


def test_what_rules_have_begun_can_be_asked_for(left, open_history):
    history = open_history()
    nobodys = Filter(owner=Owner("anna"))
    wait_until(lambda: history.find(Filter(), 10))

    assert history.find(nobodys, 10) == []
    assert history.find(nobodys._replace(with_rules=True), 10) == [left]
    assert left in history._memory.find_recent(
        nobodys._replace(with_rules=True), 10, None
    )


def test_a_file_without_rules_is_read_as_it_is(open_history, path, mocker):
    mocker.patch.object(writer, "_RETRY_INTERVAL", 0.1)
    history = open_history()
    run = Runner(history).execute(command("true"))
    history.close()
    with contextlib.closing(sqlite3.connect(path)) as other:
        for column in COLUMNS_SINCE_6:
            other.execute(f"ALTER TABLE runs DROP COLUMN {column}")
        other.execute("PRAGMA user_version = 6")
        # nothing can be changed in it while this one is at work
        other.execute("BEGIN IMMEDIATE")
        history = open_history()
        wait_until(lambda: history.warning)
        assert history.get(run.id) == run.record()
        with_rules = Filter(owner=Owner("anna"), with_rules=True)
        assert history.find(with_rules, 10) == []
        assert [record.id for record in history.find(Filter(), 10)] == [run.id]
        other.execute("ROLLBACK")
    finished(history)
    wait_until(lambda: not history.warning and not history._memory.unwritten)
    assert history.get(run.id) == run.record()
