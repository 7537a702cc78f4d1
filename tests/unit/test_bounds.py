"""What requests and commands put into memory has an end."""

import threading

from histories import begin, end

from octoprint_systemcommands.commands.definition import Command
from octoprint_systemcommands.host.notifier import Notifier
from octoprint_systemcommands.runs.output.capture import STDERR, STDOUT, Capture
from octoprint_systemcommands.runs.output.masking import MaskedCapture
from octoprint_systemcommands.runs.request import Request
from octoprint_systemcommands.runs.run import Run

WIDEST = "\U0001f511"


def test_events_while_nobody_takes_them():
    at_work, go_on = threading.Event(), threading.Event()

    def fire(name, payload):
        at_work.set()
        go_on.wait(30)

    notifier = Notifier(push=lambda message: None, fire=fire)
    run = Run(1, Request("custom", Command(action="x", command="true")))
    begin(run)
    notifier.run_started(run.record())
    assert at_work.wait(30)
    end(run)
    for _ in range(5000):
        notifier.run_changed(run.record())
    assert len(notifier._events) <= 1000
    # a run is pushed once, however often it has changed
    assert len(notifier._changed) <= 1
    go_on.set()
    notifier.close()


def test_what_masking_holds_back():
    """As many secrets as there can be, of the letters that take most, and a command that
    begins to print them all the time."""
    secrets = [f"{number:02}{WIDEST * 1022}" for number in range(20)]
    capture = Capture()
    subject = MaskedCapture(capture, secrets)
    beginning = f"01{WIDEST * 1000}".encode()
    for _ in range(50):
        for stream in (STDOUT, STDERR):
            subject.write(stream, beginning)
    held = sum(len(held.data) for held in subject._held.values())
    assert held <= 2 * len(beginning)
    subject.close()
    assert capture.total == 100 * len(beginning)
