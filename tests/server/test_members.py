"""Commands that are open to groups: who sees and runs them without the permission SYSTEM."""

import pytest

from harness.http_clients import ApiClient
from harness.octoprint_server import User
from harness.waiting import wait_until

COMMANDS = [
    {"action": "divider"},
    {"action": "ours", "name": "Ours", "command": "echo ours", "groups": ["kids"]},
    {"action": "divider"},
    {"action": "theirs", "name": "Theirs", "command": "touch theirs"},
    {"action": "divider"},
    {
        "action": "guarded",
        "name": "Guarded",
        "command": "true",
        "groups": ["kids", "others"],
        "fresh_credentials": True,
    },
    {"action": "nobody", "name": "Nobody", "command": "true", "groups": ["guests"]},
    {"action": "odd", "name": "Odd", "command": "true", "groups": "kids"},
    {"action": "divider"},
    {"action": "long", "name": "Long", "command": "sleep 60", "groups": ["kids"]},
]
SYSTEM_ACTIONS = [{"action": "old", "name": "Old", "command": "true"}]
SETTINGS = {"server": {"commands": {"serverRestartCommand": "touch restarted"}}}
PLUGIN = "/plugin/systemcommands/api"
ADDRESSES = ["/api/system", f"{PLUGIN}/system"]


@pytest.fixture(scope="module")
def accounts(octoprint):
    """Users by name: `kid` of the group kids, `nephew` of a group that kids is a part of."""
    users = {}
    with ApiClient(octoprint.url, octoprint.admin) as admin:

        def post(path, **data):
            response = admin.post(path, json=data)
            assert response.ok, response.text
            return response.json()

        for key, parts in (("kids", []), ("family", ["kids"])):
            post(
                "/api/access/groups",
                key=key,
                name=key.title(),
                description="",
                permissions=[],
                subgroups=parts,
                default=False,
            )
        for name, group in (("kid", "kids"), ("nephew", "family")):
            post(
                "/api/access/users",
                name=name,
                password=f"password of {name}",
                active=True,
                groups=[group],
                permissions=[],
            )
            key = post(f"/api/access/users/{name}/apikey")["apikey"]
            users[name] = User(name, api_key=key)
    return users


@pytest.fixture(params=["kid", "nephew"])
def member(request, octoprint, accounts):
    with ApiClient(octoprint.url, accounts[request.param]) as client:
        yield client


def actions(commands):
    return [command["action"] for command in commands]


def test_members_see_what_they_may_run(member):
    assert actions(member.get(f"{PLUGIN}/menu").json()["commands"]) == [
        "ours",
        "divider",
        "guarded",
        "divider",
        "long",
    ]
    for address in ADDRESSES:
        everything = member.get(f"{address}/commands").json()
        assert everything.pop("plugin", []) == []
        assert everything.keys() == {"core", "custom"}
        assert everything["core"] == []
        assert actions(everything["custom"]) == [
            "ours",
            "divider",
            "guarded",
            "divider",
            "long",
        ]
        assert member.get(f"{address}/commands/custom").json() == everything["custom"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_all_else_is_not_theirs(member, address, octoprint):
    for source in ("core", "plugin", "nowhere"):
        assert member.get(f"{address}/commands/{source}").status_code == 403
    # which does not tell what there is
    for path in ("custom/theirs", "custom/old", "custom/nowhere", "custom/divider"):
        assert member.post(f"{address}/commands/{path}").status_code == 403
    assert member.post(f"{address}/commands/core/restart").status_code == 403
    assert not (octoprint.basedir / "theirs").exists()
    assert not (octoprint.basedir / "restarted").exists()


@pytest.mark.parametrize("address", ADDRESSES)
def test_members_run_what_is_theirs(member, address):
    assert member.post(f"{address}/commands/custom/ours").status_code == 204
    assert member.post(address, json={"action": "ours"}).status_code == 204
    assert member.post(address, json={"action": "theirs"}).status_code == 403


def test_a_broken_list_of_groups_opens_it_to_nobody(member, operator):
    assert "odd" in actions(operator.get(f"{PLUGIN}/menu").json()["commands"])
    assert member.post(f"{PLUGIN}/system/commands/custom/odd").status_code == 403


def test_guests_are_nobody(anonymous, octoprint, login):
    for address in ADDRESSES:
        assert anonymous.get(f"{address}/commands").status_code == 403
    visitor = login(octoprint.user)
    visitor.post("/api/logout")
    visitor.headers["X-CSRF-Token"] = visitor.csrf_token
    response = visitor.post(f"{PLUGIN}/system/commands/custom/nobody")
    assert response.status_code == 403


def test_users_of_no_such_group_have_nothing(user):
    assert user.get(f"{PLUGIN}/menu").json() == {"commands": []}
    for path in (f"{PLUGIN}/runs", *(f"{address}/commands" for address in ADDRESSES)):
        assert user.get(path).status_code == 403
    body = {"source": "custom", "action": "ours"}
    assert user.post(f"{PLUGIN}/runs", json=body).status_code == 403


def test_members_see_their_own_runs(octoprint, accounts, operator):
    body = {"source": "custom", "action": "ours"}
    others = operator.post(f"{PLUGIN}/runs", json=body).json()
    with ApiClient(octoprint.url, accounts["kid"]) as kid:
        own = kid.post(f"{PLUGIN}/runs", json=body).json()
        kid.wait_for_run(own["id"])
        assert "ours" in kid.get(f"{PLUGIN}/runs/{own['id']}/output").text
        assert kid.get(f"{PLUGIN}/runs/{own['id']}/output.txt").text == "ours\n"
        found = kid.get(f"{PLUGIN}/runs").json()["runs"]
        assert own["id"] in [run["id"] for run in found]
        assert {run["user"] for run in found} == {"kid"}
        assert kid.get(f"{PLUGIN}/runs?user=operator").json()["runs"] == []

        for path in ("", "/output", "/output.txt"):
            assert kid.get(f"{PLUGIN}/runs/{others['id']}{path}").status_code == 404
        assert kid.post(f"{PLUGIN}/runs/{others['id']}/stop").status_code == 404
        # nor can they make it undone
        assert kid.delete(f"{PLUGIN}/runs").status_code == 403


def test_everybody_means_those_with_system(octoprint, accounts, admin, operator):
    path = "/api/settings"
    data = {"plugins": {"systemcommands": {"history": {"visible_to_all": True}}}}
    assert admin.post(path, json=data).status_code == 200
    try:
        admin.post(f"{PLUGIN}/system/commands/custom/ours")
        users = {r["user"] for r in operator.get(f"{PLUGIN}/runs").json()["runs"]}
        assert "admin" in users
        with ApiClient(octoprint.url, accounts["kid"]) as kid:
            users = {r["user"] for r in kid.get(f"{PLUGIN}/runs").json()["runs"]}
            assert users <= {"kid"}
    finally:
        data["plugins"]["systemcommands"]["history"]["visible_to_all"] = False
        admin.post(path, json=data)


def test_fresh_credentials_are_asked_of_members_too(octoprint, accounts, login):
    client = login(accounts["kid"])
    for path in (f"{address}/commands/custom/guarded" for address in ADDRESSES):
        assert client.post(path).status_code == 204
    client.make_old(octoprint)
    for path in (f"{address}/commands/custom/guarded" for address in ADDRESSES):
        assert client.post(path).status_code == 403
    body = {"source": "custom", "action": "guarded"}
    assert client.post(f"{PLUGIN}/runs", json=body).status_code == 403


def test_those_who_leave_a_group_have_nothing_any_more(octoprint, accounts, admin):
    with ApiClient(octoprint.url, accounts["nephew"]) as nephew:
        path = "/api/access/users/nephew"
        data = {"active": True, "groups": [], "permissions": []}
        assert nephew.get(f"{PLUGIN}/runs").status_code == 200
        assert admin.put(path, json=data).status_code == 200
        try:
            assert nephew.get(f"{PLUGIN}/runs").status_code == 403
            assert nephew.post(f"{ADDRESSES[1]}/commands/custom/ours").status_code == 403
        finally:
            admin.put(path, json={**data, "groups": ["family"]})


def test_who_stops_a_run_is_noted(octoprint, accounts, admin):
    with ApiClient(octoprint.url, accounts["kid"]) as kid:
        body = {"source": "custom", "action": "long"}
        run = kid.post(f"{PLUGIN}/runs", json=body).json()
    assert run["stopped_by"] is None
    path = f"{PLUGIN}/runs/{run['id']}"
    assert admin.post(f"{path}/stop").status_code == 202
    wait_until(lambda: admin.get(path).json()["status"] == "stopped")

    assert admin.get(path).json()["user"] == "kid"
    assert admin.get(path).json()["stopped_by"] == "admin"
    line = f"Stopping custom:long, run {run['id']}, user admin"
    wait_until(lambda: line in octoprint.log_text())
