"""The System menu as an administrator has it: long, with a way to the editor, and in the
hands of others."""

import pytest
from playwright.sync_api import expect

from harness import chromium
from harness.octoprint_server import User
from harness.pages import Menu

ENTRIES = [
    {
        "action": f"entry-{number}",
        "name": f"Entry {number}",
        "command": "true",
        # the last of them, so that it has to be reached by scrolling
        **({"group": "Last group"} if number >= 36 else {}),
    }
    for number in range(40)
]
OTHERS = [
    {"action": "history", "name": "Übersicht", "command": "true"},
    {"action": "webcam", "name": "webcam", "command": "true", "confirm": "Really?"},
    {"action": "wifi", "name": "Wifi", "command": "true", "fresh_credentials": True},
    {
        "action": "light",
        "name": "Light",
        "command": "true",
        "arguments": [{"name": "word", "type": "text"}],
    },
    {"action": "dots", "name": "Dots...", "command": "true", "confirm": "Really?"},
    {"action": "print", "name": "Print", "command": "true", "while_printing": "confirm"},
]
COMMANDS = [*OTHERS, *ENTRIES]
NAMES = [command["name"] for command in COMMANDS if "group" not in command]
FIXED = "#navbar {position: fixed; z-index: 1030; top: 0; left: 0; right: 0}"


@pytest.fixture
def menu(admin_page):
    return Menu(admin_page)


def focused(menu):
    return menu.page.evaluate("document.activeElement.innerText.trim()")


@pytest.mark.parametrize(
    ("width", "height", "css"),
    [
        pytest.param(1280, 600, "", marks=pytest.mark.each_version),
        (1280, 600, FIXED),
        (360, 740, ""),
    ],
)
def test_long_menu_scrolls(open_page, octoprint, width, height, css):
    page = open_page(octoprint.admin, viewport={"width": width, "height": height})
    if css:
        page.add_style_tag(content=css)
    menu = Menu(page)
    menu.open().expect_rows(*NAMES, "Last group", "", "Recent runs…", "Edit commands…")
    panel = menu.root.locator("> ul")
    expect(panel).to_have_css("overflow-y", "auto")

    def is_inside():
        box = panel.bounding_box()
        return (
            box["x"] >= 0
            and box["x"] + box["width"] <= width
            and box["y"] + box["height"] <= page.viewport_size["height"]
        )

    assert is_inside()
    panel.hover()
    page.mouse.wheel(0, 3000)
    expect(menu.entry("Edit commands…")).to_be_in_viewport(ratio=1)
    assert page.evaluate("window.scrollY") == 0
    menu.entry("Last group").click()
    expect(menu.entry("Entry 39")).to_be_visible()
    page.mouse.wheel(0, 3000)
    expect(menu.entry("Edit commands…")).to_be_in_viewport(ratio=1)
    assert is_inside()

    page.set_viewport_size({"width": width, "height": 400})
    expect(panel).not_to_have_css("max-height", f"{height}px")
    page.wait_for_function(
        "() => $('#navbar_systemmenu > ul')[0].getBoundingClientRect().bottom <= 400"
    )
    # by the keyboard
    menu.toggle.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Home")
    expect(menu.entry("Übersicht")).to_be_in_viewport(ratio=1)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("End")
    expect(menu.entry("Edit commands…")).to_be_in_viewport(ratio=1)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(menu.entry("Entry 39")).to_be_focused()
    expect(menu.entry("Entry 39")).to_be_in_viewport(ratio=1)

    # with room enough there is nothing to be scrolled, and nothing cut off
    page.keyboard.press("ArrowLeft")
    page.set_viewport_size({"width": width, "height": 2000})
    expect(panel).to_have_css("overflow-y", "visible")


def test_letters_lead_to_the_next_entry_that_begins_with_them(menu):
    keyboard = menu.page.keyboard

    def pause():
        """What is typed after it is another word."""
        menu.page.wait_for_function(
            "since => performance.now() - since > 1000",
            arg=menu.page.evaluate("performance.now()"),
        )

    menu.open()
    # the focus is on what was clicked
    keyboard.type("w")
    assert focused(menu) == "webcam"
    keyboard.type("w")
    assert focused(menu) == "Wifi"
    keyboard.type("w")
    assert focused(menu) == "webcam"
    pause()
    keyboard.type("entry")
    assert focused(menu) == "Entry 0"
    pause()
    # no key of the test's own keyboard
    menu.page.locator(":focus").dispatch_event("keydown", {"key": "Ü", "bubbles": True})
    assert focused(menu) == "Übersicht"

    # in a group as well, once it is open
    menu.entry("Last group").click()
    expect(menu.entry("Entry 39")).to_be_visible()
    pause()
    keyboard.press("Home")
    keyboard.press("End")
    for _ in range(3):
        keyboard.press("ArrowUp")
    assert focused(menu) == "Entry 38"
    keyboard.press("e")
    assert focused(menu) == "Entry 39"
    keyboard.press("Control+l")
    assert focused(menu) == "Entry 39"
    keyboard.press("Escape")
    expect(menu.entry("webcam")).to_be_hidden()


@pytest.mark.own_page
def test_dots_say_that_something_is_asked(menu):
    menu.open()
    asking = ("webcam", "Wifi", "Light")
    for name in NAMES:
        entry = menu.entry(name)
        content = entry.evaluate(
            "link => getComputedStyle($(link).find('span span')[0], '::after').content"
        )
        assert ("…" in content) == (name in asking), name
        haspopup = "dialog" if name in asking else None
        assert entry.get_attribute("aria-haspopup") == haspopup, name
        # themes and screen readers get the name as it was written
        assert entry.inner_text().strip() == name

    menu.page.evaluate(
        "OctoPrint.coreui.viewmodels.systemCommandsPrintStateViewModel.isPrinting(true)"
    )
    expect(menu.entry("Print")).to_have_attribute("aria-haspopup", "dialog")


##~~ The way to the editor


def settings_page(page):
    return page.locator("#settings_plugin_systemcommands")


@pytest.mark.each_version
def test_edit_commands(menu, store):
    menu.open().entry("Edit commands…").click()
    expect(settings_page(menu.page)).to_be_visible()
    expect(settings_page(menu.page)).to_contain_text("webcam")
    menu.page.locator("#settings_dialog .close").first.click()
    expect(settings_page(menu.page)).to_be_hidden()

    # also when there is nothing yet, and by the keyboard
    before = store()
    store([])
    try:
        expect(menu.root.get_by_text("webcam")).to_have_count(0)
        menu.toggle.focus()
        menu.page.keyboard.press("Enter")
        menu.expect_rows("Recent runs…", "Edit commands…")
        menu.page.keyboard.press("ArrowDown")
        menu.page.keyboard.press("End")
        menu.page.keyboard.press("Enter")
        expect(settings_page(menu.page)).to_be_visible()
    finally:
        store(before)


@pytest.mark.parametrize(
    ("permissions", "rows"),
    [
        (["SETTINGS", "PLUGIN_SYSTEMCOMMANDS_EDIT"], ["Edit commands…"]),
        # the editor is a page of the settings
        (["PLUGIN_SYSTEMCOMMANDS_EDIT"], []),
        (["SETTINGS"], []),
    ],
)
def test_edit_commands_for_those_who_may(open_page, admin, permissions, rows):
    user = User("some", permissions=["STATUS", "SETTINGS_READ", *permissions])
    data = {
        "name": user.name,
        "password": user.password,
        "active": True,
        "groups": [],
        "permissions": user.permissions,
    }
    admin.post("/api/access/users", json=data).raise_for_status()
    try:
        page = open_page(user)
        menu = Menu(page)
        if rows:
            menu.open().expect_rows(*rows)
            menu.entry(rows[0]).click()
            expect(settings_page(page)).to_be_visible()
        else:
            page.wait_for_function(
                "() => OctoPrint.coreui.viewmodels.systemCommandsPermissionsViewModel"
                ".isAnswered()"
            )
            expect(menu.root).to_be_hidden()
        page.close()
    finally:
        admin.delete(f"/api/access/users/{user.name}").raise_for_status()


##~~ In the hands of others


@pytest.mark.parametrize(
    "view_model",
    [
        pytest.param("navigationViewModel", marks=pytest.mark.each_version),
        "systemCommandsMenuViewModel",
    ],
)
def test_second_binding(open_page, octoprint, view_model):
    """TouchUI moves the element into a menu of its own and binds it there."""
    page = open_page(octoprint.admin)
    page.evaluate(
        """name => {
            const element = $("#navbar_systemmenu");
            element.appendTo($("<ul class='nav'></ul>").appendTo("#navbar .container"));
            ko.applyBindings(OctoPrint.coreui.viewmodels[name], element[0]);
        }""",
        view_model,
    )
    menu = Menu(page)
    rows = [*NAMES, "Last group", "", "Recent runs…", "Edit commands…"]
    menu.open().expect_rows(*rows)
    menu.entry("Last group").click()
    expect(menu.entry("Entry 39")).to_be_visible()
    requests = []
    page.on("request", lambda request: requests.append(request))
    menu.entry("Entry 39").click()
    menu.expect_notice("Finished", '"Entry 39" finished successfully.')
    assert len([r for r in requests if r.method == "POST"]) == 1
    assert not chromium.unexpected_errors(page)
    # it still comes and goes
    page.evaluate("OctoPrint.coreui.viewmodels.systemCommandsMenuViewModel.rows([])")
    expect(menu.root).to_be_hidden()
