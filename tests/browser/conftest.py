"""Fixtures of the tests that use a real browser on a real server.

`page` is a new tab, not logged in; `admin_page`, `operator_page` and `user_page` are logged
in and show OctoPrint's main page, ready for use. `open_page(user)` makes another one.

A test fails when its page reports an error on the console or an uncaught exception, even
when everything that the test itself looks at is right. A test that provokes such errors says
so: `page.expected_errors.append("part of the message")`. A failing test leaves a screenshot
in test-results/.
"""

import re

import pytest
from playwright.sync_api import expect, sync_playwright

from harness import chromium as chromium

# a machine that tests several things at a time is not quick
expect.set_options(timeout=chromium.TIMEOUT)

DEFINITIONS = "/plugin/systemcommands/api/definitions"


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def contexts(browser, octoprint):
    contexts = chromium.Contexts(browser, octoprint.url)
    yield contexts
    contexts.close()


@pytest.fixture
def open_page(request, contexts):
    """open_page(user=None, **context options): a tab with a session of its own."""
    pages = []

    def open_(user=None, **options):
        page = chromium.new_page(contexts.take(**options))
        pages.append(page)
        if user is not None:
            chromium.enter(page, user)
        return page

    yield open_

    unexpected = [error for page in pages for error in chromium.unexpected_errors(page)]
    reports = (
        getattr(request.node, f"report_{when}", None) for when in ("setup", "call")
    )
    if unexpected or any(report is not None and report.failed for report in reports):
        take_screenshots(request.node, request.config.rootpath / "test-results", pages)
    for page in pages:
        contexts.give_back(page.context)
    assert not unexpected, "the page reported errors:\n" + "\n".join(unexpected)


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture
def admin_page(open_page, octoprint):
    return open_page(octoprint.admin)


@pytest.fixture
def operator_page(open_page, octoprint):
    return open_page(octoprint.operator)


@pytest.fixture
def user_page(open_page, octoprint):
    return open_page(octoprint.user)


@pytest.fixture
def store(admin):
    """store([...]): what the server has from now on; store(): what it has."""

    def store_(definitions=None):
        response = admin.get(DEFINITIONS)
        response.raise_for_status()
        if definitions is not None:
            admin.put(
                DEFINITIONS,
                json={"definitions": definitions},
                headers={"If-Match": response.headers["ETag"]},
            ).raise_for_status()
        return response.json()["definitions"]

    return store_


def take_screenshots(node, folder, pages):
    folder.mkdir(exist_ok=True)
    name = re.sub(r"[^\w.-]+", "_", node.nodeid)
    for number, page in enumerate(pages):
        # a broken page must not hide what the test itself found
        try:
            page.screenshot(path=folder / f"{name}-{number}.png")
        except Exception as error:
            print(f"no screenshot of page {number}: {error}")
