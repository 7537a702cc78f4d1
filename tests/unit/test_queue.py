"""Who may run, waits, is refused or replaces others: nothing but decisions."""

import pytest
from histories import NoProcess, end
from processes import command

from octoprint_systemcommands.runs import queue
from octoprint_systemcommands.runs.errors import Busy, Refused
from octoprint_systemcommands.runs.queue import Decision, decide, next_in_lane_of
from octoprint_systemcommands.runs.request import Requester
from octoprint_systemcommands.runs.run import Run


def make(status="queued", when_busy="queue", action="test", trigger="api"):
    """A run in some state."""
    wish = command("true", action=action, when_busy=when_busy)
    run = Run(1, wish._replace(requester=Requester(trigger=trigger)))
    if status != "queued":
        run.take_turn()
    if status == "running":
        run.begin(NoProcess())
    assert run.status == status
    return run


@pytest.mark.parametrize("others", [[], [{"action": "other"}], [{"trigger": "test"}]])
@pytest.mark.parametrize("when_busy", ["parallel", "queue", "refuse", "replace"])
def test_it_starts_if_there_is_none_of_its_kind(when_busy, others):
    active = [make("running", **fields) for fields in others]
    assert decide(make(when_busy=when_busy), active) is Decision.START


@pytest.mark.parametrize("status", ["queued", "starting", "running"])
@pytest.mark.parametrize(
    ("when_busy", "decision"),
    [
        ("parallel", Decision.START),
        ("queue", Decision.WAIT),
        ("replace", Decision.REPLACE),
        ("refuse", None),
    ],
)
def test_what_becomes_of_it_if_there_is_one(status, when_busy, decision):
    run, active = make(when_busy=when_busy), [make(status)]
    if decision is not None:
        assert decide(run, active) is decision
        return
    with pytest.raises(Refused) as refused:
        decide(run, active)
    assert refused.value.reason == "busy"


def test_so_many_may_wait():
    waiting = [make("running"), *(make() for _ in range(queue._MAX_QUEUED - 1))]
    assert decide(make(), waiting) is Decision.WAIT
    with pytest.raises(Busy, match="10 runs of it are queued"):
        decide(make(), [*waiting, make()])


@pytest.mark.parametrize("when_busy", ["parallel", "queue", "refuse", "replace"])
def test_so_many_may_be_active(when_busy):
    active = [make("running", action=str(number)) for number in range(queue.MAX_ACTIVE)]
    assert decide(make(when_busy=when_busy), active[1:]) is Decision.START
    with pytest.raises(Busy, match="64 commands are running"):
        decide(make(when_busy=when_busy), active)


@pytest.mark.parametrize("trigger", ["link", "mqtt"])
def test_who_has_no_account_cannot_take_all_places(trigger):
    most = queue._MAX_FROM_OUTSIDE
    of_others = [make("running", action=str(number)) for number in range(10)]
    active = [
        *of_others,
        *(make("running", trigger=("link", "mqtt")[i % 2]) for i in range(most)),
    ]
    new = make(when_busy="parallel", action="new", trigger=trigger)
    assert decide(new, active[:-1]) is Decision.START
    with pytest.raises(Busy, match="48 commands are running already that links or MQTT"):
        decide(new, active)
    # there is a place for people
    assert decide(make(action="new"), active) is Decision.START


@pytest.mark.parametrize(
    ("states", "position"),
    [
        ([], None),
        (["queued"], 0),
        (["queued", "queued"], 0),
        (["starting", "queued"], None),
        (["running", "queued"], None),
        (["queued", "running"], None),
        (["running"], None),
    ],
)
def test_whose_turn_it_is(states, position):
    ended = make("running")
    end(ended)
    same = [make(state) for state in states]
    active = [make("running", action="other"), *same, make("queued", trigger="test")]
    wanted = None if position is None else same[position]
    assert next_in_lane_of(ended, active) is wanted
