"""Saving the list of commands: nothing is lost, whoever else saves and whatever fails."""

import pytest
from playwright.sync_api import expect

from harness.editor_pages import Editor

API = "**/plugin/systemcommands/api/definitions"
COMMANDS = [
    {"action": "one", "name": "One", "command": "echo 1"},
    {"action": "two", "name": "Two", "command": "echo 2"},
]


@pytest.fixture
def open_editor(store, octoprint, take_page):
    """open_editor(): another browser that looks at the list."""
    store(COMMANDS)

    def open_():
        return Editor(take_page(octoprint.admin)).open()

    return open_


def rename(editor, old, new):
    editor.edit(old).fill(name=new).accept()


@pytest.mark.each_version
def test_restoring_a_version_asks_about_changes(open_editor):
    editor = open_editor()
    rename(editor, "One", "Uno")
    editor.save()
    rename(editor, "Two", "Due")
    versions = editor.versions()
    restore = versions.root.get_by_role("button", name="Restore").first
    question = editor.page.get_by_role("dialog", name="Discard your changes")
    restore.click()
    question.get_by_role("link", name="Cancel").click()
    expect(restore).to_be_focused()
    editor.expect_rows("Uno", "Due")
    restore.click()
    question.get_by_text("Restore").click()
    expect(versions.root).to_be_hidden()
    editor.expect_rows("One", "Two")


@pytest.mark.each_version
def test_closing_the_settings_keeps_changes_and_says_so(open_editor, store):
    editor = open_editor()
    rename(editor, "One", "Uno")
    editor.close()
    notice = editor.page.locator(".systemcommands-notice")
    expect(notice).to_contain_text("Your commands are not saved")
    assert store() == COMMANDS
    notice.get_by_role("button", name="Show").click()
    expect(editor.unsaved).to_be_visible()
    editor.expect_rows("Uno", "Two")
    expect(notice).to_have_count(0)
    assert editor.page.evaluate(
        "!window.dispatchEvent(new Event('beforeunload', {cancelable: true}))"
    )
    # it can be closed with the keyboard, also while it is still about to appear
    editor.close()
    closer = notice.get_by_role("button", name="Close")
    closer.press("Enter")
    expect(notice).to_have_count(0)
    editor.open()
    editor.save()
    assert store()[0]["name"] == "Uno"


@pytest.mark.each_version
def test_the_settings_save_button_saves_the_commands_too(open_editor, store):
    editor = open_editor()
    rename(editor, "One", "Uno")
    editor.save_settings()
    expect(editor.page.locator(".systemcommands-notice")).to_have_count(0)
    editor.open().expect_rows("Uno", "Two")
    assert store()[0]["name"] == "Uno"


def test_discard(open_editor):
    editor = open_editor()
    rename(editor, "One", "Uno")
    editor.button("Discard…").click()
    dialog = editor.page.locator(".modal:visible", has_text="Discard your changes")
    dialog.locator(".btn-danger").click()
    editor.expect_rows("One", "Two")
    expect(editor.unsaved).to_be_hidden()


def test_the_servers_no_changes_nothing(open_editor, store):
    editor = open_editor()
    editor.page.expected_errors.append("500")
    rename(editor, "One", "Uno")

    def fail(route):
        if route.request.method == "PUT":
            route.fulfill(status=500, json={"error": "The disk is full"})
        else:
            route.continue_()

    editor.page.route(API, fail)
    editor.save_button.click()
    expect(editor.root).to_contain_text("The disk is full")
    expect(editor.unsaved).to_be_visible()
    editor.expect_rows("Uno", "Two")
    editor.page.unroute(API)
    editor.save()
    assert store()[0]["name"] == "Uno"


@pytest.mark.each_version
def test_an_editor_that_did_not_load_cannot_save(store, octoprint, take_page):
    store(COMMANDS)
    page = take_page(octoprint.admin)
    page.expected_errors.append("500")
    page.route(API, lambda route: route.fulfill(status=500, json={"error": "No luck"}))
    saved = []
    page.on("request", lambda r: saved.append(r.url) if r.method == "PUT" else None)
    editor = Editor(page).show()
    expect(editor.root).to_contain_text("could not be loaded")
    expect(editor.root).to_contain_text("No luck")
    expect(editor.save_button).to_be_hidden()
    page.evaluate("OctoPrint.coreui.viewmodels.systemCommandsListDraftViewModel.save()")
    editor.save_settings()
    assert not saved
    assert store() == COMMANDS

    page.unroute(API)
    editor.show()
    editor.expect_rows("One", "Two")


@pytest.mark.each_version
def test_the_password_is_asked_for(store, octoprint, take_page):
    store(COMMANDS)
    page = take_page(octoprint.admin)
    page.evaluate(
        "OctoPrint.coreui.viewmodels.loginStateViewModel.credentialsSeen(undefined)"
    )
    editor = Editor(page).show()
    editor.button("Enter password").click()
    dialog = page.locator("#reauthenticate_dialog")
    dialog.locator("input[type=password]").fill(octoprint.admin.password)
    page.keyboard.press("Enter")
    expect(editor.save_button).to_be_visible()
    editor.expect_rows("One", "Two")
    # the button that it was asked with is not there any more
    expect(editor.button("Add")).to_be_focused()


@pytest.mark.each_version
def test_settings_of_the_plugin(octoprint, open_editor):
    editor = open_editor()
    editor.root.get_by_label("Answer at OctoPrint's own address").uncheck()
    editor.root.get_by_label("Keep at most").fill("50")
    editor.root.get_by_label("Everybody with the permission System sees all runs").check()
    editor.save_settings()
    settings = octoprint.read_config()["plugins"]["systemcommands"]
    assert settings["octoprint_address"] is False
    assert int(settings["history"]["max_runs"]) == 50
    assert settings["history"]["visible_to_all"] is True
    assert settings["commands"] == COMMANDS
