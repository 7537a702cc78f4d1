"""Rules with a real OctoPrint, its events and its virtual printer, which really prints."""

import contextlib
import re
import sqlite3
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from harness.event_firer import firing
from harness.http_clients import ApiClient
from harness.octoprint_server import merged
from harness.ports import NO_REAL_ONES
from harness.waiting import wait_until

API = "/plugin/systemcommands/api"
RULES = f"{API}/rules"
RUNS = f"{API}/runs"

# fast, since the virtual printer takes its time for moves
SHORT = "G28\nG1 X10 F90000\nG1 X20\n"
# it lasts until somebody ends it
LONG = "G28\n" + "G4 P100\n" * 3000

NOTE = 'echo "$OCTOPRINT_EVENT $OCTOPRINT_TRIGGER $OCTOPRINT_EVENT_PATH" >> noted'
MEANINGS = (
    *("print_started", "print_done", "print_cancelled", "print_failed", "print_ended"),
    *("print_paused", "print_resumed", "connected", "disconnected", "error"),
)
PRINTS = [meaning for meaning in MEANINGS if meaning.startswith("print_")]

# a program that asks the server
ASK = f"""{sys.executable} - >> noted <<'END'
import os, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({{}}))
print(opener.open(os.environ["OCTOPRINT_URL"] + "/online.txt").read().decode().strip())
END
"""

COMMANDS = [
    {"action": "note", "name": "Note", "command": NOTE, "when_busy": "parallel"},
    {"action": "ask", "name": "Ask", "command": ASK},
    {"action": "off", "name": "Power off", "command": "echo off >> noted"},
    {"action": "env", "name": "Environment", "command": "env > environment"},
    {"action": "fail", "name": "Fail", "command": "echo one; echo two >&2; exit 3"},
    {
        "action": "after",
        "name": "After",
        "command": 'cp "$OCTOPRINT_EVENT_OUTPUT_FILE" output; env > environment',
    },
    {"action": "on", "name": "Power on", "command": "echo on >> noted"},
    {"action": "broken", "name": "Broken", "command": "exit 1"},
    {"action": "hangs", "name": "Hangs", "command": "touch begun; sleep 60"},
    {
        "action": "careful",
        "name": "Careful",
        "command": "true",
        "while_printing": "confirm",
    },
]


def of_all_meanings():
    return [
        {"id": meaning, "when": {"event": meaning}, "run": "note"} for meaning in MEANINGS
    ]


OFF = {
    "id": "off",
    "name": "Off when it is cold",
    "when": {"event": "print_ended"},
    "wait": {"for": "1 h"},
    "run": "off",
}


class Place:
    """A server with rules, as a test looks at it."""

    def __init__(self, server, admin):
        self.server = server
        self.admin = admin
        self.noted_in = server.basedir / "noted"

    def use(self, *rules):
        """These rules and no others, and nothing that came before."""
        answer = self.admin.get(RULES)
        headers = {"If-Match": answer.headers["ETag"]}
        answer = self.admin.put(RULES, json={"rules": list(rules)}, headers=headers)
        assert answer.status_code == 200, answer.text
        wait_until(lambda: not self.runs("pending"))
        self.noted_in.unlink(missing_ok=True)

    def noted(self):
        """The words that commands have noted first, with their number."""
        with contextlib.suppress(FileNotFoundError):
            return Counter(
                line.split()[0] for line in self.noted_in.read_text().splitlines()
            )
        return Counter()

    def wait_for_prints(self, **numbers):
        """Waits until so much was noted of prints, and nothing else of them: the connection
        is told when it is told."""
        wanted = {f"print_{word}": number for word, number in numbers.items()}

        def prints():
            noted = self.noted().items()
            return {word: number for word, number in noted if word in PRINTS}

        wait_until(lambda: sum(prints().values()) >= sum(wanted.values()))
        assert prints() == wanted

    def wait_for_notes(self, *words):
        """Commands that run at the same time note what they have to say in any order."""
        wait_until(lambda: all(self.noted()[word] for word in words))
        return self.noted()

    def runs(self, *statuses):
        query = {"status": ",".join(statuses)} if statuses else {}
        answer = self.admin.get(RUNS, params={"limit": 200, **query})
        assert answer.status_code == 200, answer.text
        return answer.json()["runs"]

    def pending(self):
        """The run of `OFF` that waits; None if there is none yet."""
        # others may be seen in the moment before they start
        waiting = (run for run in self.runs("pending") if is_of(OFF["id"], run))
        return next(waiting, None)

    def run(self, run_id):
        return self.admin.get(f"{RUNS}/{run_id}").json()

    def news(self, rule_id):
        return self.admin.get(RULES).json()["state"].get(rule_id, {})

    def state(self):
        return self.admin.get("/api/connection").json()["current"]["state"]

    def connect(self):
        self.server.connect_virtual_printer()

    def ask_to_connect(self):
        body = {"command": "connect", "port": "VIRTUAL", "baudrate": 115200}
        assert self.admin.post("/api/connection", json=body).ok

    def disconnect(self):
        assert self.admin.post("/api/connection", json={"command": "disconnect"}).ok
        wait_until(lambda: self.state().startswith(("Closed", "Offline", "Error")))

    def print_(self, gcode=SHORT, name="a.gcode"):
        files = {"file": (name, gcode.encode())}
        answer = self.admin.post("/api/files/local", files=files, data={"print": "true"})
        assert answer.status_code == 201, answer.text

    def job(self, **command):
        assert self.admin.post("/api/job", json=command).ok

    def begin_long_print(self):
        self.print_(LONG)
        wait_until(lambda: self.noted()["print_started"])
        wait_until(lambda: self.state() == "Printing")

    def cancel(self):
        self.job(command="cancel")
        wait_until(lambda: self.state() == "Operational")

    def kill_when_written(self):
        """Kills the server, as soon as what waits is written."""
        path = self.server.basedir / "data" / "systemcommands" / "history.db"

        def is_there():
            with contextlib.closing(sqlite3.connect(path)) as history:
                query = "SELECT COUNT(*) FROM runs WHERE status = 'pending'"
                return history.execute(query).fetchone()[0]

        wait_until(is_there)
        self.server.kill()

    def fire(self, event, times=1, **payload):
        body = {"event": event, "times": times, "payload": payload}
        assert self.admin.post("/plugin/event_firer/fire", json=body).ok


@pytest.fixture(scope="module")
def octoprint(make_octoprint):
    systemcommands = {"commands": COMMANDS, "rules": []}
    config = merged(NO_REAL_ONES, {"plugins": {"systemcommands": systemcommands}})
    return firing(make_octoprint(config, start=False)).start()


@pytest.fixture
def place(octoprint, admin):
    return Place(octoprint, admin)


@pytest.fixture
def printer(place):
    """The place with a printer that is ready, and all that people mean noted."""
    if place.state() != "Operational":
        place.use()
        place.disconnect()
        place.connect()
    place.use(*of_all_meanings())
    return place


class TestWhatPeopleMean:
    """Once a print, and after its end script."""

    def test_a_print_that_is_done(self, printer):
        printer.print_()

        printer.wait_for_prints(started=1, done=1, ended=1)

    def test_a_print_that_is_cancelled(self, printer):
        printer.begin_long_print()
        printer.cancel()

        # what OctoPrint says of it last, from another thread
        wait_until(lambda: prints_of(printer, "a.gcode").get("failure"))
        printer.wait_for_prints(started=1, cancelled=1, ended=1)

    def test_a_print_that_is_paused(self, printer):
        printer.begin_long_print()
        printer.job(command="pause", action="pause")
        wait_until(lambda: printer.noted()["print_paused"])
        wait_until(lambda: printer.state() == "Paused")
        printer.job(command="pause", action="resume")
        wait_until(lambda: printer.noted()["print_resumed"])
        wait_until(lambda: printer.state() == "Printing")
        printer.cancel()

        noted = printer.wait_for_notes("print_cancelled", "print_ended")
        assert noted["print_started"] == 1

    def test_an_error_of_the_firmware(self, printer):
        printer.begin_long_print()
        command = {"command": "!!DEBUG:trigger_fatal_error_marlin"}
        assert printer.admin.post("/api/printer/command", json=command).ok

        noted = printer.wait_for_notes("print_failed", "print_ended", "error")
        assert noted["print_failed"] == 1
        assert noted["print_ended"] == 1
        assert noted["print_cancelled"] == noted["print_done"] == 0

    def test_a_printer_that_is_disconnected_while_it_prints(self, printer):
        printer.begin_long_print()
        printer.disconnect()

        printer.wait_for_prints(started=1, failed=1, ended=1)
        wait_until(lambda: printer.noted()["disconnected"] == 1)

    def test_a_printer_that_is_disconnected_while_it_is_paused(self, printer):
        printer.begin_long_print()
        printer.job(command="pause", action="pause")
        wait_until(lambda: printer.state() == "Paused")
        printer.disconnect()

        noted = printer.wait_for_notes("print_failed", "print_ended")
        assert noted["print_failed"] == noted["print_ended"] == 1
        assert noted["print_cancelled"] == noted["print_done"] == 0

    def test_two_prints_one_right_after_the_other(self, printer):
        printer.print_()
        wait_until(lambda: printer.noted()["print_done"])
        printer.print_(name="b.gcode")

        printer.wait_for_prints(started=2, done=2, ended=2)

    def test_a_line_from_the_printer(self, printer):
        printer.use({"id": "probe", "when": {"action": "probe"}, "run": "env"})
        command = {"command": "!!DEBUG:action_custom probe a b"}
        assert printer.admin.post("/api/printer/command", json=command).ok

        run_id = wait_until(lambda: printer.news("probe").get("run"))
        run = printer.admin.wait_for_run(run_id)
        assert run["status"] == "succeeded"
        assert run["reason"] == "the printer has sent //action:probe"
        told = (printer.server.basedir / "environment").read_text()
        assert "OCTOPRINT_EVENT_PARAMS=a b\n" in told


def prints_of(place, name):
    return place.admin.get(f"/api/files/local/{name}").json().get("prints", {})


class TestWaiting:
    def test_the_next_print_calls_off_what_waits(self, printer):
        printer.use(OFF, *of_all_meanings())
        printer.print_()
        first = wait_until(printer.pending)
        assert first["rule"] == {"id": "off", "name": "Off when it is cold"}
        assert first["trigger"] == "event"
        assert first["reason"] == "a print has ended"
        assert first["due_at"]

        printer.print_(LONG)
        wait_until(lambda: printer.run(first["id"])["status"] == "stopped")
        assert printer.run(first["id"])["reason"] == "cancelled: a print has started"
        assert printer.pending() is None

        # a print that is cancelled has ended, too
        wait_until(lambda: printer.state() == "Printing")
        printer.cancel()
        second = wait_until(printer.pending)
        assert second["id"] != first["id"]
        assert printer.noted()["off"] == 0

    def test_it_may_be_wanted_now_or_called_off(self, printer):
        printer.use(OFF)
        printer.print_()
        run = wait_until(printer.pending)
        assert printer.admin.post(f"{RUNS}/{run['id']}/now", json={}).status_code == 202
        assert printer.admin.wait_for_run(run["id"])["status"] == "succeeded"
        assert printer.noted()["off"] == 1

        printer.print_()
        run = wait_until(printer.pending)
        assert printer.admin.post(f"{RUNS}/{run['id']}/stop", json={}).status_code == 202
        wait_until(lambda: printer.run(run["id"])["status"] == "stopped")
        assert printer.noted()["off"] == 1

    def test_until_it_is_cold_and_idle(self, printer):
        until = {"max_temperature": 50, "idle": "1 s", "no_timelapse": True}
        printer.use({**OFF, "wait": {"until": until}})
        hot = {"command": "target", "targets": {"tool0": 60}}
        assert printer.admin.post("/api/printer/tool", json=hot).ok
        wait_until(lambda: (temperature_of(printer) or 0) > 55)
        printer.print_("G28\nM104 S0\n")
        run = wait_until(printer.pending)
        assert run["waits_for"] == "the printer to cool down to 50 °C"
        assert run["due_at"] is None

        run = wait_until(lambda: printer.admin.wait_for_run(run["id"]), timeout=60)
        wait_until(lambda: printer.noted()["off"], timeout=60)
        assert temperature_of(printer) <= 50

    def test_a_rule_that_is_switched_off_calls_off_its_run(self, printer):
        printer.use(OFF)
        printer.print_()
        run = wait_until(printer.pending)

        printer.use({**OFF, "enabled": False})

        wait_until(lambda: printer.run(run["id"])["status"] == "stopped")
        assert "switched off" in printer.run(run["id"])["reason"]

    def test_a_refusal_is_in_the_history(self, printer):
        rule = {"id": "c", "when": {"event": "print_started"}, "run": "careful"}
        printer.use(rule, *of_all_meanings())
        printer.begin_long_print()

        run_id = wait_until(lambda: printer.news("c").get("run"))
        run = printer.admin.wait_for_run(run_id)
        assert run["status"] == "failed"
        assert "A print is under way" in run["hint"]

        printer.cancel()
        printer.use({**rule, "confirmed": True}, *of_all_meanings())
        printer.begin_long_print()
        run_id = wait_until(lambda: printer.news("c").get("run"))
        assert printer.admin.wait_for_run(run_id)["status"] == "succeeded"
        printer.cancel()


def temperature_of(place):
    """None if the printer has not told it yet."""
    told = place.admin.get("/api/printer").json()["temperature"]
    return told["tool0"]["actual"] if "tool0" in told else None


@pytest.mark.one_version
class TestEndsOfRuns:
    def test_a_command_that_has_failed(self, place):
        rule = {
            "id": "after",
            "when": {"run": "fail", "status": "failed"},
            "run": "after",
        }
        place.use(rule)
        body = {"source": "custom", "action": "fail"}
        assert place.admin.post(RUNS, json=body).status_code == 202

        run_id = wait_until(lambda: place.news("after").get("run"))
        run = place.admin.wait_for_run(run_id)
        assert run["status"] == "succeeded", run
        assert run["reason"] == '"Fail" has ended: failed'
        assert (place.server.basedir / "output").read_text() == "one\ntwo\n"
        told = (place.server.basedir / "environment").read_text()
        assert "OCTOPRINT_EVENT_EXIT_CODE=3\n" in told
        path = next(
            Path(line.partition("=")[2])
            for line in told.splitlines()
            if line.startswith("OCTOPRINT_EVENT_OUTPUT_FILE=")
        )
        wait_until(lambda: not path.exists())

    def test_rules_that_make_each_other_fire_end(self, place):
        place.use(
            {"id": "a", "when": {"run": "note"}, "run": "off"},
            {"id": "b", "when": {"run": "off"}, "run": "note"},
        )
        body = {"source": "custom", "action": "note"}
        assert place.admin.post(RUNS, json=body).status_code == 202

        wait_until(lambda: "its own command" in place.news("a").get("text", ""))
        assert place.noted()["off"] == 1


ON = {"id": "on", "when": {"event": "before_connect"}, "run": "on"}


@pytest.mark.one_version
class TestSchedule:
    def test_every_ten_seconds(self, place):
        place.use({"id": "s", "when": {"schedule": "every 10 s"}, "run": "note"})

        wait_until(lambda: place.noted()["schedule"])

        run = next(run for run in place.runs() if is_of("s", run))
        assert run["trigger"] == "schedule"
        assert run["reason"] == "it was time: every 10 s"
        place.use()


class TestConnecting:
    @pytest.fixture(autouse=True)
    def without_connection(self, place):
        place.use()
        place.disconnect()
        yield
        place.use()

    def test_the_connection_waits_for_the_command(self, place):
        place.use(ON)

        place.ask_to_connect()

        wait_until(lambda: place.state() == "Operational")
        assert place.noted() == {"on": 1}
        assert place.news("on")["text"] == "has fired"

    def test_a_command_that_fails_connects_nothing(self, place):
        place.use({**ON, "run": "broken"})

        place.ask_to_connect()

        wait_until(lambda: "has not succeeded" in place.news("on").get("text", ""))
        assert place.state() in ("Closed", "Offline")

    def test_a_disconnect_meanwhile_connects_nothing(self, place):
        begun = place.server.basedir / "begun"
        begun.unlink(missing_ok=True)
        place.use({**ON, "run": "hangs"})
        place.ask_to_connect()
        wait_until(begun.exists)

        place.disconnect()

        wait_until(lambda: "cancelled" in place.news("on").get("text", ""))
        # nobody waits for the command any longer, so it is stopped as well
        (run,) = (run for run in place.runs() if run["action"] == "hangs")
        assert place.admin.wait_for_run(run["id"])["status"] == "stopped"
        assert place.state() in ("Closed", "Offline")

    def test_an_upload_that_is_to_be_printed(self, place):
        place.use({**ON, "when": {"event": "upload_to_print"}}, *of_all_meanings())

        place.print_(name="uploaded.gcode")

        place.wait_for_prints(started=1, done=1, ended=1)
        noted = place.wait_for_notes("on", "connected")
        assert noted["on"] == noted["connected"] == 1
        lines = place.noted_in.read_text().splitlines()
        assert "print_done event uploaded.gcode" in lines


class TestServer:
    """With servers of their own, which start and end."""

    @pytest.fixture
    def make_place(self, make_octoprint):
        with contextlib.ExitStack() as stack:

            def make(*rules, **config):
                systemcommands = {"commands": COMMANDS, "rules": list(rules)}
                config["plugins"] = {"systemcommands": systemcommands}
                server = firing(make_octoprint(config, start=False))
                server.start()
                admin = stack.enter_context(ApiClient(server.url, server.admin))
                return Place(server, admin)

            yield make

    def test_its_start_and_its_end(self, make_place):
        place = make_place(
            {"id": "start", "when": {"event": "startup"}, "run": "ask"},
            {"id": "stop", "when": {"event": "stop"}, "run": "note"},
            ON,
            serial={"autoconnect": True, "port": "VIRTUAL", "baudrate": 115200},
            printerConnection={
                "autoconnect": True,
                "preferred": {"connector": "serial", "parameters": {"port": "VIRTUAL"}},
            },
        )
        # it answers when its start is told
        wait_until(lambda: place.noted()["online"])
        # OctoPrint connects by itself when it starts, and this waits for the command as well
        wait_until(lambda: place.state() == "Operational")

        assert place.server.stop() == 0

        assert place.noted() == {"online": 1, "on": 1, "stop": 1}

    @pytest.mark.one_version
    def test_a_server_that_is_killed_goes_on_with_what_waits(self, make_place):
        rule = {
            "id": "off",
            "when": {"event": "Waited"},
            "wait": {"for": "1 h"},
            "run": "off",
        }
        place = make_place(rule)
        place.fire("Waited", text="x")
        run = wait_until(place.pending)

        place.kill_when_written()
        place.server.start()

        again = wait_until(place.pending)
        assert again["id"] == run["id"]
        # to the second
        assert again["due_at"][:19] == run["due_at"][:19]
        assert again["reason"] == "the event Waited"
        wait_until(lambda: place.news("off").get("run") == run["id"])
        assert place.admin.post(f"{RUNS}/{run['id']}/now", json={}).status_code == 202
        assert place.admin.wait_for_run(run["id"])["status"] == "succeeded"

        # and one whose rule is there no more is called off
        place.fire("Waited")
        run = wait_until(place.pending)
        place.kill_when_written()
        config = place.server.read_config()
        config["plugins"]["systemcommands"]["rules"] = []
        place.server.write_config(config)
        place.server.start()
        wait_until(lambda: place.run(run["id"])["status"] == "stopped")
        assert "its rule was deleted" in place.run(run["id"])["reason"]


def is_of(rule_id, run):
    return run["rule"] is not None and run["rule"]["id"] == rule_id


@pytest.mark.one_version
class TestStorms:
    def test_ten_thousand_events_start_nothing_twice(self, printer):
        printer.use(
            {"id": "storm", "when": {"event": "Storm"}, "run": "off"},
            *of_all_meanings(),
        )
        printer.begin_long_print()

        printer.fire("Storm", times=10_000)
        printer.fire("Storm", times=1)
        printer.cancel()

        noted = printer.wait_for_notes("print_cancelled", "print_ended", "off")
        assert noted["print_cancelled"] == noted["print_ended"] == 1
        assert re.match("has fired|ran only once", printer.news("storm")["text"])
        begun = [
            run["queued_at"].rstrip("Z") for run in printer.runs() if is_of("storm", run)
        ]
        moments = sorted(map(datetime.fromisoformat, begun))
        # once, and once more in each second that it lasts
        assert all(
            (later - earlier).total_seconds() > 0.9
            for earlier, later in zip(moments, moments[1:])
        )
