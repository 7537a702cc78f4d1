"""The password is asked for when a click wants something that needs it, and never else."""

import pytest
from playwright.sync_api import expect

from harness.editor_pages import CommandDialog, Editor, Tryout

COMMANDS = [
    {"action": "one", "name": "One", "command": "echo 1"},
    {"action": "two", "name": "Two", "command": "echo 2"},
]
NEEDED = "Your password is needed"


class Password:
    """OctoPrint's dialog that asks for it."""

    def __init__(self, page, user):
        self._page = page
        self._user = user
        self.root = page.locator("#reauthenticate_dialog")
        self.field = self.root.get_by_label("Password")

    def expire(self):
        """Nobody has entered it for longer than OctoPrint takes for recently."""
        self._page.evaluate(
            "OctoPrint.coreui.viewmodels.loginStateViewModel.credentialsSeen(undefined)"
        )

    def enter(self):
        expect(self.field).to_be_focused()
        self.field.fill(self._user.password)
        self._page.keyboard.press("Enter")
        expect(self.root).to_be_hidden()

    def abort(self):
        expect(self.field).to_be_focused()
        self.root.get_by_text("Abort").click()
        expect(self.root).to_be_hidden()


@pytest.fixture
def editor(store, admin_page):
    store(COMMANDS)
    return Editor(admin_page).open()


@pytest.fixture
def password(editor, octoprint):
    return Password(editor.page, octoprint.admin)


def answered(page, how):
    return page.expect_response(f"**/definitions/{how}")


def expect_typing_goes_on(page, password, lock):
    """While somebody enters a command in the dialog that has been opened."""
    dialog = CommandDialog(page).expect_open("Add command")
    page.keyboard.type("Restart")
    expect(lock).to_have_count(1)
    # slower than checks wait for what comes next
    page.keyboard.type(" my cam", delay=350)
    page.keyboard.press("Tab")
    page.keyboard.type("restart my cam", delay=50)
    expect(lock).to_have_count(1)
    expect(password.root).to_be_hidden()
    expect(dialog.field("name")).to_have_value("Restart my cam")
    expect(dialog.field("command")).to_have_value("restart my cam")
    return dialog


@pytest.mark.each_version
def test_checks_never_prompt(editor, password, store):
    page = editor.page
    password.expire()
    editor.choose_to_add("Command")
    lock = page.locator(".systemcommands-lock:visible", has_text=NEEDED)
    dialog = expect_typing_goes_on(page, password, lock)

    # whoever does not want to enter it has lost nothing
    unlock = dialog.button("Enter password")
    unlock.click()
    password.abort()
    expect(unlock).to_be_focused()
    unlock.press("Enter")
    with answered(page, "environment"), answered(page, "check"):
        password.enter()
    expect(lock).to_have_count(0)
    expect(dialog.root.locator(".systemcommands-surroundings")).to_contain_text("PATH")
    expect(dialog.root.locator(":focus")).to_have_count(1)
    dialog.accept()
    editor.expect_rows("One", "Two", "Restart my cam")


@pytest.mark.each_version
def test_what_only_the_server_finds_too_old(editor, password):
    # this browser's clock is not the server's
    page = editor.page
    page.expected_errors.append("403")
    page.route("**/definitions/*", lambda route: route.fulfill(status=403, json={}))
    editor.choose_to_add("Command")
    lock = page.locator(".systemcommands-lock:visible", has_text=NEEDED)
    dialog = expect_typing_goes_on(page, password, lock)
    dialog.button("Enter password").click()
    page.unroute("**/definitions/*")
    password.enter()
    expect(lock).to_have_count(0)


def was_started(response):
    return response.url.endswith("/definitions/test") and response.status == 202


def test_test_prompts_and_goes_on(editor, password):
    dialog = editor.edit("One")
    password.expire()
    test = dialog.button("Test")
    # the check of what is typed comes while the password is being asked for
    dialog.field("command").fill("echo changed")
    test.click()
    password.abort()
    expect(test).to_be_focused()
    expect(dialog.field("command")).to_have_value("echo changed")
    expect(test).not_to_have_attribute("aria-disabled", "true")
    test.press("Enter")
    password.enter()
    run = Tryout(dialog).expect_open()
    run.expect_ended("Succeeded")
    expect(run.lines).to_have_text(["changed"])
    expect(test).to_be_focused()

    # also when it is only then that it is too old
    dialog.unfold("Arguments")
    dialog.arguments.add("Text", label="Word")
    test.click()
    run.fill(Word="hello")
    password.expire()
    run.again.click()
    password.abort()
    expect(run.again).to_be_focused()
    expect(run.field("Word")).to_have_value("hello")
    run.again.press("Enter")
    # the run before has succeeded as well
    with editor.page.expect_response(was_started):
        password.enter()
    run.expect_ended("Succeeded")

    # and so does what puts it into the list
    password.expire()
    accept = dialog.root.locator(".modal-footer .btn-primary")
    accept.click()
    password.abort()
    expect(accept).to_be_focused()
    accept.press("Enter")
    password.enter()
    expect(dialog.root).to_be_hidden()
    expect(editor.button("One")).to_be_focused()


@pytest.mark.each_version
def test_save_prompts_and_goes_on(editor, password, store):
    editor.edit("One").fill(name="Uno").accept()
    password.expire()
    editor.save_button.click()
    password.abort()
    expect(editor.save_button).to_be_focused()
    editor.expect_rows("Uno", "Two")
    expect(editor.unsaved).to_be_visible()
    editor.save_button.press("Enter")
    password.enter()
    expect(editor.unsaved).to_be_hidden()
    assert store()[0]["name"] == "Uno"


@pytest.mark.parametrize(
    ("name", "opener", "found"),
    [
        ("presets", "Presets…", "Restart the webcam"),
        ("versions", "Previous versions…", "Restore"),
        ("import", "Import…", "nothing to import"),
    ],
)
def test_dialogs_that_load_something(editor, password, store, name, opener, found):
    store([*COMMANDS, {"action": "three", "name": "Three", "command": "echo 3"}])
    password.expire()
    editor.button(opener).click()
    dialog = editor.dialog(name).expect_open()
    unlock = dialog.button("Enter password")
    expect(unlock).to_be_visible()
    expect(password.root).to_be_hidden()
    unlock.click()
    password.abort()
    expect(unlock).to_be_focused()
    unlock.click()
    password.enter()
    expect(unlock).to_be_hidden()
    expect(dialog.root).to_contain_text(found)
    expect(dialog.root.locator(":focus")).to_have_count(1)
    editor.page.keyboard.press("Escape")
    expect(dialog.root).to_be_hidden()
    expect(editor.button(opener)).to_be_focused()
