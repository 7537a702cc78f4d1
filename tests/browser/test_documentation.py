"""The pages are followed: *one → another* leads to a place in OctoPrint that is named so, and the
first command of the README works out as it says."""

import re
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import expect

from harness.editor_pages import CommandDialog, Editor
from harness.pages import Menu

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]


def paths():
    found = set()
    for page in PAGES:
        for path in re.findall(r"\*([^*]*→[^*]*)\*", page.read_text("utf-8")):
            found.add(tuple(part.strip() for part in " ".join(path.split()).split("→")))
    return sorted(found)


@pytest.fixture(scope="module")
def octoprint(make_octoprint):
    """With the Plugin Manager, which most tests do without."""
    return make_octoprint(lean=False)


def hide(page, dialogs):
    page.evaluate("dialogs => $(dialogs).modal('hide')", dialogs)
    expect(page.locator(dialogs).filter(visible=True)).to_have_count(0)


def test_places(admin_page):
    page = admin_page
    dialogs = {"Settings": "#settings_dialog", "User Settings": "#usersettings_dialog"}
    places = paths()
    assert {place[0] for place in places} == set(dialogs)
    for name, selector in dialogs.items():
        dialog = page.locator(selector)
        if name == "User Settings":
            page.locator("#navbar_login > a").click()
            page.get_by_role("link", name=name, exact=True).click()
        else:
            page.get_by_title(name, exact=True).click()
        expect(dialog).to_be_visible()
        for _, section, *parts in (place for place in places if place[0] == name):
            dialog.get_by_role("link", name=section, exact=True).click()
            for part in parts:
                seen = page.get_by_text(part, exact=True).filter(visible=True).first
                # which the Plugin Manager wants to be read first
                proceed = page.locator(".modal:visible").get_by_text(
                    "Proceed", exact=True
                )
                expect(seen.or_(proceed).first).to_be_visible()
                if proceed.is_visible():
                    proceed.click()
                expect(seen).to_be_visible()
                if part != parts[-1]:
                    seen.click()
            # what has opened above it
            hide(page, f".modal:visible:not({selector})")
        hide(page, selector)


def first_command():
    """What the steps of the README have in *these* and in `those`, and its definition."""
    text = (ROOT / "README.md").read_text("utf-8")
    (section,) = re.findall(r"^## Your first command$(.+?)^## ", text, re.M | re.S)
    steps = re.findall(r"^\d\. (.+?)\n(?=\d\. |\n)", section, re.M | re.S)
    steps = [" ".join(step.split()) for step in steps]
    (definition,) = re.findall(r"```yaml\n(.+?)```", section, re.S)
    commands = yaml.safe_load(definition)["plugins"]["systemcommands"]["commands"]
    return (
        [re.findall(r"\*([^*]+)\*", step) for step in steps],
        [re.findall(r"`([^`]+)`", step) for step in steps],
        commands,
    )


@pytest.mark.each_version
def test_the_first_command(admin_page, octoprint):
    named, written, commands = first_command()
    menu, editor = Menu(admin_page), Editor(admin_page)
    entry, add, kind = named[0]
    menu.open().entry(entry).click()
    editor.button(add).click()
    editor.root.get_by_role("menuitem", name=kind, exact=True).click()
    dialog = CommandDialog(admin_page).expect_open("Add command")
    name, command = written[1]
    dialog.fill(name=name, command=command)
    (test,) = named[1]
    dialog.button(test).click()
    dialog.tryout.expect_ended("Succeeded")
    accept, save = named[2]
    dialog.button(accept).click()
    editor.button(save).click()
    expect(editor.saved).to_be_visible()
    editor.close()
    assert named[3][0] == name
    menu.run(name)
    expect(menu.notice.filter(has_text=name)).to_contain_text(re.compile(r"\bup \d+ "))
    config = octoprint.read_config()["plugins"]["systemcommands"]
    assert config["commands"] == commands
