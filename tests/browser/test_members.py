"""The page of users who may run some commands by their groups, without SYSTEM."""

import re

import pytest
from playwright.sync_api import expect

from harness import chromium as chromium
from harness.http_clients import ApiClient
from harness.octoprint_server import User
from harness.pages import ArgumentsForm, Menu, RunDialog

API = "/plugin/systemcommands/api"
RUNS = f"{API}/runs"
SHOW = "env | grep ^SC_ | sort"

COMMANDS = [
    {"action": "secret", "name": "Not for them", "command": "true"},
    {"action": "divider"},
    {
        "action": "lamp",
        "name": "Lamp",
        "group": "Room",
        "command": "echo on",
        "groups": ["kids"],
    },
    {
        "action": "waits",
        "name": "Waits",
        "command": "echo started; sleep 60",
        "groups": ["kids"],
    },
    {
        "action": "chatty",
        "name": "Chatty",
        "command": "while :; do date; sleep 0.1; done",
    },
    {
        "action": "guarded",
        "name": "Guarded",
        "command": SHOW,
        "groups": ["kids"],
        "fresh_credentials": True,
        "show_output": "always",
        "arguments": [
            {"name": "word", "type": "text", "label": "Word"},
            {"name": "part", "type": "file", "label": "Part", "required": False},
        ],
    },
]
CONFIG = {"server": {"commands": {"serverRestartCommand": "true"}}}

OTHER_PLUGIN = """
def commands():
    return [{"action": "lamp", "name": "Lamp of another plugin", "command": "true"}]


__plugin_name__ = "Other Plugin"
__plugin_pythoncompat__ = ">=3.9,<4"
__plugin_hooks__ = {"octoprint.system.additional_commands": commands}
"""


def post(admin, path, **data):
    response = admin.post(path, json=data)
    assert response.ok, response.text
    return response.json()


@pytest.fixture(scope="module")
def octoprint(make_octoprint):
    server = make_octoprint(
        {**CONFIG, "plugins": {"systemcommands": {"commands": COMMANDS}}}, start=False
    )
    plugins = server.basedir / "plugins"
    plugins.mkdir()
    (plugins / "other.py").write_text(OTHER_PLUGIN)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def accounts(octoprint):
    """Users by name: `kid` is one of the kids, `guest` may only look, `auditor` sees all
    runs."""
    watching = ["STATUS", "SETTINGS_READ"]
    groups = {
        "kids": watching,
        "visitors": watching,
        "auditors": [*watching, "PLUGIN_SYSTEMCOMMANDS_HISTORY"],
    }
    with ApiClient(octoprint.url, octoprint.admin) as admin:
        for key, permissions in groups.items():
            post(
                admin,
                "/api/access/groups",
                key=key,
                name=key.title(),
                description="",
                permissions=permissions,
                subgroups=[],
                default=False,
            )
        users = {}
        for name, group in (
            ("kid", "kids"),
            ("guest", "visitors"),
            ("auditor", "auditors"),
        ):
            user = User(name)
            post(
                admin,
                "/api/access/users",
                name=name,
                password=user.password,
                active=True,
                groups=[group],
                permissions=[],
            )
            key = post(admin, f"/api/access/users/{name}/apikey")["apikey"]
            users[name] = User(name, api_key=key)
    return users


@pytest.fixture(autouse=True)
def no_runs(admin):
    """At the beginning of each test there are none, and nothing goes on at its end."""
    admin.delete(RUNS).raise_for_status()
    yield
    for run in admin.get(f"{RUNS}?status=queued,starting,running").json()["runs"]:
        admin.post(f"{RUNS}/{run['id']}/stop", json={})
        admin.wait_for_run(run["id"])


@pytest.fixture
def start(octoprint, accounts, admin):
    """start("lamp", "kid"): a run that the user, or the admin, starts elsewhere."""

    def start_(action, name=None):
        user = accounts[name] if name else octoprint.admin
        with ApiClient(octoprint.url, user) as client:
            return post(client, RUNS, source="custom", action=action)

    return start_


@pytest.fixture
def kid_page(take_page, accounts):
    return take_page(accounts["kid"])


@pytest.fixture
def menu(kid_page):
    return Menu(kid_page)


def put_user(admin, name, groups, permissions=()):
    user = {"groups": groups, "permissions": list(permissions)}
    response = admin.put(
        f"/api/access/users/{name}", json={**user, "active": True, "admin": False}
    )
    assert response.ok, response.text


def own_requests(page):
    """The requests for the plugin's API that the page makes from now on."""
    paths = []

    def note(request):
        if f"{API}/" in request.url:
            paths.append(f"{request.method} {request.url.split(API)[1]}")

    page.on("request", note)
    return paths


##~~ What they see


@pytest.mark.each_version
def test_members_see_what_they_may_run_and_nothing_else(menu):
    expect(menu.toggle).to_be_visible()
    menu.open().expect_rows("Room", "Waits", "Guarded", "---", "Recent runs…")
    menu.entry("Room").click()
    expect(menu.entry("Lamp")).to_be_visible()


@pytest.mark.each_version
def test_others_see_no_menu(open_page, accounts):
    page = open_page()
    paths = own_requests(page)
    with page.expect_response(f"**{API}/menu") as response:
        chromium.log_in(page, accounts["guest"])
    # an error would be on the browser's console
    assert response.value.status == 200
    page.wait_for_load_state("networkidle")
    expect(Menu(page).root).to_be_hidden()
    assert set(paths) == {"GET /menu"}


def test_who_sees_all_runs_has_a_menu_for_that(take_page, accounts, start):
    start("lamp", "kid")
    start("secret")
    menu = Menu(take_page(accounts["auditor"]))
    menu.open().expect_rows("Recent runs…")
    menu.toggle.click()
    history = menu.show_history()
    history.expect_names("Not for them", "Lamp")
    expect(history.button("Clear…")).to_be_visible()
    history.user.select_option("kid")
    expect(history.rows).to_have_count(1)
    expect(history.rows.first).to_contain_text("kid")
    # there is nothing that they may run, not even again
    expect(history.root.get_by_role("button", name="Run again")).to_have_count(0)


@pytest.mark.each_version
def test_nobody_asks_for_anybody_who_is_not_logged_in(
    open_page, octoprint, accounts, admin
):
    # with these OctoPrint shows its page to everybody
    group = admin.get("/api/access/groups/guests").json()
    group = {name: group[name] for name in ("name", "description", "default")}
    path = "/api/access/groups/guests"
    body = {**group, "permissions": ["STATUS", "SETTINGS_READ"], "subgroups": []}
    admin.put(path, json=body).raise_for_status()
    try:
        page = open_page()
        paths = own_requests(page)
        page.goto("/")
        page.wait_for_selector("#page-container-loading", state="hidden")
        page.wait_for_load_state("networkidle")
        menu = Menu(page)
        expect(menu.root).to_be_hidden()
        assert paths == []

        # logging in and out does not load the page anew
        page.locator("#navbar_login > a").click()
        page.locator("#login_user").fill("kid")
        page.locator("#login_pass").fill(accounts["kid"].password)
        page.locator("#login_button").click()
        expect(menu.root).to_be_visible()
        expect(menu.root.get_by_text("Waits", exact=True)).to_have_count(1)
        page.locator("#navbar_login > a").click()
        page.locator("#logout_button").click()
        expect(menu.root).to_be_hidden()
        expect(menu.root.locator("li")).to_have_count(0)
        # without these permissions it goes to the login, and is not to be closed on the way
        page.wait_for_function("() => $.active === 0")
        page.close()
    finally:
        admin.put(path, json={**body, "permissions": []}).raise_for_status()


##~~ What they do


def test_run_watch_and_stop(menu):
    dialog = menu.watch("Waits")
    expect(dialog.lines).to_have_text(["started"])
    expect(dialog.root).to_contain_text("kid, System menu, ")
    dialog.button("Stop").click()
    dialog.expect_ended("Stopped")
    expect(menu.spinner).to_be_hidden()
    dialog.close()

    menu.run("Lamp", group="Room")
    menu.expect_notice("Finished", '"Lamp" finished successfully.')
    menu.notice.filter(has_text="Lamp").get_by_role("button", name="Show output").click()
    expect(dialog.lines).to_have_text(["on"])
    dialog.close()

    history = menu.show_history()
    history.expect_names("Lamp", "Waits")
    # their own traces are not theirs to remove
    expect(history.button("Clear…")).to_be_hidden()
    expect(history.user).to_be_hidden()
    history.button("Run again: Lamp").click()
    dialog.expect_open("Lamp").expect_ended("Succeeded")


def test_what_they_started_elsewhere(menu, start):
    run = start("waits", "kid")
    expect(menu.spinner).to_be_visible()
    dialog = menu.show_running("Waits")
    expect(dialog.lines).to_have_text(["started"])
    dialog.button("Stop").click()
    dialog.expect_ended("Stopped")
    stopped = menu.page.evaluate(
        "id => OctoPrint.plugins.systemcommands.getRun(id)", run["id"]
    )
    assert (stopped["user"], stopped["status"]) == ("kid", "stopped")


def test_runs_of_others_are_not_theirs_to_see(menu, start):
    start("lamp", "kid")
    history = menu.show_history()
    expect(history.rows).to_have_count(1)
    paths = own_requests(menu.page)
    with menu.page.expect_response(f"**{RUNS}?status=pending*"):
        start("chatty")
    # each of its lines is pushed; own runs go on being told meanwhile
    for _ in range(3):
        with menu.page.expect_response(f"**{RUNS}?limit=50"):
            start("lamp", "kid")
    history.expect_names(*["Lamp"] * 4)
    expect(menu.spinner).to_have_count(0)
    # nothing was asked about the one of the other user, and nothing again and again
    assert not any(re.match(r"GET /runs/", path) for path in paths)
    assert len([path for path in paths if "status=pending" in path]) <= 4


def test_runs_that_are_not_known_are_asked_for_one_at_a_time(menu, start):
    menu.page.wait_for_load_state("networkidle")
    held = []
    menu.page.route(f"**{RUNS}?status=pending*", lambda route: held.append(route))
    with menu.page.expect_request(f"**{RUNS}?status=pending*"):
        start("waits", "kid")
    for _ in range(2):
        start("waits", "kid")
    history = menu.show_history()
    expect(history.rows).to_have_count(3)
    assert len(held) == 1
    # the answer tells of those as well that nobody had heard of when it was asked for
    held[0].continue_()
    history.close()
    menu.open()
    expect(menu.running("Waits").locator(".badge")).to_have_text("3")
    assert len(held) == 1


##~~ The password


@pytest.fixture
def remembered_page(open_page, accounts):
    """Who it is is remembered, the password is to be entered."""
    page = open_page()
    chromium.log_in(page, accounts["kid"], remember=True)
    chromium.reopen(page)
    return page


@pytest.mark.each_version
def test_password_is_asked_for(remembered_page, accounts):
    page = remembered_page
    menu = Menu(page)
    form = menu.ask("Guarded")
    form.fill(Word="hello")
    form.submit.click()
    dialog = page.locator("#reauthenticate_dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_text("Abort").click()
    expect(dialog).to_be_hidden()
    # nothing is lost, and one can try again
    expect(form.field("Word")).to_have_value("hello")
    form.submit.click()
    expect(dialog).to_be_visible()
    dialog.locator("input[type=password]").fill(accounts["kid"].password)
    dialog.locator("input[type=password]").press("Enter")
    run = RunDialog(page).expect_open("Guarded")
    run.expect_ended("Succeeded")
    expect(run.lines).to_have_text(["SC_PART=", "SC_WORD=hello"])


@pytest.mark.each_version
def test_password_is_asked_for_when_only_the_server_wants_it(remembered_page, accounts):
    page = remembered_page
    page.expected_errors.append("status of 403")
    # this browser's clock is not the server's
    page.evaluate(
        "OctoPrint.coreui.viewmodels.loginStateViewModel.checkCredentialsSeen = () => true"
    )
    form = Menu(page).ask("Guarded")
    form.fill(Word="hello")
    form.submit.click()
    dialog = page.locator("#reauthenticate_dialog")
    dialog.locator("input[type=password]").fill(accounts["kid"].password)
    dialog.locator("input[type=password]").press("Enter")
    RunDialog(page).expect_open("Guarded").expect_ended("Succeeded")


@pytest.mark.each_version
def test_files_that_may_not_be_listed_are_named(menu, admin):
    menu.page.expected_errors.append("status of 400")
    admin.post(
        "/api/files/local", files={"file": ("part.gcode", b"G28\n")}
    ).raise_for_status()
    form = menu.ask("Guarded")
    part = form.field("Part")
    expect(part).to_have_attribute("type", "text")
    form.fill(Word="hello", Part="other.gcode")
    form.submit.click()
    expect(form.mistake("Part")).to_have_text("Is not among the uploaded files")
    form.fill(Part="part.gcode")
    dialog = form.run()
    expect(dialog.lines.first).to_contain_text("part.gcode")


##~~ Changes


@pytest.mark.each_version
def test_groups_of_the_user(open_page, accounts, admin):
    page = open_page(accounts["guest"])
    menu = Menu(page)
    expect(menu.root).to_be_hidden()
    put_user(admin, "guest", ["visitors", "kids"])
    try:
        expect(menu.root).to_be_visible()
        expect(menu.open().entry("Waits")).to_be_visible()
    finally:
        put_user(admin, "guest", ["visitors"])
    expect(menu.root).to_be_hidden()


@pytest.mark.each_version
def test_more_and_less_rights(menu, admin):
    put_user(admin, "kid", ["kids"], ["SYSTEM"])
    try:
        menu.open()
        expect(menu.entry("Restart OctoPrint")).to_be_visible()
        expect(menu.entry("Lamp of another plugin")).to_be_visible()
        expect(menu.entry("Not for them")).to_be_visible()
    finally:
        put_user(admin, "kid", ["kids"])
    expect(menu.entry("Restart OctoPrint")).to_have_count(0)
    expect(menu.entry("Lamp of another plugin")).to_have_count(0)
    expect(menu.entry("Not for them")).to_have_count(0)
    expect(menu.entry("Waits")).to_be_visible()


def test_groups_of_the_command(menu, admin):
    def save(change):
        response = admin.get(f"{API}/definitions")
        definitions = [dict(entry) for entry in response.json()["definitions"]]
        change(definitions)
        admin.put(
            f"{API}/definitions",
            json={"definitions": definitions},
            headers={"If-Match": response.headers["ETag"]},
        ).raise_for_status()

    def give(definitions):
        definitions[0]["groups"] = ["kids"]

    def take(definitions):
        del definitions[0]["groups"]

    menu.open()
    save(give)
    try:
        expect(menu.entry("Not for them")).to_be_visible()
    finally:
        save(take)
    expect(menu.entry("Not for them")).to_have_count(0)
    expect(menu.entry("Waits")).to_be_visible()


def test_command_that_was_taken_away(menu, admin):
    menu.page.expected_errors.append("status of 403")
    menu.open()
    expect(menu.entry("Waits")).to_be_visible()
    menu.page.evaluate(
        "OctoPrint.coreui.viewmodels.systemCommandsCatalogueViewModel.requestData = () => {}"
    )
    put_user(admin, "kid", ["visitors"])
    try:
        menu.entry("Waits").click()
        menu.expect_notice("Not allowed", 'You may not run "Waits".')
    finally:
        put_user(admin, "kid", ["kids"])
    expect(ArgumentsForm(menu.page).root).to_have_count(0)
