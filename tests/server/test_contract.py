"""The documented system API, at both of its addresses, line by line of its documentation."""

from urllib.parse import urlsplit

import pytest

from harness.waiting import wait_until

COMMANDS = [
    {"action": "succeed", "name": "Succeed", "command": "true"},
    {
        "action": "ask",
        "name": "Ask",
        "command": "true",
        "confirm": "<b>Really?</b>",
        "async": True,
        "ignore": True,
        "description": "Asks first",
        "icon": "bolt",
        "group": "Some",
    },
    {"action": "divider"},
    {"action": "fail", "name": "Fail", "command": "echo out; echo err >&2; exit 3"},
    {"action": "ignored", "name": "I", "command": "exit 3", "ignore": True},
    {"action": "slow", "name": "Slow", "command": "sleep 0.3; touch slow"},
    {
        "action": "background",
        "name": "Background",
        "command": "until [ -e go ]; do sleep 0.05; done; touch background",
        "async": True,
    },
    {"action": "background-fail", "name": "B", "command": "exit 4", "async": True},
    {"action": "holds-pipe", "name": "H", "command": "sleep 40 & exit 0"},
    {"action": "undefined", "name": "No command"},
    {"action": "a/b", "name": "Slash", "command": "touch slash"},
    {"action": "über uns?#%", "name": "Odd", "command": "touch odd"},
    {"action": "..", "name": "Dots", "command": "touch dots"},
    {"action": "shared", "name": "The plugin's", "command": "touch from-plugin"},
    {"action": "divider"},
]
SYSTEM_ACTIONS = [
    {"action": "legacy", "name": "Legacy", "command": "touch legacy", "confirm": False},
    {"action": "shared", "name": "The old one", "command": "touch from-config"},
    {"action": "nameless", "command": "true"},
]
CUSTOM = [
    "succeed",
    "ask",
    "divider",
    "fail",
    "ignored",
    "slow",
    "background",
    "background-fail",
    "holds-pipe",
    "undefined",
    "a/b",
    "über uns?#%",
    "..",
    "shared",
    "divider",
    "legacy",
    "nameless",
]
SETTINGS = {"server": {"commands": {"serverRestartCommand": "touch restarted"}}}


@pytest.fixture(
    params=["/api/system", "/plugin/systemcommands/api/system"],
    ids=["octoprint", "plugin"],
)
def address(request):
    return request.param


@pytest.fixture
def post(admin, address):
    def post(path, **kwargs):
        return admin.post(f"{address}/commands/{path}", **kwargs)

    return post


def error_of(response):
    assert response.headers["Content-Type"].startswith("application/json")
    body = response.json()
    # OctoPrint's own answers have no code
    assert body.keys() - {"code"} == {"error"}
    return body["error"]


##~~ List


def test_list_all_has_core_and_custom_and_lists_only(admin, address):
    response = admin.get(f"{address}/commands")

    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("application/json")
    body = response.json()
    # clients iterate over each value, so there may be nothing but lists
    assert all(isinstance(value, list) for value in body.values())
    assert [entry["action"] for entry in body["custom"]] == CUSTOM
    assert [entry["action"] for entry in body["core"]] == ["restart", "restart_safe"]


def test_octoprints_address_keeps_the_plugin_key(admin):
    assert admin.get("/api/system/commands").json()["plugin"] == []


def test_the_plugins_address_has_the_documented_keys_only(admin):
    body = admin.get("/plugin/systemcommands/api/system/commands").json()

    assert set(body) == {"core", "custom"}


def test_list_by_source_is_the_same_list(admin, address):
    whole = admin.get(f"{address}/commands").json()

    for source in ("core", "custom"):
        response = admin.get(f"{address}/commands/{source}")
        assert response.status_code == 200
        assert response.json() == whole[source]


def test_list_of_an_unknown_source_is_404(admin, address):
    response = admin.get(f"{address}/commands/unknown")

    assert response.status_code == 404
    assert error_of(response)


def test_client_definitions(admin, octoprint, address):
    entries = admin.get(f"{address}/commands/custom").json()
    base = f"{octoprint.url}{address}/commands/custom"
    by_action = {entry["action"]: entry for entry in entries}

    assert by_action["succeed"] == {
        "action": "succeed",
        "name": "Succeed",
        "source": "custom",
        "resource": f"{base}/succeed",
    }
    # never command, async, ignore or what goes beyond the documentation
    assert by_action["ask"] == {
        "action": "ask",
        "name": "Ask",
        "confirm": "<b>Really?</b>",
        "source": "custom",
        "resource": f"{base}/ask",
    }
    # confirm: false is not a text, and no client has to be able to deal with it
    assert by_action["legacy"] == {
        "action": "legacy",
        "name": "Legacy",
        "source": "custom",
        "resource": f"{base}/legacy",
    }
    assert by_action["divider"] == {
        "action": "divider",
        "name": "",
        "source": "custom",
        "resource": f"{base}/divider",
    }
    assert by_action["nameless"]["name"] == "nameless"
    assert by_action["shared"]["name"] == "The plugin's"


def test_core_definitions_are_octoprints(admin):
    octoprints = admin.get("/api/system/commands/core").json()
    ours = admin.get("/plugin/systemcommands/api/system/commands/core").json()

    for entry in [*octoprints, *ours]:
        entry["resource"] = urlsplit(entry["resource"]).path.rsplit("/", 2)[1:]
    assert ours == octoprints


##~~ Execute


def test_success_is_204_with_an_empty_body(post):
    response = post("custom/succeed")

    assert response.status_code == 204
    assert response.content == b""


def test_waits_for_the_end(post, octoprint):
    flag = octoprint.basedir / "slow"
    flag.unlink(missing_ok=True)

    assert post("custom/slow").status_code == 204
    assert flag.exists()


def test_async_does_not_wait(post, octoprint):
    flag, go = octoprint.basedir / "background", octoprint.basedir / "go"
    for path in (flag, go):
        path.unlink(missing_ok=True)

    response = post("custom/background")

    assert response.status_code == 204
    assert response.content == b""
    assert not flag.exists()
    go.touch()
    wait_until(flag.exists)


def test_async_does_not_report_failure(post):
    assert post("custom/background-fail").status_code == 204


def test_a_background_child_does_not_hold_the_request(post):
    # the client gives up long before the child ends
    assert post("custom/holds-pipe", timeout=30).status_code == 204


def test_divider_is_400(post):
    for action in ("divider", "divider_1", "divider_2"):
        response = post(f"custom/{action}")
        assert response.status_code == 400
        assert error_of(response) == "Dividers cannot be executed"


def test_unknown_action_is_404(post):
    for path in ("custom/unknown", "core/unknown", "core/shutdown"):
        response = post(path)
        assert response.status_code == 404
        assert error_of(response)


def test_unknown_source_is_404(post):
    assert post("unknown/succeed").status_code == 404


def test_the_command_line_is_no_action(post):
    assert post("custom/true").status_code == 404


def test_failure_is_500_and_tells_everything_once(post):
    response = post("custom/fail")

    assert response.status_code == 500
    assert error_of(response) == (
        "Command for custom:fail failed with return code 3:\n\n"
        "STDOUT:\nout\n\n\nSTDERR:\nerr\n"
    )


def test_ignore_is_204(post):
    assert post("custom/ignored").status_code == 204


def test_no_command_is_500(post):
    response = post("custom/undefined")

    assert response.status_code == 500
    assert "does not define a command" in error_of(response)


def test_config_yaml_too(post, octoprint):
    flag = octoprint.basedir / "legacy"
    flag.unlink(missing_ok=True)

    assert post("custom/legacy").status_code == 204
    assert flag.exists()


def test_if_both_have_an_action_the_plugins_is_run(post, octoprint):
    (octoprint.basedir / "from-plugin").unlink(missing_ok=True)

    assert post("custom/shared").status_code == 204
    assert (octoprint.basedir / "from-plugin").exists()
    assert not (octoprint.basedir / "from-config").exists()


@pytest.mark.parametrize(
    ("action", "flag"), [("a/b", "slash"), ("über uns?#%", "odd"), ("..", "dots")]
)
def test_odd_actions_run_at_their_resource(admin, octoprint, address, action, flag):
    flag = octoprint.basedir / flag
    flag.unlink(missing_ok=True)
    entries = admin.get(f"{address}/commands/custom").json()
    (resource,) = [entry["resource"] for entry in entries if entry["action"] == action]

    assert admin.post(resource).status_code == 204
    assert flag.exists()


##~~ Bodies


@pytest.mark.parametrize(
    "kwargs",
    [
        {},
        {"json": {}},
        {"json": {"command": "succeed"}},
        {"data": b"", "headers": {"Content-Type": "application/json"}},
        {"data": b" \n", "headers": {"Content-Type": "application/json"}},
        {"data": b"{}"},
        {"data": b"{}", "headers": {"Content-Type": "text/plain"}},
        {"data": {"a": "b"}},
        {"data": b"", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
        {"files": {"a": ("b", b"c")}},
    ],
)
def test_bodies_that_clients_send(post, kwargs):
    assert post("custom/succeed", **kwargs).status_code == 204


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", None])
@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"null",
        b'"succeed"',
        b"5",
        b"nonsense",
        b"\xff\xfe",
        b"[" * 50_000,
        b'{"a": 1} {"b": 2}',
    ],
)
def test_a_wrong_body_is_400_and_runs_nothing(post, octoprint, body, content_type):
    flag = octoprint.basedir / "slow"
    flag.unlink(missing_ok=True)
    headers = {"Content-Type": content_type} if content_type else {}

    response = post("custom/slow", data=body, headers=headers)

    assert response.status_code == 400
    assert "JSON" in error_of(response)
    assert not flag.exists()


def test_json_in_a_form_is_400(post):
    response = post(
        "custom/succeed",
        data='{"arguments": {}}',
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )

    assert response.status_code == 400
    assert "application/json" in error_of(response)


##~~ The deprecated way


def test_deprecated_alias(admin, octoprint, address):
    flag = octoprint.basedir / "legacy"
    for kwargs in (
        {"json": {"action": "legacy"}},
        {"data": {"action": "legacy"}},
        {"params": {"action": "legacy"}},
    ):
        flag.unlink(missing_ok=True)
        response = admin.post(address, **kwargs)
        assert response.status_code == 204
        assert response.content == b""
        assert flag.exists()


def test_deprecated_alias_errors(admin, address):
    assert admin.post(address, json={"action": "fail"}).status_code == 500
    assert admin.post(address, json={"action": "divider"}).status_code == 400
    assert admin.post(address, json={"action": "unknown"}).status_code == 404
    # it is for custom commands only
    assert admin.post(address, json={"action": "restart"}).status_code == 404
    for kwargs in ({}, {"json": {}}, {"json": {"action": 5}}, {"json": {"action": ""}}):
        response = admin.post(address, **kwargs)
        assert response.status_code == 400
        assert "action" in error_of(response)


##~~ Ways to ask


def test_ways_to_send_the_key(anonymous, octoprint, address):
    key = octoprint.admin.api_key
    path = f"{address}/commands/custom/succeed"

    assert anonymous.post(path, headers={"X-Api-Key": key}).status_code == 204
    bearer = {"Authorization": f"Bearer {key}"}
    assert anonymous.post(path, headers=bearer).status_code == 204
    assert anonymous.post(path, params={"apikey": key}).status_code == 204
    assert anonymous.post(path, data={"apikey": key}).status_code == 204
    assert anonymous.get(path.rsplit("/", 1)[0], headers=bearer).status_code == 200


def test_double_slashes_work_as_everywhere_in_octoprint(admin, address):
    # requests would take "//api" for a host, hence the whole address
    url = f"{admin.base_url}/{address}/commands"

    assert admin.get(url).status_code == 200
    assert admin.post(f"{url}/custom/succeed").status_code == 204


def test_wrong_method_is_405(admin, address):
    assert admin.get(f"{address}/commands/custom/succeed").status_code == 405
    assert admin.post(f"{address}/commands").status_code == 405
    assert admin.delete(f"{address}/commands/custom").status_code == 405


def test_nothing_is_cached(admin, address):
    for path in ("commands", "commands/custom"):
        headers = admin.get(f"{address}/{path}").headers
        assert "max-age" not in headers.get("Cache-Control", "") or (
            "max-age=0" in headers["Cache-Control"]
        )


def test_resources_follow_the_address_that_was_asked(admin, octoprint, address):
    host = f"localhost:{octoprint.port}"
    entries = admin.get(f"http://{host}{address}/commands/custom").json()

    assert entries[0]["resource"] == f"http://{host}{address}/commands/custom/succeed"


def test_the_log_names_the_command(post, octoprint):
    post("custom/fail")

    log = octoprint.log_text()
    assert "Performing command for custom:fail" in log
    assert "! err" in log
    assert "exit 3" not in log
