"""Reasons of failures, as real shells put them."""

import shutil
import subprocess

import pytest

from octoprint_systemcommands.runs.hints import explain_failure, sudo_command


def ended(line, shell="/bin/sh"):
    done = subprocess.run([shell, "-c", line], capture_output=True, text=True)
    return explain_failure(done.returncode, done.stderr, line)


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
