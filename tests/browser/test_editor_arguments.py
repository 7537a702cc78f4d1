"""The arguments of a command in its dialog: each type, names, order, mistakes."""

import pytest
from playwright.sync_api import expect

from harness.editor_pages import CommandDialog, Editor

API = "/plugin/systemcommands/api"
HOSTILE = '<img src="x" onerror="window.hacked = true">'

LEVEL = {"name": "level", "type": "number", "label": "Level", "min": 0, "max": 10}
DEVICE = {"name": "device", "type": "choice", "choices": ["fan", "lamp"]}
NOTE = {"name": "note", "type": "text", "required": False}
COMMAND = {
    "action": "one",
    "name": "One",
    "command": "env | grep ^SC_ | sort",
    "arguments": [LEVEL, DEVICE, NOTE],
}
# what people write by hand, and what no editor would
BY_HAND = {
    "action": "by-hand",
    "name": "By hand",
    "command": "true",
    "arguments": [
        {
            "type": "choice",
            "name": "relay",
            "choices": ["a", 2, {"value": "c", "label": "See", "since": 3}, {"value": 4}],
            "default": 2,
            "my_note": {"kept": [1]},
            "min": 5,
        },
        {"name": "empty", "type": "text", "default": "", "label": None, "pattern": ""},
        {"name": "always", "type": "number", "required": True, "default": 1.50, "max": 7},
        {"name": "on", "type": "toggle", "default": False},
    ],
}
# of everything that is needed, each of the six types
EACH_TYPE = [
    {
        "name": "greeting",
        "type": "text",
        "label": "Greeting",
        "default": "hi",
        "pattern": "[a-z ]+",
        "max_length": 20,
    },
    {
        "name": "level",
        "type": "number",
        "label": "Level",
        "default": 1.5,
        "min": 0,
        "max": 10,
        "step": 0.5,
    },
    {
        "name": "device",
        "type": "choice",
        "label": "Device",
        "default": "lamp",
        "choices": ["fan", {"value": "lamp", "label": "The lamp"}],
    },
    {"name": "quickly", "type": "toggle", "label": "Quickly", "default": True},
    {"name": "password", "type": "secret", "label": "Password", "max_length": 8},
    {"name": "model", "type": "file", "label": "Model", "required": False},
]
VALUES = {
    "greeting": "good night",
    "level": 2.5,
    "device": "fan",
    "quickly": False,
    "password": "se cret",
    "model": "part.gcode",
}


@pytest.fixture
def editor(store, admin_page):
    store([COMMAND, BY_HAND])
    return Editor(admin_page).open()


def run_and_read(admin, action, values):
    """What a command has printed that was run with these values."""
    path = f"{API}/system/commands/custom/{action}"
    admin.post(path, json={"arguments": values}).raise_for_status()
    run = admin.get(f"{API}/runs", params={"action": action}).json()["runs"][0]
    return admin.get(f"{API}/runs/{run['id']}/output.txt").text


def upload(admin, name):
    admin.post(
        "/api/files/local", files={"file": (name, "G28\n", "text/plain")}
    ).raise_for_status()


def expect_what_was_built_runs(store, admin, octoprint):
    expected = {
        "action": "all-of-them",
        "name": "All of them",
        "command": "env | grep ^SC_ | sort",
        "arguments": EACH_TYPE,
    }
    assert store()[-1] == expected
    stored = octoprint.read_config()["plugins"]["systemcommands"]["commands"]
    assert stored[-1] == expected
    upload(admin, "part.gcode")
    *lines, model, password, quickly = run_and_read(
        admin, "all-of-them", VALUES
    ).splitlines()
    assert lines == ["SC_DEVICE=fan", "SC_GREETING=good night", "SC_LEVEL=2.5"]
    assert model.startswith("SC_MODEL=/")
    assert model.endswith("/part.gcode")
    assert password == "SC_PASSWORD=***"
    assert quickly == "SC_QUICKLY=false"


@pytest.mark.each_version
def test_build_each_type_by_mouse(editor, store, admin, octoprint):
    dialog = editor.add()
    dialog.fill(name="All of them", command="env | grep ^SC_ | sort")
    dialog.unfold("Arguments")
    arguments = dialog.arguments
    arguments.add(
        "Text", label="Greeting", default="hi", pattern="[a-z ]+", max_length="20"
    )
    arguments.add("Number", label="Level", default="1.5", min="0", max="10", step="0.5")
    device = arguments.add("Choice", label="Device")
    device.fill_choices("fan", ("lamp", "The lamp"))
    device.field("default").select_option("The lamp")
    arguments.add("Toggle", label="Quickly", default=True)
    arguments.add("Secret", label="Password", max_length="8")
    model = arguments.add("File", label="Model", required=False)
    expect(model.root).to_contain_text('"$SC_MODEL"')
    dialog.accept()
    editor.save()
    expect_what_was_built_runs(store, admin, octoprint)


def tab_to(page, target):
    """Press Tab until the target has the focus."""
    for _ in range(60):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("it cannot be reached with Tab")


def test_build_each_type_by_keyboard(editor, store, admin, octoprint):
    page = editor.page
    keyboard = page.keyboard
    editor.button("Add").focus()
    for key in ("Enter", "ArrowDown", "Enter"):
        keyboard.press(key)
    dialog = CommandDialog(page).expect_open("Add command")
    expect(dialog.field("name")).to_be_focused()
    keyboard.type("All of them")
    keyboard.press("Tab")
    keyboard.type("env | grep ^SC_ | sort")
    tab_to(page, dialog.heading("Arguments"))
    keyboard.press("Enter")
    items = dialog.root.locator(".systemcommands-arguments > li")
    group = dialog.root.get_by_role("group", name="Add an argument")

    def add(title):
        number = items.count()
        tab_to(page, group.get_by_role("button", name=title, exact=True))
        keyboard.press("Enter")
        expect(items).to_have_count(number + 1)
        expect(items.last.locator("input[id$=_label]")).to_be_focused()

    def enter(field, text):
        tab_to(page, items.last.locator(f"input[id$=_{field}]"))
        keyboard.type(text)

    add("Text")
    keyboard.type("Greeting")
    enter("default", "hi")
    enter("pattern", "[a-z ]+")
    enter("max_length", "20")
    add("Number")
    keyboard.type("Level")
    enter("default", "1.5")
    enter("min", "0")
    enter("max", "10")
    enter("step", "0.5")
    add("Choice")
    keyboard.type("Device")
    tab_to(page, items.last.locator(".systemcommands-value"))
    keyboard.type("lamp")
    keyboard.press("Tab")
    keyboard.type("The lamp")
    # the next one
    keyboard.press("Enter")
    keyboard.type("fan")
    keyboard.press("Alt+ArrowUp")
    choices = items.last.locator(".systemcommands-value")
    expect(choices.nth(0)).to_have_value("fan")
    expect(choices.nth(0)).to_be_focused()
    tab_to(page, items.last.locator("select[id$=_default]"))
    keyboard.type("The")
    add("Toggle")
    keyboard.type("Quickly")
    tab_to(page, items.last.get_by_label("On by default"))
    keyboard.press("Space")
    add("Secret")
    keyboard.type("Password")
    enter("max_length", "8")
    add("File")
    keyboard.type("Model")
    tab_to(page, items.last.get_by_label("Required"))
    keyboard.press("Space")
    tab_to(page, dialog.button("Add"))
    keyboard.press("Enter")
    expect(dialog.root).to_be_hidden()
    tab_to(page, editor.save_button)
    keyboard.press("Enter")
    expect(editor.unsaved).to_be_hidden()
    expect_what_was_built_runs(store, admin, octoprint)


def test_names_are_made_of_labels(editor):
    dialog = editor.add()
    dialog.unfold("Arguments")
    first = dialog.arguments.add("Number")
    expect(first.field("name")).to_have_value("number")
    first.fill(label="Größe der 1. Düse")
    expect(first.field("name")).to_have_value("groesse_der_1_duese")
    expect(first.root).to_contain_text("$SC_GROESSE_DER_1_DUESE")
    second = dialog.arguments.add("Text", label="größe der 1. düse!")
    expect(second.field("name")).to_have_value("groesse_der_1_duese_2")
    second.fill(label="3D")
    expect(second.field("name")).to_have_value("text_3d")
    second.fill(label="Ещё раз")
    expect(second.field("name")).to_have_value("text")
    second.fill(label="A very long label of something that has a short name")
    expect(second.field("name")).to_have_value("a_very_long_label_of_something_t")
    # a name that somebody has chosen stays
    second.fill(name="mine", label="Something else")
    expect(second.field("name")).to_have_value("mine")
    second.fill(name="")
    second.field("label").focus()
    expect(second.field("name")).to_have_value("something_else")
    # and others give way to it
    first.fill(name="something_else")
    expect(second.field("name")).to_have_value("something_else_2")


def test_a_name_that_was_saved_stays(editor, store):
    dialog = editor.edit("One")
    dialog.unfold("Arguments")
    dialog.arguments[0].open().fill(label="Another label")
    dialog.accept()
    editor.save()
    assert store()[0]["arguments"][0] == {**LEVEL, "label": "Another label"}


def test_copy_the_variable(editor):
    page = editor.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dialog = editor.edit("One")
    dialog.unfold("Arguments")
    level = dialog.arguments[0].open()
    level.button("Copy: $SC_LEVEL").click()
    expect(level.root).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == '"$SC_LEVEL"'


def test_what_is_not_changed_stays_as_it_was(editor, store):
    dialog = editor.edit("By hand")
    dialog.unfold("Arguments")
    relay, empty, always, on = (dialog.arguments[index].open() for index in range(4))
    values = relay.choices.locator(".systemcommands-value")
    assert [values.nth(i).input_value() for i in range(4)] == ["a", "2", "c", "4"]
    expect(relay.field("default")).to_have_value("2")
    expect(relay.root).to_contain_text('my_note: {"kept":[1]}')
    expect(relay.root).to_contain_text("min: 5")
    expect(relay.field("required")).to_be_checked()
    expect(empty.field("required")).not_to_be_checked()
    expect(always.field("required")).to_be_checked()
    expect(on.field("default")).not_to_be_checked()
    dialog.accept()
    expect(editor.unsaved).to_be_hidden()

    dialog = editor.edit("By hand")
    dialog.unfold("Arguments")
    relay, always = dialog.arguments[0].open(), dialog.arguments[2].open()
    relay.choices.nth(2).locator(".systemcommands-text").fill("Sea")
    relay.choices.nth(3).locator(".systemcommands-text").fill("Four")
    relay.button("Delete: min").click()
    always.fill(max="")
    dialog.accept()
    editor.save()
    expected = [dict(argument) for argument in BY_HAND["arguments"]]
    expected[0]["choices"] = [
        "a",
        2,
        {"value": "c", "label": "Sea", "since": 3},
        {"value": "4", "label": "Four"},
    ]
    del expected[0]["min"]
    del expected[2]["max"]
    assert store()[1] == {**BY_HAND, "arguments": expected}


def test_nothing_is_left_of_arguments_that_were_removed(editor, store):
    dialog = editor.edit("One")
    dialog.unfold("Arguments")
    for name in ("Level", "device", "note"):
        dialog.button(f"Delete: {name}").click()
    dialog.accept()
    editor.save()
    assert store()[0] == {key: COMMAND[key] for key in ("action", "name", "command")}


def test_order_remove_and_undo(editor, store):
    page = editor.page
    dialog = editor.edit("One")
    dialog.unfold("Arguments")
    titles = dialog.arguments.titles
    expect(titles).to_have_text(["Level", "device", "note"])
    dialog.button("Move down: Level").click()
    expect(titles).to_have_text(["device", "Level", "note"])
    expect(dialog.button("Move down: Level")).to_be_focused()
    expect(dialog.root).to_contain_text('"Level" is at position 2 of 3 now.')
    page.keyboard.press("Alt+ArrowDown")
    expect(titles).to_have_text(["device", "note", "Level"])
    page.keyboard.press("Alt+ArrowDown")
    dialog.arguments[0].toggle.focus()
    page.keyboard.press("Alt+ArrowDown")
    expect(titles).to_have_text(["note", "device", "Level"])
    expect(dialog.arguments[1].toggle).to_be_focused()

    dialog.button("Delete: device").click()
    expect(titles).to_have_text(["note", "Level"])
    expect(dialog.button("Delete: Level")).to_be_focused()
    expect(dialog.root).to_contain_text('"device" was removed.')
    dialog.button("Undo").click()
    expect(titles).to_have_text(["note", "device", "Level"])
    dialog.button("Delete: note").click()
    dialog.accept()
    editor.save()
    assert store()[0]["arguments"] == [DEVICE, LEVEL]


def test_order_of_choices(editor, store):
    dialog = editor.edit("One")
    dialog.unfold("Arguments")
    device = dialog.arguments[1].open()
    device.fill_choices("fan", "lamp", "pump", "valve")
    device.button("Move up: pump").click()
    expect(device.button("Move up: pump")).to_be_focused()
    device.button("Move down: fan").click()
    device.button("Delete: lamp").click()
    expect(device.button("Delete: valve")).to_be_focused()
    device.button("Delete: valve").click()
    device.button("Delete: fan").click()
    device.button("Delete: pump").click()
    expect(device.button("Add choice")).to_be_focused()
    # the last one is begun only
    device.fill_choices("pump", "fan", "valve")
    device.button("Add choice").click()
    dialog.accept()
    editor.save()
    assert store()[0]["arguments"][1] == {**DEVICE, "choices": ["pump", "fan", "valve"]}


def test_the_default_is_that_of_the_choice_that_is_renamed(editor, store):
    dialog = editor.edit("One")
    dialog.unfold("Arguments")
    device = dialog.arguments[1].open()
    device.field("default").select_option("lamp")
    expect(device.field("required")).to_be_checked()
    device.choices.nth(1).locator(".systemcommands-value").fill("light")
    expect(device.field("default")).to_have_value("light")
    dialog.accept()
    editor.save()
    expected = {**DEVICE, "choices": ["fan", "light"], "default": "light"}
    assert store()[0]["arguments"][1] == expected


def test_another_type_keeps_what_fits(editor, store):
    dialog = editor.edit("One")
    dialog.unfold("Arguments")
    level = dialog.arguments[0].open()
    level.fill(default="5").field("type").select_option("Text")
    expect(level.field("default")).to_have_value("5")
    expect(level.field("min")).to_have_count(0)
    level.fill(default="five", pattern="[a-z]+").field("type").select_option("Number")
    expect(level.field("default")).to_have_value("")
    expect(level.field("min")).to_have_value("0")
    level.field("type").select_option("File")
    expect(level.field("default")).to_have_value("five")
    level.field("type").select_option("Secret")
    expect(level.field("default")).to_have_count(0)
    level.fill(max_length="9")
    dialog.arguments[1].open().field("type").select_option("Toggle")
    dialog.accept()
    editor.save()
    assert store()[0]["arguments"] == [
        {"name": "level", "type": "secret", "label": "Level", "max_length": 9},
        {"name": "device", "type": "toggle"},
        NOTE,
    ]


def test_required(editor, store):
    dialog = editor.edit("One")
    dialog.unfold("Arguments")
    level, note = dialog.arguments[0].open(), dialog.arguments[2].open()
    expect(level.field("required")).to_be_checked()
    level.fill(default="3")
    # a default is there to be taken or replaced
    expect(level.field("required")).to_be_checked()
    expect(level.root).not_to_contain_text("It is empty when nothing was entered.")
    level.fill(required=False)
    expect(level.root).to_contain_text("It is empty when nothing was entered.")
    expect(note.root).to_contain_text("It is empty when nothing was entered.")
    note.fill(required=True)
    expect(note.root).not_to_contain_text("It is empty when nothing was entered.")
    dialog.accept()
    editor.save()
    assert store()[0]["arguments"] == [
        {**LEVEL, "default": 3, "required": False},
        DEVICE,
        {"name": "note", "type": "text"},
    ]


def test_mistakes_stand_at_their_place(editor):
    dialog = editor.edit("One")
    dialog.unfold("Arguments")
    level = dialog.arguments[0].open()
    level.fill(step="much")
    expect(level.mistake_at("step")).to_have_text("has to be a number")
    level.fill(max="-1", step="")
    expect(level.mistake_at("max")).to_contain_text("less than the smallest number")
    expect(level.mistake_at("min")).to_be_hidden()
    expect(level.mistake_at("step")).to_be_hidden()
    level.fill(max="10")
    expect(level.mistake_at("max")).to_be_hidden()
    level.fill(default="11")
    expect(level.mistake_at("default")).to_be_visible()
    level.fill(default="")

    note = dialog.arguments[2].open()
    note.fill(pattern="(")
    expect(note.mistake_at("pattern")).to_contain_text("regular expression")
    # it goes where the argument goes
    dialog.button("Move up: note").click()
    expect(dialog.arguments[1].mistake_at("pattern")).to_contain_text("regular")
    expect(dialog.arguments[2].mistake_at("pattern")).to_have_count(0)
    dialog.arguments[1].fill(pattern="", name="level")
    expect(dialog.arguments[1].mistake_at("name")).to_be_visible()
    dialog.arguments[1].fill(name="Note")
    expect(dialog.arguments[1].mistake_at("name")).to_contain_text("lower case letter")

    dialog.arguments[1].fill(name="note")
    device = dialog.arguments[2].open()
    device.fill_choices("fan", "fan")
    wrong = device.choices.nth(1).locator(".systemcommands-mistake")
    expect(wrong).to_be_visible()
    expect(device.choices.nth(0).locator(".systemcommands-mistake")).to_be_hidden()
    device.toggle.click()
    expect(device.root).to_contain_text("Something is wrong with it.")
    dialog.heading("Arguments").click()
    expect(device.toggle).to_be_hidden()
    dialog.button("OK").click()
    expect(dialog.root).to_be_visible()
    expect(device.choices.nth(1).locator("input").first).to_be_focused()


def test_what_is_only_begun_is_no_mistake_yet(editor):
    dialog = editor.edit("One")
    dialog.unfold("Arguments")
    # there was a check of what it was before, too
    with editor.page.expect_response(
        lambda response: (
            response.url.endswith("/definitions/check")
            and '"name":"choice"' in response.request.post_data
        )
    ):
        choice = dialog.arguments.add("Choice")
    editor.page.wait_for_function("() => $.active === 0")
    expect(dialog.root.locator(".systemcommands-mistake:visible")).to_have_count(0)
    dialog.button("OK").click()
    expect(choice.mistake_at("choices")).to_be_visible()
    expect(choice.choices.nth(0).locator(".systemcommands-value")).to_be_focused()
    editor.page.keyboard.type("a")
    expect(choice.mistake_at("choices")).to_be_hidden()
    dialog.accept()


def test_there_is_an_end_of_them(editor):
    dialog = editor.add()
    dialog.unfold("Arguments")
    group = dialog.root.get_by_role("group", name="Add an argument")
    for _ in range(20):
        group.get_by_role("button", name="Secret", exact=True).click()
    expect(group.get_by_role("button", name="Secret", exact=True)).to_be_disabled()
    expect(dialog.root).to_contain_text("There cannot be more of them.")


def test_hostile_texts(store, admin_page):
    hostile = {
        "name": "text",
        "type": "choice",
        "label": HOSTILE,
        "choices": [HOSTILE, {"value": "b", "label": HOSTILE}],
        "default": HOSTILE,
        HOSTILE: HOSTILE,
    }
    entry = {"action": "h", "name": "H", "command": "true", "arguments": [hostile]}
    store([entry])
    editor = Editor(admin_page).open()
    dialog = editor.edit("H")
    dialog.unfold("Arguments")
    argument = dialog.arguments[0].open()
    expect(argument.toggle).to_contain_text(HOSTILE)
    expect(argument.root).to_contain_text(f"{HOSTILE}: {HOSTILE}")
    expect(argument.field("default").locator("option").nth(2)).to_have_text(HOSTILE)
    argument.fill(label=HOSTILE + "!")
    dialog.button(f"Delete: {HOSTILE}!").click()
    dialog.button("Undo").click()
    dialog.accept()
    editor.save()
    versions = editor.versions()
    versions.root.get_by_role("button", name="Compare").first.click()
    expect(versions.root.locator("ins")).to_have_text([HOSTILE])
    versions.close()
    assert not admin_page.evaluate("window.hacked")
    assert admin_page.locator("img[src=x]").count() == 0


def test_at_360_pixels(store, octoprint, take_page):
    store([COMMAND, BY_HAND])
    page = take_page(octoprint.admin, viewport={"width": 360, "height": 740})
    editor = Editor(page).open()
    dialog = editor.edit("One")
    dialog.unfold("Arguments", "Who may run it", "When it may run")
    for index in range(3):
        dialog.arguments[index].open()
    device = dialog.arguments[1]
    device.fill_choices(("a-value-that-is-long-and-has-no-blank" * 3, "Label"), "lamp")
    device.fill(label="Alabelthatislongandhasnoblank" * 3)
    for title in ("Text", "Number", "Choice", "Toggle", "Secret", "File"):
        dialog.arguments.add(title)
    body = dialog.root.locator(".modal-body")
    assert body.evaluate("element => element.scrollWidth <= element.clientWidth + 1")
    outside = body.evaluate(
        """body => [...body.querySelectorAll("input, select, button, code")].filter(
            (element) => element.getBoundingClientRect().right > window.innerWidth
        ).length"""
    )
    assert outside == 0
    dialog.button("Cancel").click()
