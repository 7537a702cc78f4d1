"""The pages lead by *one → another* to places in OctoPrint: they exist, and are named so."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

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
