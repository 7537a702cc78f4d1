"""The form for a command's arguments, and what becomes of what is entered there."""

import re

import pytest
from playwright.sync_api import expect

from harness.pages import ArgumentsForm, Menu, RunDialog

RUNS = "/plugin/systemcommands/api/runs"
HOSTILE = "<img src=x onerror=window.hacked=1>"
SHOW = "env | grep ^SC_ | sort"

LIGHT = {
    "action": "light",
    "name": "Switch the light",
    "description": "Sends a color to the light strip",
    "command": SHOW,
    "show_output": "always",
    "arguments": [
        {"name": "device", "type": "text", "label": "Device", "pattern": "[a-z]+-[0-9]"},
        {
            "name": "level",
            "type": "number",
            "label": "Brightness",
            "min": 0,
            "max": 255,
            "step": 5,
            "default": 50,
            "required": False,
        },
        {
            "name": "color",
            "type": "choice",
            "label": "Color",
            "choices": [{"value": "f00", "label": "Red"}, "blue"],
        },
        {"name": "blink", "type": "toggle", "label": "Blink", "default": True},
        {"name": "key", "type": "secret", "label": "Key"},
        {"name": "part", "type": "file", "label": "Part", "required": False},
        {"name": "note", "type": "text", "label": "Note", "required": False},
    ],
}
COMMANDS = [
    LIGHT,
    {
        "action": "asks",
        "name": "Asks as well",
        "command": SHOW,
        "confirm": "Really?",
        "show_output": "always",
        "arguments": [{"name": "who", "type": "text", "label": "Who"}],
    },
    {
        "action": "odd",
        "name": "Odd pattern",
        "command": SHOW,
        "arguments": [
            {"name": "word", "type": "text", "label": "Word", "pattern": "(?i)ab+"},
            {"name": "rest", "type": "text", "label": "Rest", "required": False},
        ],
    },
    {
        "action": "quiet",
        "name": "Quiet",
        "show_output": "never",
        "command": "true",
        "arguments": [{"name": "word", "type": "text", "default": "word"}],
    },
    {
        "action": "once",
        "name": "Once at a time",
        "when_busy": "refuse",
        "command": 'echo "$SC_WORD"; [ "$SC_WORD" = wait ] && sleep 60; true',
        "arguments": [{"name": "word", "type": "text", "label": "Word"}],
    },
    {
        "action": "numbers",
        "name": "Numbers",
        "command": SHOW,
        "arguments": [
            {"name": "free", "type": "number", "label": "Free", "required": False},
            {
                "name": "size",
                "type": "number",
                "label": "Size",
                "min": 0.1,
                "step": 0.1,
                "default": 0.3,
            },
            {"name": "count", "type": "number", "label": "Count", "min": 1, "step": 1},
        ],
    },
    {
        "action": "choices",
        "name": "Choices",
        "command": SHOW,
        "arguments": [
            {
                "name": name,
                "type": "choice",
                "label": name.capitalize(),
                "choices": ["a", "b"],
                "default": "a",
                **more,
            }
            for name, more in (("needed", {}), ("optional", {"required": False}))
        ],
    },
    {
        "action": "words",
        "name": "Own words",
        "command": SHOW,
        "arguments": [
            {
                "name": "strip",
                "type": "text",
                "label": "Strip",
                "pattern": "[a-z]+-[0-9]+",
                "help": "It stands on the plug " + HOSTILE,
                "error": "mind the dash, as in frame-1 " + HOSTILE,
            },
            {
                "name": "plug",
                "type": "text",
                "label": "Plug",
                "pattern": "(?i)ab+",
                "max_length": 5,
                "help": "On the back",
                "error": "The letters of the plug",
                "default": "ab",
            },
        ],
    },
    {
        "action": "hostile",
        "name": HOSTILE,
        "description": HOSTILE,
        "group": "Group " + HOSTILE,
        "command": "echo $SC_TEXT",
        "show_output": "never",
        "arguments": [
            {"name": "text", "type": "text", "label": "Text " + HOSTILE},
            {
                "name": "choice",
                "type": "choice",
                "label": "Choice " + HOSTILE,
                "choices": [{"value": HOSTILE, "label": "Label " + HOSTILE}],
            },
            {"name": "toggle", "type": "toggle", "label": "Toggle " + HOSTILE},
            {"name": "secret", "type": "secret", "label": "Secret " + HOSTILE},
            {
                "name": "pattern",
                "type": "text",
                "label": "Pattern",
                "pattern": HOSTILE,
                "required": False,
            },
            {"name": "file", "type": "file", "label": "File", "required": False},
        ],
    },
]
ENTERED = {"Device": "lamp-1", "Color": "Red", "Key": "s3cret!"}


@pytest.fixture(autouse=True)
def empty(octoprint, admin):
    """No runs and no uploads, so that nothing is left of another test."""
    for run in admin.get(f"{RUNS}?status=queued,starting,running").json()["runs"]:
        admin.post(f"{RUNS}/{run['id']}/stop", json={}).raise_for_status()
        admin.wait_for_run(run["id"])
    admin.delete(RUNS).raise_for_status()
    for entry in admin.get("/api/files/local").json()["files"]:
        admin.delete(f"/api/files/local/{entry['path']}").raise_for_status()


@pytest.fixture
def upload(admin):
    """upload("part.gcode", folder="folder")"""

    def upload_(name, folder=""):
        admin.post(
            "/api/files/local",
            files={"file": (name, b"G28\n")},
            data={"path": folder} if folder else {},
        ).raise_for_status()

    return upload_


@pytest.fixture
def menu(operator_page):
    return Menu(operator_page)


@pytest.fixture
def sent(menu):
    """What is sent to start runs."""
    bodies = []

    def note(request):
        if request.method == "POST" and request.url.endswith("/api/runs"):
            bodies.append(request.post_data_json)

    menu.page.on("request", note)
    return bodies


##~~ The form


def test_a_field_for_each_argument(menu):
    form = menu.ask("Switch the light")
    expect(form.root).to_contain_text("Sends a color to the light strip")

    device = form.field("Device")
    expect(device).to_be_focused()
    expect(device).to_have_attribute("maxlength", "255")
    expect(device).to_have_attribute("aria-required", "true")

    level = form.field("Brightness")
    expect(level).to_have_value("50")
    for name, value in (
        ("type", "number"),
        ("min", "0"),
        ("max", "255"),
        ("step", "5"),
        ("inputmode", "decimal"),
    ):
        expect(level).to_have_attribute(name, value)
    expect(form.group("Brightness")).to_contain_text("0 to 255, in steps of 5")

    color = form.field("Color")
    expect(color.locator("option")).to_have_text(["Choose…", "Red", "blue"])
    expect(form.field("Blink")).to_be_checked()
    expect(form.field("Key")).to_have_attribute("type", "password")
    expect(form.field("Key")).to_have_attribute("autocomplete", "new-password")
    expect(form.field("Part").locator("option")).to_have_text(["None"])
    expect(form.group("Part")).to_contain_text("No file has been uploaded.")
    assert form.field("Note").get_attribute("aria-required") is None
    # nobody has done anything wrong yet
    expect(form.root.locator(".error")).to_have_count(0)


@pytest.mark.each_version
def test_what_is_entered_reaches_the_command(menu, sent, octoprint, upload):
    upload("part.gcode", folder="folder")
    form = menu.ask("Switch the light")
    form.fill(**ENTERED, Brightness="55", Blink=False, Part="folder/part.gcode")
    dialog = form.run()
    # the same dialog goes on with what it prints
    dialog.expect_ended("Succeeded")
    expect(dialog.title).to_have_text("Switch the light")
    expect(dialog.lines).to_have_text(
        [
            "SC_BLINK=false",
            "SC_COLOR=f00",
            "SC_DEVICE=lamp-1",
            "SC_KEY=***",
            "SC_LEVEL=55",
            "SC_NOTE=",
            f"SC_PART={octoprint.basedir}/uploads/folder/part.gcode",
        ]
    )
    expect(dialog.given).to_have_text(
        [
            "Device lamp-1",
            "Brightness 55",
            "Color Red",
            "Blink No",
            "Key ***",
            "Part folder/part.gcode",
            "Note –",
        ]
    )
    expect(dialog.root).to_contain_text("operator, System menu, 127.0.0.1, ")
    expect(dialog.terminal).to_be_focused()
    assert sent == [
        {
            "source": "custom",
            "action": "light",
            "arguments": {
                "device": "lamp-1",
                "level": 55,
                "color": "f00",
                "blink": False,
                "key": "s3cret!",
                "part": "folder/part.gcode",
                "note": None,
            },
        }
    ]
    # who has seen its end is not told of it again
    menu.wait_until_all_is_said()
    expect(menu.notice).to_have_count(0)


def test_defaults_do(menu):
    form = menu.ask("Numbers")
    form.fill(Count="3")
    dialog = form.run()
    expect(dialog.lines).to_have_text(["SC_COUNT=3", "SC_FREE=", "SC_SIZE=0.3"])


def test_default_of_what_is_required_can_be_replaced_but_not_cleared(menu, sent):
    form = menu.ask("Numbers")
    expect(form.field("Size")).to_have_attribute("aria-required", "true")
    form.fill(Size="", Count="3")
    expect(form.mistake("Size")).to_have_text("Is missing")
    form.submit.click()
    expect(form.field("Size")).to_be_focused()
    form.fill(Size="0.5")
    form.run().expect_ended("Succeeded")
    (body,) = sent
    assert body["arguments"] == {"free": None, "size": 0.5, "count": 3}


def test_none_is_a_choice_only_where_none_is_required(menu):
    form = menu.ask("Choices")
    expect(form.field("Needed").locator("option")).to_have_text(["Choose…", "a", "b"])
    expect(form.field("Needed")).to_have_value("a")
    expect(form.field("Optional").locator("option")).to_have_text(["None", "a", "b"])
    form.fill(Needed="Choose…")
    expect(form.mistake("Needed")).to_have_text("Is missing")
    form.fill(Needed="b", Optional="None")
    dialog = form.run()
    expect(dialog.lines).to_have_text(["SC_NEEDED=b", "SC_OPTIONAL="])


def test_what_was_cleared_is_empty_and_not_the_default(menu):
    form = menu.ask("Switch the light")
    form.fill(**ENTERED, Brightness="")
    dialog = form.run()
    expect(dialog.lines.filter(has_text="LEVEL")).to_have_text("SC_LEVEL=")
    dialog.button("Run again").click()
    expect(form.field("Brightness")).to_have_value("")


def test_secret_can_be_shown(menu):
    form = menu.ask("Switch the light")
    form.fill(Key="s3cret!")
    show = form.root.get_by_role("button", name="Show: Key")
    expect(show).to_have_attribute("aria-pressed", "false")
    show.click()
    expect(form.field("Key")).to_have_attribute("type", "text")
    expect(show).to_have_attribute("aria-pressed", "true")
    show.click()
    expect(form.field("Key")).to_have_attribute("type", "password")
    expect(form.field("Key")).to_have_value("s3cret!")


def test_long_list_of_files_has_a_filter(menu, upload):
    for number in range(14):
        upload(f"part{number:02}.gcode")
    upload("other.gcode", folder="Deep")
    form = menu.ask("Switch the light")
    options = form.field("Part").locator("option")
    expect(options).to_have_count(16)
    # the one that is chosen stays
    form.fill(Part="part03.gcode")
    form.root.get_by_label("Filter: Part").fill("DEEP")
    form.root.get_by_label("Filter: Part").press("Enter")
    expect(form.field("Part")).to_be_focused()
    expect(form.root.locator(".error")).to_have_count(0)
    expect(options).to_have_text(["None", "part03.gcode", "Deep/other.gcode"])
    expect(form.field("Part")).to_have_value("part03.gcode")
    form.fill(Part="Deep/other.gcode")
    expect(options).to_have_text(["None", "Deep/other.gcode"])


def test_cancel(menu, sent):
    form = menu.ask("Switch the light")
    form.fill(**ENTERED)
    form.cancel()
    # what comes after it in the same page is through, so this would be as well
    form = menu.ask("Numbers")
    form.fill(Count="1")
    form.run().expect_ended("Succeeded")
    assert [body["action"] for body in sent] == ["numbers"]


def test_keyboard_alone(menu, sent):
    keyboard = menu.page.keyboard
    menu.toggle.focus()
    keyboard.press("Enter")
    keyboard.press("ArrowDown")
    while menu.page.evaluate("document.activeElement.innerText.trim()") != LIGHT["name"]:
        keyboard.press("ArrowDown")
    keyboard.press("Enter")
    form = ArgumentsForm(menu.page).expect_open("Switch the light")
    expect(form.field("Device")).to_be_focused()
    keyboard.press("Escape")
    expect(form.dialog).to_be_hidden()
    expect(menu.toggle).to_be_focused()

    form = menu.ask("Switch the light")
    # what is missing is where one goes on
    keyboard.press("Enter")
    expect(form.field("Device")).to_be_focused()
    keyboard.type("lamp-1")
    keyboard.press("Tab")
    keyboard.press("ArrowUp")
    keyboard.press("Tab")
    keyboard.type("b")
    keyboard.press("Tab")
    keyboard.press("Space")
    keyboard.press("Tab")
    keyboard.type("s3cret!")
    keyboard.press("Enter")
    RunDialog(menu.page).expect_ended("Succeeded")
    (body,) = sent
    assert body["arguments"] == {
        "device": "lamp-1",
        "level": 55,
        "color": "blue",
        "blink": False,
        "key": "s3cret!",
        "part": None,
        "note": None,
    }
    keyboard.press("Escape")
    expect(form.dialog).to_be_hidden()
    expect(menu.toggle).to_be_focused()


def test_touch_on_a_small_screen(take_page, octoprint, upload):
    upload(f"{'long_' * 20}.gcode")
    page = take_page(
        octoprint.operator, viewport={"width": 360, "height": 740}, has_touch=True
    )
    menu = Menu(page)
    menu.toggle.tap()
    menu.entry("Switch the light").tap()
    form = ArgumentsForm(page).expect_open("Switch the light")
    form.fill(**ENTERED, Part=f"{'long_' * 20}.gcode")
    for label in ("Device", "Brightness", "Color", "Blink", "Key", "Part"):
        box = form.field(label).bounding_box()
        assert box["x"] >= 0
        assert round(box["x"] + box["width"]) <= 360
    form.submit.tap()
    dialog = RunDialog(page)
    dialog.expect_ended("Succeeded")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    box = dialog.root.locator(".systemcommands-given").bounding_box()
    assert round(box["x"] + box["width"]) <= 360


def test_german(take_page, octoprint):
    page = take_page(octoprint.operator, locale="de-DE")
    menu = Menu(page)
    menu.run("Switch the light")
    form = ArgumentsForm(page).expect_open("Switch the light")
    form.fill(Device="Lamp", Brightness="7")
    expect(form.mistake("Device")).to_have_text("Muss die Form [a-z]+-[0-9] haben")
    expect(form.mistake("Brightness")).to_have_text("Muss in Schritten von 5 ab 0 liegen")
    expect(
        form.dialog.get_by_role("button", name="Ausführen", exact=True)
    ).to_be_visible()


##~~ What is wrong with it


def test_mistakes_are_told_while_one_types(menu, sent):
    form = menu.ask("Switch the light")
    for value, mistake in (
        ("Lamp-1", "Has to have the form [a-z]+-[0-9]"),
        ("xlamp-12", "Has to have the form [a-z]+-[0-9]"),
        ("lamp-1", ""),
        ("", "Is missing"),
    ):
        form.fill(Device=value)
        expect(form.mistake("Device")).to_have_text(mistake)
    expect(form.field("Device")).to_have_attribute("aria-invalid", "true")
    for value, mistake in (
        ("-5", "Has to be 0 or more"),
        ("256", "Has to be 255 or less"),
        ("7", "Has to be in steps of 5 from 0"),
        ("5", ""),
    ):
        form.fill(Brightness=value)
        expect(form.mistake("Brightness")).to_have_text(mistake)

    form.submit.click()
    expect(form.field("Device")).to_be_focused()
    expect(form.mistake("Color")).to_have_text("Is missing")
    expect(form.mistake("Key")).to_have_text("Is missing")
    expect(form.mistake("Note")).to_have_text("")
    form.fill(**ENTERED)
    expect(form.root.locator(".error")).to_have_count(0)
    form.run().expect_ended("Succeeded")
    assert len(sent) == 1


def test_numbers(menu):
    form = menu.ask("Numbers")
    size = form.field("Size")
    expect(form.field("Count")).to_have_attribute("inputmode", "numeric")
    expect(form.group("Count")).to_contain_text("At least 1, whole numbers")
    assert form.field("Free").get_attribute("inputmode") is None
    for value, mistake in (
        ("0.7", ""),
        ("1e-1", ""),
        ("0.75", "Has to be in steps of 0.1 from 0.1"),
        ("0", "Has to be 0.1 or more"),
    ):
        size.fill(value)
        expect(form.mistake("Size")).to_have_text(mistake)
    # browsers do not hand over what is no number
    form.field("Free").press_sequentially("-")
    expect(form.mistake("Free")).to_have_text("Has to be a number")
    form.field("Free").press_sequentially("2.5")
    expect(form.mistake("Free")).to_have_text("")
    form.fill(Size="0.7", Count="2")
    dialog = form.run()
    expect(dialog.lines).to_have_text(["SC_COUNT=2", "SC_FREE=-2.5", "SC_SIZE=0.7"])


def test_what_only_the_server_sees(menu):
    menu.page.expected_errors.append("status of 400")
    form = menu.ask("Odd pattern")
    form.fill(Word="xyz", Rest="of it")
    expect(form.mistake("Word")).to_have_text("")
    form.submit.click()
    expect(form.mistake("Word")).to_have_text("Has to have the form (?i)ab+")
    expect(form.field("Word")).to_be_focused()
    expect(form.field("Word")).to_have_value("xyz")
    expect(form.field("Rest")).to_have_value("of it")
    expect(form.alert).to_be_hidden()
    form.fill(Word="ABB")
    expect(form.mistake("Word")).to_have_text("")
    dialog = form.run()
    expect(dialog.lines).to_have_text(["SC_REST=of it", "SC_WORD=ABB"])


def test_what_the_definition_says_of_its_arguments(menu):
    menu.page.expected_errors.append("status of 400")
    form = menu.ask("Own words")
    own = "mind the dash, as in frame-1 " + HOSTILE
    expect(form.group("Strip")).to_contain_text("It stands on the plug " + HOSTILE)
    expect(form.field("Plug")).to_have_accessible_description(
        re.compile("On the back.*At most 5 characters", re.S)
    )
    form.fill(Strip="1", Plug="x")
    expect(form.mistake("Strip")).to_have_text(own)
    expect(form.field("Strip")).to_have_accessible_description(re.compile("mind the"))
    form.fill(Strip="")
    expect(form.mistake("Strip")).to_have_text("Is missing")
    # the server's word is the same
    form.fill(Strip="frame-1")
    form.submit.click()
    expect(form.mistake("Plug")).to_have_text("The letters of the plug")
    expect(form.field("Plug")).to_be_focused()


def test_definition_that_was_changed_meanwhile(menu):
    menu.page.expected_errors.append("status of 400")
    problem = {"argument": None, "message": "There is no argument 'word'"}
    menu.page.route(
        "**/systemcommands/api/runs",
        lambda route: route.fulfill(
            status=400, json={"error": problem["message"], "problems": [problem]}
        ),
    )
    form = menu.ask("Odd pattern")
    form.fill(Word="abb")
    with menu.page.expect_response("**/plugin/systemcommands/api/menu"):
        form.submit.click()
    expect(form.alert).to_have_text("There is no argument 'word'")
    expect(form.field("Word")).to_have_value("abb")


def test_refused_by_the_server(menu, operator):
    menu.page.expected_errors.append("status of 409")
    form = menu.ask("Once at a time")
    form.fill(Word="something")
    body = {"source": "custom", "action": "once", "arguments": {"word": "wait"}}
    run = operator.post(RUNS, json=body).json()
    # it is known without asking
    expect(form.alert).to_contain_text("It is running already.")
    form.submit.click()
    expect(form.submit).to_be_enabled()
    expect(form.alert).to_contain_text("It is running already.")
    expect(form.field("Word")).to_have_value("something")
    operator.post(f"{RUNS}/{run['id']}/stop", json={}).raise_for_status()
    operator.wait_for_run(run["id"])
    dialog = form.run()
    expect(dialog.lines).to_have_text(["something"])


def test_closed_before_the_answer(menu):
    held = []
    menu.page.route("**/systemcommands/api/runs", lambda route: held.append(route))
    form = menu.ask("Numbers")
    form.fill(Count="1")
    with menu.page.expect_request("**/systemcommands/api/runs"):
        form.submit.click()
    expect(form.submit).to_be_disabled()
    form.cancel()
    held[0].continue_()
    # as without a form
    menu.expect_notice("Finished", '"Numbers" finished successfully.')
    expect(form.dialog).to_be_hidden()


##~~ Before it runs, and afterwards


def test_question(menu, sent):
    form = menu.ask("Asks as well")
    form.fill(Who="me")
    form.submit.click()
    confirmation = menu.page.locator(".systemcommands-confirm")
    expect(confirmation).to_contain_text("Really?")
    confirmation.get_by_text("Cancel").click()
    expect(confirmation).to_have_count(0)
    expect(form.field("Who")).to_have_value("me")
    expect(form.submit).to_be_focused()
    assert sent == []

    menu.page.keyboard.press("Enter")
    confirmation.get_by_text('Run "Asks as well"').click()
    dialog = RunDialog(menu.page)
    dialog.expect_ended("Succeeded")
    expect(dialog.lines).to_have_text(["SC_WHO=me"])
    # that there is a question of the command's own says nothing about a print
    assert sent == [{"source": "custom", "action": "asks", "arguments": {"who": "me"}}]


def test_output_that_is_not_to_be_shown(menu):
    form = menu.ask("Quiet")
    form.submit.click()
    menu.expect_notice("Finished", '"Quiet" finished successfully.')
    expect(form.dialog).to_be_hidden()


def test_run_again_shows_the_output_that_is_not_to_be_shown(menu):
    form = menu.ask("Quiet")
    form.submit.click()
    menu.expect_notice("Finished", '"Quiet" finished successfully.')
    history = menu.show_history()
    history.button("Run again: Quiet").click()
    form.expect_open("Quiet")
    dialog = form.run().expect_open("Quiet")
    dialog.expect_ended("Succeeded")
    dialog.button("Run again").click()
    form.expect_open("Quiet")
    form.run().expect_ended("Succeeded")


def test_last_values_of_ones_own(menu, operator, admin, upload):
    upload("part.gcode")

    def run(client, **arguments):
        body = {"source": "custom", "action": "light", "arguments": arguments}
        client.post(RUNS, json=body).raise_for_status()

    mine = {"device": "mine-2", "color": "blue", "key": "k", "part": "part.gcode"}
    run(operator, device="old-1", color="f00", key="k")
    run(operator, **mine, level=10, blink=False)
    run(admin, device="other-3", color="f00", key="k", level=20)

    form = menu.ask("Switch the light")
    expect(form.field("Device")).to_have_value("mine-2")
    expect(form.field("Brightness")).to_have_value("10")
    expect(form.field("Color")).to_have_value("blue")
    expect(form.field("Blink")).not_to_be_checked()
    expect(form.field("Part")).to_have_value("part.gcode")
    expect(form.field("Note")).to_have_value("")
    # secrets are not kept
    expect(form.field("Key")).to_have_value("")
    expect(form.root.locator(".error")).to_have_count(0)


def test_last_values_that_are_not_valid_any_more(menu):
    last = {
        "device": "NOT-1",
        "level": 300,
        "color": "green",
        "blink": "yes",
        "key": "***",
        "part": "gone.gcode",
        "note": "still fine",
        "unknown": "x",
    }
    menu.page.route(
        "**/api/runs?*action=light*",
        lambda route: route.fulfill(
            json={"runs": [{"trigger": "menu", "arguments": last}], "next": None}
        ),
    )
    form = menu.ask("Switch the light")
    expect(form.field("Note")).to_have_value("still fine")
    expect(form.field("Device")).to_have_value("")
    expect(form.field("Brightness")).to_have_value("50")
    expect(form.field("Color")).to_have_value("")
    expect(form.field("Part")).to_have_value("")
    expect(form.field("Key")).to_have_value("")
    expect(form.root.locator(".error")).to_have_count(0)


def test_last_values_that_were_empty_while_they_could_be(menu):
    last = {"size": None, "count": 4}
    menu.page.route(
        "**/api/runs?*action=numbers*",
        lambda route: route.fulfill(
            json={"runs": [{"trigger": "menu", "arguments": last}], "next": None}
        ),
    )
    form = menu.ask("Numbers")
    expect(form.field("Count")).to_have_value("4")
    expect(form.field("Size")).to_have_value("0.3")


def test_mask_of_what_was_a_secret_is_no_last_value(menu):
    last = {"note": "***", "blink": "***", "device": "lamp-1"}
    menu.page.route(
        "**/api/runs?*action=light*",
        lambda route: route.fulfill(
            json={"runs": [{"trigger": "menu", "arguments": last}], "next": None}
        ),
    )
    form = menu.ask("Switch the light")
    expect(form.field("Device")).to_have_value("lamp-1")
    expect(form.field("Note")).to_have_value("")
    expect(form.field("Blink")).to_be_checked()


def test_last_values_that_come_late_do_not_get_in_the_way(menu):
    held = []
    menu.page.route("**/api/runs?*action=light*", lambda route: held.append(route))
    with menu.page.expect_request("**/api/runs?*action=light*"):
        form = menu.ask("Switch the light")
    form.fill(Device="typed-1")
    held[0].fulfill(
        json={
            "runs": [
                {"trigger": "menu", "arguments": {"device": "late-2", "note": "late"}}
            ],
            "next": None,
        }
    )
    expect(form.field("Note")).to_have_value("late")
    expect(form.field("Device")).to_have_value("typed-1")


def test_run_again(menu, operator):
    def run(device, level):
        arguments = {"device": device, "level": level, "color": "f00", "key": "k"}
        body = {"source": "custom", "action": "light", "arguments": arguments}
        operator.post(RUNS, json=body).raise_for_status()

    run("first-1", 10)
    run("last-2", 20)
    history = menu.show_history()
    expect(history.rows).to_have_count(2)
    expect(history.rows.nth(1)).to_contain_text(
        "Device: first-1, Brightness: 10, Color: Red, Blink: Yes, Key: ***"
    )
    # its own values, not the last ones
    history.button("Run again: Switch the light").nth(1).click()
    form = ArgumentsForm(menu.page).expect_open("Switch the light")
    expect(form.field("Device")).to_have_value("first-1")
    expect(form.field("Brightness")).to_have_value("10")
    expect(form.field("Key")).to_have_value("")
    form.fill(Device="again-3", Key="s3cret!")
    dialog = form.run()
    dialog.expect_ended("Succeeded")

    dialog.button("Run again").click()
    form.expect_open("Switch the light")
    expect(form.field("Device")).to_be_focused()
    expect(form.field("Device")).to_have_value("again-3")
    form.fill(Device="again-4", Key="s3cret!")
    form.run().expect_ended("Succeeded")
    dialog.close()
    expect(history.rows).to_have_count(4)
    expect(history.rows.nth(0)).to_contain_text("Device: again-4")
    assert "s3cret!" not in menu.page.content()


##~~ Texts of people


def test_hostile_texts_are_only_shown(menu, admin, octoprint):
    # as if OctoPrint had not tidied the name up
    (octoprint.basedir / "uploads" / f"{HOSTILE}.gcode").write_text("G28\n")
    menu.page.route(
        "**/api/files/local?*",
        lambda route: route.fulfill(
            json={"files": [{"type": "machinecode", "path": f"{HOSTILE}.gcode"}]}
        ),
    )
    form = menu.ask(HOSTILE, group="Group " + HOSTILE)
    expect(form.root).to_contain_text(HOSTILE)
    expect(form.field("File").locator("option")).to_have_text(
        ["None", f"{HOSTILE}.gcode"]
    )
    form.field("Pattern").fill("x")
    expect(form.mistake("Pattern")).to_have_text(f"Has to have the form {HOSTILE}")
    form.field("Pattern").fill("")
    form.field("Text " + HOSTILE).fill(HOSTILE)
    form.field("Choice " + HOSTILE).select_option("Label " + HOSTILE)
    form.field("Toggle " + HOSTILE).check()
    form.field("Secret " + HOSTILE).fill("x")
    form.submit.click()
    menu.expect_notice("Finished", HOSTILE)

    history = menu.show_history()
    expect(history.rows.nth(0)).to_contain_text(f"Text {HOSTILE}: {HOSTILE}")
    dialog = history.show(0)
    expect(dialog.given.nth(0)).to_have_text(f"Text {HOSTILE} {HOSTILE}")
    expect(dialog.given.nth(1)).to_have_text(f"Choice {HOSTILE} Label {HOSTILE}")
    # also in what the server has to say about it
    menu.page.expected_errors.append("status of 400")
    menu.page.route(
        "**/systemcommands/api/runs",
        lambda route: route.fulfill(
            status=400,
            json={
                "error": HOSTILE,
                "problems": [
                    {"argument": "text", "message": HOSTILE},
                    {"argument": None, "message": HOSTILE},
                ],
            },
        ),
    )
    dialog.button("Run again").click()
    form.field("Secret " + HOSTILE).fill("x")
    form.submit.click()
    expect(form.alert).to_have_text(HOSTILE)
    expect(form.mistake("Text " + HOSTILE)).to_have_text(HOSTILE)
    assert menu.page.locator("img[src='x']").count() == 0
    assert menu.page.evaluate("window.hacked") is None
