"""The System menu, with the mouse, by touch and with the keyboard."""

import re
import threading
from pathlib import Path

import pytest
from playwright.sync_api import expect

from harness import chromium
from harness.pages import Menu, RunDialog, reconnect

CORE = [
    "Shutdown system",
    "Reboot system",
    "Restart OctoPrint",
    "Restart OctoPrint in safe mode",
]
HOSTILE = '<img src="x" onerror="window.hacked = true">'

OTHER_PLUGIN = """
def commands():
    return [
        {{"action": "lamp", "name": "Lamp on", "command": "echo x >> {folder}/lamp"}},
        {{
            "action": "safe",
            "name": "Open the safe",
            "command": "echo x >> {folder}/safe",
            "confirm": "<b>Really</b>?",
            "fresh_credentials": True,
        }},
    ]


__plugin_name__ = "Other Plugin"
__plugin_pythoncompat__ = ">=3.9,<4"
__plugin_hooks__ = {{"octoprint.system.additional_commands": commands}}
"""


def commands(folder):
    """What stands in the plugin's settings; runs leave their traces in the folder."""
    return [
        {
            "action": "addresses",
            "name": "Show addresses",
            "description": "Under which addresses this machine can be reached",
            "icon": "network-wired",
            "command": f"echo x >> {folder}/addresses",
        },
        {
            "action": "webcam",
            "name": "Restart webcam",
            "group": "Camera",
            "icon": "camera",
            "confirm": "The stream stops.\nIt <b>starts</b> again.",
            "command": f"echo x >> {folder}/webcam",
        },
        {"action": "divider"},
        {"action": "divider"},
        {
            "action": "background",
            "name": "In the background",
            "async": True,
            "command": f"echo x >> {folder}/background",
        },
        {
            "action": "careless",
            "name": "Careless",
            "ignore": True,
            "command": "false",
        },
        {
            "action": "snapshot",
            "name": "Take snapshot",
            "group": "Camera",
            "command": f"echo x >> {folder}/snapshot",
        },
        {
            "action": "waiting",
            "name": "Waits for the test",
            "group": "Slow ones",
            "command": f"while [ ! -e {folder}/go ]; do sleep 0.05; done",
        },
        {
            "action": "failing",
            "name": "Fails",
            "command": "seq 5000; echo '<b>no</b> relay on GPIO 17' >&2; exit 3",
        },
        {
            "action": "failing-quietly",
            "name": "Fails quietly",
            "show_output": "never",
            "command": "exit 4",
        },
        {"action": "divider"},
        {
            "action": "hostile",
            "name": HOSTILE,
            "description": HOSTILE,
            "group": "<b>Group</b> " + HOSTILE,
            "confirm": HOSTILE,
            "command": f"echo '{HOSTILE}'; exit 1",
        },
        {"action": "divider"},
    ]


@pytest.fixture(scope="module")
def octoprint(make_octoprint, tmp_path_factory):
    folder = tmp_path_factory.mktemp("traces")
    server = make_octoprint(
        {
            "plugins": {"systemcommands": {"commands": commands(folder)}},
            "server": {
                "commands": {
                    "systemShutdownCommand": f"echo x >> {folder}/shutdown",
                    "systemRestartCommand": f"echo x >> {folder}/reboot",
                    "serverRestartCommand": f"echo x >> {folder}/restart",
                }
            },
            "system": {
                "actions": [
                    {"action": "divider"},
                    {
                        "action": "a/b ü?",
                        "name": "From config.yaml",
                        "command": f"echo x >> {folder}/old",
                    },
                ]
            },
        },
        start=False,
        lean=False,
    )
    plugins = server.basedir / "plugins"
    plugins.mkdir()
    (plugins / "other.py").write_text(OTHER_PLUGIN.format(folder=folder))
    server.folder = folder
    server.start()
    yield server
    server.stop()


@pytest.fixture
def traces(octoprint):
    """traces("webcam"): how often the command has run in this test."""
    for path in octoprint.folder.iterdir():
        path.unlink()

    def count(name):
        path = Path(octoprint.folder, name)
        return len(path.read_text().splitlines()) if path.exists() else 0

    return count


@pytest.fixture
def menu(operator_page):
    return Menu(operator_page)


@pytest.fixture
def remembered_page(open_page, octoprint):
    """Logged in with "remember me", so that it also is after a restart."""
    page = open_page()
    chromium.log_in(page, octoprint.operator, remember=True)
    return page


##~~ What is in it

ROWS = [
    *CORE,
    "---",
    "Lamp on",
    "Open the safe",
    "---",
    "Show addresses",
    "Camera",
    "---",
    "In the background",
    "Careless",
    "Slow ones",
    "Fails",
    "Fails quietly",
    "---",
    f"<b>Group</b> {HOSTILE}",
    "---",
    "From config.yaml",
    "---",
    "Recent runs…",
]


@pytest.mark.each_version
def test_entries_are_in_octoprints_order(menu):
    expect(menu.toggle).to_be_visible()
    menu.open().expect_rows(*ROWS)


def test_group_unfolds_where_its_first_entry_stands(menu):
    menu.open()
    group = menu.entry("Camera")
    expect(group).to_have_attribute("aria-expanded", "false")
    group.click()
    expect(group).to_have_attribute("aria-expanded", "true")
    place = ROWS.index("Camera") + 1
    menu.expect_rows(*ROWS[:place], "Restart webcam", "Take snapshot", *ROWS[place:])
    # the menu stays open
    group.click()
    menu.expect_rows(*ROWS)


def test_icon_and_description(menu):
    entry = menu.open().entry("Show addresses")
    expect(entry).to_have_attribute(
        "title", "Under which addresses this machine can be reached"
    )
    expect(entry.locator("i").first).to_have_class(re.compile(r"\bfa-network-wired\b"))


@pytest.mark.each_version
def test_user_without_permission_has_no_menu(user_page):
    expect(user_page.locator("#navbar_login")).to_be_visible()
    menu = Menu(user_page)
    expect(menu.root).to_be_hidden()
    expect(menu.root.locator("li")).to_have_count(0)


@pytest.mark.each_version
def test_menu_appears_with_the_permission(user_page, octoprint, admin):
    menu = Menu(user_page)
    expect(menu.root).to_be_hidden()
    user = {
        "groups": ["users"],
        "permissions": ["SYSTEM"],
        "active": True,
        "admin": False,
    }
    admin.put("/api/access/users/user", json=user).raise_for_status()
    try:
        expect(menu.root).to_be_visible()
        expect(menu.open().entry("Show addresses")).to_be_visible()
    finally:
        user["permissions"] = []
        admin.put("/api/access/users/user", json=user).raise_for_status()
    expect(menu.root).to_be_hidden()


@pytest.mark.each_version
def test_menu_follows_the_definitions(menu, admin):
    menu.open()
    before = admin.get("/api/settings").json()["system"]["actions"]
    added = [*before, {"action": "new", "name": "Added meanwhile", "command": "true"}]
    try:
        menu.entry("Recent runs…").focus()
        admin.post(
            "/api/settings", json={"system": {"actions": added}}
        ).raise_for_status()
        expect(menu.entry("Added meanwhile")).to_be_visible()
        # who uses the keyboard goes on where they were
        expect(menu.entry("Recent runs…")).to_be_focused()
        menu.entry("Added meanwhile").focus()
    finally:
        admin.post(
            "/api/settings", json={"system": {"actions": before}}
        ).raise_for_status()
    expect(menu.entry("Added meanwhile")).to_have_count(0)
    expect(menu.toggle).to_be_focused()


@pytest.mark.each_version
def test_menu_follows_definitions_changed_while_the_server_was_away(
    remembered_page, octoprint
):
    menu = Menu(remembered_page)
    # what OctoPrint's page still has to load is not what this is about
    menu.page.wait_for_load_state("networkidle")
    octoprint.stop()
    config = octoprint.read_config()
    actions = config["system"]["actions"]
    added = {"action": "new", "name": "Added meanwhile", "command": "true"}
    # nothing can be had while it is away, and only some things while it starts
    menu.page.expected_errors += ["Failed to load resource", "WebSocket connection"]
    # OctoPrint sends before its new connection is there
    menu.page.expected_errors.append("The connection has not been established yet")
    octoprint.write_config({**config, "system": {"actions": [*actions, added]}})
    expect(menu.page.locator("#offline_overlay")).to_be_visible(timeout=60_000)
    octoprint.start()
    try:
        reconnect(menu.page)
        expect(menu.open().entry("Added meanwhile")).to_be_visible()
    finally:
        menu.page.close()
        octoprint.stop()
        octoprint.write_config(config)
        octoprint.start()


def test_other_entries_stay_when_the_plugin_does_not_answer(open_page, octoprint, traces):
    page = open_page()
    page.expected_errors.append("500")
    page.route(
        "**/plugin/systemcommands/api/menu", lambda route: route.fulfill(status=500)
    )
    chromium.log_in(page, octoprint.operator)
    menu = Menu(page)
    menu.open()
    # that they are in no group shows that they come from OctoPrint's answer
    expect(menu.entry("Lamp on")).to_be_visible()
    for name in CORE:
        expect(menu.entry(name)).to_be_visible()
    menu.entry("Take snapshot").click()
    menu.expect_notice("Accepted", "Take snapshot")
    assert traces("snapshot") == 1


@pytest.mark.parametrize(
    ("late", "early"),
    [
        ("/api/system/commands", "/plugin/systemcommands/api/menu"),
        ("/plugin/systemcommands/api/menu", "/api/system/commands"),
    ],
)
def test_no_entry_is_shown_before_those_above_it(open_page, octoprint, late, early):
    page = open_page()
    # the time after which it does without the other answer does not pass
    page.add_init_script(
        """(() => {
            const setTimeout = window.setTimeout;
            window.setTimeout = (callback, delay, ...rest) =>
                setTimeout(callback, delay === 3000 ? 600000 : delay, ...rest);
        })();"""
    )
    held = []
    page.route(octoprint.url + late, lambda route: held.append(route))
    with (
        page.expect_response(octoprint.url + early),
        page.expect_request(octoprint.url + late),
    ):
        chromium.enter(page, octoprint.operator)
    # the one answer has been taken in
    page.wait_for_function(
        "() => OctoPrint.coreui.viewmodels.systemViewModel.lastCommandResponse"
        " || OctoPrint.coreui.viewmodels.systemCommandsCatalogueViewModel.isAnswered()"
    )
    menu = Menu(page)
    expect(menu.root).to_be_hidden()
    for route in held:
        route.continue_()
    page.unroute(octoprint.url + late)
    menu.open().expect_rows(*ROWS)


@pytest.mark.each_version
def test_a_login_in_the_page_shows_all_entries_at_once(open_page, octoprint, admin):
    guests = {"permissions": ["STATUS", "SETTINGS_READ"], "subgroups": []}
    before = admin.get("/api/access/groups/guests").json()
    admin.put("/api/access/groups/guests", json=guests).raise_for_status()
    try:
        page = open_page()
        page.goto("/")
        page.wait_for_selector("#login_user", state="attached")
        menu = Menu(page)
        expect(menu.root).to_be_hidden()

        held = []
        path = octoprint.url + "/plugin/systemcommands/api/menu"
        page.route(path, lambda route: held.append(route))
        page.click("#navbar_login > a")
        page.fill("#login_user", octoprint.operator.name)
        page.fill("#login_pass", octoprint.operator.password)
        core = octoprint.url + "/api/system/commands"
        with page.expect_response(core), page.expect_request(path):
            page.click("#login_button")
        expect(page.locator("#navbar_login")).to_contain_text("operator")
        expect(menu.root).to_be_hidden()
        for route in held:
            route.continue_()
        page.unroute(path)
        menu.open().expect_rows(*ROWS)
    finally:
        admin.put("/api/access/groups/guests", json=before).raise_for_status()


def test_own_entries_are_shown_when_octoprint_does_not_answer(open_page, octoprint):
    page = open_page()
    page.expected_errors.append("500")
    page.route(
        octoprint.url + "/api/system/commands", lambda route: route.fulfill(status=500)
    )
    chromium.enter(page, octoprint.operator)
    menu = Menu(page)
    expect(menu.open().entry("Show addresses")).to_be_visible()
    expect(menu.entry("Camera")).to_be_visible()
    expect(menu.entry(CORE[0])).to_have_count(0)


##~~ Running


@pytest.mark.each_version
def test_success(menu, traces):
    menu.run("Show addresses")
    menu.expect_notice("Finished", '"Show addresses" finished successfully.')
    assert traces("addresses") == 1


def test_started_in_the_background(menu):
    # it has its own end all the same
    menu.run("In the background")
    menu.expect_notice("Finished", '"In the background" finished successfully.')


def test_ignored_return_code(menu):
    menu.run("Careless")
    menu.expect_notice("Finished", "Its return code is ignored.")


def test_action_with_odd_characters(menu, traces):
    menu.run("From config.yaml")
    menu.expect_notice("Finished", "From config.yaml")
    assert traces("old") == 1


def test_failure_shows_its_output(menu):
    menu.run("Fails")
    dialog = RunDialog(menu.page).expect_open("Fails")
    dialog.expect_ended("Failed (exit code 3)")
    expect(dialog.lines.last).to_have_text("<b>no</b> relay on GPIO 17")
    # the end is what is in view
    expect(dialog.lines.last).to_be_in_viewport()


def test_notice_of_a_failure_stays(menu):
    menu.run("Fails quietly")
    menu.expect_notice('"Fails quietly" failed', "Failed (exit code 4).")
    # it stays when others come and go by themselves
    menu.run("Show addresses")
    success = menu.notice.filter(has_text="finished successfully")
    expect(success).to_be_visible()
    expect(success).to_have_count(0, timeout=20_000)
    expect(menu.notice).to_be_visible()
    close = menu.notice.get_by_role("button", name="Close")
    close.focus()
    close.press("Enter")
    expect(menu.notice).to_have_count(0)


def test_spinners_while_it_runs(menu, octoprint, traces):
    name = "Waits for the test"
    expect(menu.spinner).to_have_count(0)
    menu.run(name, group="Slow ones")
    expect(menu.spinner).to_be_visible()
    menu.open()
    expect(menu.running(name).locator(".fa-spinner")).to_be_visible()
    expect(menu.running(name).locator(".badge")).to_be_hidden()

    # a second run beside the first one
    menu.entry(name).click()
    menu.open()
    expect(menu.running(name).locator(".badge")).to_have_text("2")

    # nothing gets lost when the group is folded
    group = menu.entry("Slow ones")
    expect(group.locator(".fa-spinner")).to_be_hidden()
    group.click()
    expect(group.locator(".fa-spinner")).to_be_visible()

    (octoprint.folder / "go").touch()
    expect(menu.spinner).to_have_count(0)
    expect(group.locator(".fa-spinner")).to_be_hidden()
    expect(menu.notice.filter(has_text="finished successfully")).to_have_count(2)


def test_spinner_for_what_was_started_elsewhere(menu, octoprint, operator, traces):
    answers = []

    def post():
        path = "/api/system/commands/custom/waiting"
        answers.append(operator.post(path).status_code)

    thread = threading.Thread(target=post)
    thread.start()
    try:
        expect(menu.spinner).to_be_visible()
    finally:
        (octoprint.folder / "go").touch()
        thread.join()
    expect(menu.spinner).to_have_count(0)
    assert answers == [204]
    # nobody here has asked for it
    menu.wait_until_all_is_said()
    expect(menu.notice).to_have_count(0)


def test_many_at_once_do_not_block_the_page(menu, octoprint, traces):
    """A browser has six connections to a server, and none of them is used for waiting."""
    for _ in range(8):
        menu.run("Waits for the test", group="Slow ones")
    menu.open()
    expect(menu.running("Waits for the test").locator(".badge")).to_have_text("8")
    menu.toggle.click()
    menu.run("Show addresses")
    expect(menu.notice.filter(has_text='"Show addresses" finished')).to_be_visible()
    (octoprint.folder / "go").touch()
    expect(menu.spinner).to_have_count(0)


@pytest.mark.parametrize(
    ("answer", "title", "text"),
    [
        (
            {"status": 503, "json": {"error": "Busy", "code": "overloaded"}},
            "Too many commands at once",
            "again",
        ),
        ({"status": 403, "json": {"error": "No"}}, "Not allowed", "Log in again"),
        (
            {"status": 409, "json": {"error": "Too hot"}},
            '"Show addresses" was not started',
            "Too hot",
        ),
        (
            {"status": 500, "json": {"error": "No command"}},
            '"Show addresses" failed',
            "No command",
        ),
        (
            {"status": 502, "body": "<html>nginx</html>"},
            '"Show addresses" failed',
            "could not be reached (502 Bad Gateway)",
        ),
        (None, "Connection lost", "Check this before you run it again."),
    ],
)
def test_answers_of_a_server_in_trouble(menu, answer, title, text):
    menu.page.expected_errors.append("Failed to load resource")
    menu.page.route(
        "**/systemcommands/api/runs",
        lambda route: route.fulfill(**answer) if answer else route.abort(),
    )
    menu.run("Show addresses")
    menu.expect_notice(title, text)


def test_command_that_vanished(menu):
    menu.page.expected_errors.append("404")
    path = "/plugin/systemcommands/api/menu"
    menu.page.route(
        "**/systemcommands/api/runs",
        lambda route: route.fulfill(status=404, json={"error": "Unknown"}),
    )
    menu.open()
    with menu.page.expect_response(f"**{path}"):
        menu.entry("Show addresses").click()
    menu.expect_notice("Not found", "does not exist any more and was not run")


##~~ Confirmation


def test_confirmed(menu, traces):
    menu.run("Restart webcam", group="Camera")
    expect(menu.dialog.locator("h3")).to_have_text("Restart webcam")
    # the command's own question, and none beside it
    paragraph = menu.dialog.locator(".modal-body p")
    assert paragraph.inner_text() == "The stream stops.\nIt <b>starts</b> again."
    assert traces("webcam") == 0
    menu.dialog.locator(".btn", has_text='Run "Restart webcam"').dblclick()
    menu.expect_notice("Finished", "Restart webcam")
    assert traces("webcam") == 1


@pytest.mark.parametrize("how", ["Cancel", "×", "Escape"])
def test_not_confirmed(menu, traces, how):
    requests = []
    menu.page.on("request", lambda request: requests.append(request))
    menu.run("Restart webcam", group="Camera")
    expect(menu.dialog).to_be_visible()
    if how == "Escape":
        menu.page.keyboard.press("Escape")
    else:
        menu.dialog.get_by_text(how, exact=True).click()
    expect(menu.dialog).to_have_count(0)

    # what comes after it in the same page is through, so this would be as well
    menu.run("Show addresses")
    menu.expect_notice("Finished", "Show addresses")
    assert traces("webcam") == 0
    posted = [request for request in requests if request.method == "POST"]
    assert [request.post_data_json["action"] for request in posted] == ["addresses"]


@pytest.mark.each_version
def test_core_command_keeps_its_emphasis(menu, traces):
    menu.run("Restart OctoPrint")
    expect(menu.dialog.locator("strong")).to_contain_text("restart the OctoPrint server")
    expect(menu.dialog).not_to_contain_text("<strong>")
    menu.dialog.locator(".btn", has_text="Restart OctoPrint").click()
    menu.expect_notice("Started", "Restart OctoPrint")


@pytest.mark.each_version
def test_core_command_that_takes_the_connection_with_it(menu):
    menu.page.expected_errors.append("Failed to load resource")
    menu.page.route("**/commands/core/restart", lambda route: route.abort())
    menu.run("Restart OctoPrint")
    menu.dialog.locator(".btn", has_text="Restart OctoPrint").click()
    menu.expect_notice("Started", "Restart OctoPrint")


def test_hostile_texts_are_only_shown(menu):
    menu.open()
    group = menu.entry(f"<b>Group</b> {HOSTILE}")
    group.click()
    entry = menu.entry(HOSTILE)
    expect(entry).to_have_attribute("title", HOSTILE)
    entry.click()
    expect(menu.dialog.locator("h3")).to_have_text(HOSTILE)
    expect(menu.dialog.locator(".modal-body")).to_contain_text(HOSTILE)
    menu.dialog.locator(".btn-danger").click()
    dialog = RunDialog(menu.page).expect_open(HOSTILE)
    expect(dialog.lines).to_have_text([HOSTILE])
    assert menu.page.locator("img[src='x']").count() == 0
    assert menu.page.evaluate("window.hacked") is None


##~~ Other plugins' entries


@pytest.mark.each_version
def test_entry_of_another_plugin(menu, traces):
    menu.run("Lamp on")
    menu.expect_notice("Accepted", '"Lamp on"')
    assert traces("lamp") == 1


@pytest.mark.each_version
def test_entry_of_another_plugin_that_asks_for_the_password(
    remembered_page, octoprint, traces
):
    page = remembered_page
    chromium.reopen(page)
    menu = Menu(page)
    menu.run("Open the safe")
    expect(menu.dialog.locator(".modal-body p").first).to_have_text("<b>Really</b>?")
    menu.dialog.locator(".btn-danger").click()

    password = page.locator("#reauthenticate_dialog input[type=password]")
    expect(password).to_be_focused()
    assert traces("safe") == 0
    password.fill(octoprint.operator.password)
    password.press("Enter")
    menu.expect_notice("Accepted", "Open the safe")
    assert traces("safe") == 1


##~~ Other ways to use it


@pytest.mark.each_version
def test_keyboard_alone(menu, traces):
    keyboard = menu.page.keyboard

    def focused():
        return menu.page.evaluate("document.activeElement.innerText.trim()")

    # the plugin's answer is there
    expect(menu.root.get_by_text("Camera")).to_have_count(1)
    menu.toggle.focus()
    keyboard.press("Enter")
    keyboard.press("ArrowDown")
    assert focused() == CORE[0]
    keyboard.press("End")
    assert focused() == "Recent runs…"
    keyboard.press("Home")
    assert focused() == CORE[0]
    while focused() != "Camera":
        keyboard.press("ArrowDown")
    # the members of a folded group are left out
    keyboard.press("ArrowDown")
    assert focused() == "In the background"
    keyboard.press("ArrowUp")
    keyboard.press("Enter")
    keyboard.press("ArrowDown")
    assert focused() == "Restart webcam"
    keyboard.press("ArrowLeft")
    assert focused() == "Camera"
    expect(menu.entry("Restart webcam")).to_be_hidden()
    keyboard.press("ArrowRight")
    keyboard.press("ArrowDown")
    keyboard.press("Enter")

    # what does no harm has the focus first
    dialog = menu.page.get_by_role("dialog", name="Restart webcam")
    expect(dialog.get_by_role("link", name="Cancel")).to_be_focused()
    keyboard.press("Escape")
    expect(menu.dialog).to_have_count(0)
    expect(menu.toggle).to_be_focused()

    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    while focused() != "Show addresses":
        keyboard.press("ArrowDown")
    keyboard.press("Space")
    menu.expect_notice("Finished", "Show addresses")
    assert traces("addresses") == 1
    assert traces("webcam") == 0

    keyboard.press("Enter")
    keyboard.press("ArrowDown")
    while focused() != "Restart webcam":
        keyboard.press("ArrowDown")
    keyboard.press("Enter")
    expect(dialog.get_by_role("link", name="Cancel")).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(menu.notice.filter(has_text='"Restart webcam" finished')).to_be_visible()
    assert traces("webcam") == 1

    menu.toggle.focus()
    keyboard.press("Enter")
    expect(menu.entry("Fails")).to_be_visible()
    keyboard.press("Escape")
    expect(menu.entry("Fails")).to_be_hidden()
    expect(menu.toggle).to_be_focused()


@pytest.mark.each_version
def test_touch_on_a_small_screen(open_page, octoprint, traces):
    page = open_page(
        octoprint.operator, viewport={"width": 360, "height": 740}, has_touch=True
    )
    menu = Menu(page)
    menu.toggle.tap()
    menu.entry("Camera").tap()
    entry = menu.entry("Take snapshot")
    box = menu.root.locator("> ul").bounding_box()
    assert box["x"] >= 0
    # browsers count in parts of pixels
    assert round(box["x"] + box["width"]) <= 360
    entry.tap()
    menu.expect_notice("Finished", "Take snapshot")
    assert traces("snapshot") == 1
    box = menu.notice.bounding_box()
    assert box["x"] >= 0
    # browsers count in parts of pixels
    assert round(box["x"] + box["width"]) <= 360


@pytest.mark.each_version
def test_german(open_page, octoprint):
    page = open_page(octoprint.operator, locale="de-DE")
    menu = Menu(page)
    menu.run("Restart webcam", group="Camera")
    menu.dialog.get_by_text("„Restart webcam“ ausführen").click()
    menu.expect_notice("Beendet", "„Restart webcam“ wurde erfolgreich beendet.")
    menu.run("Fails quietly")
    expect(
        menu.notice.filter(has_text="„Fails quietly“ ist fehlgeschlagen")
    ).to_contain_text("Fehlgeschlagen (Exit-Code 4).")
