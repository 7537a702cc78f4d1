"""Who may do what, with OctoPrint's own list of users and without a server."""

import pytest
from people import access_of

from octoprint_systemcommands.access import (
    Forbidden,
    FreshCredentialsNeeded,
    may_edit,
    may_run_everything,
)
from octoprint_systemcommands.commands.catalogue import (
    NotExecutable,
    UnknownAction,
    UnknownSource,
)
from octoprint_systemcommands.commands.definition import Command
from octoprint_systemcommands.identity import NOBODY
from octoprint_systemcommands.runs.request import (
    Owner,
    Request,
    Requester,
    RuleOrigin,
)

pytestmark = pytest.mark.each_version

NAMES = ("operator", "editor", "auditor", "maker", "member", "user", None)


@pytest.fixture
def users(open_users, own_permissions):
    return open_users()


@pytest.fixture
def access(users):
    return access_of(users)


@pytest.fixture
def who(access, users):
    """who(name): that person, None for nobody."""
    return lambda name: access.now(users.find_user(name) if name else None)


def those(who, condition):
    """The names of those of whom something is true."""
    return {name for name in NAMES if condition(who(name))}


def actions(entries):
    return [entry.action for entry in entries]


def test_what_people_may_do(access, who):
    assert those(who, may_run_everything) == {"operator"}
    assert those(who, may_edit) == {"editor"}
    assert those(who, access.may_run_anything) == {"operator", "maker", "member"}
    assert those(who, access.may_see_runs) == set(NAMES) - {"user", None}
    assert those(who, access.may_see_all_runs) == {"auditor"}
    assert those(who, access.may_clear_runs) == {"operator", "auditor"}


def test_runs_that_all_operators_see(users):
    access = access_of(users, visible_to_all=True)

    seen = {
        name
        for name in NAMES[:-1]
        if access.may_see_all_runs(access.now(users.find_user(name)))
    }
    assert seen == {"operator", "auditor"}


def test_what_is_listed(access, who):
    assert actions(access.entries(who("operator"), "custom")) == [
        "admins",
        "divider",
        "makers",
    ]
    assert "restart" in actions(access.entries(who("operator"), "core"))
    for name in ("maker", "member"):
        assert actions(access.entries(who(name), "custom")) == ["makers"]
        assert access.entries(who(name), "core") == []
    for name in ("editor", "user", None):
        assert access.entries(who(name), "custom") == []


def test_states_are_for_those_who_have_them_in_their_menu(access, who):
    def who_sees(action):
        return those(who, lambda person: access.may_see_state(person, action))

    assert who_sees("admins") == {"operator"}
    assert who_sees("makers") == {"operator", "maker", "member"}
    assert who_sees("none") == {"operator"}


def test_other_sources_are_listed_for_those_who_may_run_everything(access, who):
    for name in NAMES:
        access.ensure_may_list(who(name), "custom")
        if name != "operator":
            with pytest.raises(Forbidden):
                access.ensure_may_list(who(name), "core")
    access.ensure_may_list(who("operator"), "core")


def test_commands_that_are_found(access, who):
    for source, action in (
        ("custom", "admins"),
        ("custom", "makers"),
        ("core", "restart"),
    ):
        assert access.find(who("operator"), source, action).action == action
    for name in ("maker", "member"):
        assert access.find(who(name), "custom", "makers").action == "makers"


@pytest.mark.parametrize("name", ["editor", "auditor", "maker", "member", "user", None])
@pytest.mark.parametrize(
    ("source", "action"),
    [
        ("custom", "admins"),
        ("core", "restart"),
        # what is not there looks no different
        ("custom", "missing"),
        ("custom", "divider"),
        ("nowhere", "makers"),
    ],
)
def test_all_else_is_forbidden(access, who, name, source, action):
    with pytest.raises(Forbidden):
        access.find(who(name), source, action)


@pytest.mark.parametrize("name", ["editor", "auditor", "user", None])
def test_who_is_in_no_group_of_a_command_may_not_run_it(access, who, name):
    with pytest.raises(Forbidden):
        access.find(who(name), "custom", "makers")


def test_who_may_run_everything_is_told_what_there_is_not(access, who):
    operator = who("operator")
    with pytest.raises(UnknownAction):
        access.find(operator, "custom", "missing")
    with pytest.raises(NotExecutable):
        access.find(operator, "custom", "divider")
    with pytest.raises(UnknownSource):
        access.find(operator, "nowhere", "makers")


@pytest.mark.parametrize("change", ["deactivated", "deleted"])
@pytest.mark.parametrize("name", ["operator", "maker", "editor", "auditor"])
def test_who_has_no_account_any_more_may_do_nothing(access, users, change, name):
    user = users.find_user(name)
    if change == "deleted":
        users.remove_user(name)
    else:
        users.change_user_activation(name, False)

    for person in (access.now(user), access.behind(Requester(name))):
        assert not access.may_run_anything(person)
        assert not access.may_see_runs(person)
        assert not access.may_clear_runs(person)
        assert not may_edit(person)
        with pytest.raises(Forbidden):
            access.find(person, "custom", "makers")


def test_only_editors_may_test(access, who):
    access.ensure_may_test(who("editor"))
    for name in NAMES:
        if name != "editor":
            with pytest.raises(Forbidden):
                access.ensure_may_test(who(name))


@pytest.mark.parametrize("asks", [True, False])
@pytest.mark.parametrize("has_them", [True, False])
def test_fresh_credentials(access, asks, has_them):
    command = Command(action="a", command="true", fresh_credentials=asks)
    if asks and not has_them:
        with pytest.raises(FreshCredentialsNeeded):
            access.ensure_fresh_credentials(command, has_them)
    else:
        access.ensure_fresh_credentials(command, has_them)


def request_by(name, action, trigger="api"):
    command = Command(action=action, command="true")
    return Request("custom", command, Requester(name, trigger))


def test_what_counts_for_a_run_is_who_may_when_its_turn_has_come(access, users):
    wanted = request_by("maker", "makers")
    assert access.may_still_run(wanted)
    users.change_user_groups("maker", [])
    assert not access.may_still_run(wanted)
    assert not access.may_still_run(request_by("maker", "admins"))

    assert access.may_still_run(request_by("operator", "admins"))
    users.change_user_permissions("operator", [])
    assert not access.may_still_run(request_by("operator", "admins"))
    assert not access.may_still_run(request_by(None, "makers"))


def test_a_test_has_its_turn_if_it_is_an_editors(access):
    for name in NAMES:
        wanted = request_by(name, "makers", trigger="test")
        assert access.may_still_run(wanted) == (name == "editor")


def test_runs_are_seen_by_their_owner(access, who):
    assert access.may_see_runs_of(who("maker"), Owner("maker"))
    assert not access.may_see_runs_of(who("maker"), Owner("operator"))
    assert not access.may_see_runs_of(who("maker"), None)
    assert access.may_see_runs_of(who("auditor"), Owner("operator"))
    assert access.may_see_runs_of(who("auditor"), None)
    # own ones, but nothing to do with runs any more
    assert not access.may_see_runs_of(who("user"), Owner("user"))
    assert not access.may_see_runs_of(NOBODY, None)


##~~ Rules

RULE = RuleOrigin("off", "Switch off")


def request_of_rule(trigger="event", user=None):
    command = Command(action="admins", command="true")
    return Request("custom", command, Requester(user, trigger, rule=RULE))


def test_a_rule_may_run_everything_and_nothing_else(access):
    rule = access.behind(Requester(trigger="event", rule=RULE))
    for source, action in (("custom", "admins"), ("core", "restart")):
        assert access.find(rule, source, action).action == action
    assert access.may_still_run(request_of_rule())

    assert not rule.is_known
    assert not may_edit(rule)
    assert access.account_of(rule) is None
    with pytest.raises(Forbidden):
        access.ensure_may_test(rule)
    with pytest.raises(UnknownAction):
        access.find(rule, "custom", "missing")


def test_nobody_is_a_rule(access):
    for requester in (Requester(), Requester(trigger="event"), Requester("nobody")):
        person = access.behind(requester)
        assert not access.may_run_anything(person)
    assert not access.may_still_run(request_by(None, "admins", trigger="event"))
    # without somebody who tries it out there is no test
    assert not access.may_still_run(request_of_rule("test"))


def test_who_may_edit_tries_out_rules(access, who):
    for name in NAMES:
        if name in ("editor", "operator"):
            found = access.find(who(name), "custom", "admins", by_rule=True)
            assert found.action == "admins"
        else:
            with pytest.raises(Forbidden):
                access.find(who(name), "custom", "admins", by_rule=True)
        wanted = request_of_rule("test", name)
        assert access.may_still_run(wanted) == (name == "editor")


def test_what_rules_run_is_seen_by_who_may_run_everything(access, who):
    def may_see(person):
        return access.may_see_runs_of(person, None, by_rule=True)

    assert those(who, may_see) == {"operator", "auditor"}
    assert those(who, access.may_see_runs_of_rules) == {"operator", "auditor"}
    # who has tried one out sees that
    assert access.may_see_runs_of(who("editor"), Owner("editor"), by_rule=True)
