"""What a command is run by, and how, as the editor offers it."""

import pytest
from playwright.sync_api import expect

from harness.editor_pages import Editor

COMMANDS = [
    {"action": "plain", "name": "Plain", "command": "echo plain"},
    {"action": "perl", "name": "Perl", "command": "#!/usr/bin/perl -w\nprint 1;"},
    {"action": "bash", "name": "Bash", "command": "#! /bin/bash -e\necho $BASH_VERSION"},
    {
        "action": "split",
        "name": "Split",
        "command": "#!/usr/bin/env -S A=1 python3 -u\nprint(1)",
    },
]


@pytest.fixture
def editor(store, admin_page):
    store(COMMANDS)
    return Editor(admin_page).open()


def test_sh_is_what_nobody_has_to_choose(editor):
    dialog = editor.edit("Plain")
    expect(dialog.interpreter.locator("option")).to_have_text(["sh", "Bash", "Python 3"])
    expect(dialog.interpreter).to_have_value("sh")
    dialog.close()
    expect(editor.unsaved).to_be_hidden()


def test_choosing_one_writes_the_first_line(editor, store):
    dialog = editor.edit("Plain")
    expect(dialog.interpreter.locator("option")).to_have_count(3)
    dialog.interpreter.select_option("Bash")
    expect(dialog.field("command")).to_have_value("#!/usr/bin/env bash\necho plain")
    dialog.interpreter.select_option("Python 3")
    expect(dialog.field("command")).to_have_value("#!/usr/bin/env python3\necho plain")
    dialog.interpreter.select_option("sh")
    expect(dialog.field("command")).to_have_value("echo plain")
    dialog.interpreter.select_option("Python 3")
    script = "#!/usr/bin/env python3\nimport sys\nprint(sys.version_info[0])"
    dialog.fill(command=script)
    run = dialog.test()
    run.expect_ended("Succeeded")
    expect(run.lines).to_have_text(["3"])
    dialog.accept()
    editor.save()
    assert store()[0] == {**COMMANDS[0], "command": script}


@pytest.mark.parametrize(
    ("name", "value"), [("Perl", "perl"), ("Bash", "bash"), ("Split", "python3")]
)
def test_the_first_line_is_read(editor, store, name, value):
    dialog = editor.edit(name)
    expect(dialog.interpreter).to_have_value(value)
    dialog.fill(description="Changed").accept()
    editor.save()
    assert [entry["command"] for entry in store()] == [e["command"] for e in COMMANDS]


def test_the_first_line_is_read_while_it_is_typed(editor):
    dialog = editor.edit("Perl")
    expect(dialog.interpreter.locator("option")).to_have_text(
        ["sh", "Bash", "Python 3", "perl"]
    )
    dialog.fill(command="#!/bin/bash\ntrue")
    expect(dialog.interpreter).to_have_value("bash")
    expect(dialog.interpreter.locator("option")).to_have_count(3)
    for first_line, value in (
        ("", "sh"),
        ("#!/usr/bin/awk -f", "awk"),
        ("", "sh"),
        ("#! /usr/bin/python3", "python3"),
        ("#!/opt/x", "x"),
        ("#!/bin/bash", "bash"),
    ):
        dialog.fill(command=f"{first_line}\ntrue")
        expect(dialog.interpreter).to_have_value(value)


def test_a_first_line_that_cannot_work_is_a_mistake(editor):
    dialog = editor.edit("Plain")
    dialog.fill(command="#!python3\nprint(1)")
    expect(dialog.mistake("command")).to_contain_text("#!/usr/bin/env python3")
    dialog.fill(command="#!/usr/bin/env python3\nprint(1)")
    expect(dialog.mistake("command")).to_be_hidden()


def test_a_missing_interpreter_is_said_by_the_run(editor):
    dialog = editor.edit("Plain")
    dialog.fill(command="#!/bin/bsh\ntrue")
    editor.page.expected_errors.append("500")
    dialog.button("Test").click()
    expect(dialog.root.get_by_role("alert").last).to_contain_text(
        "The interpreter /bin/bsh was not found"
    )


def test_a_folder_that_is_not_there_is_said_but_can_be_saved(editor, store):
    dialog = editor.edit("Plain")
    dialog.unfold("How it runs")
    dialog.fill(working_directory="$HOME/no/such/folder")
    expect(dialog.mistake("working_directory")).to_contain_text("does not exist")
    dialog.fill(working_directory="$NOBODY_HAS_SET_THIS")
    expect(dialog.mistake("working_directory")).to_contain_text("NOBODY_HAS_SET_THIS")
    dialog.accept()
    editor.save()
    assert store()[0]["working_directory"] == "$NOBODY_HAS_SET_THIS"


def test_the_order_of_lines_can_be_kept(editor, store):
    dialog = editor.edit("Plain")
    dialog.unfold("Display")
    dialog.field("merge_output").check()
    dialog.fill(command="set -x\necho 1\necho 2")
    run = dialog.test()
    run.expect_ended("Succeeded")
    expect(run.lines).to_have_text(["+ echo 1", "1", "+ echo 2", "2"])
    dialog.accept()
    editor.save()
    assert store()[0]["merge_output"] is True
