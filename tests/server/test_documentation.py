"""What the pages show, done literally: their definitions are loaded, their `curl` lines are
run by a shell, and what comes of that is compared with what stands below them. Lines of G-code
are printed in test_gcode.py.

The language of a code block says what it is: yaml, console (`$ ` and what it prints), sh (the
same of the command line), python, json, sudoers, text; for G-code gcode, synopsis, terminal and c; for MQTT shell and messages, see
test_mqtt_page.py.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from harness.http_clients import ApiClient
from harness.octoprint_server import User, default_users
from harness.waiting import wait_until

pytestmark = pytest.mark.one_version

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
API = "/plugin/systemcommands/api"

# the id of the run that the examples are about
RUN = "5ab0e2f04f2b6c11"
# what stands on the pages for "and so on"
DOTS = "…"

# programs that the examples start, and that are not on every machine
PROGRAMS = {
    "sudo": "exit 0",
    "rsync": "exec sleep 60",
    "mosquitto_pub": "exit 0",
    "pinctrl": "exit 0",
    "fswebcam": "exit 0",
}


class Block(NamedTuple):
    place: str
    language: str
    text: str


def blocks(*languages):
    found = []
    for page in PAGES:
        text = page.read_text("utf-8")
        for fence in re.finditer(r"^ *```(\w*)\n(.*?)^ *```$", text, re.S | re.M):
            line = text[: fence.start()].count("\n") + 1
            block = Block(f"{page.name}:{line}", fence[1], textwrap.dedent(fence[2]))
            if not languages or block.language in languages:
                found.append(block)
    assert found
    return found


def commands_of(block):
    """A list of commands, or all of config.yaml around it."""
    data = yaml.safe_load(block.text)
    return data if isinstance(data, list) else in_config(data, "commands")


def rules_of(block):
    data = yaml.safe_load(block.text)
    return in_config(data, "rules") if isinstance(data, dict) else []


def in_config(data, name):
    if "plugins" not in data:
        # settings of OctoPrint's own
        return []
    (plugin,) = data["plugins"].values()
    assert plugin.keys() <= {"commands", "rules"}
    return plugin.get(name, [])


def executable(path, script):
    path.write_text("#!/bin/sh\n" + script + "\n")
    path.chmod(0o755)


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("programs")
    for name, script in PROGRAMS.items():
        executable(folder / name, script)
    return folder


@pytest.fixture(scope="module")
def octoprint(make_octoprint, programs):
    commands = [entry for block in blocks("yaml") for entry in commands_of(block)]
    rules = [entry for block in blocks("yaml") for entry in rules_of(block)]
    return make_octoprint(
        {"plugins": {"systemcommands": {"commands": commands, "rules": rules}}},
        env={"PATH": f"{programs}:{os.environ['PATH']}"},
        users={**default_users(), "alice": User("alice", permissions=["SYSTEM"])},
    )


def test_every_block_says_what_it_is():
    assert [block.place for block in blocks() if not block.language] == []


##~~ Definitions


def test_definitions_can_be_used(admin):
    response = admin.get(f"{API}/definitions").json()
    found = zip(response["definitions"], response["problems"]["definitions"])
    assert [(entry, problems) for entry, problems in found if problems] == []


def test_rules_can_be_used(admin):
    response = admin.get(f"{API}/rules").json()
    found = zip(response["rules"], response["problems"])
    # the commands that they run need not be shown
    wrong = [
        (rule, problem)
        for rule, problems in found
        for problem in problems
        if problem["field"] != "run"
    ]
    assert wrong == []
    assert response["rules"]


@pytest.mark.parametrize(
    "block",
    [block for block in blocks("yaml") if commands_of(block)],
    ids=lambda block: block.place,
)
def test_definitions_can_be_imported(admin, block):
    response = admin.post(
        f"{API}/definitions/import", json={"from": "yaml", "text": block.text}
    ).json()
    assert response["errors"] == []
    assert [entry["problems"] for entry in response["entries"] if entry["problems"]] == []
    assert len(response["entries"]) == len(commands_of(block))


def test_the_script_prints_what_it_should(admin):
    run = admin.post(f"{API}/runs", json={"source": "custom", "action": "space"}).json()
    run = admin.wait_for_run(run["id"])
    output = admin.get(f"{API}/runs/{run['id']}/output.txt").text
    assert (run["status"], run["hint"]) == ("succeeded", None)
    assert re.fullmatch(r"\d+ MiB\n", output)


##~~ The API


class Shell:
    """A shell in which octopi.local is the test's server."""

    def __init__(self, octoprint, folder):
        address = octoprint.url.split("//")[1]
        curl = shutil.which("curl")
        options = (
            f"--silent --show-error --noproxy '*' --connect-to octopi.local:80:{address}"
        )
        folder.mkdir()
        executable(folder / "curl", f'exec {curl} {options} "$@"')
        self._env = {
            **os.environ,
            "PATH": f"{folder}:{os.environ['PATH']}",
            "KEY": octoprint.admin.api_key,
        }

    def run(self, command):
        return subprocess.run(
            ["sh", "-c", command],
            env=self._env,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout.replace("\r\n", "\n")


@pytest.fixture
def shell(octoprint, tmp_path):
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    return Shell(octoprint, tmp_path / "bin")


def examples(block):
    """[(command, what it prints)]"""
    pattern = r"^\$ ((?:.*\\\n)*.*)\n((?:(?!\$ ).*\n?)*)"
    return re.findall(pattern, block.text, re.M)


def as_data(text):
    """JSON, with what the page leaves out left out."""
    return json.loads(re.sub(rf",?\s*{DOTS}(?=\s*[\]}}])", "", text))


def is_part(wanted, found):
    if isinstance(wanted, dict) and isinstance(found, dict):
        return all(key in found and is_part(wanted[key], found[key]) for key in wanted)
    if isinstance(wanted, list) and isinstance(found, list):
        return all(any(is_part(one, other) for other in found) for one in wanted)
    return wanted == found


def head_and_body(text):
    if not text.startswith("HTTP/"):
        return [], text
    head, _, body = text.partition("\n\n")
    return head.splitlines(), body


def is_error(body):
    try:
        return "error" in json.loads(body)
    except ValueError:
        return False


@pytest.mark.parametrize("block", blocks("console"), ids=lambda block: block.place)
def test_requests(shell, block):
    found = examples(block)
    assert found, block.text
    run = RUN
    for command, wanted in found:
        printed = shell.run(command.replace(RUN, run))
        head, body = head_and_body(printed)
        if wanted.startswith("HTTP/1.1 202"):
            (run,) = re.findall(r"^Location: .*/(\w+)$", printed, re.M)
        wanted_head, wanted_body = head_and_body(wanted.replace(RUN, run).strip())
        assert {line for line in wanted_head if line != DOTS} <= set(head), printed
        if wanted_body:
            assert is_part(as_data(wanted_body), json.loads(body)), printed
        else:
            assert not is_error(body), printed


@pytest.fixture
def command_line(octoprint, shell, tmp_path):
    """A shell with the programs of OctoPrint's environment, for the test's server."""
    folder = tmp_path / "bin"
    port = octoprint.url.rsplit(":", 1)[1]
    for name in ("octoprint", "python"):
        program = Path(sys.executable).with_name(name)
        folder_of_settings = f"-b {octoprint.basedir}" if name == "octoprint" else ""
        script = f'exec {program} {folder_of_settings} "$@" --port {port}'
        executable(folder / name, f"cd {ROOT}; {script}")
    return shell


def words(line):
    return " ".join(line.split())


def test_the_command_line(command_line):
    """In the order of the page, since one thing leads to the other."""
    cli = [block for block in blocks("sh") if block.place.startswith("cli.md")]
    found = [example for block in cli for example in examples(block)]
    assert len(found) > 3
    for command, wanted in found:
        if command.startswith("export "):
            assert command.startswith("export OCTOPRINT_APIKEY=")
            continue
        env = 'export OCTOPRINT_APIKEY="$KEY"; '
        printed = command_line.run(f"{env} {{ {command}; }} 2>&1")
        lines = {words(line) for line in printed.splitlines()}
        assert {words(line) for line in wanted.splitlines()} <= lines, printed


@pytest.mark.parametrize("block", blocks("python"), ids=lambda block: block.place)
def test_python_can_be_read(block):
    compile(block.text, block.place, "exec")


@pytest.mark.parametrize("block", blocks("json"), ids=lambda block: block.place)
def test_answers_are_json(block):
    as_data(block.text)


def test_log_line(octoprint):
    (block,) = blocks("text")
    with ApiClient(octoprint.url, octoprint.users["alice"]) as alice:
        data = {"command": "generate", "app": "OctoApp"}
        key = alice.post("/api/plugin/appkeys", json=data).json()["api_key"]
        response = alice.post(
            "/api/system/commands/custom/lamp",
            json={"arguments": {"brightness": 80, "color": "white"}},
            headers={"X-Api-Key": key},
        )
    assert response.status_code == 204, response.text
    pattern = re.escape(block.text.strip()).replace(RUN, r"\w{16}")
    pattern = pattern.replace(re.escape("192.168.1.20"), re.escape("127.0.0.1"))
    wait_until(lambda: re.search(pattern, octoprint.log_text()))
