"""What nobody can read stays in the file, is shown, and can be mended."""

from editor_pages import Editor
from playwright.sync_api import expect

BROKEN = ["no command at all", {"action": "b", "name": "Bad timeout", "timeout": "soon"}]
COMMANDS = [
    {"action": "one", "name": "One", "command": "echo 1"},
    {"action": "two", "name": "Two", "command": "echo 2"},
    *BROKEN,
]


def test_broken_entries_can_be_repaired(octoprint, admin_page):
    editor = Editor(admin_page).open()
    editor.expect_rows("One", "Two", '"no command at all"', "Bad timeout")
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
