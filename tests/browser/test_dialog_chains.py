"""Dialogs that are opened from dialogs: whichever way one is left, the keyboard is where it
was in what is below it, and nothing is left over."""

from dataclasses import dataclass, replace

import pytest
from playwright.sync_api import expect

from harness.editor_pages import Editor
from harness.http_clients import RUNS
from harness.pages import ArgumentsForm, Menu

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
    {
        "action": "asks",
        "name": "Asks",
        "command": "true",
        "confirm": "Really?",
        "fresh_credentials": True,
    },
    {"action": "two", "name": "Two", "command": "echo 2"},
]

STATUS = "#systemcommands_history_status"
QUESTION = ".systemcommands-question:visible:not(#reauthenticate_dialog)"


def named(name):
    """The button, link or entry of this name in what is the topmost dialog."""
    return lambda scope: scope.get_by_role("button", name=name).first


def inside(selector):
    return lambda scope: scope.locator(selector)


def button(text):
    return f"button:has-text('{text}') >> nth=0"


def choose_command(page):
    """In the menu of the button that adds."""
    Editor(page).choose_to_add("Command")


@dataclass
class Step:
    """How a dialog is opened from the one below it, and what has the focus in it then."""

    # what is pressed, and has the focus again when the dialog is closed
    opener: object
    dialog: str
    first: str
    # what is done instead of pressing it
    open: object = None
    # what is done before the dialog is opened, and in it before the next one is
    before: object = None
    prepare: object = None
    # a click beside it does not close it
    is_static: bool = False
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


def expire(page):
    """The password was not entered recently."""
    page.evaluate(
        "OctoPrint.coreui.viewmodels.loginStateViewModel.credentialsSeen(undefined)"
    )


def fresh(page):
    page.evaluate(
        "OctoPrint.coreui.viewmodels.loginStateViewModel.credentialsSeen(new Date())"
    )


def escape(page):
    page.keyboard.press("Escape")


def history_of(page):
    Menu(page).open().entry("Recent runs…").press("Enter")


def proceed(page):
    """What the question is about; the password is asked for then."""
    expire(page)
    page.locator(QUESTION).locator(".btn-danger").press("Enter")


def ask_for_password(name):
    def open_(page):
        Menu(page).run(name)
        proceed(page)

    return open_


def submit(page):
    ArgumentsForm(page).submit.press("Enter")
    proceed(page)


CONFIRM = "#systemcommands_field_confirm"
FIELD = ".systemcommands-form input[type=text]"
FIRST_RUN = "tbody tr:first-child .systemcommands-name button"
HISTORY = Step(named("Recent runs"), "#systemcommands_history", STATUS)
# where it is only on the way to another one
BRIEF = replace(HISTORY, ways=("Escape",))
RUN = Step(inside(FIRST_RUN), "#systemcommands_run_dialog", ".systemcommands-terminal")
PROMPT = Step(named("Enter password"), "#reauthenticate_dialog", "input[type=password]")

# from the page of the settings
EDITOR_CHAINS = {
    "add": [command_dialog(inside("#systemcommands_add"), open=choose_command)],
    "edit": [command_dialog(named("One"))],
    "discard what was entered": [
        command_dialog(named("One"), prepare=enter_something, ways=()),
        Step(inside(CONFIRM), QUESTION, "text=Go on editing", open=escape),
    ],
    "import": [Step(named("Import"), "#systemcommands_import_dialog", "select")],
    "presets": [Step(named("Presets"), "#systemcommands_presets_dialog", button("Use"))],
    "versions": [
        Step(named("Previous"), "#systemcommands_versions_dialog", button("Compare")),
        Step(named("Restore"), QUESTION, "text=Cancel"),
    ],
    "discard the changes": [Step(named("Discard"), QUESTION, "text=Cancel")],
    "runs": [HISTORY, RUN],
    "run again": [
        BRIEF,
        Step(named("Run again: All"), "#systemcommands_run_dialog", FIELD),
        Step(named("Run"), QUESTION, "text=Cancel"),
    ],
    "clear": [BRIEF, Step(named("Clear"), QUESTION, "text=Cancel")],
    "conflict": [
        Step(named("Save"), "#systemcommands_conflict_dialog", "text=Cancel"),
    ],
    "password for the import": [
        Step(
            named("Import"),
            "#systemcommands_import_dialog",
            "select",
            before=expire,
            ways=("Escape",),
        ),
        PROMPT,
    ],
    "password for a check": [
        command_dialog(inside("#systemcommands_add"), open=choose_command, before=expire),
        PROMPT,
    ],
    "password for saving": [
        replace(PROMPT, opener=named("Save"), before=expire),
    ],
}

TOGGLE = inside("#navbar_systemmenu > a")

MENU_CHAINS = {
    "runs": [replace(HISTORY, opener=TOGGLE, open=history_of), RUN],
    "clear": [
        replace(BRIEF, opener=TOGGLE, open=history_of),
        Step(named("Clear"), QUESTION, "text=Cancel"),
    ],
    "question": [
        Step(TOGGLE, QUESTION, "text=Cancel", open=lambda page: Menu(page).run("Asks"))
    ],
    "password": [replace(PROMPT, opener=TOGGLE, open=ask_for_password("Asks"))],
    "arguments": [
        Step(
            TOGGLE,
            "#systemcommands_run_dialog",
            FIELD,
            open=lambda page: Menu(page).run("All of it"),
        ),
        replace(PROMPT, opener=named("Run"), open=submit),
    ],
}


class Walker:
    """Walks along chains of dialogs, and out of each of them in every way."""

    def __init__(self, page, name):
        self.page = page
        self.name = name

    def expect(self, locator, what):
        return expect(locator, f"{self.name}: {what}")

    def open(self, step, below):
        opener = step.opener(below)
        if step.before:
            step.before(self.page)
        if step.open:
            step.open(self.page)
        else:
            # what it is about may still be on its way
            self.expect(opener, "it can be pressed").to_be_enabled()
            opener.press("Enter")
        dialog = self.page.locator(step.dialog)
        self.expect(dialog, f"{step.dialog} opens").to_be_visible()
        first = dialog.locator(step.first)
        self.expect(first, f"{step.dialog} gets the focus").to_be_focused()
        return opener, dialog

    def expect_inside(self, dialog, what):
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
            dialog.locator(".modal-footer [data-dismiss]:visible").click()
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


def run(admin, **what):
    """It has ended then: what goes on has other buttons, and is not forgotten."""
    response = admin.post(RUNS, json={"source": "custom", **what})
    response.raise_for_status()
    admin.wait_for_run(response.json()["id"])


@pytest.fixture
def history(admin):
    """There is something to be seen in it."""
    run(admin, action="all", arguments={"word": "hello"})


@pytest.fixture
def editor(store, history, admin_page):
    # there is a version before it
    store(COMMANDS[:1])
    store(COMMANDS)
    return Editor(admin_page).open()


def test_from_the_settings(editor, store):
    page = editor.page
    page.expected_errors.append("412")
    editor.edit("Two").fill(name="Zwei").accept()
    # somebody else has saved
    store([*COMMANDS, {"action": "three", "name": "Three", "command": "echo 3"}])
    command = editor.dialog("command").root
    for name, chain in EDITOR_CHAINS.items():
        Walker(page, name).walk(chain, editor.root)
        if command.is_visible():
            # nothing that was entered is lost
            expect(command.locator("#systemcommands_field_command")).to_have_value(
                "echo changed"
            )
            page.keyboard.press("Escape")
            page.locator(QUESTION).locator(".btn-danger").press("Enter")
            expect(editor.button("One")).to_be_focused()
        expect(page.locator(".modal:visible")).to_have_count(1)
        fresh(page)
    editor.expect_rows("One", "All of it", "Asks", "Zwei")

    # and OctoPrint's own is the last one
    page.keyboard.press("Escape")
    expect(editor.settings).to_be_hidden()
    expect_clean(page)


@pytest.mark.each_version
def test_from_the_menu(store, history, admin_page):
    store(COMMANDS)
    for name, chain in MENU_CHAINS.items():
        Walker(admin_page, name).walk(chain, admin_page.locator("body"))
        expect_clean(admin_page)


def test_one_gives_way_to_the_next_one(editor):
    page = editor.page
    presets = named("Presets")(editor.root)
    presets.press("Enter")
    editor.dialog("presets").expect_open()
    # as soon as it is there
    expect(page.locator(":focus")).to_have_text("Use…")
    page.keyboard.press("Enter")
    command = editor.dialog("command").expect_open("Add command")
    expect(editor.dialog("presets").root).to_be_hidden()
    expect(command.root.locator("#systemcommands_field_name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(command.root).to_be_hidden()
    expect(presets).to_be_focused()

    # what is restored takes both dialogs away
    editor.edit("One").fill(name="Uno").accept()
    versions = named("Previous")(editor.root)
    versions.press("Enter")
    dialog = editor.dialog("versions").expect_open()
    named("Restore")(dialog.root).press("Enter")
    page.locator(QUESTION).locator(".btn-danger").press("Enter")
    expect(dialog.root).to_be_hidden()
    expect(versions).to_be_focused()
    editor.expect_rows("One")
    page.keyboard.press("Escape")
    expect(editor.settings).to_be_hidden()
    expect_clean(page)


@pytest.mark.own_page
def test_what_others_do_takes_no_focus(editor, store, admin):
    page = editor.page
    two = editor.button("Two")
    two.focus()
    others = [{"action": f"n{n}", "name": f"N {n}", "command": "true"} for n in range(3)]
    store([*others[:1], *COMMANDS])
    editor.expect_rows("N 0", "One", "All of it", "Asks", "Two")
    expect(two).to_be_focused()
    store([*others[:1], *COMMANDS[:-1]])
    editor.expect_rows("N 0", "One", "All of it", "Asks")
    # what is nearest to it
    expect(editor.entries.last.locator(":focus")).to_have_count(1)

    # OctoPrint asks what to do when settings are changed here and there
    # (which all pages of the tests answer at once)
    page.evaluate(
        "$('#settings_dialog_update_detected').on('shown', () => (window.asked = true))"
    )
    # what it loads itself after the news
    page.wait_for_function("() => $.active === 0")
    editor.root.get_by_label("Keep at most").fill("77")
    command = editor.add()
    page.keyboard.type("Some")
    store([*others, *COMMANDS])
    # that is ours, and nothing to ask about; this is not
    admin.post("/api/settings", json={"appearance": {"name": "Other"}}).raise_for_status()
    page.wait_for_function(
        "OctoPrint.coreui.viewmodels.systemCommandsUnsavedGuardViewModel._isRefreshDue"
    )
    page.keyboard.type(" name")
    expect(command.field("name")).to_have_value("Some name")
    assert not page.evaluate("window.asked")
    command.field("name").fill("")
    page.keyboard.press("Escape")
    expect(command.root).to_be_hidden()
    page.wait_for_function("window.asked")


def test_a_conflict_waits_for_the_dialog_that_is_open(editor, store):
    page = editor.page
    page.expected_errors.append("412")
    held = []
    editor.edit("Two").fill(name="Zwei").accept()
    store(COMMANDS[:-1])
    page.route(
        "**/systemcommands/api/definitions",
        lambda route: (
            held.append(route) if route.request.method == "PUT" else route.continue_()
        ),
    )
    with page.expect_request(lambda request: request.method == "PUT"):
        editor.save_button.press("Enter")
    command = editor.add()
    page.keyboard.type("Some")
    with page.expect_response(lambda response: response.status == 412):
        held[0].continue_()
    page.keyboard.type(" name")
    expect(command.field("name")).to_have_value("Some name")
    command.fill(command="true").accept()
    conflict = editor.dialog("conflict").expect_open()
    expect(conflict.button("Cancel")).to_be_focused()
    # with what was added since
    expect(conflict.root).to_contain_text("Some name")


def test_what_others_do_to_the_history(store, history, admin, admin_page):
    store(COMMANDS)
    runs = Menu(admin_page).show_history()
    count = runs.rows.count()
    name = runs.rows.first.locator(".systemcommands-name button")
    name.press("Tab")
    again = runs.rows.first.get_by_role("button", name="Run again")
    expect(again).to_be_focused()
    run(admin, action="one")
    expect(runs.rows).to_have_count(count + 1)
    expect(runs.rows.nth(1).locator(":focus")).to_have_count(1)
    admin.delete(RUNS).raise_for_status()
    expect(runs.rows).to_have_count(0)
    expect(runs.root.locator(":focus")).to_have_count(1)
    admin_page.keyboard.press("Escape")
    expect(runs.root).to_be_hidden()
