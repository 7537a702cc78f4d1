"""The connection to the printer, as OctoPrint's versions have it."""

import pytest
from fakes import Settings

from octoprint_systemcommands.host.connection import Connection
from octoprint_systemcommands.host.preferences import Preferences


class Printer:
    def __init__(self):
        self.calls = []

    def connect(self, **kwargs):
        self.calls.append(kwargs)

    def select_file(self, *args, **kwargs):
        self.calls.append((args, kwargs))


@pytest.mark.parametrize(
    ("settings", "call"),
    [
        ({}, {}),
        ({"printerConnection": {"preferred": {"connector": None}}}, {}),
        (
            {
                "printerConnection": {
                    "preferred": {"connector": "moonraker", "parameters": {"host": "x"}}
                }
            },
            {"connector": "moonraker", "parameters": {"host": "x"}},
        ),
        (
            {"printerConnection": {"preferred": {"connector": "serial"}}},
            {"connector": "serial", "parameters": {}},
        ),
    ],
    ids=["1.11", "2.0, nothing preferred", "2.0", "2.0, without parameters"],
)
def test_it_is_the_preferred_one(settings, call):
    printer = Printer()

    Connection(printer, Settings(everyone=settings)).open()

    assert printer.calls == [call]


def test_a_file_is_printed():
    printer = Printer()

    Connection(printer, Settings()).print_file("a/b.gcode")

    assert printer.calls == [(("a/b.gcode", False), {"printAfterSelect": True})]


@pytest.mark.parametrize(
    ("value", "seconds"), [(None, 0.0), (600, 600.0), ("soon", 0.0), (True, 0.0)]
)
def test_how_long_movies_wait(value, seconds):
    settings = Settings(everyone={"webcam": {"renderAfterPrintDelay": value}})

    assert Preferences(settings).movie_delay() == seconds
