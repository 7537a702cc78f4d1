"""Two people edit the list of commands at the same time: each is told, nothing is lost."""

import re

import pytest
from playwright.sync_api import expect

from harness.editor_pages import Editor
from harness.http_clients import ApiClient
from harness.octoprint_server import User

COMMANDS = [
    {"action": "one", "name": "One", "command": "echo 1"},
    {"action": "two", "name": "Two", "command": "echo 2"},
]


@pytest.fixture(scope="module")
def anna(octoprint):
    """Somebody else who may edit."""
    user = User("anna", groups=["admins"])
    with ApiClient(octoprint.url, octoprint.admin) as client:
        client.post(
            "/api/access/users",
            json={
                "name": user.name,
                "password": user.password,
                "active": True,
                "groups": user.groups,
            },
        ).raise_for_status()
    return user


@pytest.fixture
def open_editor(store, octoprint, take_page):
    """open_editor(user): another browser that looks at the list."""
    store(COMMANDS)

    def open_(user=octoprint.admin):
        return Editor(take_page(user)).open()

    return open_


def rename(editor, old, new):
    editor.edit(old).fill(name=new).accept()


def conflict(open_editor, anna):
    """Two editors; anna has saved, the second one wants to."""
    first, second = open_editor(anna), open_editor()
    second.page.expected_errors.append("412")
    rename(second, "Two", "Two of the second")
    second.add().fill(name="Three", command="echo 3").accept()
    rename(first, "One", "One of the first")
    first.save()
    second.save_button.click()
    return first, second, second.dialog("conflict").expect_open()


def names(store):
    return [entry["name"] for entry in store()]


def test_two_editors_and_keep_both(open_editor, anna, store):
    first, second, dialog = conflict(open_editor, anna)
    expect(dialog.root).to_contain_text(
        re.compile(r"anna has saved a newer list at \d+:\d\d [AP]M \(a few seconds ago\)")
    )
    expect(dialog.root).to_contain_text("so both can be kept")
    theirs, mine = (
        dialog.root.locator(f"[data-side={side}] > ul > li")
        for side in ("theirs", "mine")
    )
    expect(theirs).to_have_count(1)
    expect(theirs).to_contain_text("changed")
    expect(theirs.locator("del")).to_have_text("One")
    expect(theirs.locator("ins")).to_have_text("One of the first")
    expect(mine).to_have_count(2)
    expect(mine.filter(has_text="added")).to_contain_text("Three")
    dialog.button("Keep both").click()
    expect(second.unsaved).to_be_hidden()
    expected = ["One of the first", "Two of the second", "Three"]
    second.expect_rows(*expected)
    first.expect_rows(*expected)
    assert names(store) == expected
    expect(first.bar).to_contain_text("Saved by admin at")


def test_both_have_changed_the_same(open_editor, anna, store):
    first, second = open_editor(anna), open_editor()
    second.page.expected_errors.append("412")
    second.button("Delete: Two").click()
    rename(second, "One", "One of the second")
    rename(first, "One", "One of the first")
    rename(first, "Two", "Two of the first")
    first.save()
    expect(second.bar).to_contain_text("anna has saved a newer list at")
    # the settings' own button, which else closes them, is not the quicker way
    with second.page.expect_response(
        lambda response: (
            response.url.endswith("/api/settings") and response.request.method == "POST"
        )
    ):
        second.settings_save_button.click()
    dialog = second.dialog("conflict").expect_open()
    choices = dialog.root.locator(".systemcommands-clashes > li")
    expect(choices).to_have_count(2)
    keep = dialog.button("Keep both")
    expect(keep).to_be_disabled()
    one = dialog.root.get_by_role("group", name="One")
    expect(one.locator("ins")).to_have_text("One of the second")
    one.get_by_role("radio", name="Mine").check()
    expect(keep).to_be_disabled()
    two = dialog.root.get_by_role("group", name="Two")
    expect(two).to_contain_text("only in theirs")
    two.get_by_role("radio", name="Theirs").check()
    keep.click()
    expect(second.unsaved).to_be_hidden()
    assert names(store) == ["One of the second", "Two of the first"]
    expect(second.saved).to_be_visible()


@pytest.mark.own_page
@pytest.mark.each_version
def test_the_other_one_is_told_at_once(open_editor, anna):
    first, second = open_editor(anna), open_editor()
    rename(second, "Two", "Due")
    second.page.evaluate(
        """() => {
            window.dialogs = 0;
            $(document).on("show", ".modal", () => window.dialogs++);
        }"""
    )
    focused = second.button("Move up: Due")
    focused.focus()
    rename(first, "One", "Uno")
    first.save()
    # not by a dialog, neither ours nor that of OctoPrint's settings
    expect(second.bar).to_contain_text("anna has saved a newer list at")
    expect(focused).to_be_focused()
    second.button("Compare…").click()
    dialog = second.dialog("conflict").expect_open()
    assert second.page.evaluate("window.dialogs") == 1
    dialog.close()
    expect(second.button("Compare…")).to_be_focused()
    second.button("Compare…").click()
    dialog.button("Keep both").click()
    first.expect_rows("Uno", "Due")
    expect(second.button("Compare…")).to_be_hidden()
    expect(second.saved).to_be_visible()


def test_who_has_nothing_to_lose_gets_the_newer_list(open_editor, anna, octoprint):
    first, second = open_editor(anna), open_editor()
    dialog = second.edit("Two")
    rename(first, "One", "Uno")
    first.save()
    # nothing takes the place of what is being looked at
    expect(second.bar).to_contain_text("anna has saved a newer list")
    second.expect_rows("One", "Two")
    dialog.close()
    second.expect_rows("Uno", "Two")
    expect(second.bar).to_contain_text("Saved by anna at")

    # nor does anything come without the password
    second.page.evaluate(
        "OctoPrint.coreui.viewmodels.loginStateViewModel.credentialsSeen(undefined)"
    )
    rename(first, "Two", "Due")
    first.save()
    second.button("Load it").click()
    password = second.page.locator("#reauthenticate_dialog input[type=password]")
    password.fill(octoprint.admin.password)
    second.page.keyboard.press("Enter")
    second.expect_rows("Uno", "Due")
    expect(second.button("Load it")).to_be_hidden()


@pytest.mark.own_page
def test_a_save_that_was_called_off_hides_no_other_change(open_editor):
    editor = open_editor()
    is_hidden_after = """(messages) => {
        const models = OctoPrint.coreui.viewmodels;
        const model = models.systemCommandsUnsavedGuardViewModel;
        const etag = models.systemCommandsListDraftViewModel._etag;
        const saved = {etag: etag, user: "anna", saved_at: new Date().toISOString()};
        const news = {announced: {}, saved: saved, off: {etag: etag, changed: false}};
        messages.forEach((message) =>
            model.onDataUpdaterPluginMessage("systemcommands", {
                type: "definitions",
                ...news[message]
            })
        );
        return model.onSettingsPreventRefresh();
    }"""

    assert editor.page.evaluate(is_hidden_after, ["announced"])
    # OctoPrint's event may come later than our message
    assert editor.page.evaluate(is_hidden_after, ["announced", "saved"])
    assert not editor.page.evaluate(is_hidden_after, ["announced", "off"])
    editor.expect_rows("One", "Two")


@pytest.mark.each_version
def test_a_change_in_octoprints_settings_is_told_as_well(open_editor, admin, store):
    editor = open_editor()
    rename(editor, "Two", "Due")
    actions = [{"action": "old", "name": "Old", "command": "true"}]
    try:
        body = {"system": {"actions": actions}}
        admin.post("/api/settings", json=body).raise_for_status()
        expect(editor.bar).to_contain_text("changed elsewhere, in config.yaml or in")
        editor.button("Compare…").click()
        dialog = editor.dialog("conflict").expect_open()
        expect(dialog.root.locator("[data-side=theirs]")).to_contain_text(
            "There is no difference."
        )
        dialog.button("Keep both").click()
        expect(editor.unsaved).to_be_hidden()
        assert names(store) == ["One", "Due"]
    finally:
        admin.post("/api/settings", json={"system": {"actions": []}}).raise_for_status()


def test_an_answer_that_got_lost_is_no_conflict(open_editor, store):
    editor = open_editor()
    editor.page.expected_errors += ["net::ERR_FAILED", "412"]
    rename(editor, "Two", "Due")

    def lose_the_answer(route):
        if route.request.method == "PUT":
            route.fetch()
            route.abort()
        else:
            route.continue_()

    editor.page.route("**/api/definitions", lose_the_answer)
    editor.save_button.click()
    expect(editor.bar.get_by_role("alert")).to_contain_text("does not answer")
    editor.page.unroute("**/api/definitions")
    editor.save()
    expect(editor.bar.get_by_role("alert")).to_be_hidden()
    assert names(store) == ["One", "Due"]


def test_two_editors_and_keep_mine(open_editor, anna, store):
    first, second, dialog = conflict(open_editor, anna)
    dialog.button("Keep mine").click()
    expect(second.unsaved).to_be_hidden()
    assert names(store) == ["One", "Two of the second", "Three"]
    # what was replaced is a version now, and the first editor has heard of it
    first.expect_rows("One", "Two of the second", "Three")
    versions = first.versions()
    versions.root.get_by_role("button", name="Restore").first.click()
    first.expect_rows("One of the first", "Two")
    assert names(store) == ["One", "Two of the second", "Three"]
    first.save()
    assert names(store) == ["One of the first", "Two"]


def test_two_editors_and_load_theirs(open_editor, anna, store):
    _first, second, dialog = conflict(open_editor, anna)
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
    assert names(store) == ["One", "Two of the second", "Three"]


def test_restoring_what_was_kept_asks_about_changes(open_editor, anna):
    _first, editor, dialog = conflict(open_editor, anna)
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


def test_what_was_kept_outlives_the_session(open_editor, anna):
    _first, editor, dialog = conflict(open_editor, anna)
    dialog.button("Load theirs").click()
    expect(editor.button("Restore mine")).to_be_visible()
    editor.close()
    # what OctoPrint calls when somebody logs out and in; the page stays where guests may
    # see it, which here they may not
    editor.page.evaluate(
        """() => {
            const list = OctoPrint.coreui.viewmodels.systemCommandsListDraftViewModel;
            list.onUserLoggedOut();
            list.onUserLoggedIn();
        }"""
    )
    editor.open()
    editor.button("Restore mine").click()
    editor.expect_rows("One", "Two of the second", "Three")


def test_two_editors_and_cancel(open_editor, anna, store):
    _first, second, dialog = conflict(open_editor, anna)
    dialog.close()
    second.expect_rows("One", "Two of the second", "Three")
    expect(second.unsaved).to_be_visible()
    assert names(store) == ["One of the first", "Two"]


def test_an_editor_without_changes_follows_the_others(open_editor):
    first, second = open_editor(), open_editor()
    rename(first, "One", "Uno")
    first.save()
    second.expect_rows("Uno", "Two")
