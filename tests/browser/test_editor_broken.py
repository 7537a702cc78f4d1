"""What nobody can read stays in the file, is shown, and can be mended."""

import pytest
from playwright.sync_api import expect

from harness.editor_pages import Editor

BROKEN = [
    "no command at all",
    {"action": "b", "name": "Bad timeout", "timeout": "soon"},
    {
        "action": "guests",
        "name": "Open to guests",
        "command": "true",
        "groups": ["guests", "admins"],
    },
    {
        "action": "mapping",
        "name": "A mapping",
        "command": "true",
        "arguments": {"level": {"type": "number"}},
    },
    {
        "action": "odd",
        "name": "Odd arguments",
        "command": "true",
        "arguments": [
            "level",
            {"name": "sure", "type": "boolean", "default": True},
            {"name": "relay", "type": "choice", "choices": ["a", True, ["c"]]},
            {"name": "count", "type": "number", "min": "five", "default": "2"},
            {"name": "password", "type": "secret", "default": "pass"},
        ],
    },
]
COMMANDS = [
    {"action": "one", "name": "One", "command": "echo 1"},
    {"action": "two", "name": "Two", "command": "echo 2"},
    *BROKEN,
]
NAMES = [
    "One",
    "Two",
    '"no command at all"',
    "Bad timeout",
    "Open to guests",
    "A mapping",
    "Odd arguments",
]


def stored_command(octoprint, action):
    commands = octoprint.read_config()["plugins"]["systemcommands"]["commands"]
    return next(
        command
        for command in commands
        if isinstance(command, dict) and command["action"] == action
    )


def test_what_cannot_be_read_is_duplicated_as_it_is(admin_page):
    editor = Editor(admin_page).open()
    name = '"no command at all"'
    editor.button(f"Duplicate: {name}").click()
    editor.expect_rows(*NAMES[:3], name, *NAMES[3:])
    expect(editor.entries.nth(3).locator(".systemcommands-problems")).to_be_visible()


@pytest.mark.each_version
def test_broken_entries_can_be_repaired(octoprint, admin_page):
    editor = Editor(admin_page).open()
    editor.expect_rows(*NAMES)
    expect(editor.entries.nth(2).locator(".systemcommands-problems")).to_be_visible()
    expect(editor.entries.nth(3).locator(".systemcommands-problems")).to_contain_text(
        "timeout"
    )
    # they are no obstacle for the others
    editor.edit("One").fill(name="Uno").accept()
    editor.save()
    stored = octoprint.read_config()["plugins"]["systemcommands"]["commands"]
    assert [stored[0]["name"], *stored[2:]] == ["Uno", *BROKEN]

    dialog = editor.edit("Bad timeout")
    expect(dialog.mistake("timeout")).to_be_visible()
    dialog.unfold("How it runs")
    dialog.fill(timeout="5", command="true").accept()
    dialog = editor.edit('"no command at all"')
    expect(dialog.root).to_contain_text("cannot be read")
    dialog.fill(name="Mended").accept()
    editor.save()
    stored = octoprint.read_config()["plugins"]["systemcommands"]["commands"]
    assert stored[2] == {
        "action": stored[2]["action"],
        "name": "Mended",
        "command": "no command at all",
    }
    assert stored[3]["timeout"] == 5


def test_groups_that_cannot_be(octoprint, admin_page):
    editor = Editor(admin_page).open()
    dialog = editor.edit("Open to guests")
    expect(dialog.mistake("groups")).to_contain_text("guests")
    expect(dialog.root).to_contain_text("Guests may not run commands.")
    expect(dialog.root).to_contain_text("Admins may run every command anyway.")
    dialog.button("Delete: guests").click()
    expect(dialog.mistake("groups")).to_be_hidden()
    dialog.accept()
    editor.save()
    assert stored_command(octoprint, "guests")["groups"] == ["admins"]


def test_arguments_that_are_no_list(octoprint, admin_page):
    editor = Editor(admin_page).open()
    dialog = editor.edit("A mapping")
    expect(dialog.root).to_contain_text("These arguments cannot be read.")
    expect(dialog.root).to_contain_text('{"level":{"type":"number"}}')
    dialog.unfold("Arguments")
    dialog.arguments.add("Number", label="Level")
    dialog.accept()
    editor.save()
    assert stored_command(octoprint, "mapping")["arguments"] == [
        {"name": "level", "type": "number", "label": "Level"}
    ]


def test_arguments_that_cannot_be_used(octoprint, admin_page):
    editor = Editor(admin_page).open()
    row = editor.entries.nth(NAMES.index("Odd arguments"))
    expect(row.locator(".systemcommands-problems")).to_contain_text("sure › type")
    dialog = editor.edit("Odd arguments")
    text, sure, relay, count, password = (dialog.arguments[index] for index in range(5))
    # what is wrong is there to be seen
    expect(text.root).to_contain_text("This argument cannot be read.")
    expect(text.root).to_contain_text('"level"')
    expect(sure.root).to_contain_text('type: "boolean"')
    expect(sure.mistake_at("type")).to_be_visible()
    odd = relay.choices.nth(1)
    expect(odd.locator(".systemcommands-mistake")).to_contain_text("has to be a text")
    expect(odd.locator(".systemcommands-value")).to_have_value("")
    expect(count.mistake_at("min")).to_contain_text("has to be a number")
    expect(count.root).to_contain_text('default: "2"')
    expect(password.mistake).to_contain_text("must not be set for a secret")

    text.fill(label="Level").field("type").select_option("Number")
    sure.field("type").select_option("Toggle")
    expect(sure.field("default")).to_be_checked()
    relay.fill_choices("a", "true", "c")
    count.fill(min="5", default="6")
    expect(count.root).not_to_contain_text("default:")
    password.button("Delete: default").click()
    dialog.accept()
    editor.save()
    assert stored_command(octoprint, "odd")["arguments"] == [
        {"type": "number", "label": "Level", "name": "level"},
        {"name": "sure", "type": "toggle", "default": True},
        {"name": "relay", "type": "choice", "choices": ["a", "true", "c"]},
        {"name": "count", "type": "number", "min": 5, "default": 6},
        {"name": "password", "type": "secret"},
    ]
