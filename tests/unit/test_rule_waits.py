"""When a run that a rule makes wait may go."""

import pytest
from rules_world import Printer, rule

from octoprint_systemcommands.runs.printer_state import PrinterState
from octoprint_systemcommands.triggers.rendering import Rendering
from octoprint_systemcommands.triggers.waits import Idle, WaitClock, World

HOUR = 3600.0


def wait(**fields):
    return rule(when={"event": "print_ended"}, wait=fields).wait


class Watch:
    def __init__(self, wait, now=1000.0):
        self.clock = WaitClock(wait, now)
        self.printer = Printer()
        self.idle_since = None
        self.has_timelapse = False
        self.looks = 0

    def at(self, now):
        def look():
            self.looks += 1
            return World(self.printer.now, self.idle_since, self.has_timelapse)

        return self.clock.judge(now, look)


def test_for_is_a_time():
    watch = Watch(wait(**{"for": "10 min"}))

    assert watch.at(1000).due_in == 600
    assert watch.at(1599).look_in == 1
    assert not watch.at(1599).is_over
    assert watch.at(1600).is_over
    assert watch.looks == 0


def test_until_it_is_cold():
    watch = Watch(wait(until={"max_temperature": 50}))
    watch.printer.is_at(51.0)

    verdict = watch.at(1000)
    assert not verdict.is_over
    assert verdict.due_in is None
    assert str(verdict.waits_for) == "the printer to cool down to 50 °C"

    watch.printer.is_at(50.0)
    assert watch.at(1001).is_over


@pytest.mark.parametrize(
    "state",
    [
        PrinterState(),
        PrinterState("OPERATIONAL", is_connected=True),
    ],
    ids=["not connected", "nothing known yet"],
)
def test_a_temperature_that_nobody_knows_is_not_cold(state):
    watch = Watch(wait(until={"max_temperature": 50}))
    watch.printer.now = state

    assert not watch.at(1000).is_over


def test_both_for_and_until():
    watch = Watch(wait(**{"for": "10 s", "until": {"max_temperature": 50}}))

    assert watch.at(1009).due_in == 1
    assert watch.looks == 0
    assert watch.at(1010).is_over


def test_until_it_is_idle_for_a_time():
    watch = Watch(wait(until={"idle": "5 min"}))

    verdict = watch.at(1000)
    assert verdict.due_in is None
    assert str(verdict.waits_for) == "the printer to be idle for 5 min"

    watch.idle_since = 1100
    assert watch.at(1200).due_in == 200
    assert watch.at(1400).is_over


def test_until_no_timelapse_is_made():
    watch = Watch(wait(until={"no_timelapse": True}))
    watch.has_timelapse = True

    assert str(watch.at(1000).waits_for) == "the timelapse to be rendered"
    watch.has_timelapse = False
    assert watch.at(1001).is_over


def test_it_is_given_up_when_it_takes_too_long():
    watch = Watch(wait(until={"max_temperature": 50}, at_most="2 h"))
    watch.printer.is_at(60.0)

    assert watch.at(1000 + 2 * HOUR - 1).given_up is None
    assert str(watch.at(1000 + 2 * HOUR).given_up) == (
        "not run: the printer has not cooled down to 50 °C within 2 h"
    )


def test_it_may_go_in_the_last_moment():
    watch = Watch(wait(until={"max_temperature": 50}, at_most="2 h"))

    assert watch.at(1000 + 3 * HOUR).is_over


def test_it_goes_on_after_a_restart():
    made = wait(**{"for": "10 min", "until": {"max_temperature": 50}, "at_most": "1 h"})
    memo = WaitClock(made, 1000.0).memo(1100.0, wall=5000.0)

    # four minutes later, on another monotonic clock
    resumed = WaitClock.resumed(made, memo, now=10.0, wall=5240.0)

    printer = Printer()
    printer.is_at(60.0)
    assert resumed.judge(10.0, lambda: World(printer.now)).due_in == 260
    assert resumed.judge(270.0, lambda: World(printer.now)).waits_for is not None
    assert resumed.judge(10.0 + 3260, lambda: World(printer.now)).given_up


@pytest.mark.parametrize("wall", [0.0, 1e10])
def test_a_clock_that_was_wrong_makes_no_wait_longer_than_it_is(wall):
    made = wait(**{"for": "10 min"})
    memo = WaitClock(made, 1000.0).memo(1000.0, wall=5000.0)

    due_in = WaitClock.resumed(made, memo, now=10.0, wall=wall).judge(10.0, None).due_in

    assert 0 <= due_in <= 600


def test_a_memo_that_says_nothing_makes_it_wait_from_the_beginning():
    made = wait(**{"for": "10 min"})

    assert (
        WaitClock.resumed(made, {"not_before": "x"}, 10.0, 5.0).judge(10.0, None).due_in
        == 600
    )


class TestIdle:
    def test_a_printer_that_is_ready_is(self):
        idle, printer = Idle(), Printer()
        idle.look(printer.now, 10.0)
        idle.look(printer.now, 20.0)
        assert idle.since == 10.0

    def test_one_that_prints_is_not(self):
        idle, printer = Idle(), Printer()
        idle.look(printer.now, 10.0)
        printer.prints()
        idle.look(printer.now, 20.0)
        assert idle.since is None

    def test_one_that_is_being_heated_is_not(self):
        idle, printer = Idle(), Printer()
        printer.is_at(20.0, target=200.0)
        idle.look(printer.now, 10.0)
        assert idle.since is None

    def test_one_that_is_not_connected_is_not(self):
        idle = Idle()
        idle.look(PrinterState(), 10.0)
        assert idle.since is None


class TestRendering:
    def test_none_without_pictures(self):
        rendering = Rendering()
        rendering.take("PrintStarted", {}, 10.0)
        rendering.take("PrintDone", {}, 20.0)
        assert not rendering.goes_on(20.0)

    def test_a_movie_that_is_to_come_counts_before_it_is_begun(self):
        rendering = Rendering()
        rendering.take("PrintStarted", {}, 10.0)
        rendering.take("CaptureStart", {}, 11.0)
        assert rendering.goes_on(11.0)
        rendering.take("PrintDone", {}, 20.0)
        assert rendering.goes_on(21.0)

        rendering.take("MovieRendering", {"movie": "m"}, 22.0)
        assert rendering.goes_on(5000.0)
        rendering.take("MovieDone", {"movie": "m"}, 5000.0)
        assert not rendering.goes_on(5000.0)

    def test_one_that_is_never_made_is_not_waited_for(self):
        rendering = Rendering()
        rendering.take("PrintStarted", {}, 10.0)
        rendering.take("CaptureStart", {}, 11.0)
        rendering.take("PrintFailed", {}, 20.0)
        assert not rendering.goes_on(60.0)

    def test_pictures_after_the_print_count(self):
        rendering = Rendering()
        rendering.take("PrintStarted", {}, 10.0)
        rendering.take("CaptureStart", {}, 11.0)
        rendering.take("PostRollStart", {"postroll_duration": 100}, 20.0)
        rendering.take("PrintDone", {}, 20.0)
        assert rendering.goes_on(110.0)
        rendering.take("PostRollEnd", {}, 120.0)
        assert rendering.goes_on(121.0)

    def test_a_movie_that_octoprint_makes_later_counts_until_then(self):
        rendering = Rendering(delay=lambda: 600.0)
        rendering.take("PrintStarted", {}, 10.0)
        rendering.take("CaptureStart", {}, 11.0)
        rendering.take("PrintDone", {}, 20.0)
        assert rendering.goes_on(620.0)
        assert not rendering.goes_on(660.0)

    def test_one_of_several_movies(self):
        rendering = Rendering()
        rendering.take("MovieRendering", {"movie": "a"}, 1.0)
        rendering.take("MovieRendering", {"movie": "b"}, 1.0)
        rendering.take("MovieFailed", {"movie": "a"}, 2.0)
        assert rendering.goes_on(3.0)
