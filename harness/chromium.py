"""A real browser on OctoPrint's page, for the browser tests and for taking screenshots."""

import contextlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from harness.waiting import wait_until

# in milliseconds, for one step, and for OctoPrint's page, which is slow to build at first
TIMEOUT = 20_000
PAGE_TIMEOUT = 90_000
SETTLING_TIME = 100
VIEWPORT = {"width": 1280, "height": 900}

# With SLOWNESS=3 or so in the environment pages are as slow as they never are: tests that
# look at something before it can be there fail, which else they do once in a hundred times.
SLOWNESS = float(os.environ.get("SLOWNESS", 0))

# events of all WebSockets, later by DELAY milliseconds
DELAYED_PUSHES = """
    for (const name of ["onmessage", "onclose"]) {
        const {set} = Object.getOwnPropertyDescriptor(WebSocket.prototype, name);
        Object.defineProperty(WebSocket.prototype, name, {
            set(handler) {
                set.call(this, handler && ((...event) => {
                    setTimeout(() => handler.apply(this, event), DELAY);
                }));
            }
        });
    }
"""

# Debian's name of it, and Ubuntu's
BROWSERS = ("chromium", "chromium-browser")

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
    is_headed = bool(os.environ.get("HEADED"))
    # the shell is the same browser without windows, and takes a fifth less of the processor
    names = BROWSERS if is_headed else ("chromium-headless-shell", *BROWSERS)
    return playwright.chromium.launch(
        executable_path=executable(names), args=CHROMIUM_FLAGS, headless=not is_headed
    )


def executable(names=BROWSERS):
    """The first of these programs that there is."""
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        raise FileNotFoundError("chromium is not installed (make test installs it)")
    return path


@contextlib.contextmanager
def started_by_a_person(folder, *flags):
    """A Chromium without what Playwright does for tests, such as to keep each tab visible.

    Arguments:
        folder: is empty, and for its files
        flags: in addition to those that it needs here

    Returns:
        the address for Playwright's connect_over_cdp, with no_defaults
    """
    looks = [] if os.environ.get("HEADED") else ["--headless=new"]
    process = subprocess.Popen(
        [
            executable(),
            *CHROMIUM_FLAGS,
            *looks,
            *flags,
            "--remote-debugging-port=0",
            f"--user-data-dir={folder}",
            "about:blank",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        port = Path(folder, "DevToolsActivePort")
        lines = wait_until(lambda: port.exists() and port.read_text().splitlines())
        yield f"http://127.0.0.1:{lines[0]}"
    finally:
        process.terminate()
        process.wait()


def new_context(browser, url, **options):
    """What a person's browser is: sessions and caches of its own. `options` are those of
    Playwright's new_context."""
    options.setdefault("viewport", VIEWPORT)
    options.setdefault("locale", "en-US")
    # a spinner that turns keeps the processor busy
    options.setdefault("reduced_motion", "reduce")
    return browser.new_context(base_url=url, **options)


class Contexts:
    """Contexts to be used again: with OctoPrint's page in its cache, a browser shows it in
    half of the time."""

    def __init__(self, browser, url):
        self._browser = browser
        self._url = url
        # by their options, with an empty page each, which clears up behind the others
        self._free = {}
        self._cleaners = {}
        self._keys = {}

    def take(self, **options):
        """A context that knows nothing; the options are those that it is made with."""
        free = self._free.get(key_of(options))
        if free:
            context = free.pop()
            # an answer that came while its page was closed may have brought a session back
            self._cleaners[context].wait_for_timeout(SETTLING_TIME)
            context.clear_cookies()
            return context
        context = new_context(self._browser, self._url, **options)
        self._cleaners[context] = context.new_page()
        self._keys[context] = key_of(options)
        return context

    def give_back(self, context):
        """Close its pages and forget its sessions."""
        cleaner = self._cleaners[context]
        for page in context.pages:
            if page is not cleaner:
                page.close()
        forget_everything(cleaner, self._url)
        self._free.setdefault(self._keys[context], []).append(context)

    def close(self):
        while self._cleaners:
            context, _ = self._cleaners.popitem()
            context.close()


def key_of(options):
    return json.dumps(options, sort_keys=True)


def new_page_in(contexts, viewport=VIEWPORT, permissions=(), **options):
    """A tab in one of these contexts. What need not be known when a context is made does not
    make it another one."""
    page = new_page(contexts.take(**options))
    set_up(page, viewport, permissions)
    return page


def set_up(page, viewport=VIEWPORT, permissions=()):
    page.set_viewport_size(viewport)
    page.context.clear_permissions()
    if permissions:
        page.context.grant_permissions(permissions)


def new_page(context):
    """A tab."""
    page = context.new_page()
    page.set_default_timeout(TIMEOUT)
    page.set_default_navigation_timeout(PAGE_TIMEOUT)
    if SLOWNESS:
        slow_down(page)
    watch_errors(page)
    return page


def slow_down(page):
    """Make everything in the page take longer, be it computed or fetched or pushed."""
    client = page.context.new_cdp_session(page)
    client.send("Emulation.setCPUThrottlingRate", {"rate": 1 + SLOWNESS})
    client.send("Network.enable")
    client.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": 100 * SLOWNESS,
            "downloadThroughput": -1,
            "uploadThroughput": -1,
        },
    )
    page.add_init_script(DELAYED_PUSHES.replace("DELAY", str(100 * SLOWNESS)))


def forget_everything(page, url):
    """As if the page's browser had never been at the address; what it has fetched from there
    stays in its cache."""
    client = page.context.new_cdp_session(page)
    client.send(
        "Storage.clearDataForOrigin",
        {"origin": url, "storageTypes": "cookies,local_storage,indexeddb"},
    )
    client.detach()
    page.context.clear_cookies()


def enter(page, user):
    """Log in without a look at the login page, and wait until the main page is ready."""
    with_token = page.context.request
    with_token.get("/login/")  # brings the CSRF token
    (token,) = [c for c in page.context.cookies() if c["name"].startswith("csrf_token")]
    response = with_token.post(
        "/api/login",
        data={"user": user.name, "pass": user.password, "remember": False},
        headers={"X-CSRF-Token": token["value"]},
    )
    assert response.ok, response.text()
    page.goto("/")
    wait_until_ready(page)


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
    page.wait_for_selector("#page-container-main", state="visible", timeout=PAGE_TIMEOUT)
    page.wait_for_selector(
        "#page-container-loading", state="hidden", timeout=PAGE_TIMEOUT
    )
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


def longest_task(trace):
    """The longest tasks of the page's main thread: by the clock and by processor time, in
    ms. They need not be the same one."""
    events = json.loads(trace)["traceEvents"]
    threads = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks = [
        event
        for event in events
        if event["name"].endswith("RunTask")
        and (event["pid"], event["tid"]) in threads
        and "tdur" in event
    ]
    assert len(tasks) > 100, "the trace has no tasks"
    return tuple(max(task[key] for task in tasks) / 1000 for key in ("dur", "tdur"))
