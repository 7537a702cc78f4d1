"""Who gets what is pushed, where OctoPrint's hook decides by an answer or an error."""

import pytest

from octoprint_systemcommands.identity import NOBODY
from octoprint_systemcommands.pushes import may_get
from octoprint_systemcommands.runs.run import Owner


class Broken:
    """An `Access` of a server where something is wrong."""

    def now(self, user):
        return NOBODY

    def may_see_runs(self, person):
        raise RuntimeError("out of order")

    def may_see_runs_of(self, person, owner):
        raise RuntimeError("out of order")


def whose(run_id):
    return Owner("me")


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
