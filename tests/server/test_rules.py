"""The API that edits rules, on a real server. What makes them fire is in other modules."""

import pytest
import yaml

COMMANDS = [{"action": "hello", "name": "Hello", "command": "echo hello"}]
RULES = [
    {
        "id": "one",
        "name": "One",
        "when": {"event": "print_ended"},
        "wait": {"for": "10 min"},
        "run": "hello",
        "x-mine": {"a": [1, None]},
    },
    5,
    {"id": "two", "when": {"cron": "61 * * * *"}, "run": "hello"},
    {"id": "three", "when": {"event": "NoSuchEvent"}, "run": "gone"},
]
SUBSCRIPTIONS = [
    {"event": "PrintDone", "type": "system", "command": "notify {name}", "name": "Tell"},
    {"event": ["Connected"], "type": "gcode", "command": "M106"},
]
CONFIG = {
    "plugins": {"systemcommands": {"rules": RULES}},
    "events": {"enabled": True, "subscriptions": SUBSCRIPTIONS},
}
API = "/plugin/systemcommands/api/rules"
NEW = {"id": "new", "when": {"schedule": "daily 07:30"}, "run": "hello"}


@pytest.fixture
def get(admin):
    def get():
        response = admin.get(API)
        assert response.status_code == 200, response.text
        return response.json(), response.headers["ETag"]

    return get


@pytest.fixture
def put(admin):
    def put(rules, etag):
        return admin.put(API, json={"rules": rules}, headers={"If-Match": etag})

    return put


@pytest.fixture(autouse=True)
def as_before(octoprint, get, put):
    """Each test begins with the same rules."""
    yield
    _, etag = get()
    assert put(RULES, etag).status_code == 200


@pytest.fixture
def post(admin):
    def post(path, status=200, **body):
        response = admin.post(f"{API}/{path}", json=body)
        assert response.status_code == status, response.text
        return response.json()

    return post


def in_file(octoprint):
    return octoprint.read_config()["plugins"]["systemcommands"]["rules"]


def test_get_shows_the_list_with_what_is_wrong(get):
    body, etag = get()

    assert body["rules"] == RULES
    found = [
        [(problem["path"], problem["severity"]) for problem in problems]
        for problems in body["problems"]
    ]
    assert found == [
        [(["x-mine"], "warning")],
        [([], "error")],
        [(["when", "cron"], "error")],
        [(["when", "event"], "warning"), (["run"], "warning")],
    ]
    assert etag.startswith('"')


def test_put_changes_the_file_and_tells_who_it_was(get, put, octoprint):
    body, etag = get()
    response = put([NEW, *body["rules"]], etag)

    assert response.status_code == 200
    assert response.json()["rules"] == in_file(octoprint) == [NEW, *RULES]
    assert response.json()["saved"]["user"] == octoprint.admin.name
    assert response.headers["ETag"] != etag


def test_a_stale_put_is_412_and_shows_what_there_is(get, put, octoprint):
    _, etag = get()
    first = put([NEW], etag)
    second = put([], etag)

    answer = second.json()
    assert (second.status_code, answer["code"]) == (412, "stale")
    assert "saved rules meanwhile" in answer["error"]
    assert answer["current"]["rules"] == [NEW]
    assert f'"{answer["etag"]}"' == first.headers["ETag"] == second.headers["ETag"]
    assert in_file(octoprint) == [NEW]


def test_what_is_wrong_is_400_and_changes_nothing(get, put, octoprint, admin):
    _, etag = get()
    wrong = {**NEW, "when": {"schedule": "often"}}
    response = put([*RULES, wrong], etag)

    answer = response.json()
    assert (response.status_code, answer["code"]) == (400, "invalid_rule")
    assert answer["error"].startswith('Entry 5, "when" "schedule": is no schedule')
    assert [len(problems) for problems in answer["problems"]] == [0, 0, 0, 0, 1]
    assert in_file(octoprint) == RULES
    response = admin.put(API, json={"rules": []})
    assert (response.status_code, response.json()["code"]) == (428, "if_match_missing")


def test_check_and_suggest(post):
    rule = {"name": "Größe", "when": {"event": "print_ended"}, "run": "gone"}
    found = post("check", rule=rule, others=["groesse"])

    assert found["suggested_id"] == "groesse-2"
    assert [(p["field"], p["severity"]) for p in found["problems"]] == [("id", "error")]
    found = post("check", rule={**rule, "id": "groesse-2"})
    assert [(p["field"], p["severity"]) for p in found["problems"]] == [
        ("run", "warning")
    ]


def test_try_runs_the_command_with_its_wait(post, admin):
    rule = {"when": {"event": "print_ended"}, "run": "hello"}
    run = post("try", 202, rule=rule, payload={"name": "a.gcode"})
    assert (run["trigger"], run["action"]) == ("test", "hello")
    assert admin.wait_for_run(run["id"])["status"] == "succeeded"

    run = post("try", 202, rule={**rule, "wait": {"for": "10 min"}})
    assert run["status"] == "pending"
    assert admin.post(f"{API[:-6]}/runs/{run['id']}/stop").status_code == 202

    answer = post("try", 400, rule={**rule, "wait": {"for": "soon"}})
    assert answer["code"] == "invalid_rule"
    assert answer["problems"][0]["path"] == ["wait", "for"]
    answer = post("try", 404, rule={**rule, "run": "gone"})
    assert answer["code"] == "unknown_command"
    assert post("try", 400, rule=rule, payload=[1])["code"] == "bad_request"


def test_what_there_is_to_choose(admin):
    found = admin.get(f"{API}/happenings").json()
    groups = {kind["key"]: kind["group"] for kind in found["kinds"]}

    assert (groups["print_ended"], groups["FileAdded"]) == ("print", "octoprint")
    assert next(iter(groups)) == "print_started"
    # this server has started
    assert "Startup" in groups


def test_versions_export_and_import(get, put, post, admin):
    _, etag = get()
    put([NEW], etag)
    versions = admin.get(f"{API}/versions").json()["versions"]
    assert versions[0]["rules"] == RULES
    assert versions[0]["user"]

    exported = admin.get(f"{API}/export")
    assert yaml.safe_load(exported.text) == {"rules": [NEW]}
    found = post("import", yaml=exported.text)
    assert found["rules"] == [{**NEW, "id": "new-2"}]
    assert found["problems"] == [[]]
    assert post("import", yaml=exported.text, others=[])["rules"] == [NEW]
    assert post("import", 400, yaml="a: b: c")["code"] == "unreadable"
    assert post("import", 400)["code"] == "bad_request"


def test_the_event_managers_entries_are_taken_over_as_they_are_in_the_file(post):
    found = post("import", event_manager=True)

    assert found["definitions"] == [
        {
            "action": "tell",
            "name": "Tell",
            "command": 'notify "${OCTOPRINT_EVENT_NAME}"',
        }
    ]
    (rule,) = found["rules"]
    assert (rule["when"], rule["run"]) == ({"event": "print_done"}, "tell")
    assert found["problems"] == [[]]
    texts = [left_out["text"] for left_out in found["left_out"]]
    assert texts[0].startswith('Entry 2, "M106": it sends G-code to the printer')
    assert "goes on running these commands" in texts[1]
    found = post("import", event_manager=True, others=["tell"], actions=["tell"])
    assert (found["rules"][0]["id"], found["definitions"][0]["action"]) == (
        *("tell-2", "tell-2"),
    )


def test_the_settings_dialog_neither_gets_nor_saves_rules(admin, octoprint):
    settings = admin.get("/api/settings").json()["plugins"]["systemcommands"]
    assert not settings.get("rules")

    body = {"plugins": {"systemcommands": {"rules": [], "octoprint_address": True}}}
    assert admin.post("/api/settings", json=body).status_code == 200
    assert in_file(octoprint) == RULES
