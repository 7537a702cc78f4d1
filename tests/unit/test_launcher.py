"""Requests to run commands, from any trigger: there is no server here, and no HTTP."""

import pytest
from people import access_of

from octoprint_systemcommands.access import (
    Forbidden,
    FreshCredentialsNeeded,
    NotOpened,
)
from octoprint_systemcommands.commands.arguments.values import WrongValues
from octoprint_systemcommands.commands.catalogue import (
    NotExecutable,
    UnknownAction,
    UnknownSource,
)
from octoprint_systemcommands.commands.parsing import parse_entry
from octoprint_systemcommands.launcher import ExecuteRequest, Launcher
from octoprint_systemcommands.messages import Message
from octoprint_systemcommands.runs import queue
from octoprint_systemcommands.runs.errors import Busy, Failed, NoCommandLine, Refused
from octoprint_systemcommands.runs.failure_hints import hints
from octoprint_systemcommands.runs.history.database import Filter
from octoprint_systemcommands.runs.output.capture import STDOUT
from octoprint_systemcommands.runs.output.reader import excerpt
from octoprint_systemcommands.runs.printer_state import NoPrinter, PrinterState
from octoprint_systemcommands.runs.request import Requester, RuleOrigin, Waiting

pytestmark = pytest.mark.each_version

COMMANDS = [
    {"action": "true", "command": "true", "groups": ["makers"]},
    {"action": "false", "command": "false"},
    {"action": "empty"},
    {"action": "divider"},
    {"action": "opened", "command": "true", "gcode": True, "while_printing": "refuse"},
    {
        "action": "opened-fresh",
        "command": "true",
        "gcode": True,
        "fresh_credentials": True,
    },
    {
        "action": "opened-secret",
        "command": "true",
        "gcode": True,
        "arguments": [{"name": "key", "type": "secret"}],
    },
    {
        "action": "one-by-one",
        "command": "exec sleep 60",
        "gcode": True,
        "when_busy": "queue",
    },
    {"action": "fresh", "command": "true", "fresh_credentials": True},
    {
        "action": "guarded",
        "command": "true",
        "name": "Guarded",
        "while_printing": "confirm",
    },
    {
        "action": "once",
        "command": "exec sleep 60",
        "name": "Once",
        "when_busy": "refuse",
        "async": True,
    },
    {
        "action": "event",
        "command": 'printf "%s %s" "$OCTOPRINT_EVENT" "$OCTOPRINT_EVENT_NAME"',
    },
    {
        "action": "greet",
        "command": 'printf "%s %s" "$SC_NAME" "$OCTOPRINT_TRIGGER"',
        "arguments": [
            {"name": "name", "type": "choice", "choices": ["Anna", "Otto"]},
            {"name": "file", "type": "file", "required": False},
        ],
    },
]


class PrinterAtWork(NoPrinter):
    def state(self):
        return PrinterState(state="PRINTING", is_busy=True)


@pytest.fixture
def users(open_users, own_permissions):
    return open_users()


@pytest.fixture
def links():
    """The ids of those that there are."""
    return {"a link"}


@pytest.fixture
def access(users, links):
    return access_of(users, COMMANDS, links=links)


@pytest.fixture
def make_launcher(access, make_runner):
    """make_launcher(printer=None): one whose runner has just begun."""

    def make_launcher(printer=None):
        subject = make_runner(may_run=access.may_still_run, printer=printer)
        return Launcher(
            access, {"a.gcode": "/uploads/a.gcode"}.get, subject, lambda toggle: "on"
        )

    return make_launcher


@pytest.fixture
def launcher(make_launcher):
    return make_launcher()


@pytest.fixture(params=["launch", "execute"])
def start(request, launcher):
    """start(request): by one of both ways in."""
    return getattr(launcher, request.param)


def wanted(action, user="operator", source="custom", **fields):
    return ExecuteRequest(source, action, Requester(user, "event"), **fields)


def recorded(launcher):
    return launcher._runner._history.find(Filter(), 10)


@pytest.mark.parametrize("user", ["operator", "maker", "member"])
def test_who_may_run_it_does(start, user):
    run = start(wanted("true", user))

    assert run.finished.wait(30)
    record = run.record()
    assert record.status == "succeeded"
    assert (record.user, record.trigger) == (user, "event")


@pytest.mark.parametrize("user", ["editor", "auditor", "user", "unknown", None])
def test_who_may_not_is_told_so_and_nothing_is_run(start, launcher, user):
    with pytest.raises(Forbidden):
        start(wanted("true", user))
    assert recorded(launcher) == []


@pytest.mark.parametrize("user", ["operator", "maker"])
@pytest.mark.parametrize("change", ["deactivated", "deleted", "made anew"])
def test_whose_account_is_gone_may_not(launcher, access, users, user, change):
    account = access.account_of(access.behind(Requester(user)))
    if change == "deactivated":
        users.change_user_activation(user, False)
    else:
        users.remove_user(user)
    if change == "made anew":
        users.add_user(user, "other", active=True, groups=["makers"])
    requester = Requester(user, account=account)

    with pytest.raises(Forbidden):
        launcher.execute(ExecuteRequest("custom", "true", requester))


def test_an_account_gets_a_number_when_it_runs_something(launcher, access):
    assert access.behind(Requester("user")).account is None
    with pytest.raises(Forbidden):
        launcher.execute(wanted("true", "user"))
    assert access.behind(Requester("user")).account is None

    run = launcher.execute(wanted("true"))
    account = access.behind(Requester("operator")).account
    assert account is not None
    assert run.record().account == account


def test_what_is_not_there(start):
    with pytest.raises(UnknownSource):
        start(wanted("true", source="nowhere"))
    with pytest.raises(UnknownAction):
        start(wanted("missing"))
    with pytest.raises(NotExecutable):
        start(wanted("divider"))
    with pytest.raises(NoCommandLine):
        start(wanted("empty"))


def test_fresh_credentials_are_a_fact_of_the_request(start, launcher):
    with pytest.raises(FreshCredentialsNeeded):
        start(wanted("fresh"))
    assert recorded(launcher) == []
    # who may not run it is told nothing of what it takes
    with pytest.raises(Forbidden) as caught:
        start(wanted("fresh", "user"))
    assert not isinstance(caught.value, FreshCredentialsNeeded)

    start(wanted("fresh", has_fresh_credentials=True))


def test_arguments_reach_the_command(launcher):
    run = launcher.execute(wanted("greet", arguments={"name": "Anna"}))

    assert excerpt(run.output, STDOUT, 100) == "Anna event"
    assert run.record().arguments["name"] == "Anna"


@pytest.mark.parametrize(
    "arguments",
    [
        None,
        {},
        "Anna",
        {"name": "Eve"},
        {"name": "Anna", "other": 1},
        {"name": "Anna", "file": "missing.gcode"},
    ],
)
def test_wrong_arguments(start, launcher, arguments):
    with pytest.raises(WrongValues):
        start(wanted("greet", arguments=arguments))
    assert recorded(launcher) == []


def test_files_are_looked_for_among_the_uploads(launcher):
    run = launcher.execute(wanted("greet", arguments={"name": "Otto", "file": "a.gcode"}))
    assert run.request.values.environment["SC_FILE"] == "/uploads/a.gcode"


def test_while_printing_it_has_to_be_confirmed(make_launcher):
    launcher = make_launcher(PrinterAtWork())
    for start in (launcher.launch, launcher.execute):
        with pytest.raises(Refused, match="Guarded") as caught:
            start(wanted("guarded"))
        assert caught.value.reason == "confirm"
    assert recorded(launcher) == []

    assert launcher.execute(wanted("guarded", confirmed=True)).status == "succeeded"


def test_what_runs_already(launcher):
    first = launcher.launch(wanted("once"))
    for start in (launcher.launch, launcher.execute):
        with pytest.raises(Refused) as caught:
            start(wanted("once"))
        assert caught.value.reason == "busy"
    assert [record.id for record in recorded(launcher)] == [first.id]


def test_when_too_much_is_going_on(launcher, mocker):
    mocker.patch.object(queue, "MAX_ACTIVE", 1)
    launcher.launch(wanted("once"))
    for start in (launcher.launch, launcher.execute):
        with pytest.raises(Busy):
            start(wanted("true"))


def test_executing_waits_and_tells_of_a_failure(launcher):
    with pytest.raises(Failed, match="return code 1"):
        launcher.execute(wanted("false"))


##~~ Rules


def by_rule(action, **fields):
    requester = Requester(trigger="event", rule=RuleOrigin("off", "Switch off"))
    return ExecuteRequest("custom", action, requester, **fields)


def test_a_rule_needs_no_user_and_no_password(launcher):
    for action in ("true", "fresh"):
        run = launcher.execute(by_rule(action))
        assert (run.status, run.record().user) == ("succeeded", None)
        assert run.record().rule == RuleOrigin("off", "Switch off")


def test_a_rule_has_arguments_and_guards_like_everybody(make_launcher):
    launcher = make_launcher(PrinterAtWork())
    with pytest.raises(WrongValues):
        launcher.hold(by_rule("greet", arguments={"name": "Eve"}), Waiting())
    with pytest.raises(UnknownAction):
        launcher.hold(by_rule("missing"), Waiting())
    with pytest.raises(Refused):
        launcher.execute(by_rule("guarded"))
    assert launcher.execute(by_rule("guarded", confirmed=True)).status == "succeeded"


def test_guards_are_for_when_it_is_released(make_launcher):
    launcher = make_launcher(PrinterAtWork())
    run = launcher.hold(by_rule("guarded", reason=Message("Because")), Waiting(5.0))
    record = run.record()
    assert (record.status, record.due_at) == ("pending", 5.0)
    assert record.reason == Message("Because")

    launcher._runner.release(run.id)
    assert run.record().status == "failed"


def test_what_happened_reaches_the_command(launcher):
    event = {"OCTOPRINT_EVENT": "print_done", "OCTOPRINT_EVENT_NAME": "a $(b).gcode"}
    run = launcher.hold(by_rule("event", event=event), Waiting())
    launcher._runner.release(run.id)

    assert run.finished.wait(30)
    assert excerpt(run.output, STDOUT, 100) == "print_done a $(b).gcode"


def test_others_may_not_hold_what_they_may_not_run(launcher):
    with pytest.raises(Forbidden):
        launcher.hold(wanted("true", "user"), Waiting())
    with pytest.raises(FreshCredentialsNeeded):
        launcher.hold(wanted("fresh"), Waiting())
    assert recorded(launcher) == []


def test_it_has_its_turn_if_its_user_may_still_run_it(launcher, users):
    run = launcher.hold(wanted("true", "maker"), Waiting())
    users.change_user_groups("maker", [])
    launcher._runner.release(run.id)

    assert run.finished.wait(30)
    assert (run.status, run.hint.code) == ("failed", hints.REFUSED)


##~~ Tests


def unsaved(**fields):
    command, _ = parse_entry({"action": "test", "command": "true", **fields})
    return command


def test_editors_may_test_what_is_not_saved(launcher):
    run = launcher.test(unsaved(), Requester("editor", "test"))

    assert run.finished.wait(30)
    assert run.record().status == "succeeded"
    assert (run.record().user, run.record().trigger) == ("editor", "test")


@pytest.mark.parametrize("user", ["operator", "auditor", "maker", "user", None])
def test_others_may_not(launcher, user):
    with pytest.raises(Forbidden):
        launcher.test(unsaved(groups=["makers"]), Requester(user, "test"))
    assert recorded(launcher) == []


def test_a_test_is_checked_like_everything_else(make_launcher):
    launcher = make_launcher(PrinterAtWork())
    editor = Requester("editor", "test")
    command = unsaved(
        while_printing="confirm", arguments=[{"name": "count", "type": "number"}]
    )
    with pytest.raises(WrongValues):
        launcher.test(command, editor, {"count": "x"}, confirmed=True)
    with pytest.raises(Refused):
        launcher.test(command, editor, {"count": 1})

    assert launcher.test(command, editor, {"count": 1}, confirmed=True).finished.wait(30)


##~~ Lines of G-code


def by_line(action, user=None, **fields):
    requester = Requester(user, "gcode")
    return ExecuteRequest("custom", action, requester, way_in="gcode", **fields)


@pytest.mark.parametrize("user", [None, "user", "operator", "unknown"])
def test_what_is_open_to_a_way_in_is_open_to_all_who_come_by_it(start, user):
    run = start(by_line("opened", user))

    assert run.finished.wait(30)
    record = run.record()
    assert (record.status, record.user, record.trigger) == ("succeeded", user, "gcode")


@pytest.mark.parametrize("action", ["true", "fresh", "opened-fresh", "opened-secret"])
@pytest.mark.parametrize("user", [None, "operator"])
def test_nobody_comes_in_where_it_is_closed(start, launcher, action, user):
    # whatever else they may
    request = by_line(action, user, arguments={"key": "x"}, has_fresh_credentials=True)
    with pytest.raises(NotOpened):
        start(request)
    assert recorded(launcher) == []


def test_a_print_is_no_reason_against_its_own_lines(make_launcher):
    launcher = make_launcher(PrinterAtWork())
    with pytest.raises(Refused, match="while a print is under way"):
        launcher.execute(by_line("opened"))
    assert launcher.execute(by_line("opened", part_of_print=True)).status == "succeeded"


def test_what_is_closed_while_it_waits_is_not_run(launcher, access):
    first = launcher.launch(by_line("one-by-one"))
    second = launcher.launch(by_line("one-by-one"))
    settings = access._catalogue._settings
    settings.plugin["commands"] = [
        {**entry, "gcode": False} for entry in settings.plugin["commands"]
    ]
    launcher._runner.stop(first.id)
    assert second.finished.wait(30)
    assert second.record().status == "failed"
    assert "no longer allowed" in str(second.refusal)


##~~ Other plugins, and links


PLUGIN = Requester(trigger="plugin", application="caller", is_plugin=True)
LINK = Requester(trigger="link", application="Doorbell", link="a link")


@pytest.mark.parametrize(
    ("source", "action"), [("custom", "true"), ("core", "restart"), ("custom", "event")]
)
def test_a_plugin_may_run_what_a_rule_may(start, source, action):
    run = start(ExecuteRequest(source, action, PLUGIN))
    assert run.finished.wait(30)
    assert run.record().application == "caller"


def test_but_nobody_has_entered_a_password_for_it(start):
    with pytest.raises(FreshCredentialsNeeded):
        start(ExecuteRequest("custom", "fresh", PLUGIN))


def test_a_link_runs_what_is_no_concern_of_people(start):
    run = start(ExecuteRequest("custom", "true", LINK))
    assert run.finished.wait(30)
    assert run.record().status == "succeeded"


@pytest.mark.parametrize("action", ["fresh", "opened-secret"])
def test_a_link_runs_nothing_that_asks_people(start, action):
    with pytest.raises(NotOpened):
        start(ExecuteRequest("custom", action, LINK, has_fresh_credentials=True))


@pytest.mark.parametrize("source", ["core", "custom"])
def test_a_link_runs_nothing_of_core(start, source):
    with pytest.raises(UnknownAction):
        start(ExecuteRequest(source, "restart", LINK))


def test_a_link_that_was_revoked_runs_nothing(start, links):
    links.clear()
    with pytest.raises(Forbidden):
        start(ExecuteRequest("custom", "true", LINK))


def test_nor_does_what_has_waited_for_its_turn(launcher, links):
    first = launcher.launch(wanted("one-by-one"))
    second = launcher.launch(ExecuteRequest("custom", "one-by-one", LINK))
    assert second.status == "queued"
    links.clear()
    launcher._runner.stop(first.id)
    assert second.finished.wait(30)
    assert second.record().status == "failed"
