"""docs/sharing.md, followed word for word: a new group, a new user, one command for them.

What the page says in *these* is what is looked for on the screen, so the test fails when the
page tells what is not there, or leaves out what OctoPrint asks for.
"""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from harness import chromium as chromium
from harness.editor_pages import Editor
from harness.octoprint_server import User
from harness.pages import Menu

pytestmark = pytest.mark.each_version

PAGE = Path(__file__).parents[2] / "docs/sharing.md"

COMMANDS = [
    {"action": "light", "name": "Light", "command": "echo shining; sleep 60"},
    {"action": "secret", "name": "Not for them", "command": "true"},
]
# members are not to see OctoPrint's own ones
SETTINGS = {"server": {"commands": {"serverRestartCommand": "true"}}}
MEMBER = User("mia", groups=["members"])


def step(number):
    """The text of one of the page's steps."""
    text = PAGE.read_text("utf-8")
    (found,) = re.findall(rf"^{number}\. (.+?)(?=^\d+\. |^\S)", text, re.S | re.M)
    return " ".join(found.split())


def named(text):
    """What stands in *these*, without **those**."""
    return re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", text)


class AccessControl:
    """OctoPrint's own page of the settings."""

    def __init__(self, page, path):
        self.page = page
        dialog, section, self.tab = (part.strip() for part in path.split("→"))
        page.get_by_title(dialog, exact=True).click()
        settings = page.locator("#settings_dialog")
        settings.get_by_role("link", name=section, exact=True).click()
        heading = page.get_by_role("heading", name=section, exact=True)
        self.root = settings.locator(".tab-content > .tab-pane").filter(has=heading)
        expect(heading).to_be_visible()

    def show(self, tab):
        self.root.get_by_role("link", name=tab, exact=True).click()
        return self

    def editor(self, button):
        self.root.get_by_role("button", name=button).click()
        return self.page.locator("#settings-groupsEditorDialog:visible").or_(
            self.page.locator("#settings-usersEditorDialog:visible")
        )


def tick(dialog, tab, *names):
    """Leave only these ticked."""
    dialog.get_by_role("link", name=tab, exact=True).click()
    rows = dialog.locator(".tab-pane.active tr")
    for box in rows.locator("input:checked").all():
        box.uncheck()
    for name in names:
        exact = dialog.page.locator(".name").get_by_text(name, exact=True)
        rows.filter(has=exact).locator("input").check()


def confirm(dialog):
    dialog.get_by_role("button", name="Confirm").click()
    expect(dialog).to_be_hidden()


@pytest.fixture
def clean(admin):
    yield
    admin.delete(f"/api/access/users/{MEMBER.name}")
    admin.delete("/api/access/groups/members")


def test_a_command_for_a_new_group(admin, admin_page, open_page, octoprint, clean):
    permissions = admin.get("/api/access/permissions").json()["permissions"]
    known = {permission["name"] for permission in permissions}

    # 1. the group, with what the page says that it needs, and a user in nothing but that
    path, *names = named(step(1))
    needed = [name for name in names if name in known]
    assert needed
    access = AccessControl(admin_page, path).show(path.split("→")[-1].strip())
    dialog = access.editor("Add group...")
    dialog.get_by_label("Name").fill("Members")
    tick(dialog, "Permissions", *needed)
    confirm(dialog)
    dialog = access.show("Users").editor("Add user...")
    dialog.get_by_label("Username").fill(MEMBER.name)
    dialog.get_by_label("Password", exact=True).fill(MEMBER.password)
    dialog.get_by_label("Repeat Password").fill(MEMBER.password)
    tick(dialog, "Groups", "Members")
    confirm(dialog)
    admin_page.locator("#settings_dialog > .modal-footer").get_by_text("Close").click()

    # 2. the command, and 4. and 5. in the same dialog
    path, heading, accept, save = named(step(2))
    assert path == "Settings → System Commands"
    editor = Editor(admin_page).open()
    dialog = editor.edit("Light")
    dialog.unfold(heading)
    dialog.group("Members").check()
    dialog.unfold("When it may run", "How it runs")
    dialog.field("while_printing").select_option("refuse")
    (when_busy,) = re.findall(r"`when_busy: (\w+)`", step(5))
    dialog.field("when_busy").select_option(when_busy)
    dialog.button(accept).click()
    editor.button(save).click()
    expect(editor.unsaved).to_be_hidden()
    (definition,) = (
        entry
        for entry in octoprint.read_config()["plugins"]["systemcommands"]["commands"]
        if entry["action"] == "light"
    )
    # the key, as the page writes it
    (group,) = re.findall(r"`groups: \[(\w+)\]`", step(2))
    assert definition["groups"] == [group]
    assert definition["while_printing"] == "refuse"
    assert definition["when_busy"] == when_busy

    # 6. as one of them
    page = open_page()
    chromium.log_in(page, MEMBER)
    menu = Menu(page)
    menu.open().expect_rows("Light", "---", "Recent runs…")
    menu.toggle.click()
    run = menu.watch("Light")
    expect(run.lines).to_have_text(["shining"])
    run.button("Stop").click()
    run.expect_ended("Stopped")


def test_less_than_that_is_not_enough(admin, open_page, octoprint):
    """The page says no more than OctoPrint asks for: without one of the permissions, it
    shows its login page again, and says which one it is."""
    permissions = admin.get("/api/access/permissions").json()["permissions"]
    keys = {entry["name"]: entry["key"] for entry in permissions}
    needed = [name for name in named(step(1)) if name in keys]
    for name in needed:
        others = [keys[other] for other in needed if other != name]
        body = {
            "name": "lacks",
            "password": MEMBER.password,
            "active": True,
            "groups": [],
            "permissions": others,
        }
        admin.post("/api/access/users", json=body).raise_for_status()
        try:
            page = open_page()
            user = User("lacks", MEMBER.password)
            page.goto("/")
            page.fill("#login-user", user.name)
            page.fill("#login-password", user.password)
            page.click("#login-button")
            expect(page.locator("body")).to_contain_text(name)
            expect(page.locator("#login-button")).to_be_visible()
        finally:
            admin.delete("/api/access/users/lacks").raise_for_status()
