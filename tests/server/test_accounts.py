"""What becomes of runs when the account behind them does not stay what it was."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import yaml

from harness.http_clients import RUNS, ApiClient, BrowserClient
from harness.octoprint_server import User
from harness.waiting import wait_until

# it is started anew
OWN_SERVER = True
COMMANDS = [
    {"action": "quick", "name": "Quick", "command": "echo said", "groups": ["kids"]},
    {"action": "long", "name": "Long", "command": "exec sleep 600", "groups": ["kids"]},
    {
        "action": "queued",
        "name": "Queued",
        "command": "echo said; test -e go || exec sleep 600",
        "groups": ["kids"],
        "when_busy": "queue",
    },
]
PLUGIN = "/plugin/systemcommands/api"


@pytest.fixture(scope="module")
def kids(octoprint):
    """The group that the commands are open to."""
    with ApiClient(octoprint.url, octoprint.admin) as client:
        data = {"key": "kids", "name": "Kids", "description": "", "default": False}
        data.update(permissions=[], subgroups=[])
        assert client.post("/api/access/groups", json=data).ok


@pytest.fixture
def add(octoprint, kids, admin):
    """add("kid"): a client with the key of a new account, in the group of the commands."""
    clients = []

    def add(name="kid", **what):
        data = {"active": True, "groups": ["users", "kids"], "permissions": [], **what}
        data.update(name=name, password=f"password of {name}")
        path = "/api/access/users"
        assert admin.post(path, json=data).ok
        key = admin.post(f"{path}/{name}/apikey").json()["apikey"]
        clients.append(ApiClient(octoprint.url, User(name, api_key=key)))
        return clients[-1]

    yield add
    for client in clients:
        client.close()
    for user in admin.get("/api/access/users").json()["users"]:
        if user["name"] not in octoprint.users:
            remove(admin, user["name"])
    for run in admin.get(RUNS, params={"status": "queued,starting,running"}).json()[
        "runs"
    ]:
        admin.post(f"{RUNS}/{run['id']}/stop")
        admin.wait_for_run(run["id"])
    (octoprint.basedir / "go").unlink(missing_ok=True)


def remove(admin, name="kid"):
    assert admin.delete(f"/api/access/users/{name}").ok


def change(admin, **what):
    assert admin.put("/api/access/users/kid", json=what).ok


def start(client, action):
    response = client.post(RUNS, json={"source": "custom", "action": action})
    assert response.status_code == 202, response.text
    return response.json()["id"]


def sees(client, run_id):
    """Whether somebody sees a run; each way of asking has to say the same."""
    listed = run_id in [run["id"] for run in client.get(RUNS).json()["runs"]]
    for path in ("", "/output", "/output.txt"):
        response = client.get(f"{RUNS}/{run_id}{path}")
        assert response.status_code == (200 if listed else 404), path
    if not listed:
        assert client.post(f"{RUNS}/{run_id}/stop").status_code == 404
    return listed


##~~ A new account of the same name


@pytest.mark.parametrize("what", [{}, {"permissions": ["SYSTEM"]}])
def test_a_new_account_does_not_inherit_runs(add, admin, what):
    kid = add(**what)
    ended, going_on = start(kid, "quick"), start(kid, "long")
    kid.wait_for_run(ended)
    assert sees(kid, ended)
    assert sees(kid, going_on)

    remove(admin)
    kid = add(**what)
    for _ in range(2):
        assert not sees(kid, ended)
        assert not sees(kid, going_on)
        # once more when it has runs of its own
        assert sees(kid, start(kid, "quick"))
    assert kid.get(RUNS, params={"user": "kid"}).json()["runs"][-1]["id"] != ended
    if what:
        kid.delete(RUNS)
    # those who see all do so still
    assert sees(admin, ended)
    assert admin.get(f"{RUNS}/{going_on}").json()["status"] == "running"


def test_what_somebody_runs_goes_on_when_they_are_deactivated_or_deleted(add, admin):
    kid = add()
    run_id = start(kid, "long")

    change(admin, active=False)
    assert kid.get(f"{RUNS}/{run_id}").status_code == 403
    assert kid.post(f"{RUNS}/{run_id}/stop").status_code == 403
    assert admin.get(f"{RUNS}/{run_id}").json()["status"] == "running"
    change(admin, active=True)
    assert sees(kid, run_id)
    remove(admin)
    assert admin.get(f"{RUNS}/{run_id}").json()["status"] == "running"
    assert admin.post(f"{RUNS}/{run_id}/stop").status_code == 202
    assert admin.wait_for_run(run_id)["user"] == "kid"


def make_anew(admin):
    remove(admin)
    data = {"active": True, "groups": ["users", "kids"], "permissions": []}
    data.update(name="kid", password="another")
    assert admin.post("/api/access/users", json=data).ok


@pytest.mark.parametrize("kept", ["session", "remember_token"])
@pytest.mark.parametrize(
    "happens", [lambda admin: change(admin, active=False), remove, make_anew]
)
def test_cookies_that_are_kept_open_nothing(octoprint, add, admin, happens, kept):
    run_id = start(add(), "quick")
    admin.wait_for_run(run_id)
    with BrowserClient(octoprint.url) as browser:
        browser.get("/login/")
        data = {"user": "kid", "pass": "password of kid", "remember": True}
        assert browser.post("/api/login", json=data).ok
        others = [
            c for c in browser.cookies if c.name.startswith(("session", "remember"))
        ]
        assert len(others) == 2
        for cookie in others:
            if not cookie.name.startswith(kept):
                browser.cookies.clear(cookie.domain, cookie.path, cookie.name)
        jar = browser.cookies.copy()
        assert sees(browser, run_id)

        happens(admin)
        browser.cookies = jar
        for path in (f"{PLUGIN}/menu", RUNS, f"{RUNS}/{run_id}/output"):
            assert browser.get(path).status_code == 403, path
        assert browser.post(f"{RUNS}/{run_id}/stop").status_code == 403
        body = {"source": "custom", "action": "quick"}
        assert browser.post(RUNS, json=body).status_code == 403
        assert browser.post("/api/system/commands/custom/quick").status_code == 403


def test_accounts_are_told_apart_over_restarts(add, admin, octoprint):
    kid = add()
    run_id = start(kid, "quick")
    kid.wait_for_run(run_id)

    octoprint.restart()
    assert sees(kid, run_id)
    # as the command line does it
    octoprint.stop()
    path = octoprint.basedir / "users.yaml"
    users = yaml.safe_load(path.read_text())
    del users["kid"]
    path.write_text(yaml.safe_dump(users))
    octoprint.start()
    assert not sees(add(), run_id)
    assert sees(admin, run_id)


##~~ When the turn comes


def leave_the_group(admin):
    change(admin, groups=["users"])


def save(admin, definitions):
    path = f"{PLUGIN}/definitions"
    headers = {"If-Match": admin.get(path).headers["ETag"]}
    response = admin.put(path, json={"definitions": definitions}, headers=headers)
    assert response.ok, response.text


def close_the_command(admin):
    save(admin, [{**entry, "groups": []} for entry in COMMANDS])


LOSSES = {
    "deactivated": lambda admin: change(admin, active=False),
    "deleted": remove,
    "left the group": leave_the_group,
    "closed": close_the_command,
}


def outcome_of_a_queued_run(octoprint, admin, kid, happens):
    """A run of the kid's that waits when something happens, after its end."""
    first = start(admin, "queued")
    waiting = start(kid, "queued")
    behind = start(admin, "queued")
    happens(admin)
    assert admin.get(f"{RUNS}/{waiting}").json()["status"] == "queued"
    (octoprint.basedir / "go").touch()
    admin.post(f"{RUNS}/{first}/stop")
    # whatever becomes of it, those behind it have their turn
    assert admin.wait_for_run(behind)["status"] == "succeeded"
    return admin.wait_for_run(waiting)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_queued_run_of_somebody_who_may_not_any_more_is_refused(
    octoprint, add, admin, loss
):
    try:
        run = outcome_of_a_queued_run(octoprint, admin, add(), LOSSES[loss])
    finally:
        save(admin, COMMANDS)

    assert (run["status"], run["started_at"]) == ("failed", None)
    assert "no longer allowed" in run["hint"]
    assert run["output"]["bytes"] == 0


def test_a_queued_run_of_a_new_account_is_not_the_old_ones(octoprint, add, admin):
    def happens(admin):
        remove(admin)
        add()

    run = outcome_of_a_queued_run(octoprint, admin, add(), happens)
    assert "no longer allowed" in run["hint"]


def test_a_queued_run_of_somebody_who_has_lost_the_permission(octoprint, add, admin):
    kid = add(groups=["users"], permissions=["SYSTEM"])
    run = outcome_of_a_queued_run(
        octoprint, admin, kid, lambda admin: change(admin, permissions=[])
    )
    assert "no longer allowed" in run["hint"]


@pytest.mark.parametrize(
    "happens",
    [
        lambda admin: None,
        lambda admin: change(admin, permissions=["SYSTEM"], groups=["users"]),
        lambda admin: admin.put(
            "/api/access/users/kid/password", json={"password": "another"}
        ),
    ],
)
def test_a_queued_run_of_somebody_who_still_may_is_run(octoprint, add, admin, happens):
    run = outcome_of_a_queued_run(octoprint, admin, add(), happens)
    assert (run["status"], run["hint"]) == ("succeeded", None)


@pytest.mark.parametrize("address", ["/api/system", f"{PLUGIN}/system"])
def test_whoever_waits_for_a_run_that_is_refused_is_told(octoprint, add, admin, address):
    kid = add()
    first = start(admin, "queued")
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(kid.post, f"{address}/commands/custom/queued")
        wait_until(lambda: admin.get(RUNS, params={"status": "queued"}).json()["runs"])
        change(admin, active=False)
        admin.post(f"{RUNS}/{first}/stop")
        response = answer.result(30)
    assert response.status_code == 403
    assert "no longer allowed" in response.json()["error"]


##~~ Guests


def test_guests_get_nothing_whatever_they_were_given(octoprint, admin):
    """OctoPrint gives them no dangerous permissions, but this plugin's is none of these."""
    path = "/api/access/groups/guests"
    data = {"description": "", "subgroups": [], "default": False}
    given = ["STATUS", "SYSTEM", "PLUGIN_SYSTEMCOMMANDS_HISTORY"]
    assert admin.put(path, json={**data, "permissions": given}).ok
    with BrowserClient(octoprint.url) as guest:
        guest.get("/login/")
        assert guest.get("/api/version").ok
        run_id = start(admin, "quick")
        admin.wait_for_run(run_id)
        for one in ("/runs", f"/runs/{run_id}/output", "/menu", "/openapi.json"):
            assert guest.get(PLUGIN + one).status_code == 403, one
        assert guest.get("/api/system/commands").status_code == 403
        assert guest.delete(RUNS).status_code == 403
    assert admin.put(path, json={**data, "permissions": []}).ok
