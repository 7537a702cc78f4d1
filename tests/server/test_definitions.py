"""The API that edits definitions, on a real server."""

import os
import threading
from datetime import datetime, timezone

import pytest
import yaml

COMMANDS = [
    {"action": "one", "name": "One", "command": "echo one", "x-mine": {"a": [1, None]}},
    5,
    {"action": "divider"},
    {"action": "Odd one", "name": "Odd", "command": "true"},
]
SYSTEM_ACTIONS = [
    {"action": "legacy", "name": "Legacy", "command": "echo legacy"},
    {"action": "one", "name": "Shadowed", "command": "true"},
]
CONFIG = {
    "plugins": {
        "gcodesystemcommands": {"command_definitions": [{"id": "7", "command": "ls"}]}
    }
}
API = "/plugin/systemcommands/api/definitions"
NEW = {"action": "new", "name": "New", "command": "echo new"}


@pytest.fixture
def get(admin):
    def get():
        response = admin.get(API)
        assert response.status_code == 200, response.text
        return response.json(), response.headers["ETag"]

    return get


@pytest.fixture
def put(admin):
    def put(definitions, etag, **extra):
        body = {"definitions": definitions, **extra}
        return admin.put(API, json=body, headers={"If-Match": etag})

    return put


@pytest.fixture(autouse=True)
def as_before(octoprint, get, put):
    """Each test begins with the same definitions."""
    yield
    _, etag = get()
    assert put(COMMANDS, etag).status_code == 200


def actions(client):
    listed = client.get("/api/system/commands/custom").json()
    return [entry["action"] for entry in listed]


def in_file(octoprint):
    return octoprint.read_config()["plugins"]["systemcommands"]["commands"]


def test_get_shows_both_lists_with_what_is_wrong(get):
    body, etag = get()

    assert body["definitions"] == COMMANDS
    assert body["system_actions"] == SYSTEM_ACTIONS
    problems = body["problems"]
    assert [bool(found) for found in problems["definitions"]] == [
        False,
        True,
        False,
        False,
    ]
    assert problems["definitions"][1][0]["field"] is None
    assert [bool(found) for found in problems["system_actions"]] == [False, True]
    assert problems["system_actions"][1][0]["field"] == "action"
    assert etag.startswith('"')


def test_put_changes_the_menu_and_the_file(get, put, admin, octoprint):
    body, etag = get()
    response = put([NEW, *body["definitions"]], etag)

    assert response.status_code == 200
    assert response.json()["definitions"] == [NEW, *COMMANDS]
    assert response.headers["ETag"] != etag
    assert actions(admin) == ["new", "one", "divider", "Odd one", "legacy"]
    assert in_file(octoprint) == [NEW, *COMMANDS]
    assert admin.post("/api/system/commands/custom/new").status_code == 204


def test_a_stale_put_is_412_and_shows_what_there_is(get, put, octoprint):
    body, etag = get()
    first = put([NEW, *body["definitions"]], etag)
    second = put([], etag)

    assert second.status_code == 412
    answer = second.json()
    assert "meanwhile" in answer["error"]
    assert answer["current"]["definitions"] == [NEW, *COMMANDS]
    assert answer["current"]["saved"]["user"] == "admin"
    assert f'"{answer["etag"]}"' == first.headers["ETag"] == second.headers["ETag"]
    assert in_file(octoprint) == [NEW, *COMMANDS]


def test_who_has_saved_is_told(get, put, octoprint, admin):
    _, etag = get()
    before = datetime.now(timezone.utc).replace(microsecond=0)
    answer = put([NEW], etag).json()

    saved = answer["saved"]
    assert saved["user"] == octoprint.admin.name
    assert (
        before <= datetime.fromisoformat(saved["saved_at"]) <= datetime.now(timezone.utc)
    )
    assert get()[0]["saved"] == saved
    # what OctoPrint's settings change was not saved here
    for actions, expected in (([], None), (SYSTEM_ACTIONS, saved)):
        body = {"system": {"actions": actions}}
        assert admin.post("/api/settings", json=body).status_code == 200
        assert get()[0]["saved"] == expected


def test_of_many_savers_at_once_one_wins(get, octoprint):
    from harness.http_clients import ApiClient

    body, etag = get()
    statuses = []

    def race(number):
        with ApiClient(octoprint.url, octoprint.admin) as client:
            mine = {**NEW, "action": f"new-{number}"}
            response = client.put(
                API,
                json={"definitions": [*body["definitions"], mine]},
                headers={"If-Match": etag},
            )
            statuses.append((response.status_code, number))

    threads = [threading.Thread(target=race, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (winner,) = [number for status, number in statuses if status == 200]
    assert sorted(status for status, _ in statuses) == [200] + 5 * [412]
    assert in_file(octoprint)[-1]["action"] == f"new-{winner}"


def test_without_if_match_nothing_is_saved(admin, octoprint):
    response = admin.put(API, json={"definitions": []})

    assert response.status_code == 428
    assert "If-Match" in response.json()["error"]
    assert in_file(octoprint) == COMMANDS


def test_an_etag_that_a_proxy_has_made_weak(get, put):
    body, etag = get()

    assert put([NEW, *body["definitions"]], f"W/{etag}").status_code == 200


@pytest.mark.parametrize("etag", ["*", '"nonsense"', 'W/"x"', "x"])
def test_other_etags_are_stale(put, octoprint, etag):
    assert put([], etag).status_code in (412, 428)
    assert in_file(octoprint) == COMMANDS


def test_what_is_wrong_is_refused_with_its_place(get, put, octoprint):
    _, etag = get()
    response = put([NEW, {**NEW, "timeout": "soon"}], etag)

    assert response.status_code == 400
    body = response.json()
    fields = [[problem["field"] for problem in found] for found in body["problems"]]
    # each of the two has the action of the other
    assert fields == [["action"], ["timeout", "action"]]
    assert body["error"].startswith('Entry 1, "action"')
    assert in_file(octoprint) == COMMANDS


def test_messages_speak_the_users_language(admin):
    body = {"definition": {**NEW, "timeout": -1}}
    german = {"Accept-Language": "de"}
    response = admin.post(f"{API}/check", json=body, headers=german)

    (problem,) = response.json()["problems"]
    assert problem["field"] == "timeout"
    assert "muss" in problem["message"]

    # half a character, which no file can hold
    body = b'{"definition": {"action": "a", "name": "\\ud800", "command": "true"}}'
    headers = {**german, "Content-Type": "application/json"}
    response = admin.post(f"{API}/check", data=body, headers=headers)
    (problem,) = response.json()["problems"]
    assert "lässt sich nicht speichern: " in problem["message"]
    assert "cannot" not in problem["message"]

    body = {"from": "yaml", "text": "- {action: a, name: A, command: b, timeout: x}\n- 5"}
    answer = admin.post(f"{API}/import", json=body, headers=german).json()
    places = [error["place"] for error in answer["errors"]]
    assert places == ["Eintrag 1, timeout", "Eintrag 2"]

    response = admin.post("/plugin/systemcommands/api/runs/unknown/stop", headers=german)
    assert response.status_code == 404
    assert "Ausführung" in response.json()["error"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"definitions": None},
        {"definitions": {}},
        {"definitions": "x"},
        [],
        "x",
        5,
        None,
    ],
)
def test_a_wrong_body_is_400(admin, get, octoprint, body):
    _, etag = get()

    assert admin.put(API, json=body, headers={"If-Match": etag}).status_code == 400
    assert in_file(octoprint) == COMMANDS


def test_large_lists_fit(get, put):
    _, etag = get()
    many = [
        {"action": f"a{number}", "name": "x" * 200, "command": "echo " + "y" * 1000}
        for number in range(400)
    ]
    assert put(many, etag).status_code == 200


def test_nobody_else_can_change_them(admin, octoprint):
    for value in ([], None, "x", {}, [{"action": "evil", "command": "true"}]):
        body = {"plugins": {"systemcommands": {"commands": value}}}
        assert admin.post("/api/settings", json=body).status_code == 200
        body = {"plugins": {"systemcommands": value}}
        assert admin.post("/api/settings", json=body).status_code < 500
        assert in_file(octoprint) == COMMANDS
    assert actions(admin) == ["one", "divider", "Odd one", "legacy"]


def test_survives_a_restart(get, put, octoprint, admin):
    body, etag = get()
    text = "first: 'ä'\n\tsecond \\ \"line\"\n\n  # no comment\n日本語 🐙"
    entry = {**NEW, "command": text, "environment": {"A": text}}
    assert put([entry, *body["definitions"]], etag).status_code == 200
    octoprint.restart()

    assert get()[0]["definitions"] == [entry, *COMMANDS]


def test_versions(get, put, admin):
    _, etag = get()
    response = put([NEW], etag)
    versions = admin.get(f"{API}/versions").json()["versions"]

    assert versions[0]["definitions"] == COMMANDS
    assert versions[0]["system_actions"] == SYSTEM_ACTIONS
    assert versions[0]["user"] == "admin"
    assert versions[0]["saved_at"].endswith("+00:00")
    assert len(versions) <= 10
    restored = put(versions[0]["definitions"], response.headers["ETag"])
    assert restored.json()["definitions"] == COMMANDS


def test_remove_from_system_actions(get, put, octoprint, admin):
    body, etag = get()
    entry = body["system_actions"][0]
    response = put([*body["definitions"], entry], etag, remove_system_actions=[0])

    assert response.status_code == 200
    assert octoprint.read_config()["system"]["actions"] == SYSTEM_ACTIONS[1:]
    assert actions(admin) == ["one", "divider", "Odd one", "legacy"]
    _, etag = get()
    settings = {"system": {"actions": SYSTEM_ACTIONS}}
    assert admin.post("/api/settings", json=settings).status_code == 200
    # OctoPrint's settings have been changed, so this is stale
    assert put([], etag).status_code == 412


def test_check(admin):
    body = {"definition": {"name": "Größe", "command": ""}, "others": ["groesse"]}
    answer = admin.post(f"{API}/check", json=body).json()

    assert answer["suggested_action"] == "groesse-2"
    assert {problem["field"] for problem in answer["problems"]} == {"action", "command"}
    for nonsense in (None, 5, [], "x"):
        answer = admin.post(f"{API}/check", json={"definition": nonsense}).json()
        assert answer["problems"]
    assert admin.post(f"{API}/check", json={"others": 5}).status_code == 400


def test_test_runs_what_is_not_saved(admin, octoprint):
    entry = {"name": "Try", "command": "echo tried; pwd", "working_directory": "/"}
    response = admin.post(f"{API}/test", json={"definition": entry})

    assert response.status_code == 202
    run = response.json()
    assert run["trigger"] == "test"
    assert response.headers["Location"] == run["resource"]
    admin.wait_for_run(run["id"])
    output = admin.get(f"{run['resource']}/output").json()
    assert output["chunks"] == [{"stream": "stdout", "text": "tried\n/\n"}]
    assert in_file(octoprint) == COMMANDS


def test_an_odd_action_that_is_stored_can_be_checked_and_tried_out(admin):
    body = {"definition": {"action": "Odd one", "name": "Odd", "command": "false"}}
    assert admin.post(f"{API}/check", json=body).json()["problems"] == []
    assert admin.post(f"{API}/test", json=body).status_code == 202
    body["definition"]["action"] = "Another odd one"
    assert admin.post(f"{API}/check", json=body).json()["problems"]
    assert admin.post(f"{API}/test", json=body).status_code == 400


def test_test_refuses_what_could_not_be_saved(admin):
    for entry in (
        {"command": ""},
        {"command": "x", "timeout": -1},
        5,
        {"action": "divider"},
    ):
        response = admin.post(f"{API}/test", json={"definition": entry})
        assert response.status_code == 400
        assert response.json()["error"]


def test_command_lines_are_not_cached(admin):
    for path in ("", "/versions", "/export", "/presets"):
        assert "no-store" in admin.get(API + path).headers["Cache-Control"]


def test_environment(admin, octoprint):
    answer = admin.get(f"{API}/environment").json()

    assert answer["shell"] == "/bin/sh"
    assert answer["folder"] == str(octoprint.basedir)
    assert answer["user"]
    assert answer["path"]
    interpreters = {entry["name"]: entry["path"] for entry in answer["interpreters"]}
    assert {"sh", "bash", "python3"} == set(interpreters)
    for path in interpreters.values():
        assert os.access(path, os.X_OK)


def test_export_imports_again(admin, get):
    response = admin.get(f"{API}/export")

    assert response.status_code == 200
    assert "attachment" in response.headers["Content-Disposition"]
    assert yaml.safe_load(response.text)["commands"] == COMMANDS
    body = {"from": "yaml", "text": response.text, "others": []}
    entries = admin.post(f"{API}/import", json=body).json()["entries"]
    by_index = {entry["index"]: entry["definition"] for entry in entries}
    assert by_index[0] == COMMANDS[0]
    assert by_index[3]["action"] == "odd-one"


def test_import_shows_and_does_nothing(admin, octoprint):
    answer = admin.post(f"{API}/import", json={"from": "system_actions"}).json()
    assert [entry["definition"]["action"] for entry in answer["entries"]] == [
        "legacy",
        "one-2",
    ]
    assert answer["entries"][1]["clash"] == "one"
    assert answer["entries"][1]["renamed_from"] == "one"

    answer = admin.post(f"{API}/import", json={"from": "gcode_system_commands"}).json()
    assert [entry["definition"] for entry in answer["entries"]] == [
        {
            "action": "octo7",
            "name": "OCTO7",
            "command": "ls",
            "gcode": True,
            "gcode_alias": 7,
        }
    ]

    text = "commands:\n- {action: a, name: A, command: 'true', timeout: soon}\n"
    answer = admin.post(f"{API}/import", json={"from": "yaml", "text": text}).json()
    assert answer["errors"][0]["place"] == "entry 1, timeout"
    assert in_file(octoprint) == COMMANDS


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"from": "x"},
        {"from": "yaml"},
        {"from": "yaml", "text": 5},
        {"from": "yaml", "text": "a: [1"},
        {"from": "yaml", "text": '- !!int ""'},
        {"from": "yaml", "text": "- !!bool foo"},
        {"from": "yaml", "text": "- !!python/object/apply:os.system ['touch hacked']"},
        {"from": "system_actions", "others": [5]},
    ],
)
def test_import_errors(admin, octoprint, body):
    response = admin.post(f"{API}/import", json=body)

    assert response.status_code == 400
    assert response.json()["error"]
    assert not (octoprint.basedir / "hacked").exists()


def test_what_is_wrong_with_a_file_is_said_in_the_users_language(admin):
    response = admin.post(
        f"{API}/import",
        json={"from": "yaml", "text": "- ["},
        headers={"Accept-Language": "de"},
    )
    assert response.status_code == 400
    assert "ist in Zeile 1 kein gültiges YAML" in response.json()["error"]


def test_presets(admin):
    presets = admin.get(f"{API}/presets").json()["presets"]

    assert len(presets) >= 11
    german = {"Accept-Language": "de"}
    translated = admin.get(f"{API}/presets", headers=german).json()["presets"]
    assert [preset["id"] for preset in translated] == [preset["id"] for preset in presets]
    assert "Webcam neu starten" in [p["definition"]["name"] for p in translated]


##~~ Access


READS = ["", "/environment", "/versions", "/presets", "/export"]
WRITES = ["/check", "/test", "/import"]


def test_all_of_it_needs_edit(operator, user, anonymous):
    # the operator may run everything, and still not see what is run
    for client in (operator, user, anonymous):
        for path in READS:
            response = client.get(API + path)
            assert response.status_code == 403, path
            assert "echo one" not in response.text
        body = {"definition": NEW, "definitions": [], "from": "system_actions"}
        refused = (400, 403) if client is anonymous else (403,)
        for path in WRITES:
            assert client.post(API + path, json=body).status_code in refused
        headers = {"If-Match": "x"}
        assert client.put(API, json=body, headers=headers).status_code in refused


def test_an_old_session_has_to_enter_the_password_again(octoprint, login):
    client = login(octoprint.admin)
    assert client.get(API).status_code == 200
    client.make_old(octoprint)

    for path in READS:
        response = client.get(API + path)
        assert response.status_code == 403
        assert "reauthenticate" in response.json()["error"]
    assert client.put(API, json={"definitions": []}).status_code == 403


def test_a_session_needs_the_csrf_token(octoprint, login, get):
    client = login(octoprint.admin)
    _, etag = get()
    headers = {"If-Match": etag, "X-CSRF-Token": None}

    response = client.put(API, json={"definitions": []}, headers=headers)
    assert response.status_code == 400
    assert in_file(octoprint) == COMMANDS


##~~ Settings of the plugin


def test_octoprints_address_can_be_left_to_octoprint(admin):
    def switch(on):
        body = {"plugins": {"systemcommands": {"octoprint_address": on}}}
        assert admin.post("/api/settings", json=body).status_code == 200

    switch(False)
    try:
        assert actions(admin) == ["legacy", "one"]
        own = admin.get("/plugin/systemcommands/api/system/commands/custom").json()
        assert own[0]["action"] == "one"
    finally:
        switch(True)
    assert actions(admin) == ["one", "divider", "Odd one", "legacy"]


def test_who_sees_the_runs_of_others(admin, operator):
    runs = "/plugin/systemcommands/api/runs"
    start = {"source": "custom", "action": "one"}
    of_admin = admin.post(runs, json=start).json()
    of_operator = operator.post(runs, json=start).json()

    def seen_by(client):
        return {run["id"] for run in client.get(runs).json()["runs"]}

    assert {of_admin["id"], of_operator["id"]} <= seen_by(admin)
    assert of_operator["id"] in seen_by(operator)
    assert of_admin["id"] not in seen_by(operator)
    for path in ("", "/output", "/output.txt"):
        assert operator.get(f"{runs}/{of_admin['id']}{path}").status_code == 404
    assert operator.post(f"{runs}/{of_admin['id']}/stop").status_code == 404

    setting = {"history": {"visible_to_all": True}}
    body = {"plugins": {"systemcommands": setting}}
    assert admin.post("/api/settings", json=body).status_code == 200
    try:
        assert of_admin["id"] in seen_by(operator)
    finally:
        setting["history"]["visible_to_all"] = False
        assert admin.post("/api/settings", json=body).status_code == 200

    # and forgets one's own only
    assert operator.delete(runs).status_code == 200
    assert of_admin["id"] in seen_by(admin)
    assert of_operator["id"] not in seen_by(admin)
