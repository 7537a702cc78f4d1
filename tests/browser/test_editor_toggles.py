"""Toggles and statuses in the editor: what is asked for, tried out, kept and said of them."""

import pytest
from playwright.sync_api import expect

from harness.editor_pages import CommandDialog, Editor
from harness.rules_pages import RulesSection

LIGHT = {
    "action": "light",
    "name": "Light",
    "type": "toggle",
    "on": "echo 1",
    "off": "echo 0",
    "state": "exit 1",
}
COMMAND = {
    "action": "lamp",
    "name": "Lamp",
    "command": "echo lamp",
    "confirm": "Sure?",
    "while_printing": "refuse",
    "show_output": "always",
}
SMALL = {"width": 360, "height": 740}
# of the parts that are folded
ALL = ["Where it stands", "Arguments", "Who may run it", "When it may run"]
ALL += ["How it runs", "Display", "Advanced"]


@pytest.fixture
def editor(store, admin_page):
    store([COMMAND])
    return Editor(admin_page).open()


def shown_fields(dialog):
    fields = dialog.root.locator("[id^=systemcommands_field_]:visible")
    return fields.evaluate_all(
        "fields => fields.map((field) => field.id.replace('systemcommands_field_', ''))"
    )


@pytest.mark.each_version
def test_a_toggle_that_is_tried_out_and_saved(editor, store, tmp_path):
    light = tmp_path / "light"
    dialog = editor.add("Toggle")
    dialog.fill(
        name="Light",
        on=f"touch {light}; echo switched",
        off=f"rm -f {light}",
        state=f"test -e {light} && echo 4.2 W",
        every="5",
    )
    shown = dialog.tryout.shown_as

    dialog.test("State").expect_ended("Answered (exit code 1)")
    expect(shown).to_have_text("This would be shown as: Off")
    dialog.test("Switch on").expect_ended("Succeeded")
    expect(dialog.tryout.lines).to_have_text(["switched"])
    expect(shown).to_be_hidden()
    dialog.test("State").expect_ended("Succeeded")
    expect(shown).to_have_text("This would be shown as: On, with the text: 4.2 W")
    # once more what was tested last
    light.unlink()
    dialog.tryout.again.click()
    expect(shown).to_have_text("This would be shown as: Off")
    dialog.fill(state="echo 'no file' >&2; test -e " + str(light))
    dialog.test("State").expect_ended("Answered (exit code 1)")
    expect(shown).to_have_text("This would be shown as: Off")
    dialog.fill(state="exit 2")
    dialog.field("state").press("Control+Enter")
    expect(shown).to_have_text("This would be shown as: Unknown")
    dialog.fill(state=f"test -e {light}")

    dialog.unfold("Where it stands")
    expect(dialog.color("Green")).to_be_hidden()
    dialog.place("Panel").check()
    dialog.color("Green").check()
    dialog.accept()
    expect(editor.signs("Light")).to_have_text(["Toggle", "In the panel"])
    editor.save()
    assert store() == [
        COMMAND,
        {
            "action": "light",
            "name": "Light",
            "type": "toggle",
            "on": f"touch {light}; echo switched",
            "off": f"rm -f {light}",
            "state": f"test -e {light}",
            "every": 5,
            "show_in": ["menu", "sidebar"],
            "color": "green",
        },
    ]


def test_a_status(editor, store):
    dialog = editor.add("Status")
    dialog.unfold("Where it stands", "How it runs", "Advanced")
    assert shown_fields(dialog) == [
        *["name", "state", "every", "state_timeout", "icon", "description", "group"],
        *["working_directory", "type", "action"],
    ]
    expect(dialog.heading("Who may see it")).to_be_visible()
    for heading in ("Arguments", "When it may run", "Display", "Runs by itself"):
        expect(dialog.heading(heading)).to_be_hidden()
    dialog.fill(name="Load", state="printf '0.5\\nmore\\n'")
    dialog.test().expect_ended("Succeeded")
    expect(dialog.tryout.shown_as).to_have_text("This would be shown as: 0.5")
    dialog.unfold("Where it stands")
    dialog.place("System menu").uncheck()
    dialog.accept()
    expect(editor.signs("Load")).to_have_text(["Status", "Not to be seen"])
    editor.save()
    assert store()[-1] == {
        "action": "load",
        "name": "Load",
        "type": "status",
        "state": "printf '0.5\\nmore\\n'",
        "show_in": [],
    }


def test_what_another_kind_does_without_is_hidden_and_kept(editor, store):
    dialog = editor.edit("Lamp")
    dialog.unfold(*ALL)
    assert not {"on", "off", "state", "every", "guards"} & set(shown_fields(dialog))
    dialog.kind.select_option("Toggle")
    assert "command" not in shown_fields(dialog)
    expect(dialog.title).to_have_text("Edit toggle")
    dialog.fill(on="echo 1", off="echo 0")
    dialog.field("guards").select_option("Switching on and off")
    dialog.accept()
    editor.save()
    toggle = {**COMMAND, "type": "toggle", "on": "echo 1", "off": "echo 0"}
    toggle["guards"] = "both"
    assert store() == [toggle]

    dialog = editor.edit("Lamp", "toggle")
    expect(dialog.summary("When it may run")).to_have_text(
        "not during a print, also when switching on"
    )
    dialog.unfold("Advanced")
    dialog.kind.select_option("Command")
    expect(dialog.field("command")).to_have_value("echo lamp")
    dialog.accept()
    editor.save()
    del toggle["type"]
    assert store() == [toggle]


def test_mistakes(editor):
    dialog = editor.add("Toggle")
    expect(dialog.mistake("on")).to_be_hidden()
    dialog.fill(name="Light", on="echo 1", every="1")
    dialog.button("Add").click()
    expect(dialog.mistake("off")).to_have_text("is missing")
    expect(dialog.field("off")).to_be_focused()
    expect(dialog.mistake("every")).to_contain_text("2")
    expect(dialog.mistake("on")).to_be_hidden()
    # without a command for the state, the last one counts
    expect(dialog.mistake("state")).to_be_hidden()
    dialog.fill(off="echo 0", every="")
    dialog.accept()
    expect(editor.signs("Light")).to_have_text(["Toggle"])


def test_a_mistake_in_what_is_hidden_is_said(editor, store):
    store([{**LIGHT, "timeout": 5}])
    editor.page.evaluate(
        "OctoPrint.coreui.viewmodels.systemCommandsDraftsViewModel.load()"
    )
    dialog = editor.edit("Light", "toggle")
    dialog.unfold("How it runs", "Advanced")
    dialog.fill(timeout="soon")
    expect(dialog.mistake("timeout")).to_be_visible()
    dialog.kind.select_option("Status")
    alert = dialog.root.locator(".modal-body > div > [role=alert]")
    expect(alert).to_contain_text("timeout: ")
    dialog.close_and_discard()


def test_each_command_line_has_its_interpreter(editor, store):
    dialog = editor.add("Toggle")
    dialog.fill(name="Light", on="print(1)", off="echo 0")
    runs = dialog.interpreter
    expect(runs).to_have_count(3)
    runs.nth(0).select_option("Python 3")
    expect(dialog.field("on")).to_have_value("#!/usr/bin/env python3\nprint(1)")
    expect(dialog.field("off")).to_have_value("echo 0")
    expect(runs.nth(1)).to_have_value("sh")
    dialog.test("Switch on").expect_ended("Succeeded")
    expect(dialog.tryout.lines).to_have_text(["1"])
    dialog.close_and_discard()


def test_only_switching_asks_for_the_arguments(editor):
    dialog = editor.add("Toggle")
    dialog.fill(name="Light", on='echo "level $SC_LEVEL"', off="echo 0", state="echo 7 W")
    remark = dialog.root.get_by_text("There is no argument for $SC_LEVEL.")
    expect(remark).to_be_visible()
    dialog.unfold("Arguments")
    dialog.arguments.add("Number", label="Level")
    expect(remark).to_be_hidden()
    dialog.test("State").expect_ended("Succeeded")
    expect(dialog.tryout.root).to_have_count(0)
    dialog.test("Switch on")
    dialog.tryout.fill(Level="3")
    dialog.tryout.submit.or_(dialog.tryout.again).click()
    expect(dialog.tryout.lines).to_have_text(["level 3"])
    dialog.close_and_discard()


def test_by_keyboard_on_a_small_screen(store, octoprint, take_page):
    store([COMMAND])
    page = take_page(octoprint.admin, viewport=SMALL)
    editor = Editor(page).open()
    keyboard = page.keyboard
    add = editor.button("Add")
    add.focus()
    keyboard.press("Enter")
    menu = editor.root.get_by_role("menu")
    expect(menu).to_be_visible()
    # that is the menu's, and no word for the settings around it
    keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(add).to_be_focused()
    expect(editor.settings).to_be_visible()

    for key in ("Enter", "ArrowDown", "ArrowDown", "Enter"):
        keyboard.press(key)
    dialog = CommandDialog(page).expect_open("Add toggle")
    keyboard.type("Light")
    for line, name in (("echo 1", "on"), ("echo 0", "off"), ("exit 0", "state")):
        keyboard.press("Tab")
        expect(dialog.field(name)).to_be_focused()
        keyboard.type(line)
        if name != "state":
            keyboard.press("Tab")
            keyboard.press("Tab")
    keyboard.press("Tab")
    expect(dialog.button("Test: State")).to_be_focused()
    keyboard.press("Enter")
    expect(dialog.tryout.shown_as).to_have_text("This would be shown as: On")

    dialog.unfold("Where it stands")
    dialog.place("System menu").focus()
    keyboard.press("Tab")
    keyboard.press("Space")
    keyboard.press("Tab")
    keyboard.press("Tab")
    expect(dialog.color("No color")).to_be_focused()
    keyboard.press("ArrowDown")
    expect(dialog.color("Blue")).to_be_checked()
    is_wide = "element => element.scrollWidth > element.clientWidth"
    assert not dialog.root.locator(".modal-body").evaluate(is_wide)
    keyboard.press("Escape")
    dialog.confirmation.get_by_text("Discard", exact=True).click()
    expect(dialog.root).to_be_hidden()
    # the menu that it was chosen from is not there any more
    expect(add).to_be_focused()


def test_a_preset(editor, store):
    presets = editor.presets()
    presets.root.get_by_role("button", name="Use: Relay", exact=True).click()
    dialog = CommandDialog(editor.page).expect_open("Add toggle")
    expect(dialog.root.locator(".alert-info")).to_contain_text("pinctrl")
    # which is not there, and that does not mean that it is off
    dialog.test("State").expect_ended("Failed (exit code 2)")
    expect(dialog.tryout.shown_as).to_contain_text("This would be shown as: Unknown")
    dialog.accept()
    editor.save()
    assert store()[-1]["type"] == "toggle"


def test_previous_versions_tell_what_was_changed(editor, store):
    store([LIGHT])
    store([{**LIGHT, "on": "echo 2", "show_in": []}])
    versions = editor.versions()
    versions.root.get_by_role("button", name="Compare").first.click()
    table = versions.root.locator("table").first
    expect(table).to_contain_text("on")
    expect(table.locator("del")).to_have_text(["echo 2", "(nowhere)"])
    expect(table.locator("ins")).to_have_text(["echo 1", "(nothing)"])
    versions.close()


@pytest.mark.own_page
def test_rules_switch_it(editor, store, admin):
    store([LIGHT, {"action": "load", "name": "Load", "type": "status", "state": "true"}])
    editor.page.evaluate(
        "OctoPrint.coreui.viewmodels.systemCommandsDraftsViewModel.load()"
    )
    editor.expect_rows("Light", "Load")
    rules = RulesSection(editor.page)
    dialog = rules.add()
    dialog.kind.select_option("a print ends")
    names = dialog.command.locator("option").all_inner_texts()
    switching = ["Light: switch on", "Light: switch off", "Light: toggle"]
    assert [name for name in names if "L" in name][:3] == switching
    assert "Load" not in names
    dialog.command.select_option("Light: switch off")
    expect(dialog.sentence).to_have_text("When a print ends, switch Light off")
    dialog.accept()
    dialog = rules.add()
    dialog.kind.select_option("another command has ended")
    dialog.ended.select_option("Light → off")
    dialog.command.select_option("Light: switch on")
    after = "When Light → off has ended, switch Light on"
    expect(dialog.sentence).to_have_text(after)
    dialog.accept()

    # it goes along with the ID
    command = editor.edit("Light", "toggle")
    switched_off = "When a print ends, switch Light off"
    expect(command.summary("Runs by itself")).to_have_text(f"{switched_off}, {after}")
    command.unfold("Advanced")
    command.fill(action="lamp").accept()
    rules.expect_sentences(switched_off, after)
    # and is found again
    dialog = rules.edit(after)
    expect(dialog.ended.locator("option:checked")).to_have_text("Light → off")
    dialog.button("Cancel").click()
    editor.save()
    saved = admin.get("/plugin/systemcommands/api/rules").json()["rules"]
    assert saved[0]["run"] == "lamp:off"
    assert saved[1]["when"] == {"run": "lamp:off"}
    assert saved[1]["run"] == "lamp:on"
