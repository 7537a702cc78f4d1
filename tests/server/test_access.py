"""Who gets in: permissions, sessions and CSRF, first run, reauthentication."""

import pytest
import yaml

from harness.http_clients import ApiClient
from harness.waiting import wait_until

COMMANDS = [
    {"action": "touch", "name": "Touch", "command": "touch touched"},
    {
        "action": "guarded",
        "name": "Guarded",
        "command": "touch guarded",
        "fresh_credentials": True,
    },
]
SETTINGS = {
    "server": {
        "commands": {
            "systemShutdownCommand": "touch shut-down",
            "serverRestartCommand": "touch restarted",
        }
    },
}
ADDRESSES = ["/api/system", "/plugin/systemcommands/api/system"]
READS = [
    *(f"{address}/commands" for address in ADDRESSES),
    *(f"{address}/commands/custom" for address in ADDRESSES),
    *(f"{address}/commands/core" for address in ADDRESSES),
]
RUNS = [f"{address}/commands/custom/touch" for address in ADDRESSES]


@pytest.fixture
def touched(octoprint):
    path = octoprint.basedir / "touched"
    path.unlink(missing_ok=True)
    return path


@pytest.mark.parametrize("path", READS)
def test_reading_needs_system(admin, operator, user, anonymous, path):
    assert admin.get(path).status_code == 200
    assert operator.get(path).status_code == 200
    assert user.get(path).status_code == 403
    assert anonymous.get(path).status_code == 403


def test_the_menu_is_empty_for_those_who_may_run_nothing(operator, user, anonymous):
    path = "/plugin/systemcommands/api/menu"
    assert len(operator.get(path).json()["commands"]) == 2
    assert user.get(path).json() == {"commands": []}
    assert anonymous.get(path).status_code == 403


@pytest.mark.parametrize("path", RUNS)
def test_running_needs_system(operator, user, anonymous, path, touched):
    assert user.post(path).status_code == 403
    # OctoPrint looks for the CSRF token before it asks who it is
    assert anonymous.post(path).status_code == 400
    assert anonymous.post(path, headers={"X-Api-Key": "wrong"}).status_code in (400, 403)
    assert not touched.exists()

    assert operator.post(path).status_code == 204
    assert touched.exists()


@pytest.mark.parametrize("address", ADDRESSES)
def test_those_without_system_learn_nothing(user, address):
    for path in ("commands/custom/touch", "commands/custom/unknown", "commands/x/y"):
        assert user.post(f"{address}/{path}").status_code == 403
    assert user.get(f"{address}/commands/unknown").status_code == 403
    assert user.post(address, json={"action": "touch"}).status_code == 403


@pytest.mark.parametrize("path", RUNS)
def test_a_session_needs_the_csrf_token(octoprint, login, path, touched):
    client = login(octoprint.operator)
    without_token = {"X-CSRF-Token": None}

    assert client.post(path, headers=without_token).status_code == 400
    assert client.post(path, headers={"X-CSRF-Token": "wrong"}).status_code == 400
    assert not touched.exists()
    assert client.post(path).status_code == 204
    assert touched.exists()


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_session_of_a_user_without_system(octoprint, login, address, touched):
    client = login(octoprint.user)

    assert client.get(f"{address}/commands").status_code == 403
    assert client.post(f"{address}/commands/custom/touch").status_code == 403
    assert not touched.exists()


@pytest.mark.parametrize("address", ADDRESSES)
def test_settings_do_not_show_command_lines(admin, operator, user, anonymous, address):
    for client in (admin, operator, user, anonymous):
        response = client.get("/api/settings")
        if response.status_code == 200:
            assert "touch touched" not in response.text


@pytest.mark.parametrize("nonsense", [[], None, "x", [{"action": "evil"}]])
def test_saving_settings_does_not_change_commands(admin, octoprint, nonsense):
    before = octoprint.read_config()["plugins"]["systemcommands"]["commands"]

    body = {"plugins": {"systemcommands": {"commands": nonsense}}}
    response = admin.post("/api/settings", json=body)

    assert response.status_code == 200
    assert octoprint.read_config()["plugins"]["systemcommands"]["commands"] == before
    listed = admin.get("/api/system/commands/custom").json()
    assert [entry["action"] for entry in listed] == ["touch", "guarded"]


def test_static_files_are_for_everyone(anonymous):
    # the login page, for example, has them in its bundle
    path = "/plugin/systemcommands/static/clientjs/systemcommands.js"

    assert anonymous.get(path).status_code == 200


##~~ Reauthentication


GUARDED = [
    *((f"{address}/commands/custom/guarded", "guarded") for address in ADDRESSES),
    *((f"{address}/commands/core/shutdown", "shut-down") for address in ADDRESSES),
]


@pytest.mark.parametrize(("path", "flag"), GUARDED)
def test_api_keys_count_as_fresh(operator, octoprint, path, flag):
    flag = octoprint.basedir / flag
    flag.unlink(missing_ok=True)

    assert operator.post(path).status_code == 204
    wait_until(flag.exists)


@pytest.mark.parametrize(("path", "flag"), GUARDED)
def test_a_fresh_session_may(octoprint, login, path, flag):
    flag = octoprint.basedir / flag
    flag.unlink(missing_ok=True)

    assert login(octoprint.operator).post(path).status_code == 204
    wait_until(flag.exists)


def test_an_old_session_is_asked_again(octoprint, login):
    client = login(octoprint.operator)
    client.make_old(octoprint)

    for path, flag in GUARDED:
        flag = octoprint.basedir / flag
        flag.unlink(missing_ok=True)
        response = client.post(path)
        assert response.status_code == 403, path
        assert "reauthenticate" in response.json()["error"]
        assert not flag.exists()
    start = {"source": "custom", "action": "guarded"}
    response = client.post("/plugin/systemcommands/api/runs", json=start)
    assert response.status_code == 403
    for path in RUNS:
        assert client.post(path).status_code == 204

    client.log_in(octoprint.operator)
    for path, _ in GUARDED:
        assert client.post(path).status_code == 204


##~~ First run


def test_before_the_first_run_wizard_nobody_may(make_octoprint):
    server = make_octoprint(
        {
            "server": {"firstRun": True},
            "plugins": {"systemcommands": {"commands": COMMANDS}},
        },
        start=False,
        users={},
    )
    (server.basedir / "users.yaml").unlink()
    # everything would be open to everyone, which must not mean shell commands
    groups = {"guests": {"permissions": ["SYSTEM", "STATUS"], "name": "Guests"}}
    (server.basedir / "groups.yaml").write_text(yaml.safe_dump(groups))
    server.start()

    with ApiClient(server.url) as client:
        for path in READS:
            assert client.get(path).status_code == 403, path
        for path in RUNS:
            assert client.post(path).status_code in (400, 403), path
    assert not (server.basedir / "touched").exists()
