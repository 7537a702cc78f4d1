"""Does the API do what its description says, whoever asks and whatever is sent?

Schemathesis makes requests from the description that the server gives: some that keep to it
and some that break it, and some that follow its links from a run that was started. What it
has to know, and what it must not send, stands in `schemathesis_hooks`.
"""

import importlib.util
import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import openapi_world
import pytest
from openapi_strict import strict
from openapi_world import LINES, NotHarmless, ensure_harmless, with_harmless_lines

HERE = Path(__file__).resolve().parent
BASE = "/plugin/systemcommands"

COMMANDS = openapi_world.COMMANDS
SYSTEM_ACTIONS = openapi_world.SYSTEM_ACTIONS
CONFIG = {
    "plugins": {"systemcommands": {"rules": openapi_world.RULES}},
    "server": {
        "commands": {
            "systemShutdownCommand": ":",
            "systemRestartCommand": ":",
            "serverRestartCommand": ":",
        }
    },
}


@pytest.fixture
def document(admin):
    """The description as the server gives it."""
    response = admin.get(f"{BASE}/api/openapi.json")
    assert response.status_code == 200
    return response.json()


def test_has_the_address_and_the_version(octoprint, admin, document):
    assert document["openapi"] == "3.1.0"
    assert [server["url"] for server in document["servers"]] == [octoprint.url + BASE]
    assert document["info"]["version"] == version("OctoPrint-SystemCommands")


def test_has_the_address_that_a_proxy_tells(admin):
    headers = {
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "printer.example.com",
        "X-Script-Name": "/octoprint",
    }
    document = admin.get(f"{BASE}/api/openapi.json", headers=headers).json()
    (server,) = document["servers"]
    assert server["url"] == f"https://printer.example.com/octoprint{BASE}"


def test_is_for_all_who_have_logged_in(octoprint, user, anonymous, login):
    path = f"{BASE}/api/openapi.json"

    assert anonymous.get(path).status_code == 403
    assert user.get(path).status_code == 200
    assert login(octoprint.user).get(path).status_code == 200


##~~ Before something is let loose


def test_no_command_lines_are_made_up():
    body = {
        "definition": {"command": "rm -rf /", "name": "command"},
        "definitions": [
            {"command": 42},
            [{"command": LINES[0]}],
            {"a": {"command": True}},
        ],
        "others": ["command", None],
    }
    harmless = with_harmless_lines(body)

    assert harmless["definition"]["command"] in LINES
    assert harmless["definitions"][0]["command"] in LINES
    assert harmless["definitions"][1] == [{"command": LINES[0]}]
    assert harmless["definitions"][2] == {"a": {"command": []}}
    assert harmless["others"] == body["others"]
    ensure_harmless(json.dumps(harmless))
    for encoding in ("utf-8", "utf-16"):
        with pytest.raises(NotHarmless):
            ensure_harmless(json.dumps(body).encode(encoding))


##~~ By hand


def test_links_lead_on_from_a_run(admin, document):
    started = admin.post(f"{BASE}/api/runs", json={"source": "custom", "action": "slow"})
    assert started.status_code == 202
    run = started.json()
    links = document["components"]["responses"]["Started"]["links"]
    operations = {
        operation["operationId"]: (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    }

    seen = set()
    for link in links.values():
        method, path, operation = operations[link["operationId"]]
        assert link["parameters"] == {"run_id": "$response.body#/id"}
        response = admin.request(method, BASE + path.format(run_id=run["id"]))
        expected, *_ = operation["responses"]
        assert str(response.status_code) == expected
        seen.add(link["operationId"])
    assert seen == {"getRun", "getOutput", "downloadOutput", "stopRun"}

    assert admin.wait_for_run(run["id"])["status"] == "stopped"


WITH_BODIES = [
    ("POST", "/api/system"),
    ("POST", "/api/system/commands/custom/hello"),
    ("POST", "/api/runs"),
    ("POST", "/api/runs/0123456789abcdef/stop"),
    ("PUT", "/api/definitions"),
    ("POST", "/api/definitions/check"),
    ("POST", "/api/definitions/test"),
    ("POST", "/api/definitions/import"),
    ("PUT", "/api/rules"),
    ("POST", "/api/rules/check"),
    ("POST", "/api/rules/try"),
    ("POST", "/api/rules/import"),
]
HOSTILE = [
    b" ",
    b"null",
    b"0",
    b"[]",
    b'"x"',
    b"{",
    b"{} {}",
    b"\x00",
    b"\xff\xfe",
    b'{"action": "\xff"}',
    "{}".encode("utf-16"),
    b"\xef\xbb\xbf{}",
    b"[" * 50_000,
    b'{"definition": ' * 5_000 + b"1" + b"}" * 5_000,
    b'{"definitions": [NaN, Infinity, 1e999]}',
    b'{"definition": {"timeout": NaN, "max_temperature": 1e400}}',
    b'{"definition": ' + b"9" * 5_000 + b"}",
    b'{"source": "custom", "action": "\\ud800", "arguments": {"\\ud800": "\\ud800"}}',
    b'{"source": "\\u0000", "action": "\\u0000"}',
    b'{"source": "custom", "source": ["custom"], "action": {}}',
    b'{"source": "custom", "action": "asks", "arguments": {"number": 1e308}}',
    b'{"source": "custom", "action": "asks", "arguments": {"number": -0.0, "choice": 1e0}}',
    b'{"source": "custom", "action": "asks", "arguments": {"secret": "\\ud800\\u2028"}}',
    b'{"source": "custom", "action": "asks", "arguments": {"file": "../../config.yaml"}}',
    b'{"source": "custom", "action": "asks", "arguments": [], "confirmed": "yes"}',
    b'{"definition": {"arguments": [{"name": "a", "type": "text", "pattern": "(a"}]}}',
    b'{"definition": {"arguments": {"name": 1}, "groups": "users", "environment": [1]}}',
    b'{"definition": {"name": {}}, "others": [{}, [], null]}',
    b'{"definition": null, "definitions": null, "others": null, "from": null}',
    b'{"definitions": [[[]], 1, "x", null, {"action": {}}], "remove_system_actions": [true]}',
    b'{"definitions": [], "remove_system_actions": ["0", 1.0, null]}',
    b'{"rules": [[[]], 1, "x", null, {"id": {}, "when": [], "run": {}}]}',
    b'{"rule": {"when": {"event": "\\ud800"}, "run": "\\ud800"}, "payload": {"\\ud800": 1}}',
    b'{"rule": {"when": {"cron": "' + b"1," * 5_000 + b'1 * * * *"}, "run": "gone"}}',
    b'{"rule": {"wait": {"for": 1e999, "until": {"max_temperature": NaN}}, "if": [NaN]}}',
    b'{"rule": null, "rules": null, "payload": null, "yaml": null, "event_manager": null}',
    b'{"rule": {"if": {"a": ' + b"[" * 500 + b"]" * 500 + b'}}, "payload": [[]]}',
    b'{"yaml": "rules: &a [*a]", "others": [{}], "actions": [null]}',
    b'{"yaml": "' + b"[" * 5_000 + b'"}',
    b'{"event_manager": true, "others": ["\\ud800"], "actions": ["x"]}',
    b'{"from": "yaml", "text": "a: &a [*a]"}',
    b'{"from": "yaml", "text": "- !!python/object/apply:os.getcwd []"}',
    b'{"from": "yaml", "text": "- {action: 0x' + b"f" * 5_000 + b'}"}',
    b'{"from": "yaml", "text": "' + b"[" * 5_000 + b'"}',
    b'{"from": "yaml", "text": "\\u0000\\ud800"}',
    b'{"from": "yaml", "text": "- 2001-99-99\\n- !!binary x\\n- !!set {a}\\n- ? [a]\\n: b"}',
]


@pytest.mark.parametrize(("method", "path"), WITH_BODIES)
def test_hostile_bodies_are_answered_in_json(admin, document, method, path):
    lists = [f"{BASE}/api/definitions", f"{BASE}/api/rules"]
    etags = [admin.get(path).headers["ETag"] for path in lists]
    for body in HOSTILE:
        for media_type in ("application/json", "text/plain"):
            headers = {"Content-Type": media_type, "If-Match": ", ".join(etags)}
            response = admin.request(method, BASE + path, data=body, headers=headers)
            assert response.status_code < 500, (body[:80], response.text)
            if response.status_code >= 400:
                assert response.json()["error"], body[:80]
    assert [admin.get(path).headers["ETag"] for path in lists] == etags


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=%00",
        "limit=1e1",
        "limit=%D9%A3",
        "before=-1",
        "before=99999999999999999999",
        "status=,",
        "status=running,%00",
    ],
)
def test_hostile_queries_are_refused(admin, query):
    response = admin.get(f"{BASE}/api/runs?{query}")
    assert response.status_code == 400
    assert response.json()["error"]


@pytest.mark.parametrize(
    "query", ["source=%00", "user=%FF", "action=%F0%9F%92%A9&limit="]
)
def test_odd_queries_find_nothing(admin, query):
    response = admin.get(f"{BASE}/api/runs?{query}")
    assert response.status_code == 200
    assert response.json()["runs"] == []


##~~ Schemathesis

needs_schemathesis = pytest.mark.skipif(
    importlib.util.find_spec("schemathesis") is None, reason="needs Python 3.10"
)


@needs_schemathesis
@pytest.mark.one_version
def test_the_administrator_gets_what_is_described(octoprint, document, tmp_path):
    explore(octoprint, document, tmp_path, octoprint.admin, ["--max-examples=10"])


@needs_schemathesis
@pytest.mark.one_version
@pytest.mark.parametrize("who", ["user", "anonymous"])
def test_those_without_rights_are_kept_out(octoprint, document, tmp_path, who):
    user = octoprint.user if who == "user" else None
    checks = "positive_data_acceptance,negative_data_rejection,missing_required_header"
    options = ["--phases=fuzzing", "--max-examples=5", f"--exclude-checks={checks}"]
    explore(octoprint, document, tmp_path, user, options, SYSTEMCOMMANDS_WHO=who)


def explore(octoprint, document, folder, user, options, **environment):
    """Has schemathesis look for differences between a server and a description."""
    path = folder / "openapi.json"
    path.write_text(json.dumps(strict(document)), encoding="utf-8")
    headers = [] if user is None else [f"--header=X-Api-Key:{user.api_key}"]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli"),
            f"--config-file={HERE / 'schemathesis.toml'}",
            *("run", path, f"--url={octoprint.url}{BASE}", "--no-color"),
            *headers,
            *options,
        ],
        cwd=folder,
        env={
            **os.environ,
            "PYTHONPATH": str(HERE),
            "SCHEMATHESIS_HOOKS": "schemathesis_hooks",
            "SYSTEMCOMMANDS_URL": octoprint.url + BASE,
            "SYSTEMCOMMANDS_KEY": octoprint.admin.api_key,
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
