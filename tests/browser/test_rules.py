"""The editor of rules on the settings page."""

import pytest
from playwright.sync_api import expect

from harness.pages import RunDialog
from harness.rules_pages import RuleDialog, RulesSection
from harness.waiting import wait_until

pytestmark = pytest.mark.own_page

HOSTILE = '<img src="x" onerror="window.hacked = true">'
# the server takes it because it was there before
BROKEN = {"id": "broken", "name": HOSTILE, "when": {"schedule": "soon"}, "run": HOSTILE}
CONFIG = {
    "plugins": {"systemcommands": {"rules": [BROKEN]}},
    "events": {
        "enabled": True,
        "subscriptions": [
            {"event": "PrintDone", "type": "system", "command": "echo done"},
            {"event": "PrintDone", "type": "gcode", "command": "M84"},
        ],
    },
}

RULES = "/plugin/systemcommands/api/rules"

COMMANDS = [
    {"action": "power-off", "name": "Power off", "command": "echo off"},
    {
        "action": "lamp",
        "name": "Lamp",
        "command": 'echo "$OCTOPRINT_EVENT $SC_LEVEL"',
        "while_printing": "confirm",
        "arguments": [{"name": "level", "type": "number", "label": "Level"}],
    },
]
OFF = {
    "id": "off",
    "name": "Off when cold",
    "when": {"event": "print_ended"},
    "wait": {"until": {"max_temperature": 50}},
    "run": "power-off",
}
OFF_SENTENCE = "When a print ends, wait until it is below 50 °C, then run Power off"
NIGHTLY = {"id": "nightly", "when": {"schedule": "daily 04:00"}, "run": "lamp"}
NIGHTLY_SENTENCE = "Every day at 04:00, run Lamp"


@pytest.fixture
def store_rules(admin):
    """store_rules([...]): what the server has from now on; store_rules(): what it has."""

    def store_(rules=None):
        response = admin.get(RULES)
        response.raise_for_status()
        if rules is not None:
            admin.put(
                RULES,
                json={"rules": rules},
                headers={"If-Match": response.headers["ETag"]},
            ).raise_for_status()
        return response.json()["rules"]

    return store_


@pytest.fixture
def open_rules(store, store_rules, admin_page):
    """open_rules(*rules): the settings page of a server that has these."""

    def open_(*rules):
        store(COMMANDS)
        store_rules(list(rules))
        return RulesSection(admin_page).open()

    return open_


def test_nothing_moves_under_a_pressed_button(open_rules):
    """What the server says is shown when the mouse button is up again: else the click that
    was meant for a button falls beside the dialog."""
    section = open_rules()
    page = section.page
    dialog = section.add()
    dialog.kind.select_option("another command has ended")
    expect(dialog.mistake("when")).to_be_visible()
    held = []
    page.route("**/api/rules/check", lambda route: held.append(route))
    dialog.ended.select_option("Power off")
    dialog.command.select_option("Power off")
    expect(dialog.sentence).to_have_text("When Power off has ended, run Power off")
    wait_until(lambda: page.wait_for_timeout(20) or held)
    button = dialog.root.locator(".modal-footer .btn-primary")
    button.hover()
    before = button.bounding_box()
    page.mouse.down()
    with page.expect_response("**/api/rules/check"):
        for route in held:
            route.continue_()
        page.unroute("**/api/rules/check")
    # long enough for the page to have drawn it
    page.evaluate("new Promise((done) => setTimeout(() => requestAnimationFrame(done)))")
    assert button.bounding_box() == before
    page.mouse.up()
    expect(dialog.root).to_be_hidden()
    section.expect_sentences("When Power off has ended, run Power off")


@pytest.mark.each_version
def test_a_rule_is_made_of_choices_by_keyboard(open_rules, store_rules):
    section = open_rules()
    page = section.page
    expect(section.root).to_contain_text("A rule runs a command by itself")
    expect(section.button("Export rules")).to_have_count(0)

    section.button("Add rule").focus()
    page.keyboard.press("Enter")
    dialog = RuleDialog(page).expect_open("Add rule")
    expect(dialog.kind).to_be_focused()
    expect(dialog.sentence).to_have_text("When …, run …")
    # nothing is a mistake yet
    expect(dialog.root.locator(".systemcommands-mistake:visible")).to_have_count(0)
    page.keyboard.press("Tab")
    page.keyboard.press("Control+Enter")
    expect(dialog.mistake("when")).to_contain_text("is missing")
    expect(dialog.mistake("run")).to_be_visible()
    expect(dialog.kind).to_be_focused()

    dialog.kind.select_option("a print ends")
    expect(dialog.root).to_contain_text("Finished, cancelled or failed")
    dialog.button("Wait first").press("Enter")
    expect(dialog.field("wait_for")).to_be_focused()
    dialog.label("until it is below").fill("warm")
    expect(dialog.mistake("wait")).to_contain_text("Temperature")
    dialog.label("until it is below").fill("50")
    expect(dialog.mistake("wait")).to_be_hidden()
    dialog.command.select_option("Power off")
    expect(dialog.sentence).to_have_text(
        OFF_SENTENCE + ", unless a print starts in the meantime"
    )
    dialog.label("the printer is connected").check()
    dialog.add_condition("file", "*.gcode")
    dialog.add_condition("file", "*.gco")
    dialog.field("name").fill("Off when cold")
    dialog.field("name").press("Enter")
    expect(dialog.root).to_be_hidden()
    sentence = (
        "When a print ends, if file is *.gcode or *.gco, wait until it is below 50 °C, "
        "then run Power off"
    )
    section.expect_sentences(sentence)
    expect(section.sentences).to_be_focused()
    expect(section.editor.save_button).to_contain_text("Save commands and rules")
    section.save()
    assert store_rules() == [
        {
            **OFF,
            "id": "off-when-cold",
            "if": {"file": ["*.gcode", "*.gco"]},
            "cancelled_by": ["print_started", "connected"],
        }
    ]

    # as it is read again
    dialog = section.edit(sentence)
    expect(dialog.label("until it is below")).to_have_value("50")
    expect(dialog.label("the printer is connected")).to_be_checked()
    dialog.kind.select_option("it is a set time, on certain days")
    dialog.label("Time").fill("18:30")
    dialog.label("Monday").check()
    dialog.label("Friday").check()
    page.keyboard.press("Escape")
    dialog.confirmation.get_by_text("Go on editing", exact=True).click()
    dialog.accept()
    expect(section.sentences).to_contain_text("Monday, Friday at 18:30, if file is")
    section.switch("Monday").uncheck()
    section.save()
    (rule,) = store_rules()
    assert rule["when"] == {"schedule": "mon,fri 18:30"}
    assert rule["enabled"] is False


def test_arguments_and_prints(open_rules, store_rules):
    section = open_rules(NIGHTLY)
    dialog = section.edit(NIGHTLY_SENTENCE)
    dialog.label("Level").fill("5")
    dialog.label("Also while a print is under way").check()
    dialog.accept()
    section.save()
    assert store_rules() == [{**NIGHTLY, "arguments": {"level": 5}, "confirmed": True}]


def test_broken_rules_are_kept_until_they_are_mended(open_rules, store_rules):
    section = open_rules(BROKEN, NIGHTLY)
    sentence = f"At the times soon, run {HOSTILE}"
    expect(section.entry(sentence)).to_contain_text("is no schedule")
    section.switch(NIGHTLY_SENTENCE).uncheck()
    section.save()
    assert store_rules()[0] == BROKEN
    dialog = section.edit(sentence)
    expect(dialog.mistake("when")).to_contain_text("is no schedule")
    expect(dialog.command).to_have_value(f"custom/{HOSTILE}")
    dialog.kind.select_option("it is a set time, every day")
    expect(dialog.mistake("when")).to_have_text("is missing")
    dialog.label("Time").fill("07:30")
    expect(dialog.mistake("when")).to_be_hidden()
    dialog.command.select_option("Power off")
    dialog.accept()
    section.expect_sentences("Every day at 07:30, run Power off", NIGHTLY_SENTENCE)
    section.save()
    assert store_rules()[0] == {
        "id": "broken",
        "name": HOSTILE,
        "when": {"schedule": "daily 07:30"},
        "run": "power-off",
    }
    assert not section.page.evaluate("window.hacked")


def test_commands_are_there_without_the_rules(store, admin_page):
    store(COMMANDS)
    admin_page.expected_errors.append("500")
    admin_page.route(f"**{RULES}", lambda route: route.fulfill(status=500, json={}))
    section = RulesSection(admin_page)
    section.editor.open()
    section.editor.expect_rows("Power off", "Lamp")
    alert = section.root.get_by_role("alert")
    expect(alert).to_contain_text("could not be loaded")
    expect(section.button("Add rule")).to_be_hidden()
    admin_page.unroute(f"**{RULES}")
    section.button("Try again").click()
    expect(section.button("Add rule")).to_be_visible()
    expect(alert).to_be_hidden()


def test_rules_are_copied_and_deleted(open_rules, store_rules):
    section = open_rules(OFF, NIGHTLY)
    section.expect_sentences(OFF_SENTENCE, NIGHTLY_SENTENCE)
    entry = section.entry(OFF_SENTENCE)
    entry.get_by_role("button", name="Duplicate").click()
    dialog = RuleDialog(section.page).expect_open("Add rule")
    expect(dialog.field("name")).to_have_value("Off when cold (copy)")
    dialog.label("until it is below").fill("40")
    dialog.accept()
    entry.get_by_role("button", name="Delete").click()
    section.expect_sentences(NIGHTLY_SENTENCE, OFF_SENTENCE.replace("50", "40"))
    section.editor.button("Undo").click()
    expect(section.sentences).to_have_count(3)
    expect(section.sentences.first).to_be_focused()
    section.save()
    assert [rule["id"] for rule in store_rules()] == [
        "off",
        "nightly",
        "off-when-cold-copy",
    ]


@pytest.mark.each_version
def test_a_rule_is_tried_as_it_would_run(open_rules, octoprint):
    section = open_rules()
    octoprint.connect_virtual_printer()
    dialog = section.add()
    dialog.kind.select_option("the printer is connected")
    dialog.command.select_option("Lamp")
    dialog.label("Level").fill("7")
    dialog.button("Try…").click()
    tryout = dialog.tryout.expect_open()
    # what is known of the last time is shown before anything happens
    expect(tryout.dialog).to_contain_text("port")
    expect(tryout.status).to_be_hidden()
    expect(tryout.submit).to_be_focused()
    section.page.keyboard.press("Enter")
    expect(tryout.status).to_have_text("Succeeded")
    expect(tryout.lines).to_have_text(["connected 7"])

    # one that waits can be watched, and need not be waited for
    dialog.button("Wait first").click()
    dialog.field("wait_for").fill("30")
    tryout.again.click()
    expect(tryout.status).to_have_text("Waiting")
    tryout.button("Now").click()
    expect(tryout.status).to_have_text("Succeeded")


def test_what_became_of_a_rule(open_rules, octoprint, admin):
    rule = {"id": "hello", "when": {"event": "connected"}, "run": "power-off"}
    section = open_rules(rule)
    sentence = "When the printer is connected, run Power off"
    expect(section.news(sentence)).to_have_count(0)
    octoprint.request("POST", "/api/connection", {"command": "disconnect"})
    octoprint.connect_virtual_printer()
    wait_until(lambda: admin.get(RULES).json()["state"].get("hello"))
    section.editor.close()
    section.open()
    expect(section.news(sentence)).to_contain_text("ago: ")
    section.news(sentence).get_by_role("button", name="Show").click()
    RunDialog(section.page).expect_open("Power off").expect_ended("Succeeded")


def test_what_runs_a_command_is_told_in_its_dialog(open_rules, store_rules, store):
    section = open_rules(OFF)
    editor = section.editor
    command = editor.edit("Power off")
    expect(command.summary("Runs by itself")).to_have_text("Off when cold")
    command.unfold("Runs by itself", "Advanced")
    command.button("Add rule…").click()
    dialog = RuleDialog(section.page).expect_open("Add rule")
    expect(dialog.command).to_have_value("custom/power-off")
    dialog.kind.select_option("OctoPrint has started")
    dialog.accept()
    expect(command.button("Add rule…")).to_be_focused()
    command.button("When OctoPrint has started, run Power off").click()
    RuleDialog(section.page).expect_open("Edit rule").close()
    # what it is called is known to its rules
    command.fill(name="Switch off", action="switch-off")
    command.accept()
    section.expect_sentences(
        OFF_SENTENCE.replace("Power", "Switch"),
        "When OctoPrint has started, run Switch off",
    )
    section.save()
    assert [rule["run"] for rule in store_rules()] == ["switch-off", "switch-off"]
    assert store()[0]["action"] == "switch-off"
    # a new one has none yet
    command = editor.add()
    expect(command.heading("Runs by itself")).to_have_count(0)
    command.close()


def test_rules_are_saved_with_the_settings(open_rules, store_rules):
    section = open_rules(OFF)
    section.switch(OFF_SENTENCE).uncheck()
    section.editor.save_settings()
    assert store_rules() == [{**OFF, "enabled": False}]


def test_somebody_else_has_saved_rules(open_rules, store_rules):
    section = open_rules(OFF, NIGHTLY)
    page = section.page
    # without changes the list follows by itself
    store_rules([OFF, {**NIGHTLY, "enabled": False}])
    expect(section.switch(NIGHTLY_SENTENCE)).not_to_be_checked()
    section.switch(OFF_SENTENCE).uncheck()
    store_rules([OFF])
    expect(section.editor.bar).to_contain_text("You have saved a newer list elsewhere")
    page.expected_errors.append("412")
    section.editor.save_button.click()
    dialog = section.editor.dialog("conflict").expect_open()
    theirs, mine = (
        dialog.root.locator(f"[data-side={side}] > ul > li")
        for side in ("theirs", "mine")
    )
    expect(theirs).to_contain_text("nightly")
    expect(theirs).to_contain_text("deleted")
    expect(mine).to_contain_text("enabled")
    dialog.button("Keep both").click()
    expect(section.editor.unsaved).to_be_hidden()
    assert store_rules() == [{**OFF, "enabled": False}]

    versions = section.versions()
    row = versions.root.locator(".systemcommands-versions > li").first
    expect(row).to_contain_text("Rules: 1")
    row.get_by_role("button", name="Restore").click()
    expect(versions.root).to_be_hidden()
    expect(section.switch(OFF_SENTENCE)).to_be_checked()
    section.editor.button("Discard…").click()
    page.locator(".modal:visible", has_text="will be lost").get_by_text(
        "Discard", exact=True
    ).click()
    expect(section.switch(OFF_SENTENCE)).not_to_be_checked()


def test_rules_are_imported(open_rules, store_rules, store):
    section = open_rules(NIGHTLY)
    dialog = section.import_()
    found = dialog.root.locator(".systemcommands-imports > li")
    expect(found).to_have_count(1)
    expect(found).to_contain_text("When a print is finished, run echo done")
    expect(dialog.root).to_contain_text("it sends G-code to the printer")
    dialog.button("Add selected (1)").click()
    expect(dialog.root).to_be_hidden()
    expect(section.sentences.nth(1)).to_be_focused()
    section.editor.expect_rows("Power off", "Lamp", "echo done")

    dialog = section.import_()
    dialog.root.get_by_label("Import from").select_option("a YAML file")
    dialog.root.get_by_label("YAML", exact=True).fill(
        "rules: [{id: nightly, when: {event: startup}, run: lamp}]"
    )
    expect(found).to_contain_text("When OctoPrint has started, run Lamp")
    dialog.button("Add selected (1)").click()
    section.save()
    assert [rule["id"] for rule in store_rules()] == ["nightly", "echo-done", "nightly-2"]
    with section.page.expect_download() as download:
        section.button("Export rules").click()
    assert download.value.suggested_filename == "system-rules.yaml"
    assert "echo-done" in download.value.path().read_text("utf-8")
    assert [command["action"] for command in store()][-1] == "echo-done"
