"""Prints that wait for commands, on a real server whose virtual printer prints."""

import contextlib
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from harness import gcode_place
from harness.gcode_place import Place, Terminal, with_plugin
from harness.http_clients import ApiClient
from harness.waiting import wait_until

NOTE = 'echo "$OCTOPRINT_ACTION $(date +%s.%N)" >> noted'
COMMANDS = [
    {
        "action": "stamp",
        "name": "Stamp",
        "gcode": True,
        "command": 'echo "begin $(date +%s.%N)" >> noted; sleep 0.5; '
        'echo "end $(date +%s.%N)" >> noted',
    },
    {
        "action": "slow",
        "name": "Slow",
        "command": f"{NOTE}; sleep 60",
        "gcode": True,
        "gcode_wait": 120,
    },
    {
        "action": "limited",
        "name": "Limited",
        "command": f"{NOTE}; sleep 60",
        "gcode": True,
        "gcode_wait": 1,
    },
    {"action": "note", "name": "Note", "command": NOTE, "gcode": True},
    {
        "action": "gated",
        "name": "Gated",
        "gcode": True,
        "command": 'echo "begin $(date +%s.%N)" >> noted; '
        "until [ -e gate ]; do sleep 0.05; done; "
        'echo "end $(date +%s.%N)" >> noted',
    },
]
SLOW = ("G28", "@system slow wait", "G1 X99 F90000", "G1 X98 F90000")


@pytest.fixture(scope="module")
def octoprint(make_octoprint):
    config = {
        **gcode_place.CONFIG,
        "plugins": {
            **gcode_place.CONFIG["plugins"],
            "systemcommands": {"commands": COMMANDS},
        },
    }
    server = make_octoprint(config, start=False)
    return with_plugin(server, Path(__file__).with_name("job_holder.py")).start()


@pytest.fixture
def place(octoprint, admin):
    made = Place(octoprint, admin)
    made.be_ready()
    for run in made.runs("slow") + made.runs("limited"):
        admin.post(f"/plugin/systemcommands/api/runs/{run['id']}/stop", json={})
    made.forget()
    yield made
    for run in made.runs():
        admin.post(f"/plugin/systemcommands/api/runs/{run['id']}/stop", json={})


@pytest.fixture
def terminal(octoprint, admin):
    with contextlib.closing(Terminal(octoprint, admin)) as terminal:
        yield terminal


def hold(place):
    """A print waits for `slow`; returns the run."""
    place.print_(*SLOW)
    place.wait_for_noted("slow")
    # it may have noted something before the server knows that it is there
    wait_until(lambda: place.run_of("slow")["status"] == "running")
    assert place.holds() == 1
    return place.run_of("slow")


def now():
    return time.time()


def was_sent(place, line, since):
    return any(text == line for _, text in place.sent(since))


##~~ Exact to the line


def test_it_is_exact_to_the_line(place):
    begun = now()
    # which takes a second or two, and M400 waits for
    moves = ("G1 X10 F90000", "G1 X60 F200", "M400")
    place.print_("G28", *moves, "@system stamp wait", "G1 X77 F90000")
    after = place.wait_for_sent("G1 X77 F90000", begun)

    asked, answered = place.sent_and_answered("M400", begun)
    assert answered - asked > 0.5
    begin, end = place.wait_for_noted("begin"), place.wait_for_noted("end")
    # the log has milliseconds
    assert answered - 0.002 <= begin < end <= after + 0.002
    # and it goes on soon
    assert after - end < 1
    place.wait_for_state("Operational")
    assert place.holds() == 0


def test_one_after_the_other(place):
    begun = now()
    place.print_("G28", *("@system stamp wait",) * 3, "G1 X76 F90000")
    after = place.wait_for_sent("G1 X76 F90000", begun)
    words = [words[0] for words in place.noted()]
    assert words == ["begin", "end"] * 3
    assert float(place.noted()[-1][1]) <= after + 0.002
    place.wait_for_state("Operational")
    assert place.holds() == 0


def test_without_wait_the_print_goes_on(place):
    begun = now()
    place.print_("G28", "@system slow", "G1 X75 F90000")
    place.wait_for_sent("G1 X75 F90000", begun)
    place.wait_for_state("Operational")
    wait_until(lambda: place.run_of("slow")["status"] == "running")


##~~ Everything else goes on


def test_during_a_hold_the_terminal_the_api_and_temperatures_work(place):
    hold(place)
    since = now()
    for number in range(20):
        started = time.monotonic()
        place.terminal(f"M117 {number}")
        assert time.monotonic() - started < 2
    place.wait_for_sent("M117 19", since)
    body = {"command": "target", "targets": {"tool0": 60}}
    assert place.admin.post("/api/printer/tool", json=body).ok

    def temperature():
        told = place.admin.get("/api/printer").json()["temperature"]
        # it may not have been told yet
        return told["tool0"]["actual"] if "tool0" in told else 0

    wait_until(lambda: temperature() > 25)
    # commands as well
    place.terminal("@system note")
    place.wait_for_noted("note")
    assert place.state() == "Printing"
    assert not was_sent(place, "G1 X99 F90000", since)
    assert place.holds() == 1
    place.terminal("M104 T0 S0")
    place.cancel()


##~~ What releases


def test_a_cancel_switches_the_heaters_off_at_once(place, terminal):
    run = hold(place)
    cancelled = now()

    place.job(command="cancel")

    off = [place.wait_for_sent(line, cancelled) for line in ("M104 T0 S0", "M140 S0")]
    assert max(off) - cancelled < 2, place.sent(cancelled)
    terminal.wait_for("wait: the print was cancelled and waits no longer")
    ended = place.admin.wait_for_run(run["id"])
    assert ended["status"] == "stopped"
    assert "The print was cancelled" in ended["reason"]
    place.wait_for_state("Operational")
    # not a line of the file in between
    assert not was_sent(place, "G1 X99 F90000", cancelled)
    assert place.holds() == 0


def test_a_pause_releases_and_the_print_goes_on_with_resume(place, terminal):
    run = hold(place)
    place.job(command="pause", action="pause")
    place.wait_for_state("Paused")
    terminal.wait_for("wait: the print was interrupted and waits no longer")
    assert place.holds() == 0
    assert place.admin.get(f"/plugin/systemcommands/api/runs/{run['id']}").json()[
        "status"
    ] == ("running")

    since = now()
    place.job(command="pause", action="resume")
    place.wait_for_sent("G1 X98 F90000", since)
    place.wait_for_state("Operational")


def test_a_stop_of_the_run_lets_the_print_go_on(place, terminal):
    run = hold(place)
    since = now()
    answer = place.admin.post(
        f"/plugin/systemcommands/api/runs/{run['id']}/stop", json={}
    )
    assert answer.status_code == 202
    place.wait_for_sent("G1 X98 F90000", since)
    terminal.wait_for("slow: was stopped")


def test_the_limit(place, terminal):
    since = now()
    place.print_("G28", "@system limited wait", "G1 X74 F90000")
    at = place.wait_for_sent("G1 X74 F90000", since)
    begun = place.wait_for_noted("limited")
    assert 0.5 < at - begun < 5
    terminal.wait_for("wait: the print goes on and waits no longer")
    place.wait_for_state("Operational")
    assert place.holds() == 0


@pytest.mark.parametrize("how", ["disconnect", "M112", "!!DEBUG:drop_connection"])
def test_a_connection_that_goes_leaves_no_hold_behind(place, terminal, how):
    hold(place)
    if how == "disconnect":
        body = {"command": "disconnect"}
        assert place.admin.post("/api/connection", json=body).ok
    else:
        place.terminal(how)
    terminal.wait_for("wait: the print was interrupted and waits no longer")
    place.wait_for_state("Closed", "Offline", "Error")
    assert place.holds() in (0, None)

    place.server.connect_virtual_printer()
    since = now()
    place.print_("G28", "@system stamp wait", "G1 X73 F90000", name="b.gcode")
    place.wait_for_sent("G1 X73 F90000", since)
    assert (
        place.wait_for_noted("end") <= place.wait_for_sent("G1 X73 F90000", since) + 0.002
    )
    place.wait_for_state("Operational")
    assert place.holds() == 0


##~~ Other plugins


def test_another_plugin_that_keeps_the_lock(place, terminal):
    # two lines of the terminal come while somebody else has the lock; those of the print do not
    place.print_("G28", *("G4 P100",) * 600)
    place.wait_for_state("Printing")
    assert place.admin.post("/plugin/job_holder/with", json={}).json()["begun"]
    # OctoPrint wants that lock for each line of the API, so this one waits
    answers = []

    with ApiClient(place.server.url, place.server.admin) as other:
        thread = threading.Thread(
            target=lambda: answers.append(
                other.post(
                    "/api/printer/command", json={"commands": ["@system note wait"]}
                )
            )
        )
        thread.start()
        assert place.admin.post("/plugin/job_holder/end", json={}).ok
        thread.join(30)
    assert answers[0].ok
    place.wait_for_noted("note")
    terminal.wait_for("note: has ended")
    place.cancel()
    assert place.holds() == 0


def test_another_plugin_that_holds_as_well(place):
    gate = place.server.basedir / "gate"
    gate.unlink(missing_ok=True)
    place.print_("G28", "@system gated wait", "G1 X72 F90000")
    place.wait_for_noted("begin")
    assert place.admin.post("/plugin/job_holder/set", json={"on": True}).json()["answer"]
    gate.touch()
    ended = place.wait_for_noted("end")
    # it is the other one that holds now
    wait_until(lambda: place.holds() == 1)
    assert place.state() == "Printing"
    assert not was_sent(place, "G1 X72 F90000", ended)

    since = now()
    assert place.admin.post("/plugin/job_holder/set", json={"on": False}).json()["answer"]
    place.wait_for_sent("G1 X72 F90000", since)
    place.wait_for_state("Operational")
    assert place.holds() == 0


##~~ The end of the server


def test_the_end_of_the_server(make_octoprint):
    config = {
        **gcode_place.CONFIG,
        "plugins": {
            **gcode_place.CONFIG["plugins"],
            "systemcommands": {"commands": COMMANDS},
        },
    }
    server = with_plugin(
        make_octoprint(config, start=False), Path(__file__).with_name("job_holder.py")
    ).start()
    with ApiClient(server.url, server.admin) as admin:
        place = Place(server, admin)
        place.be_ready()
        run = hold(place)
    started = time.monotonic()

    assert server.stop() == 0

    assert time.monotonic() - started < 15
    path = server.basedir / "data" / "systemcommands" / "history.db"
    with contextlib.closing(sqlite3.connect(path)) as history:
        (status,) = history.execute(
            "SELECT status FROM runs WHERE id = ?", (run["id"],)
        ).fetchone()
    assert status == "stopped"
