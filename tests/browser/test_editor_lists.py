"""Import, export, previous versions and presets in the editor of commands."""

import re

import pytest
import yaml
from playwright.sync_api import expect

from harness.editor_pages import Editor

DEFINITIONS = "/plugin/systemcommands/api/definitions"
COMMANDS = [{"action": "one", "name": "One", "command": "echo 1"}]
SYSTEM_ACTIONS = [
    {"action": "old", "name": "Old one", "command": "echo old"},
    {"action": "divider"},
    {"action": "one", "name": "One of old", "command": "echo another one"},
]
# what YAML makes of ``action: on``, and an action that is there twice
ODD_ACTIONS = """
system:
  actions:
  - {action: on, name: Light on, command: echo light}
  - {action: "", name: Empty, command: echo empty}
  - {name: Without, command: echo without}
  - {action: lamp, name: First lamp, command: echo first}
  - {action: lamp, name: Second lamp, command: echo second}
"""
CONFIG = {
    "plugins": {
        "gcodesystemcommands": {
            "command_definitions": [
                {"id": "12", "command": 'echo "$OCTOPRINT_GCODESYSTEMCOMMAND_ARGS"'}
            ]
        }
    }
}

YAML = """
commands:
- name: From a file
  action: from-file
  command: |
    echo one
    echo two
- name: Wrong
  action: wrong
  command: "true"
  timeout: soon
"""


@pytest.fixture
def editor(octoprint, admin, admin_page):
    response = admin.get(DEFINITIONS)
    admin.put(
        DEFINITIONS,
        json={"definitions": COMMANDS},
        headers={"If-Match": response.headers["ETag"]},
    ).raise_for_status()
    return Editor(admin_page).open()


def stored(octoprint):
    return octoprint.read_config()["plugins"]["systemcommands"]["commands"]


def choose(file, content):
    with file.page.expect_file_chooser() as chooser:
        file.click()
    chooser.value.set_files(
        {"name": "a.yaml", "mimeType": "text/yaml", "buffer": content.encode()}
    )


@pytest.mark.own_page
@pytest.mark.each_version
def test_import_from_yaml(editor, octoprint):
    dialog = editor.import_()
    dialog.root.get_by_label("Import from").select_option("yaml")
    expect(dialog.root.get_by_role("button", name="Add selected")).to_be_disabled()
    editor.page.expected_errors.append("400")
    dialog.root.get_by_label("YAML", exact=True).fill("- [")
    expect(dialog.root.get_by_role("alert")).to_contain_text("line 1")
    file = dialog.root.get_by_label("YAML file")
    choose(file, YAML.replace("echo two", "echo three"))
    found = dialog.root.locator(".systemcommands-imports > li")
    expect(found).to_have_count(2)
    expect(found.nth(0)).to_contain_text("echo three")
    # one sees what was read, and can read it again when it was mended
    expect(file).to_have_value(re.compile(r"\ba\.yaml$"))
    choose(file, YAML)
    expect(found.nth(0)).to_contain_text("echo two")
    expect(found.nth(1)).to_contain_text("Entry 2, timeout:")
    expect(found.nth(1).get_by_role("checkbox")).to_be_disabled()
    # nothing has happened yet
    editor.expect_rows("One")
    # somebody looks for another one, and does not take it
    file.evaluate("input => $(input).on('click', (event) => event.preventDefault())")
    file.click()
    expect(file).to_have_value("")
    file.dispatch_event("cancel")
    expect(file).to_have_value(re.compile(r"\ba\.yaml$"))
    dialog.button("Add selected (1)").click()
    editor.expect_rows("One", "From a file")
    assert stored(octoprint) == COMMANDS
    editor.save()
    assert stored(octoprint)[1] == {
        "name": "From a file",
        "action": "from-file",
        "command": "echo one\necho two\n",
    }


def test_import_of_odd_actions(editor, octoprint):
    dialog = editor.import_()
    dialog.root.get_by_label("Import from").select_option("yaml")
    dialog.root.get_by_label("YAML", exact=True).fill(ODD_ACTIONS)
    found = dialog.root.locator(".systemcommands-imports > li")
    expect(found).to_have_count(5)
    for entry in found.all():
        expect(entry.get_by_role("checkbox")).to_be_checked()
    expect(found.nth(0)).to_contain_text("Gets a new ID, instead of true")
    for entry in (found.nth(1), found.nth(2)):
        expect(entry.get_by_text("Gets a new ID")).to_be_hidden()
    expect(found.nth(3)).to_contain_text("another one is run")
    expect(found.nth(3)).to_contain_text("Gets a new ID, instead of lamp")
    expect(found.nth(4)).to_contain_text("this is the one that is run")
    expect(found.nth(4).get_by_text("There is a command with this ID")).to_be_hidden()
    dialog.button("Add selected (5)").click()
    editor.save()
    assert [(entry["action"], entry["name"]) for entry in stored(octoprint)[1:]] == [
        ("light-on", "Light on"),
        ("empty", "Empty"),
        ("without", "Without"),
        ("lamp-2", "First lamp"),
        ("lamp", "Second lamp"),
    ]


def test_import_from_gcode_system_commands(editor):
    dialog = editor.import_()
    dialog.root.get_by_label("Import from").select_option("gcode_system_commands")
    expect(dialog.root).to_contain_text('echo "$OCTOPRINT_GCODESYSTEMCOMMAND_ARGS"')
    # it is only a warning
    expect(dialog.root).to_contain_text(
        "works as it is when a line such as OCTO1 runs it"
    )
    dialog.button("Add selected (1)").click()
    editor.expect_rows("One", "OCTO12")
    expect(editor.signs("OCTO12")).to_have_text(["Open to G-code"])
    editor.save()
    octo = editor.edit("OCTO12")
    expect(octo.summary("From G-code")).to_have_text("open, OCTO12")
    octo.button("Cancel").click()


def test_export_what_can_be_imported(editor, octoprint):
    with editor.page.expect_download() as download:
        editor.button("Export").click()
    assert download.value.suggested_filename == "system-commands.yaml"
    assert yaml.safe_load(download.value.path().read_text())["commands"] == COMMANDS


def test_previous_versions(editor, octoprint):
    editor.edit("One").fill(name="Changed", command="echo changed").accept()
    editor.save()
    dialog = editor.versions()
    newest = dialog.root.locator(".systemcommands-versions > li").first
    expect(newest).to_contain_text("Commands: 1")
    expect(newest).to_contain_text("admin")
    newest.get_by_role("button", name="Compare").click()
    expect(newest.locator("del")).to_have_text(["Changed", "echo changed"])
    expect(newest.locator("ins")).to_have_text(["One", "echo 1"])
    newest.get_by_role("button", name="Restore").click()
    editor.expect_rows("One")
    expect(editor.unsaved).to_be_visible()
    assert stored(octoprint)[0]["name"] == "Changed"
    editor.save()
    assert stored(octoprint) == COMMANDS


@pytest.mark.each_version
def test_presets(editor, octoprint):
    dialog = editor.presets()
    preset = dialog.root.locator(
        ".systemcommands-presets > li", has_text="NOPASSWD"
    ).first
    expect(
        preset.get_by_role("button", name="Copy: what sudo has to allow")
    ).to_be_visible()
    name = preset.locator("strong").inner_text()
    preset.get_by_role("button", name=f"Use: {name}").click()
    command = editor.dialog("command").expect_open("Add command")
    expect(command.root).to_contain_text("NOPASSWD")
    expect(command.root).to_contain_text("without a password")
    command.button("Copy: the command that opens the file").click()
    expect(command.root.get_by_text("Copied", exact=True)).to_be_visible()
    command.root.locator("#systemcommands_field_name").fill("Mine")
    command.button("Add").click()
    expect(command.root).to_be_hidden()
    editor.expect_rows("One", "Mine")
    editor.save()
    assert stored(octoprint)[1]["action"] == "mine"


def test_what_was_imported_and_deleted_again_stays_where_it_was(editor, octoprint):
    editor.button("Import these…").click()
    dialog = editor.dialog("import").expect_open()
    found = dialog.root.locator(".systemcommands-imports > li")
    found.nth(1).get_by_role("checkbox").uncheck()
    dialog.root.get_by_label("Remove them from system.actions when I save").check()
    dialog.button("Add selected (1)").click()
    note = editor.root.get_by_text("removed there when you save").first
    expect(note).to_be_visible()
    editor.button("Delete: Old one").click()
    expect(note).to_be_hidden()
    command = editor.add()
    command.fill(name="Else", command="true")
    command.accept()
    editor.save()
    assert octoprint.read_config()["system"]["actions"] == SYSTEM_ACTIONS


# the last one, since it changes what the others have
@pytest.mark.each_version
def test_import_from_system_actions(editor, octoprint):
    editor.button("Import these…").click()
    dialog = editor.dialog("import").expect_open()
    found = dialog.root.locator(".systemcommands-imports > li")
    expect(found).to_have_count(3)
    expect(found.nth(0).get_by_role("checkbox")).to_be_checked()
    # it would be there twice
    clash = found.nth(2)
    expect(clash.get_by_role("checkbox")).not_to_be_checked()
    expect(clash).to_contain_text("There is a command with this ID already: one")
    clash.get_by_role("checkbox").check()
    expect(clash).to_contain_text("Gets a new ID, instead of one")
    found.nth(1).get_by_role("checkbox").uncheck()
    dialog.root.get_by_label("Remove them from system.actions when I save").check()
    dialog.button("Add selected (2)").click()
    editor.expect_rows("One", "Old one", "One of old")
    expect(editor.root.get_by_text("removed there when you save").first).to_be_visible()
    assert octoprint.read_config()["system"]["actions"] == SYSTEM_ACTIONS
    editor.save()
    config = octoprint.read_config()
    assert config["system"]["actions"] == [{"action": "divider"}]
    assert [entry["action"] for entry in stored(octoprint)][:2] == ["one", "old"]
