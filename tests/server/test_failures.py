"""What is said about real failures, on a real server."""

import tempfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.one_version

PYTHON = "python3"

# gone with the module, at the end
_FOLDER = tempfile.TemporaryDirectory()
SCRIPTS = Path(_FOLDER.name)


# by action: the command line, and what its hint has to say to an admin
FAILURES = {
    "windows": (f"{SCRIPTS}/windows", "line ends of Windows"),
    "interpreter": (f"{SCRIPTS}/interpreter", "The line is: #!/opt/nosuch"),
    "env": (f"{SCRIPTS}/env", 'asks for "nosuch"'),
    "bash": ("[[ a == a ]]", "Bash"),
    "path": ("./nosuch.sh", '"./nosuch.sh" is not there'),
    "script": ("sh nosuch.sh", 'The file "nosuch.sh" is not there'),
    "module": (f"{PYTHON} -c 'import no_such_module'", '"no_such_module"'),
    "input": (f"{PYTHON} -c 'input()'", "asks for an input"),
    "device": ("echo 'cat: /dev/i2c-1: Permission denied' >&2; exit 1", "usermod"),
    "full": ("dd if=/dev/zero of=/dev/full count=1", "is full"),
    "host": (
        "echo 'ssh: Could not resolve hostname nas: Name or service not known' >&2; exit 255",
        '"nas"',
    ),
    "both": (f"{PYTHON} -c 'input()' 2>&1", "asks for an input"),
    "crash": ("kill -SEGV $$", "SIGSEGV"),
    "silent": ("exit 127", "return code"),
}
OWN = {
    "own-150": "exit 150",
    "own-139": "echo no >&2; exit 139",
    "own-127": "echo no >&2; exit 127",
    "own-1": "echo 'HTTP 404: not found' >&2; exit 1",
}
COMMANDS = [
    *(
        {"action": action, "command": line, "working_directory": "/"}
        for action, (line, _) in FAILURES.items()
    ),
    *({"action": action, "command": line} for action, line in OWN.items()),
    {"action": "no-folder", "command": "true", "working_directory": "/opt/hidden"},
    {"action": "no-interpreter", "command": "#!/opt/hidden\ntrue"},
]
API = "/plugin/systemcommands/api/runs"


@pytest.fixture(scope="module", autouse=True)
def scripts():
    for name, text in {
        "windows": "#!/bin/sh\r\necho hello\r\n",
        "interpreter": "#!/opt/nosuch\n",
        "env": "#!/usr/bin/env nosuch\n",
    }.items():
        path = SCRIPTS / name
        path.write_bytes(text.encode())
        path.chmod(0o755)


@pytest.fixture
def failed(operator, admin):
    """The run of a command that fails, as an admin sees it."""

    def failed(action):
        response = operator.post(API, json={"source": "custom", "action": action})
        assert response.status_code == 202, response.text
        run = operator.wait_for_run(response.json()["id"])
        assert run["status"] == "failed"
        return admin.get(run["resource"]).json()

    return failed


@pytest.mark.parametrize("action", FAILURES)
def test_explained(failed, action):
    assert FAILURES[action][1] in failed(action)["hint"]


@pytest.mark.parametrize("action", OWN)
def test_return_codes_of_ones_own(failed, action):
    assert failed(action)["hint"] is None


def test_what_was_looked_up_is_for_those_who_may_edit(failed, operator):
    run = failed("interpreter")

    hint = operator.get(run["resource"]).json()["hint"]
    assert "first line" in hint
    assert "/opt/nosuch" not in hint
    assert (
        "Ask the administrator"
        in operator.get(failed("device")["resource"]).json()["hint"]
    )


@pytest.mark.parametrize("action", ["no-folder", "no-interpreter"])
def test_why_it_was_not_started_is_for_those_who_may_edit(admin, operator, action):
    def told(client):
        answers = [
            client.post(f"/api/system/commands/custom/{action}"),
            client.post(API, json={"source": "custom", "action": action}),
        ]
        assert [answer.status_code for answer in answers] == [500, 500]
        (run,) = client.get(f"{API}?action={action}&limit=1").json()["runs"]
        assert run["status"] == "failed"
        return [*(answer.json()["error"] for answer in answers), run["hint"]]

    assert all("/opt/hidden" in text for text in told(admin))
    for text in told(operator):
        assert "could not be started" in text
        assert "Ask the administrator" in text
        assert "/opt/hidden" not in text


def test_the_folder_it_ran_in(failed):
    assert failed("script")["hint"].endswith("The command ran in the folder /.")
