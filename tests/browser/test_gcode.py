"""Commands that are open to G-code: the dialog, lines that run them, and what is said of
lines that run nothing."""

import pytest
from playwright.sync_api import expect

from harness.editor_pages import Editor
from harness.pages import Menu, Terminal
from harness.waiting import wait_until

RUNS = "/plugin/systemcommands/api/runs"

PLAIN = {"action": "plain", "name": "Plain", "command": "echo plain"}
FAN = {
    "action": "fan",
    "name": "Fan",
    "command": 'echo "$SC_LEVEL $SC_WORD"',
    "gcode": True,
    "gcode_alias": 3,
    "arguments": [
        {"name": "level", "type": "number", "default": 30},
        {"name": "word", "type": "text", "default": "two words"},
    ],
}
LIGHT = {
    "action": "light",
    "name": "Light",
    "type": "toggle",
    "on": "true",
    "off": "true",
}
STATUS = {"action": "cpu", "name": "CPU", "type": "status", "state": "echo 42"}
COMMANDS = [PLAIN, FAN, LIGHT, STATUS]
# what is wrong comes first; prints are cancelled at the end
GCODE = "G28\n@system nothing\nG4 P300\n@system plain\n" + "G4 P100\n" * 5000


@pytest.fixture
def editor(store, admin_page):
    store(COMMANDS)
    return Editor(admin_page).open()


@pytest.fixture(scope="module")
def printer(octoprint):
    octoprint.connect_virtual_printer()
    return octoprint


@pytest.fixture
def start_print(printer, admin):
    def flags():
        return printer.request("GET", "/api/printer")["state"]["flags"]

    def start(gcode=GCODE):
        files = {"file": ("lines.gcode", gcode.encode())}
        admin.post(
            "/api/files/local", files=files, data={"print": "true"}
        ).raise_for_status()
        wait_until(lambda: flags()["printing"])

    yield start
    admin.post("/api/job", json={"command": "cancel"})
    wait_until(lambda: flags()["ready"])


##~~ In the dialog


@pytest.mark.each_version
def test_open_a_command_and_run_it_by_a_line(editor, store, printer, admin):
    page = editor.page
    dialog = editor.edit("Plain")
    dialog.unfold("From G-code")
    # it says whom this opens it to, and nothing else
    expect(dialog.root).to_contain_text("Whoever may upload and print files")
    for field in ("gcode_alias", "gcode_wait"):
        expect(dialog.field(field)).to_be_hidden()
    expect(dialog.gcode_line).to_be_hidden()
    dialog.field("gcode").check()
    expect(dialog.gcode_line).to_have_text("@system plain")
    expect(dialog.script("Before a print")).to_be_visible()
    dialog.fold("From G-code")
    expect(dialog.summary("From G-code")).to_have_text("open")
    dialog.accept()
    expect(editor.signs("Plain")).to_have_text(["Open to G-code"])
    editor.save()
    assert store()[0] == {**PLAIN, "gcode": True}
    editor.close()

    terminal = Terminal(page).open()
    terminal.send("@system plain")
    expect(terminal.lines).to_contain_text("System Commands: plain: has ended")
    terminal.send("OCTO3 some text")
    expect(terminal.lines).to_contain_text("System Commands: fan: has ended")
    fan, plain = admin.get(RUNS).json()["runs"]
    assert (plain["action"], plain["status"]) == ("plain", "succeeded")
    assert (fan["action"], fan["arguments"]) == (
        "fan",
        {"level": 30, "word": "two words"},
    )

    history = Menu(page).show_history()
    expect(history.rows.nth(1)).to_contain_text("G-code")
    expect(history.rows.nth(1)).to_contain_text("A line of G-code")
    expect(history.show(1).root).to_contain_text("G-code")


def test_by_keyboard(editor, store):
    page = editor.page
    dialog = editor.edit("Fan")
    expect(dialog.summary("From G-code")).to_have_text("open, OCTO3")
    dialog.heading("From G-code").focus()
    page.keyboard.press("Enter")
    expect(dialog.gcode_line).to_have_text('@system fan level=30 word="two words"')
    page.keyboard.press("Tab")
    expect(dialog.field("gcode")).to_be_focused()
    page.keyboard.press("Space")
    expect(dialog.gcode_line).to_be_hidden()
    page.keyboard.press("Space")

    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.keyboard.press("Tab")
    copy = dialog.root.get_by_role("button", name="Copy: the line of G-code")
    expect(copy).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog.button("Copied: the line of G-code")).to_be_visible()
    line = page.evaluate("navigator.clipboard.readText()")
    assert line == '@system fan level=30 word="two words"'

    page.keyboard.press("Tab")
    expect(dialog.field("gcode_alias")).to_be_focused()
    page.keyboard.type("12")
    page.keyboard.press("Tab")
    expect(dialog.field("gcode_wait")).to_be_focused()
    page.keyboard.type("90")
    for name in ("Before a print", "After a print", "When it is paused"):
        page.keyboard.press("Tab")
        expect(dialog.script(name)).to_be_focused()
        if name != "After a print":
            page.keyboard.press("Space")
    # Enter is the end of the dialog
    page.keyboard.press("Enter")
    expect(dialog.root).to_be_hidden()
    editor.save()
    assert store()[1] == {
        **FAN,
        "gcode_alias": 12,
        "gcode_wait": 90,
        "gcode_script": ["before_print", "on_pause"],
    }


def test_what_contradicts_it(editor):
    dialog = editor.edit("Plain")
    dialog.unfold("Who may run it", "From G-code")
    dialog.field("fresh_credentials").check()
    expect(dialog.mistake("gcode")).to_be_hidden()
    dialog.field("gcode").check()
    expect(dialog.mistake("gcode")).to_contain_text("asks for the password")
    dialog.field("fresh_credentials").uncheck()
    expect(dialog.mistake("gcode")).to_be_hidden()
    dialog.fill(gcode_alias="3")
    expect(dialog.mistake("gcode_alias")).to_have_text("is taken by another command")
    # what has no effect is no mistake
    with editor.page.expect_response("**/definitions/check"):
        dialog.field("gcode").uncheck()
    expect(dialog.root.locator(".alert-error:visible")).to_have_count(0)
    dialog.field("gcode").check()
    dialog.fill(gcode_alias="12345")
    expect(dialog.mistake("gcode_alias")).to_have_text("has to be 9999 at most")
    dialog.fill(gcode_alias="", gcode_wait="601")
    expect(dialog.mistake("gcode_wait")).to_have_text("has to be 600 at most")
    dialog.fill(gcode_wait="60")

    dialog.unfold("Arguments")
    dialog.arguments.add("Number", label="Level")
    dialog.script("When it resumes").check()
    expect(dialog.mistake("gcode_script")).to_contain_text('needs a default for "level"')
    dialog.fold("From G-code")
    dialog.root.locator(".modal-footer .btn-primary").click()
    # it is not left out of sight
    expect(dialog.mistake("gcode_script")).to_be_visible()
    expect(dialog.script("Before a print")).to_be_focused()
    dialog.arguments[0].fill(default="5")
    expect(dialog.mistake("gcode_script")).to_be_hidden()
    dialog.arguments.add("Secret")
    dialog.script("When it resumes").uncheck()
    expect(dialog.mistake("gcode")).to_contain_text("asks for a secret")
    dialog.close_and_discard()


def test_toggles_and_statuses(editor, store):
    dialog = editor.edit("Light", kind="toggle")
    dialog.unfold("From G-code")
    dialog.field("gcode").check()
    expect(dialog.gcode_line).to_have_text("@system light on")
    expect(dialog.root).to_contain_text("It is switched on then, and off after a print")
    dialog.script("After a print").check()
    dialog.accept()
    editor.save()
    assert store()[2] == {**LIGHT, "gcode": True, "gcode_script": ["after_print"]}

    dialog = editor.edit("CPU", kind="status")
    expect(dialog.heading("From G-code")).to_be_hidden()
    dialog.button("Cancel").click()


def test_at_360_pixels(store, octoprint, take_page):
    store([{**FAN, "action": "a" * 64}, {**LIGHT, "gcode": True}])
    page = take_page(octoprint.admin, viewport={"width": 360, "height": 740})
    editor = Editor(page).open()
    for name, kind in (("Fan", "command"), ("Light", "toggle")):
        dialog = editor.edit(name, kind=kind)
        dialog.unfold("From G-code")
        expect(dialog.gcode_line).to_be_visible()
        outside = dialog.root.locator(".modal-body").evaluate(
            """body => [...body.querySelectorAll("input, button, pre, label")].filter(
                (element) => element.getBoundingClientRect().right > window.innerWidth
            ).length"""
        )
        assert outside == 0
        dialog.button("Cancel").click()
        expect(dialog.root).to_be_hidden()


##~~ What runs nothing


@pytest.mark.each_version
def test_lines_of_a_print_that_run_nothing(store, operator_page, start_print, admin):
    store(COMMANDS)
    menu = Menu(operator_page)
    before = admin.get(RUNS).json()["runs"]
    start_print()
    # the one takes the place of the other
    menu.expect_notice(
        "Line 4 of the print ran no command",
        'The command "plain" is not open to G-code.',
    )
    expect(menu.notice).to_have_count(1)
    assert menu.page.evaluate("PNotify.notices[0].options.hide")
    # what it may cover is the page, and never what is opened
    menu.open()
    for name in ("Plain", "Fan", "Recent runs…"):
        menu.entry(name).click(trial=True)
    assert admin.get("/api/job").json()["state"] == "Printing"
    assert admin.get(RUNS).json()["runs"] == before


def test_a_line_that_cannot_be_read(store, printer, operator_page, user_page):
    store(COMMANDS)
    menu = Menu(operator_page)
    terminal = Terminal(operator_page).open()
    terminal.send('@system <b>fan</b> "open')
    menu.expect_notice(
        "A line of G-code ran no command", '"@system <b>fan</b> "open" cannot be read.'
    )
    expect(terminal.lines).to_contain_text("A quote is not closed.")
    terminal.send("@system gone")
    menu.expect_notice(
        "A line of G-code ran no command", 'There is no command "gone" to be run.'
    )
    terminal.send("@system fan level=high")
    menu.expect_notice("A line of G-code ran no command", '"fan" was not run.')
    expect(menu.notice).to_have_count(1)
    # who may run no command is not told
    expect(Menu(user_page).notice).to_have_count(0)


def test_the_history_says_which_line_it_was(store, start_print, octoprint, admin_page):
    store([{**PLAIN, "gcode": True}])
    start_print()
    row = Menu(admin_page).show_history().rows.first
    expect(row).to_contain_text("Line 4 of lines.gcode")
    expect(row.locator(".systemcommands-who")).to_contain_text(octoprint.admin.name)
    expect(row.locator(".systemcommands-who")).to_contain_text("G-code")
