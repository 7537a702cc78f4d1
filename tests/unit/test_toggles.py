"""Toggles and statuses: what they are made of, found by, checked for, and run as."""

import pytest
from fakes import Settings
from people import access_of

from octoprint_systemcommands.access import Forbidden
from octoprint_systemcommands.commands.catalogue import (
    Catalogue,
    NotExecutable,
    UnknownAction,
)
from octoprint_systemcommands.commands.client_form import for_menu
from octoprint_systemcommands.commands.definition import Command
from octoprint_systemcommands.commands.editing.validation import check
from octoprint_systemcommands.commands.parsing import parse_entry
from octoprint_systemcommands.commands.problems import WARNING
from octoprint_systemcommands.commands.system_actions import (
    Unusable,
    parse_system_action,
)
from octoprint_systemcommands.commands.toggles import (
    Switched,
    WrongPart,
    WrongTo,
    chosen,
    opposite,
    part_of,
    split,
    switched,
)
from octoprint_systemcommands.launcher import ExecuteRequest, Launcher
from octoprint_systemcommands.runs.errors import Failed, NoCommandLine, Refused
from octoprint_systemcommands.runs.log_lines import who_does_what
from octoprint_systemcommands.runs.output.capture import STDOUT
from octoprint_systemcommands.runs.output.reader import excerpt
from octoprint_systemcommands.runs.pending import of_kept
from octoprint_systemcommands.runs.printer_state import NoPrinter, PrinterState
from octoprint_systemcommands.runs.request import Requester, RuleOrigin, Waiting

pytestmark = pytest.mark.each_version

LIGHT = {
    "action": "light",
    "name": "Light",
    "type": "toggle",
    "on": 'echo "on, $OCTOPRINT_SWITCH_TO, $OCTOPRINT_ACTION, $SC_LEVEL"',
    "off": 'echo "off, $OCTOPRINT_SWITCH_TO"',
    "state": "test -e lit",
    "confirm": "Really?",
    "while_printing": "refuse",
    "max_temperature": 50,
    "async": True,
    "timeout": 30,
    "groups": ["makers"],
    "arguments": [{"name": "level", "type": "number", "default": 3}],
}
CPU = {"action": "cpu", "name": "CPU", "type": "status", "state": "echo 42"}


def parsed(**fields):
    command, problems = parse_entry({**LIGHT, **fields})
    assert problems == []
    return command


def catalogue(*commands, actions=()):
    settings = Settings({"commands": list(commands)}, {"system": {"actions": actions}})
    return Catalogue(settings, gettext=lambda text: text)


##~~ What they are made of


def test_a_toggle_in_one_direction():
    light = parsed()

    on, off = switched(light, "on"), switched(light, "off")

    assert (on.to, on.command, on.action, on.name) == (
        "on",
        LIGHT["on"],
        "light",
        "Light",
    )
    assert (off.to, off.command) == ("off", LIGHT["off"])
    for one_way in (on, off):
        assert isinstance(one_way, Command)
        assert one_way.obstacle is None
        assert one_way.async_ is True
        assert one_way.timeout == 30
        assert one_way.groups == ["makers"]
        assert [argument.name for argument in one_way.arguments] == ["level"]


@pytest.mark.parametrize(
    ("guards", "to", "is_guarded"),
    [
        ("off", "on", False),
        ("off", "off", True),
        ("both", "on", True),
        ("both", "off", True),
    ],
)
def test_what_the_guards_are_for(guards, to, is_guarded):
    one_way = switched(parsed(guards=guards), to)

    guarding = (one_way.confirm, one_way.while_printing, one_way.max_temperature)
    assert guarding == (
        ("Really?", "refuse", 50) if is_guarded else (None, "allow", None)
    )


@pytest.mark.parametrize(
    ("when_busy", "expected"),
    [
        ("parallel", "queue"),
        ("queue", "queue"),
        ("refuse", "refuse"),
        ("replace", "replace"),
    ],
)
def test_two_directions_at_a_time_make_no_sense(when_busy, expected):
    assert switched(parsed(when_busy=when_busy), "on").when_busy == expected


def test_parts_to_be_tried_out():
    light, cpu = parsed(), parse_entry(CPU)[0]
    plain = Command(action="a", command="true")

    assert part_of(light, "on") == ("on", switched(light, "on"))
    assert part_of(light, "off") == ("off", switched(light, "off"))
    assert part_of(plain, None) == ("command", plain)
    for command, part in ((light, "state"), (cpu, "state"), (cpu, None)):
        field, state = part_of(command, part)
        assert field == "state"
        assert (state.command, state.timeout) == (command.state, 5)
        assert (state.arguments, state.confirm, state.while_printing) == (
            [],
            None,
            "allow",
        )
        assert state.obstacle is None


@pytest.mark.parametrize("part", ["", "ON", "command", True, 0, [], {}, ["on"]])
def test_parts_that_there_are_not(part):
    for command in (parsed(), parse_entry(CPU)[0], Command(action="a", command="true")):
        with pytest.raises(WrongPart):
            part_of(command, part)


def test_parts_that_others_have():
    with pytest.raises(WrongPart, match='"on", "off" or "state"'):
        part_of(parsed(), None)
    for part in ("on", "off"):
        with pytest.raises(WrongPart, match="of a status"):
            part_of(parse_entry(CPU)[0], part)
    with pytest.raises(WrongPart, match="leave it out"):
        part_of(Command(action="a", command="true"), "state")


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("light:on", ("light", "on")),
        ("light:off", ("light", "off")),
        ("a:b:on", ("a:b", "on")),
        ("light", ("light", None)),
        ("light:", ("light:", None)),
        ("light:ON", ("light:ON", None)),
        ("light:on ", ("light:on ", None)),
        (":on", (":on", None)),
        ("on", ("on", None)),
        ("", ("", None)),
    ],
)
def test_actions_with_a_direction(action, expected):
    assert split(action) == expected


def test_the_opposite():
    assert [opposite(s) for s in ("on", "off", "unknown")] == ["off", "on", "on"]


@pytest.mark.parametrize(
    "to", ["", "ON", "on\n", "true", True, False, 1, 0, [], {}, ["on"]]
)
def test_directions_that_are_none(to):
    for command in (parsed(), switched(parsed(), "on"), Command(action="a")):
        with pytest.raises(WrongTo, match='"to" has to be "on" or "off"'):
            chosen(command, to)


def test_directions_that_can_be_followed():
    light, on = parsed(), switched(parsed(), "on")

    assert chosen(light, None) is light
    assert chosen(light, "off") == switched(light, "off")
    assert chosen(on, "on") is on
    with pytest.raises(WrongTo, match='says "on", and "to" says "off"'):
        chosen(on, "off")
    with pytest.raises(WrongTo, match='"Plain" is no toggle'):
        chosen(Command(action="a", name="Plain"), "on")


##~~ As they are found


def test_a_toggle_is_found_by_three_names():
    subject = catalogue(LIGHT, CPU, {"action": "plain", "command": "true"})

    assert not isinstance(subject.find("custom", "light"), Switched)
    assert subject.find("custom", "light:on").to == "on"
    assert subject.find("custom", "light:off").to == "off"
    assert subject.find("custom", "light%3Aoff").to == "off"
    for action in ("light:", "light:of", "plain:on", "cpu:on", "light:on:on", ":on"):
        with pytest.raises(UnknownAction):
            subject.find("custom", action)


def test_what_is_really_called_like_this_goes_before():
    own = {"action": "light:on", "name": "Own", "command": "own"}
    subject = catalogue(LIGHT, actions=[own])

    assert subject.find("custom", "light:on").command == "own"
    assert not isinstance(subject.find("custom", "light:on"), Switched)
    assert subject.find("custom", "light:off").to == "off"


def test_a_toggle_with_an_odd_action():
    subject = catalogue(actions=[{**LIGHT, "action": "a/b"}])

    # as clients have to write it
    assert subject.find("custom", "a%2Fb:on").to == "on"
    assert subject.find("custom", "a/b:off").to == "off"


def test_a_status_cannot_be_run():
    with pytest.raises(NotExecutable) as raised:
        catalogue(CPU).find("custom", "cpu")
    assert raised.value.is_status


def test_what_the_menu_is_told():
    def menu(**fields):
        told = for_menu(parsed(**fields), "custom", "/")
        return {
            key: told.get(key)
            for key in ("type", "has_state", "guards", "show_in", "color")
            if key in told
        }

    assert menu() == {"type": "toggle", "has_state": True}
    assert menu(
        state=None, guards="both", show_in=["sidebar", "navbar", "sidebar"], color="red"
    ) == {
        "type": "toggle",
        "guards": "both",
        "show_in": ["sidebar", "navbar"],
        "color": "red",
    }
    assert menu(show_in=[]) == {"type": "toggle", "has_state": True, "show_in": []}
    assert menu(type="command", command="true", show_in="menu") == {}
    told = str(
        [for_menu(entry, "custom", "/") for entry in (parsed(), parse_entry(CPU)[0])]
    )
    assert "echo" not in told
    assert "lit" not in told


##~~ Checks


@pytest.mark.parametrize(
    ("fields", "missing", "obstacle"),
    [
        ({"type": "toggle", "on": "a"}, {"off"}, "switch it off"),
        ({"type": "toggle", "off": "a"}, {"on"}, "switch it on"),
        ({"type": "toggle", "on": "", "off": " "}, {"on", "off"}, "switch it on"),
        ({"type": "toggle", "command": "a"}, {"on", "off"}, "switch it on"),
        ({"type": "status"}, {"state"}, "tell its state"),
        ({"type": "status", "command": "a"}, {"state"}, "tell its state"),
        ({"type": "command", "on": "a"}, {"command"}, "execute"),
        ({"type": None}, {"command"}, "execute"),
    ],
)
def test_what_is_missing(fields, missing, obstacle):
    entry = {"action": "a", "name": "A", **fields}

    found = check(entry, ())
    assert {problem.field for problem in found} == missing
    assert {str(problem.message) for problem in found} == {"is missing"}
    command, problems = parse_entry(entry)
    assert problems == []
    assert obstacle in command.obstacle


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"color": "#ff0000"}, "color"),
        ({"show_in": ["menu", "toolbar"]}, "show_in"),
        ({"show_in": 5}, "show_in"),
        ({"every": 1.9}, "every"),
        ({"every": 86401}, "every"),
        ({"every": True}, "every"),
        ({"every": "often"}, "every"),
        ({"state_timeout": 0}, "state_timeout"),
        ({"state_timeout": 61}, "state_timeout"),
        ({"command": ["a"]}, "command"),
    ],
)
def test_what_a_toggle_can_do_without(fields, wrong):
    command, problems = parse_entry({**LIGHT, **fields})

    (problem,) = problems
    assert (problem.field, problem.severity) == (wrong, WARNING)
    assert command == parsed()
    assert wrong in {problem.field for problem in check({**LIGHT, **fields}, ())}


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "togle"},
        {"type": 5},
        {"type": ["toggle"]},
        {"on": True},
        {"off": ["a"]},
        {"state": "a\0b"},
        {"guards": "on"},
    ],
)
def test_what_it_cannot_do_without(fields):
    command, problems = parse_entry({**LIGHT, **fields})

    assert command is None
    assert [problem.field for problem in problems] == list(fields)


@pytest.mark.parametrize("field", ["on", "off", "state", "guards"])
def test_what_a_command_has_no_use_for_hides_none(field):
    command, problems = parse_entry({"action": "a", "command": "true", field: [1]})

    assert command.command == "true"
    assert [(problem.field, problem.severity) for problem in problems] == [
        (field, WARNING)
    ]


@pytest.mark.parametrize("field", ["on", "off", "state"])
def test_first_lines_that_cannot_work(field):
    found = check({**LIGHT, field: "#!python3\nprint(1)"}, ())

    assert [problem.field for problem in found] == [field]
    assert "whole path" in str(found[0].message)


def test_octoprints_list_has_commands_of_an_unknown_type():
    entry = {"action": "a", "command": "true", "type": "shell"}
    command, problems = parse_system_action(entry)

    assert not isinstance(command, Unusable)
    assert command.command == "true"
    (problem,) = problems
    assert (problem.field, problem.severity) == ("type", WARNING)
    assert str(problem.message) == "has to be one of these: command, toggle, status"
    toggle, problems = parse_system_action({**LIGHT, "confirm": False})
    assert (toggle.is_toggle, problems) == (True, [])


##~~ As they are run


class PrinterAtWork(NoPrinter):
    def state(self):
        return PrinterState(state="PRINTING", is_busy=True)


@pytest.fixture
def access(open_users, own_permissions):
    half = {"action": "half", "type": "toggle", "on": "echo half"}
    failing = {**LIGHT, "action": "failing", "on": "exit 3", "async": False}
    others = {**LIGHT, "action": "others", "groups": []}
    return access_of(open_users(), [LIGHT, CPU, half, failing, others])


@pytest.fixture
def make_launcher(access, make_runner):
    def make_launcher(direction="on", printer=None):
        runner = make_runner(may_run=access.may_still_run, printer=printer)
        return Launcher(access, {}.get, runner, lambda toggle: direction)

    return make_launcher


def wanted(action, user="operator", **fields):
    return ExecuteRequest("custom", action, Requester(user), **fields)


def said(run):
    assert run.finished.wait(30)
    return excerpt(run.output, STDOUT, 100).strip()


@pytest.mark.parametrize("user", ["operator", "maker", "member"])
@pytest.mark.parametrize(
    ("action", "to", "expected"),
    [
        ("light", None, "off"),
        ("light", "on", "on"),
        ("light", "off", "off"),
        ("light:on", None, "on"),
        ("light:on", "on", "on"),
        ("light:off", None, "off"),
    ],
)
def test_where_it_is_switched_to(make_launcher, user, action, to, expected):
    run = make_launcher("off").launch(wanted(action, user, to=to))

    assert said(run).startswith(f"{expected}, {expected}")
    record = run.record()
    assert (record.action, record.to, record.name) == ("light", expected, "Light")
    assert f"custom:light to {expected}, run" in who_does_what(run)


def test_arguments_are_for_both(make_launcher):
    run = make_launcher().launch(wanted("light", arguments={"level": 5}))

    assert said(run) == "on, on, light, 5"


@pytest.mark.parametrize("user", ["maker", "editor", "user", None])
def test_who_may_not_switch_it_is_told_nothing_else(make_launcher, user):
    launcher = make_launcher()
    for action in ("others", "others:on", "others:off", "nowhere:on"):
        for to in (None, "on", "sideways"):
            with pytest.raises(Forbidden):
                launcher.launch(wanted(action, user, to=to))


def test_what_cannot_be_followed_runs_nothing(make_launcher):
    launcher = make_launcher()
    for action, to in (("light", "up"), ("light:on", "off"), ("restart", "on")):
        source = "core" if action == "restart" else "custom"
        with pytest.raises(WrongTo):
            launcher.launch(ExecuteRequest(source, action, Requester("operator"), to=to))
    with pytest.raises(NotExecutable):
        launcher.launch(wanted("cpu", to="on"))


def test_half_a_toggle(make_launcher):
    launcher = make_launcher()

    assert said(launcher.launch(wanted("half"))) == "half"
    with pytest.raises(NoCommandLine, match="custom:half to off does not define"):
        launcher.launch(wanted("half:off"))


def test_a_failure_says_which_direction(make_launcher):
    with pytest.raises(Failed, match="Command for custom:failing to on failed with"):
        make_launcher().execute(wanted("failing"))


def test_only_off_is_guarded(make_launcher):
    launcher = make_launcher(printer=PrinterAtWork())

    assert launcher.launch(wanted("light:on")).record().to == "on"
    with pytest.raises(Refused):
        launcher.launch(wanted("light:off"))


def test_one_after_the_other(make_launcher, access, tmp_path):
    launcher = make_launcher()
    gate = tmp_path / "gate"
    slow = parsed(
        action="slow",
        on=f"until [ -e {gate} ]; do sleep 0.05; done; echo on",
        off="echo off",
    )
    access._catalogue.entries = lambda source: [slow]

    first = launcher.launch(wanted("slow:on"))
    second = launcher.launch(wanted("slow:off"))

    assert (first.record().status, second.record().status) == ("running", "queued")
    gate.touch()
    assert (said(first), said(second)) == ("on", "off")
    assert first.record().finished_at <= second.record().started_at


def test_it_is_held_for_one_direction(make_launcher):
    launcher = make_launcher("off")
    rule = Requester(trigger="event", rule=RuleOrigin("r", "R"))
    request = ExecuteRequest("custom", "light", rule)

    held = launcher.hold(request, Waiting()).record()
    assert held.to == "off"
    # people were told, whatever the state is after a restart
    later = make_launcher("on")
    assert later.hold(request, Waiting(), resumed=held).record().to == "off"
    assert (
        launcher.hold(request._replace(action="light:on"), Waiting()).record().to == "on"
    )


def test_what_nobody_goes_on_with_keeps_its_direction(make_launcher):
    held = make_launcher("off").hold(wanted("light"), Waiting()).record()

    run = of_kept(held, held.reason)
    assert run.record().to == "off"
