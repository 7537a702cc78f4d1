"""The zip of `make dist`: what is in it, and that OctoPrint's Plugin Manager takes it."""

import os
import subprocess
import sys
import sysconfig
import time
import zipfile
from pathlib import Path

import pytest

from harness.built import PACKAGE, build

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture(scope="module")
def archive():
    return build()


@pytest.fixture(scope="module")
def contents(archive):
    """The paths in the zip, without the folder that all of them are in."""
    with zipfile.ZipFile(archive) as file:
        return {name.split("/", 1)[1] for name in file.namelist()}


@pytest.fixture
def bare_python(tmp_path):
    """A Python that has this one's OctoPrint and everything else, but not the plugin.

    Its site-packages has links to what this one's has. pip can install into it and remove
    from it, and nothing of that is seen here.
    """
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path], check=True)
    python = tmp_path / "bin" / "python"

    def ask(query):
        # -I: without the folder that the tests run in, where the plugin lies
        command = [
            python,
            "-I",
            "-c",
            f"import sysconfig, importlib.util; print({query})",
        ]
        return subprocess.check_output(command, text=True).strip()

    theirs = ask("sysconfig.get_path('purelib')")
    for entry in os.scandir(sysconfig.get_path("purelib")):
        if "octoprint_systemcommands" not in entry.name.lower():
            os.symlink(entry.path, os.path.join(theirs, entry.name))
    assert ask(f"importlib.util.find_spec({PACKAGE!r})") == "None"
    return python


@pytest.mark.one_version
def test_name_has_the_version(archive):
    from importlib.metadata import version

    assert archive.name == f"OctoPrint-SystemCommands-{version(PACKAGE)}.zip"


@pytest.mark.one_version
def test_has_the_files_around_the_package(contents):
    assert {
        "LICENSE",
        "README.md",
        "CHANGELOG.md",
        "pyproject.toml",
        "setup.py",
    } <= contents


@pytest.mark.one_version
@pytest.mark.parametrize("folder", ["templates", "static", "translations"])
def test_has_every_file_of_the_package(contents, folder):
    files = {
        str(path.relative_to(ROOT))
        for path in (ROOT / PACKAGE / folder).rglob("*")
        if path.is_file()
    }
    assert files
    assert files <= contents


@pytest.mark.one_version
@pytest.mark.parametrize("suffix", [".po", ".mo"])
def test_has_the_german_translation(contents, suffix):
    path = f"{PACKAGE}/translations/de/LC_MESSAGES/messages{suffix}"
    assert path in contents


@pytest.mark.one_version
def test_has_the_description_of_the_api(contents):
    assert f"{PACKAGE}/api/openapi.yaml" in contents


@pytest.mark.one_version
def test_has_no_leftovers(contents):
    leftovers = ("__pycache__", ".pyc", ".venv", ".run", "tests/")
    assert not [name for name in contents if any(part in name for part in leftovers)]


def test_plugin_manager_installs_it(archive, bare_python, make_octoprint):
    import requests

    server = make_octoprint(python=bare_python, lean=False)
    headers = server.admin.headers
    commands = server.url + "/plugin/systemcommands/api/system/commands"
    assert requests.get(commands, headers=headers, timeout=30).status_code == 404

    with archive.open("rb") as file:
        response = requests.post(
            server.url + "/plugin/pluginmanager/upload_file",
            headers=headers,
            files={"file": (archive.name, file, "application/zip")},
            timeout=60,
        )
    assert response.json() == {"in_progress": True}
    wait_until_installed(server)

    server.restart()
    response = requests.get(commands, headers=headers, timeout=30)
    assert response.status_code == 200
    assert response.json() == {"core": [], "custom": []}
    described = server.url + "/plugin/systemcommands/api/openapi.json"
    assert requests.get(described, headers=headers, timeout=30).status_code == 200
    plugin = installed_plugin(server)
    assert plugin["enabled"]
    assert plugin["license"] == "AGPL-3.0-or-later"


def installed_plugin(server):
    """What the Plugin Manager says about the plugin, None when it does not know it."""
    plugins = server.request("GET", "/plugin/pluginmanager/plugins")["plugins"]
    return next((plugin for plugin in plugins if plugin["key"] == "systemcommands"), None)


def wait_until_installed(server, timeout=180):
    """Wait for the end of an installation, which OctoPrint announces on a socket only."""
    console = server.basedir / "logs" / "plugin_pluginmanager_console.log"
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if installed_plugin(server) is not None:
            return
        text = console.read_text("utf-8", errors="replace") if console.exists() else ""
        assert "ERROR:" not in text, text
        time.sleep(0.5)
    pytest.fail(f"not installed after {timeout} s:\n{text}")
