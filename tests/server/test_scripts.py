"""Commands that name their interpreter, on a real server."""

import os

import psutil
import pytest

from harness.http_clients import ApiClient
from harness.waiting import wait_until

pytestmark = pytest.mark.one_version

API = "/plugin/systemcommands/api"

COMMANDS = [
    {
        "action": "bash",
        "name": "Bash",
        "command": '#!/bin/bash\nlist=("$SC_VALUE" b)\necho "${list[0]}"',
        "arguments": [{"name": "value", "type": "text", "default": "$(id); 'ä'"}],
    },
    {
        "action": "slow",
        "name": "Slow",
        "command": "#!/usr/bin/env python3\nimport time\nprint('begun')\ntime.sleep(300)",
    },
    {
        "action": "long",
        "name": "Long",
        "command": f"echo begun; : {'x' * 200_000}; exec sleep 300",
    },
    {"action": "missing", "name": "Missing", "command": "#!/bin/bsh\ntrue"},
    {
        "action": "merged",
        "name": "Merged",
        "command": "set -x; echo 1; echo 2",
        "merge_output": True,
    },
    {
        "action": "home",
        "name": "Home",
        "command": "pwd",
        "working_directory": "$HOME",
        "environment": {"HOME": "/"},
    },
]


@pytest.fixture
def output(admin):
    def output(action):
        body = {"source": "custom", "action": action}
        run = admin.wait_for_run(admin.post(f"{API}/runs", json=body).json()["id"])
        return admin.get(f"{run['resource']}/output").json()["chunks"]

    return output


def test_it_is_run_by_its_interpreter(output):
    assert output("bash") == [{"stream": "stdout", "text": "$(id); 'ä'\n"}]


def test_merged_output(output):
    text = "+ echo 1\n1\n+ echo 2\n2\n"
    assert output("merged") == [{"stream": "stdout", "text": text}]


def test_folder_by_variable(output):
    assert output("home") == [{"stream": "stdout", "text": "/\n"}]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "interpreter /bin/bsh was not found"),
        ("de", "Interpreter /bin/bsh wurde nicht gefunden"),
    ],
)
def test_missing_interpreter(admin, language, expected):
    answer = admin.post("/api/system/commands/custom/missing")
    assert answer.status_code == 500
    assert "could not be started: The interpreter /bin/bsh" in answer.json()["error"]
    (run,) = admin.get(f"{API}/runs?action=missing&limit=1").json()["runs"]
    headers = {"Accept-Language": language}
    shown = admin.get(f"{API}/runs/{run['id']}", headers=headers).json()
    assert expected in shown["hint"]


def test_nothing_is_left_on_the_disk_after_kill_9(make_octoprint, tmp_path):
    server = make_octoprint(
        {"plugins": {"systemcommands": {"commands": COMMANDS}}},
        env={"TMPDIR": str(tmp_path)},
    )
    data = server.basedir / "data" / "systemcommands"
    with ApiClient(server.url, server.admin) as client:
        for action in ("slow", "long"):
            body = {"source": "custom", "action": action}
            run = client.post(f"{API}/runs", json=body).json()
            path = f"{API}/runs/{run['id']}/output.txt"
            wait_until(lambda path=path: client.get(path).text == "begun\n")
    left = psutil.Process(server.pid).children(recursive=True)
    server.kill()
    try:
        # they go on, and need no file for that
        assert {process.name() for process in left} >= {"python3", "sleep"}
        server.start()
        files = {path.name for path in data.rglob("*") if path.is_file()}
        assert not [name for name in files if not name.startswith("history.db")]
        for folder, _, names in os.walk(tmp_path):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    assert b"begun" not in file.read()
    finally:
        for process in left:
            if process.is_running():
                process.kill()
