"""Who gets what is pushed, where OctoPrint's hook decides by an answer or an error."""

from types import SimpleNamespace

import pytest

from octoprint_systemcommands.commands.editing.last_save import Saved, Unchanged
from octoprint_systemcommands.host import push_filter
from octoprint_systemcommands.host.notifier import Whose
from octoprint_systemcommands.host.push_filter import (
    DEFINITIONS,
    RULES,
    about_connection,
    about_saving,
    about_state,
    may_get,
)
from octoprint_systemcommands.identity import NOBODY
from octoprint_systemcommands.runs.request import Owner


class Broken:
    """An `Access` of a server where something is wrong."""

    def now(self, user):
        return NOBODY

    def may_see_runs(self, person):
        raise RuntimeError("out of order")

    def may_see_runs_of(self, person, owner, by_rule):
        raise RuntimeError("out of order")


def whose(run_id):
    return Whose(Owner("me"))


RUNS = {"type": "runs", "runs": [{"id": "0" * 16, "status": "running"}]}
OURS = [
    ("plugin", {"plugin": "systemcommands", "data": RUNS}),
    ("event", {"type": "plugin_systemcommands_run_started", "payload": {"user": "me"}}),
    ("event", {"type": "plugin_systemcommands_run_finished", "payload": None}),
]


@pytest.mark.parametrize(("message", "payload"), OURS)
def test_nobody_gets_what_nobody_can_tell(message, payload, caplog):
    assert may_get(Broken(), None, message, payload, whose) is False
    assert "out of order" in caplog.text


@pytest.mark.parametrize(
    ("message", "payload"),
    [
        ("plugin", {"plugin": "other", "data": RUNS}),
        ("event", {"type": "PrintStarted", "payload": None}),
        ("connected", {}),
        ("timelapse", None),
        ("current", {"plugin": "systemcommands"}),
    ],
)
def test_what_others_send_is_left_alone(message, payload):
    assert may_get(Broken(), None, message, payload, whose) is True


class Someone:
    """A person who may do one thing, which everybody else may as well."""

    def __init__(self, *permissions):
        self._permissions = permissions

    def has(self, permission):
        return permission in self._permissions


class Lenient:
    """An `Access` for which everybody may see runs."""

    def now(self, user):
        return user

    def may_see_runs(self, person):
        return True


@pytest.mark.parametrize("what", [DEFINITIONS, RULES])
@pytest.mark.parametrize("saved", [None, Saved("0" * 32, "anna", 1e9)])
def test_only_editors_get_who_has_saved(saved, what, monkeypatch):
    permissions = SimpleNamespace(PLUGIN_SYSTEMCOMMANDS_EDIT="edit")
    monkeypatch.setattr(push_filter, "Permissions", permissions)
    payload = {"plugin": "systemcommands", "data": about_saving(what, saved)}

    assert may_get(Lenient(), Someone("edit"), "plugin", payload, whose) is True
    assert may_get(Lenient(), Someone(), "plugin", payload, whose) is False


def test_a_state_is_for_those_who_may_run_its_command():
    class Partial(Lenient):
        def may_see_state(self, person, action):
            return action in person

    payload = {"plugin": "systemcommands", "data": about_state({"action": "light"})}

    assert may_get(Partial(), ["light"], "plugin", payload, whose) is True
    assert may_get(Partial(), ["fan"], "plugin", payload, whose) is False
    payload["data"]["states"].append({"action": "fan"})
    assert may_get(Partial(), ["light"], "plugin", payload, whose) is False


def test_who_has_saved_is_all_that_is_told():
    told = about_saving(DEFINITIONS, Saved("0" * 32, "anna", 1e9))

    assert told == {
        "type": "definitions",
        "etag": "0" * 32,
        "user": "anna",
        "saved_at": "2001-09-09T01:46:40+00:00",
    }
    assert about_saving(RULES, None) == {"type": "rules"}
    assert about_saving(DEFINITIONS, Unchanged("0" * 32)) == {
        "type": "definitions",
        "etag": "0" * 32,
        "changed": False,
    }


def test_what_was_not_connected_is_told_without_a_name():
    assert about_connection("failed", "0" * 16) == {
        "type": "not_connected",
        "reason": "failed",
        "run": "0" * 16,
    }
    payload = {"plugin": "systemcommands", "data": about_connection("failed", None)}

    assert may_get(Lenient(), Someone(), "plugin", payload, whose) is True
