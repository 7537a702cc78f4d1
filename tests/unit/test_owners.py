"""Whose runs are whose: in the history, and when the turn of one comes."""

import pytest
from histories import begin, end
from processes import command

from harness.waiting import wait_until
from octoprint_systemcommands.runs.errors import NotAllowed
from octoprint_systemcommands.runs.failure_hints import hints
from octoprint_systemcommands.runs.history.database import Database, Filter, Limits
from octoprint_systemcommands.runs.history.history import History
from octoprint_systemcommands.runs.request import Owner, Requester
from octoprint_systemcommands.runs.run import Run

OLD, FIRST, SECOND = (
    Requester("me"),
    Requester("me", account="1"),
    Requester("me", account="2"),
)
OTHERS = Requester("you", account="1")
NOBODYS = Requester()


@pytest.fixture
def history(tmp_path):
    history = History(str(tmp_path / "history.db"), lambda: Limits(runs=100, days=1))
    yield history
    history.close()


@pytest.fixture(params=["memory", "disk"])
def runs(request, history, mocker):
    """A run of each, by requester."""
    if request.param == "memory":
        mocker.patch.object(Database, "write", side_effect=OSError("disk full"))
    runs = {}
    for requester in (OLD, FIRST, SECOND, OTHERS, NOBODYS):
        request_ = command("true")._replace(requester=requester)
        runs[requester] = run = Run(history.next_seq(), request_)
        begin(run)
        end(run)
        history.note(run)
    wait_until(lambda: history.warning or not history._memory.unwritten)
    return runs


WHOSE = [
    (Owner("me", "1"), {OLD, FIRST}),
    (Owner("me", "2"), {OLD, SECOND}),
    # an account that has not run anything yet
    (Owner("me"), {OLD}),
    (Owner("you", "1"), {OTHERS}),
    (Owner(""), set()),
]


@pytest.mark.parametrize(("owner", "theirs"), WHOSE)
def test_finding_ones_own(history, runs, owner, theirs):
    found = history.find(Filter(owner=owner), 10)
    assert {record.id for record in found} == {runs[who].id for who in theirs}
    # a name is no way around it
    for name in ("me", "you"):
        records = history.find(Filter(owner=owner, user=name), 10)
        assert {r.id for r in records} == {runs[w].id for w in theirs if w.user == name}


@pytest.mark.parametrize(("owner", "theirs"), WHOSE)
def test_forgetting_ones_own(history, runs, owner, theirs):
    assert history.clear(owner) == len(theirs)
    left = {record.id for record in history.find(Filter(), 10)}
    assert left == {run.id for who, run in runs.items() if who not in theirs}


##~~ When the turn comes


@pytest.fixture
def allowed():
    """The names of those who may run something."""
    return {"me", "you"}


@pytest.fixture
def runner(make_runner, allowed):
    return make_runner(may_run=lambda request: request.requester.user in allowed)


def wish(line, user, **definition):
    definition.setdefault("when_busy", "queue")
    return command(line, **definition)._replace(requester=Requester(user))


def test_who_may_not_any_more_is_refused_and_the_next_one_has_its_turn(
    runner, allowed, tmp_path
):
    first = runner.start(wish("exec sleep 60", "me"))
    flag = tmp_path / "flag"
    refused = runner.start(wish(f"touch {flag}", "you"))
    following = runner.start(wish("true", "me"))
    allowed.remove("you")
    runner.stop(first.id)

    assert following.finished.wait(30)
    assert following.status == "succeeded"
    assert (refused.status, refused.process) == ("failed", None)
    assert refused.hint.code == hints.REFUSED
    assert refused.hint.values["name"] == "test"
    assert not flag.exists()


def test_who_asks_while_losing_the_right_is_told(runner, allowed):
    allowed.clear()
    with pytest.raises(NotAllowed, match="no longer allowed"):
        runner.execute(wish("true", "me"))


def test_if_it_cannot_be_told_nothing_is_run(make_runner, tmp_path):
    def may_run(request):
        raise RuntimeError("no list of users")

    flag = tmp_path / "flag"
    runner = make_runner(may_run=may_run)
    with pytest.raises(Exception, match="no list of users"):
        runner.execute(wish(f"touch {flag}", "me"))
    assert not flag.exists()
