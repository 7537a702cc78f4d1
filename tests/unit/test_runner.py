"""The runner with real processes."""

import logging
import os
import threading
import time

import psutil
import pytest
from processes import alive, command

from harness.waiting import wait_until
from octoprint_systemcommands.commands.arguments.values import Values
from octoprint_systemcommands.commands.definition import Command
from octoprint_systemcommands.runs import preparation, queue
from octoprint_systemcommands.runs.errors import Busy, Failed, NoCommandLine
from octoprint_systemcommands.runs.failure_hints import explanation, hints
from octoprint_systemcommands.runs.history.database import Filter
from octoprint_systemcommands.runs.output.capture import STDERR, STDOUT
from octoprint_systemcommands.runs.output.reader import excerpt
from octoprint_systemcommands.runs.printer_state import NoPrinter
from octoprint_systemcommands.runs.processes import orphaned_pipes, process, watcher
from octoprint_systemcommands.runs.request import Request

LOGGER = "octoprint.plugins.systemcommands.runs"


@pytest.fixture
def subject(make_runner):
    return make_runner(max_waiting=2)


@pytest.fixture(params=["pidfd", "poll"])
def either_way(request, mocker, make_runner):
    """A runner on a system that tells of a process's end, and on one that has to be asked."""
    if request.param == "poll":
        mocker.patch.object(process, "open_pidfd", return_value=None)
    return make_runner()


def test_runs_and_keeps_both_outputs_apart(either_way):
    run = either_way.execute(command("echo out; echo err >&2"))

    assert run.status == "succeeded"
    assert run.exit_code == 0
    assert excerpt(run.output, STDOUT, 100) == "out\n"
    assert excerpt(run.output, STDERR, 100) == "err\n"
    assert run.record().duration > 0


def test_it_is_a_shell(subject):
    run = subject.execute(command("echo a | tr a b && echo $((1 + 1))"))

    assert excerpt(run.output, STDOUT, 100) == "b\n2\n"


def test_failure_tells_all_once(either_way):
    with pytest.raises(Failed) as error:
        either_way.execute(command("echo out; echo err >&2; exit 3"))

    assert str(error.value) == (
        "Command for custom:test failed with return code 3:\n\n"
        "STDOUT:\nout\n\n\nSTDERR:\nerr\n"
    )


def test_a_signal_is_a_negative_return_code(subject):
    with pytest.raises(Failed, match="return code -9"):
        subject.execute(command("kill -9 $$"))


def test_ignore_ignores_the_return_code(subject):
    run = subject.execute(command("exit 3", ignore=True))

    assert (run.status, run.exit_code) == ("failed", 3)


def test_async_does_not_wait(subject, tmp_path):
    flag = tmp_path / "flag"
    run = subject.execute(command(f"sleep 0.2; touch {flag}; exit 3", **{"async": True}))

    assert run.status == "running"
    assert not flag.exists()
    assert run.finished.wait(10)
    assert flag.exists()
    assert (run.status, run.exit_code) == ("failed", 3)


@pytest.mark.parametrize("line", [None, ""])
def test_without_a_command_line_nothing_is_run(subject, line):
    with pytest.raises(NoCommandLine, match="custom:test"):
        subject.execute(command(line))


def test_what_cannot_be_started_has_not_started(make_runner, mocker):
    started = []
    subject = make_runner(on_start=started.append)
    mocker.patch.object(preparation, "Process", side_effect=OSError("no more processes"))
    with pytest.raises(Failed):
        subject.start(command("true"))

    (record,) = subject._history.find(Filter(), 10)
    assert (record.status, record.started_at, record.duration) == ("failed", None, None)
    assert not started


def test_what_cannot_be_started_is_a_failure_also_with_ignore(subject, mocker):
    mocker.patch.object(preparation, "Process", side_effect=OSError("no more processes"))

    with pytest.raises(Failed, match="could not be started: no more processes"):
        subject.execute(command("true", ignore=True))


def test_prepare_comes_first_and_its_failure_prevents_the_start(subject, tmp_path):
    flag = tmp_path / "flag"

    class Unprepared(Command):
        def prepare(self):
            raise RuntimeError("not now")

    with pytest.raises(Failed, match="not now"):
        subject.execute(
            Request("custom", Unprepared(action="test", command=f"touch {flag}"))
        )
    assert not flag.exists()


def test_an_error_of_who_is_told_of_a_start_does_not_lose_it(make_runner, caplog):
    def fail(record):
        raise RuntimeError("out of order")

    subject = make_runner(on_start=fail)
    run = subject.execute(command("echo hello"))

    assert (run.status, run.output.total) == ("succeeded", 6)
    assert "Error while telling of the start of a command" in caplog.text


def test_stdin_is_empty(subject):
    assert subject.execute(command("cat; read x || true")).exit_code == 0


def test_has_its_own_session_and_lower_priority(subject):
    # the priority is lowered from outside, a moment after the start
    lowered = 'until [ "$(nice)" -ge 5 ]; do sleep 0.01; done'
    shown = 'echo $$; ps -o sid=,pgid=,ni= -p $$; sh -c "nice"'
    run = subject.execute(command(f"{lowered}; {shown}", timeout=60))

    pid, ids, nice = excerpt(run.output, STDOUT, 1000).strip().splitlines()
    sid, pgid, ni = ids.split()
    assert sid == pgid == pid
    assert int(ni) == int(nice) == max(os.getpriority(os.PRIO_PROCESS, 0), 5)


def test_a_background_child_does_not_hold_it_and_lives_on(either_way, tmp_path):
    # it writes all the time: with its output gone it would die of a broken pipe
    pid_file = tmp_path / "pid"
    line = "while echo noise; do sleep 0.02; done"
    run = either_way.execute(command(f"({line}) & echo $! > {pid_file}; echo done"))
    child = int(pid_file.read_text())
    try:
        # though the child is still there to write
        assert alive(child)
        assert "done\n" in excerpt(run.output, STDOUT, 1000)
        kept = run.output.total
        time.sleep(0.5)
        assert alive(child)
        assert run.output.total == kept
    finally:
        os.kill(child, 9)


def test_orphaned_pipes_are_limited(mocker, tmp_path, make_runner):
    mocker.patch.object(orphaned_pipes, "_most", return_value=4)
    subject = make_runner()
    pid_file = tmp_path / "pids"
    loop = "while echo noise; do sleep 0.05; done"
    for _ in range(4):
        subject.execute(command(f"({loop}) & echo $! >> {pid_file}"))
    pids = [int(pid) for pid in pid_file.read_text().split()]
    try:
        # each has two pipes, so only the last two can be listened to
        wait_until(lambda: [alive(pid) for pid in pids] == [False, False, True, True])
        time.sleep(0.2)
        assert [alive(pid) for pid in pids] == [False, False, True, True]
    finally:
        for pid in filter(alive, pids):
            os.kill(pid, 9)


def test_closed_outputs_do_not_end_it(either_way):
    run = either_way.execute(command("exec >&- 2>&-; sleep 0.3; exit 0"))

    assert run.exit_code == 0
    assert run.record().duration >= 0.3


def test_the_last_words_are_there(either_way):
    for _ in range(30):
        run = either_way.execute(command("seq 1 3000; echo last"))
        assert excerpt(run.output, STDOUT, 100_000).endswith("2999\n3000\nlast\n")


def test_a_flood_is_bounded(subject):
    own = psutil.Process()
    subject.execute(command("true"))
    before = own.memory_info().rss
    run = subject.execute(command("head -c 200000000 /dev/zero"))

    assert own.memory_info().rss - before < 16_000_000
    assert run.output.total == 200_000_000
    assert run.output.kept == 256 * 1024


class BusyPrinter(NoPrinter):
    """A printer that prints."""

    def is_printing(self):
        return True


def test_while_printing_a_flood_is_read_slowly(make_runner):
    # at most a megabyte each time, at most 20 times a second
    subject = make_runner(printer=BusyPrinter())
    run = subject.execute(command("timeout 1 cat /dev/zero", ignore=True))

    assert 1_000_000 < run.output.total < 200_000_000


def test_a_look_for_the_reason_that_hangs_holds_nobody(subject, mocker):
    """As at a file on a share that does not answer."""
    go_on = threading.Event()
    hanging = []
    explain = explanation.explain_failure

    def explain_failure(failure):
        if failure.exit_code == 42:
            hanging.append(failure)
            assert go_on.wait(30)
        return explain(failure)

    mocker.patch.object(explanation, "explain_failure", explain_failure)
    failed = [subject.start(command("exit 42")) for _ in range(10)]
    try:
        wait_until(lambda: hanging)
        other = subject.start(command("echo other", action="other"))
        assert other.finished.wait(10)
        # nor do they wait for it themselves
        for run in failed:
            assert run.finished.wait(10)
            assert (run.status, run.exit_code, run.hint) == ("failed", 42, None)
        assert len(hanging) < 10
    finally:
        go_on.set()


def test_no_more_wait_than_may(subject, tmp_path):
    gate = tmp_path / "gate"
    waiting = command(f"until [ -e {gate} ]; do sleep 0.05; done")
    threads = [
        threading.Thread(target=subject.execute, args=(waiting,)) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    wait_until(lambda: subject._waiting._value == 0)

    flag = tmp_path / "flag"
    with pytest.raises(Busy) as error:
        subject.execute(command(f"touch {flag}"))
    assert error.value.retry_after > 0
    assert "custom:test" in str(error.value)

    # those that are not waited for go on
    run = subject.execute(command("true", **{"async": True}))
    assert run.finished.wait(10)

    gate.touch()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    assert not flag.exists()
    assert subject.execute(command("true")).exit_code == 0


def test_no_more_run_than_may(mocker, make_runner):
    mocker.patch.object(queue, "MAX_ACTIVE", 2)
    subject = make_runner()
    slow = command("sleep 0.3", **{"async": True})
    runs = [subject.execute(slow) for _ in range(2)]

    with pytest.raises(Busy, match="2 commands are running already"):
        subject.execute(slow)
    with pytest.raises(Busy):
        subject.execute(command("true"))

    for run in runs:
        assert run.finished.wait(10)
    assert subject.execute(command("true")).exit_code == 0


def test_slots_come_back_after_failures(mocker, make_runner):
    mocker.patch.object(queue, "MAX_ACTIVE", 1)
    subject = make_runner(max_waiting=1)
    for _ in range(3):
        with pytest.raises(Failed):
            subject.execute(command("exit 1"))
    mocker.patch.object(preparation, "Process", side_effect=OSError("no"))
    for _ in range(3):
        with pytest.raises(Failed, match="could not be started"):
            subject.execute(command("true"))


def test_many_at_once(either_way):
    runs = [
        either_way.execute(command(f"echo {number}", **{"async": True}))
        for number in range(50)
    ]
    for number, run in enumerate(runs):
        assert run.finished.wait(20)
        assert excerpt(run.output, STDOUT, 100) == f"{number}\n"


def test_no_file_descriptors_or_zombies_are_left(subject):
    own = psutil.Process()
    subject.execute(command("true"))
    before = own.num_fds()
    for _ in range(20):
        subject.execute(command("echo x; echo y >&2"))

    wait_until(lambda: own.num_fds() == before)
    assert own.children() == []


def test_the_log_names_the_action_and_not_the_command_line(subject, caplog):
    caplog.set_level(logging.DEBUG, LOGGER)
    with pytest.raises(Failed):
        subject.execute(command("echo what happened; : s3cret; exit 1"))

    wait_until(lambda: "return code 1" in caplog.text)
    assert "Performing command for custom:test" in caplog.text
    assert "! what happened" in caplog.text
    assert "s3cret" not in caplog.text


def test_run_ids_are_unique_and_made_here(subject):
    runs = [subject.execute(command("true")) for _ in range(5)]

    assert len({run.id for run in runs}) == 5


def test_half_of_the_request_threads_may_wait(mocker, make_runner):
    mocker.patch.object(os, "process_cpu_count", create=True, return_value=4)
    mocker.patch.object(os, "cpu_count", return_value=4)

    assert make_runner()._waiting._value == 4


def test_the_priority_does_not_sink_from_restart_to_restart(subject):
    # what restarts the server may become its parent
    # (it is lowered when the command runs already)
    own = os.getpriority(os.PRIO_PROCESS, 0)
    lowered = f"until [ $(nice) -ge {min(19, own + 5)} ]; do sleep 0.01; done"
    run = subject.execute(command(f"{lowered}; nice -n 7 sh -c 'nice'"))
    assert excerpt(run.output, STDOUT, 100) == f"{min(19, own + 12)}\n"

    run = subject.execute(command("nice", outlives_server=True))
    assert excerpt(run.output, STDOUT, 100) == f"{own}\n"


def test_the_log_cannot_be_made_to_look_different(subject, caplog):
    with pytest.raises(Failed):
        subject.execute(command(r"printf '\033[31mred\033[0m\n2026 - fake\000'; exit 1"))

    wait_until(lambda: "fake" in caplog.text)
    assert "\x1b" not in caplog.text
    assert "! 2026 - fake" in caplog.text


def test_without_a_thread_nothing_is_started_and_later_all_is_well(
    subject, mocker, tmp_path
):
    start = mocker.patch.object(
        watcher.threading.Thread, "start", side_effect=RuntimeError("can't start thread")
    )
    mocker.patch.object(subject, "_watch_for_end")
    flag = tmp_path / "flag"
    with pytest.raises(Failed, match="can't start thread"):
        subject.execute(command(f"touch {flag}"))
    mocker.stop(start)

    assert not flag.exists()
    assert subject.execute(command("true")).exit_code == 0


def test_without_room_in_the_selector_it_is_looked_after_all_the_same(subject, mocker):
    subject.execute(command("true"))
    selector = subject._active._supervisor._watcher._selector
    register = mocker.patch.object(selector, "register", side_effect=OSError("no room"))
    run = subject.execute(command("seq 1 100000; echo last; exit 0"))
    background = subject.execute(command("sleep 0.5 & echo x"))
    mocker.stop(register)

    assert excerpt(run.output, STDOUT, 1000).endswith("99999\n100000\nlast\n")
    assert excerpt(background.output, STDOUT, 1000) == "x\n"
    assert subject.execute(command("true")).exit_code == 0


def test_what_is_kept_for_a_background_child_is_not_the_run(subject):
    run = subject.execute(command("head -c 400000 /dev/zero; sleep 30 & echo $! >&2"))
    child = int(excerpt(run.output, STDERR, 100).split()[-1])
    try:
        assert len(subject._active._supervisor._watcher._orphans) == 2
        for watched in subject._active._supervisor._watcher._orphans.values():
            assert not hasattr(watched, "capture")
            assert not hasattr(watched, "on_end")
    finally:
        os.kill(child, 9)


def test_runs_where_and_with_what_it_is_told(subject, tmp_path):
    wish = command(
        'pwd; echo "$A $PATH"',
        working_directory=str(tmp_path),
        environment={"A": "x y; $(touch z)"},
    )
    run = subject.execute(wish)

    assert excerpt(run.output, STDOUT, 10_000) == (
        f"{tmp_path}\nx y; $(touch z) {os.environ['PATH']}\n"
    )


def test_a_folder_that_is_not_there_is_named(subject):
    with pytest.raises(Failed, match=r"could not be started: .*'/no/such/folder'"):
        subject.execute(command("true", working_directory="/no/such/folder"))


##~~ The order of both outputs

BOTH = "for i in $(seq 500); do echo out $i; echo err $i >&2; done"


def test_merged_outputs_keep_their_order(subject):
    run = subject.execute(command(BOTH, merge_output=True))

    assert excerpt(run.output, STDOUT, 100_000) == "".join(
        f"out {i}\nerr {i}\n" for i in range(1, 501)
    )
    assert excerpt(run.output, STDERR, 100) == ""


def test_merged_output_of_set_x(subject):
    line = "set -x; for i in 1 2; do echo $i; done"
    run = subject.execute(command(line, merge_output=True))

    assert excerpt(run.output, STDOUT, 1000) == "+ echo 1\n1\n+ echo 2\n2\n"


def test_reasons_are_found_in_merged_output(subject):
    with pytest.raises(Failed) as error:
        subject.execute(command("no-such-program", merge_output=True))

    assert "STDOUT:\n/bin/sh: " in str(error.value)
    assert "no-such-program" in str(error.value)
    (record,) = subject._history.find(Filter(), 10)
    assert record.hint == (hints.NOT_FOUND, {"program": "no-such-program"})


def test_what_is_left_of_merged_output_does_not_hold_the_run(either_way):
    run = either_way.execute(command("sleep 30 & echo $!", merge_output=True))
    os.kill(int(excerpt(run.output, STDOUT, 100)), 9)


def test_secrets_that_are_written_by_turns_are_masked_in_merged_output(subject):
    wish = command('printf hid; printf den >&2; printf " x"', merge_output=True)
    run = subject.execute(wish._replace(values=Values(secrets=("hidden",))))

    assert excerpt(run.output, STDOUT, 100) == "*** x"


def test_outputs_that_are_apart_keep_their_order_if_there_is_time_to_read_between(
    subject, tmp_path
):
    def lines():
        return "".join(piece.data.decode() for piece in run.output.pieces()[0])

    line = f"""for i in $(seq 20); do
        if [ $((i % 2)) = 0 ]; then echo $i; else echo $i >&2; fi
        until [ -e {tmp_path}/$i ]; do sleep 0.01; done
    done"""
    run = subject.start(command(line, timeout=120))
    for i in range(1, 21):
        wait_until(lambda i=i: lines().endswith(f"{i}\n"))
        (tmp_path / str(i)).touch()
    assert run.finished.wait(60)
    assert lines() == "".join(f"{i}\n" for i in range(1, 21))


def test_the_history_knows_of_an_end_before_who_waits_for_it(subject, mocker):
    """Whoever waits may be about to close the history."""
    history = subject._active._history
    note = history.note
    were_woken = []

    def see(run):
        if run.outcome is not None:
            were_woken.append(run.finished.is_set())
        note(run)

    mocker.patch.object(history, "note", see)
    subject.execute(command("true"))
    assert were_woken == [False]
