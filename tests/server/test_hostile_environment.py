"""The environment of commands: what is in it, what can never be, and who wins."""

import re

import pytest

from harness.http_clients import ApiClient

pytestmark = pytest.mark.one_version

RUNS = "/plugin/systemcommands/api/runs"
DEFINITIONS = "/plugin/systemcommands/api/definitions"
CONTRACTS = ["/api/system/commands", "/plugin/systemcommands/api/system/commands"]

ARGUMENTS = [
    {"name": "value", "type": "text", "required": False},
    {"name": "user", "type": "text", "required": False},
]
COMMANDS = [
    {
        "action": "tell",
        "name": "Tell",
        "command": "env -0 > told",
        "arguments": ARGUMENTS,
    },
    # as somebody writes it into the file, where nobody refuses it
    {
        "action": "fixed",
        "name": "Fixed",
        "command": "env -0 > told",
        "arguments": ARGUMENTS,
        "environment": {
            "OTHER": "its own",
            "SC_VALUE": "not from the argument",
            "SC_MORE": "no argument",
            "OCTOPRINT_USER": "root",
            "OCTOPRINT_RUN_ID": "0123456789abcdef",
            "OCTOPRINT_PRINTING": "no idea",
        },
    },
]

# What the server was started with: as if by one of its own commands, which has had a secret
STARTED_WITH = {
    "HARMLESS": "yes",
    "SC_VALUE": "of another command",
    "SC_KEY": "the secret of another command",
    "OCTOPRINT_USER": "somebody else",
    "OCTOPRINT_RUN_ID": "fedcba9876543210",
    "OCTOPRINT_TEMPERATURE_TOOL0": "999.0",
}
ABOUT_THE_RUN = {"RUN_ID", "ACTION", "SWITCH_TO", "USER", "TRIGGER", "EVENT", "URL"}
ABOUT_THE_PRINTER = {
    "STATE",
    "PRINTING",
    "FILE",
    "FILE_ORIGIN",
    "PROGRESS",
    "PRINT_TIME",
    "PRINT_TIME_LEFT",
}
# what a shell sets by itself
OF_THE_SHELL = {"PWD", "OLDPWD", "SHLVL", "_"}


@pytest.fixture(scope="module")
def server(make_octoprint):
    config = {
        "plugins": {"systemcommands": {"commands": COMMANDS}},
        "api": {"key": "0123456789ABCDEF0123456789ABCDEF"},
    }
    return make_octoprint(config, env=STARTED_WITH)


@pytest.fixture
def admin(server):
    with ApiClient(server.url, server.admin) as client:
        yield client


@pytest.fixture
def operator(server):
    with ApiClient(server.url, server.operator) as client:
        yield client


@pytest.fixture
def told(server):
    path = server.basedir / "told"
    path.unlink(missing_ok=True)
    return lambda: environment_in(path.read_bytes())


def environment_in(data):
    pairs = (entry.partition("=") for entry in data.decode().split("\0") if entry)
    return {name: value for name, _, value in pairs}


@pytest.fixture
def of_server(server):
    with open(f"/proc/{server.pid}/environ", "rb") as file:
        return environment_in(file.read())


@pytest.mark.parametrize("door", [*CONTRACTS, "test"])
def test_all_that_a_command_gets(server, operator, admin, told, of_server, door):
    body = {"arguments": {"value": "mine"}}
    if door == "test":
        body["definition"] = COMMANDS[0]
        run = admin.post(f"{DEFINITIONS}/test", json=body).json()
        admin.wait_for_run(run["id"])
    else:
        assert operator.post(f"{door}/custom/tell", json=body).status_code == 204
        run = admin.get(f"{RUNS}?limit=1").json()["runs"][0]
    environment = told()

    own = {f"OCTOPRINT_{name}" for name in ABOUT_THE_RUN | ABOUT_THE_PRINTER}
    own |= {"SC_VALUE", "SC_USER"}
    assert of_server["SC_KEY"] == STARTED_WITH["SC_KEY"]
    inherited = of_server.keys() - STARTED_WITH.keys() | {"HARMLESS"}
    assert environment.keys() - OF_THE_SHELL == (own | inherited) - OF_THE_SHELL
    for name in inherited - OF_THE_SHELL:
        assert environment[name] == of_server[name]

    about = {name[10:]: environment[name] for name in own if name[:10] == "OCTOPRINT_"}
    assert {name: about[name] for name in ABOUT_THE_RUN} == {
        "RUN_ID": run["id"],
        "ACTION": "tell",
        "USER": "admin" if door == "test" else "operator",
        "TRIGGER": "test" if door == "test" else "api",
        "EVENT": "",
        "SWITCH_TO": "",
        "URL": server.url,
    }
    assert about["PRINTING"] == "false"
    assert (environment["SC_VALUE"], environment["SC_USER"]) == ("mine", "")


def test_there_are_no_credentials_in_it(server, operator, told):
    assert operator.post(f"{CONTRACTS[0]}/custom/tell").status_code == 204
    config = server.read_config()
    secrets = [config["server"]["secretKey"], config["api"]["key"]]
    for user in server.users.values():
        secrets += [user.api_key, user.password]
    secrets += re.findall(r"\$pbkdf2\S+", (server.basedir / "users.yaml").read_text())
    secrets += [cookie.value for cookie in operator.cookies]
    assert len(secrets) > 8
    values = "\n".join(told().values())
    for secret in secrets:
        assert secret not in values


def test_what_a_request_says_of_itself_is_not_what_a_command_is_told(
    server, operator, told
):
    headers = {
        "X-Forwarded-User": "root",
        "X-Remote-User": "root",
        "X-Forwarded-For": "1.2.3.4",
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "User-Agent": "() { :; }; touch canary",
        "Referer": "$(touch canary)",
    }
    body = {"arguments": {"user": "root"}, "user": "root", "trigger": "menu"}
    path = f"{CONTRACTS[1]}/custom/tell"
    assert operator.post(path, json=body, headers=headers).status_code == 204
    environment = told()

    assert environment["OCTOPRINT_USER"] == "operator"
    assert environment["OCTOPRINT_TRIGGER"] == "api"
    assert environment["OCTOPRINT_URL"] == server.url
    assert environment["SC_USER"] == "root"
    for text in ("evil", "canary", "1.2.3.4"):
        assert text not in "\n".join(environment.values())
    assert not (server.basedir / "canary").exists()


##~~ The environment of a definition


def test_arguments_win_over_the_file(server, operator, admin, told):
    for value in ("from the argument", ""):
        body = {"arguments": {"value": value}}
        response = operator.post(f"{CONTRACTS[0]}/custom/fixed", json=body)
        assert response.status_code == 204, response.text
        environment = told()
        assert environment["SC_VALUE"] == value
        run = admin.get(f"{RUNS}?limit=1").json()["runs"][0]
        assert environment["OCTOPRINT_RUN_ID"] == run["id"]
        assert environment["OCTOPRINT_USER"] == "operator"
        assert environment["OCTOPRINT_PRINTING"] == "false"
        assert environment["OTHER"] == "its own"
        assert environment["HARMLESS"] == "yes"


@pytest.mark.parametrize(
    "name", ["SC_VALUE", "SC_", "SC_ANY", "OCTOPRINT_RUN_ID", "OCTOPRINT_TARGET_BED"]
)
def test_an_editor_cannot_set_them(admin, name):
    entry = {
        "action": "new",
        "name": "New",
        "command": "true",
        "environment": {name: "x"},
    }
    current = admin.get(DEFINITIONS)
    body = {"definitions": [*current.json()["definitions"], entry]}
    headers = {"If-Match": current.headers["ETag"]}
    response = admin.put(DEFINITIONS, json=body, headers=headers)
    assert response.status_code == 400
    (problem,) = response.json()["problems"][-1]
    assert problem["field"] == "environment"
    assert name in problem["message"]

    response = admin.post(f"{DEFINITIONS}/test", json={"definition": entry})
    assert response.status_code == 400
    assert admin.get(DEFINITIONS).headers["ETag"] == current.headers["ETag"]


NO_NAMES = [
    "PATH",
    "LD_PRELOAD",
    "IFS",
    "ENV",
    "BASH_ENV",
    "SC_X",
    "OCTOPRINT_URL",
    "x=y",
    "x\ny",
    "x\0",
    "x y",
    "x;y",
    "$x",
    "x[0]",
    "_x",
    "1x",
    "é",
    "ı",
    "x-y",
    "()",
    "",
    "x" * 33,
]


@pytest.mark.parametrize("name", NO_NAMES)
def test_names_that_no_argument_has(admin, server, name):
    entry = {
        "action": "new",
        "name": "New",
        "command": "touch canary",
        "arguments": [{"name": name, "type": "text", "required": False}],
    }
    check = admin.post(f"{DEFINITIONS}/check", json={"definition": entry, "others": []})
    paths = [problem["path"] for problem in check.json()["problems"]]
    assert ["arguments", 0, "name"] in paths
    response = admin.post(
        f"{DEFINITIONS}/test", json={"definition": entry, "arguments": {name: "x"}}
    )
    assert response.status_code == 400
    assert not (server.basedir / "canary").exists()
