"""The editor of commands: the list, one command, their order. Saving is in another module."""

import re

import pytest
from playwright.sync_api import expect

from harness.editor_pages import Editor

HOSTILE = '<img src="x" onerror="window.hacked = true">'

ODD = {
    "action": "odd",
    "name": "Odd",
    "command": "true",
    "my_note": {"kept": [1, 2]},
    "timeout": 60,
}
HOSTILE_ENTRY = {
    "action": "hostile",
    "name": HOSTILE,
    "command": HOSTILE,
    "description": HOSTILE,
    "group": "<b>" + HOSTILE,
    "confirm": HOSTILE,
    HOSTILE: HOSTILE,
}
COMMANDS = [
    {"action": "hello", "name": "Hello", "command": "echo hello", "icon": "camera"},
    {"action": "first", "name": "First", "command": "true", "group": "Both"},
    {"action": "second", "name": "Second", "command": "true", "group": "Both"},
    {"action": "divider"},
    ODD,
]
NAMES = ["Hello", "First", "Second", "---", "Odd"]
SYSTEM_ACTIONS = [{"action": "old", "name": "Old one", "command": "echo old"}]


@pytest.fixture
def editor(store, admin_page):
    store(COMMANDS)
    return Editor(admin_page).open()


def test_the_list_looks_like_the_menu(editor):
    assert editor.rows() == NAMES
    expect(editor.root.locator(".systemcommands-heading")).to_contain_text(["Both"])
    expect(editor.entries.nth(0).locator(".fa-camera")).to_be_visible()
    expect(editor.entries.nth(3).get_by_role("separator")).to_be_visible()
    expect(editor.root).to_contain_text("Old one")
    expect(editor.unsaved).to_be_hidden()


@pytest.mark.each_version
def test_add_test_and_save_a_command(editor, store):
    dialog = editor.add()
    dialog.fill(name="Say it's late", command="echo it is late; echo $GREETING")
    dialog.unfold("How it runs", "Advanced")
    expect(dialog.field("action")).to_have_value("say-it-s-late")
    dialog.button("Add variable").click()
    dialog.root.get_by_label("Name of the variable").fill("GREETING")
    dialog.root.get_by_label("Value of the variable").fill("good night")
    expect(dialog.root).to_contain_text("/api/system/commands/custom/say-it-s-late")
    expect(dialog.root.locator(".systemcommands-surroundings")).to_contain_text("PATH")

    run = dialog.test()
    run.expect_ended("Succeeded")
    expect(run.lines).to_have_text(["it is late", "good night"])
    dialog.accept()

    expect(editor.unsaved).to_be_visible()
    assert store() == COMMANDS
    editor.save()
    assert store() == [
        *COMMANDS,
        {
            "action": "say-it-s-late",
            "name": "Say it's late",
            "command": "echo it is late; echo $GREETING",
            "environment": {"GREETING": "good night"},
        },
    ]


@pytest.mark.each_version
def test_the_menu_has_what_was_saved(editor):
    dialog = editor.edit("Hello")
    dialog.fill(name="Hello again").accept()
    editor.save()
    editor.close()
    menu = editor.page.locator("#navbar_systemmenu")
    menu.locator("> .dropdown-toggle").click()
    expect(menu.get_by_role("menuitem", name="Hello again")).to_be_visible()


def test_mistakes_stand_at_their_fields(editor):
    dialog = editor.add()
    # nobody has made one yet, whatever the server says of what is empty
    editor.page.wait_for_function(
        "() => OctoPrint.coreui.viewmodels.systemCommandsCommandDialogViewModel"
        ".verdict.problems().length"
    )
    expect(dialog.root.locator(".systemcommands-mistake:visible")).to_have_count(0)

    dialog.unfold("How it runs", "Advanced")
    dialog.fill(timeout="soon")
    expect(dialog.mistake("timeout")).to_be_visible()
    dialog.fill(timeout="10")
    expect(dialog.mistake("timeout")).to_be_hidden()
    dialog.fill(name="Hello", command="true", action="hello")
    expect(dialog.mistake("action")).to_have_text("is taken by another command")
    advanced = dialog.root.locator("summary", has_text="Advanced")
    advanced.click()
    expect(dialog.field("action")).to_be_hidden()

    dialog.button("Add").click()
    expect(dialog.root).to_be_visible()
    expect(dialog.field("action")).to_be_focused()
    # when the user has no better idea it is made from the name again
    dialog.fill(action="")
    expect(dialog.field("action")).to_have_value("hello-2")
    dialog.accept()
    editor.expect_rows(*NAMES, "Hello")


def test_the_id_stays_when_the_name_changes(editor, store):
    dialog = editor.edit("Hello")
    with editor.page.expect_response(
        lambda response: (
            response.url.endswith("/definitions/check")
            and "Something else" in response.request.post_data
        )
    ):
        dialog.fill(name="Something else")
    editor.page.wait_for_function("() => $.active === 0")
    dialog.unfold("Advanced")
    expect(dialog.field("action")).to_have_value("hello")
    dialog.accept()
    editor.save()
    assert store()[0] == {**COMMANDS[0], "name": "Something else"}


def test_what_is_not_changed_stays_as_it_was(editor, store):
    dialog = editor.edit("Odd")
    dialog.unfold("Advanced")
    expect(dialog.root).to_contain_text('my_note: {"kept":[1,2]}')
    dialog.fill(description="Now with a description").accept()
    editor.save()
    assert store()[4] == {**ODD, "description": "Now with a description"}

    dialog = editor.edit("Odd")
    dialog.unfold("Advanced", "How it runs")
    dialog.button("Delete: my_note").click()
    dialog.fill(timeout="1.5", description="").accept()
    editor.save()
    expected = {**ODD, "timeout": 1.5}
    del expected["my_note"]
    assert store()[4] == expected


def test_closing_a_dialog_asks_before_it_loses_anything(editor):
    dialog = editor.edit("Hello")
    dialog.close()

    dialog = editor.edit("Hello")
    dialog.fill(command="echo something long")
    dialog.button("Cancel").click()
    expect(dialog.confirmation).to_be_visible()
    dialog.confirmation.get_by_text("Go on editing").click()
    expect(dialog.confirmation).to_have_count(0)
    expect(dialog.field("command")).to_have_value("echo something long")
    editor.page.keyboard.press("Escape")
    dialog.confirmation.get_by_text("Discard", exact=True).click()
    expect(dialog.root).to_be_hidden()
    expect(editor.unsaved).to_be_hidden()


@pytest.mark.each_version
def test_choose_an_icon(editor):
    page = editor.page
    dialog = editor.edit("First")
    field = dialog.field("icon")
    icons = dialog.root.get_by_role("listbox", name="Icons")
    options = icons.get_by_role("option")
    dialog.button("Choose").click()
    expect(options.nth(100)).to_be_attached()
    expect(field).to_be_focused()
    # typing searches at once, also in words that are no name
    dialog.fill(icon="")
    field.press_sequentially("light")
    expect(options).to_have_text(["lightbulb", "sun", "moon", "bolt"])
    options.get_by_text("lightbulb").click()
    expect(icons).to_be_hidden()
    expect(field).to_have_value("lightbulb")
    expect(field).to_be_focused()
    expect(dialog.root.locator(".systemcommands-preview .fa-lightbulb")).to_be_visible()

    for word, icon in (
        ("reboot", "rotate-right"),
        ("Lüfter", "fan"),
        ("wi-fi", "wifi"),
        ("Licht", "lightbulb"),
        ("webcam", "camera"),
        ("delete", "trash"),
        ("temp", "temperature-half"),
        ("fas fa-house", "house"),
    ):
        dialog.fill(icon=word)
        expect(icons.get_by_role("option", selected=True)).to_have_text(icon)
        expect(dialog.mistake("icon")).to_be_hidden()

    # with the keyboard alone
    dialog.fill(icon="power")
    expect(options.first).to_have_text("power-off")
    page.keyboard.press("ArrowDown")
    expect(icons.get_by_role("option", selected=True)).to_have_text("plug")
    expect(field).to_have_attribute(
        "aria-activedescendant", icons.get_by_role("option").nth(1).get_attribute("id")
    )
    page.keyboard.press("Enter")
    expect(field).to_have_value("plug")
    expect(dialog.root).to_be_visible()
    page.keyboard.press("ArrowUp")
    expect(icons.get_by_role("option", selected=True)).to_have_text("plug")
    page.keyboard.press("Escape")
    expect(icons).to_be_hidden()
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(dialog.root).to_be_visible()

    dialog.fill(icon="no-such-icon")
    expect(dialog.root).to_contain_text("Nothing fits")
    page.keyboard.press("Tab")
    expect(dialog.root).to_contain_text("There is no icon of this name.")
    dialog.fill(icon="fas fa-kiwi-bird")
    expect(dialog.root.locator(".systemcommands-preview .fa-kiwi-bird")).to_be_visible()


def test_what_is_below_the_icons_can_be_clicked(editor):
    """They are there until the click is over, or it would miss."""
    dialog = editor.edit("Hello")
    dialog.unfold("Where it stands")
    dialog.fill(icon="fan")
    expect(dialog.root.get_by_role("listbox", name="Icons")).to_be_visible()
    dialog.place("Panel").click()
    expect(dialog.place("Panel")).to_be_checked()
    expect(dialog.root.get_by_role("listbox", name="Icons")).to_be_hidden()
    dialog.close_and_discard()


def test_delete_and_undo(editor):
    editor.button("Delete: Hello").click()
    editor.expect_rows(*NAMES[1:])
    expect(editor.button("Delete: First")).to_be_focused()
    editor.button("Delete: Odd").click()
    editor.expect_rows("First", "Second", "---")
    expect(editor.root).to_contain_text('"Odd" was deleted.')
    editor.button("Undo").click()
    editor.button("Undo").click()
    editor.expect_rows(*NAMES)
    expect(editor.unsaved).to_be_hidden()


def test_what_is_deleted_leaves_the_focus_beside_it(store, admin_page):
    store(
        [
            {"action": f"c{index}", "name": f"Command {index}", "command": "true"}
            for index in range(12)
        ]
    )
    editor = Editor(admin_page).open()
    editor.root.get_by_label("Search the commands").fill("command 1")
    editor.button("Delete: Command 1").click()
    expect(editor.button("Delete: Command 10")).to_be_focused()
    editor.button("Delete: Command 11").click()
    expect(editor.button("Delete: Command 10")).to_be_focused()
    editor.button("Delete: Command 10").click()
    expect(editor.button("Add")).to_be_focused()


def test_fields_that_are_deleted_leave_the_focus_beside_them(store, admin_page):
    store(
        [
            {
                "action": "one",
                "name": "One",
                "command": "true",
                "environment": {"A": "1", "B": "2"},
                "first": 1,
                "second": 2,
            }
        ]
    )
    dialog = Editor(admin_page).open().edit("One")
    dialog.unfold("How it runs", "Advanced")
    dialog.button("Delete: A").click()
    expect(dialog.button("Delete: B")).to_be_focused()
    dialog.button("Delete: B").click()
    expect(dialog.button("Add variable")).to_be_focused()
    dialog.button("Delete: second").click()
    expect(dialog.button("Delete: first")).to_be_focused()
    dialog.button("Delete: first").click()
    expect(dialog.field("action")).to_be_focused()


def test_duplicate(editor, store):
    editor.button("Duplicate: Hello").click()
    dialog = editor.dialog("command").expect_open("Add command")
    dialog.root.locator(".modal-footer .btn-primary").click()
    expect(dialog.root).to_be_hidden()
    editor.save()
    assert store()[-1] == {
        "action": "hello-copy",
        "name": "Hello (copy)",
        "command": "echo hello",
        "icon": "camera",
    }


def test_add_a_divider(editor, store):
    editor.choose_to_add("Divider")
    editor.expect_rows(*NAMES, "---")
    editor.page.keyboard.press("Alt+ArrowUp")
    editor.expect_rows(*NAMES[:-1], "---", "Odd")
    editor.save()
    assert store()[4] == {"action": "divider"}


def test_order_by_buttons_and_keys(editor, store):
    editor.button("Move down: Hello").click()
    editor.expect_rows("First", "Hello", "Second", "---", "Odd")
    expect(editor.button("Move down: Hello")).to_be_focused()
    expect(editor.announcement).to_have_text('"Hello" is at position 2 of 5 now.')
    editor.button("Odd").focus()
    editor.page.keyboard.press("Alt+ArrowUp")
    expect(editor.button("Odd")).to_be_focused()
    editor.page.keyboard.press("Alt+ArrowUp")
    editor.expect_rows("First", "Hello", "Odd", "Second", "---")
    editor.save()
    assert [entry["action"] for entry in store()][:3] == ["first", "hello", "odd"]


def drag(page, start, end, **options):
    page.mouse.move(start["x"] + 5, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(start["x"] + 5, end["y"] + end["height"] * 0.9, steps=8)
    if options.get("escape"):
        page.keyboard.press("Escape")
    page.mouse.up()


def test_order_by_mouse(editor):
    handles = editor.root.locator(".systemcommands-handle")
    page = editor.page
    start, end = handles.nth(0).bounding_box(), editor.entries.nth(2).bounding_box()
    drag(page, start, end)
    editor.expect_rows("First", "Second", "Hello", "---", "Odd")
    # nothing that dragging has put there is left
    assert "transform" not in (editor.entries.nth(2).get_attribute("style") or "")
    start, end = handles.nth(0).bounding_box(), editor.entries.nth(2).bounding_box()
    drag(page, start, end, escape=True)
    editor.expect_rows("First", "Second", "Hello", "---", "Odd")
    expect(editor.settings).to_be_visible()


@pytest.mark.each_version
def test_order_by_touch(editor):
    handles = editor.root.locator(".systemcommands-handle")
    start, end = handles.nth(0).bounding_box(), editor.entries.nth(1).bounding_box()
    client = editor.page.context.new_cdp_session(editor.page)
    x, y = start["x"] + 8, start["y"] + 8

    def touch(kind, *points):
        client.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": x, "y": point} for point in points]},
        )

    touch("touchStart", y)
    for step in range(1, 9):
        touch("touchMove", y + (end["y"] + end["height"] * 0.9 - y) * step / 8)
    touch("touchEnd")
    editor.expect_rows("First", "Hello", "Second", "---", "Odd")


def test_search_in_a_long_list(store, admin_page):
    names = [f"Command {number}" for number in range(1, 13)]
    store(
        [
            {"action": f"c{index}", "name": name, "command": f"echo {index}"}
            for index, name in enumerate(names)
        ]
    )
    editor = Editor(admin_page).open()
    search = editor.root.get_by_label("Search the commands")
    assert search.bounding_box()["width"] == editor.entries.first.bounding_box()["width"]
    search.fill("command 1")
    expect(editor.names).to_have_text(
        ["Command 1", "Command 10", "Command 11", "Command 12"]
    )
    # the order cannot be seen now
    expect(editor.button("Move down: Command 1")).to_be_disabled()
    search.fill("nothing like this")
    expect(editor.root).to_contain_text("No command matches the search.")
    search.fill("")
    expect(editor.names).to_have_count(12)


def test_hostile_texts(store, admin_page):
    store([HOSTILE_ENTRY])
    editor = Editor(admin_page).open()
    expect(editor.names).to_have_text([HOSTILE])
    dialog = editor.edit(HOSTILE)
    dialog.unfold("Advanced")
    expect(dialog.root).to_contain_text(f"{HOSTILE}: {HOSTILE}")
    dialog.fill(name=HOSTILE + "!").accept()
    editor.button(f"Delete: {HOSTILE}!").click()
    expect(editor.root).to_contain_text(f'"{HOSTILE}!" was deleted.')
    editor.button("Undo").click()
    editor.save()
    versions = editor.versions()
    versions.root.get_by_role("button", name=re.compile("^Compare")).first.click()
    expect(versions.root.locator("ins, del").first).to_be_visible()
    versions.close()
    assert not admin_page.evaluate("window.hacked")
    assert admin_page.locator("img[src=x]").count() == 0


def test_keyboard_only(editor, store):
    page = editor.page
    editor.button("Add").focus()
    for key in ("Enter", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    dialog = editor.dialog("command").expect_open("Add command")
    expect(dialog.root.locator("#systemcommands_field_name")).to_be_focused()
    page.keyboard.type("By hand")
    page.keyboard.press("Tab")
    page.keyboard.type("echo by hand")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    tryout = dialog.root.get_by_role("region", name="Test")
    expect(tryout.get_by_role("log")).to_contain_text("by hand")
    expect(dialog.button("Test")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    # Enter in a field is as good as the button
    page.keyboard.press("Enter")
    expect(dialog.root).to_be_hidden()
    expect(editor.button("By hand")).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    editor.expect_rows("Hello", "First", "Second", "---", "By hand", "Odd")
    editor.save_button.focus()
    page.keyboard.press("Enter")
    expect(editor.unsaved).to_be_hidden()
    expect(editor.save_button).to_be_focused()
    assert store()[4]["action"] == "by-hand"


@pytest.mark.each_version
def test_at_360_pixels(store, octoprint, take_page):
    store(COMMANDS)
    page = take_page(octoprint.admin, viewport={"width": 360, "height": 740})
    editor = Editor(page).open()
    width = "element => element.scrollWidth <= element.clientWidth + 1"
    assert editor.root.evaluate(width)
    dialog = editor.edit("Hello")
    dialog.unfold("How it runs", "Display", "Advanced")
    assert dialog.root.locator(".modal-body").evaluate(width)
    box = dialog.root.bounding_box()
    assert box["x"] >= 0
    assert round(box["x"] + box["width"]) <= 360
    dialog.fill(name="Hi").accept()
    editor.save()
    assert store()[0]["name"] == "Hi"


def test_nothing_lies_below_the_end_of_a_long_list(store, admin_page):
    # these have signs, whose texts are for screen readers
    command = {"command": "true", "while_printing": "refuse", "max_temperature": 50}
    names = [f"a{number}" for number in range(30)]
    store([{"action": name, "name": name, **command} for name in names])
    Editor(admin_page).open()

    content, body = (
        admin_page.locator(f"#settings_dialog {part}").evaluate(
            "(element) => [element.scrollHeight, element.clientHeight]"
        )
        for part in ("#settings_dialog_content", "> .modal-body")
    )
    # the content scrolls, and what is around it does not
    assert content[0] > content[1]
    assert body[0] <= body[1] + 1
