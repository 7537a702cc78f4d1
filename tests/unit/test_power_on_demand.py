"""Connections that wait for a command."""

import threading

import pytest
from rules_world import House, Printer, rule

from octoprint_systemcommands.runs.record import Status
from octoprint_systemcommands.triggers import connecting as module
from octoprint_systemcommands.triggers.connecting import MARK, Connecting
from octoprint_systemcommands.triggers.firing import Firing
from octoprint_systemcommands.triggers.matching import is_for
from octoprint_systemcommands.triggers.news import News

PATIENCE = 20
UPLOAD = {
    "name": "a.gcode",
    "path": "a.gcode",
    "target": "local",
    "print": True,
    "effective_print": False,
}


class Connection:
    """A printer that is ready when a test says so."""

    def __init__(self):
        self.is_there = False
        self.opened = threading.Event()
        self.printed = []
        self.has_printed = threading.Event()

    def is_open(self):
        return self.is_there

    def can_print(self, path):
        return path.endswith(".gcode")

    def is_ready(self):
        return self.is_there

    def open(self):
        self.is_there = True
        self.opened.set()

    def print_file(self, path):
        self.printed.append(path)
        self.has_printed.set()


class Place:
    """Power on demand, with a command that ends when a test says so."""

    def __init__(self, *rules):
        self.house = House()
        self.house.on_release = self._begin
        self.begun = threading.Semaphore(0)
        self.news = News()
        self.connection = Connection()
        self.complaints = []
        self.has_complained = threading.Event()
        firing = Firing(self.house, self.house, Printer(), self.news)
        self.connecting = Connecting(
            lambda happening: [r for r in rules if is_for(r, happening)],
            firing,
            self.news,
            self.connection,
            self._fire,
            self._complain,
        )

    def _begin(self, run):
        run.finished = threading.Event()
        self.begun.release()

    def _fire(self, name, payload):
        # OctoPrint's thread for events comes to it at once
        self.connecting.on_event(f"plugin_systemcommands_{name}", payload)

    def _complain(self, reason, run_id):
        self.complaints.append((reason, run_id))
        self.has_complained.set()

    def ask(self, connect=None):
        return self.connecting.before_connect(connect or self.connection.open)

    def wait_for_command(self):
        assert self.begun.acquire(timeout=PATIENCE)
        return list(self.house.runs.values())[-1]

    def ends(self, run, status=Status.SUCCEEDED):
        run.status = status
        run.finished.set()

    def wait_for_end(self):
        """Until no connection is waited for any more."""
        for thread in threading.enumerate():
            if thread.name == "systemcommands.connect":
                thread.join(PATIENCE)
                assert not thread.is_alive()


POWER_ON = {"when": {"event": "before_connect"}, "run": "on"}


def test_without_a_rule_octoprint_connects_itself():
    place = Place(rule(when={"event": "connected"}))

    assert place.ask() is None
    assert place.house.started == []


def test_it_connects_when_the_command_has_ended():
    place = Place(rule(**POWER_ON))

    assert place.ask() is True
    run = place.wait_for_command()
    assert not place.connection.opened.is_set()
    place.ends(run)

    assert place.connection.opened.wait(PATIENCE)
    place.wait_for_end()
    assert place.complaints == []
    assert place.house.started[0].action == "on"


def test_what_it_connects_itself_is_not_waited_for_again():
    place = Place(rule(**POWER_ON))
    answers = []

    def connect():
        # which is what OctoPrint does
        answers.append(place.ask())
        place.connection.open()

    place.ask(connect)
    place.ends(place.wait_for_command())

    assert place.connection.opened.wait(PATIENCE)
    assert answers == [None]


@pytest.mark.parametrize("status", [Status.FAILED, Status.STOPPED, Status.TIMED_OUT])
def test_a_command_that_fails_connects_nothing_and_is_said(status):
    place = Place(rule(**POWER_ON))
    place.ask()
    run = place.wait_for_command()
    place.ends(run, status)

    assert place.has_complained.wait(PATIENCE)
    place.wait_for_end()
    assert place.complaints == [("failed", run.id)]
    assert not place.connection.opened.is_set()
    assert "has not succeeded" in str(place.news.of_rules()["r"].message)


def test_a_command_that_cannot_be_started_connects_nothing():
    place = Place(rule(**POWER_ON))
    place.house.error = RuntimeError("no")
    place.ask()

    assert place.has_complained.wait(PATIENCE)
    place.wait_for_end()
    assert not place.connection.opened.is_set()


def test_a_command_that_takes_too_long_connects_nothing():
    place = Place(rule(when={"event": "before_connect", "at_most": 1}))
    place.ask()
    place.wait_for_command()

    assert place.has_complained.wait(PATIENCE)
    place.wait_for_end()
    assert not place.connection.opened.is_set()
    assert [reason for reason, _ in place.complaints] == ["too_long"]
    assert "longer than 1 s" in str(place.news.of_rules()["r"].message)


def test_several_rules_run_one_after_the_other():
    place = Place(rule(**POWER_ON), rule(**{**POWER_ON, "id": "s", "run": "more"}))
    place.ask()
    place.ends(place.wait_for_command())
    place.ends(place.wait_for_command())

    assert place.connection.opened.wait(PATIENCE)
    assert [request.action for request in place.house.started] == ["on", "more"]


def test_a_disconnect_meanwhile_calls_it_off():
    place = Place(rule(**POWER_ON))
    place.ask()
    run = place.wait_for_command()
    place.connecting.on_event("Disconnecting", None)
    place.ends(run)

    place.wait_for_end()
    assert not place.connection.opened.is_set()


def test_who_has_disconnected_is_told_nothing():
    place = Place(rule(**POWER_ON))
    place.ask()
    place.wait_for_command()
    place.connecting.on_event("Disconnecting", None)

    place.wait_for_end()
    assert place.complaints == []
    assert "cancelled" in str(place.news.of_rules()["r"].message)


def test_what_keeps_octoprint_from_connecting_is_octoprints_to_say():
    place = Place(rule(**POWER_ON))

    def connect():
        raise OSError("no port")

    place.ask(connect)
    place.ends(place.wait_for_command())
    place.wait_for_end()

    assert place.complaints == []


def test_a_disconnect_during_the_settling_calls_it_off():
    place = Place(rule(when={"event": "before_connect", "settle": "5 min"}))
    place.ask()
    place.ends(place.wait_for_command())
    place.connecting.on_event("Disconnecting", None)

    place.wait_for_end()
    assert not place.connection.opened.is_set()


def test_a_disconnect_before_it_is_told_late_calls_nothing_off():
    place = Place(rule(**POWER_ON))
    held_back = []
    place.connecting._fire = lambda name, payload: held_back.append((name, payload))
    place.ask()
    run = place.wait_for_command()

    place.connecting.on_event("Disconnecting", None)
    assert [name for name, _ in held_back] == [MARK]
    place.ends(run)

    assert place.connection.opened.wait(PATIENCE)


def test_the_end_of_the_server_calls_it_off_and_complains_to_nobody():
    place = Place(rule(**POWER_ON))
    place.ask()
    run = place.wait_for_command()
    place.connecting.stop()
    place.ends(run)

    place.wait_for_end()
    assert not place.connection.opened.is_set()
    assert place.complaints == []


def test_the_latest_wish_counts_and_the_command_runs_once():
    place = Place(rule(**POWER_ON))
    earlier = []
    place.ask(lambda: earlier.append(True))
    run = place.wait_for_command()
    assert place.ask() is True
    place.ends(run)

    assert place.connection.opened.wait(PATIENCE)
    place.wait_for_end()
    assert earlier == []
    assert len(place.house.started) == 1


def test_it_can_be_asked_for_again_afterwards():
    place = Place(rule(**POWER_ON))
    place.ask()
    place.ends(place.wait_for_command(), Status.FAILED)
    place.wait_for_end()

    place.ask()
    place.ends(place.wait_for_command())

    assert place.connection.opened.wait(PATIENCE)


PRINT = {"when": {"event": "upload_to_print"}, "run": "on"}


class TestUploads:
    def test_an_upload_that_is_to_be_printed(self):
        place = Place(rule(**PRINT))
        place.connecting.on_event("Upload", UPLOAD)
        place.ends(place.wait_for_command())

        assert place.connection.has_printed.wait(PATIENCE)
        assert place.connection.printed == ["a.gcode"]
        assert place.house.started[0].event["OCTOPRINT_EVENT_PATH"] == "a.gcode"

    @pytest.mark.parametrize(
        "difference",
        [
            {"print": False},
            {"effective_print": True},
            {"target": "sdcard"},
            {"path": None},
            {"path": "model.stl"},
        ],
        ids=str,
    )
    def test_others_are_left_alone(self, difference):
        place = Place(rule(**PRINT))

        place.connecting.on_event("Upload", {**UPLOAD, **difference})
        place.connecting.on_event("Upload", None)

        assert place.house.started == []

    def test_nothing_is_done_if_there_is_a_connection(self):
        place = Place(rule(**PRINT))
        place.connection.is_there = True

        place.connecting.on_event("Upload", UPLOAD)

        assert place.house.started == []

    def test_the_latest_of_several_is_printed(self):
        place = Place(rule(**PRINT))
        place.connecting.on_event("Upload", UPLOAD)
        run = place.wait_for_command()
        place.connecting.on_event("Upload", {**UPLOAD, "path": "b.gcode"})
        place.ends(run)

        assert place.connection.has_printed.wait(PATIENCE)
        assert place.connection.printed == ["b.gcode"]

    def test_a_printer_that_does_not_become_ready_is_said(self, mocker):
        mocker.patch.object(module, "_READY", 0.1)
        place = Place(rule(**PRINT))
        mocker.patch.object(place.connection, "is_ready", return_value=False)
        place.connecting.on_event("Upload", UPLOAD)
        place.ends(place.wait_for_command())

        assert place.has_complained.wait(PATIENCE)
        assert place.complaints == [("not_ready", None)]
        assert place.connection.printed == []
