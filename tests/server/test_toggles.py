"""Toggles and statuses over HTTP: at both addresses, by clients that know them and by those
that do not, for members of groups, while printing, and with whatever may be sent."""

from urllib.parse import urlsplit

import aiohttp
import pytest
from octorest import OctoRest
from pyoctoprintapi import OctoprintClient

from harness import coroutines
from harness.http_clients import ApiClient
from harness.octoprint_server import User
from harness.push_client import PushClient
from harness.waiting import wait_until

LINE = "echo {} $OCTOPRINT_SWITCH_TO >> switched"
LIGHT = {
    "action": "light",
    "name": "Light",
    "type": "toggle",
    "on": LINE.format("light"),
    "off": LINE.format("light"),
    "state": "test -e lit && echo lit",
    "confirm": "Really?",
    "groups": ["kids"],
    "show_in": ["menu", "sidebar"],
    "color": "green",
}
STATUS = {
    "action": "cpu",
    "name": "CPU",
    "type": "status",
    "state": "echo 42 °C",
    "groups": ["kids"],
}
COMMANDS = [
    LIGHT,
    {"action": "divider"},
    STATUS,
    {"action": "divider"},
    {"action": "plain", "name": "Plain", "command": "true"},
    {
        "action": "half",
        "name": "Half",
        "type": "toggle",
        "on": LINE.format("half"),
        "off": LINE.format("half"),
        "while_printing": "refuse",
    },
    {
        "action": "both",
        "name": "Both",
        "type": "toggle",
        "on": LINE.format("both"),
        "off": LINE.format("both"),
        "while_printing": "refuse",
        "guards": "both",
    },
    {
        "action": "slow",
        "name": "Slow",
        "type": "toggle",
        "on": "until [ -e gate ]; do sleep 0.05; done; echo slow on >> switched",
        "off": "echo slow off >> switched",
    },
    {
        "action": "failing",
        "name": "Failing",
        "type": "toggle",
        "on": "exit 3",
        "off": "exit 4",
    },
    {"action": "divider"},
    {**STATUS, "action": "last"},
]
# as in OctoPrint's own list, where it may have any characters
SYSTEM_ACTIONS = [
    {"action": "fan:on", "name": "Own", "command": "echo own >> switched"},
    {**LIGHT, "action": "fan", "on": LINE.format("fan"), "off": LINE.format("fan")},
]
LISTED = [
    *("light", "divider", "plain", "half", "both", "slow", "failing"),
    *("divider", "fan:on", "fan"),
]
SETTINGS = {"server": {"commands": {"serverRestartCommand": "touch restarted"}}}
API = "/plugin/systemcommands/api"
RUNS = f"{API}/runs"
TEST = f"{API}/definitions/test"
RULES = f"{API}/rules"
BASES = ["", "/plugin/systemcommands"]
ADDRESSES = pytest.mark.parametrize("base", BASES, ids=["octoprint", "plugin"])
WAYS = ["runs", "octoprint", "plugin", "deprecated"]
FINISHED = "plugin_systemcommands_run_finished"
GCODE = "G28\n" + "G4 P100\n" * 3000

# what nobody would send who means well
ODD = [
    "",
    "ON",
    "on\n",
    " on",
    "true",
    "opposite",
    True,
    False,
    0,
    1,
    1.5,
    [],
    ["on"],
    {},
]
ODD += [{"on": True}, "x" * 100_000, "on\0", "ｏｎ"]


@pytest.fixture
def switched(octoprint):
    """switched(): what was run, line by line."""
    path = octoprint.basedir / "switched"
    path.unlink(missing_ok=True)
    return lambda: path.read_text().splitlines() if path.exists() else []


def post(client, way, action, **body):
    if way == "runs":
        answer = client.post(RUNS, json={"source": "custom", "action": action, **body})
    elif way == "deprecated":
        answer = client.post("/api/system", json={"action": action, **body})
    else:
        base = BASES[way == "plugin"]
        path = f"{base}/api/system/commands/custom/{action}"
        # most clients send no body
        answer = client.post(path, json=body) if body else client.post(path)
    if answer.status_code == 202:
        client.wait_for_run(answer.json()["id"])
    return answer


def actions(entries):
    return [entry["action"] for entry in entries]


def newest_run(client):
    return client.get(f"{RUNS}?limit=1").json()["runs"][0]


##~~ Lists


@ADDRESSES
def test_a_toggle_is_one_entry_and_a_status_is_none(admin, base):
    everything = admin.get(f"{base}/api/system/commands").json()
    custom = admin.get(f"{base}/api/system/commands/custom").json()

    assert everything["custom"] == custom
    assert actions(custom) == LISTED
    # and nothing that OctoPrint's documentation does not know
    assert custom[0].keys() == {"action", "name", "confirm", "source", "resource"}
    assert "fan:on" in custom[-2]["resource"] or "fan%3Aon" in custom[-2]["resource"]


def test_the_menu_has_all_of_them(admin):
    menu = admin.get(f"{API}/menu").json()["commands"]

    wanted = [*actions(COMMANDS), *actions(SYSTEM_ACTIONS)]
    assert actions(menu) == wanted
    light, cpu = menu[0], menu[2]
    assert light["type"] == "toggle"
    assert light["show_in"] == ["menu", "sidebar"]
    assert (light["color"], light["has_state"]) == ("green", True)
    assert (cpu["type"], cpu["has_state"]) == ("status", True)
    assert "type" not in menu[4]
    assert not {"on", "off", "state", "command", "every"} & {
        key for entry in menu for key in entry
    }


##~~ Run


@pytest.mark.parametrize("way", WAYS)
def test_ways_to_say_where_to(operator, admin, switched, way):
    for action, body, to in (
        ("light:on", {}, "on"),
        ("light:off", {}, "off"),
        ("light", {"to": "on"}, "on"),
        ("light", {"to": "off"}, "off"),
        ("light:off", {"to": "off"}, "off"),
        ("light:on", {"to": None}, "on"),
    ):
        answer = post(operator, way, action, **body)
        assert answer.ok, answer.text
        assert answer.status_code == (202 if way == "runs" else 204)
        assert switched()[-1] == f"light {to}"
        run = newest_run(operator)
        assert (run["action"], run["to"], run["name"]) == ("light", to, "Light")
    assert len(switched()) == 6


@pytest.mark.parametrize("way", WAYS)
def test_without_a_word_it_is_switched(operator, switched, way):
    assert post(operator, way, "light").ok
    assert newest_run(operator)["to"] in ("on", "off")
    assert switched() == [f"light {newest_run(operator)['to']}"]


def test_the_deprecated_way_takes_forms_and_queries(operator, switched):
    path = "/api/system"
    assert operator.post(path, data={"action": "light", "to": "off"}).status_code == 204
    assert operator.post(f"{path}?action=light&to=on").status_code == 204
    assert operator.post(f"{path}?action=light:off").status_code == 204
    assert operator.post(f"{path}?action=light&to=up").status_code == 400
    assert switched() == ["light off", "light on", "light off"]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("to", ODD, ids=lambda to: repr(to)[:12])
def test_directions_that_are_none(operator, switched, way, to):
    for action in ("light", "light:on", "plain"):
        answer = post(operator, way, action, to=to)
        assert answer.status_code == 400
        assert answer.json()["code"] == "wrong_to"
        assert answer.json()["error"] == '"to" has to be "on" or "off"'
    assert switched() == []


@pytest.mark.parametrize("way", WAYS)
def test_directions_that_cannot_be_followed(operator, switched, way):
    for action, to, said in (
        ("plain", "on", '"Plain" is no toggle'),
        ("light:on", "off", 'The action says "on"'),
        ("light:off", "on", 'The action says "off"'),
        ("fan:on", "on", '"Own" is no toggle'),
    ):
        answer = post(operator, way, action, to=to)
        assert (answer.status_code, answer.json()["code"]) == (400, "wrong_to")
        assert said in answer.json()["error"]
    for action in ("plain:on", "light:onn", "light:on:on", "light%0A:on", "cpu:on"):
        assert post(operator, way, action).status_code == 404
    assert switched() == []


def test_octoprints_own_commands_go_nowhere(operator, octoprint):
    body = {"source": "core", "action": "restart", "to": "on"}
    assert operator.post(RUNS, json=body).json()["code"] == "wrong_to"
    path = f"{API}/system/commands/core/restart"
    assert operator.post(path, json={"to": "off"}).json()["code"] == "wrong_to"
    assert not (octoprint.basedir / "restarted").exists()


@pytest.mark.parametrize("way", WAYS)
def test_what_is_really_called_like_this_goes_before(operator, switched, way):
    assert post(operator, way, "fan:on").ok
    assert switched() == ["own"]
    assert newest_run(operator)["action"] == "fan:on"
    assert post(operator, way, "fan:off").ok
    assert post(operator, way, "fan", to="on").ok
    assert switched() == ["own", "fan off", "fan on"]


@pytest.mark.parametrize("way", WAYS)
def test_a_status_cannot_be_run(operator, way):
    for body in ({}, {"to": "on"}):
        answer = post(operator, way, "cpu", **body)
        assert answer.status_code == 400
        assert answer.json() == {
            "code": "status",
            "error": "A status cannot be executed, it can only be looked at",
        }


@ADDRESSES
def test_a_failure_says_which_way(operator, octoprint, base):
    for to, code in (("on", 3), ("off", 4)):
        path = f"{base}/api/system/commands/custom/failing"
        answer = operator.post(path, json={"to": to})
        assert answer.status_code == 500
        said = f"Command for custom:failing to {to} failed with return code {code}"
        assert answer.json()["error"].startswith(said)
        assert f"Performing command for custom:failing to {to}, " in octoprint.log_text()


def test_one_after_the_other(operator, octoprint, switched):
    gate = octoprint.basedir / "gate"
    gate.unlink(missing_ok=True)
    bodies = [{"source": "custom", "action": "slow", "to": to} for to in ("on", "off")]
    first, second = (operator.post(RUNS, json=body).json() for body in bodies)

    assert (first["status"], second["status"]) == ("running", "queued")
    assert (first["to"], second["to"]) == ("on", "off")
    gate.touch()
    for run in (first, second):
        assert operator.wait_for_run(run["id"])["status"] == "succeeded"
    assert switched() == ["slow on", "slow off"]


##~~ Clients


@ADDRESSES
def test_octorest(octoprint, base, switched):
    client = OctoRest(url=octoprint.url, apikey=octoprint.admin.api_key)
    client.session.trust_env = False
    client.url = octoprint.url + base

    assert actions(client.system_commands()["custom"]) == LISTED
    client.execute_system_command("custom", "light:on")
    client.execute_system_command("custom", "light:off")
    assert switched() == ["light on", "light off"]
    client.execute_system_command("custom", "light")
    assert len(switched()) == 3
    with pytest.raises(RuntimeError, match="400"):
        client.execute_system_command("custom", "cpu")


@ADDRESSES
def test_pyoctoprintapi_as_home_assistant_uses_it(octoprint, base, switched):
    async def scenario():
        async with aiohttp.ClientSession() as session:
            server = urlsplit(octoprint.url)
            client = OctoprintClient(
                server.hostname, session, server.port, path=f"{base}/"
            )
            client.set_api_key(octoprint.operator.api_key)
            for action in ("light:on", "light:off", "light"):
                await client._api.issue_system_command("custom", action)
            with pytest.raises(Exception, match="400"):
                await client._api.issue_system_command("custom", "cpu")

    coroutines.run(scenario())
    assert switched()[:2] == ["light on", "light off"]
    assert len(switched()) == 3


##~~ Members


@pytest.fixture
def kid(octoprint, admin):
    group = {"key": "kids", "name": "Kids", "description": "", "permissions": []}
    group.update(subgroups=[], default=False)
    assert admin.post("/api/access/groups", json=group).status_code in (200, 409)
    person = {"name": "kid", "password": "secret", "active": True}
    person.update(groups=["kids"], permissions=[])
    assert admin.post("/api/access/users", json=person).status_code in (200, 409)
    key = admin.post("/api/access/users/kid/apikey").json()["apikey"]
    with ApiClient(octoprint.url, User("kid", api_key=key)) as client:
        yield client


@pytest.mark.parametrize("way", WAYS)
def test_members_switch_what_is_theirs(kid, switched, way):
    for action, body in (("light:on", {}), ("light", {"to": "off"}), ("light", {})):
        assert post(kid, way, action, **body).ok
    assert switched()[:2] == ["light on", "light off"]
    # which does not tell what there is
    for action in ("half", "half:on", "half:off", "nowhere", "plain:on", "cpu", "last"):
        for body in ({}, {"to": "on"}, {"to": "sideways"}):
            answer = post(kid, way, action, **body)
            assert answer.status_code == 403, (action, body)
    assert len(switched()) == 3


@ADDRESSES
def test_members_see_what_is_theirs(kid, base):
    listed = kid.get(f"{base}/api/system/commands").json()
    assert actions(listed["custom"]) == ["light", "divider", "fan"]
    menu = actions(kid.get(f"{API}/menu").json()["commands"])
    assert menu == ["light", "divider", "cpu", "divider", "last", "fan"]


def test_the_others_have_nothing(user, anonymous):
    for client, status in ((user, 403), (anonymous, 400)):
        for way in WAYS:
            for action in ("light", "light:on"):
                assert post(client, way, action).status_code in (status, 403)


##~~ Guards


@pytest.fixture
def printing(octoprint, admin):
    octoprint.connect_virtual_printer()

    def flag(name):
        return octoprint.request("GET", "/api/printer")["state"]["flags"][name]

    files = {"file": ("long.gcode", GCODE.encode())}
    response = admin.post("/api/files/local", files=files, data={"print": "true"})
    assert response.status_code == 201, response.text
    wait_until(lambda: flag("printing"))
    yield
    admin.post("/api/job", json={"command": "cancel"})
    wait_until(lambda: flag("ready"))


def test_only_off_is_guarded_unless_it_says_both(operator, printing, switched):
    for way in WAYS:
        assert post(operator, way, "half:on").ok
        for action, body in (
            ("half:off", {}),
            ("half", {"to": "off"}),
            ("both:on", {}),
            ("both:off", {}),
            ("both", {"to": "on"}),
        ):
            answer = post(operator, way, action, **body)
            assert (answer.status_code, answer.json()["reason"]) == (409, "printing")
    assert switched() == ["half on"] * len(WAYS)


##~~ Rules


def test_rules_switch_and_hear_of_it(octoprint, admin, switched):
    rules = [
        {"id": "off", "when": {"event": "FileAdded"}, "run": "light:off"},
        {"id": "heard", "when": {"run": "light:off"}, "run": "half:on"},
        {"id": "heard-too", "when": {"run": "light"}, "run": "both:off"},
        {"id": "not-heard", "when": {"run": "light:on"}, "run": "plain"},
    ]
    etag = admin.get(RULES).headers["ETag"]
    saved = admin.put(RULES, json={"rules": rules}, headers={"If-Match": etag})
    assert saved.status_code == 200, saved.text
    assert saved.json()["problems"] == [[], [], [], []]

    files = {"file": ("a.gcode", b"G28\n")}
    assert admin.post("/api/files/local", files=files).status_code == 201
    wait_until(lambda: len(switched()) == 3)
    assert switched()[0] == "light off"
    assert sorted(switched()[1:]) == ["both off", "half on"]
    runs = admin.get(f"{RUNS}?action=light").json()["runs"]
    assert [(run["to"], run["rule"]["id"]) for run in runs[:1]] == [("off", "off")]
    assert admin.get(f"{RUNS}?action=plain").json()["runs"] == []

    tried = admin.post(f"{RULES}/try", json={"rule": rules[0], "payload": {}}).json()
    assert (tried["action"], tried["to"], tried["trigger"]) == ("light", "off", "test")


def test_rules_are_told_of_what_cannot_be_run(admin):
    for run in ("cpu", "cpu:on", "plain:on", "light:up"):
        rule = {"id": "a", "when": {"event": "startup"}, "run": run}
        answer = admin.post(f"{RULES}/check", json={"rule": rule, "others": []}).json()
        (problem,) = answer["problems"]
        assert (problem["field"], problem["severity"]) == ("run", "warning")


##~~ Try out


def output_of(client, answer):
    assert answer.status_code == 202, answer.text
    run = client.wait_for_run(answer.json()["id"])
    return run, client.get(f"{RUNS}/{run['id']}/output.txt").text


def test_each_part_is_tried_out(admin, octoprint):
    lit = octoprint.basedir / "lit"
    lit.unlink(missing_ok=True)
    definition = {**LIGHT, "on": "echo on", "off": "echo off", "state_timeout": 20}

    def test(part, **fields):
        body = {"definition": {**definition, **fields}, "part": part}
        return output_of(admin, admin.post(TEST, json=body))

    for part in ("on", "off"):
        run, output = test(part)
        assert (output, run["to"], run["exit_code"]) == (f"{part}\n", part, 0)
    run, output = test("state")
    assert (output, run["exit_code"], run["to"]) == ("", 1, None)
    lit.touch()
    run, output = test("state")
    assert (output, run["exit_code"]) == ("lit\n", 0)
    # as it is when it is asked: what counts is stdout
    run, _ = test("state", state="echo wrong >&2", merge_output=True)
    chunks = admin.get(f"{RUNS}/{run['id']}/output").json()["chunks"]
    assert [chunk["stream"] for chunk in chunks] == ["stderr"]
    lit.unlink()
    run, output = test("state", state="sleep 60", state_timeout=0.2)
    assert run["status"] == "timed_out"
    # what is not tried out may be missing yet
    assert test("on", off=None)[1] == "on\n"
    assert test("state", on="", off=None, state="echo x")[1] == "x\n"


def test_a_status_is_tried_out(admin):
    for part in ({}, {"part": None}, {"part": "state"}):
        answer = admin.post(TEST, json={"definition": STATUS, **part})
        assert output_of(admin, answer)[1] == "42 °C\n"


@pytest.mark.parametrize("part", [*ODD, "command"], ids=lambda part: repr(part)[:12])
def test_parts_that_there_are_not(admin, part):
    for definition in (LIGHT, STATUS, COMMANDS[4]):
        answer = admin.post(TEST, json={"definition": definition, "part": part})
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


def test_what_is_tried_out_has_to_be_there(admin):
    assert "part" in admin.post(TEST, json={"definition": LIGHT}).json()["error"]
    for part in ("on", "off", "state"):
        body = {"definition": {**LIGHT, part: None}, "part": part}
        answer = admin.post(TEST, json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_definition")
        (problem,) = answer.json()["problems"]
        assert (problem["field"], problem["message"]) == (part, "is missing")
    answer = admin.post(TEST, json={"definition": {**LIGHT, "on": "a\0"}, "part": "on"})
    assert answer.json()["problems"][0]["field"] == "on"


##~~ Events


def test_events_tell_where_to(octoprint, operator, switched):
    socket = PushClient(octoprint, operator)
    try:
        socket.wait_until_told()
        run = operator.post(RUNS, json={"source": "custom", "action": "light:off"}).json()
        *_, (_, payload) = socket.receive_until(
            lambda message: message[0] == FINISHED and message[1]["id"] == run["id"]
        )
    finally:
        socket.close()
    assert (payload["action"], payload["to"]) == ("light", "off")
