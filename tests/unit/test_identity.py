"""Who somebody is now, with OctoPrint's own list of users."""

import functools

import pytest
import yaml
from octoprint.access.permissions import Permissions
from octoprint.access.users import FilebasedUserManager
from werkzeug.local import LocalProxy

from octoprint_systemcommands.identity import Identities
from octoprint_systemcommands.runs.request import Owner, Requester

pytestmark = pytest.mark.each_version


@pytest.fixture
def users(open_users):
    users = open_users()
    users.add_user("me", "secret", active=True, permissions=[Permissions.SYSTEM])
    return users


@pytest.fixture
def identities(users):
    return Identities(users)


def may_do_something(person):
    return person.is_known or person.has(Permissions.SYSTEM) or bool(person.groups())


def make_anew(users, name="me"):
    users.remove_user(name)
    users.add_user(name, "other", active=True, permissions=[Permissions.SYSTEM])


HANDED_OVER = {
    "as it is": lambda users: users.find_user("me"),
    "session": lambda users: users.login_user(users.find_user("me")),
    "proxy": lambda users: LocalProxy(functools.partial(users.find_user, "me")),
}


@pytest.fixture(params=HANDED_OVER)
def user(request, users):
    return HANDED_OVER[request.param](users)


def test_somebody(identities, user):
    person = identities.now(user)

    assert person.name == "me"
    assert person.has(Permissions.SYSTEM)
    assert "users" in person.groups()


def test_what_has_changed_counts_at_once(users, identities, user):
    users.change_user_permissions("me", [])
    users.change_user_groups("me", [])

    person = identities.now(user)
    assert person.name == "me"
    assert not person.has(Permissions.SYSTEM)
    assert "users" not in person.groups()


def test_who_was_deactivated_is_nobody_until_activated_again(users, identities, user):
    users.change_user_activation("me", False)
    assert not may_do_something(identities.now(user))

    users.change_user_activation("me", True)
    assert identities.now(user).name == "me"


def test_who_was_deleted_is_nobody(users, identities, user):
    users.remove_user("me")

    assert not may_do_something(identities.now(user))


def test_a_session_is_not_that_of_a_new_account(users, identities):
    session = users.login_user(users.find_user("me"))
    make_anew(users)

    assert not may_do_something(identities.now(session))
    assert identities.now(users.find_user("me")).name == "me"


def test_a_session_that_was_ended_is_nobodys(users, identities):
    session = users.login_user(users.find_user("me"))
    users.logout_user(session)

    assert not may_do_something(identities.now(session))


def test_guests_are_nobody(users, identities):
    users._group_manager.update_group("guests", permissions=[Permissions.STATUS])
    guest = users.anonymous_user_factory()
    assert guest.has_permission(Permissions.STATUS)

    for person in (identities.now(guest), identities.now(None)):
        assert not person.is_known
        assert not person.has(Permissions.STATUS)
        assert person.groups() == set()
        assert person.owner is None
        assert identities.account_of(person) is None


FACTORIES = [
    name
    for name in ("api_user_factory", "internal_user_factory")
    if hasattr(FilebasedUserManager, name)
]


@pytest.mark.parametrize("factory", FACTORIES)
def test_users_without_an_account(users, identities, factory):
    person = identities.now(getattr(users, factory)())
    assert person.has(Permissions.SYSTEM)

    account = identities.account_of(person)
    behind = identities.behind(Requester(person.name, account=account))
    assert (behind.name, behind.account) == (person.name, person.account)
    assert behind.has(Permissions.SYSTEM)
    # and an account of this name is somebody else
    users.add_user(person.name, "secret", active=True)
    namesake = identities._holder(person.name)
    assert identities.account_of(namesake) is not None
    assert not namesake.owns(person.owner)


##~~ Accounts of the same name


def own(identities, users):
    """As what a run that somebody starts now has them."""
    account = identities.account_of(identities.now(users.find_user("me")))
    return Owner("me", account)


def test_an_account_keeps_its_number(users, open_users, identities):
    before = own(identities, users)
    assert before.account
    users.change_user_password("me", "changed")
    users.change_user_activation("me", False)
    users.change_user_activation("me", True)
    users.change_user_setting("me", ["interface", "language"], "de")
    users.generate_api_key("me")
    assert own(identities, users) == before

    later = open_users()
    assert own(Identities(later), later) == before


def test_nobody_inherits(users, identities):
    before = own(identities, users)
    make_anew(users)

    # neither before it has a number of its own, nor after
    assert not identities.now(users.find_user("me")).owns(before)
    assert own(identities, users).account not in (None, before.account)
    assert not identities.now(users.find_user("me")).owns(before)
    assert not may_do_something(
        identities.behind(Requester("me", account=before.account))
    )


def test_nobody_inherits_what_was_deleted_while_the_server_was_off(
    users, open_users, identities, tmp_path
):
    before = own(identities, users)
    path = tmp_path / "users.yaml"
    data = yaml.safe_load(path.read_text())
    data["me"] = {key: data["me"][key] for key in ("password", "active", "groups")}
    path.write_text(yaml.safe_dump(data))

    later = open_users()
    assert not Identities(later).now(later.find_user("me")).owns(before)


def test_runs_from_before_there_were_numbers_belong_to_the_name(users, identities):
    person = identities.now(users.find_user("me"))

    assert person.owns(Owner("me"))
    assert not person.owns(Owner("you"))
    assert not person.owns(None)
    assert not identities.now(None).owns(None)


@pytest.mark.parametrize("nonsense", [7, "", "ApiUser", {"a": 1}, ["x"], "g" * 32])
def test_a_number_that_is_none_is_replaced(users, identities, nonsense):
    users.change_user_setting("me", ["plugin_systemcommands", "account"], nonsense)

    assert identities.now(users.find_user("me")).account is None
    account = own(identities, users).account
    assert len(account) == 32
    assert account != nonsense


def test_where_no_number_can_be_kept_the_name_has_to_do(
    users, identities, mocker, caplog
):
    mocker.patch.object(users, "change_user_setting", side_effect=OSError("disk full"))

    assert own(identities, users) == Owner("me", None)
    assert "disk full" in caplog.text
    assert identities.behind(Requester("me")).name == "me"


def test_who_is_behind_a_run_is_looked_up(users, identities):
    requester = Requester("me", account=own(identities, users).account)
    assert identities.behind(requester).has(Permissions.SYSTEM)

    users.change_user_permissions("me", [])
    assert not identities.behind(requester).has(Permissions.SYSTEM)
    users.change_user_activation("me", False)
    assert not may_do_something(identities.behind(requester))
    users.remove_user("me")
    assert not may_do_something(identities.behind(requester))
    assert not may_do_something(identities.behind(Requester(None)))
