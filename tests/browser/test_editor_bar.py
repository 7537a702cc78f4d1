"""The bar below the list of commands: whether it is saved, and what can be done about that."""

import re

import pytest
from playwright.sync_api import expect

from harness.editor_pages import TAB, Editor

API = "**/plugin/systemcommands/api/definitions"
COMMANDS = [
    {"action": f"c{index}", "name": f"Command {index}", "command": "true"}
    for index in range(12)
]
SIZES = [{"width": 1280, "height": 900}, {"width": 360, "height": 740}]


@pytest.fixture(params=SIZES, ids=lambda size: str(size["width"]))
def editor(request, store, admin_page):
    store(COMMANDS)
    admin_page.set_viewport_size(request.param)
    return Editor(admin_page).open()


def expect_above_the_bar(editor, name):
    """All of an entry can be seen, and so can all of the bar."""
    button = editor.page.get_by_role("button", name=name, exact=True)
    row = editor.entries.filter(has=button).element_handle()
    editor.page.wait_for_function(
        """([row, bar]) => {
            const [entry, below] = [row, bar].map((e) => e.getBoundingClientRect());
            const seen = document.elementFromPoint(entry.left + 30, entry.bottom - 3);
            return entry.bottom <= below.top && entry.top >= 0 && row.contains(seen)
                && below.bottom <= innerHeight
                && bar.contains(
                    document.elementFromPoint(below.left + 3, below.bottom - 5)
                );
        }""",
        arg=[row, editor.bar.element_handle()],
    )


def expect_inside(editor):
    """Nothing of the bar stands out of it, and its buttons have one line each."""
    assert editor.bar.evaluate("bar => bar.scrollWidth <= bar.clientWidth")
    assert editor.bar.locator("button").evaluate_all(
        "buttons => buttons.every((button) => button.offsetHeight < 40)"
    )


def test_what_is_changed_can_be_seen(editor):
    editor.add().fill(name="New", command="true").accept()
    expect(editor.button("New")).to_be_focused()
    expect_above_the_bar(editor, "New")

    # the bar grows with what it has to say
    editor.button("Delete: Command 2").click()
    expect(editor.bar).to_contain_text('"Command 2" was deleted.')
    expect(editor.unsaved).to_be_visible()
    expect_above_the_bar(editor, "Command 3")
    expect_inside(editor)

    editor.button("Delete: New").click()
    editor.page.keyboard.press("Control+z")
    expect(editor.button("New")).to_be_focused()
    expect_above_the_bar(editor, "New")
    editor.button("Undo").click()
    expect(editor.button("Command 2")).to_be_focused()
    expect_above_the_bar(editor, "Command 2")
    expect(editor.button("Undo")).to_be_hidden()
    # there is nothing left, and nothing happens
    editor.page.keyboard.press("Control+z")

    editor.button("Move up: Command 11").focus()
    for _ in range(3):
        editor.page.keyboard.press("Enter")
    expect(editor.announcement).to_have_text('"Command 11" is at position 9 of 13 now.')
    for _ in range(4):
        editor.page.keyboard.press("Alt+ArrowDown")
    expect_above_the_bar(editor, "Command 11")
    editor.choose_to_add("Divider")
    expect(editor.button("Move up: Divider")).to_be_focused()

    # what stands below the list is not behind it either
    last = editor.root.get_by_role("button", name="Recent runs…")
    last.scroll_into_view_if_needed()
    last.click(trial=True)

    editor.save()
    expect(editor.saved).to_have_text(re.compile(r"^Saved at \d+:\d\d [AP]M$"))
    expect(editor.bar.get_by_role("button", name="Undo")).to_be_hidden()
    expect_inside(editor)
    editor.button("Delete: Command 0").click()
    expect(editor.unsaved).to_be_visible()
    expect(editor.saved).to_be_hidden()


def test_what_keeps_it_from_being_saved_is_said_in_the_bar(editor, store):
    editor.page.expected_errors += ["500", "400"]
    editor.edit("Command 3").fill(name="Drei").accept()

    def fail(route):
        if route.request.method == "PUT":
            route.fulfill(status=500, json={"error": "The disk is full"})
        else:
            route.continue_()

    editor.page.route(API, fail)
    # the settings' own button saves the commands too, and does not close over what failed
    editor.settings_save_button.click()
    alert = editor.bar.get_by_role("alert")
    expect(alert).to_contain_text("The commands have not been saved. The disk is full")
    expect_inside(editor)
    expect(editor.settings_save_button).to_be_enabled()
    expect(editor.bar).to_be_visible()
    assert store() == COMMANDS

    # nor does it over another page of the settings
    editor.page.evaluate(
        "OctoPrint.coreui.viewmodels.settingsViewModel.selectTab('settings_api')"
    )
    expect(editor.root).to_be_hidden()
    editor.settings_save_button.click()
    expect(editor.root).to_be_visible()
    expect(alert).to_contain_text("The disk is full")
    # OctoPrint is ready as well, and would close it again later otherwise
    expect(editor.settings_save_button).to_be_enabled()

    # who closes it by hand finds it closed, and what is not saved is kept
    editor.close()
    expect(editor.page.locator(".systemcommands-notice")).to_contain_text("not saved")
    editor.page.unroute(API)
    editor.show()
    editor.save_settings()
    assert store()[3]["name"] == "Drei"
    editor.show()
    expect(editor.unsaved).to_be_hidden()
    expect(editor.saved).to_be_visible()


@pytest.mark.each_version
def test_the_settings_wait_for_the_commands(store, admin_page):
    store(COMMANDS)
    editor = Editor(admin_page).open()
    editor.edit("Command 3").fill(name="Drei").accept()
    held = []
    admin_page.route(
        API,
        lambda route: (
            held.append(route) if route.request.method == "PUT" else route.continue_()
        ),
    )
    # others save as well, and what they have saved is fetched from the same address
    with (
        admin_page.expect_request(lambda request: request.method == "PUT"),
        admin_page.expect_response(
            lambda response: (
                response.url.endswith("/api/settings")
                and response.request.method == "POST"
            )
        ),
    ):
        editor.settings_save_button.click()
    expect(editor.settings_save_button).to_be_enabled()
    expect(editor.settings).to_be_visible()
    held[0].continue_()
    expect(editor.settings).to_be_hidden()
    assert store()[3]["name"] == "Drei"
    assert admin_page.evaluate(f"!$('#{TAB}').is(':visible')")


@pytest.mark.each_version
def test_the_password_is_asked_for_once(store, admin_page, octoprint):
    store(COMMANDS)
    editor = Editor(admin_page).open()
    editor.edit("Command 3").fill(name="Drei").accept()
    # OctoPrint 2.0 asks for the password before it saves this
    admin_page.evaluate(
        """() => {
            const {loginStateViewModel, settingsViewModel} = OctoPrint.coreui.viewmodels;
            settingsViewModel.server_commands_systemRestartCommand("echo restart");
            loginStateViewModel.credentialsSeen(undefined);
        }"""
    )
    editor.settings_save_button.click()
    dialog = admin_page.locator("#reauthenticate_dialog")
    dialog.locator("input[type=password]").fill(octoprint.admin.password)
    admin_page.keyboard.press("Enter")
    expect(editor.settings).to_be_hidden()
    expect(dialog).to_be_hidden()
    assert store()[3]["name"] == "Drei"
    commands = octoprint.read_config()["server"]["commands"]
    assert commands["systemRestartCommand"] == "echo restart"
