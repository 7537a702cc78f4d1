"""Fixtures for every kind of test.

A test module that needs a server uses `octoprint`: a real OctoPrint with what the module says
in these optional module-level names:

    COMMANDS = [{"action": ..., "name": ..., "command": ...}]  # the plugin's own commands
    SYSTEM_ACTIONS = [...]                                      # config.yaml: system.actions
    SETTINGS = {...}                # anything else that OctoPrint's settings API can change
    CONFIG = {...}                  # anything else in config.yaml
    OWN_SERVER = True               # nobody had it before

It is one that other modules have had before, in the state of a new one (see
`harness/shared_server.py`), unless the module has a CONFIG, or wants a server of its own
because it restarts it or looks at what it needs. What a module knows only when it is run it
asks `share_octoprint(commands, settings)` for. It talks to its server as `admin`, `operator` (has the SYSTEM permission), `user` (has not) or
`anonymous`: requests sessions that send an API key, and take paths instead of addresses.
`login(user)` makes a session like a browser's instead, with cookies and CSRF token. Tests
that need a server of their own (to kill it, to start it with odd files) call `make_octoprint`.
"""

import shutil
import signal
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import psutil
import pytest

from harness.http_clients import ApiClient, BrowserClient
from harness.octoprint_server import OctoPrintServer, merged
from harness.preloaded import PreloadedStarter
from harness.shared_server import SharedServer

# Of OctoPrint's own plugins most servers do without those that no test looks at: they cost a
# server a second or two to start, and each of its pages almost one. test_menu.py and
# test_packaging.py have them all.
LEAN = {
    "plugins": {
        "_disabled": [
            "achievements",
            "action_command_notification",
            "action_command_prompt",
            "backup",
            "classicwebcam",
            "corewizard",
            "customcontrolmanager",
            "eventmanager",
            "gcodeviewer",
            "health_check",
            "logging",
            "pluginmanager",
            "uploadmanager",
        ]
    }
}

# Cheap first: a broken unit makes everything after it fail too. Browsers last, since their
# pages take a little of the processor while they are kept.
ORDER = ["unit", "server", "browser"]

# What people see depends little on OctoPrint's version, and pages take most of the time; most
# of what runs and decides does not depend on it at all. With --version-dependent only what has
# the mark `each_version` is run in these folders, and in the others all but what has the mark
# `one_version`.
BY_MARK = ("browser", "unit")


def pytest_addoption(parser):
    parser.addoption(
        "--version-dependent",
        action="store_true",
        help="leave out what is tested with another version of OctoPrint just as well",
    )


def pytest_configure(config):
    def end(signum, frame):
        if config.pluginmanager.hasplugin("dsession"):
            # the processes that it has handed the tests to
            for process in psutil.Process().children():
                process.terminate()
        pytest.exit("ended by SIGTERM", returncode=143)

    # so that the servers that tests have started are stopped as well
    signal.signal(signal.SIGTERM, end)


def folder_of(item):
    return Path(item.path).relative_to(Path(__file__).parent).parts[0]


def depends_on_version(item):
    if folder_of(item) in BY_MARK:
        return item.get_closest_marker("each_version") is not None
    return item.get_closest_marker("one_version") is None


def pytest_collection_modifyitems(config, items):
    sizes = Counter(item.path for item in items)

    def rank(item):
        folder = folder_of(item)
        # of those that take long the longest first, so that no process is left with one
        size = sizes[item.path] if folder == "browser" else 0
        return (ORDER.index(folder) if folder in ORDER else len(ORDER), -size)

    def keep(condition):
        config.hook.pytest_deselected(items=[i for i in items if not condition(i)])
        items[:] = filter(condition, items)

    items.sort(key=rank)
    if config.getoption("version_dependent"):
        keep(depends_on_version)


def pytest_report_header(config):
    return f"OctoPrint {version('OctoPrint')}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Let fixtures see how the test went (as `request.node.report_call.failed`)."""
    report = yield
    setattr(item, f"report_{report.when}", report)
    if report.failed and "octoprint" in getattr(item, "funcargs", {}):
        log = item.funcargs["octoprint"].log_text().splitlines()[-40:]
        report.sections.append(("end of octoprint.log", "\n".join(log)))
    return report


def server_config(module):
    """The config.yaml that a test module asks for with COMMANDS and so on."""
    config = {
        "plugins": {"systemcommands": {"commands": getattr(module, "COMMANDS", [])}}
    }
    return merged(merged(config, settings_of(module)), getattr(module, "CONFIG", {}))


def settings_of(module):
    """What else it asks for that can be changed while a server runs."""
    actions = getattr(module, "SYSTEM_ACTIONS", [])
    system = {"system": {"actions": actions}} if actions else {}
    return {**system, **getattr(module, "SETTINGS", {})}


@pytest.fixture(scope="session")
def starter():
    """Makes the processes of servers; None if this system cannot do without new ones."""
    starter = PreloadedStarter() if PreloadedStarter.is_possible() else None
    yield starter
    if starter:
        starter.close()


@pytest.fixture(scope="module")
def make_octoprint(tmp_path_factory, starter):
    """make_octoprint(config={}, start=True, lean=True, ...): another server; stopped with
    the module, since even idle ones take their share of a small machine."""
    servers = []

    def make(config=None, start=True, lean=True, **kwargs):
        kwargs.setdefault("basedir", tmp_path_factory.mktemp("octoprint"))
        kwargs.setdefault("starter", starter)
        config = merged(LEAN if lean else {}, config or {})
        server = OctoPrintServer(config, **kwargs)
        servers.append(server)
        return server.start() if start else server

    yield make
    # at once, since each of them takes a second or two to end
    with ThreadPoolExecutor() as threads:
        list(threads.map(OctoPrintServer.stop, servers))


@pytest.fixture(scope="session")
def with_holder():
    """with_holder(server): gives a server that is not started yet the plugin holder.py."""

    def with_holder(server):
        folder = server.basedir / "plugins"
        folder.mkdir(exist_ok=True)
        shutil.copy(Path(__file__).with_name("holder.py"), folder)
        return server

    return with_holder


@pytest.fixture(scope="session")
def shared_server(tmp_path_factory, starter):
    def make():
        basedir = tmp_path_factory.mktemp("shared")
        return OctoPrintServer(LEAN, basedir=basedir, starter=starter).start()

    shared = SharedServer(make)
    yield shared
    shared.close()


@pytest.fixture(scope="module")
def share_octoprint(shared_server):
    """share_octoprint(commands, settings={}): the server that other modules have as well; None
    if something is wrong with the commands."""
    taken = []

    def share(commands, settings=None):
        taken.append(shared_server.take(commands, settings))
        return taken[-1]

    yield share
    if any(taken):
        shared_server.give_back()


@pytest.fixture(scope="module")
def octoprint(request, share_octoprint, make_octoprint):
    """A running server for the tests of one module."""
    module = request.module
    if getattr(module, "OWN_SERVER", False):
        # as users start it, since what it needs may be measured
        return make_octoprint(server_config(module), starter=None)
    server = None
    if not hasattr(module, "CONFIG"):
        server = share_octoprint(getattr(module, "COMMANDS", []), settings_of(module))
    return server or make_octoprint(server_config(module))


@pytest.fixture
def admin(octoprint):
    with ApiClient(octoprint.url, octoprint.admin) as client:
        yield client


@pytest.fixture
def operator(octoprint):
    with ApiClient(octoprint.url, octoprint.operator) as client:
        yield client


@pytest.fixture
def user(octoprint):
    with ApiClient(octoprint.url, octoprint.user) as client:
        yield client


@pytest.fixture
def anonymous(octoprint):
    with ApiClient(octoprint.url) as client:
        yield client


@pytest.fixture
def login(octoprint):
    """login(octoprint.admin): a session with cookies, the way a browser has one."""
    clients = []

    def log_in(user):
        client = BrowserClient(octoprint.url)
        clients.append(client)
        client.log_in(user)
        return client

    yield log_in
    for client in clients:
        client.close()
