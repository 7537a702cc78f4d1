"""Who may do what: the tables in docs/access.md, compared with a real server.

Each row of the first tables is a request, each column somebody who sends it. What a row is
about is in `PROBES`; the routes come from the running server, so that none can be forgotten.
"""

import re
from pathlib import Path
from typing import Callable, NamedTuple

import pytest
import yaml

from harness.http_clients import ApiClient, BrowserClient
from harness.octoprint_server import User
from harness.push_client import PushClient
from harness.waiting import wait_until
from octoprint_systemcommands.commands.definition import Command
from octoprint_systemcommands.runs.history.database import Limits
from octoprint_systemcommands.runs.history.history import History
from octoprint_systemcommands.runs.outcome import Outcome
from octoprint_systemcommands.runs.output.capture import STDOUT
from octoprint_systemcommands.runs.record import Status
from octoprint_systemcommands.runs.request import Request, Requester, RuleOrigin
from octoprint_systemcommands.runs.run import Run

DOCS = Path(__file__).parents[2] / "docs" / "access.md"
PLUGIN = "/plugin/systemcommands"
RUNS = f"{PLUGIN}/api/runs"
OCTOPRINTS = (
    "api.retrieveSystemCommands",
    "api.retrieveSystemCommandsForSource",
    "api.executeSystemCommand",
    "api.performSystemAction",
)
GLOBAL_KEY = "0123456789ABCDEF0123456789ABCDEF"
APPLICATION_KEYS = {
    "member": "FEDCBA9876543210FEDCBA9876543210",
    "inactive": "FEDCBA9876543210FEDCBA9876543211",
    "deleted": "FEDCBA9876543210FEDCBA9876543212",
}
COMMANDS = [
    {"action": "open", "name": "Open", "command": "echo open", "groups": ["kids"]},
    {"action": "closed", "name": "Closed", "command": "echo closed"},
    {
        "action": "lamp",
        "name": "Lamp",
        "type": "toggle",
        "on": "true",
        "off": "true",
        "groups": ["kids"],
    },
    {"action": "relay", "name": "Relay", "type": "toggle", "on": "true", "off": "true"},
]
# what the tables call them
TOGGLES = {"lamp": "an open toggle", "relay": "another toggle"}
RULES = [{"id": "a", "name": "the rule", "when": {"action": "never"}, "run": "open"}]
USERS = [
    User("user"),
    User("member", groups=["users", "kids"]),
    User("system", permissions=["SYSTEM"]),
    User("history", permissions=["PLUGIN_SYSTEMCOMMANDS_HISTORY"]),
    User("edit", permissions=["PLUGIN_SYSTEMCOMMANDS_EDIT"]),
    User("admin", groups=["users", "admins"]),
    # whose runs are somebody else's to all of the others
    User("somebody", permissions=["SYSTEM"]),
    User("leaver", groups=["users", "kids"]),
    # who had all there is, before they were deactivated and deleted
    User("inactive", groups=["users", "kids", "admins"]),
    User("deleted", groups=["users", "kids", "admins"]),
]


##~~ The tables


def tables():
    """The rows of the page's tables by the first cell of their head: dicts by column."""
    result: dict[str, list[dict[str, str]]] = {}
    head: list[str] = []
    for line in DOCS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("|"):
            head = []
            continue
        cells = [cell.strip(" `") for cell in line.strip("|").split("|")]
        cells[0] = cells[0].replace("…", PLUGIN)
        if not head:
            head = cells
        elif not set("".join(cells)) <= set("-: "):
            assert len(cells) == len(head), line
            result.setdefault(head[0], []).append(dict(zip(head, cells)))
    return result


REQUESTS = tables()["request"]
PUSHES = tables()["message"]
FORGETTING = [row for row in REQUESTS if row["request"] == f"DELETE {RUNS}"]


def key_of(row):
    return row["request"], row["what"]


##~~ What the rows are about


class Probe(NamedTuple):
    """How to find out what a row says.

    Attributes:
        path: of the request; {own}, {others} and {rules} are the ids of runs
        passes: the status of somebody who has passed the gate
        word: what the row says then, made of the answer and who asks
        body: of the request, JSON
    """

    path: str
    passes: int = 200
    word: Callable = lambda response, role: "yes"
    body: object = None


def commands(response, role):
    data = response.json()
    if isinstance(data, dict) and "custom" in data:
        assert data.keys() - {"plugin"} == {"core", "custom"}
        assert bool(data["core"]) == (len(data["custom"]) == len(COMMANDS))
        data = data["custom"]
    elif isinstance(data, dict):
        data = data["commands"]
    return words_of(data, "open", "closed")


def states(response, role):
    return words_of(response.json()["states"], "lamp", "relay")


def words_of(entries, open_to_members, closed):
    actions = [entry["action"] for entry in entries]
    found = tuple(action for action in actions if action in (open_to_members, closed))
    words = {(open_to_members, closed): "all", (open_to_members,): "open", (): "none"}
    return words[found]


def runs(response, role):
    found = response.json()["runs"]
    users = {run["user"] for run in found if not run["rule"]}
    if users == {role.user}:
        return "own, rules'" if any(run["rule"] for run in found) else "own"
    assert {role.user, "somebody"} <= users
    return "all"


def mine(response, role):
    assert f"output of {role.user}" in response.text
    return "yes"


def theirs(response, role):
    assert "output of somebody" in response.text
    return "yes"


def of_rules(response, role):
    assert "output of a rule" in response.text
    return "yes"


def saved_by(name):
    def word(response, role):
        assert name in response.text
        return "yes"

    return word


CONTRACT = {}
for _address in ("/api/system", f"{PLUGIN}/api/system"):
    _list = f"{_address}/commands"
    _execute = f"{_list}/<source>/<command>"
    CONTRACT |= {
        (f"GET {_list}", ""): Probe(_list, word=commands),
        (f"GET {_list}/<source>", "custom"): Probe(f"{_list}/custom", word=commands),
        (f"GET {_list}/<source>", "core"): Probe(f"{_list}/core"),
        (f"POST {_execute}", "an open command"): Probe(f"{_list}/custom/open", 204),
        (f"POST {_execute}", "another command"): Probe(f"{_list}/custom/closed", 204),
        (f"POST {_execute}", "core"): Probe(f"{_list}/core/restart", 204),
        (f"POST {_address}", "an open command"): Probe(
            _address, 204, body={"action": "open"}
        ),
        (f"POST {_address}", "another command"): Probe(
            _address, 204, body={"action": "closed"}
        ),
    }
_ONE = f"{RUNS}/<run_id>"
_DEFINITIONS = f"{PLUGIN}/api/definitions"
_RULES = f"{PLUGIN}/api/rules"
_LINKS = f"{PLUGIN}/api/links"
_HOOK = f"{PLUGIN}/api/hook"
_SCRIPT = "clientjs/systemcommands.js"
PROBES = {
    **CONTRACT,
    (f"GET {PLUGIN}/api/menu", ""): Probe(f"{PLUGIN}/api/menu", word=commands),
    (f"GET {PLUGIN}/api/states", ""): Probe(f"{PLUGIN}/api/states", word=states),
    (f"POST {RUNS}", "an open command"): Probe(
        RUNS, 202, body={"source": "custom", "action": "open"}
    ),
    (f"POST {RUNS}", "another command"): Probe(
        RUNS, 202, body={"source": "custom", "action": "closed"}
    ),
    (f"POST {RUNS}", "core"): Probe(
        RUNS, 202, body={"source": "core", "action": "restart"}
    ),
    (f"GET {RUNS}", ""): Probe(f"{RUNS}?limit=200", word=runs),
    (f"DELETE {RUNS}", ""): Probe(RUNS),
    (f"GET {_ONE}", "own"): Probe(RUNS + "/{own}"),
    (f"GET {_ONE}", "another's"): Probe(RUNS + "/{others}"),
    (f"GET {_ONE}", "a rule's"): Probe(RUNS + "/{rules}"),
    (f"GET {_ONE}/output", "own"): Probe(RUNS + "/{own}/output", word=mine),
    (f"GET {_ONE}/output", "another's"): Probe(RUNS + "/{others}/output", word=theirs),
    (f"GET {_ONE}/output", "a rule's"): Probe(RUNS + "/{rules}/output", word=of_rules),
    (f"GET {_ONE}/output.txt", "own"): Probe(RUNS + "/{own}/output.txt", word=mine),
    (f"GET {_ONE}/output.txt", "another's"): Probe(
        RUNS + "/{others}/output.txt", word=theirs
    ),
    (f"GET {_ONE}/output.txt", "a rule's"): Probe(
        RUNS + "/{rules}/output.txt", word=of_rules
    ),
    # they have ended already
    (f"POST {_ONE}/stop", "own"): Probe(RUNS + "/{own}/stop", 409),
    (f"POST {_ONE}/stop", "another's"): Probe(RUNS + "/{others}/stop", 409),
    (f"POST {_ONE}/stop", "a rule's"): Probe(RUNS + "/{rules}/stop", 409),
    (f"POST {_ONE}/now", "own"): Probe(RUNS + "/{own}/now", 409),
    (f"POST {_ONE}/now", "another's"): Probe(RUNS + "/{others}/now", 409),
    (f"POST {_ONE}/now", "a rule's"): Probe(RUNS + "/{rules}/now", 409),
    (f"GET {_DEFINITIONS}", ""): Probe(_DEFINITIONS, word=saved_by("echo closed")),
    # nothing is saved without If-Match
    (f"PUT {_DEFINITIONS}", ""): Probe(_DEFINITIONS, 428, body={"definitions": []}),
    (f"POST {_DEFINITIONS}/check", ""): Probe(f"{_DEFINITIONS}/check", body={}),
    (f"POST {_DEFINITIONS}/test", ""): Probe(
        f"{_DEFINITIONS}/test",
        202,
        body={"definition": {"name": "Test", "command": "true"}},
    ),
    (f"GET {_DEFINITIONS}/environment", ""): Probe(f"{_DEFINITIONS}/environment"),
    (f"GET {_DEFINITIONS}/versions", ""): Probe(f"{_DEFINITIONS}/versions"),
    (f"GET {_DEFINITIONS}/presets", ""): Probe(f"{_DEFINITIONS}/presets"),
    (f"GET {_DEFINITIONS}/export", ""): Probe(
        f"{_DEFINITIONS}/export", word=saved_by("echo closed")
    ),
    (f"POST {_DEFINITIONS}/import", ""): Probe(
        f"{_DEFINITIONS}/import", body={"from": "system_actions"}
    ),
    (f"GET {_RULES}", ""): Probe(_RULES, word=saved_by("the rule")),
    (f"PUT {_RULES}", ""): Probe(_RULES, 428, body={"rules": []}),
    (f"POST {_RULES}/check", ""): Probe(f"{_RULES}/check", body={}),
    (f"POST {_RULES}/try", ""): Probe(
        f"{_RULES}/try",
        202,
        body={"rule": {"when": {"event": "print_done"}, "run": "open"}},
    ),
    (f"GET {_RULES}/happenings", ""): Probe(f"{_RULES}/happenings"),
    (f"GET {_RULES}/versions", ""): Probe(f"{_RULES}/versions"),
    (f"GET {_RULES}/export", ""): Probe(f"{_RULES}/export", word=saved_by("the rule")),
    (f"POST {_RULES}/import", ""): Probe(
        f"{_RULES}/import", body={"event_manager": True}
    ),
    (f"GET {PLUGIN}/api/mqtt", ""): Probe(f"{PLUGIN}/api/mqtt"),
    (f"GET {_LINKS}", ""): Probe(_LINKS),
    (f"POST {_LINKS}", ""): Probe(_LINKS, 201, body={"name": "Link", "action": "open"}),
    # there is none with this id or address
    (f"DELETE {_LINKS}/<link_id>", ""): Probe(f"{_LINKS}/{'0' * 16}", 404),
    (f"POST {_HOOK}/<secret>", ""): Probe(f"{_HOOK}/{'A' * 43}", 404),
    (f"GET {_HOOK}/<secret>", ""): Probe(f"{_HOOK}/{'A' * 43}", 404),
    (f"GET {PLUGIN}/api/openapi.json", ""): Probe(f"{PLUGIN}/api/openapi.json"),
    (f"GET {PLUGIN}/static/<filename>", ""): Probe(f"{PLUGIN}/static/{_SCRIPT}"),
}


##~~ Who asks


class Role(NamedTuple):
    client: ApiClient
    user: str


def browser(server, user=None):
    client = BrowserClient(server.url)
    if user is None:
        # a visitor, who has got a token with the login page
        client.get("/login/")
    else:
        client.log_in(user)
    return client


class WithoutToken(BrowserClient):
    """What a page of somebody else makes a browser send."""

    csrf_token = None


@pytest.fixture(scope="module")
def server(make_octoprint, observed, with_holder):
    commands = {"serverRestartCommand": "true"}
    server = make_octoprint(
        {
            "plugins": {"systemcommands": {"commands": COMMANDS, "rules": RULES}},
            "server": {"commands": commands},
            "api": {"key": GLOBAL_KEY},
        },
        start=False,
        users={user.name: user for user in USERS},
    )
    kids = {"name": "Kids", "description": "", "permissions": [], "subgroups": []}
    (server.basedir / "groups.yaml").write_text(yaml.safe_dump({"kids": kids}))
    keys = server.basedir / "data" / "appkeys" / "keys.yaml"
    keys.parent.mkdir(parents=True)
    keys.write_text(
        yaml.safe_dump(
            {
                user: [{"app_id": "App", "api_key": key}]
                for user, key in APPLICATION_KEYS.items()
            }
        )
    )
    observed(server)
    with_holder(server)
    server.run_ids = made_runs(server)
    return server.start()


def made_runs(server):
    """A run that has ended for each user, also for those who may start none, and for a
    rule; ids by user."""
    path = server.basedir / "data" / "systemcommands" / "history.db"
    history = History(str(path), lambda: Limits(runs=1000, days=30))
    ids = {}
    for user in [None, "_api", *(user.name for user in USERS), "a rule"]:
        command = Command.model_validate({"action": "old", "command": "true"})
        requester = Requester(user=user)
        if user == "a rule":
            requester = Requester(trigger="event", rule=RuleOrigin("off", "Off"))
        run = Run(history.next_seq(), Request("custom", command, requester))
        run.output.write(STDOUT, f"output of {user}".encode())
        run.end(Outcome(Status.SUCCEEDED, 0))
        history.note(run)
        ids[user] = run.id
    history.close()
    return ids


@pytest.fixture(scope="module")
def roles(server):
    """By the columns of the tables."""
    users = server.users
    result = {
        "nobody": Role(browser(server), None),
        **{
            name: Role(browser(server, users[name.lower()]), name.lower())
            for name in (
                "user",
                "member",
                "SYSTEM",
                "HISTORY",
                "EDIT",
                "admin",
                "inactive",
                "deleted",
            )
        },
        "global key": Role(
            ApiClient(server.url, User("_api", api_key=GLOBAL_KEY)), "_api"
        ),
        "wrong key": Role(ApiClient(server.url, User("x", api_key="WRONG")), None),
    }
    for name, key in APPLICATION_KEYS.items():
        result[f"{name}'s key"] = Role(ApiClient(server.url, users[name]), name)
        application = User(name, api_key=key)
        result[f"{name}'s app"] = Role(ApiClient(server.url, application), name)
    # what they hold, they hold still: cookies and keys
    for name in ("inactive", "deleted"):
        for role in (result[name], result[f"{name}'s key"], result[f"{name}'s app"]):
            assert role.client.get("/plugin/systemcommands/api/menu").ok
    end_account(server, "inactive")
    end_account(server, "deleted")
    forged = WithoutToken(server.url)
    forged.cookies.update(result["admin"].client.cookies)
    result["no token"] = Role(forged, "admin")
    yield result
    for role in result.values():
        role.client.close()


@pytest.fixture(scope="module")
def by_key(server):
    """by_key("admin"): a client with this user's API key."""
    clients = {user.name: ApiClient(server.url, user) for user in USERS}
    yield clients.__getitem__
    for client in clients.values():
        client.close()


def end_account(server, name):
    """Deactivate the user "inactive", or delete another one."""
    with ApiClient(server.url, server.users["admin"]) as admin:
        path = f"/api/access/users/{name}"
        if name == "inactive":
            assert admin.put(path, json={"active": False}).ok
        else:
            assert admin.delete(path).ok


def renew_account(server, user):
    """Make a user's account what it was, or another one of the same name; returns somebody
    who has its new key."""
    name = user.name
    with ApiClient(server.url, server.users["admin"]) as admin:
        path = f"/api/access/users/{name}"
        data = {"active": True, "groups": user.groups, "permissions": user.permissions}
        if admin.get(path).ok:
            assert admin.put(path, json=data).ok
        else:
            data.update(name=name, password=user.password)
            assert admin.post("/api/access/users", json=data).ok
        return User(name, api_key=admin.post(f"{path}/apikey").json()["apikey"])


def wait_until_idle(client):
    active = {"status": "queued,starting,running"}
    wait_until(lambda: not client.get(RUNS, params=active).json()["runs"])


##~~ Requests


def test_every_route_has_a_row_and_every_row_a_route(server, by_key):
    rules = by_key("admin").get("/plugin/observer/rules").json()
    routes = {
        f"{method} {re.sub('<[a-z]+:', '<', rule)}"
        for rule, endpoint, methods in rules
        if rule.startswith(PLUGIN) or "systemcommands" in rule or endpoint in OCTOPRINTS
        for method in methods
        # HEAD goes where GET goes, and OPTIONS nowhere; both have a test below
        if method not in ("HEAD", "OPTIONS")
    }
    assert len(routes) > 20
    assert routes == {row["request"] for row in REQUESTS}


def test_every_row_is_compared():
    keys = [key_of(row) for row in REQUESTS]
    assert len(set(keys)) == len(keys)
    assert set(keys) == set(PROBES)


def observed_word(server, role, probe, method):
    path = probe.path.format(
        own=server.run_ids[role.user],
        others=server.run_ids["somebody"],
        rules=server.run_ids["a rule"],
    )
    response = role.client.request(method, path, json=probe.body)
    if method == "GET":
        head = role.client.head(path)
        assert (head.status_code, head.content) == (response.status_code, b"")
    if response.status_code == probe.passes:
        if method == "GET" and probe.path.startswith(f"{PLUGIN}/api"):
            # nobody after them is shown what they were shown
            assert response.headers["Cache-Control"] == "no-store"
        return probe.word(response, role)
    assert response.status_code in (400, 403, 404), response.text
    if probe.path.startswith(f"{PLUGIN}/api"):
        assert isinstance(response.json()["error"], str)
    assert "output of" not in response.text
    return str(response.status_code)


@pytest.mark.parametrize(
    "row",
    [row for row in REQUESTS if row not in FORGETTING],
    ids=lambda row: " ".join(key_of(row)),
)
def test_requests(server, roles, row):
    method = row["request"].split()[0]
    seen = {
        name: observed_word(server, role, PROBES[key_of(row)], method)
        for name, role in roles.items()
    }
    assert seen == {name: row[name] for name in roles}
    assert row.keys() - roles.keys() == {"request", "what"}


@pytest.mark.parametrize("name", ["member", "SYSTEM", "EDIT", "member's app"])
@pytest.mark.parametrize(
    "query", ["user=somebody", "user=", "user=admin", "action=old", "user=*"]
)
def test_filters_open_nothing(roles, name, query):
    found = roles[name].client.get(f"{RUNS}?limit=200&{query}").json()["runs"]
    assert {run["user"] for run in found if not run["rule"]} <= {roles[name].user}
    # of rules that one has tried out, the runs are one's own
    others = [run for run in found if run["user"] != roles[name].user]
    assert name == "SYSTEM" or not any(run["rule"] for run in others)
    # two users would be one too many
    twice = roles[name].client.get(f"{RUNS}?{query}&user=a&user=member")
    assert twice.status_code == 400


def test_stopping(server, roles, by_key):
    """Those who may stop a run do, and all the others do not."""
    (row,) = (r for r in REQUESTS if "/stop" in r["request"] and r["what"] == "another's")
    definition = {"name": "Long", "command": "exec sleep 600"}
    for name, role in roles.items():
        run = by_key("admin").post(
            f"{_DEFINITIONS}/test", json={"definition": definition}
        )
        one = f"{RUNS}/{run.json()['id']}"
        response = role.client.post(f"{one}/stop")
        is_stopping = by_key("admin").get(one).json()
        was_stopped = is_stopping["stopping"] or is_stopping["status"] == "stopped"
        is_own = role.user == "admin" and name != "no token"
        assert was_stopped == (row[name] == "yes" or is_own), name
        assert (response.status_code == 202) == was_stopped
        by_key("admin").post(f"{one}/stop")
    wait_until_idle(by_key("admin"))


def test_options_tell_nothing(server):
    with ApiClient(server.url) as client:
        for probe in PROBES.values():
            ids = server.run_ids
            path = probe.path.format(own="0", others=ids["somebody"], rules=ids["a rule"])
            response = client.options(path)
            if probe.path.startswith(_HOOK):
                # whether there is such a link or not
                assert (response.status_code, response.content) == (200, b"")
            elif probe.path.startswith(f"{PLUGIN}/api"):
                # a login is asked for before anything of the plugin's is reached
                assert response.status_code == 403
                assert response.json().keys() == {"code", "error"}
            else:
                assert response.content == b""


@pytest.mark.parametrize(
    "row",
    FORGETTING,
    ids=lambda row: " ".join(key_of(row)),
)
def test_forgetting(server, roles, by_key, row):
    body = {"source": "custom", "action": "open"}
    seen = {}
    for name, role in roles.items():
        for user in ("somebody", "system"):
            assert by_key(user).post(RUNS, json=body).status_code == 202
        wait_until_idle(by_key("admin"))
        response = role.client.delete(RUNS)
        left = {run["user"] for run in by_key("admin").get(RUNS).json()["runs"]}
        if not left:
            seen[name] = "all"
        elif role.user not in left and "somebody" in left:
            seen[name] = "own"
        if response.status_code != 200:
            assert {"somebody", "system"} <= left
            seen[name] = str(response.status_code)
    assert seen == {name: row[name] for name in roles}


##~~ What is pushed


@pytest.fixture
def connect(server):
    """connect("user"), connect(): a push socket, logged in or not."""
    sockets = []

    def connect(name=None):
        socket = PushClient(server)
        sockets.append(socket)
        if name is not None:
            log_in(server, socket, name)
        return socket

    yield connect
    for socket in sockets:
        socket.close()


def log_in(server, socket, name):
    with ApiClient(server.url, server.users[name]) as client:
        socket.log_in(client)


@pytest.fixture
def mark(by_key):
    """mark(sockets): all that was sent to them before, without the marks."""
    numbers = iter(range(1000))

    def mark(*sockets):
        name = f"{next(numbers)}"
        data = {"mark": name}
        assert by_key("admin").post("/plugin/observer/mark", json=data).ok
        for socket in sockets:
            socket.receive_until(lambda message: message == ("push", data))
            socket.receive_until(
                lambda message: message == ("plugin_observer_mark", data)
            )
        return [
            [message for message in socket.messages if "mark" not in message[1]]
            for socket in sockets
        ]

    return mark


@pytest.fixture
def guests_see_the_status(by_key):
    """So that those who have not logged in get what others send. Even if they are given
    more, they get nothing of ours."""
    path = "/api/access/groups/guests"
    data = {"description": "", "subgroups": [], "default": False}
    for permissions in (["STATUS", "PLUGIN_SYSTEMCOMMANDS_HISTORY"], []):
        response = by_key("admin").put(path, json={**data, "permissions": permissions})
        assert response.status_code == 200, response.text
        if permissions:
            yield


def start(client, action="open"):
    response = client.post(RUNS, json={"source": "custom", "action": action})
    assert response.status_code == 202, response.text
    return response.json()["id"]


def has_ended(run_id):
    def condition(message):
        kind, data = message
        return kind == "push" and any(
            entry == {"id": run_id, "status": "succeeded"}
            for entry in data.get("runs", [])
        )

    return condition


def is_on(action):
    def condition(message):
        kind, data = message
        return kind == "push" and any(
            (entry["action"], entry["state"]) == (action, "on")
            for entry in data.get("states", [])
        )

    return condition


@pytest.fixture
def pushed(server, by_key, connect, mark, guests_see_the_status):
    """What sockets got of all that can happen: by column, the kinds and whose runs."""
    columns = [*PUSHES[0]]
    assert columns[:2] == ["message", "of"]
    del columns[:2]
    lost = ("inactive", "deleted")
    sockets = {
        name: connect(None if name == "nobody" else name.lower())
        for name in columns
        if name not in lost
    }
    for name in lost:
        sockets[name] = connect()
        with ApiClient(server.url, renew_account(server, server.users[name])) as client:
            sockets[name].log_in(client)
    # all are logged in; the last one is told last
    mark(*sockets.values())
    for name in lost:
        end_account(server, name)
    sockets["last"] = connect("admin")
    mark(sockets["last"])

    ids = {"somebody": start(by_key("somebody"))}
    for name in ("member", "SYSTEM", "admin"):
        ids[name] = start(by_key(name.lower()))
    definition = {"name": "Test", "command": "true"}
    response = by_key("edit").post(
        f"{_DEFINITIONS}/test", json={"definition": definition}
    )
    ids["EDIT"] = response.json()["id"]
    held = by_key("admin").post("/plugin/holder/hold", json={"action": "closed"}).json()
    by_key("admin").post(f"{RUNS}/{held['id']}/now")
    ids["a rule"] = held["id"]
    for action in TOGGLES:
        body = {"source": "custom", "action": action, "to": "on"}
        assert by_key("admin").post(RUNS, json=body).status_code == 202
    for run_id in ids.values():
        sockets["last"].receive_until(has_ended(run_id))
    for action in TOGGLES:
        sockets["last"].receive_until(is_on(action))
    by_key("admin").delete(RUNS)
    sockets["last"].receive_until(lambda message: message[1] == {"type": "cleared"})

    by_id = {run_id: name for name, run_id in ids.items()}
    seen = {name: set() for name in columns}
    for name, messages in zip(columns, mark(*(sockets[name] for name in columns))):
        for kind, data in messages:
            if kind != "push" and data["id"] in by_id:
                assert data.keys() == {
                    "id",
                    "action",
                    "name",
                    "status",
                    "to",
                    "exit_code",
                    "duration",
                    "user",
                }
                seen[name].add((kind.rpartition("commands_")[2], by_id[data["id"]]))
            if kind != "push":
                continue
            if data["type"] == "cleared":
                assert data.keys() == {"type"}
                seen[name].add(("cleared", ""))
            elif data["type"] == "states":
                assert data.keys() == {"type", "states"}
                (state,) = data["states"]
                assert state.keys() == {"action", "state", "to", "assumed", "since"}
                seen[name].add(("states", TOGGLES[state["action"]]))
            else:
                assert data.keys() == {"type", "runs"}
                for entry in data["runs"]:
                    assert entry.keys() == {"id", "status"}
                    seen[name].add(("runs", by_id.get(entry["id"])))
    return seen, set(ids)


def test_pushes(pushed):
    seen, started = pushed
    owners = started - {"a rule"}
    table = {(row["message"], row["of"]): row for row in PUSHES}
    assert len(table) == len(PUSHES)
    got = {}
    for message in ("runs", "run_started", "run_finished"):
        for name, of_role in seen.items():
            is_own = "yes" if (message, name) in of_role else "no"
            got[message, "one's own run", name] = is_own if name in owners else "–"
            others = owners - {name}
            found = {owner for owner in others if (message, owner) in of_role}
            # all of them, or none
            assert found in (others, set()), (message, name)
            got[message, "another's run", name] = "yes" if found else "no"
            of_rule = "yes" if (message, "a rule") in of_role else "no"
            got[message, "a rule's run", name] = of_rule
    for name, of_role in seen.items():
        got["cleared", "", name] = "yes" if ("cleared", "") in of_role else "no"
        for of in TOGGLES.values():
            got["states", of, name] = "yes" if ("states", of) in of_role else "no"
    assert got == {
        (message, of, name): row[name]
        for (message, of), row in table.items()
        for name in seen
    }


def test_nothing_is_replayed_at_login(server, by_key, connect, mark):
    """OctoPrint keeps what is pushed before the login, and sends it after it to everybody."""
    late = [connect(), connect()]
    watching = connect("admin")
    mark(watching)
    run_id = start(by_key("somebody"))
    watching.receive_until(has_ended(run_id))
    by_key("admin").post("/plugin/observer/mark", json={"mark": "before the login"})
    by_key("admin").delete(RUNS)
    watching.receive_until(lambda message: message[1] == {"type": "cleared"})

    log_in(server, late[0], "user")
    # and somebody who would have got it
    log_in(server, late[1], "history")
    for socket, messages in zip(late, mark(*late)):
        assert ("push", {"mark": "before the login"}) in socket.messages
        assert messages == []


def test_subscriptions_open_nothing(by_key, connect, mark):
    sockets = [connect("user"), connect("member")]
    events = [f"plugin_systemcommands_run_{end}" for end in ("started", "finished")]
    for socket in sockets:
        wanted = {"state": True, "plugins": True, "events": True}
        socket.send({"subscribe": wanted})
        wanted = {
            "plugins": ["systemcommands", "observer"],
            "events": [*events, "plugin_observer_mark"],
        }
        socket.send({"subscribe": wanted})
    mark(*sockets)
    watching = connect("admin")
    mark(watching)
    watching.receive_until(has_ended(start(by_key("somebody"))))
    of_user, of_member = mark(*sockets)
    assert of_user == []
    assert {kind for kind, _ in of_member} == {"push"}


def test_those_who_lose_a_permission_get_nothing_any_more(server, by_key, connect, mark):
    path = "/api/access/users/leaver"
    data = {"active": True, "permissions": [], "groups": ["users", "kids"]}
    socket, watching = connect("leaver"), connect("admin")
    mark(socket, watching)
    watching.receive_until(has_ended(start(by_key("leaver"))))
    (before,) = mark(socket)
    assert {kind for kind, _ in before} == {
        "push",
        "plugin_systemcommands_run_started",
        "plugin_systemcommands_run_finished",
    }

    response = by_key("admin").put(path, json={**data, "groups": ["users"]})
    assert response.status_code == 200
    watching.receive_until(has_ended(start(by_key("somebody"))))
    (after,) = mark(socket)
    by_key("admin").put(path, json=data)
    assert after == before


@pytest.fixture
def editor(server):
    """Somebody who sees what they have started, and nothing else; who is gone after it."""
    user = User("editor", permissions=["PLUGIN_SYSTEMCOMMANDS_EDIT"])
    yield user
    with ApiClient(server.url, server.users["admin"]) as admin:
        admin.delete(f"/api/access/users/{user.name}")


def start_long(client):
    definition = {"name": "Long", "command": "exec sleep 600"}
    response = client.post(f"{_DEFINITIONS}/test", json={"definition": definition})
    assert response.status_code == 202, response.text
    return response.json()["id"]


def is_event(name, run_id):
    return lambda message: (
        message[0] == f"plugin_systemcommands_{name}" and message[1]["id"] == run_id
    )


@pytest.mark.parametrize("end", ["deactivated", "deleted", "made anew"])
def test_those_who_lose_their_account_get_nothing_any_more(
    server, by_key, connect, mark, editor, end
):
    """Not even of what they have started, nor does the new account of the same name."""
    admin = by_key("admin")
    socket, watching = connect(), connect("admin")
    with ApiClient(server.url, renew_account(server, editor)) as client:
        socket.log_in(client)
        mark(socket, watching)
        run_id = start_long(client)
    socket.receive_until(is_event("run_started", run_id))
    (before,) = mark(socket)

    path = f"/api/access/users/{editor.name}"
    if end == "deactivated":
        assert admin.put(path, json={"active": False}).ok
    else:
        assert admin.delete(path).ok
    sockets = [socket]
    if end == "made anew":
        sockets.append(connect())
        with ApiClient(server.url, renew_account(server, editor)) as client:
            sockets[1].log_in(client)
            mark(sockets[1])
            own = start_long(client)
            sockets[1].receive_until(is_event("run_started", own))
            client.post(f"{RUNS}/{own}/stop")
            sockets[1].receive_until(is_event("run_finished", own))
    assert admin.post(f"{RUNS}/{run_id}/stop").status_code == 202
    watching.receive_until(is_event("run_finished", run_id))
    after = mark(*sockets)
    assert after[0] == before
    if end == "made anew":
        events = [data["id"] for kind, data in after[1] if kind != "push"]
        assert set(events) == {own}


def test_those_who_log_out_get_nothing_any_more(
    server, by_key, connect, mark, guests_see_the_status
):
    client = browser(server, server.users["history"])
    socket = connect()
    socket.log_in(client)
    watching = connect("admin")
    mark(socket, watching)
    watching.receive_until(has_ended(start(by_key("somebody"))))
    (before,) = mark(socket)
    assert before

    assert client.post("/api/logout").ok
    watching.receive_until(has_ended(start(by_key("somebody"))))
    (after,) = mark(socket)
    assert after == before


def test_a_command_that_is_closed_to_a_group_is_closed_to_its_pushes(
    by_key, connect, mark
):
    """What members get hangs on the definitions, which may change under a socket."""
    socket, watching = connect("member"), connect("admin")
    mark(socket, watching)
    current = by_key("admin").get(_DEFINITIONS)
    closed = [{**command, "groups": []} for command in COMMANDS]

    def save(definitions, etag):
        response = by_key("admin").put(
            _DEFINITIONS, json={"definitions": definitions}, headers={"If-Match": etag}
        )
        assert response.status_code == 200, response.text
        return response.headers["ETag"]

    etag = save(closed, current.headers["ETag"])
    try:
        assert by_key("member").get(RUNS).status_code == 403
        watching.receive_until(has_ended(start(by_key("somebody"))))
        (messages,) = mark(socket)
        assert messages == []
    finally:
        save(COMMANDS, etag)
    assert by_key("member").get(RUNS).status_code == 200
