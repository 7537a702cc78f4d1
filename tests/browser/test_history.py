"""The list of recent runs."""

import functools
import re

import pytest
from playwright.sync_api import expect

from harness.pages import History, Menu, RunDialog

RUNS = "/plugin/systemcommands/api/runs"

COMMANDS = [
    {"action": "hello", "name": "Say hello", "command": "echo hello"},
    {
        "action": "fails",
        "name": "Fails",
        "show_output": "never",
        "command": "echo oh no >&2; exit 3",
    },
    {"action": "waits", "name": "Waits", "command": "sleep 60"},
    {
        "action": "asks",
        "name": "Asks first",
        "confirm": "Really?",
        "command": "echo asked",
    },
    {"action": "<b>odd</b>/ü", "name": "<b>Odd</b>", "command": "true"},
]
# the runs are the admin's, and the operator looks at them
SETTINGS = {"plugins": {"systemcommands": {"history": {"visible_to_all": True}}}}


@pytest.fixture(autouse=True)
def start(admin):
    """start("hello"): a run, when it has ended; start("waits", end=False) when it runs.

    The history is empty at the beginning of each test, and nothing runs at its end.
    """

    def start_(action, end=True):
        response = admin.post(RUNS, json={"source": "custom", "action": action})
        response.raise_for_status()
        run = response.json()
        return admin.wait_for_run(run["id"]) if end else run

    admin.delete(RUNS).raise_for_status()
    yield start_
    for run in admin.get(f"{RUNS}?status=queued,starting,running").json()["runs"]:
        admin.post(f"{RUNS}/{run['id']}/stop", json={}).raise_for_status()
        admin.wait_for_run(run["id"])


@pytest.fixture
def menu(operator_page):
    return Menu(operator_page)


def test_nothing_yet(menu):
    history = menu.show_history()
    expect(history.rows).to_have_count(0)
    expect(history.root).to_contain_text("Nothing has been run yet.")
    expect(history.button("Clear…")).to_be_disabled()


@pytest.mark.each_version
def test_what_is_told_of_a_run(menu, start):
    start("hello")
    start("fails")
    history = menu.show_history()
    history.expect_names("Fails", "Say hello")
    failed, hello = history.rows.nth(0), history.rows.nth(1)
    expect(failed).to_contain_text("Failed")
    for text in ("Succeeded", "a few seconds ago", "admin", " s", "6.0B"):
        expect(hello).to_contain_text(text)
    expect(hello.get_by_title(re.compile("20[0-9]{2}"))).to_have_text("a few seconds ago")


def test_by_whom_and_from_where(menu, admin, octoprint):
    app = admin.post(
        "/api/plugin/appkeys", json={"command": "generate", "app": "<b>OctoApp</b>"}
    )
    key = {"X-Api-Key": app.json()["api_key"]}
    admin.post(
        RUNS, json={"source": "custom", "action": "hello"}, headers=key
    ).raise_for_status()
    menu.run("Say hello")
    menu.expect_notice("Finished", "Say hello")

    history = menu.show_history()
    by = history.rows.locator(".systemcommands-who")
    expect(by).to_have_text(
        ["operator System menu, 127.0.0.1", "admin API (<b>OctoApp</b>), 127.0.0.1"]
    )
    dialog = history.show(1)
    expect(dialog.root).to_contain_text("admin, API (<b>OctoApp</b>), 127.0.0.1, ")


def test_filter_by_user(menu, start, operator):
    start("hello")
    history = menu.show_history()
    expect(history.rows).to_have_count(1)
    # where there is one user only, there is nothing to choose
    expect(history.user).to_be_hidden()
    operator.post(RUNS, json={"source": "custom", "action": "hello"}).raise_for_status()
    expect(history.rows).to_have_count(2)
    expect(history.user.locator("option")).to_have_text(
        ["All users", "admin", "operator"]
    )
    history.user.select_option("operator")
    expect(history.rows).to_have_count(1)
    expect(history.rows.first).to_contain_text("operator")
    start("hello")
    history.status.select_option("Succeeded")
    expect(history.rows).to_have_count(1)
    expect(history.rows.first).to_contain_text("operator")
    history.close()
    menu.show_history()
    expect(history.rows).to_have_count(3)


def test_open_a_run(menu, start):
    start("hello")
    history = menu.show_history()
    dialog = history.show(0)
    expect(dialog.title).to_have_text("Say hello")
    expect(dialog.lines).to_have_text(["hello"])
    dialog.close()
    # back where one was
    expect(history.root).to_be_visible()
    expect(history.rows.nth(0).locator(".systemcommands-name button")).to_be_focused()
    history.close()
    expect(menu.toggle).to_be_focused()


@pytest.mark.each_version
def test_follows_what_happens(menu, admin, start):
    history = menu.show_history()
    run = start("waits", end=False)
    expect(history.rows).to_have_count(1)
    expect(history.rows.nth(0)).to_contain_text("Running")
    expect(history.rows.nth(0)).to_contain_text(re.compile(r"[1-9] s"))
    start("hello")
    history.expect_names("Say hello", "Waits")
    # what has the focus keeps it
    button = history.rows.nth(1).locator(".systemcommands-name button")
    button.focus()
    admin.post(f"{RUNS}/{run['id']}/stop", json={}).raise_for_status()
    expect(history.rows.nth(1)).to_contain_text("Stopped")
    expect(button).to_be_focused()
    admin.delete(RUNS).raise_for_status()
    expect(history.rows).to_have_count(0)


def test_filter(menu, start):
    start("hello")
    start("fails")
    start("hello")
    history = menu.show_history()
    expect(history.rows).to_have_count(3)
    history.status.select_option("Failed")
    history.expect_names("Fails")
    history.command.select_option("Say hello")
    expect(history.rows).to_have_count(0)
    expect(history.root).to_contain_text("No run matches the filter.")
    history.status.select_option("All")
    expect(history.rows).to_have_count(2)
    start("fails")
    start("hello")
    history.expect_names(*["Say hello"] * 3)
    # the next time it is all of them again
    history.close()
    menu.show_history()
    expect(history.rows).to_have_count(5)


def test_odd_names_and_actions(menu, start):
    start("<b>odd</b>/ü")
    start("hello")
    history = menu.show_history()
    history.command.select_option("<b>Odd</b>")
    history.expect_names("<b>Odd</b>")


def test_older_ones(menu, start):
    for _ in range(60):
        start("hello")
    history = menu.show_history()
    expect(history.rows).to_have_count(50)
    history.more.click()
    expect(history.rows).to_have_count(60)
    expect(history.more).to_be_hidden()
    # news do not take the older ones away
    start("fails")
    history.expect_names("Fails", *["Say hello"] * 60)


def test_news_make_it_no_longer(menu, start):
    for _ in range(55):
        start("hello")
    history = menu.show_history()
    expect(history.rows).to_have_count(50)
    for _ in range(3):
        start("fails")
    history.expect_names(*["Fails"] * 3, *["Say hello"] * 47)
    # and none is missing where it ends
    history.more.focus()
    menu.page.keyboard.press("Enter")
    history.expect_names(*["Fails"] * 3, *["Say hello"] * 55)
    expect(history.more).to_be_hidden()
    first = history.rows.nth(50).locator(".systemcommands-name button")
    expect(first).to_be_focused()


def test_run_again_what_is_there_no_more(menu, start):
    start("hello")
    page = menu.page
    page.expected_errors.append("404")
    page.route(
        "**/systemcommands/api/runs",
        lambda route: route.fulfill(status=404, json={"error": "Unknown"}),
    )
    history = menu.show_history()
    with page.expect_response("**/plugin/systemcommands/api/menu"):
        history.button("Run again: Say hello").click()
    menu.expect_notice("Not found", "The menu has been refreshed.")


def test_run_again(menu, start):
    start("hello")
    history = menu.show_history()
    history.button("Run again: Say hello").click()
    dialog = RunDialog(menu.page).expect_open("Say hello")
    dialog.expect_ended("Succeeded")
    dialog.close()
    expect(history.rows).to_have_count(2)


def test_run_again_asks_as_the_menu_does(menu, start):
    start("asks")
    history = menu.show_history()
    history.button("Run again: Asks first").click()
    confirmation = menu.page.locator(".systemcommands-confirm")
    confirmation.get_by_text("Cancel").click()
    expect(confirmation).to_have_count(0)
    # one that was started by then would be there as well
    start("hello")
    history.expect_names("Say hello", "Asks first")


@pytest.mark.parametrize("width", [1280, 360])
def test_stop(take_page, octoprint, admin, start, width):
    start("fails")
    start("hello")
    first, second = start("waits", end=False), start("waits", end=False)
    page = take_page(octoprint.operator, viewport={"width": width, "height": 740})
    history = Menu(page).show_history()
    expect(history.rows.locator(".systemcommands-status")).to_have_text(
        ["Running", "Running", "Succeeded", "Failed (exit code 3)"]
    )
    stop = history.button("Stop: Waits")
    expect(stop).to_have_count(2)
    expect(history.button("Stop: Fails")).to_be_hidden()
    for button in (stop.nth(1), history.button("Run again: Waits").nth(1)):
        expect(button).to_be_in_viewport(ratio=1)
        box = button.bounding_box()
        assert round(box["x"] + box["width"]) <= width

    stop.nth(1).press("Enter")
    expect(history.rows.nth(1)).to_contain_text("Stopped")
    expect(stop).to_have_count(1)
    # what is left of the row has the keyboard
    expect(history.rows.nth(1).locator(".systemcommands-name button")).to_be_focused()
    assert admin.get(f"{RUNS}/{first['id']}").json()["stopped_by"] == "operator"
    assert admin.get(f"{RUNS}/{second['id']}").json()["status"] == "running"


def test_stop_what_has_ended_or_cannot_be_reached(menu, start):
    page = menu.page
    page.expected_errors += ["409", "503"]
    start("waits", end=False)
    history = menu.show_history()
    for status, error in ((409, ""), (503, "The server does not answer.")):
        answer = functools.partial(pretend, status)
        page.route("**/stop", answer, times=1)
        history.button("Stop: Waits").click()
        expect(history.root.locator(".alert-error")).to_have_text(error)
        expect(history.button("Stop: Waits")).to_have_attribute("aria-disabled", "false")
    # the list that comes after that has nothing to say about it
    start("hello")
    expect(history.rows).to_have_count(2)
    expect(history.root.locator(".alert-error")).to_have_text(error)


def pretend(status, route):
    route.fulfill(status=status)


def test_clear(menu, admin, start):
    start("hello")
    start("waits", end=False)
    history = menu.show_history()
    expect(history.rows).to_have_count(2)
    history.button("Clear…").click()
    confirmation = menu.page.locator(".modal:visible").filter(
        has_text="will be forgotten"
    )
    expect(confirmation.locator("p")).to_have_count(1)
    expect(confirmation.get_by_role("link", name="Cancel")).to_be_focused()
    confirmation.locator(".btn-danger").click()
    history.expect_names("Waits")
    expect(history.button("Clear…")).to_be_disabled()
    expect(history.status).to_be_focused()
    assert len(admin.get(RUNS).json()["runs"]) == 1


def test_warning(menu):
    menu.page.route(
        "**/api/runs?*",
        lambda route: route.fulfill(
            json={"runs": [], "next": None, "warning": "The disk is full."}
        ),
    )
    history = menu.show_history()
    expect(history.root.get_by_text("The disk is full.")).to_be_visible()


def test_server_that_does_not_answer(menu):
    menu.page.expected_errors.append("Failed to load resource")
    menu.page.route("**/api/runs?*", lambda route: route.abort())
    menu.open()
    menu.entry("Recent runs…").click()
    history = History(menu.page)
    expect(history.root).to_contain_text("The server does not answer.")


def test_keyboard_alone(menu, start):
    start("hello")
    keyboard = menu.page.keyboard
    menu.toggle.focus()
    keyboard.press("Enter")
    keyboard.press("ArrowDown")
    keyboard.press("End")
    keyboard.press("Enter")
    history = History(menu.page).expect_open()
    expect(history.status).to_be_focused()
    keyboard.press("Tab")
    expect(history.command).to_be_focused()
    keyboard.press("Tab")
    # Chromium's shell allows none
    if history.notifications.is_enabled():
        expect(history.notifications).to_be_focused()
        keyboard.press("Tab")
    keyboard.press("Enter")
    RunDialog(menu.page).expect_open("Say hello")
    keyboard.press("Escape")
    keyboard.press("Escape")
    expect(history.root).to_be_hidden()
    expect(menu.toggle).to_be_focused()


def test_small_screen(take_page, octoprint, start):
    start("hello")
    start("fails")
    page = take_page(
        octoprint.operator, viewport={"width": 360, "height": 740}, has_touch=True
    )
    menu, history = Menu(page), History(page)
    menu.toggle.tap()
    menu.entry("Recent runs…").tap()
    history.expect_open()
    expect(history.rows).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    who = history.rows.nth(0).locator(".systemcommands-who")
    for element in (history.root, history.rows.nth(0), history.command, who):
        box = element.bounding_box()
        assert box["x"] >= 0
        assert round(box["x"] + box["width"]) <= 360
    history.button("Run again: Say hello").tap()
    RunDialog(page).expect_open("Say hello")


@pytest.mark.each_version
def test_settings(admin_page, admin):
    page = admin_page
    page.locator("#navbar_show_settings").click()
    page.locator("#settings_plugin_systemcommands_link a").click()
    days = page.get_by_label("Keep for")
    expect(page.get_by_label("Keep at most")).to_have_value("200")
    expect(days).to_have_value("30")
    days.fill("7")
    page.get_by_role("button", name="Recent runs…").click()
    history = History(page).expect_open()
    history.close()
    page.locator("#settings_dialog > .modal-footer .btn-primary").click()
    expect(page.locator("#settings_dialog")).to_be_hidden()
    settings = admin.get("/api/settings").json()["plugins"]["systemcommands"]
    assert int(settings["history"]["max_days"]) == 7


def test_german(take_page, octoprint, start):
    start("hello")
    page = take_page(octoprint.operator, locale="de-DE")
    menu, history = Menu(page), History(page)
    menu.open()
    menu.entry("Letzte Ausführungen…").click()
    history.expect_open()
    expect(history.rows.nth(0)).to_contain_text("Erfolgreich")
    expect(history.root).to_contain_text("Löschen…")
