"""Fixtures of the tests that need no server."""

import pytest

from octoprint_systemcommands.runs.history import reader
from octoprint_systemcommands.runs.history.database import Limits
from octoprint_systemcommands.runs.history.history import History
from octoprint_systemcommands.runs.runner import Runner


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
    mocker.patch.object(reader, "READ_TIMEOUT", 30)


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "data" / "history.db")


@pytest.fixture
def open_history(path):
    histories = []

    def open_(runs=1000, days=30):
        histories.append(History(path, lambda: Limits(runs, days)))
        return histories[-1]

    yield open_
    for history in histories:
        history.close()
