"""Commands that tell a state, as real processes: what they say, and that nothing is left."""

import os
import threading
import time

import psutil
import pytest
from processes import alive

from harness.waiting import wait_until
from octoprint_systemcommands.commands.definition import Command
from octoprint_systemcommands.states.asking import Ask, may_hang

FIELDS = {"action": "light", "type": "toggle", "on": "true", "off": "true"}


def toggle(state, **fields):
    return Command(**{**FIELDS, "state": state, **fields})


def status(state, **fields):
    return Command(action="disk", type="status", state=state, **fields)


def ask(command):
    return Ask(command, "http://127.0.0.1:5000").run()


@pytest.mark.parametrize(
    ("command", "state"),
    [
        (toggle("true"), "on"),
        (toggle("false"), "off"),
        (toggle("exit 2"), "unknown"),
        (toggle("no_such_program"), "unknown"),
        (status("true"), "on"),
        (status("false"), "unknown"),
    ],
)
def test_the_return_code_is_the_state(command, state):
    answer = ask(command)

    assert (answer.state, answer.in_time) == (state, True)
    assert (answer.failure is None) == (state != "unknown")


def test_one_that_is_killed_is_unknown_and_never_off():
    for signal in ("TERM", "KILL", "SEGV"):
        answer = ask(toggle(f"kill -{signal} $$"))

        assert (answer.state, answer.in_time) == ("unknown", True)
        assert "signal" in answer.failure


def test_the_first_line_is_the_text():
    assert ask(toggle("echo dim; echo bright; exit 1")).text == "dim"
    assert ask(status("printf '47 C'")).text == "47 C"


def test_what_went_wrong_is_the_text_if_there_is_no_other():
    assert ask(toggle("echo on; echo oh >&2; exit 3")).text == "on"
    assert ask(toggle("echo oh >&2; exit 3")).text == "oh"
    # a warning is no state
    assert ask(toggle("echo careful >&2")).text is None


def test_many_lines_do_no_harm():
    """What is not read must not end a command by a signal."""
    answer = ask(toggle("seq 3000; exit 1"))

    assert (answer.state, answer.text) == ("off", "1")


def test_it_runs_where_and_as_its_definition_says(tmp_path):
    command = status(
        "#!/bin/sh\necho $PWD $LAMP $OCTOPRINT_ACTION $OCTOPRINT_TRIGGER $OCTOPRINT_URL",
        working_directory=str(tmp_path),
        environment={"LAMP": "3"},
    )

    assert ask(command).text == f"{tmp_path} 3 disk state http://127.0.0.1:5000"
    assert may_hang(command)
    assert not may_hang(status("true"))


def test_it_gives_way_to_everything_else():
    # which it does as soon as it has been started
    line = 'until [ "$(nice)" -ge 10 ]; do sleep 0.05; done; nice'
    assert int(ask(status(line)).text) >= 10


def test_what_cannot_be_started_says_so(tmp_path):
    answer = ask(toggle("true", working_directory=str(tmp_path / "gone")))

    assert answer.state == "unknown"
    assert "gone" in answer.failure


def test_the_whole_tree_is_gone_when_it_takes_too_long(tmp_path):
    pids = tmp_path / "pids"
    # one leaves the session, one loses its parent, one ignores what it is told
    line = (
        f"echo early; setsid sleep 600 & echo $! >>{pids}; "
        f"(sleep 600 & echo $! >>{pids}); "
        f"(trap '' TERM HUP; echo $$ >>{pids}; sleep 600)"
    )
    before = time.monotonic()
    answer = ask(toggle(line, state_timeout=1))

    assert (answer.state, answer.text, answer.in_time) == ("unknown", "early", False)
    assert answer.failure == "no answer within 1 s"
    assert time.monotonic() - before < 10
    started = [int(pid) for pid in pids.read_text().split()]
    assert len(started) == 3
    assert [pid for pid in started if alive(pid)] == []


@pytest.mark.parametrize("line", ["yes", "yes >&2", "yes & sleep 600"])
def test_a_flood_costs_nothing(line):
    began, used = time.monotonic(), sum(os.times()[:2])
    answer = ask(toggle(line, state_timeout=30))

    assert (answer.state, answer.in_time) == ("unknown", False)
    assert answer.failure == "its command writes too much"
    assert time.monotonic() - began < 15
    assert sum(os.times()[:2]) - used < 1


@pytest.mark.parametrize("pause", ["", "; sleep 1"])
def test_too_much_is_too_much_however_fast(pause):
    line = f"head -c 40000 /dev/zero | tr '\\0' x{pause}"
    answer = ask(toggle(line, state_timeout=30))

    assert (answer.state, answer.in_time) == ("unknown", False)
    assert answer.failure == "its command writes too much"
    assert answer.text == 200 * "x"


def test_what_stays_in_the_background_is_not_waited_for_and_not_left(tmp_path):
    pid = tmp_path / "pid"
    answer = ask(toggle(f"sleep 600 & echo $! >{pid}; echo on", state_timeout=30))

    assert (answer.state, answer.text) == ("on", "on")
    wait_until(lambda: not alive(int(pid.read_text())))


def test_nothing_is_left_open():
    ask(toggle("true"))
    process = psutil.Process()
    before = process.num_fds()
    for line in ("true", "echo x; exit 1", "exit 5"):
        ask(toggle(line))
    ask(toggle("sleep 600", state_timeout=0.1))

    assert process.num_fds() == before
    assert process.children() == []


def test_it_can_be_called_off(tmp_path):
    begun = tmp_path / "begun"
    subject = Ask(toggle(f"echo $$ >{begun}; exec sleep 600", state_timeout=60), "")
    answers = []
    thread = threading.Thread(target=lambda: answers.append(subject.run()))
    thread.start()
    wait_until(lambda: begun.exists() and begun.read_text().strip())
    subject.call_off()
    thread.join(20)

    assert [answer.state for answer in answers] == ["unknown"]
    assert not alive(int(begun.read_text()))
    assert subject.is_gone()


def test_what_is_called_off_is_not_begun(tmp_path):
    subject = Ask(toggle(f"touch {tmp_path}/begun"), "")
    subject.call_off()

    assert (subject.run().state, list(tmp_path.iterdir())) == ("unknown", [])


def test_what_cannot_be_ended_is_known(mocker):
    """As what waits for a device that does not answer."""
    subject = Ask(toggle("sleep 600", state_timeout=0.1), "")

    def in_vain(run_id, session, found, grace):
        found.add(psutil.Process(session()))
        return [session()]

    mocker.patch("octoprint_systemcommands.runs.processes.process_tree.end", in_vain)
    mocker.patch("octoprint_systemcommands.states.asking._kill_group")
    answer = subject.run()

    assert answer.in_time is False
    assert not subject.is_gone()
    subject._left[0].kill()
    wait_until(subject.is_gone)
