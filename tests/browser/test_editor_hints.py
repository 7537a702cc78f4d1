"""What the dialog of a command says by itself: what is set in its folded parts, and how its
command line and its arguments fit together."""

import pytest
from playwright.sync_api import expect

from harness.editor_pages import Editor

HOSTILE = '<img src="x" onerror="window.hacked = true">'

PLAIN = {"action": "plain", "name": "Plain", "command": "echo"}
FULL = {
    "action": "full",
    "name": "Full",
    "command": 'lamp "$SC_COLOR" "$SC_LEVEL"',
    "arguments": [
        {"name": "color", "type": "text", "label": "Color " + HOSTILE},
        {"name": "level", "type": "number", "label": "Level", "default": 1},
    ],
    "groups": ["users", "gone"],
    "fresh_credentials": True,
    "while_printing": "refuse",
    "max_temperature": 50,
    "async": True,
    "ignore": True,
    "timeout": 60,
    "when_busy": "queue",
    "outlives_server": True,
    "working_directory": "/home/pi",
    "environment": {"TZ": "UTC", "LANG": "C"},
    "show_output": "always",
    "merge_output": True,
    "my_field": 1,
}

PARTS = ("Arguments", "Who may run it", "When it may run", "How it runs", "Display")


@pytest.fixture
def editor(store, admin_page):
    store([PLAIN, FULL])
    return Editor(admin_page).open()


def test_what_is_set_in_parts_that_are_folded(editor):
    dialog = editor.edit("Plain")
    for part in PARTS:
        expect(dialog.summary(part)).to_be_hidden()
    expect(dialog.summary("Advanced")).to_have_text("plain")
    # as it is changed
    dialog.unfold("When it may run", "How it runs")
    dialog.fill(timeout="60")
    dialog.field("while_printing").select_option("Ask first")
    expect(dialog.summary("How it runs")).to_be_hidden()
    dialog.fold("When it may run", "How it runs")
    expect(dialog.summary("How it runs")).to_have_text("time limit 60 s")
    expect(dialog.summary("When it may run")).to_have_text("asks during a print")
    dialog.close_and_discard()

    dialog = editor.edit("Full")
    for part, text in (
        ("Arguments", f"2: Color {HOSTILE}, Level"),
        ("Who may run it", "Operator, gone, asks for the password"),
        ("When it may run", "not during a print, up to 50 °C"),
        (
            "How it runs",
            "nobody waits for its end, may fail, time limit 60 s, one after the other, "
            "outlives OctoPrint, /home/pi, with LANG, TZ",
        ),
        ("Display", "always shows its output, lines in order"),
        ("Advanced", "full, 1: my_field"),
    ):
        expect(dialog.summary(part)).to_have_text(text)
    assert not editor.page.evaluate("window.hacked")


def test_arguments_that_the_command_does_not_use(editor):
    page = editor.page
    dialog = editor.edit("Full")
    command = dialog.field("command")
    color, level = dialog.arguments[0], dialog.arguments[1]
    dialog.unfold("Arguments")
    expect(color.button("Insert: $SC_COLOR")).to_have_count(0)
    dialog.fill(command="echo $SC_COLORS $MY_SC_COLOR $SC_LEVEL")
    expect(color.root).to_contain_text("The command line does not use it")
    expect(level.button("Insert: $SC_LEVEL")).to_have_count(0)
    dialog.fold("Arguments")
    expect(dialog.summary("Arguments")).to_contain_text("not used: $SC_COLOR")
    dialog.unfold("Arguments")

    # where the cursor is, with the quotes that it takes there; see tests/js
    for before, after, result in (
        ("lamp ", " -v", 'lamp "$SC_COLOR" -v'),
        ('echo "It is ', '!"', 'echo "It is ${SC_COLOR}!"'),
    ):
        dialog.fill(command=before + after)
        command.evaluate("(field, at) => field.setSelectionRange(at, at)", len(before))
        color.button("Insert: $SC_COLOR").click()
        expect(command).to_have_value(result)
        expect(command).to_be_focused()
        expect(color.button("Insert: $SC_COLOR")).to_have_count(0)
    # as if it had been typed
    page.keyboard.press("Control+z")
    expect(command).to_have_value('echo "It is !"')
    # how it is to be written is said in the same language
    dialog.fill(command="#!/usr/bin/python3\npass")
    expect(color.open().root).to_contain_text('os.environ["SC_COLOR"]')

    # and the other way round
    dialog.fill(command='SC_OWN=1; for SC_EACH in a; do true; done; echo "$SC_SPEED_2"')
    missing = dialog.root.get_by_text("There is no argument for")
    expect(missing).to_have_text(["There is no argument for $SC_SPEED_2."])
    dialog.fold("Arguments")
    dialog.root.get_by_role("button", name="Add an argument: There is no").click()
    expect(dialog.arguments[2].field("name")).to_have_value("speed_2")
    expect(dialog.arguments[2].field("label")).to_be_focused()
    expect(missing).to_have_count(0)
    # it is for the server to say what is wrong; this is not
    expect(dialog.mistake("command")).to_be_hidden()
    dialog.accept()
