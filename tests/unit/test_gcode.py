"""Lines of G-code: who may run what by them, what becomes of it, and what is said of it."""

import threading
import time

import pytest
from fakes import Settings
from gcode_world import Comm, House, Job
from octoprint.util.comm import process_gcode_line

from harness.waiting import wait_until
from octoprint_systemcommands.access import Access
from octoprint_systemcommands.commands.catalogue import Catalogue
from octoprint_systemcommands.commands.definition import Command
from octoprint_systemcommands.commands.toggles import WrongTo
from octoprint_systemcommands.messages import N_
from octoprint_systemcommands.runs.errors import Busy, Refused
from octoprint_systemcommands.runs.record import Status
from octoprint_systemcommands.triggers.gcode import worker
from octoprint_systemcommands.triggers.gcode.gcode import Gcode
from octoprint_systemcommands.triggers.gcode.notices import Notices
from octoprint_systemcommands.triggers.gcode.opened import OpenedCommands
from octoprint_systemcommands.triggers.gcode.scripts import PLACES

LEVEL = {"name": "level", "type": "number", "default": 1}
COMMANDS = [
    {"action": "note", "name": "Note", "command": "true", "gcode": True},
    {"action": "closed", "name": "Closed", "command": "true", "gcode_alias": 9},
    {
        "action": "light",
        "name": "Light",
        "type": "toggle",
        "on": "true",
        "off": "true",
        "gcode": True,
        "gcode_alias": 5,
        "gcode_script": ["before_print", "after_print", "on_pause", "on_resume"],
    },
    {
        "action": "fan",
        "name": "Fan",
        "command": "true",
        "arguments": [LEVEL],
        "gcode": True,
        "gcode_alias": 3,
        "gcode_wait": 30,
        "gcode_script": ["before_print"],
    },
    {
        "action": "secret",
        "name": "Secret",
        "command": "true",
        "arguments": [{"name": "key", "type": "secret"}],
        "gcode": True,
    },
    {
        "action": "fresh",
        "name": "Fresh",
        "command": "true",
        "fresh_credentials": True,
        "gcode": True,
        "gcode_alias": 8,
    },
    {"action": "cpu", "name": "CPU", "type": "status", "state": "true", "gcode": True},
    {"action": "divider"},
]
FILE = {"source:file", "filepos:123", "fileline:12"}
SCRIPT = {"source:script", "script:beforePrintStarted", "source:job"}
# by the API; its name is that of a script of the print, but it is none
ASKED_FOR = {"source:api", "source:script", "script:beforePrintStarted"}
TERMINAL = {"source:api", "api:printer.command"}


class World:
    def __init__(self, commands=COMMANDS):
        self.settings = Settings({"commands": list(commands)})
        catalogue = Catalogue(self.settings, gettext=lambda text: text)
        self.house = House()
        self.job = Job()
        self.comm = Comm()
        self.notices = []
        self.gcode = Gcode(
            Access(catalogue, lambda: False, None),
            self.house,
            self.house,
            self.job,
            self.notices.append,
        )

    def line(self, parameters, tags=FILE, command="system"):
        self.gcode.at_command(self.comm, "queuing", command, parameters, tags=tags)

    def octo(self, line, tags=FILE):
        return self.gcode.queuing(self.comm, "queuing", line, None, None, tags=tags)

    def run(self, number=1):
        """The request of the run of a number."""
        wait_until(lambda: len(self.house.runs) >= number)
        return self.house.runs[number - 1].request

    def says(self, text):
        wait_until(lambda: any(text in said for said in self.job.said))

    def ends(self, number=1, status=Status.SUCCEEDED, exit_code=0):
        wait_until(lambda: len(self.house.runs) >= number)
        run = self.house.runs[number - 1]
        run.status, run.exit_code = status, exit_code
        self.gcode.run_changed(run.record())

    def is_free(self):
        return self.comm.hold.counter == 0 and self.comm.taken == self.comm.released


@pytest.fixture
def make_world():
    made = []

    def make(*args):
        made.append(World(*args))
        return made[-1]

    yield make
    for each in made:
        each.gcode.close()


@pytest.fixture
def world(make_world):
    return make_world()


@pytest.fixture
def hung(world):
    """A line that is being started, for as long as `hung.goes_on` is not set."""
    begun, goes_on = threading.Event(), threading.Event()

    def hang(run):
        begun.set()
        goes_on.wait(30)

    world.house.on_launch = hang
    world.line("note", TERMINAL)
    assert begun.wait(30)
    yield goes_on
    goes_on.set()


##~~ What is run


def test_a_line_of_the_print(world):
    world.line("fan level=5")

    request = world.run()
    assert (request.source, request.action) == ("custom", "fan")
    assert request.arguments == {"level": 5}
    assert request.way_in == "gcode"
    assert request.part_of_print
    assert not request.confirmed
    assert not request.has_fresh_credentials
    assert request.requester.user == "operator"
    assert request.requester.trigger == "gcode"
    assert request.requester.rule is None
    assert str(request.reason) == "Line 12 of folder/a.gcode (comments not counted)"
    assert request.event["OCTOPRINT_EVENT"] == "gcode"
    assert request.event["OCTOPRINT_EVENT_LINE"] == "12"
    assert request.event["OCTOPRINT_EVENT_TEXT"] == "@system fan level=5"
    assert world.comm.taken == 0


@pytest.mark.parametrize(
    ("tags", "is_of_print", "reason"),
    [
        (SCRIPT, True, "A script of the print of folder/a.gcode"),
        (ASKED_FOR, False, "A line of G-code"),
        (TERMINAL, False, "A line of G-code"),
        ({"source:plugin", "plugin:other"}, False, "A line of G-code"),
        (set(), False, "A line of G-code"),
        (None, False, "A line of G-code"),
    ],
)
def test_where_lines_come_from(world, tags, is_of_print, reason):
    world.line("note", tags)

    request = world.run()
    assert request.part_of_print is is_of_print
    # who types into the terminal is not known
    assert request.requester.user == ("operator" if is_of_print else None)
    assert str(request.reason) == reason


def test_whose_print_it_is_when_the_line_comes(world):
    begun, goes_on = threading.Event(), threading.Event()

    def hang(run):
        begun.set()
        goes_on.wait(30)

    world.house.on_launch = hang
    world.line("note")
    assert begun.wait(30)
    world.line("note")
    # the next print is another one's
    world.job.user = "other"
    goes_on.set()

    assert world.run(2).requester.user == "operator"


def test_a_print_whose_owner_is_forgotten_before_it_is_over(world):
    world.line("note")
    world.job.user = None
    world.gcode.script(world.comm, "gcode", "afterPrintDone")
    world.line("note", SCRIPT)
    world.gcode.script(world.comm, "gcode", "beforePrintStarted")
    world.line("note", SCRIPT)
    world.run(3)
    users = [run.request.requester.user for run in world.house.runs]
    assert users == ["operator", "operator", None]


def test_toggles(world):
    for words in ("light on", "light off wait", "light", "light:on"):
        world.line(words)
    world.octo("OCTO5 off")
    world.octo("OCTO5 off and on")

    world.run(6)
    said = [(run.request.action, run.request.to) for run in world.house.runs]
    assert said == [
        *(("light", "on"), ("light", "off"), ("light", None)),
        *(("light:on", None), ("light", "off"), ("light", None)),
    ]


def test_lines_are_in_their_order(world):
    for number in range(50):
        world.line(f"fan level={number}")
    for number in range(50):
        world.ends(number + 1)
    levels = [run.request.arguments["level"] for run in world.house.runs]
    assert levels == list(range(50))


def test_other_lines_are_none_of_ours(world):
    world.line("note", command="pause")
    world.line("note", command="systems")
    world.line("note", command="SYSTEM")
    world.run()
    assert len(world.house.runs) == 1


##~~ OCTO lines


def test_an_octo_line(world):
    assert world.octo("OCTO3 some 'text'") == (None,)

    request = world.run()
    assert (request.action, request.arguments) == ("fan", {})
    assert request.event["SC_ARGS"] == "some 'text'"
    assert request.event["OCTOPRINT_GCODESYSTEMCOMMAND_ID"] == "3"
    assert request.event["OCTOPRINT_GCODESYSTEMCOMMAND_LINE"] == "OCTO3 some 'text'"
    assert request.event["OCTOPRINT_EVENT_TEXT"] == "OCTO3 some 'text'"


def test_an_octo_line_with_what_no_variable_can_hold(world):
    world.octo("OCTO3 a\0b \ud800")
    event = world.run().event
    for name in ("SC_ARGS", "OCTOPRINT_GCODESYSTEMCOMMAND_ARGS"):
        assert event[name] == "ab ?"
    assert event["OCTOPRINT_GCODESYSTEMCOMMAND_LINE"] == "OCTO3 ab ?"


@pytest.mark.parametrize(
    ("line", "to"),
    [("OCTO5", None), ("OCTO5 on", "on"), ("OCTO5 OFF", "off"), ("OCTO5 other", None)],
)
def test_an_octo_line_of_a_toggle(world, line, to):
    world.octo(line)
    assert world.run().to == to


@pytest.mark.parametrize("line", ["OCTO4", "OCTO9", "OCTO8", "OCTO", "OCTOPUS", "OCTO3x"])
def test_lines_that_are_the_printers(world, line):
    assert world.octo(line) is None
    assert world.house.runs == world.job.said == []


def test_an_octo_line_that_is_too_long_is_not_run_in_part(world):
    assert world.octo("OCTO3 " + "x" * 2000) == (None,)
    world.says("not run: The line is too long.")
    assert world.house.runs == []
    # what is the printer's is none of ours
    assert world.octo("OCTO4 " + "x" * 2000) is None


def test_an_alias_goes_with_its_command(world):
    assert world.octo("OCTO3") == (None,)
    world.run()
    world.settings.plugin["commands"] = [
        {**COMMANDS[0], "gcode_alias": 3},
        {**COMMANDS[3], "gcode": False},
    ]
    world.gcode.on_event("SettingsUpdated", {})
    assert world.octo("OCTO3") == (None,)
    world.run(2)
    assert [run.request.action for run in world.house.runs] == ["fan", "note"]


##~~ What is not run


@pytest.mark.parametrize(
    ("words", "reason", "text"),
    [
        ("", "wrong_line", "Say which command"),
        ('""', "wrong_line", "Say which command"),
        ("note what", "wrong_line", '"what" is neither'),
        ("missing", "unknown", "there is no such command"),
        ("divider", "unknown", "only a divider"),
        ("cpu", "unknown", "only be looked at"),
        ("closed", "not_opened", "is not open to this"),
        ("closed wait", "not_opened", "is not open to this"),
        ("secret key=x", "not_opened", "asks for a secret"),
        ("fresh", "not_opened", "asks for a password"),
        ("light:up", "unknown", "there is no such command"),
    ],
)
def test_what_is_said_of_others(world, words, reason, text):
    world.line(words)

    world.says(text)
    wait_until(lambda: world.notices)
    assert world.house.runs == []
    assert world.comm.taken == 0
    (notice,) = world.notices
    assert notice["reason"] == reason
    assert notice["line"] == 12
    assert notice["action"] in (words.split(" ")[0], f"@system {words}".rstrip())


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (Refused(N_("It is hot."), "temperature"), "fan: not run: It is hot."),
        (Busy(N_("Too much.")), "fan: not run: Too much."),
        (WrongTo(N_('leave out "to"')), "fan: not run: on and off are for toggles, and"),
        (ValueError("no number"), "fan: not run: no number"),
        (OSError("disk"), "fan: not run: there was an error, see octoprint.log"),
    ],
)
def test_what_is_refused_does_not_hold_the_print(world, error, text):
    world.house.error = error
    world.line("fan wait")

    world.says(text)
    wait_until(world.is_free)
    assert world.comm.taken == 1
    assert [notice["reason"] for notice in world.notices] == ["not_run"]
    # nor is it the end of the thread
    world.house.error = None
    world.line("fan")
    world.run()


def test_what_is_said_has_one_line_and_an_end(world):
    # which the terminal of the tests looks at
    world.line("x" * 3000, TERMINAL)
    world.line("a\x1b[31m\r\n b", TERMINAL)
    world.line("'\u2028'", TERMINAL)
    wait_until(lambda: len(world.job.said) == 3)
    assert all(len(said) < 500 for said in world.job.said)
    assert all(len(notice["action"]) <= 100 for notice in world.notices)


def test_too_many_lines(world):
    begun, goes_on = threading.Event(), threading.Event()

    def hang(run):
        begun.set()
        goes_on.wait(30)

    world.house.on_launch = hang
    world.line("note")
    assert begun.wait(30)
    started = time.monotonic()
    for _ in range(worker.MAX_LINES + 7):
        world.line("fan wait", TERMINAL)
    # whoever hands it over does not wait
    assert time.monotonic() - started < 5
    goes_on.set()

    world.says("too many lines wait (left out after it: 6)")
    for number in range(worker.MAX_LINES + 1):
        world.ends(number + 1)
    assert [notice["reason"] for notice in world.notices] == ["too_many"]
    assert len(world.house.runs) == worker.MAX_LINES + 1
    wait_until(world.is_free)


def test_a_line_that_comes_often_is_a_notice_once(world):
    for _ in range(20):
        world.line("missing")
    wait_until(lambda: len(world.job.said) == 20)
    assert len(world.notices) == 1


##~~ Waiting


def test_the_print_waits_for_the_end(world):
    world.line("fan wait")
    assert world.comm.hold.counter == 1
    world.run()

    world.ends()

    wait_until(world.is_free)
    world.says("fan: has ended")
    assert world.comm.taken == 1


def test_an_end_that_comes_before_its_run_is_known(world):
    world.house.on_launch = lambda run: setattr(run, "status", Status.FAILED)
    world.line("fan wait")
    wait_until(world.is_free)
    world.says("fan: could not be run")


@pytest.mark.parametrize(
    ("status", "exit_code", "text"),
    [
        (Status.FAILED, 3, "has failed (return code 3)"),
        (Status.TIMED_OUT, -15, "has taken too long"),
        (Status.STOPPED, -15, "was stopped"),
    ],
)
def test_other_ends(world, status, exit_code, text):
    world.line("fan wait")
    world.run()
    world.ends(1, status, exit_code)
    wait_until(world.is_free)
    world.says(text)


def test_an_end_releases_while_another_line_hangs(world):
    world.line("fan wait")
    world.run()
    goes_on = threading.Event()
    world.house.on_launch = lambda run: goes_on.wait(30)
    world.line("note", TERMINAL)
    wait_until(lambda: len(world.house.runs) == 2)

    world.ends()

    wait_until(world.is_free)
    goes_on.set()


def test_the_limit(make_world):
    world = make_world([{**COMMANDS[0], "gcode_wait": 0.05}])
    world.line("note wait")
    world.says("the print goes on and waits no longer")
    assert world.is_free()
    # what has begun goes on
    assert world.house.stopped == {}
    world.ends()
    world.says("note: has ended")


def test_a_cancel_stops_the_run(world):
    world.line("fan wait")
    world.run()
    wait_until(lambda: world.gcode._worker.holds._holds[0].run_id)
    order = []
    world.house.stop = lambda *args, **kwargs: order.append("stop")
    world.comm.goes_on = lambda: order.append("goes on")

    world.comm.state = "CANCELLING"
    world.gcode.on_event("PrintCancelling", {})

    wait_until(world.is_free)
    world.says("the print was cancelled and waits no longer")
    # what comes next may take long
    assert order == ["stop", "goes on"]


def test_a_cancel_while_it_is_being_started(world):
    begun, goes_on = threading.Event(), threading.Event()

    def hang(run):
        begun.set()
        goes_on.wait(30)

    world.house.on_launch = hang
    world.line("fan wait")
    assert begun.wait(30)
    world.comm.state = "CANCELLING"
    world.gcode.on_event("PrintCancelling", {})
    wait_until(world.is_free)
    goes_on.set()
    wait_until(lambda: world.house.stopped == {"run1": "The print was cancelled"})


def test_a_cancel_before_its_turn(world, hung):
    world.line("fan wait")
    world.comm.state = "CANCELLING"
    world.gcode.on_event("PrintCancelling", {})
    wait_until(world.is_free)
    hung.set()
    world.says("fan: not run: the print was cancelled")
    assert len(world.house.runs) == 1
    assert world.notices == []


@pytest.mark.parametrize("state", ["PAUSING", "CLOSED", "ERROR"])
def test_an_interruption_lets_the_run_go_on(world, state):
    world.line("fan wait")
    world.run()
    world.comm.state = state
    world.gcode.on_event("PrinterStateChanged", {"state_id": state})
    wait_until(world.is_free)
    world.says("the print was interrupted")
    assert world.house.stopped == {}


def test_what_cannot_wait_is_run_and_says_so(world):
    world.comm.state = "OPERATIONAL"
    world.line("fan wait", TERMINAL)
    world.says("fan: the print does not wait: no print is being sent")
    assert len(world.house.runs) == 1


def test_a_command_that_is_opened_this_moment_cannot_wait(world):
    # what is open is known from here on
    assert world.octo("OCTO9") is None
    world.settings.plugin["commands"] = [{**COMMANDS[1], "gcode": True}]
    world.line("closed wait")
    world.says("closed: the print does not wait: it was not open yet")


def test_a_command_that_is_closed_while_its_line_waits(world, hung):
    world.line("fan wait")
    world.octo("OCTO3")
    world.settings.plugin["commands"] = [{**COMMANDS[3], "gcode": False}]
    world.gcode.on_event("SettingsUpdated", {})
    hung.set()
    world.says("fan: not run: ")
    world.says("OCTO3: not run: ")
    wait_until(world.is_free)
    assert len(world.house.runs) == 1


##~~ What nobody wants any more


def test_lines_that_wait_while_the_print_is_being_cancelled(world, hung):
    world.line("fan level=2")
    world.octo("OCTO3")
    world.line("fan level=4", TERMINAL)
    world.comm.state = "CANCELLING"
    hung.set()
    world.says("fan: not run: the print was cancelled")
    world.says("OCTO3: not run: the print was cancelled")
    # somebody has typed it
    assert world.run(2).arguments == {"level": 4}
    assert world.notices == []


def test_lines_of_a_print_that_was_cancelled(world, hung):
    world.line("fan level=2")
    world.gcode.script(world.comm, "gcode", "afterPrintCancelled")
    world.line("light off", SCRIPT)
    world.gcode.script(world.comm, "gcode", "beforePrintStarted")
    world.line("fan level=3")
    hung.set()
    assert [world.run(number).action for number in (2, 3)] == ["light", "fan"]
    assert world.run(3).arguments == {"level": 3}
    assert [said for said in world.job.said if "fan" in said] == [
        "fan: not run: the print was cancelled"
    ]


def test_lines_of_a_print_whose_connection_is_gone(world, hung):
    world.line("fan level=2")
    world.line("note", SCRIPT)
    world.line("fan level=4", TERMINAL)
    world.comm.state = "CLOSED"
    hung.set()
    world.says("fan: not run: the print was interrupted")
    world.says("note: not run: the print was interrupted")
    assert world.run(2).arguments == {"level": 4}


def test_lines_at_the_end_of_a_print_are_run_though_the_connection_is_gone(world, hung):
    world.line("fan level=2")
    world.gcode.script(world.comm, "gcode", "afterPrintDone")
    world.line("note", SCRIPT)
    world.comm.state = "CLOSED"
    # and though the next print is there already
    world.gcode.script(world.comm, "gcode", "beforePrintStarted")
    hung.set()
    assert [world.run(number).action for number in (2, 3)] == ["fan", "note"]


def test_a_connection_that_does_not_say_what_it_does(world, hung, mocker):
    mocker.patch.object(world.comm, "isCancelling", side_effect=NotImplementedError)
    mocker.patch.object(world.comm, "isClosedOrError", side_effect=NotImplementedError)
    world.line("fan")
    hung.set()
    assert world.run(2).action == "fan"


def test_an_emergency_stop_calls_off_all_that_waits(world, hung):
    world.line("fan wait")
    world.line("fan", TERMINAL)
    world.gcode.on_event("EStop", {})
    hung.set()
    wait_until(lambda: world.job.said.count("fan: not run: emergency stop") == 2)
    wait_until(world.is_free)
    assert len(world.house.runs) == 1


##~~ Not too many at a time


def test_no_more_runs_at_a_time_than_half_of_all(world, mocker):
    mocker.patch.object(worker, "MAX_RUNS", 3)
    for level in range(5):
        world.line(f"fan level={level} wait")
    world.says("fan: waits: 3 commands of lines of G-code are running")
    assert len(world.house.runs) == 3
    # each end makes room for one more
    world.ends(2)
    world.run(4)
    wait_until(lambda: "".join(world.job.said).count("fan: waits") == 2)
    world.ends(1)
    world.run(5)
    for number in (3, 4, 5):
        world.ends(number)
    wait_until(world.is_free)
    assert [run.request.arguments["level"] for run in world.house.runs] == [0, 1, 2, 3, 4]


def test_what_waits_for_others_is_called_off_at_once(world, mocker):
    mocker.patch.object(worker, "MAX_RUNS", 1)
    world.line("fan wait")
    world.line("note wait")
    world.says("note: waits: 1 commands")
    world.gcode.on_event("EStop", {})
    world.says("note: not run: emergency stop")
    assert len(world.house.runs) == 1


##~~ The end of the server


def test_the_end_of_the_server(world):
    world.line("fan wait")
    world.run()
    world.gcode.close()
    assert world.is_free()

    world.line("fan wait")
    world.line("fan")
    assert world.octo("OCTO3") == (None,)
    world.ends()
    assert world.is_free()
    assert len(world.house.runs) == 1
    assert world.notices == []


def test_no_thread_to_spare(world, mocker):
    mocker.patch.object(threading.Thread, "start", side_effect=RuntimeError)
    world.line("fan wait")
    assert world.octo("OCTO3") == (None,)
    assert world.comm.taken == 0
    mocker.stopall()
    world.line("note")
    world.says("too many lines wait (left out after it: 1)")


##~~ The list, and scripts


def test_the_list(world):
    world.line("list wait", TERMINAL)
    wait_until(lambda: len(world.job.said) == 4)
    assert world.job.said == [
        "list: open to G-code:",
        "list: @system note  (Note)",
        "list: @system light on|off  (Light, OCTO5)",
        "list: @system fan level=…  (Fan, OCTO3)",
    ]
    assert world.house.runs == []


def test_the_list_has_a_number_only_where_it_counts(make_world):
    world = make_world([COMMANDS[3], {**COMMANDS[0], "gcode_alias": 3}])
    world.line("list", TERMINAL)
    world.says("list: @system note  (Note)")
    assert any("(Fan, OCTO3)" in said for said in world.job.said)


def test_the_list_of_none(make_world):
    world = make_world([COMMANDS[1]])
    world.line("list", TERMINAL)
    world.says("no command is open")


def test_a_list_has_an_end(make_world):
    world = make_world([{**COMMANDS[0], "action": f"note-{n}"} for n in range(300)])
    world.line("list", TERMINAL)
    world.says("… and 200 more")
    assert len(world.job.said) == 102


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("beforePrintStarted", (["@system light on wait", "@system fan wait"], None)),
        ("afterPrintDone", (None, ["@system light off"])),
        ("afterPrintCancelled", (None, ["@system light off"])),
        ("afterPrintPaused", (None, ["@system light off"])),
        ("beforePrintResumed", (["@system light on wait"], None)),
        ("afterPrinterConnected", None),
        ("beforePrinterDisconnected", None),
        ("snippets/my", None),
    ],
)
def test_scripts(world, script, expected):
    assert world.gcode.script(world.comm, "gcode", script) == expected
    assert world.gcode.script(world.comm, "other", script) is None


@pytest.mark.parametrize("action", ["a b", "it's", 'say "a"', "a;b", "a\\b", "licht-ä"])
def test_actions_that_were_written_by_hand(make_world, action):
    command = {**COMMANDS[0], "action": action, "gcode_script": ["before_print"]}
    world = make_world([command])
    (line,), _ = world.gcode.script(world.comm, "gcode", "beforePrintStarted")
    # as OctoPrint sends it
    line = process_gcode_line(line)
    world.gcode.at_command(world.comm, "queuing", *line[1:].split(None, 1), tags=FILE)
    assert world.run().action == action
    world.line("list", TERMINAL)
    world.says(line.removesuffix(" wait"))


def test_scripts_without_commands_for_them(make_world):
    world = make_world([COMMANDS[0]])
    for script in PLACES:
        assert world.gcode.script(world.comm, "gcode", script) is None


##~~ What is remembered


def test_settings_are_not_read_for_each_line(world):
    read = []
    get = world.settings.get
    world.settings.get = lambda path: read.append(path) or get(path)
    for _ in range(1000):
        world.octo("OCTO9")
        world.octo("OCTO4")
        world.gcode.script(world.comm, "gcode", "afterPrintDone")
    assert len(read) == 1


def test_what_is_open_is_read_again_after_a_while():
    now, reads = [0.0], []
    commands = OpenedCommands(lambda: reads.append(1) or [], lambda: now[0])
    commands.all()
    now[0] = 9.0
    assert commands.of_alias(1) is commands.of_action("a") is None
    assert len(reads) == 1
    now[0] = 11.0
    commands.all()
    commands.forget()
    commands.all()
    assert len(reads) == 3


def test_what_is_saved_while_it_is_read_is_not_missed():
    numbers = []

    def read():
        numbers.append(len(numbers))
        if len(numbers) == 1:
            subject.forget()
        return [Command(action=f"note-{numbers[-1]}", gcode=True)]

    subject = OpenedCommands(read)
    assert subject.of_action("note-0")
    assert subject.of_action("note-1")
    assert subject.of_action("note-1")
    assert numbers == [0, 1]


def test_notices_are_remembered_for_a_while():
    now, told = [0.0], []
    notices = Notices(told.append, lambda: now[0])
    notices.tell("unknown", "a", 1)
    notices.tell("unknown", "a", 2)
    notices.tell("not_run", "a", 3)
    now[0] = 11.0
    notices.tell("unknown", "a", 4)
    assert [each["line"] for each in told] == [1, 3, 4]
    for number in range(1000):
        now[0] += 11.0
        notices.tell("unknown", str(number), None)
    assert len(notices._told) <= 50


def test_lines_that_are_wrong_in_many_ways_are_few_notices():
    now, told = [0.0], []
    notices = Notices(told.append, lambda: now[0])
    for number in range(1000):
        notices.tell("unknown", str(number), number)
    assert [each["line"] for each in told] == list(range(10))
    now[0] = 11.0
    notices.tell("unknown", "another", 1)
    assert len(told) == 11
