"""What keeps commands from being run while the printer is at work."""

import threading

import pytest
from processes import command

from harness.waiting import wait_until
from octoprint_systemcommands.commands.parsing import parse_entry
from octoprint_systemcommands.runs import preparation
from octoprint_systemcommands.runs.environment import local_url
from octoprint_systemcommands.runs.errors import Failed, Refused
from octoprint_systemcommands.runs.output.capture import STDOUT
from octoprint_systemcommands.runs.output.reader import excerpt
from octoprint_systemcommands.runs.printer_state import Heater, PrinterState


class FakePrinter:
    def __init__(self, **state):
        self.now = PrinterState(**state)

    def is_printing(self):
        return False

    def state(self):
        if isinstance(self.now, Exception):
            raise self.now
        return self.now


PRINTING = {"state": "PRINTING", "is_busy": True}


@pytest.fixture(params=["execute", "start"])
def run_with(request, make_runner):
    def run_with(printer, wish):
        return getattr(make_runner(printer=printer), request.param)(wish)

    return run_with


def test_without_a_print_all_may_pass(run_with):
    for while_printing in ("allow", "confirm", "refuse"):
        run_with(FakePrinter(), command("true", while_printing=while_printing))


def test_refuse(run_with):
    wish = command("true", while_printing="refuse", name="Power off")
    for confirmed in (False, True):
        with pytest.raises(Refused, match='"Power off" cannot be run while') as caught:
            run_with(FakePrinter(**PRINTING), wish._replace(confirmed=confirmed))
        assert caught.value.reason == "printing"


def test_confirm(run_with):
    wish = command("true", while_printing="confirm")
    with pytest.raises(Refused, match='"confirmed": true') as caught:
        run_with(FakePrinter(**PRINTING), wish)
    assert caught.value.reason == "confirm"
    run_with(FakePrinter(**PRINTING), wish._replace(confirmed=True))


def test_allow(run_with):
    run_with(FakePrinter(**PRINTING), command("true", while_printing="allow"))


def test_temperature(run_with):
    wish = command("true", max_temperature=50)
    hot = {"bed": Heater(24.0, 0), "tool0": Heater(50.1, 0)}
    with pytest.raises(Refused, match=r"tool0 is at 50\.1 °C, above 50 °C") as caught:
        run_with(FakePrinter(heaters=hot), wish)
    assert caught.value.reason == "temperature"
    run_with(FakePrinter(heaters={**hot, "tool0": Heater(50.0, 210)}), wish)
    run_with(FakePrinter(heaters={"tool0": Heater(None, None)}), wish)


@pytest.mark.parametrize("heaters", [{}, {"tool0": Heater(None, 0)}])
def test_a_printer_that_has_not_told_yet_how_hot_it_is(run_with, heaters):
    printer = FakePrinter(is_connected=True, heaters=heaters)
    with pytest.raises(Refused, match="has told how hot it is") as caught:
        run_with(printer, command("true", max_temperature=50))
    assert caught.value.reason == "temperature"
    run_with(printer, command("true"))
    printer.now = printer.now._replace(heaters={"tool0": Heater(20, 0)})
    run_with(printer, command("true", max_temperature=50))


def test_what_waits_in_the_queue_is_looked_at_again_when_its_turn_comes(
    make_runner, tmp_path
):
    printer = FakePrinter()
    started = []
    subject = make_runner(printer=printer, on_start=started.append)
    gate = tmp_path / "gate"
    wish = command(
        f"until [ -e {gate} ]; do sleep 0.02; done; echo x >> {tmp_path}/ran",
        when_busy="queue",
        while_printing="refuse",
    )
    first, second = subject.start(wish), subject.start(wish)
    printer.now = PrinterState(**PRINTING)
    gate.touch()

    wait_until(second.finished.is_set)
    assert (first.status, second.status) == ("succeeded", "failed")
    assert "while a print is under way" in second.hint.values["text"]
    assert [record.id for record in started] == [first.id]
    assert second.record().started_at is None
    assert (tmp_path / "ran").read_text() == "x\n"


@pytest.mark.parametrize("ignore", [False, True])
def test_who_waits_for_what_is_refused_after_the_queue_is_told(
    make_runner, tmp_path, caplog, ignore
):
    printer = FakePrinter()
    subject = make_runner(printer=printer)
    gate = tmp_path / "gate"
    wish = command(
        f"until [ -e {gate} ]; do sleep 0.02; done; echo x >> {tmp_path}/ran",
        when_busy="queue",
        while_printing="refuse",
        ignore=ignore,
    )
    subject.start(wish)
    outcomes = []

    def wait():
        try:
            outcomes.append(subject.execute(wish))
        except Refused as refusal:
            outcomes.append(refusal.reason)

    waiting = threading.Thread(target=wait)
    with caplog.at_level("INFO"):
        waiting.start()
        wait_until(lambda: len(subject._active._runs) == 2)
        caplog.clear()
        printer.now = PrinterState(**PRINTING)
        gate.touch()
        waiting.join(10)

    assert outcomes == ["printing"]
    assert (tmp_path / "ran").read_text() == "x\n"
    # nor does the log say that it was run
    assert "Performing" not in caplog.text


class CountingPrinter(FakePrinter):
    """Counts how often it is asked."""

    asked = 0

    def state(self):
        self.asked += 1
        return super().state()


@pytest.fixture
def patient(mocker):
    """However long it takes until there is a thread for the start."""
    mocker.patch.object(preparation, "_FRESH", 60)


@pytest.mark.parametrize(
    "guard", [{}, {"while_printing": "confirm"}, {"max_temperature": 50}]
)
def test_a_start_asks_the_printer_once(patient, run_with, guard):
    printer = CountingPrinter()
    run_with(printer, command("true", **guard))

    assert printer.asked == 1


def test_a_print_that_begins_while_the_start_has_to_wait(mocker, run_with):
    class Late(FakePrinter):
        def state(self):
            before, self.now = self.now, PrinterState(**PRINTING)
            return before

    mocker.patch.object(preparation, "_FRESH", 0)
    with pytest.raises(Refused) as caught:
        run_with(Late(), command("true", while_printing="confirm"))
    assert caught.value.reason == "confirm"


def test_what_was_queued_is_guarded_again(patient, make_runner):
    printer = CountingPrinter()
    subject = make_runner(printer=printer)
    wish = command("exec sleep 60", when_busy="queue", while_printing="refuse")
    first = subject.start(wish)
    assert printer.asked == 1
    queued = subject.start(wish)
    assert printer.asked == 2
    subject.stop(first.id)
    wait_until(lambda: queued.status == "running" and queued.process is not None)

    # once more for both, the guards and what the command is told
    assert printer.asked == 3


def test_a_printer_that_cannot_be_asked(make_runner):
    printer = FakePrinter()
    printer.now = RuntimeError("no idea")
    subject = make_runner(printer=printer)

    # what does not care is run
    run = subject.execute(command('echo "$OCTOPRINT_STATE"'))
    assert excerpt(run.output, STDOUT, 100) == "OFFLINE\n"
    # what does is not
    with pytest.raises(Failed, match="is doing is not known \\(no idea\\)"):
        subject.execute(command("true", max_temperature=50))


##~~ What commands know of it


def test_the_environment_of_a_command(make_runner):
    printer = FakePrinter(
        **PRINTING,
        file="folder/part.gcode",
        origin="local",
        progress=41.66,
        print_time=61.4,
        print_time_left=None,
        heaters={"tool0": Heater(205.04, 210), "W": Heater(None, 1), "a b": Heater()},
    )
    subject = make_runner(printer=printer, server_url=lambda: "http://127.0.0.1:5000")
    run = subject.execute(command("env | grep ^OCTOPRINT_ | sort", action="show"))

    assert excerpt(run.output, STDOUT, 10_000).splitlines() == [
        "OCTOPRINT_ACTION=show",
        "OCTOPRINT_EVENT=",
        "OCTOPRINT_FILE=folder/part.gcode",
        "OCTOPRINT_FILE_ORIGIN=local",
        "OCTOPRINT_PRINTING=true",
        "OCTOPRINT_PRINT_TIME=61",
        "OCTOPRINT_PRINT_TIME_LEFT=",
        "OCTOPRINT_PROGRESS=41.7",
        f"OCTOPRINT_RUN_ID={run.id}",
        "OCTOPRINT_STATE=PRINTING",
        "OCTOPRINT_SWITCH_TO=",
        "OCTOPRINT_TARGET_A_B=",
        "OCTOPRINT_TARGET_TOOL0=210.0",
        "OCTOPRINT_TARGET_W=1.0",
        "OCTOPRINT_TEMPERATURE_A_B=",
        "OCTOPRINT_TEMPERATURE_TOOL0=205.0",
        "OCTOPRINT_TEMPERATURE_W=",
        "OCTOPRINT_TRIGGER=api",
        "OCTOPRINT_URL=http://127.0.0.1:5000",
        "OCTOPRINT_USER=",
    ]


def test_a_definition_cannot_claim_what_the_plugin_tells(make_runner):
    fields = {"OCTOPRINT_USER": "root", "SC_X": "mine", "OTHER": "yes"}
    definition, _ = parse_entry(
        {
            "action": "a",
            "command": 'echo "$OCTOPRINT_USER,$SC_X,$OTHER"',
            "environment": fields,
            "arguments": [{"name": "x", "type": "text", "required": False}],
        }
    )
    wish = command("")._replace(command=definition)
    values = wish.values._replace(environment={"SC_X": ""})
    run = make_runner().execute(wish._replace(values=values))

    assert excerpt(run.output, STDOUT, 100) == ",,yes\n"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        (None, "http://127.0.0.1:5000"),
        ("0.0.0.0", "http://127.0.0.1:5000"),
        ("::", "http://127.0.0.1:5000"),
        ("::1", "http://[::1]:5000"),
        ("192.168.1.2", "http://192.168.1.2:5000"),
    ],
)
def test_the_server_is_found_from_its_own_machine(host, url):
    assert local_url(host, 5000) == url


def test_a_refusal_is_no_failure(make_runner):
    subject = make_runner(printer=FakePrinter(**PRINTING))
    with pytest.raises(Refused) as caught:
        subject.start(command("true", while_printing="refuse"))
    assert not isinstance(caught.value, Failed)
    assert subject._active._runs == {}
