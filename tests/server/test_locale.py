"""A server whose locale knows few characters: commands are UTF-8 all the same."""

import shutil
import subprocess

import pytest

from harness.http_clients import ApiClient
from harness.waiting import wait_until

pytestmark = pytest.mark.one_version

API = "/plugin/systemcommands/api"
TEXT = "Größe – 5 €"

COMMANDS = [
    {"action": "dash", "name": TEXT, "command": f"echo '{TEXT}'"},
    {"action": "größe", "name": "Action", "command": 'echo "$OCTOPRINT_ACTION"'},
    {
        "action": "argument",
        "name": "Argument",
        "command": 'echo "$SC_TEXT"',
        "arguments": [{"name": "text", "type": "text"}],
    },
    {
        "action": "folder",
        "name": "Folder",
        "command": "pwd",
        "working_directory": "$BASE/größe €",
        "environment": {"BASE": ".", "WIDTH": "ü"},
    },
    {
        "action": "python",
        "name": "Python",
        "command": f"#!/usr/bin/env python3\nprint('{TEXT}')",
    },
    {
        "action": "long",
        "name": "Long",
        "command": f"echo '{TEXT}'; : '{'ä' * 100_000}'",
    },
    {"action": "charmap", "name": "Characters", "command": "locale charmap"},
    {"action": "script", "name": "Script", "command": "./prüfen.sh"},
    {"action": "fail", "name": "Fail", "command": f"echo '{TEXT}' >&2; exit 3"},
    {
        "action": "file",
        "name": "File",
        "command": 'cat "$SC_FILE"',
        "arguments": [{"name": "file", "type": "file"}],
    },
]


def latin1(folder):
    """A German locale as there were many, made for this test."""
    if shutil.which("localedef") is None:
        pytest.skip("no localedef")
    made = subprocess.run(
        ["localedef", "-i", "de_DE", "-f", "ISO-8859-1", folder / "de_DE.ISO-8859-1"],
        capture_output=True,
        text=True,
    )
    if not (folder / "de_DE.ISO-8859-1").exists():
        pytest.skip(f"no such locale can be made: {made.stderr}")
    return {"LOCPATH": str(folder), "LC_ALL": "de_DE.ISO-8859-1"}


def ascii_only(folder):
    return {"LC_ALL": "C"}


@pytest.fixture(scope="module", params=[latin1, ascii_only])
def octoprint(request, make_octoprint, tmp_path_factory):
    # Python would choose UTF-8 by itself
    python = {"PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    locale = request.param(tmp_path_factory.mktemp("locale"))
    server = make_octoprint(
        {"plugins": {"systemcommands": {"commands": COMMANDS}}},
        env={"LC_CTYPE": "", "LANG": "", **locale, **python},
        basedir=tmp_path_factory.mktemp("octoprint") / "größe",
        start=False,
    )
    (server.basedir / "größe €").mkdir()
    return server.start()


@pytest.fixture
def run(admin):
    """run(action, **arguments): the record of a run that has ended, and its output."""

    def run(action, **arguments):
        body = {"source": "custom", "action": action, "arguments": arguments}
        response = admin.post(f"{API}/runs", json=body)
        assert response.status_code == 202, response.text
        record = admin.wait_for_run(response.json()["id"])
        return record, admin.get(f"{API}/runs/{record['id']}/output.txt").content

    return run


@pytest.mark.parametrize("base", ["", "/plugin/systemcommands"])
def test_command_lines(admin, run, base):
    assert admin.post(f"{base}/api/system/commands/custom/dash").status_code == 204
    for action in ("dash", "python", "long"):
        record, output = run(action)
        assert (record["status"], output) == ("succeeded", f"{TEXT}\n".encode())


def test_what_a_command_knows(run):
    assert run("größe")[1] == "größe\n".encode()
    assert run("argument", text=TEXT)[1] == f"{TEXT}\n".encode()


def test_folders(run):
    assert run("folder")[1].endswith("/größe €\n".encode())


def test_programs_write_utf8(run):
    assert run("charmap")[1] == b"UTF-8\n"


def test_failures(admin, octoprint):
    answer = admin.post("/api/system/commands/custom/fail")
    assert answer.status_code == 500
    assert TEXT in answer.json()["error"]
    # who waits is answered before it is written
    wait_until(lambda: TEXT in octoprint.log_text())


def test_a_script_is_looked_at(admin, octoprint, run):
    script = octoprint.basedir / "prüfen.sh"
    script.write_bytes(b"#!/bin/sh\r\necho\r\n")
    script.chmod(0o755)
    assert "line ends of Windows" in run("script")[0]["hint"]


def test_uploads(request, admin, run):
    if "ascii_only" in request.node.name:
        pytest.skip("OctoPrint cannot store a file of this name there")
    admin.post(
        "/api/files/local", files={"file": ("größe.gcode", "; größe".encode())}
    ).raise_for_status()
    (name,) = (file["path"] for file in admin.get("/api/files").json()["files"])
    record, output = run("file", file=name)
    assert (record["status"], output) == ("succeeded", "; größe".encode())


def test_definitions(admin, octoprint):
    answer = admin.get(f"{API}/definitions")
    entries = answer.json()["definitions"]
    assert entries == COMMANDS
    entries[0] = {**entries[0], "description": TEXT}
    headers = {"If-Match": answer.headers["ETag"]}
    admin.put(
        f"{API}/definitions", json={"definitions": entries}, headers=headers
    ).raise_for_status()
    saved = octoprint.read_config()["plugins"]["systemcommands"]["commands"]
    assert saved == entries
    assert TEXT in admin.get(f"{API}/definitions/export").content.decode()
    (version,) = admin.get(f"{API}/definitions/versions").json()["versions"]
    assert version["definitions"] == COMMANDS


def test_what_the_editor_shows(admin, octoprint):
    answer = admin.get(f"{API}/definitions/environment").json()
    assert answer["folder"] == str(octoprint.basedir)
    presets = admin.get(f"{API}/definitions/presets").json()["presets"]
    assert any(
        str(octoprint.basedir) in entry["definition"].get("command", "")
        for entry in presets
    )


def test_history(octoprint, run):
    record, output = run("dash")
    octoprint.restart()
    with ApiClient(octoprint.url, octoprint.admin) as admin:
        again = admin.get(f"{API}/runs/{record['id']}").json()
        assert again["name"] == TEXT
        stored = admin.get(f"{API}/runs/{record['id']}/output.txt").content
    assert stored == output
