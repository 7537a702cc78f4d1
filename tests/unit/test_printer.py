"""What the plugin sees of OctoPrint's printer."""

import pytest
from octoprint.printer import standard

from octoprint_systemcommands.host.printer import Printer
from octoprint_systemcommands.runs.printer_state import Heater

pytestmark = pytest.mark.each_version


class OctoPrintsPrinter:
    """As much of it as matters; it notes and tells temperatures as the real one does."""

    def __init__(self):
        self.is_closed = False
        self.file = {"path": None, "origin": None}
        self._callbacks = []
        self._temps = standard.DataHistory(cutoff=3600)

    def register_callback(self, callback):
        self._callbacks.append(callback)

    def report(self, **heaters):
        data = {"time": int(standard.time.time())}
        for name, (actual, target) in heaters.items():
            data[name] = {"actual": actual, "target": target}
        self._temps.append(data)
        for callback in self._callbacks:
            callback.on_printer_add_temperature(data)

    def close(self):
        self.is_closed = True
        self.report()

    def open(self):
        self.is_closed = False

    def get_current_temperatures(self):
        return {k: v for k, v in (self._temps.last or {}).items() if k != "time"}

    def is_closed_or_error(self):
        return self.is_closed

    def get_current_data(self):
        return {"job": {"file": self.file}, "progress": {"completion": None}}

    def get_state_id(self):
        return "OFFLINE" if self.is_closed else "OPERATIONAL"

    def is_printing(self):
        return False

    is_pausing = is_paused = is_resuming = is_cancelling = is_finishing = is_printing


@pytest.fixture
def octoprints():
    return OctoPrintsPrinter()


@pytest.fixture
def heaters(octoprints):
    printer = Printer(octoprints)
    return lambda: printer.state().heaters


def test_the_last_report_counts(octoprints, heaters):
    assert heaters() == {}
    octoprints.report(tool0=(200.0, 210), bed=(None, 60))
    octoprints.report(tool0=(201.5, 210), bed=("?", 60))

    assert heaters() == {"tool0": Heater(201.5, 210), "bed": Heater(None, 60)}


def test_a_connection_knows_nothing_of_the_one_before(octoprints, heaters):
    octoprints.report(tool0=(20, 0))
    octoprints.close()
    # from what was read already
    octoprints.report(tool0=(20, 0))
    assert heaters() == {}
    octoprints.open()

    assert heaters() == {}
    octoprints.report(tool0=(200, 0))
    assert heaters() == {"tool0": Heater(200, 0)}


def test_a_clock_that_is_set_back_keeps_no_old_temperature(octoprints, heaters, mocker):
    clock = mocker.patch.object(standard.time, "time", return_value=1_000_000)
    octoprints.report(tool0=(20, 0))
    clock.return_value -= 600
    octoprints.report(tool0=(200, 210))
    assert heaters() == {"tool0": Heater(200, 210)}

    octoprints.close()
    octoprints.open()
    assert heaters() == {}


@pytest.mark.parametrize(
    ("octoprints_word", "ours"),
    [("local", "local"), ("sdcard", "sdcard"), ("printer", "sdcard"), (None, None)],
)
def test_the_printers_own_storage_has_one_name(octoprints, octoprints_word, ours):
    octoprints.file = {"path": "part.gco", "origin": octoprints_word}

    assert Printer(octoprints).state().origin == ours
