"""Requests that are not what they say: ids that are paths, sessions that are somebody else's
or old, and bodies of any size."""

import contextlib
import http.client
import json
import re

import pytest
import yaml

from harness.http_clients import ApiClient, BrowserClient
from harness.octoprint_server import User

PLUGIN = "/plugin/systemcommands"
RUNS = f"{PLUGIN}/api/runs"
DEFINITIONS = f"{PLUGIN}/api/definitions"
SYSTEMS = ["/api/system", f"{PLUGIN}/api/system"]
TOUCH = "echo x >> touched"
COMMANDS = [
    {"action": "touch", "name": "Touch", "command": TOUCH},
    {"action": "fresh", "name": "Fresh", "command": TOUCH, "fresh_credentials": True},
    {"action": "ours", "name": "Ours", "command": "echo private", "groups": ["kids"]},
    {"action": "long", "name": "Long", "command": "exec sleep 600", "groups": ["kids"]},
]
USERS = [
    User("admin", groups=["users", "admins"]),
    User("operator", permissions=["SYSTEM"]),
    User("editor", permissions=["SYSTEM", "PLUGIN_SYSTEMCOMMANDS_EDIT"]),
    User("kid", groups=["users", "kids"]),
    User("other", groups=["users", "kids"]),
]


@pytest.fixture(scope="module")
def octoprint(make_octoprint, observed):
    server = make_octoprint(
        {
            "plugins": {"systemcommands": {"commands": COMMANDS}},
            "server": {"commands": {"systemShutdownCommand": TOUCH}},
        },
        start=False,
        users={user.name: user for user in USERS},
    )
    kids = {"name": "Kids", "description": "", "permissions": [], "subgroups": []}
    (server.basedir / "groups.yaml").write_text(yaml.safe_dump({"kids": kids}))
    return observed(server).start()


@pytest.fixture
def by_key(octoprint):
    clients = {user.name: ApiClient(octoprint.url, user) for user in USERS}
    yield clients.__getitem__
    for client in clients.values():
        client.close()


@pytest.fixture
def admin(by_key):
    return by_key("admin")


@pytest.fixture
def touched(octoprint):
    """How often one of the commands was run."""
    path = octoprint.basedir / "touched"
    path.unlink(missing_ok=True)
    return lambda: path.read_text().count("x") if path.exists() else 0


def start(client, action):
    response = client.post(RUNS, json={"source": "custom", "action": action})
    assert response.status_code == 202, response.text
    return response.json()["id"]


def ended(client, run_id):
    return client.wait_for_run(run_id)["id"]


##~~ Ids

ONES = [("GET", ""), ("GET", "/output"), ("GET", "/output.txt"), ("POST", "/stop")]
# {id} is that of a run that there is
IDS = [
    "..",
    "../runs",
    "../../../../etc/passwd",
    "%2e%2e",
    "%252e%252e",
    "%2e%2e%2f%2e%2e%2fconfig.yaml",
    "..%2fhistory.db",
    "%2fetc%2fpasswd",
    "/etc/passwd",
    "file:%2f%2f%2fetc%2fpasswd",
    "x" * 8000,
    "0" * 16,
    "%00",
    "{id}%00",
    "{id}%0a",
    "{id}%20",
    "%20{id}",
    "{id}%0d%0aX-Evil:%201",
    "{id}.txt",
    "{id}%2f..%2f{id}",
    "{id}/../{id}",
    "{id};x=1",
    "{id}%3fx",
    "{id},{id}",
    "{half}",
    "{half}%25",
    "{half}*",
    "{UPPER}",
    "1",
    "-1",
    "*",
    "%25",
    "_" * 16,
    "'%20OR%20'1'='1",
    "x'%20UNION%20SELECT%20*%20FROM%20runs--",
    "%ff%fe",
    "%ed%a0%80",
    "%e2%80%a8",
    "%f0%9f%94%91",
    "null",
]


def raw(octoprint, method, path, user):
    """A request whose path nobody tidies up on its way."""
    connection = http.client.HTTPConnection(octoprint.host, octoprint.port, timeout=30)
    with contextlib.closing(connection):
        connection.request(method, path, headers=user.headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read()


@pytest.mark.parametrize("run_id", IDS, ids=lambda run_id: run_id[:30])
def test_ids_that_are_something_else(octoprint, admin, run_id):
    found = ended(admin, start(admin, "ours"))
    run_id = run_id.format(id=found, half=found[:8], UPPER=f"{found[:15]}A".upper())
    for method, what in ONES:
        status, headers, body = raw(
            octoprint, method, f"{RUNS}/{run_id}{what}", octoprint.admin
        )
        assert status == 404
        assert headers["Content-Type"].startswith("application/json")
        assert "X-Evil" not in headers
        assert isinstance(json.loads(body)["error"], str)
        for text in (b"private", b"root:", b"SQLite", b"secretKey"):
            assert text not in body


@pytest.mark.parametrize(("method", "what"), ONES)
def test_runs_of_others_look_like_none(by_key, method, what):
    """So that nobody can find out which ids there are."""
    others = [
        ended(by_key(name), start(by_key(name), "ours")) for name in ("admin", "other")
    ]
    running = start(by_key("other"), "long")
    kid = by_key("kid")
    answers = {
        (response.status_code, response.text)
        for response in (
            kid.request(method, f"{RUNS}/{run_id}{what}")
            for run_id in ["0" * 16, *others, running]
        )
    }
    assert len(answers) == 1
    assert answers.pop()[0] == 404
    assert by_key("other").get(f"{RUNS}/{running}").json()["status"] == "running"
    assert by_key("other").post(f"{RUNS}/{running}/stop").status_code == 202


def test_ids_cannot_be_guessed_from_others(by_key):
    ids = [ended(by_key("kid"), start(by_key("kid"), "ours")) for _ in range(20)]
    assert all(re.fullmatch("[0-9a-f]{16}", run_id) for run_id in ids)
    numbers = [int(run_id, 16) for run_id in ids]
    # neither counting nor the time, whose beginning would be the same
    assert len({number >> 48 for number in numbers}) > 10
    assert sorted(numbers) != numbers
    assert sorted(numbers, reverse=True) != numbers


@pytest.mark.parametrize(
    "before", ["-1", "x", "1e3", "' OR 1", "9" * 30, "٣", "1.0", "0x1"]
)
@pytest.mark.parametrize("name", ["before", "limit", "offset"])
def test_numbers_in_queries(by_key, before, name):
    admin = by_key("admin")
    path = RUNS
    if name == "offset":
        path = f"{RUNS}/{ended(admin, start(admin, 'ours'))}/output"
    assert admin.get(path, params={name: before}).status_code == 400


@pytest.mark.parametrize(
    "value", ["' OR '1'='1", "%", "ours%", "*", "OURS", "ours\0", "\ud800", "x" * 5000]
)
@pytest.mark.parametrize("name", ["action", "source", "user"])
def test_texts_in_queries_find_what_they_name(by_key, name, value):
    ended(by_key("admin"), start(by_key("admin"), "ours"))
    value = value.encode("utf-8", "surrogatepass")
    response = by_key("admin").get(RUNS, params={name: value})
    assert response.status_code == 200
    assert response.json()["runs"] == []


##~~ Stopping


def test_stopping_what_has_ended(by_key):
    admin = by_key("admin")
    run_id = ended(admin, start(admin, "ours"))
    for _ in range(2):
        response = admin.post(f"{RUNS}/{run_id}/stop")
        assert response.status_code == 409
        assert response.json()["error"]


def test_stopping_twice(by_key):
    admin = by_key("admin")
    run_id = start(admin, "long")
    answers = [admin.post(f"{RUNS}/{run_id}/stop").status_code for _ in range(5)]
    assert answers[0] == 202
    assert set(answers) <= {202, 409}
    ended(admin, run_id)
    run = admin.get(f"{RUNS}/{run_id}").json()
    assert (run["status"], run["exit_code"]) == ("stopped", -15)
    assert admin.post(f"{RUNS}/{run_id}/stop").status_code == 409


##~~ Sessions


@pytest.fixture
def session(octoprint):
    clients = []

    def log_in(name):
        client = BrowserClient(octoprint.url)
        clients.append(client)
        client.log_in(octoprint.users[name])
        return client

    yield log_in
    for client in clients:
        client.close()


def writing_routes(admin):
    """All that may change something, as the server has it: (method, path)."""
    for rule, endpoint, methods in admin.get("/plugin/observer/rules").json():
        if not rule.startswith(PLUGIN) and "SystemC" not in endpoint:
            continue
        for method in {"POST", "PUT", "PATCH", "DELETE"} & set(methods):
            path = rule.replace("<string:source>", "custom")
            path = path.replace("<path:command>", "touch")
            yield method, path.replace("<string:command>", "touch")


def test_forged_requests(octoprint, admin, session, touched):
    """What the page of somebody else can make a browser send: with its cookies, without the
    token. Each of them would do something if it came from the page itself."""
    client, other = session("editor"), session("operator")
    etag = admin.get(DEFINITIONS).headers["ETag"]
    run_id = start(admin, "long")
    before = admin.get(RUNS, params={"limit": 200}).json()
    body = {
        "source": "custom",
        "action": "touch",
        "definition": COMMANDS[0],
        "definitions": [],
        "from": "system_actions",
    }
    token = client.csrf_token
    tokens = {
        "none": None,
        "empty": "",
        "another's": other.csrf_token,
        "not signed": "x",
        "half": token[: len(token) // 2],
        "with a header": f"{token}x",
    }
    # the kinds that a page may send to others without being asked
    kinds = ("application/json", "text/plain", "application/x-www-form-urlencoded")
    routes = set(writing_routes(admin))
    # a session counts for nothing there: see test_links.py
    routes.remove(("POST", f"{PLUGIN}/api/hook/<string:secret>"))
    assert len(routes) > 8
    for method, path in routes:
        path = path.replace("<string:run_id>", run_id)
        for sent in tokens.values():
            for kind in kinds:
                response = client.request(
                    method,
                    path,
                    data=json.dumps(body) if "form" not in kind else {"action": "touch"},
                    headers={
                        "Content-Type": kind,
                        "If-Match": etag,
                        "X-CSRF-Token": sent,
                    },
                )
                assert response.status_code == 400, (path, sent)
        # nor by what some servers take for another method
        for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
            client.get(path, headers={name: method}, json=body)
            client.get(path, params={"_method": method}, json=body)
    assert touched() == 0
    assert admin.get(DEFINITIONS).headers["ETag"] == etag
    assert admin.get(RUNS, params={"limit": 200}).json()["next"] == before["next"]
    assert admin.get(f"{RUNS}/{run_id}").json()["status"] == "running"
    admin.post(f"{RUNS}/{run_id}/stop")

    # with the token it is the page itself
    for system in SYSTEMS:
        assert client.post(f"{system}/commands/custom/touch").status_code == 204
    assert touched() == 2


def test_reading_changes_nothing(admin, session, touched, octoprint):
    """GET needs no token, so it must not do anything."""
    client = session("editor")
    etag = admin.get(DEFINITIONS).headers["ETag"]
    ids = [run["id"] for run in admin.get(RUNS).json()["runs"]]
    for rule, endpoint, methods in admin.get("/plugin/observer/rules").json():
        is_ours = rule.startswith(PLUGIN) or "SystemC" in endpoint
        if is_ours and "GET" in methods:
            path = rule.replace("<string:source>", "custom")
            client.get(
                re.sub("<[a-z]+:[a-z_]+>", "touch", path), params={"action": "touch"}
            )
    for system in SYSTEMS:
        assert client.get(f"{system}/commands/custom/touch").status_code in (404, 405)
        assert client.get(system, params={"action": "touch"}).status_code in (404, 405)
    assert touched() == 0
    assert admin.get(DEFINITIONS).headers["ETag"] == etag
    assert [run["id"] for run in admin.get(RUNS).json()["runs"]] == ids


def fresh_requests(etag):
    """Everything that asks for a password that was entered recently."""
    guarded = {"source": "custom", "action": "fresh"}
    yield "POST", RUNS, guarded
    yield "POST", RUNS, {"source": "core", "action": "shutdown"}
    for system in SYSTEMS:
        yield "POST", f"{system}/commands/custom/fresh", {}
        yield "POST", f"{system}/commands/core/shutdown", {}
        yield "POST", system, guarded
    yield "GET", DEFINITIONS, None
    yield "PUT", DEFINITIONS, {"definitions": []}
    yield "POST", f"{DEFINITIONS}/test", {"definition": COMMANDS[0]}
    yield "POST", f"{DEFINITIONS}/check", {"definition": COMMANDS[0]}
    yield "POST", f"{DEFINITIONS}/import", {"from": "system_actions"}
    for name in ("environment", "versions", "presets", "export"):
        yield "GET", f"{DEFINITIONS}/{name}", None


def test_old_sessions(octoprint, admin, session, touched):
    etag = admin.get(DEFINITIONS).headers["ETag"]
    client = session("editor")
    client.make_old(octoprint)
    for method, path, body in fresh_requests(etag):
        response = client.request(method, path, json=body, headers={"If-Match": etag})
        assert response.status_code == 403, path
        assert COMMANDS[0]["command"] not in response.text
    # nor by saying so
    body = {"source": "custom", "action": "fresh"}
    for more in ({"confirmed": True}, {"fresh_credentials": False}, {"trigger": "api"}):
        assert client.post(RUNS, json={**body, **more}).status_code == 403
    # somebody else's recent password is not one's own
    session("operator")
    assert client.post(RUNS, json=body).status_code == 403
    assert touched() == 0
    assert admin.get(DEFINITIONS).headers["ETag"] == etag

    # all else goes on
    assert client.get(RUNS).status_code == 200
    assert client.post(f"{SYSTEMS[1]}/commands/custom/touch").status_code == 204
    client.log_in(octoprint.users["editor"])
    assert client.post(f"{SYSTEMS[1]}/commands/custom/fresh").status_code == 204
    assert client.get(DEFINITIONS).status_code == 200
    assert touched() == 2


def test_a_wrong_password_does_not_freshen(octoprint, session, touched):
    client = session("operator")
    client.make_old(octoprint)
    data = {"user": "operator", "pass": "wrong", "remember": False}
    assert client.post("/api/login", json=data).status_code == 403
    assert client.post(f"{SYSTEMS[1]}/commands/custom/fresh").status_code in (400, 403)
    assert touched() == 0


##~~ Sizes


def test_bodies_without_end(octoprint, admin, touched):
    """Whether it is answered or hung up on: it is not run, and the server is still there."""
    etag = admin.get(DEFINITIONS).headers["ETag"]
    filler = "x" * 5_000_000
    body = {"source": "custom", "action": "touch", "definition": COMMANDS[0]}
    for method, path in set(writing_routes(admin)):
        with contextlib.suppress(OSError):
            response = admin.request(
                method,
                path.replace("<string:run_id>", "0" * 16),
                json={**body, "definitions": [], "from": "yaml", "text": filler},
                headers={"If-Match": etag},
            )
            assert response.status_code in (400, 413)
    assert touched() == 0
    assert admin.get(DEFINITIONS).headers["ETag"] == etag


def test_the_body_of_a_stop_or_of_a_run_is_small(admin, touched):
    """A megabyte is for definitions; what everybody may send is less."""
    for path in (RUNS, f"{RUNS}/{'0' * 16}/stop"):
        body = {"source": "custom", "action": "touch", "filler": "x" * 200_000}
        response = None
        with contextlib.suppress(OSError):
            response = admin.post(path, json=body)
        assert response is None or response.status_code in (400, 413)
    assert touched() == 0


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x, x, x, x, x, x, x, x]\n"
        + "".join(
            f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
            for before, name in zip("abcdefgh", "bcdefghi")
        ),
        "&a [*a]",
        "- &a {action: x, name: X, command: y, more: *a}",
        "!!python/object/apply:os.system ['echo x >> touched']",
        "!!python/name:os.system",
        "[" * 100_000,
        "{" * 100_000,
        "? " * 50_000,
        "- " * 50_000,
        "x: 0x" + "f" * 100_000,
        "\0",
        "%YAML 9.9\n---\n- x",
        "- action: " + "x" * 1_000_000,
    ],
    ids=lambda text: text[:20],
)
def test_yaml_that_is_imported(admin, touched, text):
    body = {"from": "yaml", "text": text, "others": []}
    response = admin.post(f"{DEFINITIONS}/import", json=body)
    assert response.status_code in (200, 400), response.text[:300]
    assert len(response.content) < 5_000_000
    assert touched() == 0


def test_a_list_that_is_too_long(admin):
    current = admin.get(DEFINITIONS)
    entries = [
        {"action": f"a{number}", "name": "A", "command": "true"} for number in range(501)
    ]
    response = admin.put(
        DEFINITIONS,
        json={"definitions": entries},
        headers={"If-Match": current.headers["ETag"]},
    )
    assert response.status_code == 400
    assert admin.get(DEFINITIONS).headers["ETag"] == current.headers["ETag"]


def test_etags(admin):
    """Nothing but the present one lets a list be replaced."""
    current = admin.get(DEFINITIONS).headers["ETag"]
    for etag in ("*", '"*"', "", '""', "x", '"x"', f"{current}x", current[:-2], "W/*"):
        response = admin.put(
            DEFINITIONS, json={"definitions": []}, headers={"If-Match": etag}
        )
        assert response.status_code in (400, 412, 428), etag
    assert admin.get(DEFINITIONS).headers["ETag"] == current
