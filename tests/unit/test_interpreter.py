"""Commands whose first line names an interpreter, and those too long for an argument."""

import os
import signal
import sys
import tempfile

import psutil
import pytest
from processes import alive, command

from harness.waiting import wait_until
from octoprint_systemcommands.commands.editing.validation import check
from octoprint_systemcommands.commands.problems import CannotRun
from octoprint_systemcommands.commands.shebang import Shebang, shebang_of
from octoprint_systemcommands.runs.errors import Failed
from octoprint_systemcommands.runs.failure_hints import hints
from octoprint_systemcommands.runs.history.database import Filter
from octoprint_systemcommands.runs.output.capture import STDERR, STDOUT
from octoprint_systemcommands.runs.output.reader import excerpt
from octoprint_systemcommands.runs.processes import interpreter


@pytest.fixture
def subject(make_runner):
    return make_runner()


@pytest.fixture(params=["in memory", "deleted file"])
def either_way(request, mocker, make_runner):
    """A runner on a system that has files in memory, and on one that has not."""
    if request.param == "deleted file":
        mocker.patch.object(interpreter, "_in_memory", return_value=None)
    return make_runner()


def said(run, stream=STDOUT):
    return excerpt(run.output, stream, 100_000)


def latest(runner):
    (record, *_) = runner._history.find(Filter(), 1)
    return record


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("#!/bin/bash", Shebang("/bin/bash")),
        ("#! /bin/sh -e", Shebang("/bin/sh", "-e")),
        ("#!\t/bin/sh\t-e \t", Shebang("/bin/sh", "-e")),
        ("#!/usr/bin/env python3", Shebang("/usr/bin/env", "python3")),
        # one argument, as Linux does it
        ("#!/usr/bin/env -S python3 -u", Shebang("/usr/bin/env", "-S python3 -u")),
        ("#!/opt/größe", Shebang("/opt/größe")),
        ("#!/bin/bash\necho\r", Shebang("/bin/bash")),
        # comments of the shell
        ("#!", None),
        ("#! ", None),
        (" #!/bin/bash", None),
        ("\n#!/bin/bash", None),
        ("# /bin/bash", None),
        ("", None),
    ],
)
def test_first_line(line, expected):
    assert shebang_of(line) == expected
    assert shebang_of(f"{line}\nsecond line") == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("#!/bin/bash\r\necho\r\n", "as on Windows"),
        ("#!/usr/bin/env python3\r\n", "as on Windows"),
        ("#!/bin/bash\r", "as on Windows"),
        ("#!\r\necho", "as on Windows"),
        ("#!python3\nprint()", "#!/usr/bin/env python3"),
        ("#!bin/bash", "whole path"),
    ],
)
def test_first_line_that_cannot_work_is_explained(subject, script, expected):
    with pytest.raises(CannotRun, match=expected):
        shebang_of(script)
    (problem,) = check({"action": "a", "name": "A", "command": script}, ())
    assert problem.field == "command"
    assert expected in str(problem)
    with pytest.raises(Failed, match=f"could not be started: .*{expected}"):
        subject.execute(command(script))


def test_runs_by_its_interpreter(either_way):
    script = (
        "#!/bin/bash\nlist=(a b c)\nif [[ ${#list[@]} == 3 ]]; then echo ${list[2]}; fi"
    )
    assert said(either_way.execute(command(script))) == "c\n"


def test_plain_command_lines_go_on_to_be_an_argument_of_the_shell(subject):
    line = "tr '\\0' '\\n' < /proc/$$/cmdline; true"
    assert said(subject.execute(command(line))).splitlines() == ["/bin/sh", "-c", line]


def test_options_of_the_interpreter_count(subject):
    with pytest.raises(Failed, match="return code 1"):
        subject.execute(command("#! /bin/sh -e\nfalse\ntrue"))


def test_env_splits_its_argument_if_told_to(subject):
    run = subject.execute(
        command("#!/usr/bin/env -S python3 -O\nimport sys; print(sys.flags.optimize)")
    )
    assert said(run) == "1\n"


def test_python_tells_where_it_has_failed(either_way):
    script = "#!/usr/bin/env python3\n\ndef fail():\n    return 1 / 0\n\nfail()\n"
    with pytest.raises(Failed) as error:
        either_way.execute(command(script))

    assert ", line 4, in fail" in str(error.value)
    assert "return 1 / 0" in str(error.value)
    assert "ZeroDivisionError" in str(error.value)


def test_python_runs_with_arguments_and_without_input(subject):
    script = """#!/usr/bin/env python3
import os, sys
print(os.environ["GREETING"], len(sys.argv), repr(sys.stdin.read()))
"""
    run = subject.execute(command(script, environment={"GREETING": "höflich; $(true)"}))
    assert said(run) == "höflich; $(true) 1 ''\n"


@pytest.mark.parametrize("first_line", ["", "#!/bin/sh\n", "#!/bin/bash\n"])
@pytest.mark.parametrize("length", [131_071, 131_072, 1_000_000])
def test_scripts_of_any_length_are_run_to_their_end(either_way, first_line, length):
    script = f"{first_line}: '"
    end = "'\necho all of it"
    script += "x" * (length - len(script) - len(end)) + end
    assert said(either_way.execute(command(script))) == "all of it\n"


@pytest.mark.parametrize("letter", ["ä", "€"])
def test_length_is_counted_in_bytes(subject, letter):
    run = subject.execute(command(f"echo '{letter * 100_000}'"))
    assert run.output.total == len(letter.encode()) * 100_000 + 1


def test_bash_may_close_and_take_any_descriptor(subject):
    script = """#!/bin/bash
for number in {3..60}; do eval "exec $number>&-"; done
exec 3>/dev/null 9>/dev/null
echo there >&3
echo still here
"""
    assert said(subject.execute(command(script))) == "still here\n"


def test_what_runs_cannot_be_changed(subject):
    # neither by itself
    script = """#!/bin/bash
for file in /dev/fd/*; do
    if [ -f "$file" ] && { echo changed >> "$file"; } 2>/dev/null; then echo bad; fi
done
echo done"""
    assert said(subject.execute(command(script))) == "done\n"


def test_nothing_is_left(either_way, tmp_path, mocker):
    mocker.patch.object(tempfile, "tempdir", str(tmp_path))
    before = len(os.listdir("/dev/fd"))
    run = either_way.start(command("#!/bin/bash\necho begun\nsleep 60 & wait"))
    wait_until(lambda: said(run) == "begun\n")
    # not even while it runs, so that it does not matter how the server ends
    assert os.listdir(tmp_path) == ["history-0"]
    assert not any(
        open_file.path.startswith(str(tmp_path)) and "history" not in open_file.path
        for open_file in psutil.Process().open_files()
    )
    either_way.stop(run.id)
    assert run.finished.wait(20)
    for _ in range(20):
        either_way.execute(command("#!/bin/sh\ntrue"))
    wait_until(lambda: len(os.listdir("/dev/fd")) <= before + 6)


def test_stop_ends_all_of_it(subject):
    script = """#!/usr/bin/env python3
import subprocess, sys
child = subprocess.Popen(["setsid", "sleep", "600"])
print(child.pid, flush=True)
child.wait()
"""
    run = subject.start(command(script))
    wait_until(lambda: said(run).strip())
    child = int(said(run))
    assert alive(child)
    subject.stop(run.id)
    assert run.finished.wait(20)
    assert run.status == "stopped"
    wait_until(lambda: not alive(child))


def test_timeout_ends_it(subject):
    run = subject.start(command("#!/bin/bash\nsleep 600", timeout=0.2))
    assert run.finished.wait(20)
    assert run.status == "timed_out"


def test_daemons_outlive_the_run(subject):
    run = subject.execute(command("#!/bin/bash\nsetsid sleep 600 &\necho $!"))
    child = int(said(run))
    try:
        assert alive(child)
    finally:
        os.kill(child, signal.SIGKILL)


def test_missing_interpreter_is_said_by_name(subject):
    with pytest.raises(Failed, match="interpreter /bin/bsh was not found"):
        subject.execute(command("#!/bin/bsh\ntrue", ignore=True))


def test_missing_interpreter_is_a_hint_with_words_to_translate(subject):
    with pytest.raises(Failed):
        subject.start(command("#!/bin/bsh -x\ntrue"))
    hint = latest(subject).hint
    assert hint.code == hints.NOT_STARTED
    assert hint.values["text"].startswith("The interpreter %(interpreter)s")
    assert hint.values["interpreter"] == "/bin/bsh"


@pytest.mark.parametrize("path", ["/tmp", "/dev/null"])
def test_what_is_no_program_is_said(subject, path):
    with pytest.raises(Failed, match=f"interpreter {path} cannot be executed"):
        subject.execute(command(f"#!{path}\ntrue"))


def test_what_the_system_cannot_execute_is_named(subject, tmp_path):
    broken = tmp_path / "kaputt-ü"
    broken.write_bytes(b"\x7fELF, but not really")
    broken.chmod(0o700)
    with pytest.raises(Failed, match=f"could not be started: .*'{broken}'"):
        subject.execute(command(f"#!{broken}\ntrue"))


def test_what_env_does_not_find_is_explained(subject):
    with pytest.raises(Failed, match="return code 127"):
        subject.execute(command("#!/usr/bin/env no-such-interpreter\ntrue"))
    assert latest(subject).hint.code == hints.NO_INTERPRETER


def test_a_system_without_names_for_descriptors_is_told_of(subject, mocker):
    mocker.patch.object(interpreter, "_DESCRIPTORS", ("/no/such/folder",))
    before = len(os.listdir("/dev/fd"))
    with pytest.raises(Failed, match="needs /dev/fd or /proc"):
        subject.execute(command("#!/bin/sh\ntrue"))
    assert len(os.listdir("/dev/fd")) <= before + 6
    assert subject.execute(command("true")).exit_code == 0


def test_errors_name_the_line(subject):
    run = subject.execute(command("#!/bin/bash\n\nno-such-program", ignore=True))
    assert "line 3: no-such-program: command not found" in said(run, STDERR)
    assert (run.hint.code, run.hint.values) == (
        hints.NOT_FOUND,
        {"program": "no-such-program"},
    )


def test_an_interpreter_may_be_a_script_itself(subject, tmp_path):
    wrapper = tmp_path / "größer"
    wrapper.write_text(f'#!/bin/sh\necho by wrapper\nexec {sys.executable} "$@"\n')
    wrapper.chmod(0o700)
    run = subject.execute(command(f"#!{wrapper} -u\nprint('and Python')"))
    assert said(run) == "by wrapper\nand Python\n"
