"""Stopping, timeouts and what happens when a command is busy, with real processes."""

import os
import shlex
import signal
import threading
import time

import psutil
import pytest
from histories import end
from processes import alive, command

from harness.waiting import wait_until
from octoprint_systemcommands.commands.definition import Command
from octoprint_systemcommands.runs import preparation, runner
from octoprint_systemcommands.runs.errors import Busy, Failed, Refused
from octoprint_systemcommands.runs.output.capture import STDOUT
from octoprint_systemcommands.runs.output.reader import excerpt
from octoprint_systemcommands.runs.processes import process_tree
from octoprint_systemcommands.runs.request import Request, Requester
from octoprint_systemcommands.runs.run import Run


@pytest.fixture
def subject(make_runner, mocker):
    mocker.patch.object(process_tree.end, "__defaults__", (0.5,))  # the grace
    return make_runner()


def pids_in(path, count):
    wait_until(lambda: path.exists() and len(path.read_text().split()) == count)
    return [int(pid) for pid in path.read_text().split()]


def stop(subject, run):
    assert subject.stop(run.id) is run
    assert run.finished.wait(20)


def test_stop_ends_it(subject):
    run = subject.start(command("sleep 60"))
    assert run.record().status == "running"

    stop(subject, run)

    record = run.record()
    assert record.status == "stopped"
    assert record.exit_code == -signal.SIGTERM
    assert record.duration < 10


def test_stop_says_that_it_is_under_way(subject):
    run = subject.start(command("trap '' TERM; while :; do sleep 0.05; done"))
    subject.stop(run.id)

    assert run.record().stopping is True
    assert run.record().status == "running"
    assert run.finished.wait(20)
    assert run.record().stopping is False


def test_a_command_may_clean_up(subject):
    run = subject.start(
        command(
            "trap 'echo cleaned up; exit 0' TERM; echo up; while :; do sleep 0.02; done"
        )
    )
    wait_until(lambda: run.output.total)
    stop(subject, run)

    assert run.record().status == "stopped"
    assert excerpt(run.output, STDOUT, 100) == "up\ncleaned up\n"


def test_stop_ends_the_whole_tree(subject, tmp_path):
    pids = tmp_path / "pids"
    line = (
        f"echo $$ >> {pids};"
        f"sh -c 'echo $$ >> {pids}; sleep 60 & echo $! >> {pids}; wait' & wait"
    )
    run = subject.start(command(line))
    tree_pids = pids_in(pids, 3)
    assert all(map(alive, tree_pids))

    stop(subject, run)

    wait_until(lambda: not any(map(alive, tree_pids)))


@pytest.mark.parametrize(
    "escape",
    [
        # ignores TERM
        "sh -c 'trap \"\" TERM; echo $$ >> {pids}; while :; do sleep 0.05; done' & wait",
        # another process group and session
        "setsid sh -c 'echo $$ >> {pids}; sleep 60' & wait",
        # a double fork, as daemons do it: no parent left, no session in common
        "(setsid sh -c 'echo $$ >> {pids}; sleep 60' &) ; sleep 60",
        # a new session, no parent, and deaf to TERM
        "(setsid sh -c 'trap \"\" TERM; echo $$ >> {pids}; while :; do sleep 0.05; done' &);"
        " sleep 60",
        # no mark, but the same session
        "env -i sh -c 'echo $$ >> {pids}; exec sleep 60' & wait",
        # suspended
        "sh -c 'echo $$ >> {pids}; kill -STOP $$' & wait",
    ],
)
def test_nobody_escapes(subject, tmp_path, escape):
    pids = tmp_path / "pids"
    run = subject.start(command(escape.format(pids=pids)))
    (pid,) = pids_in(pids, 1)

    stop(subject, run)

    wait_until(lambda: not alive(pid))
    assert run.record().status == "stopped"


def test_a_tree_that_grows_is_ended_too(subject, tmp_path):
    script = tmp_path / "grow"
    script.write_text(
        "#!/bin/sh\ntrap '' TERM\nsleep 0.02\n[ $1 -gt 300 ] && exit\n"
        f"setsid {script} $(($1 + 1)) &\n"
    )
    script.chmod(0o755)
    run = subject.start(command(f"{script} 0; sleep 60"))
    time.sleep(0.2)
    stop(subject, run)

    def growing():
        return [
            process.pid
            for process in psutil.process_iter(["cmdline"])
            if str(script) in (process.info["cmdline"] or [])
        ]

    wait_until(lambda: not growing())


def test_others_are_left_alone(subject):
    # of the same user, and even with a mark that only begins like the run's
    run = subject.start(command("sleep 60"))
    environment = {**os.environ, process_tree.MARK: run.id + "0"}
    stranger = psutil.Popen(["sleep", "60"], env=environment)
    other = subject.start(command("sleep 60"))
    try:
        stop(subject, run)
        time.sleep(0.3)
        assert alive(stranger.pid)
        assert other.record().status == "running"
    finally:
        stranger.kill()
        stranger.wait()


def test_a_pid_that_somebody_else_has_got_is_left_alone():
    # a process whose pid is that of a run's process, as the record has it, but not its
    # time of creation
    stranger = psutil.Popen(["sleep", "60"], start_new_session=True)
    try:
        assert process_tree.session_of(stranger.pid, stranger.create_time() - 100) is None
        assert process_tree.end("0" * 16, lambda: None, set()) == []
        assert alive(stranger.pid)
        session = process_tree.session_of(stranger.pid, stranger.create_time())
        found = process_tree.find("0" * 16, session)
        assert [process.pid for process in found] == [stranger.pid]
    finally:
        stranger.kill()
        stranger.wait()


def test_there_is_no_stop_after_the_end(subject, mocker):
    end = mocker.spy(process_tree, "end")
    run = subject.start(command("true"))
    assert run.finished.wait(10)

    assert subject.stop(run.id) is None
    assert subject.stop("unknown") is None
    assert run.record().status == "succeeded"
    assert end.call_count == 0


def test_an_error_while_stopping_is_not_the_end_of_it(subject, mocker):
    find = mocker.patch.object(
        process_tree, "find", side_effect=OSError("too many open files")
    )
    run = subject.start(command("sleep 60"))
    subject.stop(run.id)
    # that the try was in vain can be seen, and is the time for another one
    wait_until(lambda: not run.record().stopping)
    assert run.record().status == "running"
    mocker.stop(find)

    stop(subject, run)
    assert run.record().status == "stopped"


def test_an_error_while_looking_leaves_nobody_suspended(subject, mocker):
    look = process_tree.find
    answers = iter([look, OSError("too many open files")])

    def find(*args):
        answer = next(answers, look)
        if isinstance(answer, Exception):
            raise answer
        return answer(*args)

    mocker.patch.object(process_tree, "find", find)
    run = subject.start(command("sleep 60"))
    # it was told to end before the error came up
    stop(subject, run)
    assert run.record().exit_code == -signal.SIGTERM


def test_stop_twice_is_stop_once(subject, mocker):
    end = mocker.spy(process_tree, "end")
    run = subject.start(command("trap '' TERM; while :; do sleep 0.05; done"))
    subject.stop(run.id)
    subject.stop(run.id)
    assert run.finished.wait(10)

    assert end.call_count == 1


def stubborn(pids):
    """A shell that leaves TERM to its child, which does not care."""
    deaf = f"trap '' TERM; echo $$ >> {pids}; while :; do sleep 0.05; done"
    return f"sh -c {shlex.quote(deaf)} & wait"


def test_a_stopped_run_is_over_when_all_of_its_processes_are(subject, tmp_path):
    pids = tmp_path / "pids"
    run = subject.start(command(stubborn(pids)))
    (child,) = pids_in(pids, 1)
    subject.stop(run.id)
    wait_until(lambda: not alive(run.process.pid))

    record = run.record()
    assert (record.status, record.stopping) == ("running", True)
    assert record.exit_code is None
    # and goes on being stopped
    stop(subject, run)
    assert not alive(child)
    assert run.record().exit_code == -signal.SIGTERM


def test_what_is_stopped_before_it_has_begun_does_not_begin(make_runner, tmp_path):
    started = []
    prepared = []

    def stop_it(request):
        (run,) = subject._active._runs.values()
        subject.stop(run.id, "me")
        return True

    subject = make_runner(on_start=started.append, may_run=stop_it)
    flag = tmp_path / "flag"

    class Prepared(Command):
        def prepare(self):
            prepared.append(1)

    wish = Request("custom", Prepared(action="test", command=f"touch {flag}"))
    with pytest.raises(Failed) as failed:
        subject.execute(wish)
    run = subject.start(wish)

    assert str(failed.value) == "Command for custom:test was stopped before it had begun"
    assert not flag.exists()
    assert not started
    assert not prepared
    record = run.record()
    assert (record.status, record.stopped_by) == ("stopped", "me")
    assert (record.started_at, record.duration) == (None, None)


def test_a_stop_that_comes_with_the_end_changes_nothing(subject, mocker):
    # the end is noted late: the stop comes after the process has returned
    run = subject.start(command("true"))
    returned, go_on = threading.Event(), threading.Event()
    conclude = subject._active._supervisor._conclude

    def conclude_late(*args):
        returned.set()
        go_on.wait(10)
        conclude(*args)

    assert run.finished.wait(10)
    mocker.patch.object(subject._active._supervisor, "_conclude", conclude_late)
    run = subject.start(command("true"))
    assert returned.wait(10)
    assert subject.stop(run.id, "me") is run
    go_on.set()

    assert run.finished.wait(10)
    record = run.record()
    assert (record.status, record.stopped_by) == ("succeeded", None)


##~~ Timeout


def test_timeout_ends_it(subject, tmp_path):
    pids = tmp_path / "pids"
    with pytest.raises(Failed, match="took too long"):
        subject.execute(
            command(f"sleep 60 & echo $! > {pids}; echo begun; wait", timeout=0.3)
        )

    (child,) = pids_in(pids, 1)
    wait_until(lambda: not alive(child))


def test_timeout_is_a_status_with_a_hint(subject):
    run = subject.start(command("sleep 60", timeout=0.2))
    assert run.finished.wait(10)

    record = run.record()
    assert record.status == "timed_out"
    assert record.hint.code == "timed_out"
    assert record.hint.values == {"seconds": "0.2"}
    assert 0.2 <= record.duration < 5


def test_in_time_is_no_timeout_and_leaves_no_timer(subject):
    before = threading.active_count()
    for _ in range(20):
        assert subject.execute(command("true", timeout=600)).status == "succeeded"

    wait_until(lambda: threading.active_count() <= before + 3)


##~~ When busy


def statuses(*runs):
    return [run.record().status for run in runs]


def gated(tmp_path, **fields):
    """A command that waits until a file of the name of its process id appears."""
    return command(f"echo $$; until [ -e {tmp_path}/$$ ]; do sleep 0.02; done", **fields)


def let_go(tmp_path, run):
    wait_until(lambda: run.output.total)
    (tmp_path / excerpt(run.output, STDOUT, 100).strip()).touch()
    assert run.finished.wait(10)


def test_parallel(subject, tmp_path):
    one, two = (subject.start(gated(tmp_path)) for _ in range(2))

    assert statuses(one, two) == ["running", "running"]
    let_go(tmp_path, two)
    let_go(tmp_path, one)


def test_queue_runs_one_after_the_other_in_order(subject, tmp_path):
    wish = gated(tmp_path, when_busy="queue")
    one, two, three = (subject.start(wish) for _ in range(3))
    assert statuses(one, two, three) == ["running", "queued", "queued"]
    assert two.record().started_at is None
    assert two.record().duration is None

    let_go(tmp_path, one)
    wait_until(lambda: statuses(one, two, three) == ["succeeded", "running", "queued"])
    let_go(tmp_path, two)
    let_go(tmp_path, three)
    assert statuses(one, two, three) == ["succeeded"] * 3


def test_queue_goes_on_after_failures(subject, mocker):
    wish = command("sleep 0.1; exit 1", when_busy="queue")
    runs = [subject.start(wish) for _ in range(3)]

    for run in runs:
        assert run.finished.wait(10)
    assert statuses(*runs) == ["failed"] * 3


def test_a_queued_one_that_cannot_be_started_does_not_block_the_queue(subject, mocker):
    wish = command("sleep 0.2", when_busy="queue")
    one = subject.start(wish)
    process = mocker.patch.object(
        preparation, "Process", side_effect=OSError("no memory")
    )
    two, three = (subject.start(wish) for _ in range(2))
    assert three.finished.wait(10)
    mocker.stop(process)

    assert statuses(one, two, three) == ["succeeded", "failed", "failed"]
    assert two.record().hint.code == "not_started"
    assert two.record().hint.values == {"error": "no memory"}


def test_the_queue_is_limited(subject, tmp_path):
    wish = gated(tmp_path, when_busy="queue")
    for _ in range(11):
        subject.start(wish)

    with pytest.raises(Busy, match="10 runs of it are queued"):
        subject.start(wish)
    # other commands are not concerned
    other = subject.start(command("true", action="other", when_busy="queue"))
    assert other.finished.wait(10)


def test_waiting_in_the_queue_is_waiting_for_the_end(subject, tmp_path):
    wish = command(f"echo x >> {tmp_path}/done; sleep 0.1", when_busy="queue")
    threads = [threading.Thread(target=subject.execute, args=(wish,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert (tmp_path / "done").read_text() == "x\nx\n"


def test_a_queued_one_can_be_stopped(subject, tmp_path):
    wish = gated(tmp_path, when_busy="queue")
    one, two, three = (subject.start(wish) for _ in range(3))
    subject.stop(two.id)

    assert statuses(one, two, three) == ["running", "stopped", "queued"]
    assert two.process is None
    let_go(tmp_path, one)
    wait_until(lambda: three.record().status == "running")
    let_go(tmp_path, three)


def test_an_error_of_what_was_stopped_does_not_make_it_a_failure(make_runner):
    def fail(request):
        (run,) = subject._active._runs.values()
        subject.stop(run.id)
        raise RuntimeError("out of order")

    subject = make_runner(may_run=fail)
    run = subject.start(command("true"))

    assert run.finished.wait(10)
    assert run.record().status == "stopped"


def test_who_waits_for_one_that_is_stopped_in_the_queue_is_told(subject, tmp_path):
    wish = gated(tmp_path, when_busy="queue")
    one = subject.start(wish)
    outcomes = []

    def wait():
        try:
            subject.execute(wish)
        except Failed as error:
            outcomes.append(str(error))

    waiting = threading.Thread(target=wait)
    waiting.start()
    wait_until(lambda: len(subject._active._runs) == 2)
    subject.stop(list(subject._active._runs)[1])
    waiting.join(10)

    assert outcomes == ["Command for custom:test was stopped before it had begun"]
    let_go(tmp_path, one)


def test_one_that_is_stopped_in_the_queue_has_ended_then(mocker):
    clock = mocker.patch("octoprint_systemcommands.runs.run.time")
    clock.time.return_value, clock.monotonic.return_value = 1000.0, 1.0
    run = Run(1, command("true"))
    clock.monotonic.return_value += 60
    # the clock may be set meanwhile
    clock.time.return_value = 5.0
    end(run, "stopped", None)

    record = run.record()
    assert (record.queued_at, record.started_at, record.finished_at) == (1000, None, 1060)
    assert record.duration is None


def test_refuse(subject, tmp_path):
    wish = gated(tmp_path, when_busy="refuse")
    one = subject.start(wish)

    with pytest.raises(Refused, match='"test" was not started: it is running'):
        subject.start(wish)
    assert subject.start(command("true", action="other", when_busy="refuse"))

    let_go(tmp_path, one)
    let_go(tmp_path, subject.start(wish))


def test_of_two_users_racing_one_is_refused(subject, tmp_path):
    wish = gated(tmp_path, when_busy="refuse")
    outcomes = []
    barrier = threading.Barrier(8)

    def race():
        barrier.wait()
        try:
            outcomes.append(subject.start(wish))
        except Refused:
            outcomes.append(None)

    threads = [threading.Thread(target=race) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (winner,) = filter(None, outcomes)
    assert len(outcomes) == 8
    let_go(tmp_path, winner)


def test_replace(subject, tmp_path):
    wish = gated(tmp_path, when_busy="replace")
    one = subject.start(wish)
    wait_until(lambda: one.output.total)
    two = subject.start(wish)

    assert one.finished.wait(10)
    wait_until(lambda: two.record().status == "running")
    assert one.record().status == "stopped"

    three = subject.start(wish)
    four = subject.start(wish)
    wait_until(lambda: four.record().status == "running")
    assert statuses(two, three) == ["stopped", "stopped"]
    let_go(tmp_path, four)


@pytest.mark.parametrize("when_busy", ["queue", "replace"])
def test_the_next_one_finds_nothing_left_of_the_one_that_was_stopped(
    subject, tmp_path, mocker, when_busy
):
    pids = tmp_path / "pids"
    wish = command(stubborn(pids), when_busy=when_busy)
    one = subject.start(wish)
    (child,) = pids_in(pids, 1)
    left = []

    def look_and_start(*args, **kwargs):
        left.append(alive(child))
        return process(*args, **kwargs)

    process = preparation.Process
    mocker.patch.object(preparation, "Process", look_and_start)
    two = subject.start(wish)
    subject.stop(one.id)
    pids_in(pids, 2)

    assert left == [False]
    # it may have written before it is known that it runs
    wait_until(lambda: statuses(one, two) == ["stopped", "running"])


@pytest.mark.parametrize("when_busy", ["queue", "refuse", "replace"])
def test_what_is_tried_out_leaves_the_real_one_alone(subject, tmp_path, when_busy):
    wish = gated(tmp_path, when_busy=when_busy)
    real = subject.start(wish)
    trial = subject.start(wish._replace(requester=Requester(trigger="test")))

    assert statuses(real, trial) == ["running", "running"]
    let_go(tmp_path, trial)
    assert real.record().status == "running"
    let_go(tmp_path, real)


##~~ The end of the server


def test_shut_down_waits_for_what_outlives_its_shell(make_runner, tmp_path):
    subject = make_runner()
    subject.start(command(stubborn(tmp_path / "pids")))
    (child,) = pids_in(tmp_path / "pids", 1)
    subject.shut_down()
    assert not alive(child)


def test_shut_down_waits_for_what_was_stopped_before(make_runner, tmp_path):
    subject = make_runner()
    run = subject.start(command(stubborn(tmp_path / "pids")))
    (child,) = pids_in(tmp_path / "pids", 1)
    subject.stop(run.id)
    wait_until(lambda: not alive(run.process.pid))
    subject.shut_down()
    assert not alive(child)


def test_shut_down_ends_what_goes_on(make_runner, tmp_path, mocker):
    mocker.patch.object(process_tree.end, "__defaults__", (0.5,))
    subject = make_runner()
    stubborn = subject.start(command("trap '' TERM; while :; do sleep 0.05; done"))
    queued = subject.start(command("sleep 60", when_busy="queue"))
    subject.shut_down()

    assert statuses(stubborn, queued) == ["stopped", "stopped"]
    with pytest.raises(Busy, match="about to end"):
        subject.start(command("true"))


def test_shut_down_does_not_end_what_outlives_the_server(make_runner, tmp_path):
    flag = tmp_path / "flag"
    subject = make_runner()
    subject.start(command(f"sleep 0.5; touch {flag}", outlives_server=True))
    subject.shut_down()

    assert not flag.exists()
    wait_until(flag.exists)


def test_words_in_the_command_line_do_not_matter(make_runner):
    subject = make_runner()
    lines = ["shutdown -h now", "systemctl restart octoprint", "/sbin/reboot"]
    runs = [subject.start(command(f"echo sudo {line}; sleep 60")) for line in lines]
    subject.shut_down()

    assert statuses(*runs) == ["stopped"] * 3


def test_what_is_queued_is_ended_whatever_it_is(make_runner):
    subject = make_runner()
    wish = command("sleep 1", when_busy="queue", outlives_server=True)
    one, two = subject.start(wish), subject.start(wish)
    subject.shut_down()

    assert two.record().status == "stopped"
    assert one.record().status == "running"
    assert one.finished.wait(10)


def test_what_outlives_the_server_can_be_stopped(subject, tmp_path):
    pids = tmp_path / "pids"
    line = f"echo $$ >> {pids}; sleep 60 & echo $! >> {pids}; wait"
    run = subject.start(command(line, outlives_server=True))
    tree_pids = pids_in(pids, 2)
    stop(subject, run)

    assert run.record().status == "stopped"
    assert not any(map(alive, tree_pids))


def test_nobody_waits_for_what_outlives_the_server(make_runner):
    subject = make_runner()
    outcomes = []

    def wait():
        try:
            subject.execute(command("sleep 3", outlives_server=True))
        except Failed as error:
            outcomes.append(str(error))

    waiting = threading.Thread(target=wait)
    waiting.start()
    wait_until(lambda: subject._active._runs)
    subject.shut_down()
    waiting.join(2)

    assert not waiting.is_alive()
    assert "server has ended" in outcomes[0]
    (run,) = subject._active._runs.values()
    assert run.finished.wait(10)


def test_what_cannot_be_ended_is_waited_for_once_and_not_one_by_one(make_runner, mocker):
    mocker.patch.object(process_tree, "GRACE", 0.3)
    mocker.patch.object(process_tree, "end", return_value=[1])
    subject = make_runner()
    runs = [subject.start(command("sleep 2")) for _ in range(5)]
    timeouts = [mocker.spy(run.finished, "wait") for run in runs]
    subject.shut_down()
    subject.shut_down()

    # once each, and in all no longer than for one
    waited = [spy.call_args.args[0] for spy in timeouts if spy.call_count == 1]
    assert len(waited) == 5
    assert waited == sorted(waited, reverse=True)
    assert waited[0] <= 0.6
    for run in runs:
        assert run.finished.wait(10)


def test_a_python_that_starts_no_threads_at_its_end(make_runner, mocker):
    subject = make_runner()
    run = subject.start(command("sleep 60"))
    mocker.patch.object(
        runner.threading.Thread, "start", side_effect=RuntimeError("at shutdown")
    )
    subject.shut_down()

    assert run.record().status == "stopped"
