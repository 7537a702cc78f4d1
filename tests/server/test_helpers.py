"""What other plugins can do, with one that does it: caller.py."""

import shutil
from pathlib import Path

import pytest

from harness.http_clients import RUNS, ApiClient
from harness.waiting import wait_until

COMMANDS = [
    {
        "action": "greet",
        "name": "Greet",
        "command": 'echo "$SC_WHOM by $OCTOPRINT_TRIGGER"',
        "arguments": [{"name": "whom", "type": "text", "default": "you"}],
        # a plugin is in no group, and needs none
        "groups": ["nobody-is-in-it"],
    },
    {"action": "fails", "name": "Fails", "command": "exit 3"},
    {"action": "slow", "name": "Slow", "command": "sleep 600", "when_busy": "refuse"},
    {"action": "private", "command": "true", "fresh_credentials": True},
    {
        "action": "secret",
        "name": "Secret",
        "command": "echo ${#SC_KEY}",
        "arguments": [{"name": "key", "type": "secret"}],
    },
    {
        "action": "lamp",
        "name": "Lamp",
        "type": "toggle",
        "on": "touch lamp",
        "off": "rm -f lamp",
        "state": "test -e lamp",
    },
]


@pytest.fixture(scope="module")
def server(make_octoprint):
    server = make_octoprint(
        {
            "plugins": {"systemcommands": {"commands": COMMANDS}},
            "server": {"commands": {"serverRestartCommand": "true"}},
        },
        start=False,
    )
    folder = server.basedir / "plugins"
    folder.mkdir(exist_ok=True)
    shutil.copy(Path(__file__).with_name("caller.py"), folder)
    return server.start()


@pytest.fixture(scope="module")
def admin(server):
    with ApiClient(server.url, server.admin) as client:
        yield client


@pytest.fixture
def run(admin):
    """run(action, **what the helper takes): its answer."""

    def run(action, **fields):
        response = admin.post("/plugin/caller/run", json={"action": action, **fields})
        assert response.status_code == 200, response.text
        return response.json()

    return run


def end_of(admin, run_id):
    return wait_until(lambda: admin.get("/plugin/caller/ends").json().get(run_id))


def test_it_runs_what_it_wants_and_hears_of_the_end(admin, run):
    answer = run("greet", arguments={"whom": "all"}, tell=True)

    assert (answer["code"], answer["error"]) == (None, None)
    end = end_of(admin, answer["run"]["id"])
    assert end["run"]["status"] == "succeeded"
    assert end["run"]["arguments"] == {"whom": "all"}
    assert end["thread"] == "systemcommands.helpers"
    known = admin.get(f"{RUNS}/{answer['run']['id']}").json()
    assert (known["trigger"], known["application"]) == ("plugin", "caller")
    assert known["user"] is None
    output = admin.get(f"{RUNS}/{known['id']}/output.txt").text
    assert output == "all by plugin\n"


def test_a_failure_is_an_end(admin, run):
    answer = run("fails", tell=True)
    end = end_of(admin, answer["run"]["id"])
    assert (end["run"]["status"], end["run"]["exit_code"]) == ("failed", 3)


def test_who_fails_to_take_in_the_end_harms_nobody(server, admin, run):
    run("greet", fail=True)
    wait_until(lambda: "a fault of the caller" in server.log_text())
    answer = run("greet", tell=True)
    assert end_of(admin, answer["run"]["id"])


def test_secrets_are_masked(admin, run):
    answer = run("secret", arguments={"key": "hunter22"})
    assert answer["run"]["arguments"] == {"key": "***"}
    admin.wait_for_run(answer["run"]["id"])
    assert admin.get(f"{RUNS}/{answer['run']['id']}/output.txt").text == "8\n"


def test_core_may_be_run_as_well(admin, run):
    answer = run("restart", source="core")
    assert admin.wait_for_run(answer["run"]["id"])["source"] == "core"


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ({"action": "none"}, "unknown_command"),
        ({"action": "greet", "source": "attic"}, "unknown_source"),
        ({"action": "private"}, "reauthenticate"),
        ({"action": "greet", "arguments": {"whom": 3}}, "wrong_arguments"),
        ({"action": "greet", "to": "on"}, "wrong_to"),
        ({"action": "greet", "confirmed": "yes"}, "bad_request"),
        ({"action": 3}, "bad_request"),
    ],
)
def test_what_goes_wrong_is_a_code_and_no_exception(run, call, code):
    answer = run(**call)
    assert answer["run"] is None
    assert answer["code"] == code
    assert answer["error"]


def test_guards_hold_for_plugins(admin, run):
    started = run("slow")
    assert run("slow")["code"] == "busy"
    admin.post(f"{RUNS}/{started['run']['id']}/stop")
    admin.wait_for_run(started["run"]["id"])


def test_states(admin, run):
    answer = run("lamp", to="on")
    admin.wait_for_run(answer["run"]["id"])

    def is_on():
        (state,) = admin.get("/plugin/caller/states").json()
        return state["action"] == "lamp" and state["state"] == "on"

    wait_until(is_on)


def test_nobody_is_taken_for_a_plugin_by_a_request(admin):
    body = {"source": "custom", "action": "greet", "trigger": "plugin", "is_plugin": True}
    started = admin.post(RUNS, json=body).json()
    assert (started["trigger"], started["user"]) == ("api", "admin")
    body = {**body, "trigger": "link", "link": "0" * 16}
    assert admin.post(RUNS, json=body).json()["trigger"] == "api"
