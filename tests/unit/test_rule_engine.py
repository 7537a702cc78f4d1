"""Which rules fire, and what becomes of them; with clocks of the test's own."""

import threading

import pytest
from rules_world import NOON, World, rule

from octoprint_systemcommands.commands.catalogue import UnknownAction
from octoprint_systemcommands.runs.record import Record, Status
from octoprint_systemcommands.runs.request import Requester, RuleOrigin
from octoprint_systemcommands.triggers import engine as engine_module
from octoprint_systemcommands.triggers.happening import Happening

STARTED = {"event": "print_started"}
ENDED = {"event": "print_ended"}
FILE = {"name": "a.gcode", "path": "folder/a.gcode", "origin": "local"}


def ended(run_id="x", action="backup", status=Status.FAILED, **fields):
    return Record(
        seq=1,
        id=run_id,
        source="custom",
        action=action,
        name=action,
        status=status,
        started_at=1.0,
        **fields,
    )


def a_print(world):
    """A print that has just ended, by its events."""
    world.fires("PrintStarted", **FILE)
    world.printer.prints(False)
    world.fires("PrinterStateChanged", state_id="FINISHING")
    world.fires("PrintDone", **FILE)
    world.fires("PrinterStateChanged", state_id="OPERATIONAL")


class TestFiring:
    def test_what_people_mean(self):
        world = World(rule(when=STARTED))

        world.fires("PrintStarted", **FILE)

        (request,) = world.house.started
        assert request.action == "c"
        assert request.source == "custom"
        assert request.requester == Requester(
            user=None, trigger="event", rule=RuleOrigin("r", "r")
        )
        assert str(request.reason) == "a print has started"
        assert request.event["OCTOPRINT_EVENT"] == "print_started"
        assert request.event["OCTOPRINT_EVENT_PATH"] == "folder/a.gcode"
        assert world.news_of() == "has fired"

    def test_an_event_of_octoprints_own(self):
        world = World(rule(when={"event": "ZChange"}, arguments={"a": 1}, confirmed=True))

        world.fires("ZChange", new=1)

        (request,) = world.house.started
        assert request.arguments == {"a": 1}
        assert request.confirmed
        assert str(request.reason) == "the event ZChange"

    def test_a_rule_that_is_switched_off_does_not(self):
        world = World(rule(when=STARTED, enabled=False))

        world.fires("PrintStarted", **FILE)

        assert world.started == []

    def test_a_rule_that_was_saved_meanwhile_does(self):
        world = World()
        world.rules.append(rule(when={"event": "ZChange"}))
        world.engine.rules_changed()
        world.engine.step()

        world.fires("ZChange")

        assert world.started == ["c"]

    def test_the_payload_is_as_it_was_when_it_was_fired(self):
        world = World(rule(when={"event": "PrintCancelled"}))
        payload = {"path": "a", "position": {"x": 1}}
        world.engine.on_event("PrintCancelled", payload)

        payload["reason"] = "cancelled"
        payload["position"]["x"] = 2
        world.engine.step()

        assert world.house.started[0].event["OCTOPRINT_EVENT_JSON"] == (
            '{"path": "a", "position": {"x": 1}}'
        )

    def test_conditions_of_what_has_happened_and_of_the_printer(self):
        world = World(
            rule(when=STARTED, **{"if": {"origin": "local", "file": "*.gcode"}})
        )

        world.fires("PrintStarted", **{**FILE, "origin": "sdcard"})
        assert world.started == []
        assert world.news_of() == "did not run: its conditions were not met"
        world.has_passed(5)
        world.fires("PrintStarted", **FILE)
        assert world.started == ["c"]

    def test_a_condition_of_the_printer(self):
        world = World(rule(when={"event": "ZChange"}, **{"if": {"printing": True}}))

        world.fires("ZChange")
        world.printer.prints()
        world.fires("ZChange")

        assert world.started == ["c"]

    @pytest.mark.parametrize(
        ("payload", "wanted", "fires"),
        [
            ({"path": "a/b.gcode", "name": "b.gcode"}, {"file": "b.gcode"}, True),
            ({"path": "a/b.gcode", "name": "b.gcode"}, {"file": "a/*"}, True),
            ({"name": "not a file"}, {"file": "selected.gcode"}, True),
            ({"storage": "printer"}, {"origin": "sdcard"}, True),
            ({"target": "local"}, {"origin": "local"}, True),
            ({"origin": "local"}, {"origin": "sdcard"}, False),
            ({}, {"connected": True, "state": "OPERATIONAL"}, True),
            ({"state": "its own"}, {"state": "OPERATIONAL"}, False),
        ],
    )
    def test_what_conditions_know(self, payload, wanted, fires):
        world = World(rule(when={"event": "Odd"}, **{"if": wanted}))
        world.printer.now = world.printer.now._replace(file="selected.gcode")

        world.fires("Odd", **payload)

        assert bool(world.started) is fires

    def test_a_command_that_is_not_there_is_said(self):
        world = World(rule(when=STARTED))
        world.house.error = UnknownAction("custom:c")

        world.fires("PrintStarted", **FILE)

        assert world.news_of() == 'not run: there is no command "c"'

    def test_an_error_of_one_rule_keeps_no_other_from_firing(self, mocker):
        world = World(rule(when=STARTED), rule(id="s", run="d", when=STARTED))
        hold = world.house.hold

        def fails_once(*args):
            world.house.hold = hold
            raise MemoryError

        mocker.patch.object(world.news, "tell", side_effect=[ValueError, None, None])
        world.house.hold = fails_once
        world.fires("PrintStarted", **FILE)

        assert world.started == ["d"]

    def test_an_action_of_the_printer(self):
        world = World(rule(when={"action": "probe"}))

        world.engine.on_action("other", "")
        world.engine.on_action("probe", "a b")
        world.engine.step()

        (request,) = world.house.started
        assert request.event["OCTOPRINT_EVENT_PARAMS"] == "a b"
        assert str(request.reason) == "the printer has sent //action:probe"
        told = world.engine.last_payloads()["action probe"]
        assert told == (NOON, {"action": "probe", "params": "a b"})

    def test_a_schedule(self):
        world = World(rule(when={"schedule": "every 15 min"}))

        world.has_passed(14 * 60)
        assert world.started == []
        world.has_passed(60)

        (request,) = world.house.started
        assert request.requester.trigger == "schedule"
        assert str(request.reason) == "it was time: every 15 min"

    def test_what_happens_while_the_server_starts_is_not_lost(self):
        world = World(rule(when={"event": "ZChange"}), rule(id="a", when={"action": "a"}))
        world.make_engine(is_started=False)

        world.engine.on_event("ZChange", {})
        world.engine.on_action("a")
        world.engine.step()

        assert world.started == ["c", "c"]

    def test_the_start_of_the_server(self):
        world = World(rule(when={"event": "startup"}))
        world.engine.start()
        try:
            deadline = threading.Event()
            while not world.house.started:
                deadline.wait(0.01)
        finally:
            world.engine.stop()

        assert world.started == ["c"]

    def test_nothing_fires_after_the_end(self):
        world = World(rule(when=STARTED))
        world.engine.stop()

        world.fires("PrintStarted", **FILE)

        assert world.started == []


class TestStorms:
    def test_once_a_second_at_most(self):
        world = World(rule(when={"event": "ZChange"}))

        for _ in range(50):
            world.fires("ZChange")
        assert world.started == ["c"]
        world.has_passed(1)
        assert world.started == ["c"]
        assert "it happened 49 more times" in world.news_of()
        assert world.engine.state()["r"].run_id == "run1"

        world.fires("ZChange")
        assert world.started == ["c", "c"]

    def test_nothing_is_left_out_that_a_rule_could_still_fire_for(self):
        world = World(
            rule(id="any", when={"event": "ZChange"}),
            rule(
                id="high", when={"event": "ZChange"}, run="high", **{"if": {"new": "9"}}
            ),
        )

        world.fires("ZChange", new="1")
        world.fires("ZChange", new="9")
        assert world.started == ["c", "high"]

        # both have fired
        world.fires("ZChange", new="9")
        assert world.started == ["c", "high"]

    def test_what_calls_off_is_never_left_out(self):
        waits = rule(
            id="w",
            when={"event": "ZChange"},
            wait={"for": "1 h"},
            cancelled_by=["FileAdded"],
        )
        world = World(rule(id="added", when={"event": "FileAdded"}), waits)

        world.fires("FileAdded")
        world.fires("ZChange")
        assert len(world.house.pending) == 1
        world.fires("FileAdded")

        assert world.house.pending == {}

    def test_another_rule_is_heard_at_once(self):
        first = rule(id="first", when={"event": "ZChange"})
        world = World(first)
        world.fires("ZChange")

        world.rules = [first, rule(id="second", when={"event": "ZChange"}, run="second")]
        world.engine.step()
        world.fires("ZChange")

        assert world.started == ["c", "second"]

    def test_the_end_of_a_print_is_never_left_out(self):
        world = World(rule(when=ENDED))

        a_print(world)
        a_print(world)

        assert world.started == ["c", "c"]

    def test_a_storm_makes_nobody_look_at_the_printer(self, mocker):
        off = rule(id="off", when=ENDED, wait={"until": {"max_temperature": 50}})
        world = World(rule(when={"event": "ZChange"}), off)
        world.printer.is_at(200.0)
        a_print(world)
        look = mocker.spy(world.printer, "state")

        for _ in range(50):
            world.fires("ZChange")

        assert look.call_count == 0

    def test_what_does_not_fit_is_left_out_and_said_once(self, caplog):
        world = World(rule(when={"event": "ZChange"}))

        with caplog.at_level("WARNING"):
            for _ in range(10_000):
                world.engine.on_event("ZChange", {})
            world.engine.step()

        assert world.started == ["c"]
        assert caplog.text.count("came too fast") == 1

    def test_a_storm_keeps_no_print_from_ending(self):
        world = World(rule(when={"event": "ZChange"}), rule(id="e", run="e", when=ENDED))
        world.fires("PrintStarted", **FILE)

        for _ in range(10_000):
            world.engine.on_event("ZChange", {})
        world.engine.on_event("PrintDone", FILE)
        world.engine.on_event("PrinterStateChanged", {"state_id": "OPERATIONAL"})
        world.engine.step()

        assert world.started == ["c", "e"]


class TestChains:
    def test_a_rule_does_not_fire_for_what_it_has_started(self):
        world = World(rule(when={"run": "c"}, run="c"))
        world.engine.run_changed(ended("foreign", action="c"))
        world.engine.step()
        assert world.started == ["c"]

        world.has_passed(10)
        world.engine.run_changed(ended("run1", action="c"))
        world.engine.step()

        assert world.started == ["c"]
        assert world.news_of() == "has not fired: its own command was the cause"

    def test_nor_for_the_events_of_its_own_run(self):
        world = World(rule(when={"event": "plugin_systemcommands_run_finished"}))
        world.fires("plugin_systemcommands_run_finished", id="foreign")
        assert world.started == ["c"]

        world.has_passed(10)
        world.fires("plugin_systemcommands_run_finished", id="run1")

        assert world.started == ["c"]

    def test_a_chain_ends_after_five(self):
        names = "abcdefg"
        world = World(
            *(
                rule(id=name, when={"run": before}, run=name)
                for before, name in zip(names, names[1:])
            )
        )
        world.engine.run_changed(ended("x", action="a"))
        for number, name in enumerate(names[1:], start=1):
            world.engine.step()
            world.engine.run_changed(ended(f"run{number}", action=name))
        world.engine.step()

        assert world.started == ["b", "c", "d", "e", "f"]
        assert world.house.started[-1].requester.rule.chain == ("b", "c", "d", "e")
        assert "5 rules in a row" in world.news_of("g")


class TestEndsOfRuns:
    @pytest.mark.parametrize(
        ("when", "record", "fires"),
        [
            ({"run": "backup"}, ended(status=Status.SUCCEEDED), True),
            ({"run": "backup", "status": "failed"}, ended(), True),
            (
                {"run": "backup", "status": "failed"},
                ended(status=Status.TIMED_OUT),
                False,
            ),
            ({"run": "other"}, ended(), False),
            ({"run": "backup", "source": "core"}, ended(), False),
            ({"run": "backup"}, ended(trigger="test"), False),
            ({"run": "backup"}, ended(status=Status.RUNNING), False),
            # toggles
            ({"run": "light"}, ended(action="light", to="on"), True),
            ({"run": "light"}, ended(action="light", to="off"), True),
            ({"run": "light:off"}, ended(action="light", to="off"), True),
            ({"run": "light:off"}, ended(action="light", to="on"), False),
            ({"run": "light:on"}, ended(action="light"), False),
            ({"run": "light:on"}, ended(action="light:on"), True),
            (
                {"run": "backup"},
                ended(status=Status.STOPPED)._replace(started_at=None),
                False,
            ),
        ],
    )
    def test_by_what_it_waits_for(self, when, record, fires):
        world = World(rule(when=when))

        world.engine.run_changed(record)
        world.engine.step()

        assert bool(world.started) is fires

    def test_the_command_learns_how_it_has_ended(self):
        world = World(rule(when={"run": "backup"}))

        world.engine.run_changed(ended(exit_code=3))
        world.engine.step()

        event = world.house.started[0].event
        assert event["OCTOPRINT_EVENT_STATUS"] == "failed"
        assert event["OCTOPRINT_EVENT_TO"] == ""
        assert event["OCTOPRINT_EVENT_EXIT_CODE"] == "3"


class TestWaiting:
    def off(self, **fields):
        return rule(when=ENDED, wait={"for": "10 min"}, **fields)

    def test_it_waits(self):
        world = World(self.off())
        a_print(world)

        assert world.started == []
        assert world.house.pending["run1"].due_at == NOON + 600
        assert world.news_of() == "has fired; its command waits"
        world.has_passed(599)
        assert world.started == []
        world.has_passed(1)
        assert world.started == ["c"]
        assert world.news_of() == "has fired"

    def test_the_next_print_calls_it_off(self):
        world = World(self.off())
        a_print(world)

        world.fires("PrintStarted", **FILE)
        world.has_passed(3600)

        assert world.started == []
        assert world.house.stopped == {"run1": "cancelled: a print has started"}

    def test_also_one_that_octoprint_has_not_told_of_yet(self):
        world = World(self.off())
        a_print(world)
        world.has_passed(599)

        world.printer.prints(True)
        world.has_passed(1)

        assert world.started == []
        assert world.house.stopped == {"run1": "cancelled: a print has started"}

    def test_the_print_that_it_waits_in_does_not(self):
        world = World(rule(when=STARTED, wait={"for": "10 min"}))
        world.printer.prints(True)
        world.fires("PrintStarted", **FILE)
        world.has_passed(600)

        assert world.started == ["c"]

    @pytest.mark.parametrize("event", ["print_paused", "FileAdded"])
    def test_nor_the_print_that_goes_on(self, event):
        world = World(rule(when={"event": event}, wait={"for": "5 min"}))
        world.fires("PrintStarted", **FILE)
        world.printer.prints(True)
        world.fires("PrintPaused" if event == "print_paused" else event, **FILE)
        world.has_passed(300)

        assert world.started == ["c"]

    def test_unless_it_is_to_stay(self):
        world = World(self.off(cancelled_by=[]))
        a_print(world)

        world.fires("PrintStarted", **FILE)
        world.has_passed(3600)

        assert world.started == ["c"]

    def test_another_firing_begins_it_anew(self):
        world = World(self.off(cancelled_by=[]))
        a_print(world)
        world.has_passed(400)
        a_print(world)

        assert list(world.house.pending) == ["run1"]
        assert world.house.pending["run1"].due_at == NOON + 1000
        world.has_passed(300)
        assert world.started == []
        world.has_passed(300)
        assert world.started == ["c"]

    def test_what_somebody_has_called_off_is_not_gone_on_with(self):
        world = World(self.off(cancelled_by=[]))
        a_print(world)
        world.house.stop("run1")
        world.has_passed(10)

        a_print(world)

        assert list(world.house.pending) == ["run2"]

    def test_what_somebody_wants_now_is_not_run_twice(self):
        world = World(self.off())
        a_print(world)
        run = world.house.release("run1")
        world.engine.run_changed(run.record())

        world.has_passed(3600)

        assert world.started == ["c"]
        assert world.news_of() == "has fired"

    def test_what_somebody_has_called_off_is_said(self):
        world = World(self.off())
        a_print(world)
        record = world.house.runs["run1"].record()._replace(status=Status.STOPPED)
        world.engine.run_changed(record)

        world.engine.step()

        assert world.news_of() == "cancelled"

    @pytest.mark.parametrize(
        ("after", "reason"),
        [
            ([], "its rule was deleted"),
            ([{"enabled": False}], "its rule was switched off"),
            ([{"run": "d"}], "its rule was changed"),
        ],
    )
    def test_the_rule_is_another_one_meanwhile(self, after, reason):
        world = World(self.off())
        a_print(world)

        world.rules[:] = [self.off(**fields) for fields in after]
        world.has_passed(3600)

        assert world.started == []
        assert reason in world.house.stopped["run1"]

    def test_until_it_is_cold_and_idle(self):
        world = World(
            rule(when=ENDED, wait={"until": {"max_temperature": 50, "idle": "5 min"}})
        )
        world.printer.is_at(200.0)
        a_print(world)
        assert str(world.house.pending["run1"].waits_for).endswith("cool down to 50 °C")
        assert world.house.pending["run1"].due_at is None

        world.has_passed(600)
        world.printer.is_at(45.0)
        world.has_passed(1)
        assert world.started == ["c"]

    def test_idle_begins_anew_with_each_print(self):
        world = World(rule(when=ENDED, wait={"until": {"idle": "5 min"}}))
        a_print(world)
        world.has_passed(300)
        assert world.started == ["c"]

        # nobody looks while nothing waits
        world.has_passed(60)
        world.printer.prints(True)
        world.fires("PrinterStateChanged", state_id="PRINTING")
        world.has_passed(3600)
        a_print(world)
        world.has_passed(299)
        assert world.started == ["c"]
        world.has_passed(1)
        assert world.started == ["c", "c"]

    def test_what_was_idle_before_counts(self):
        world = World(
            rule(when={"schedule": "every 1 h"}, wait={"until": {"idle": "5 min"}})
        )
        world.printer.prints(False)
        world.fires("PrinterStateChanged", state_id="OPERATIONAL")
        world.has_passed(3600)

        assert world.started == ["c"]

    def test_the_command_learns_what_has_happened_last(self):
        world = World(rule(when={"event": "FileAdded"}, wait={"for": "1 min"}))
        world.fires("FileAdded", name="a.gcode")
        world.has_passed(30)
        world.fires("FileAdded", name="b.gcode")
        world.has_passed(60)

        (request,) = world.house.started
        assert request.event["OCTOPRINT_EVENT_NAME"] == "b.gcode"

    def test_it_waits_on_when_somebody_wants_it_in_vain(self):
        world = World(self.off())
        a_print(world)
        refuse, world.house.release = world.house.release, lambda run_id, user=None: None
        world.has_passed(600)
        assert world.started == []

        world.house.release = refuse
        world.has_passed(1)
        assert world.started == ["c"]

    def test_it_does_not_count_as_idle_while_it_is_heated(self):
        world = World(rule(when=ENDED, wait={"until": {"idle": "5 min"}}))
        a_print(world)
        world.printer.is_at(30.0, target=200.0)
        world.has_passed(100)
        world.printer.is_at(200.0)
        world.has_passed(1)

        world.has_passed(299)
        assert world.started == []
        world.has_passed(1)
        assert world.started == ["c"]

    def test_it_is_given_up(self):
        world = World(
            rule(when=ENDED, wait={"until": {"max_temperature": 50}, "at_most": "1 h"})
        )
        world.printer.is_at(200.0)
        a_print(world)

        world.has_passed(3600)

        assert world.started == []
        assert "has not cooled down to 50 °C within 1 h" in world.house.stopped["run1"]
        assert world.news_of() == world.house.stopped["run1"]

    def test_a_clock_on_the_wall_that_is_set_changes_nothing_but_what_is_shown(self):
        world = World(self.off())
        a_print(world)

        world.clocks.wall += 86400
        world.has_passed(300)

        assert world.started == []
        assert world.house.pending["run1"].due_at == NOON + 86400 + 600
        world.has_passed(300)
        assert world.started == ["c"]

    def test_it_looks_once_a_second_only_while_something_waits(self):
        world = World(rule(when=ENDED, wait={"until": {"max_temperature": 50}}))
        world.printer.is_at(200.0)
        assert world.engine.step() is None

        a_print(world)

        assert world.engine.step() == 1.0


class TestRestart:
    def kept(self, world):
        """What is in the file when the server is killed."""
        waiting = world.house.pending["run1"]
        run = world.house.runs["run1"]
        return [(run.record(), waiting.memo)]

    def after(self, world, *rules, seconds=100):
        """The next server."""
        kept = self.kept(world)
        following = World(*rules)
        following.clocks.now = 5.0
        following.clocks.wall = world.clocks.wall + seconds
        following.make_engine()
        return following, kept

    def test_it_goes_on_with_what_waits(self):
        off = rule(when=ENDED, wait={"for": "10 min"})
        world = World(off)
        a_print(world)
        world, kept = self.after(world, off)

        world.engine.resume(kept)
        world.engine.step()

        assert list(world.house.pending) == ["run1"]
        world.has_passed(499)
        assert world.started == []
        world.has_passed(1)
        (request,) = world.house.started
        assert str(request.reason) == "a print has ended"
        assert request.event["OCTOPRINT_EVENT_OUTCOME"] == "done"

    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            (None, "its rule was deleted"),
            ({"enabled": False}, "its rule was switched off"),
            ({"wait": {"for": "1 h"}}, "its rule was changed"),
        ],
    )
    def test_it_calls_off_what_is_not_wanted_any_more(self, fields, reason):
        off = {"when": ENDED, "wait": {"for": "10 min"}}
        world = World(rule(**off))
        a_print(world)
        now = [] if fields is None else [rule(**{**off, **fields})]
        world, kept = self.after(world, *now)

        world.engine.resume(kept)
        world.engine.step()

        assert reason in world.house.ended_kept["run1"]
        assert world.house.pending == {}

    def test_another_name_is_the_same_rule(self):
        off = {"when": ENDED, "wait": {"for": "10 min"}}
        world = World(rule(**off))
        a_print(world)
        world, kept = self.after(world, rule(**off, name="Another name"))

        world.engine.resume(kept)
        world.engine.step()

        assert list(world.house.pending) == ["run1"]

    def test_a_print_that_goes_on_calls_it_off(self):
        off = rule(when=ENDED, wait={"for": "10 min"})
        world = World(off)
        a_print(world)
        world, kept = self.after(world, off)
        world.printer.prints()

        world.engine.resume(kept)
        world.engine.step()

        assert "a print was under way" in world.house.ended_kept["run1"]

    def test_a_memo_that_is_damaged_is_no_reason_to_run(self):
        off = rule(when=ENDED, wait={"for": "10 min"})
        world = World(off)
        a_print(world)
        world, ((record, _),) = self.after(world, off)

        world.engine.resume([(record, {})])
        world.engine.step()

        assert "run1" in world.house.ended_kept


class TestTrying:
    WHO = Requester(user="me", trigger="api")

    def test_it_runs_by_whom_it_is_tried(self):
        world = World()

        run = world.engine.try_rule(rule(when=STARTED), {"path": "a"}, self.WHO)

        (request,) = world.house.started
        assert run.request is request
        assert request.requester.trigger == "test"
        assert request.requester.user == "me"
        assert request.requester.rule.id == "r"
        assert str(request.reason) == "its rule was tried out"
        assert request.event["OCTOPRINT_EVENT"] == "print_started"
        assert request.event["OCTOPRINT_EVENT_PATH"] == "a"

    def test_it_waits_beside_the_real_one(self):
        off = rule(when=ENDED, wait={"for": "10 min"})
        world = World(off)
        a_print(world)

        run = world.engine.try_rule(off, {}, self.WHO)
        world.engine.step()

        assert set(world.house.pending) == {"run1", run.id}
        world.has_passed(600)
        assert len(world.started) == 2

    def test_one_that_was_not_saved_is_not_called_off_for_that(self):
        world = World()
        world.engine.try_rule(rule(when=ENDED, wait={"for": "10 min"}), {}, self.WHO)
        world.rules.append(rule(id="other", when=STARTED))

        world.has_passed(600)

        assert world.started == ["c"]

    def test_it_is_not_gone_on_with_after_a_restart(self):
        off = rule(when=ENDED, wait={"for": "10 min"})
        world = World(off)
        run = world.engine.try_rule(off, {}, self.WHO)
        memo = world.house.pending[run.id].memo

        world.engine.resume([(run.record(), memo)])
        world.engine.step()

        assert "restarted" in world.house.ended_kept[run.id]

    def test_an_error_is_told(self):
        world = World()
        world.house.error = UnknownAction("custom:c")

        with pytest.raises(UnknownAction):
            world.engine.try_rule(rule(when=STARTED), {}, self.WHO)


class TestStop:
    def test_commands_run_before_the_runner_ends(self):
        world = World(rule(when={"event": "stop"}), rule(id="s", when=STARTED))
        assert world.house.is_ready_for_end
        waited = []

        def release(run):
            run.finished = threading.Event()
            run.finished.wait = waited.append

        world.house.on_release = release
        world.engine.run_at_stop()

        assert world.started == ["c"]
        assert waited == [engine_module._STOP_PATIENCE]
        world.fires("PrintStarted", **FILE)
        assert world.started == ["c"]


class TestWhatIsKnown:
    def test_the_last_payload_of_each_kind(self):
        world = World()
        world.fires("PrintStarted", **FILE)
        world.fires("ZChange", new=1)
        world.fires("ZChange", new=2)

        last = world.engine.last_payloads()

        assert last["ZChange"] == (NOON, {"new": 2})
        assert last["print_started"] == (NOON, FILE)

    def test_there_is_a_bound(self):
        world = World()
        for number in range(1000):
            world.engine.on_event(f"event{number}", {"text": "x" * 100_000})

        last = world.engine.last_payloads()

        assert len(last) == 100
        assert max(len(payload["text"]) for _, payload in last.values()) <= 8192

    def test_payloads_of_any_kind(self):
        circle = {}
        circle["self"] = circle
        world = World(rule(when={"event": "odd"}))
        odd = {1: object(), "n": float("nan"), "c": circle, "s": {1}, "t": "\ud800\0"}

        for payload in (None, "text", [1], circle, odd):
            world.has_passed(5)
            world.engine.on_event("odd", payload)
            world.engine.step()

        assert len(world.started) == 5
        assert "\0" not in world.house.started[-1].event["OCTOPRINT_EVENT_T"]

    def test_the_news_of_a_rule_that_is_gone_are_forgotten(self):
        world = World(rule(when=STARTED))
        world.fires("PrintStarted", **FILE)
        world.rules.clear()

        world.fires("PrintStarted", **FILE)

        assert world.engine.state() == {}


def test_a_happening_is_for_one_rule_of_a_schedule():
    world = World(
        rule(when={"schedule": "every 15 min"}),
        rule(id="s", run="d", when={"schedule": "daily 12:15"}),
    )

    happening = Happening("schedule", {"rule": "r"})

    assert [found.id for found in world.engine.rules_for(happening)] == ["r"]
