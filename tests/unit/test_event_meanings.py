"""What OctoPrint's events mean to people, by sequences as OctoPrint fires them."""

from hypothesis import given
from hypothesis import strategies as st

from octoprint_systemcommands.triggers.events import MEANINGS, Meanings

A_PRINT = {"name": "a.gcode", "path": "a.gcode", "origin": "local"}


class Listener:
    def __init__(self):
        self.meanings = Meanings()
        self.now = 100.0
        self.told = []
        self.payloads = {}

    def hears(self, *events):
        """Each event is a name, or a name and a payload."""
        for event in events:
            name, payload = event if isinstance(event, tuple) else (event, A_PRINT)
            self._note(self.meanings.take(name, payload, self.now))
        return self.told

    def waits(self, seconds, is_busy=False):
        self.now += seconds
        self._note(self.meanings.look(self.now, is_busy))
        return self.told

    def _note(self, happenings):
        for happening in happenings:
            assert happening.kind in MEANINGS
            self.told.append(happening.kind)
            self.payloads[happening.kind] = happening.payload


def state(name):
    return ("PrinterStateChanged", {"state_id": name})


BEGINNING = (state("OPERATIONAL"), state("STARTING"), "PrintStarted", state("PRINTING"))
CANCELLED = ("PrintFailed", {**A_PRINT, "reason": "cancelled"})
FAILED = ("PrintFailed", {**A_PRINT, "reason": "error", "error": "it is on fire"})


def test_done_is_told_when_the_end_script_is_through():
    listener = Listener()
    listener.hears(*BEGINNING, state("FINISHING"), "PrintDone")
    assert listener.told == ["print_started"]

    listener.hears(state("OPERATIONAL"))

    assert listener.told == ["print_started", "print_done", "print_ended"]
    assert listener.payloads["print_ended"] == {**A_PRINT, "outcome": "done"}


def test_done_is_told_at_once_if_the_printer_is_ready_before():
    told = Listener().hears(*BEGINNING, state("OPERATIONAL"), "PrintDone")

    assert told == ["print_started", "print_done", "print_ended"]


def test_cancelled_is_not_failed():
    told = Listener().hears(
        *BEGINNING,
        "PrintCancelling",
        state("CANCELLING"),
        "PrintCancelled",
        CANCELLED,
        state("OPERATIONAL"),
    )

    assert told == ["print_started", "print_cancelled", "print_ended"]


def test_cancelled_is_told_before_the_end_script_and_ended_after_it():
    told = Listener().hears(*BEGINNING, state("CANCELLING"), "PrintCancelled")

    assert told == ["print_started", "print_cancelled"]


def test_what_is_told_late_of_a_cancelled_print_is_not_about_the_next_one():
    told = Listener().hears(
        *BEGINNING,
        state("CANCELLING"),
        "PrintCancelled",
        state("OPERATIONAL"),
        "PrintStarted",
        state("PRINTING"),
        CANCELLED,
    )

    assert told == ["print_started", "print_cancelled", "print_ended", "print_started"]


def test_what_is_told_twice_of_a_failure_counts_once():
    told = Listener().hears(
        *BEGINNING, FAILED, FAILED, state("ERROR"), FAILED, state("CLOSED_WITH_ERROR")
    )

    assert told == ["print_started", "print_failed", "print_ended"]


def test_a_print_that_the_firmware_has_ended_has_failed():
    listener = Listener()
    listener.hears(
        *BEGINNING,
        ("PrintCancelling", {**A_PRINT, "firmwareError": "Thermal runaway"}),
        state("CANCELLING"),
        "PrintCancelled",
        CANCELLED,
        state("OPERATIONAL"),
    )

    assert listener.told == ["print_started", "print_failed", "print_ended"]
    assert listener.payloads["print_failed"]["error"] == "Thermal runaway"
    assert listener.payloads["print_ended"]["outcome"] == "failed"


def test_a_print_whose_printer_goes_has_failed():
    told = Listener().hears(
        "Connected", *BEGINNING, "Disconnected", FAILED, state("OFFLINE")
    )

    assert told == [
        "connected",
        "print_started",
        "disconnected",
        "print_failed",
        "print_ended",
    ]


def test_a_paused_print_whose_printer_goes_has_failed_though_nobody_says_so():
    listener = Listener()
    listener.hears("Connected", *BEGINNING, "PrintPaused", state("PAUSED"))
    listener.hears("Disconnected", state("OFFLINE"))
    assert "print_failed" not in listener.told

    listener.waits(2)
    listener.hears(FAILED)

    assert listener.told[-3:] == ["disconnected", "print_failed", "print_ended"]
    assert listener.payloads["print_failed"]["reason"] == "error"


def test_the_failure_of_the_next_print_is_told():
    listener = Listener()
    listener.hears("Connected", *BEGINNING, "Disconnected", state("OFFLINE"))
    listener.waits(2)
    listener.now += 60
    listener.hears("Connected", *BEGINNING, FAILED, state("ERROR"))

    assert listener.told.count("print_failed") == 2
    assert listener.told.count("print_ended") == 2


def test_a_print_that_is_done_stays_done_when_the_printer_goes_before_its_end_script_was_sent():
    told = Listener().hears(
        *BEGINNING, state("FINISHING"), "PrintDone", "Disconnected", state("OFFLINE")
    )

    assert told == ["print_started", "print_done", "print_ended"]


def test_the_end_of_a_print_is_told_before_the_beginning_of_the_next_one():
    told = Listener().hears(
        *BEGINNING, state("FINISHING"), "PrintDone", "PrintStarted", state("PRINTING")
    )

    assert told == ["print_started", "print_done", "print_ended", "print_started"]


def test_somebody_looks_if_nobody_tells_that_the_printer_is_ready():
    listener = Listener()
    listener.hears(*BEGINNING, state("FINISHING"), "PrintDone")

    assert listener.waits(60, is_busy=True) == ["print_started"]
    assert listener.waits(60, is_busy=False)[1:] == ["print_done", "print_ended"]
    assert listener.meanings.next_look is None


def test_disconnected_is_told_only_of_what_was_connected():
    told = Listener().hears("Disconnected", "Connected", "Disconnected", "Disconnected")

    assert told == ["connected", "disconnected"]


def test_errors_and_pauses_are_told():
    told = Listener().hears(*BEGINNING, "PrintPaused", "PrintResumed", "Error")

    assert told == ["print_started", "print_paused", "print_resumed", "error"]


def test_a_pause_is_told_once():
    told = Listener().hears(
        *BEGINNING,
        "PrintResumed",
        "PrintPaused",
        "PrintPaused",
        "PrintResumed",
        "PrintPaused",
        "PrintStarted",
        "PrintPaused",
    )

    assert told == [
        "print_started",
        "print_paused",
        "print_resumed",
        "print_paused",
        "print_started",
        "print_paused",
    ]


def test_a_print_that_nobody_has_heard_begin_ends_once():
    told = Listener().hears("PrintDone", state("OPERATIONAL"), "PrintDone")

    assert told == ["print_done", "print_ended"]


EVENTS = st.sampled_from(
    [
        *("PrintStarted", "PrintDone", "PrintCancelling", "PrintCancelled"),
        *("PrintPaused", "PrintResumed", "Connected", "Disconnected", "Error"),
        CANCELLED,
        FAILED,
        *map(
            state, ("OPERATIONAL", "PRINTING", "FINISHING", "PAUSED", "ERROR", "OFFLINE")
        ),
    ]
)


@given(st.lists(st.one_of(EVENTS, st.floats(0, 100)), max_size=60), st.booleans())
def test_whatever_is_told_a_print_ends_once(steps, is_busy):
    listener = Listener()
    for step in steps:
        if isinstance(step, float):
            listener.waits(step, is_busy)
        else:
            listener.hears(step)

    for told in " ".join(listener.told).split("print_started"):
        prints = [kind for kind in told.split() if kind in ENDINGS]
        # of a print that nobody has heard begin, too
        assert prints.count("print_ended") <= 1
        assert sum(kind != "print_ended" for kind in prints) <= 1
        if "print_ended" in prints:
            assert prints[-1] == "print_ended"
            assert len(prints) == 2


ENDINGS = ("print_done", "print_cancelled", "print_failed", "print_ended")
