"""The browser's own notifications of runs that end while nobody sees the page."""

import inspect
from pathlib import Path

import pytest
from playwright.sync_api import BrowserType, expect

from harness import chromium
from harness.files import put
from harness.kept_pages import KeptPages
from harness.pages import Menu, RunDialog
from harness.waiting import wait_until

# what the page has told the browser to show; it is shown all the same
RECORDED = """
    window.shown = [];
    if (window.Notification) {
        window.Notification = class extends Notification {
            constructor(...all) {
                super(...all);
                window.shown.push(this);
            }
        };
    }
"""
TEXTS = "shown.map(({title, body}) => `${title}: ${body}`)"
QUESTION = '"Wait" takes a while'


@pytest.fixture(scope="module")
def browser(playwright):
    browser = chromium.launch(playwright, is_whole=True)
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def kept_pages(browser, octoprint):
    contexts = chromium.Contexts(browser, octoprint.url)
    yield KeptPages(contexts)
    contexts.close()


@pytest.fixture(scope="module")
def octoprint(share_octoprint, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ends")
    server = share_octoprint(
        [
            {
                "action": "wait",
                "name": "Wait",
                "show_output": "never",
                "command": f"echo secret; while [ ! -s {folder}/go ]; do sleep 0.1; done; "
                f"exit $(cat {folder}/go)",
            }
        ]
    )
    server.folder = folder
    return server


@pytest.fixture(autouse=True)
def end(octoprint):
    """end(3): let what is running end with an exit code."""
    go = Path(octoprint.folder, "go")
    go.write_text("")
    yield lambda code: put(go, str(code))
    go.write_text("0")


@pytest.fixture
def open_tab(browser, operator_page, octoprint, tmp_path):
    """open_tab("octopi.local"): the operator's page, at that address of the server, in a
    browser with notifications and tabs of which only one can be seen. Playwright's own are
    always visible."""
    if "no_defaults" not in inspect.signature(BrowserType.connect_over_cdp).parameters:
        pytest.skip("this Playwright makes all pages visible")
    cookies = operator_page.context.cookies()

    def open_(host):
        (context,) = person.contexts
        context.add_cookies([{**cookie, "domain": host} for cookie in cookies])
        address = octoprint.url.replace("127.0.0.1", host)
        if host == "127.0.0.1":
            context.grant_permissions(["notifications"], origin=address)
        page = chromium.new_page(context)
        page.add_init_script(RECORDED)
        page.goto(address)
        chromium.wait_until_ready(page)
        pages.append(page)
        return page

    pages = []
    flag = "--host-resolver-rules=MAP octopi.local 127.0.0.1"
    with chromium.started_by_a_person(tmp_path, flag) as address:
        person = browser.browser_type.connect_over_cdp(address, no_defaults=True)
        yield open_
        errors = [error for page in pages for error in chromium.unexpected_errors(page)]
        person.close()
    assert errors == []


def question_of(menu):
    return menu.notice.filter(has_text=QUESTION)


@pytest.mark.each_version
def test_in_the_background(open_tab, end):
    page = open_tab("127.0.0.1")
    menu = Menu(page)
    menu.run("Wait")
    question_of(menu).get_by_role("button", name="Yes").click()
    expect(question_of(menu)).to_have_count(0)
    another = page.context.new_page()
    another.bring_to_front()
    page.wait_for_function("document.visibilityState === 'hidden'", polling=100)
    end(3)
    wait_until(lambda: page.evaluate("shown.length"))
    assert page.evaluate(TEXTS) == ["Wait: Failed (exit code 3)"]

    # what the browser does when somebody clicks on it is not to be had from here
    page.bring_to_front()
    page.evaluate("shown[0].dispatchEvent(new Event('click'))")
    dialog = RunDialog(page).expect_open("Wait")
    dialog.expect_ended("Failed (exit code 3)")
    dialog.close()

    # who sees the page needs none, and nobody is asked twice
    box = menu.show_history().notifications
    expect(box).to_be_checked()
    page.reload()
    chromium.wait_until_ready(page)
    box = menu.show_history().notifications
    expect(box).to_be_checked()
    box.uncheck()
    expect(box).not_to_be_checked()
    assert page.evaluate("localStorage['systemcommands.notifications']") == "false"


def test_where_the_browser_has_none(open_tab):
    page = open_tab("octopi.local")
    assert not page.evaluate("isSecureContext")
    expect(Menu(page).show_history().notifications).to_be_hidden()


@pytest.mark.each_version
def test_box_says_what_the_browser_does_not_allow(open_tab):
    page = open_tab("127.0.0.1")
    menu = Menu(page)
    history = menu.show_history()
    box = history.notifications
    expect(box).not_to_be_checked()
    expect(box).to_have_accessible_name("Notify me when what I have started has ended")
    expect(box).to_have_accessible_description(
        "If it took longer than 10 s and this page is in the background. "
        "For this browser only."
    )
    box.focus()
    page.keyboard.press("Space")
    expect(box).to_be_checked()
    history.close()

    page.context.clear_permissions()
    page.context.grant_permissions([])
    history = menu.show_history()
    expect(box).not_to_be_checked()
    expect(box).to_be_disabled()
    expect(history.root).to_contain_text(
        "Your browser does not allow this page to notify"
    )


def test_small_screen(open_tab):
    page = open_tab("127.0.0.1")
    page.set_viewport_size({"width": 360, "height": 740})
    menu = Menu(page)
    history = menu.show_history()
    expect(history.notifications).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    history.close()
    menu.run("Wait")
    for name in ("Yes", "No"):
        button = question_of(menu).get_by_role("button", name=name, exact=True)
        expect(button).to_be_in_viewport(ratio=1)
    button.click()
    expect(question_of(menu)).to_have_count(0)
    assert page.evaluate("localStorage['systemcommands.notifications']") == "false"
