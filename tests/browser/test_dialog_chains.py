"""Dialogs that are opened from dialogs: whichever way one is left, the keyboard is where it
was in what is below it, and nothing is left over."""

from dataclasses import dataclass

import pytest
from editor_pages import Editor
from pages import ArgumentsForm, History, Menu, RunDialog
from playwright.sync_api import expect

COMMANDS = [
    {"action": "one", "name": "One", "command": "echo 1"},
    {
        "action": "all",
        "name": "All of it",
        "command": 'echo "$SC_WORD"',
        "confirm": "Really?",
        "fresh_credentials": True,
        "arguments": [{"name": "word", "type": "text", "default": "hello"}],
    },
    {"action": "two", "name": "Two", "command": "echo 2"},
]

PASSWORD = "#reauthenticate_dialog"
QUESTION = ".systemcommands-question:visible:not(#reauthenticate_dialog)"


def named(name):
    """The button, link or entry of this name in what is the topmost dialog."""
    return lambda scope: scope.get_by_role("button", name=name).first


def link(name):
    return lambda scope: scope.get_by_role("link", name=name)


@dataclass
class Step:
    """How a dialog is opened from the one below it, and what has the focus in it then."""

    opener: object
    dialog: str
    first: str = None
    # what has the focus when it is closed, if that is not what has opened it
    back: object = None
    # done in it before the next one is opened
    prepare: object = None
    # a click beside it does not close it
    is_static: bool = False
    # instead of a press on the opener
    open: object = None
    # ways out that there are
    ways: tuple = ("Escape", "close", "footer", "backdrop", "lost")


def command_dialog(opener, **options):
    options = {"ways": ("Escape", "close", "footer"), **options}
    return Step(
        opener,
        "#systemcommands_command_dialog",
        "#systemcommands_field_name",
        is_static=True,
        **options,
    )


def enter_something(page):
    page.locator("#systemcommands_field_command").fill("echo changed")
    page.locator("#systemcommands_field_confirm").focus()


CONFIRM = "#systemcommands_field_confirm"
HISTORY = Step(named("Recent runs"), "#systemcommands_history", "#systemcommands_history_status")
RUN_OF_HISTORY = Step(named("All of it"), "#systemcommands_run_dialog", ".systemcommands-terminal")

# opened from the page of the settings
EDITOR_CHAINS = {
    "add": [command_dialog(named("Add command"))],
    "edit": [command_dialog(named("One"))],
    "discard what was entered": [
        command_dialog(named("One"), prepare=enter_something, ways=()),
        Step(
            None,
            QUESTION,
            "text=Go on editing",
            back=lambda scope: scope.locator(CONFIRM),
            open=lambda page: page.keyboard.press("Escape"),
        ),
    ],
    "import": [Step(named("Import"), "#systemcommands_import_dialog", "#systemcommands_import_from")],
    "presets": [
        Step(
            named("Presets"),
            "#systemcommands_presets_dialog",
            "button:has-text('Use') >> nth=0",
        )
    ],
    "versions": [
        Step(
            named("Previous versions"),
            "#systemcommands_versions_dialog",
            "button:has-text('Compare') >> nth=0",
        ),
        Step(named("Restore"), QUESTION, "text=Cancel"),
    ],
    "discard the changes": [Step(named("Discard"), QUESTION, "text=Cancel")],
    "history": [
        HISTORY,
        RUN_OF_HISTORY,
    ],
    "run again": [
        HISTORY,
        Step(named("Run again: All of it"), "#systemcommands_run_dialog", "input[type=text]"),
        Step(named("Run"), QUESTION, "text=Cancel"),
    ],
    "clear": [HISTORY, Step(named("Clear"), QUESTION, "text=Cancel")],
}


class Walker:
    """Walks along chains of dialogs, and out of each of them in every way."""

    def __init__(self, page, name):
        self.page = page
        self.name = name

    def expect(self, locator, what):
        return expect(locator, f"{self.name}: {what}")

    def open(self, step, below):
        if step.open:
            step.open(self.page)
            opener = step.back(below)
        else:
            opener = step.opener(below)
            opener.focus()
            self.page.keyboard.press("Enter")
        dialog = self.page.locator(step.dialog)
        self.expect(dialog, "opens").to_be_visible()
        if step.first:
            first = dialog.locator(step.first)
            self.expect(first, f"{step.dialog} gets the focus").to_be_focused()
        return opener, dialog

    def expect_inside(self, dialog, what):
        self.page.wait_for_timeout(0)
        inside = dialog.evaluate("dialog => dialog.contains(document.activeElement)")
        assert inside, f"{self.name}: {what}"

    def tab_around(self, dialog):
        for key in ("Shift+Tab", "Shift+Tab", "Tab", "Tab", "Tab", "Tab"):
            self.page.keyboard.press(key)
            self.expect_inside(dialog, f"{key} leaves it")

    def leave(self, way, dialog):
        if way == "Escape":
            self.page.keyboard.press("Escape")
        elif way == "close":
            dialog.locator(".modal-header .close").click()
        elif way == "footer":
            dialog.locator(".modal-footer [data-dismiss]").last.click()
        elif way == "backdrop":
            self.page.mouse.click(4, 450)
        elif way == "lost":
            # what had the focus is gone, or disabled
            self.page.evaluate("document.activeElement.blur()")
            self.page.keyboard.press("Escape")

    def walk(self, chain, below):
        opened = []
        for step in chain:
            opener, dialog = self.open(step, below)
            self.tab_around(dialog)
            if step.prepare:
                step.prepare(self.page)
            opened.append((step, opener, dialog, below))
            below = dialog
        for step, opener, dialog, below in reversed(opened):
            if step.is_static:
                self.beside(dialog)
            for number, way in enumerate(step.ways):
                if number:
                    self.open(step, below)
                self.leave(way, dialog)
                self.expect(dialog, f"{way} closes {step.dialog}").to_be_hidden()
                self.expect(below, f"only {step.dialog} by {way}").to_be_visible()
                self.expect(opener, f"after {way} from {step.dialog}").to_be_focused()
            yield step

    def beside(self, dialog):
        focused = dialog.locator("#systemcommands_field_command")
        focused.focus()
        self.page.mouse.click(4, 450)
        self.expect(focused, "a click beside it").to_be_focused()


def expect_clean(page):
    """No dialog, and nothing of one."""
    expect(page.locator(".modal:visible")).to_have_count(0)
    expect(page.locator(".modal-backdrop, .modal-scrollable")).to_have_count(0)
    expect(page.locator("body.modal-open")).to_have_count(0)


@pytest.fixture(scope="module")
def history(octoprint):
    """There is something to be seen in it."""
    from http_clients import ApiClient

    with ApiClient(octoprint.url, octoprint.admin) as admin:
        data = {"source": "custom", "action": "all", "arguments": {"word": "hello"}}
        admin.post("/plugin/systemcommands/api/runs", json=data).raise_for_status()


@pytest.fixture
def editor(store, history, admin_page):
    store(COMMANDS)
    return Editor(admin_page).open()


def test_from_the_settings(editor):
    page = editor.page
    editor.edit("Two").fill(name="Zwei").accept()
    for name, chain in EDITOR_CHAINS.items():
        for _step in Walker(page, name).walk(chain, editor.root):
            pass
        if page.locator("#systemcommands_command_dialog").is_visible():
            page.keyboard.press("Escape")
            page.locator(QUESTION).locator(".btn-danger").click()
            expect(editor.button("One")).to_be_focused()
        expect(page.locator(".modal:visible")).to_have_count(1)
    editor.expect_rows("One", "All of it", "Zwei")
    # and OctoPrint's own is the last one
    page.keyboard.press("Escape")
    expect(editor.settings).to_be_hidden()
    expect_clean(page)
