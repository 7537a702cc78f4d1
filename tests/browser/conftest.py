"""Fixtures of the tests that use a real browser on a real server.

`page` is a new tab, not logged in; `admin_page`, `operator_page` and `user_page` are logged
in and show OctoPrint's main page, ready for use. `open_page(user)` makes another one.

Those of the three users are tidied up and used again by the next test, see
`harness/kept_pages.py`. A test that leaves something else on its page than open dialogs and
notices, such as a function that it has replaced, has the mark `own_page`.

A test fails when its page reports an error on the console or an uncaught exception, even
when everything that the test itself looks at is right. A test that provokes such errors says
so: `page.expected_errors.append("part of the message")`. A failing test leaves a screenshot
in test-results/.
"""

import re

import pytest
from playwright.sync_api import expect, sync_playwright

from harness import chromium as chromium
from harness.kept_pages import KeptPages

# a machine that tests several things at a time is not quick
expect.set_options(timeout=chromium.TIMEOUT)

DEFINITIONS = "/plugin/systemcommands/api/definitions"


@pytest.fixture(scope="session")
def playwright():
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright):
    browser = chromium.launch(playwright)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def opened(browser):
    """The pages of the server that the last module had: the next one may have it too."""
    opened = {}
    yield opened
    close(opened)


def close(opened):
    while opened:
        _, kept_pages = opened.popitem()
        kept_pages.contexts.close()


@pytest.fixture(scope="module")
def kept_pages(browser, octoprint, shared_server, opened):
    if octoprint.url not in opened:
        close(opened)
        contexts = chromium.Contexts(browser, octoprint.url)
        opened[octoprint.url] = KeptPages(contexts)
    yield opened[octoprint.url]
    if not shared_server.is_there(octoprint):
        close(opened)


@pytest.fixture(scope="module")
def contexts(kept_pages):
    return kept_pages.contexts


@pytest.fixture
def pages(request, contexts, kept_pages):
    """The pages of a test, which are looked at and closed, or kept, when it is over."""
    pages = []
    yield pages

    unexpected = [error for page in pages for error in chromium.unexpected_errors(page)]
    reports = (
        getattr(request.node, f"report_{when}", None) for when in ("setup", "call")
    )
    has_failed = any(report is not None and report.failed for report in reports)
    if unexpected or has_failed:
        take_screenshots(request.node, request.config.rootpath / "test-results", pages)
    is_kept = not unexpected and not has_failed and not wants_own_page(request)
    for page in pages:
        if is_kept and hasattr(page, "kept_as"):
            kept_pages.give_back(page)
        else:
            contexts.give_back(page.context)
    assert not unexpected, "the page reported errors:\n" + "\n".join(unexpected)


def wants_own_page(request):
    return request.node.get_closest_marker("own_page") is not None


@pytest.fixture
def open_page(contexts, pages):
    """open_page(user=None, **context options): a tab with a session of its own."""

    def open_(user=None, **options):
        page = chromium.new_page_in(contexts, **options)
        pages.append(page)
        if user is not None:
            chromium.enter(page, user)
        return page

    return open_


@pytest.fixture
def take_page(request, octoprint, kept_pages, pages, open_page):
    """take_page(user, **context options): the user's page, as if it had just been opened."""

    def take(user, **options):
        if wants_own_page(request):
            return open_page(user, **options)
        pages.append(kept_pages.take(octoprint, user, **options))
        return pages[-1]

    return take


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture
def admin_page(take_page, octoprint):
    return take_page(octoprint.admin)


@pytest.fixture
def operator_page(take_page, octoprint):
    return take_page(octoprint.operator)


@pytest.fixture
def user_page(take_page, octoprint):
    return take_page(octoprint.user)


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
