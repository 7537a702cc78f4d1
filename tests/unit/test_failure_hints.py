"""Reasons of failures, as real shells put them, and what is looked up about them."""

import os
import shlex
import shutil
import stat
import subprocess
import sys

import pytest

from octoprint_systemcommands.commands.sudoers import sudo_command
from octoprint_systemcommands.runs.failure_hints import explanation, looks
from octoprint_systemcommands.runs.failure_hints.explanation import Failure


def explain_failure(exit_code, stderr, command_line):
    return explanation.explain_failure(
        Failure(exit_code, stderr, command_line=command_line)
    )


def ended(line, shell="/bin/sh", folder=None):
    done = subprocess.run(
        [shell, "-c", line],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        cwd=folder,
    )
    return explanation.explain_failure(
        Failure(done.returncode, done.stderr, done.stdout, line, folder and str(folder))
    )


@pytest.fixture
def script(tmp_path):
    def script(text, name="script.sh"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(0o755)
        return path

    return script


@pytest.mark.parametrize("shell", ["/bin/sh", "/bin/bash"])
@pytest.mark.parametrize(
    "line",
    [
        "no-such-program --now",
        "/opt/no-such-program",
        "true; echo noise >&2; no-such-program",
        "env no-such-program",
    ],
)
def test_not_found_names_the_program(line, shell):
    hint = ended(line, shell)

    assert hint.code == "not_found"
    assert hint.values["program"].endswith("no-such-program")


def test_not_executable_names_the_file(tmp_path):
    script = tmp_path / "script"
    script.write_text("echo x")

    hint = ended(str(script))

    assert hint.code == "not_executable"
    assert hint.values == {"program": str(script)}


def test_a_folder_is_not_executable(tmp_path):
    assert ended(str(tmp_path)).code == "not_executable"


def test_127_without_words():
    hint = ended("exit 127")

    assert (hint.code, hint.values) == ("not_found", {})


def test_signals():
    assert ended("kill -TERM $$").code == "killed"
    assert ended("kill -TERM $$").values == {"signal": "SIGTERM"}
    assert ended("kill -KILL $$").code == "out_of_memory"
    # of the last command, as the shell reports it
    assert ended("sh -c 'kill -SEGV $$'; exit $?").values == {"signal": "SIGSEGV"}


@pytest.mark.parametrize("code", [1, 2, 3, 125, 128, 255])
def test_other_return_codes_speak_for_themselves(code):
    assert ended(f"echo failed >&2; exit {code}") is None


@pytest.mark.parametrize(
    "stderr",
    [
        "sudo: a terminal is required to read the password; either use the -S option to "
        "read from standard input or configure an askpass helper\n"
        "sudo: a password is required\n",
        "sudo: a password is required\n",
        "sudo: no tty present and no askpass program specified\n",
    ],
)
def test_sudo(stderr):
    hint = explain_failure(1, stderr, "sudo /bin/systemctl restart webcamd")

    assert hint.code == "sudo_password"
    assert hint.values["command"].endswith("/systemctl restart webcamd") or (
        shutil.which("systemctl") is None
    )


def test_sudo_in_other_words_is_not_sudo():
    assert explain_failure(1, "I know that sudo is required", "x") is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("sudo ls /root", "{ls} /root"),
        ("sudo -n ls /root", "{ls} /root"),
        ("echo a && sudo ls /root && echo b", "{ls} /root"),
        # without arguments, sudoers would allow all of them
        ("cd /; sudo ls; echo", '{ls} ""'),
        ("true\nsudo ls\ntrue", '{ls} ""'),
        ("sudo ls -l 2>&1", "{ls} -l"),
        ("sudo ls -l 2>/dev/null", "{ls} -l"),
        ("sudo ls -l >>log", "{ls} -l"),
        ("sudo ls -l & wait", "{ls} -l"),
        ("(sudo ls -l)", "{ls} -l"),
        # what would be another rule, or no rule at all
        ("sudo -u pi ls", None),
        ("sudo A=b ls", None),
        ("sudo ls $HOME", None),
        ("sudo ls *", None),
        ("sudo ls a:b", None),
        ("sudo ls 'a b'", None),
        ('sudo ls ""', None),
        ("sudo ls '#1'", None),
        ("sudo ls ~", None),
        ("sudo", None),
        ("ls", None),
        ("sudo 'unbalanced", None),
        ("sudo no-such-program", None),
        ("", None),
    ],
)
def test_what_to_allow(line, expected):
    found = sudo_command(line)

    assert found == (expected and expected.format(ls=shutil.which("ls")))


def test_no_systemd():
    stderr = (
        "System has not been booted with systemd as init system (PID 1). Can't operate."
    )
    assert explain_failure(1, stderr, "systemctl restart x").code == "no_systemd"
    stderr = "/bin/sh: 1: systemctl: not found\n"
    assert explain_failure(127, stderr, "systemctl restart x").code == "no_systemd"


def test_sudo_itself_is_missing():
    assert ended("PATH=; sudo true").code == "sudo_missing"


##~~ Scripts


@pytest.mark.parametrize("shell", ["/bin/sh", "/bin/bash"])
@pytest.mark.parametrize("first", ["#!/bin/sh", "#!/usr/bin/env bash", "#!/bin/bash"])
def test_windows_line_ends(script, tmp_path, first, shell):
    script(f"{first}\r\necho hello\r\n")

    assert ended("./script.sh", shell, tmp_path).code == "windows_line_ends"


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_windows_line_ends_inside(script, tmp_path, shell):
    script("if true; then\r\n  echo hello\r\nfi\r\n")

    assert ended(f"{shell} ./script.sh", folder=tmp_path).code == "windows_line_ends"
    # as opposed to what is wrong by itself
    script("if true; then\n  echo hello\n")
    assert ended(f"{shell} ./script.sh", folder=tmp_path) is None


@pytest.mark.parametrize("shell", ["/bin/sh", "/bin/bash"])
def test_missing_interpreter(script, tmp_path, shell):
    path = script("#!/opt/no-such-python -u\nprint()\n", "job.py")

    hint = ended("./job.py", shell, tmp_path)
    assert hint.code == "no_interpreter"
    assert hint.values == {
        "program": "./job.py",
        "first_line": "#!/opt/no-such-python -u",
    }
    # where it was started is not where it is, so nobody knows
    assert ended(f"cd {tmp_path} && ./job.py", "/bin/sh", "/").code == "not_found"
    assert ended(str(path), shell, "/").code == "no_interpreter"


def test_missing_interpreter_by_env(script, tmp_path):
    script("#!/usr/bin/env no-such-python\n")

    hint = ended("./script.sh", folder=tmp_path)
    assert hint == ("no_interpreter", {"interpreter": "no-such-python"})


def test_made_for_another_machine(script, tmp_path):
    script(b"\x7fELF\x02\x01\x01" + b"\0" * 300, "tool")

    assert ended("./tool", folder=tmp_path).code == "wrong_format"


@pytest.mark.parametrize(
    "line",
    [
        "source ./settings",
        "[[ a == a ]]",
        "names=(a b)",
        "cat <<< text",
        "for ((i = 0; i < 3; i++)); do :; done",
        'echo "${HOME//o/0}"',
        "set -o pipefail; true",
        "pushd /",
    ],
)
def test_bash_for_another_shell(line):
    dash = shutil.which("dash")
    if dash is None:
        pytest.skip("needs dash")

    assert ended(line, dash).code == "not_bash"


def test_a_path_that_is_not_there_tells_the_folder(tmp_path):
    assert ended("./nosuch.sh", folder=tmp_path) == (
        "not_found",
        {"program": "./nosuch.sh", "path": "./nosuch.sh", "folder": str(tmp_path)},
    )
    assert "folder" not in ended("cd /; ./nosuch.sh", folder=tmp_path).values
    assert "folder" not in ended(f"{tmp_path}/nosuch.sh", folder=tmp_path).values


@pytest.mark.parametrize("program", ["sh", "bash", sys.executable])
def test_a_script_as_an_argument_that_is_not_there(tmp_path, program):
    hint = ended(f"{program} nosuch", folder=tmp_path)

    assert hint.code == "no_script"
    assert hint.values["file"].endswith("nosuch")
    assert hint.values["folder"] == str(tmp_path)
    assert "folder" not in ended(f"{program} {tmp_path}/nosuch", folder=tmp_path).values


def test_a_program_of_the_system_folders(tmp_path, monkeypatch, script):
    script("#!/bin/sh\n", "a-daemon")
    monkeypatch.setattr(looks, "SYSTEM_FOLDERS", str(tmp_path))

    assert ended("a-daemon") == (
        "not_in_path",
        {"program": "a-daemon", "path": str(tmp_path / "a-daemon")},
    )


def test_looks_wait_for_nothing_and_at_files_only(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")

    with open(__file__) as own:
        assert looks.script_at(f"/proc/self/fd/{own.fileno()}", None, "") is None
    for name in ("pipe", "loop", ".", "nosuch", "a\0b"):
        assert looks.script_at(f"./{name}", str(tmp_path), "") is None


##~~ Python, devices


def test_which_python(script, tmp_path):
    python = sys.executable
    hint = ended(f"{python} -c 'import no_such_module'")
    assert hint == ("no_module", {"module": "no_such_module", "python": python})

    script(f"#!{python}\nimport no_such_module\n", "job.py")
    assert ended("./job.py", folder=tmp_path).values["python"] == python
    script("#!/bin/sh\nexit 1", "job.py")
    assert looks.python_of("./job.py", str(tmp_path)) is None
    assert looks.python_of(f"#!{python}\nimport x", None) == python
    assert looks.python_of("echo 'python", None) is None


def test_input_is_wanted():
    assert ended(f"{sys.executable} -c 'input()'").code == "input_wanted"


def test_group_of_a_device_that_is_there(monkeypatch, tmp_path):
    device = tmp_path / "device"
    device.write_text("")
    device.chmod(stat.S_IRUSR | stat.S_IRGRP)
    monkeypatch.setattr(
        looks.grp, "getgrgid", lambda gid: type("G", (), {"gr_name": "gpio"})
    )

    assert looks.group_of_device(str(device)) == "gpio"


@pytest.mark.parametrize(
    ("device", "group"),
    [
        ("/dev/ttyUSB99", "dialout"),
        ("/dev/ttyACM99", "dialout"),
        ("/dev/video99", "video"),
        ("/dev/vchiq99", "video"),
        ("/dev/i2c-99", "i2c"),
        ("/dev/spidev99.0", "spi"),
        ("/dev/gpiochip99", "gpio"),
        ("/dev/mem", "gpio"),
        ("/dev/nosuch", None),
    ],
)
def test_group_of_a_device_that_is_gone(device, group):
    assert looks.group_of_device(device) == group


##~~ Return codes of one's own


@pytest.mark.parametrize("code", [126, 127, 129, 130, 137, 139, 143, 150, 192, 255])
def test_own_return_codes_are_no_signals(code):
    assert ended(f"echo what I say; exit {code}") is None
    assert code in (126, 127) or ended(f"exit {code}") is None


def test_devices_are_not_opened(mocker, tmp_path):
    """Which would reset a printer."""
    link = tmp_path / "link"
    link.symlink_to("/dev/null")
    opened = mocker.spy(os, "open")
    for name in ("//dev/null", "/./dev/null", str(link)):
        assert looks.script_at(name, None, name) is None
    opened.assert_not_called()


def test_a_long_command_is_not_looked_through_for_each_rule(mocker):
    asked = mocker.spy(explanation, "_may_be_elsewhere")
    split = mocker.spy(shlex, "split")
    command_line = "true 'x'; " * 50_000

    assert explain_failure(1, "something else\n" * 6, command_line) is None
    asked.assert_not_called()
    hint = explain_failure(1, "ModuleNotFoundError: No module named 'x'", command_line)
    assert hint.code == "no_module"
    assert asked.call_count == 1
    assert all(len(call.args[0]) < 10_000 for call in split.call_args_list)
