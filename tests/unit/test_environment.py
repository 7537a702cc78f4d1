"""With which variables, in which folder and in which encoding commands run."""

import os
import pwd

import pytest
from processes import command

from harness.waiting import wait_until
from octoprint_systemcommands.commands import environment
from octoprint_systemcommands.commands.editing.validation import check
from octoprint_systemcommands.commands.environment import complete, existing_folder
from octoprint_systemcommands.commands.problems import WARNING, CannotRun
from octoprint_systemcommands.runs.errors import Failed
from octoprint_systemcommands.runs.history.database import Filter
from octoprint_systemcommands.runs.output.capture import STDOUT
from octoprint_systemcommands.runs.output.reader import excerpt


@pytest.fixture
def subject(make_runner):
    return make_runner()


@pytest.fixture
def server_has(mocker):
    """Has a server that was started with these variables and no others for the locale."""

    def server_has(**variables):
        others = {
            name: value
            for name, value in os.environb.items()
            if not name.startswith((b"LC_", b"LANG", b"PYTHON"))
        }
        these = {name.encode(): value.encode() for name, value in variables.items()}
        mocker.patch.object(environment.os, "environb", {**others, **these})

    return server_has


def said(run):
    return excerpt(run.output, STDOUT, 100_000)


##~~ Python


def test_python_does_not_keep_its_output_to_itself(subject, server_has):
    server_has(PYTHONUNBUFFERED="")
    line = "python3 -c 'import sys; print(sys.stdout.write_through)'"
    assert said(subject.execute(command(line))) == "True\n"


def test_unless_the_definition_says_otherwise(subject, server_has):
    server_has()
    line = "python3 -c 'import sys; print(sys.stdout.write_through)'"
    run = subject.execute(command(line, environment={"PYTHONUNBUFFERED": ""}))
    assert said(run) == "False\n"


def test_what_python_printed_is_there_while_it_runs(subject):
    line = "python3 -c 'import time; print(1); time.sleep(600)'"
    run = subject.start(command(line))
    wait_until(lambda: said(run) == "1\n")
    subject.stop(run.id)
    assert run.finished.wait(20)


##~~ Locale


def locale_of(variables):
    return {
        name: value
        for name, value in variables.items()
        if name.startswith(("LC_", "LANG"))
    }


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        ({"LANG": "de_DE.UTF-8"}, {"LANG": "de_DE.UTF-8"}),
        ({"LANG": "de_DE.utf8@euro"}, {"LANG": "de_DE.utf8@euro"}),
        ({"LC_ALL": "C.UTF-8"}, {"LC_ALL": "C.UTF-8"}),
        (
            {"LANG": "de_DE.ISO-8859-1", "LC_CTYPE": "C.UTF-8"},
            {"LANG": "de_DE.ISO-8859-1", "LC_CTYPE": "C.UTF-8"},
        ),
        # only the characters are others, not the language
        ({}, {"LC_CTYPE": "C.UTF-8"}),
        ({"LANG": "C"}, {"LANG": "C", "LC_CTYPE": "C.UTF-8"}),
        ({"LANG": "de_DE"}, {"LANG": "de_DE", "LC_CTYPE": "C.UTF-8"}),
        (
            {"LANG": "de_DE.ISO-8859-15@euro", "LC_MESSAGES": "C"},
            {
                "LANG": "de_DE.ISO-8859-15@euro",
                "LC_MESSAGES": "C",
                "LC_CTYPE": "C.UTF-8",
            },
        ),
        (
            {"LC_CTYPE": "de_DE.ISO-8859-1", "LANG": "de_DE.UTF-8"},
            {"LC_CTYPE": "C.UTF-8", "LANG": "de_DE.UTF-8"},
        ),
        (
            {"LC_ALL": "de_DE.ISO-8859-1", "LANG": "en_US.UTF-8", "LC_MESSAGES": "C"},
            {"LANG": "de_DE.ISO-8859-1", "LC_CTYPE": "C.UTF-8"},
        ),
        ({"LC_ALL": "", "LANG": "C.UTF-8"}, {"LC_ALL": "", "LANG": "C.UTF-8"}),
    ],
)
def test_programs_are_to_write_utf8(server_has, server, expected):
    server_has(**server)
    assert locale_of(complete({})) == expected


@pytest.mark.parametrize("name", ["LC_ALL", "LC_CTYPE", "LANG"])
def test_a_definition_decides_on_its_locale(server_has, name):
    server_has(LC_MESSAGES="C")
    own = {name: "de_DE.ISO-8859-1"}
    assert locale_of(complete(own)) == {"LC_MESSAGES": "C", **own}


def test_variables_that_are_no_utf8_are_passed_on_as_they_are(subject, mocker):
    variables = {**os.environb, b"ODD": b"a\xffb"}
    mocker.patch.object(environment.os, "environb", variables)
    line = 'printf %s "$ODD" | od -An -tx1'
    assert said(subject.execute(command(line))).split() == ["61", "ff", "62"]


##~~ Folder


def test_a_folder_may_be_told_by_variables(subject, tmp_path):
    (tmp_path / "größe/b c").mkdir(parents=True)
    folder = "${BASE}/größe/$PART c"
    run = subject.execute(
        command(
            "pwd",
            working_directory=folder,
            environment={"BASE": str(tmp_path), "PART": "b"},
        )
    )
    assert said(run) == f"{tmp_path}/größe/b c\n"


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("$HOME", "/home/x"),
        ("${HOME}/sub", "/home/x/sub"),
        ("~", "/home/x"),
        ("~/sub", "/home/x/sub"),
        ("~root", pwd.getpwnam("root").pw_dir),
        ("/a/~", "/a/~"),
        ("/costs/5$", "/costs/5$"),
        ("/${HOME", "/${HOME"),
        # once, not what comes out of it
        ("/$TRICKY", "/$HOME"),
    ],
)
def test_what_stands_for_a_folder(mocker, folder, expected):
    mocker.patch.object(environment, "_is_folder", side_effect=expected.__eq__)
    assert existing_folder(folder, {"HOME": "/home/x", "TRICKY": "$HOME"}) == expected


def test_home_is_known_without_a_variable(mocker):
    home = pwd.getpwuid(os.getuid()).pw_dir
    mocker.patch.object(environment, "_is_folder", side_effect=home.__eq__)
    assert existing_folder("~", {}) == home


def test_a_folder_that_is_called_like_a_variable_is_meant_as_it_is(tmp_path):
    folder = tmp_path / "$HOME"
    folder.mkdir()
    assert existing_folder(str(folder), {"HOME": "/"}) == str(folder)


def test_a_missing_folder_that_is_no_utf8_is_kept_in_the_history(subject, mocker):
    variables = {**os.environb, b"HOME": b"/no/\xff"}
    mocker.patch.object(environment.os, "environb", variables)
    with pytest.raises(Failed, match="'/no/\N{REPLACEMENT CHARACTER}' does not exist"):
        subject.execute(command("true", working_directory="~"))
    (record,) = subject._history.find(Filter(), 10)
    assert record.hint.values["folder"] == "/no/\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("/no/$NOBODY_HAS_SET_THIS", "no environment variable NOBODY_HAS_SET_THIS"),
        ("~no-such-user/x", "no such user"),
        ("/no/such/folder", "'/no/such/folder' does not exist"),
        ("$BASE/x", "'/no/such/x' does not exist"),
        # whoever runs a command does not decide where
        ("/tmp/$SC_FOLDER", "Values of arguments do not count"),
        ("/tmp/$OCTOPRINT_FILE", "no environment variable"),
    ],
)
def test_what_is_wrong_with_a_folder_is_said(subject, folder, expected):
    fields = {
        "working_directory": folder,
        "environment": {"BASE": "/no/such"},
        "arguments": [{"name": "folder", "type": "text", "default": "sub"}],
    }
    with pytest.raises(Failed, match=f"could not be started: .*{expected}"):
        subject.execute(command("true", **fields))
    # the editor says it, too, but lets it be saved
    (problem,) = check({"action": "a", "name": "A", "command": "true", **fields}, ())
    assert (problem.field, problem.severity) == ("working_directory", WARNING)
    assert expected in str(problem)
    with pytest.raises(CannotRun, match=expected):
        existing_folder(folder, complete({"BASE": "/no/such", "SC_FOLDER": "sub"}))
