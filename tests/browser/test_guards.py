"""What the printer has against a command, with a virtual one that really prints and heats."""

import re

import pytest
from playwright.sync_api import expect

from harness.button_pages import Switch
from harness.pages import ArgumentsForm, Menu, RunDialog
from harness.waiting import wait_until

RUNS = "/plugin/systemcommands/api/runs"
# long enough for any test; prints are cancelled at the end
GCODE = "G28\n" + "G4 P100\n" * 5000
UNDER_WAY = "A print is under way"
NOT_NOW = "Not during a print"

COMMANDS = [
    {
        "action": "never",
        "name": "Never",
        "command": "true",
        "while_printing": "refuse",
    },
    {
        "action": "asks",
        "name": "Asks",
        "command": "true",
        "while_printing": "confirm",
    },
    {
        "action": "both",
        "name": "Asks anyway",
        "command": "true",
        "confirm": "Really?",
        "while_printing": "confirm",
    },
    {
        "action": "enters",
        "name": "Asks for more",
        "command": "echo $SC_WORD",
        "show_output": "always",
        "while_printing": "confirm",
        "arguments": [{"name": "word", "type": "text", "label": "Word"}],
    },
    {
        "action": "never-enters",
        "name": "Never asks for more",
        "command": "echo $SC_WORD",
        "while_printing": "refuse",
        "arguments": [{"name": "word", "type": "text", "label": "Word"}],
    },
    {
        "action": "power",
        "name": "Power",
        "type": "toggle",
        "on": "true",
        "off": "true",
        "while_printing": "refuse",
        "show_in": ["menu", "sidebar", "navbar"],
    },
    {"action": "free", "name": "Free", "command": "true"},
    {"action": "cool", "name": "Cool", "command": "true", "max_temperature": 60},
]


@pytest.fixture(scope="module")
def printer(octoprint):
    octoprint.connect_virtual_printer()
    return octoprint


def state_of(printer):
    return printer.request("GET", "/api/printer")


@pytest.fixture
def start_print(printer, admin):
    def start():
        admin.post(
            "/api/files/local",
            files={"file": ("long.gcode", GCODE.encode())},
            data={"print": "true"},
        ).raise_for_status()
        wait_until(lambda: state_of(printer)["state"]["flags"]["printing"])

    yield start
    admin.post("/api/job", json={"command": "cancel"})
    wait_until(lambda: state_of(printer)["state"]["flags"]["ready"])


@pytest.fixture
def heat(printer, admin):
    def heat_(target):
        path = "/api/printer/tool"
        admin.post(path, json={"command": "target", "targets": {"tool0": target}})

    yield heat_
    heat_(0)


@pytest.fixture
def menu(printer, operator_page):
    return Menu(operator_page)


@pytest.fixture
def sent(menu):
    """What is sent to start runs, without what is the same for all of them."""
    bodies = []

    def note(request):
        if request.method == "POST" and request.url.endswith("/api/runs"):
            body = request.post_data_json
            assert body.pop("source") == "custom"
            bodies.append(body)

    menu.page.on("request", note)
    return bodies


@pytest.fixture
def confirmation(menu):
    return menu.page.locator(".systemcommands-confirm")


def know_nothing(page):
    """As if the page had not yet heard of what the printer does."""
    page.evaluate(
        """() => {
            const guards = OctoPrint.coreui.viewmodels.systemCommandsPrintStateViewModel;
            guards.fromCurrentData = guards.fromHistoryData = () => {};
            guards.isPrinting(false);
            guards.temperature(undefined);
        }"""
    )


##~~ Prints


@pytest.mark.each_version
def test_refused_during_a_print(menu, sent, start_print, admin):
    menu.open()
    expect(menu.entry("Never")).to_be_visible()
    assert menu.entry("Never").get_attribute("aria-disabled") is None

    start_print()
    entry = menu.refused("Never", NOT_NOW)
    expect(entry).to_be_visible()
    expect(menu.entry("Free")).to_be_enabled()
    expect(menu.entry("Asks")).to_be_enabled()
    # it only looks disabled: force
    entry.click(force=True)
    menu.expect_notice('"Never" was not started', UNDER_WAY)
    # a paused print is one
    admin.post("/api/job", json={"command": "pause", "action": "pause"})
    expect(menu.page.locator("#state_wrapper")).to_contain_text("Paused")
    menu.open()
    expect(entry).to_be_visible()

    admin.post("/api/job", json={"command": "cancel"})
    expect(menu.entry("Never")).to_be_enabled()
    menu.entry("Never").click()
    menu.expect_notice("Finished", '"Never" finished successfully.')
    assert sent == [{"action": "never"}]


def test_refused_by_keyboard(menu, sent, start_print):
    start_print()
    keyboard = menu.page.keyboard
    menu.toggle.focus()
    keyboard.press("Enter")
    expect(menu.refused("Never", NOT_NOW)).to_be_visible()
    keyboard.press("ArrowDown")
    expect(menu.refused("Never", NOT_NOW)).to_be_focused()
    keyboard.press("Enter")
    menu.expect_notice('"Never" was not started', UNDER_WAY)
    expect(menu.toggle).to_be_focused()
    assert sent == []


def test_a_switch_is_refused_where_it_stands(menu, start_print, admin):
    body = {"source": "custom", "action": "power", "to": "on"}
    admin.wait_for_run(
        admin.post("/plugin/systemcommands/api/runs", json=body).json()["id"]
    )
    power = Switch(menu.page, menu, "Power")
    power.expect(True, "On (assumed)")
    start_print()
    expect(power.panel.reason("Power")).to_have_text(NOT_NOW)
    expect(power.in_menu.get_by_text(NOT_NOW)).to_have_count(1)
    icon = power.navbar.button("Power")
    expect(icon).to_have_attribute("title", re.compile(UNDER_WAY))
    expect(icon.locator(".fa-ban")).to_be_visible()
    for button in (power.panel.button("Power"), icon, power.in_menu):
        expect(button).to_have_attribute("aria-disabled", "true")
    # it only looks disabled: force
    power.panel.button("Power").click(force=True)
    menu.expect_notice('"Power → off" was not started', UNDER_WAY)

    admin.post("/api/job", json={"command": "cancel"})
    expect(power.panel.reason("Power")).to_have_count(0)
    power.panel.button("Power").click()
    power.expect(False, "Off (assumed)")


def test_refused_on_a_small_screen(take_page, printer, start_print):
    start_print()
    page = take_page(
        printer.operator, viewport={"width": 360, "height": 740}, has_touch=True
    )
    menu = Menu(page)
    menu.toggle.tap()
    entry = menu.refused("Never", NOT_NOW)
    reason = entry.get_by_text(NOT_NOW)
    expect(reason).to_be_in_viewport()
    box = entry.bounding_box()
    assert box["x"] >= 0
    assert round(box["x"] + box["width"]) <= 360
    entry.tap(force=True)
    menu.expect_notice('"Never" was not started', UNDER_WAY)


@pytest.mark.each_version
def test_asked_during_a_print(menu, sent, start_print, confirmation):
    start_print()
    menu.open()
    expect(menu.refused("Never", NOT_NOW)).to_be_visible()
    menu.entry("Asks").click()
    expect(confirmation).to_contain_text(UNDER_WAY)
    expect(confirmation.get_by_text("Cancel")).to_be_focused()
    confirmation.get_by_text("Cancel").click()
    expect(confirmation).to_have_count(0)
    assert sent == []

    menu.run("Asks")
    confirmation.get_by_text('Run "Asks"').click()
    menu.expect_notice("Finished", '"Asks" finished successfully.')
    assert sent == [{"action": "asks", "confirmed": True}]


def test_two_questions_in_one(menu, sent, start_print, confirmation):
    start_print()
    menu.open()
    expect(menu.refused("Never", NOT_NOW)).to_be_visible()
    menu.entry("Asks anyway").click()
    expect(confirmation).to_contain_text(UNDER_WAY)
    expect(confirmation).to_contain_text("Really?")
    confirmation.get_by_text('Run "Asks anyway"').click()
    menu.expect_notice("Finished", '"Asks anyway" finished successfully.')
    assert sent == [{"action": "both", "confirmed": True}]


def test_nothing_is_said_of_a_print_that_nobody_was_told_of(menu, sent, confirmation):
    menu.run("Asks")
    menu.expect_notice("Finished", '"Asks" finished successfully.')
    menu.run("Asks anyway")
    expect(confirmation).to_contain_text("Really?")
    expect(confirmation).not_to_contain_text("print")
    confirmation.get_by_text('Run "Asks anyway"').click()
    expect(menu.notice.filter(has_text='"Asks anyway" finished')).to_be_visible()
    assert sent == [{"action": "asks"}, {"action": "both"}]


@pytest.mark.own_page
def test_asked_when_only_the_server_knows(menu, sent, start_print, confirmation):
    menu.page.expected_errors.append("status of 409")
    know_nothing(menu.page)
    start_print()
    menu.run("Asks anyway")
    expect(confirmation).to_contain_text("Really?")
    expect(confirmation).not_to_contain_text(UNDER_WAY)
    confirmation.get_by_text('Run "Asks anyway"').click()

    expect(confirmation).to_contain_text(UNDER_WAY)
    expect(confirmation).not_to_contain_text("Really?")
    confirmation.get_by_text('Run "Asks anyway"').click()
    menu.expect_notice("Finished", '"Asks anyway" finished successfully.')
    assert sent == [{"action": "both"}, {"action": "both", "confirmed": True}]


@pytest.mark.own_page
def test_refused_when_only_the_server_knows(menu, start_print):
    menu.page.expected_errors.append("status of 409")
    know_nothing(menu.page)
    start_print()
    menu.run("Never")
    menu.expect_notice('"Never" was not started', "while a print is under way")


def test_with_arguments(menu, sent, start_print, confirmation):
    form = menu.ask("Asks for more")
    form.fill(Word="hello")
    # the print begins while somebody types
    start_print()
    never = menu.root.get_by_role("menuitem", include_hidden=True, disabled=True)
    expect(never).to_have_count(2)
    form.submit.click()
    expect(confirmation).to_contain_text(UNDER_WAY)
    confirmation.get_by_text("Cancel").click()
    expect(confirmation).to_have_count(0)
    expect(form.field("Word")).to_have_value("hello")
    form.submit.click()
    confirmation.get_by_text('Run "Asks for more"').click()
    expect(RunDialog(menu.page).terminal).to_contain_text("hello")
    entered = {"action": "enters", "arguments": {"word": "hello"}}
    assert sent == [{**entered, "confirmed": True}]


def test_form_says_that_it_is_in_vain(menu, start_print):
    menu.page.expected_errors.append("status of 409")
    form = menu.ask("Never asks for more")
    expect(form.alert).to_be_hidden()
    form.fill(Word="hello")
    start_print()
    expect(form.alert).to_contain_text(UNDER_WAY)
    # the server has the last word
    form.submit.click()
    expect(form.alert).to_contain_text("Wait until it has ended")
    expect(form.field("Word")).to_have_value("hello")


def test_run_again_is_refused_as_well(menu, start_print, sent):
    form = menu.ask("Never asks for more")
    form.fill(Word="hello")
    dialog = form.run()
    dialog.expect_ended("Succeeded")
    start_print()
    expect(menu.root.locator("[aria-disabled]")).to_have_count(2)
    dialog.button("Run again").click()
    menu.expect_notice('"Never asks for more" was not started', UNDER_WAY)
    expect(ArgumentsForm(menu.page).root).to_have_count(0)
    dialog.close()
    menu.show_history().button("Run again: Never asks for more").click()
    # it is said once more, but not twice at a time
    expect(menu.notice.filter(has_text="was not started")).to_have_count(1)
    assert len(sent) == 1


##~~ Temperatures


@pytest.mark.each_version
def test_refused_while_hot(menu, sent, heat, printer):
    heat(0)
    menu.open()
    entry = menu.entry("Cool")
    expect(entry).to_be_enabled(timeout=60_000)

    heat(65)
    # by the name that it has, since the temperature is a part of it
    entry = menu.root.get_by_role("menuitem").filter(has_text="Cool")
    expect(entry).to_have_attribute("aria-disabled", "true", timeout=60_000)
    expect(entry).to_contain_text("Too hot: 65 °C, allowed up to 60 °C", timeout=60_000)
    entry.click(force=True)
    menu.expect_notice('"Cool" was not started', "a heater is at 65 °C")
    assert sent == []

    heat(0)
    menu.open()
    expect(entry).not_to_have_attribute("aria-disabled", "true", timeout=120_000)
    entry.click()
    menu.expect_notice("Finished", '"Cool" finished successfully.')
    assert sent == [{"action": "cool"}]


@pytest.mark.own_page
def test_too_hot_when_only_the_server_knows(menu, heat, printer):
    menu.page.expected_errors.append("status of 409")
    know_nothing(menu.page)
    heat(65)
    wait_until(lambda: state_of(printer)["temperature"]["tool0"]["actual"] > 60)
    menu.run("Cool")
    menu.expect_notice('"Cool" was not started', "tool0 is at")
