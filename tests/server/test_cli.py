"""The command line, as a program of its own, with a real server."""

import contextlib
import io
import json
import os
import pty
import signal
import subprocess
import sys
import threading
from pathlib import Path

import click
import pytest

from harness.http_clients import RUNS
from harness.waiting import wait_until
from octoprint_systemcommands.cli.commands import commands

# Python, with the command line; and OctoPrint's own
OURS = [sys.executable, "-m", "octoprint_systemcommands"]
OCTOPRINTS = [str(Path(sys.executable).with_name("octoprint"))]

COMMANDS = [
    {
        "action": "greet",
        "name": "Greet",
        "command": 'printf "%s, %s\\n" "$SC_WHOM" "$SC_TIMES"; '
        'printf "by $OCTOPRINT_TRIGGER\\tgrüß" >&2; exit ${SC_CODE}',
        "arguments": [
            {"name": "whom", "type": "text", "default": "you"},
            {"name": "times", "type": "number", "default": 1},
            {"name": "code", "type": "number", "default": 0},
        ],
    },
    {
        "action": "tick",
        "name": "Tick",
        "command": "while :; do echo tick; sleep .1; done",
    },
    {
        "action": "deaf",
        "name": "Deaf",
        "command": "trap '' TERM; echo deaf; while :; do sleep 1; done",
    },
    {"action": "killed", "name": "Killed", "command": "kill -9 $$"},
    {"action": "late", "name": "Late", "command": "sleep 600", "timeout": 0.2},
    {"action": "once", "name": "Once", "command": "sleep 600", "when_busy": "refuse"},
    {
        "action": "secret",
        "name": "Secret",
        "command": "echo ${#SC_KEY}",
        "arguments": [{"name": "key", "type": "secret"}],
    },
    {
        "action": "lamp",
        "name": "Lamp",
        "type": "toggle",
        "on": "touch lamp",
        "off": "rm -f lamp",
        "state": "test -e lamp",
    },
    {
        "action": "heater",
        "name": "Heater",
        "type": "toggle",
        "on": "echo it gets warm",
        "off": "echo it does not obey >&2; exit 3",
    },
    {"action": "space", "name": "Space", "type": "status", "state": "echo 70G free"},
]


@pytest.fixture
def begin(octoprint, tmp_path):
    """begin("run", "greet"): the program, with pipes."""
    begun = []

    def begin(*words, key=octoprint.admin.api_key, program=OURS, port=None, **kwargs):
        env = {**os.environ, "OCTOPRINT_APIKEY": key or "", "LC_ALL": "C"}
        port = str(port or octoprint.url.rsplit(":", 1)[1])
        if program is OURS:
            line = [*OURS, "-b", str(tmp_path), *words, "--port", port]
        else:
            name, *rest = words
            line = [*OCTOPRINTS, "-b", str(octoprint.basedir), "plugins"]
            line += [f"systemcommands:{name}", *rest, "--port", port]
        options = {
            "stdin": subprocess.DEVNULL,
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            # the package is the one of this checkout
            "cwd": Path(__file__).parents[2],
            **kwargs,
        }
        process = subprocess.Popen(line, env=env, **options)
        begun.append(process)
        return process

    yield begin
    for process in begun:
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


@pytest.fixture
def cli(octoprint, capfdbinary, monkeypatch):
    """cli("run", "greet"): its return code, stdout and stderr; in this process, which saves
    a second each."""

    def cli(*words, text="", key=octoprint.admin.api_key, port=None):
        group = click.Group(commands={one.name: one for one in commands(lambda: None)})
        monkeypatch.setenv("OCTOPRINT_APIKEY", key or "")
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        port = str(port or octoprint.url.rsplit(":", 1)[1])
        capfdbinary.readouterr()
        with pytest.raises(SystemExit) as ended:
            group.main([*words, "--port", port], prog_name="systemcommands")
        out, err = capfdbinary.readouterr()
        return ended.value.code, out.decode(), err.decode()

    return cli


def test_what_a_command_writes_and_ends_with(cli, admin):
    code, out, err = cli("run", "greet", "whom=a=b", "times=2", "code=7")
    assert (code, out, err) == (7, "a=b, 2\n", "by cli\tgrüß")
    run = admin.get(RUNS).json()["runs"][0]
    assert (run["trigger"], run["user"]) == ("cli", "admin")


@pytest.mark.parametrize("key", ["admin", "global"])
def test_it_is_one_of_octoprints_own_commands(octoprint, begin, key):
    """OctoPrint 1.x has a key for everything in its config.yaml; 2.0 has none."""
    key = octoprint.admin.api_key if key == "admin" else None
    process = begin("run", "greet", "code=7", program=OCTOPRINTS, key=key)
    out, err = process.communicate(timeout=60)
    if key is None and not octoprint.global_api_key:
        assert process.returncode == 77
        assert b"Application Keys" in err
        return
    assert process.returncode == 7
    # its first line is OctoPrint's
    assert out.splitlines()[1:] == [b"you, 1"]
    assert err.decode() == "by cli\tgrüß"


def test_without_octoprints_command_line_there_is_nothing_but_the_output(begin):
    process = begin("run", "greet", "code=7")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (7, b"you, 1\n")
    assert err.decode() == "by cli\tgrüß"


def test_ends_that_are_no_return_code(cli):
    assert cli("run", "killed")[0] == 128 + signal.SIGKILL
    code, _, err = cli("run", "late")
    assert code == 124
    assert "took too long" in err


@pytest.mark.parametrize(
    ("words", "key", "code", "said"),
    [
        (("run", "none"), None, 77, "Application Keys"),
        (("run", "greet"), "WRONG", 77, "key is wrong"),
        (("run", "none"), "admin", 64, "none"),
        (("run", "greet", "times=many"), "admin", 64, "times"),
        (("run", "greet", "many"), "admin", 64, "NAME=VALUE"),
        (("run",), "admin", 64, "ACTION"),
        (("run", "secret"), "admin", 64, "--stdin key"),
        (("stop", "none"), "admin", 64, "none"),
        (("toggle", "greet"), "admin", 64, "no toggle"),
    ],
)
def test_what_cannot_be_done(octoprint, cli, words, key, code, said):
    key = octoprint.admin.api_key if key == "admin" else key
    found, out, err = cli(*words, key=key)
    assert (found, out) == (code, "")
    assert said in err
    assert "Traceback" not in err


def test_a_server_that_is_not_there(cli):
    code, _, err = cli("list", port=1)
    assert code == 69
    assert "--port" in err


def test_the_list(cli):
    # a state that is not known yet is not waited for very long
    wait_until(lambda: "70G free" in cli("list")[1])
    code, out, _ = cli("list")
    assert code == 0
    lines = out.splitlines()
    assert lines[0].split() == ["ACTION", "NAME", "ARGUMENTS", "STATE"]
    assert len(lines) == 1 + len(COMMANDS)
    assert "[whom=…]" in lines[1]
    assert lines[-1].split() == ["space", "Space", "70G", "free"]
    found = json.loads(cli("list", "--json")[1])
    assert [c["action"] for c in found["commands"]] == [c["action"] for c in COMMANDS]
    assert {state["action"] for state in found["states"]} == {"lamp", "heater", "space"}


def test_a_secret_comes_from_standard_input(cli):
    code, out, err = cli("run", "secret", "--stdin", "key", text="grüß dich\n")
    assert (code, out, err) == (0, "11\n", "")


@pytest.mark.one_version
def test_a_secret_is_asked_for_and_not_shown(begin):
    terminal, keyboard = pty.openpty()
    try:
        # without a terminal of its own, it is standard input that is asked
        process = begin("run", "secret", stdin=keyboard, start_new_session=True)
        asked = b""
        while not asked.endswith(b"key: "):
            asked += os.read(process.stderr.fileno(), 100)
        os.write(terminal, b"hunter22\n")
        out, _ = process.communicate(timeout=60)
        assert (process.returncode, out) == (0, b"8\n")
        os.set_blocking(terminal, False)
        shown = b""
        with contextlib.suppress(BlockingIOError):
            shown = os.read(terminal, 100)
        assert b"hunter22" not in shown
    finally:
        os.close(terminal)
        os.close(keyboard)


def first_line(process):
    return process.stdout.readline()


@pytest.mark.one_version
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_is_interrupted_is_stopped(begin, admin, number):
    process = begin("run", "tick")
    # it is shown while it is written
    assert first_line(process) == b"tick\n"

    process.send_signal(number)

    _, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert b"Stopping" in err
    assert admin.get(RUNS).json()["runs"][0]["status"] == "stopped"


@pytest.mark.one_version
def test_a_second_ctrl_c_leaves_at_once(begin, admin):
    process = begin("run", "deaf")
    first_line(process)
    process.send_signal(signal.SIGINT)
    assert b"Stopping" in process.stderr.readline()
    # which takes its time
    run = wait_until(
        lambda: next((r for r in admin.get(RUNS).json()["runs"] if r["stopping"]), None)
    )
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) == 128 + signal.SIGINT
    assert b"Left" in process.stderr.read()
    assert admin.wait_for_run(run["id"])["status"] == "stopped"


@pytest.mark.one_version
def test_what_nobody_reads_is_stopped(begin, admin):
    process = begin("run", "tick")
    first_line(process)
    process.stdout.close()
    process.stdout = None
    assert process.wait(timeout=60) == 128 + signal.SIGPIPE
    assert process.stderr.read() == b""
    run = admin.get(RUNS).json()["runs"][0]
    assert admin.wait_for_run(run["id"])["status"] == "stopped"


@pytest.mark.one_version
def test_a_full_disk_stops_it(begin, admin):
    with open("/dev/full", "wb") as full:
        process = begin("run", "tick", stdout=full)
        listing = begin("list", stdout=full)
        for one in (process, listing):
            assert one.wait(timeout=60) == 70
            said = one.stderr.read()
            assert said.startswith(b"Cannot write the output: ")
            assert b"Traceback" not in said
    run = admin.get(RUNS).json()["runs"][0]
    assert admin.wait_for_run(run["id"])["status"] == "stopped"


@pytest.mark.one_version
@pytest.mark.parametrize("word", ["list", "toggle", "run"])
def test_a_standard_output_that_is_closed(begin, word):
    words = {"list": [], "toggle": ["lamp"], "run": ["greet", "code=3"]}[word]
    process = begin(word, *words, preexec_fn=lambda: (os.close(0), os.close(1)))
    _, err = process.communicate(timeout=60)
    assert process.returncode == (3 if word == "run" else 0)
    assert b"Traceback" not in err


def test_without_waiting_and_stopped_by_its_id_or_its_action(cli, admin):
    code, out, _ = cli("run", "once", "--no-wait")
    run_id = out.strip()
    assert (code, admin.get(f"{RUNS}/{run_id}").status_code) == (0, 200)
    code, _, err = cli("run", "once")
    assert code == 75
    assert err

    code, _, err = cli("stop", run_id)
    assert code == 0
    assert "stopped" in err
    assert admin.get(f"{RUNS}/{run_id}").json()["status"] == "stopped"

    run_id = cli("run", "once", "--no-wait")[1].strip()
    assert cli("stop", "once")[0] == 0
    assert admin.get(f"{RUNS}/{run_id}").json()["status"] == "stopped"
    code, _, err = cli("stop", "once")
    assert code == 0
    assert "not running" in err


def test_toggles(cli):
    assert cli("toggle", "lamp", "on") == (0, "on\n", "")
    assert cli("toggle", "lamp") == (0, "off\n", "")
    assert cli("run", "lamp", "on")[0] == 0


def test_a_toggle_prints_its_state_alone(cli):
    assert cli("toggle", "heater", "on") == (0, "on (assumed)\n", "")
    code, out, err = cli("toggle", "heater", "off")
    assert (code, out) == (3, "")
    assert "failed with 3" in err


@pytest.mark.one_version
def test_it_waits_for_a_server_that_is_restarted(begin, make_octoprint):
    config = {"plugins": {"systemcommands": {"commands": COMMANDS}}}
    server = make_octoprint(config)
    port = server.url.rsplit(":", 1)[1]
    process = begin("run", "tick", key=server.admin.api_key, port=port)
    # long enough to be in the history
    for _ in range(20):
        first_line(process)
    reading = threading.Thread(target=process.stdout.read)
    reading.start()
    server.kill()
    server.start()
    process.wait(timeout=90)
    reading.join()
    err = process.stderr.read().decode()
    # nobody knows its end
    assert (process.returncode, "nobody knows" in err) == (70, True), err
