"""Each error of the API says by a code what is wrong, and OpenAPI and docs/api.md know it."""

import re
from pathlib import Path

import pytest

COMMANDS = [
    {"action": "fails", "name": "Fails", "command": "exit 3"},
    {"action": "nothing", "name": "Nothing"},
    {"action": "nowhere", "command": "true", "working_directory": "/no/such"},
    {"action": "slow", "command": "sleep 30", "when_busy": "refuse"},
    {"action": "fresh", "command": "true", "fresh_credentials": True},
    {"action": "divider"},
    {
        "action": "asks",
        "command": "true",
        "arguments": [{"name": "size", "type": "number"}],
    },
]
BASE = "/plugin/systemcommands/api"
EXECUTE = f"{BASE}/system/commands/custom"
DEFINITIONS = f"{BASE}/definitions"
NO_RUN = f"{BASE}/runs/0123456789abcdef"
DOCS = Path(__file__).resolve().parents[2] / "docs" / "api.md"

WRONG = [
    ("POST", f"{BASE}/runs", {}, 400, "bad_request"),
    ("POST", f"{BASE}/runs", [], 400, "bad_request"),
    ("GET", f"{BASE}/runs?limit=x", None, 400, "bad_request"),
    ("POST", f"{EXECUTE}/divider", {}, 400, "divider"),
    ("POST", f"{EXECUTE}/asks", {}, 400, "wrong_arguments"),
    ("POST", f"{EXECUTE}/fails", {}, 500, "failed"),
    ("POST", f"{EXECUTE}/nothing", {}, 500, "not_runnable"),
    ("POST", f"{EXECUTE}/nowhere", {}, 500, "not_started"),
    ("POST", f"{EXECUTE}/unknown", {}, 404, "unknown_command"),
    ("POST", f"{BASE}/system/commands/odd/x", {}, 404, "unknown_source"),
    ("GET", f"{BASE}/system/commands/odd", None, 404, "unknown_source"),
    ("POST", "/api/system/commands/custom/divider", {}, 400, "divider"),
    ("POST", "/api/system/commands/custom/unknown", {}, 404, "unknown_command"),
    ("POST", "/api/system/commands/custom/fails", [], 400, "bad_request"),
    ("GET", NO_RUN, None, 404, "unknown_run"),
    ("GET", f"{NO_RUN}/output", None, 404, "unknown_run"),
    ("POST", f"{NO_RUN}/stop", {}, 404, "unknown_run"),
    ("PUT", DEFINITIONS, {"definitions": []}, 428, "if_match_missing"),
    ("PUT", DEFINITIONS, {}, 400, "bad_request"),
    ("POST", f"{DEFINITIONS}/check", {"others": 1}, 400, "bad_request"),
    ("POST", f"{DEFINITIONS}/test", {"definition": 5}, 400, "invalid_definition"),
    (
        *("POST", f"{DEFINITIONS}/test", {"definition": {"action": "divider"}}),
        *(400, "divider"),
    ),
    ("POST", f"{DEFINITIONS}/import", {"from": "x"}, 400, "bad_request"),
    (
        *("POST", f"{DEFINITIONS}/import", {"from": "yaml", "text": "a: b: c"}),
        *(400, "unreadable"),
    ),
]


def check(response, status, code):
    body = response.json()
    assert (response.status_code, body["code"]) == (status, code), body
    assert isinstance(body["error"], str)
    assert body["error"]
    return body


@pytest.mark.parametrize(("method", "path", "body", "status", "code"), WRONG)
def test_what_is_wrong_has_its_code(admin, method, path, body, status, code):
    check(admin.request(method, path, json=body), status, code)


def test_stale_and_invalid_definitions(admin):
    stale = admin.put(DEFINITIONS, json={"definitions": []}, headers={"If-Match": '"x"'})
    assert check(stale, 412, "stale")["current"]["definitions"]

    body = {"definitions": [{"action": "A B"}]}
    headers = {"If-Match": stale.headers["ETag"]}
    invalid = admin.put(DEFINITIONS, json=body, headers=headers)
    assert check(invalid, 400, "invalid_definition")["problems"][0]


def test_refusals_have_their_reason_as_code(admin):
    wish = {"source": "custom", "action": "slow"}
    first = admin.post(f"{BASE}/runs", json=wish)
    assert first.status_code == 202
    path = f"{BASE}/runs/{first.json()['id']}"
    try:
        body = check(admin.post(f"{BASE}/runs", json=wish), 409, "busy")
        assert body["reason"] == "busy"
    finally:
        assert admin.post(f"{path}/stop").status_code == 202


@pytest.mark.parametrize("address", ["/api/system", f"{BASE}/system"])
def test_those_who_may_not(user, anonymous, address):
    check(user.post(f"{address}/commands/custom/fails"), 403, "forbidden")
    check(anonymous.get(f"{BASE}/system/commands"), 403, "forbidden")
    check(user.get(DEFINITIONS), 403, "forbidden")


def test_who_has_to_enter_the_password_again(octoprint, login):
    client = login(octoprint.admin)
    assert client.get(DEFINITIONS).status_code == 200
    client.make_old(octoprint)

    check(client.get(DEFINITIONS), 403, "reauthenticate")
    for address in ("/api/system", f"{BASE}/system"):
        response = client.post(f"{address}/commands/custom/fresh")
        check(response, 403, "reauthenticate")


def test_a_missing_csrf_token(octoprint, login):
    client = login(octoprint.admin)
    response = client.post(f"{EXECUTE}/fails", headers={"X-CSRF-Token": None})
    check(response, 400, "bad_request")


def test_all_of_them_are_documented(admin):
    document = admin.get(f"{BASE}/openapi.json").json()
    described = document["components"]["schemas"]["ErrorCode"]["enum"]
    text = DOCS.read_text("utf-8")
    for *_, code in WRONG:
        assert code in described
        assert re.search(rf"`{code}`", text)
