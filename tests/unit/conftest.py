"""Fixtures of the tests that need no server."""

import itertools

import hypothesis
import pytest
from octoprint.access.groups import FilebasedGroupManager
from octoprint.access.permissions import OctoPrintPermission, Permissions, RoleNeed
from octoprint.access.users import FilebasedUserManager, UserManager

from octoprint_systemcommands.runs.history import reader
from octoprint_systemcommands.runs.history.database import Limits
from octoprint_systemcommands.runs.history.history import History
from octoprint_systemcommands.runs.runner import Runner

# how long an example takes says more of the machine than of the code
hypothesis.settings.register_profile("no deadline", deadline=None)
hypothesis.settings.load_profile("no deadline")


@pytest.fixture
def make_runner(tmp_path):
    """Makes runners with histories of their own."""
    runners, histories = [], []

    def make(**kwargs):
        path = tmp_path / f"history-{len(histories)}" / "history.db"
        histories.append(History(str(path), lambda: Limits(runs=100, days=1)))
        runners.append(Runner(history=histories[-1], **kwargs))
        return runners[-1]

    yield make
    for runner in runners:
        runner.shut_down()
    for history in histories:
        history.close()


@pytest.fixture(autouse=True)
def patience(mocker):
    """A busy machine may take long to read the history, which is another matter than one whose
    disk does not answer: see test_history_in_use.py."""
    mocker.patch.object(reader, "_PATIENCE", 30)


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "data" / "history.db")


@pytest.fixture
def open_history(path):
    histories = []

    def open_(runs=1000, days=30, **kwargs):
        histories.append(History(path, lambda: Limits(runs, days), **kwargs))
        return histories[-1]

    yield open_
    for history in histories:
        history.close()


class UserSettings:
    """As much of OctoPrint's settings as its list of users asks for."""

    def getInt(self, path):
        return {"sessionStaleAfter": 15}[path[-1]]

    def get(self, path, **kwargs):
        return {}


@pytest.fixture
def open_users(tmp_path, mocker):
    """open_users(): OctoPrint's list of users, as it is read when the server starts."""
    # real ones take their time, and each account has another one
    hashes = (f"$argon2id${number}" for number in itertools.count())
    mocker.patch.object(UserManager, "create_password_hash", side_effect=hashes)

    def open_users():
        groups = FilebasedGroupManager(path=str(tmp_path / "groups.yaml"))
        return FilebasedUserManager(
            groups, path=str(tmp_path / "users.yaml"), settings=UserSettings()
        )

    return open_users


@pytest.fixture
def own_permissions(mocker):
    """The plugin's own permissions, as OctoPrint registers them when it starts."""
    own = {}
    for name in ("EDIT", "HISTORY"):
        key = f"PLUGIN_SYSTEMCOMMANDS_{name}"
        own[key] = OctoPrintPermission(name, "", RoleNeed(key.lower()))
        own[key].key = key
    mocker.patch.dict(Permissions.permissions, own)
