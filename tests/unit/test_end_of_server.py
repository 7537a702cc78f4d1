"""Commands for the end of the server: a phase of their own, before the runner ends."""

import threading

import pytest
from processes import command

from octoprint_systemcommands.runs.errors import Busy


def test_they_are_run_before_the_runner_ends(make_runner):
    runs = []

    def before_end():
        runs.append(runner.execute(command("true")))

    runner = make_runner(before_end=before_end)
    runner.shut_down()
    runner.shut_down()

    assert [run.status for run in runs] == ["succeeded"]
    with pytest.raises(Busy, match="about to end"):
        runner.start(command("true"))


def test_an_error_keeps_nothing_from_ending(make_runner):
    def before_end():
        raise ValueError("odd")

    runner = make_runner(before_end=before_end)
    run = runner.start(command("sleep 60"))
    runner.shut_down()

    assert run.status == "stopped"


def test_a_python_that_starts_no_threads_any_more(make_runner, mocker):
    runs = []

    def before_end():
        # as versions of Python do it from here on
        error = RuntimeError("can't start new thread at interpreter shutdown")
        mocker.patch.object(threading.Thread, "start", side_effect=error)
        try:
            runs.append(runner.execute(command("echo x")))
        finally:
            mocker.stopall()

    runner = make_runner(before_end=before_end)
    runner.get_ready_for_end()
    runner.shut_down()

    assert [run.status for run in runs] == ["succeeded"]
