"""Saving the list of commands: nothing is lost, whoever else saves and whatever fails."""

import pytest
from editor_pages import Editor
from playwright.sync_api import expect

API = "**/plugin/systemcommands/api/definitions"
COMMANDS = [
    {"action": "one", "name": "One", "command": "echo 1"},
    {"action": "two", "name": "Two", "command": "echo 2"},
]


@pytest.fixture
def open_editor(store, octoprint, open_page):
    """open_editor(): another browser that looks at the list."""
    store(COMMANDS)

    def open_():
        return Editor(open_page(octoprint.admin)).open()

    return open_


def rename(editor, old, new):
    editor.edit(old).fill(name=new).accept()


def conflict(open_editor):
    """Two editors; the first one has saved, the second one wants to."""
    first, second = open_editor(), open_editor()
    second.page.expected_errors.append("412")
    rename(second, "Two", "Two of the second")
    second.add().fill(name="Three", command="echo 3").accept()
    rename(first, "One", "One of the first")
    first.save()
    second.save_button.click()
    return first, second, second.dialog("conflict").expect_open()


def test_two_editors_and_keep_mine(open_editor, store):
    first, second, dialog = conflict(open_editor)
    expect(dialog.root).to_contain_text("Somebody else has saved")
    kinds = dialog.root.locator(".systemcommands-differences > li")
    expect(kinds).to_have_count(3)
    expect(kinds.filter(has_text="only in yours")).to_contain_text("Three")
    expect(kinds.filter(has_text="One of the first")).to_have_count(1)
    dialog.button("Keep mine").click()
    expect(second.unsaved).to_be_hidden()
    assert [entry["name"] for entry in store()] == ["One", "Two of the second", "Three"]
    # what was replaced is a version now, and the first editor has heard of it
    first.expect_rows("One", "Two of the second", "Three")
    versions = first.versions()
    versions.root.get_by_role("button", name="Restore").first.click()
    first.expect_rows("One of the first", "Two")
    assert [entry["name"] for entry in store()] == ["One", "Two of the second", "Three"]
    first.save()
    assert [entry["name"] for entry in store()] == ["One of the first", "Two"]


def test_two_editors_and_load_theirs(open_editor, store):
    _first, second, dialog = conflict(open_editor)
    dialog.button("Load theirs").click()
    second.expect_rows("One of the first", "Two")
    expect(second.unsaved).to_be_hidden()
    # the own one is not lost
    with second.page.expect_download() as download:
        second.button("Download mine").click()
    assert '"Three"' in download.value.path().read_text()
    second.button("Restore mine").click()
    second.expect_rows("One", "Two of the second", "Three")
    second.save()
    assert [entry["name"] for entry in store()] == ["One", "Two of the second", "Three"]


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


def test_restoring_what_was_kept_asks_about_changes(open_editor):
    _first, editor, dialog = conflict(open_editor)
    dialog.button("Load theirs").click()
    rename(editor, "Two", "Due")
    question = editor.page.get_by_role("dialog", name="Discard your changes")
    editor.button("Restore mine").click()
    question.get_by_role("link", name="Cancel").click()
    expect(editor.button("Restore mine")).to_be_focused()
    editor.expect_rows("One of the first", "Due")
    editor.button("Restore mine").click()
    question.get_by_text("Restore").click()
    editor.expect_rows("One", "Two of the second", "Three")


def test_what_was_kept_outlives_the_session(open_editor):
    _first, editor, dialog = conflict(open_editor)
    dialog.button("Load theirs").click()
    expect(editor.button("Restore mine")).to_be_visible()
    editor.close()
    # what OctoPrint calls when somebody logs out and in; the page stays where guests may
    # see it, which here they may not
    editor.page.evaluate(
        """() => {
            const list = OctoPrint.coreui.viewmodels.systemCommandsListViewModel;
            list.onUserLoggedOut();
            list.onUserLoggedIn();
        }"""
    )
    editor.open()
    editor.button("Restore mine").click()
    editor.expect_rows("One", "Two of the second", "Three")


def test_two_editors_and_cancel(open_editor, store):
    _first, second, dialog = conflict(open_editor)
    dialog.close()
    second.expect_rows("One", "Two of the second", "Three")
    expect(second.unsaved).to_be_visible()
    assert [entry["name"] for entry in store()] == ["One of the first", "Two"]


def test_an_editor_without_changes_follows_the_others(open_editor):
    first, second = open_editor(), open_editor()
    rename(first, "One", "Uno")
    first.save()
    second.expect_rows("Uno", "Two")


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
    editor.save()
    assert store()[0]["name"] == "Uno"


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


def test_an_editor_that_did_not_load_cannot_save(store, octoprint, open_page):
    store(COMMANDS)
    page = open_page(octoprint.admin)
    page.expected_errors.append("500")
    page.route(API, lambda route: route.fulfill(status=500, json={"error": "No luck"}))
    saved = []
    page.on("request", lambda r: saved.append(r.url) if r.method == "PUT" else None)
    editor = Editor(page).show()
    expect(editor.root).to_contain_text("could not be loaded")
    expect(editor.root).to_contain_text("No luck")
    expect(editor.save_button).to_be_hidden()
    page.evaluate("OctoPrint.coreui.viewmodels.systemCommandsListViewModel.save()")
    editor.save_settings()
    assert not saved
    assert store() == COMMANDS

    page.unroute(API)
    editor.show()
    editor.expect_rows("One", "Two")


def test_the_password_is_asked_for(store, octoprint, open_page):
    store(COMMANDS)
    page = open_page(octoprint.admin)
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
    expect(editor.button("Add command")).to_be_focused()


def test_settings_of_the_plugin(store, octoprint, open_page, open_editor):
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
