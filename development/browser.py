"""A real browser on OctoPrint's page, for the browser tests and for taking screenshots."""

import os
import re
import shutil

TIMEOUT = 20_000  # milliseconds for one step; OctoPrint's first page is slow to build

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# errors that OctoPrint's own page reports without our doing
KNOWN_ERRORS = [
    # 2.0.0rc7 asks for these also when the user must not have them
    "/api/settings/reauthReq",
    "/api/printer/command/custom",
]


def launch(playwright):
    """Start the system's Chromium; with HEADED=1 in the environment, to look at it."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if not executable:
        raise FileNotFoundError("chromium is not installed (make test installs it)")
    return playwright.chromium.launch(
        executable_path=executable,
        args=CHROMIUM_FLAGS,
        headless=not os.environ.get("HEADED"),
    )


def new_page(browser, url, **options):
    """A tab with a session of its own; `options` are those of Playwright's new_context."""
    options.setdefault("viewport", {"width": 1280, "height": 900})
    options.setdefault("locale", "en-US")
    page = browser.new_context(base_url=url, **options).new_page()
    page.set_default_timeout(TIMEOUT)
    watch_errors(page)
    return page


def log_in(page, user, remember=False):
    """Log in through OctoPrint's login page and wait until the main page is ready."""
    page.goto("/")
    page.fill("#login-user", user.name)
    page.fill("#login-password", user.password)
    page.set_checked("#login-remember", remember)
    page.click("#login-button")
    wait_until_ready(page)


def reopen(page):
    """As after closing the browser: a user who wanted to be remembered is, and has not
    entered the password since."""
    # an answer that is still under way would bring the session back
    page.goto("about:blank")
    page.context.clear_cookies(name=re.compile("^session"))
    page.goto("/")
    wait_until_ready(page)


def wait_until_ready(page):
    """Wait until OctoPrint's page has bound its view models and knows who is logged in."""
    page.wait_for_selector("#page-container-main", state="visible")
    page.wait_for_selector("#page-container-loading", state="hidden")
    page.wait_for_function(
        "() => OctoPrint.coreui.viewmodels.loginStateViewModel.loggedIn()"
    )


def watch_errors(page):
    """Collect in page.errors what the page complains about, from now on."""
    page.errors = []
    page.expected_errors = []

    def on_console(message):
        if message.type == "error":
            page.errors.append(f"console: {message.text} ({message.location.get('url')})")

    page.on("console", on_console)
    page.on("pageerror", lambda error: page.errors.append(f"uncaught: {error}"))


def unexpected_errors(page):
    """The page's errors without those that page.expected_errors has a part of."""
    return [
        error
        for error in page.errors
        if not any(part in error for part in KNOWN_ERRORS + page.expected_errors)
    ]
