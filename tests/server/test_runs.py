"""Runs as resources, on a real server."""

import contextlib
import re
import sqlite3
import time

import pytest

from harness.slow_folder import Unavailable, slow_folder
from harness.waiting import wait_until

COMMANDS = [
    {"action": "quick", "name": "Quick", "command": "echo out; echo err >&2"},
    {"action": "fail", "name": "Fail", "command": "echo why >&2; exit 3"},
    {"action": "missing", "name": "Missing", "command": "no-such-program"},
    {
        "action": "sudo",
        "name": "S",
        "command": "echo 'sudo: a password is required' >&2; exit 1; sudo ls /root",
    },
    {
        "action": "slow",
        "name": "Slow",
        "command": "i=0; while [ $i -lt 600 ]; do echo line $i; i=$((i+1)); sleep 0.05; done",
    },
    {"action": "tree", "command": "sh -c 'trap \"\" TERM; sleep 300' & echo $! ; wait"},
    {"action": "limited", "command": "sleep 60", "timeout": 0.3},
    {"action": "once", "command": "sleep 60", "when_busy": "refuse"},
    {
        "action": "queued",
        "command": "until [ -e gate ]; do sleep 0.05; done",
        "when_busy": "queue",
    },
    {"action": "bytes", "command": r"printf '\377\376 \303\274 \033[31mred\033[0m\n'"},
    {"action": "flood", "command": "seq 1 200000"},
    {"action": "undefined", "name": "No command line"},
    {"action": "divider"},
    {"action": "guarded", "command": "true", "fresh_credentials": True},
    {"action": "../../etc", "command": "echo x"},
]
SETTINGS = {"server": {"commands": {"serverRestartCommand": "echo restarting"}}}
API = "/plugin/systemcommands/api/runs"
TEST = "/plugin/systemcommands/api/definitions/test"


@pytest.fixture(autouse=True)
def nothing_goes_on(octoprint):
    yield
    from harness.http_clients import ApiClient

    with ApiClient(octoprint.url, octoprint.admin) as client:
        for run in client.get(f"{API}?status=queued,starting,running").json()["runs"]:
            client.post(f"{API}/{run['id']}/stop")
        wait_until(
            lambda: not client.get(f"{API}?status=queued,starting,running").json()["runs"]
        )


@pytest.fixture
def start(operator):
    def start(action, source="custom", **kwargs):
        response = operator.post(API, json={"source": source, "action": action}, **kwargs)
        assert response.status_code == 202, response.text
        return response.json()

    return start


@pytest.fixture
def ended(operator):
    return lambda run: operator.wait_for_run(run["id"])


@pytest.fixture
def text_of(operator):
    def text_of(run, stream=None):
        part = operator.get(f"{API}/{run['id']}/output").json()
        return "".join(
            chunk["text"]
            for chunk in part["chunks"]
            if "text" in chunk and stream in (None, chunk["stream"])
        )

    return text_of


##~~ Start and look


def test_start_gives_a_run(operator, octoprint):
    response = operator.post(API, json={"source": "custom", "action": "quick"})

    assert response.status_code == 202
    run = response.json()
    assert set(run) == {
        "id",
        "source",
        "action",
        "name",
        "to",
        "status",
        "stopping",
        "exit_code",
        "application",
        "address",
        "stopped_by",
        "user",
        "trigger",
        "arguments",
        "queued_at",
        "started_at",
        "finished_at",
        "duration",
        "output",
        "hint",
        "resource",
        "rule",
        "reason",
        "due_at",
        "waits_for",
    }
    assert re.fullmatch(r"[0-9a-f]{16}", run["id"])
    assert run["resource"] == f"{octoprint.url}{API}/{run['id']}"
    assert response.headers["Location"] == run["resource"]
    assert (run["source"], run["action"], run["name"]) == ("custom", "quick", "Quick")
    assert run["user"] == "operator"
    assert run["trigger"] == "api"


def test_a_run_from_its_beginning_to_its_end(start, ended, operator):
    run = ended(start("quick"))

    assert run["status"] == "succeeded"
    assert run["exit_code"] == 0
    assert run["hint"] is None
    assert run["output"] == {"bytes": 8, "kept": 8, "dropped": 0}
    times = [run["queued_at"], run["started_at"], run["finished_at"]]
    assert times == sorted(times)
    for moment in times:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", moment)
    assert 0 < run["duration"] < 5
    assert operator.get(run["resource"]).json() == run


def test_start_from_a_browser_is_the_menus_door(octoprint, login, operator):
    client = login(octoprint.operator)
    response = client.post(API, json={"source": "custom", "action": "quick"})

    assert response.status_code == 202
    assert response.json()["trigger"] == "menu"
    assert response.json()["user"] == "operator"


def test_a_button_is_told_from_the_menu_by_a_browser_only(octoprint, login, operator):
    body = {"source": "custom", "action": "quick", "trigger": "button"}

    assert login(octoprint.operator).post(API, json=body).json()["trigger"] == "button"
    assert operator.post(API, json=body).json()["trigger"] == "api"
    for claim in ("event", "gcode", "cli", "link", "plugin", None, 1):
        body["trigger"] = claim
        client = login(octoprint.operator)
        assert client.post(API, json=body).json()["trigger"] == "menu"


def test_the_command_line_is_told_from_other_programs_by_itself(operator):
    body = {"source": "custom", "action": "quick", "trigger": "cli"}
    assert operator.post(API, json=body).json()["trigger"] == "cli"
    for claim in ("menu", "event", "link", "plugin", ["cli"]):
        body["trigger"] = claim
        assert operator.post(API, json=body).json()["trigger"] == "api"


@pytest.mark.parametrize("address", ["/api", "/plugin/systemcommands/api"])
def test_the_contract_makes_runs_too(operator, address):
    for action, status in (("quick", 204), ("fail", 500)):
        path = f"{address}/system/commands/custom/{action}"
        assert operator.post(path).status_code == status

        (run,) = operator.get(f"{API}?limit=1").json()["runs"]
        assert run["action"] == action
        assert run["status"] == ("succeeded" if status == 204 else "failed")
        assert run["user"] == "operator"
        assert run["trigger"] == "api"


def test_core_commands_are_runs_too(start, ended, text_of):
    run = ended(start("restart", source="core"))

    assert run["status"] == "succeeded"
    assert text_of(run) == "restarting\n"


@pytest.mark.parametrize(
    ("body", "status", "part"),
    [
        ({}, 400, "source"),
        ({"source": "custom"}, 400, "action"),
        ({"source": "custom", "action": 5}, 400, "action"),
        ({"source": ["custom"], "action": "quick"}, 400, "source"),
        ({"source": "unknown", "action": "quick"}, 404, "source"),
        ({"source": "custom", "action": "unknown"}, 404, "custom:unknown"),
        ({"source": "custom", "action": "divider"}, 400, "Dividers"),
        ({"source": "custom", "action": "undefined"}, 500, "does not define"),
    ],
)
def test_start_errors(operator, body, status, part):
    response = operator.post(API, json=body)

    assert response.status_code == status
    assert part in response.json()["error"]


def test_a_wrong_body_is_400(operator):
    for data in (b"[]", b"{", b"null"):
        response = operator.post(
            API, data=data, headers={"Content-Type": "application/json"}
        )
        assert response.status_code == 400


@pytest.mark.parametrize(
    "run_id", ["0" * 16, "x", "..", "%2e%2e%2fconfig.yaml", "' OR 1=1 --", "0" * 5000]
)
def test_unknown_ids_are_404(operator, run_id):
    for path in ("", "/output", "/output.txt"):
        assert operator.get(f"{API}/{run_id}{path}").status_code in (404, 405)
    assert operator.post(f"{API}/{run_id}/stop").status_code in (404, 405)


##~~ Output


def test_both_streams_in_order_and_marked(start, ended, operator):
    run = ended(start("quick"))
    part = operator.get(f"{API}/{run['id']}/output").json()

    assert part["id"] == run["id"]
    assert part["status"] == "succeeded"
    assert part["finished"] is True
    assert (part["offset"], part["next"]) == (0, 8)
    assert sorted(part["chunks"], key=lambda chunk: chunk["stream"]) == [
        {"stream": "stderr", "text": "err\n"},
        {"stream": "stdout", "text": "out\n"},
    ]


@pytest.mark.one_version
def test_when_it_was_read(start, operator):
    run = start("slow")
    url = f"{API}/{run['id']}/output"

    def chunks(**params):
        return operator.get(url, params=params).json()["chunks"]

    wait_until(lambda: len(chunks(times="true")) > 3)
    timed = chunks(times="true")
    times = [chunk["time"] for chunk in timed]
    assert times == sorted(set(times))
    for moment in times:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", moment)
    assert run["queued_at"] <= times[0]
    text = "".join(chunk["text"] for chunk in timed)
    assert text.startswith("line 0\nline 1\n")
    for times_ in ("false", ""):
        assert not any("time" in chunk for chunk in chunks(times=times_))
    for times_ in ("yes", "1", "TRUE"):
        response = operator.get(url, params={"times": times_})
        assert response.status_code == 400
        assert response.json()["error"] == '"times" has to be "true" or "false"'


@pytest.mark.one_version
def test_output_comes_while_it_runs_and_bit_by_bit(start, operator):
    run = start("slow")
    seen, offset = "", 0
    while seen.count("\n") < 10:
        part = operator.get(f"{API}/{run['id']}/output?offset={offset}").json()
        assert part["offset"] == offset
        assert part["finished"] is False
        seen += "".join(chunk["text"] for chunk in part["chunks"])
        offset = part["next"]
    assert seen == "".join(f"line {i}\n" for i in range(seen.count("\n")))
    # somebody who comes late sees it from the beginning
    late = operator.get(f"{API}/{run['id']}/output").json()
    assert late["chunks"][0]["text"].startswith("line 0\nline 1\n")


@pytest.mark.one_version
def test_what_was_dropped_is_reported(start, ended, operator):
    run = ended(start("flood"))
    size = len("".join(f"{i}\n" for i in range(1, 200_001)))
    assert run["output"]["bytes"] == size
    assert run["output"]["kept"] == 256 * 1024
    assert run["output"]["dropped"] == size - 256 * 1024

    chunks = operator.get(f"{API}/{run['id']}/output").json()["chunks"]
    assert [list(chunk) for chunk in chunks] == [
        ["stream", "text"],
        ["dropped"],
        ["stream", "text"],
    ]
    assert chunks[0]["text"].startswith("1\n2\n3\n")
    assert chunks[1]["dropped"] == run["output"]["dropped"]
    assert chunks[2]["text"].endswith("199999\n200000\n")


@pytest.mark.one_version
def test_bytes_that_are_no_text(start, ended, text_of):
    assert text_of(ended(start("bytes"))) == "�� ü \x1b[31mred\x1b[0m\n"


def test_download(start, ended, operator):
    run = ended(start("bytes"))
    response = operator.get(f"{API}/{run['id']}/output.txt")

    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain")
    disposition = response.headers["Content-Disposition"]
    assert disposition == f"attachment; filename=bytes-{run['id']}.txt"
    assert response.content == b"\xff\xfe \xc3\xbc \x1b[31mred\x1b[0m\n"


@pytest.mark.one_version
def test_download_of_a_flood_marks_the_gap(start, ended, operator):
    run = ended(start("flood"))
    content = operator.get(f"{API}/{run['id']}/output.txt").text

    assert f"\n[... {run['output']['dropped']} bytes dropped ...]\n" in content
    assert content.startswith("1\n2\n")
    assert content.endswith("\n200000\n")


def test_a_name_of_a_download_is_no_path(start, ended, operator):
    run = ended(start("../../etc"))
    disposition = operator.get(f"{API}/{run['id']}/output.txt").headers[
        "Content-Disposition"
    ]

    assert disposition == f"attachment; filename=etc-{run['id']}.txt"


NO_NUMBERS = [
    *(
        "-1",
        "x",
        "1.5",
        "9" * 30,
        "9" * 5000,
        "0x1",
        "1 OR 1",
        " ",
        "1 ",
        "+1",
        "1e3",
    ),
    *("1_0", "\u0661", "\u00b2", "\uff11", "1\n", "1\0", "NaN", "Infinity", "null", "[]"),
]


@pytest.mark.parametrize("offset", ["-1", "x", "1.5", "9" * 30, "0x1", "1 OR 1"])
def test_a_wrong_offset_is_400(start, operator, offset):
    run = start("quick")
    response = operator.get(f"{API}/{run['id']}/output", params={"offset": offset})

    assert response.status_code == 400
    assert "offset" in response.json()["error"]


def test_what_is_no_number_is_400(start, operator):
    run = start("quick")
    for path, name in ((f"/{run['id']}/output", "offset"), ("", "limit"), ("", "before")):
        for value in NO_NUMBERS:
            response = operator.get(f"{API}{path}", params={name: value})
            assert response.status_code == 400, (name, value)
            assert response.headers["Content-Type"].startswith("application/json")
            error = response.json()["error"]
            assert f'"{name}" has to be a whole number from' in error, (name, value)


def test_a_parameter_that_is_given_twice_is_400(start, operator):
    run = start("quick")
    for name in ("source", "action", "user", "status", "limit", "before"):
        response = operator.get(f"{API}?{name}=1&{name}=2")
        assert response.status_code == 400
        assert f'"{name}"' in response.json()["error"]
    response = operator.get(f"{API}/{run['id']}/output?offset=0&offset=0")
    assert response.status_code == 400
    assert '"offset"' in response.json()["error"]


def test_empty_filters_and_unknown_parameters_count_as_not_given(start, ended, operator):
    run = ended(start("quick"))
    response = operator.get(f"{API}?source=&action=&status=&user=&before=&_=1&limit=1")
    assert [one["id"] for one in response.json()["runs"]] == [run["id"]]


##~~ Stop and limits


@pytest.mark.one_version
def test_stop(start, ended, operator, text_of):
    run = start("tree")
    child = int(wait_until(lambda: text_of(run)))
    response = operator.post(f"{API}/{run['id']}/stop")

    assert response.status_code == 202
    assert response.json()["stopping"] is True
    run = ended(run)
    assert run["status"] == "stopped"
    assert run["stopping"] is False

    import psutil

    wait_until(lambda: not psutil.pid_exists(child))
    again = operator.post(f"{API}/{run['id']}/stop")
    assert again.status_code == 409
    assert "ended already" in again.json()["error"]


@pytest.mark.one_version
def test_timeout(start, ended):
    run = ended(start("limited"))

    assert run["status"] == "timed_out"
    assert "timeout of 0.3 s." in run["hint"]


def test_a_timeout_is_a_failure_in_the_contract(operator):
    response = operator.post("/api/system/commands/custom/limited")

    assert response.status_code == 500
    assert "took too long" in response.json()["error"]


def test_refused_at_every_door(start, operator):
    start("once")

    response = operator.post(API, json={"source": "custom", "action": "once"})
    assert response.status_code == 409
    assert "running already" in response.json()["error"]
    assert operator.post("/api/system/commands/custom/once").status_code == 409


@pytest.mark.one_version
def test_queued(start, ended, octoprint):
    gate = octoprint.basedir / "gate"
    gate.unlink(missing_ok=True)
    runs = [start("queued") for _ in range(3)]

    assert [run["status"] for run in runs] == ["running", "queued", "queued"]
    assert runs[1]["started_at"] is None
    gate.touch()
    first, second, third = (ended(run) for run in runs)
    assert first["finished_at"] <= second["started_at"]
    assert second["finished_at"] <= third["started_at"]


@pytest.mark.one_version
def test_a_start_that_hangs_is_starting_and_can_be_stopped(admin, tmp_path):
    try:
        with slow_folder(tmp_path, 20):
            definition = {"command": "touch begun", "working_directory": str(tmp_path)}
            before = time.monotonic()
            response = admin.post(TEST, json={"definition": definition})
            assert response.status_code == 202, response.text
            assert time.monotonic() - before < 10
            run = response.json()
            assert (run["status"], run["started_at"]) == ("starting", None)
            (found,) = admin.get(f"{API}?status=starting").json()["runs"]
            assert found["id"] == run["id"]

            assert admin.post(f"{API}/{run['id']}/stop").status_code == 202
            stopped = admin.wait_for_run(run["id"])
            assert (stopped["status"], stopped["exit_code"]) == ("stopped", None)
    except Unavailable:
        pytest.skip("a file system of one's own takes root and FUSE")


##~~ Hints


@pytest.mark.one_version
def test_hints_explain(start, ended):
    assert '"no-such-program" was not found' in ended(start("missing"))["hint"]
    assert ended(start("fail"))["hint"] is None


def test_hints_speak_the_users_language(start, ended, operator):
    run = ended(start("missing"))
    german = operator.get(run["resource"], headers={"Accept-Language": "de"}).json()

    assert "wurde nicht gefunden" in german["hint"]


def test_the_line_for_sudoers_is_for_those_who_may_know_it(start, ended, operator, admin):
    run = ended(start("sudo"))

    for_admin = admin.get(run["resource"]).json()["hint"]
    assert re.search(r"^\S+ ALL=\(root\) NOPASSWD: \S*/ls /root$", for_admin, re.M)
    for_operator = operator.get(run["resource"]).json()["hint"]
    assert "/root" not in for_operator
    assert "administrator" in for_operator


##~~ Lists


def test_list_pages_through_everything(start, ended, operator):
    for _ in range(5):
        ended(start("quick"))
    first = operator.get(f"{API}?limit=2").json()
    assert len(first["runs"]) == 2
    assert first["warning"] is None

    seen, page = [], first
    while True:
        seen += [run["id"] for run in page["runs"]]
        if page["next"] is None:
            break
        page = operator.get(f"{API}?limit=2&before={page['next']}").json()
    whole = operator.get(f"{API}?limit=200").json()
    assert [run["id"] for run in whole["runs"]] == seen
    assert len(set(seen)) == len(seen)
    queued_at = [run["queued_at"] for run in whole["runs"]]
    assert queued_at == sorted(queued_at, reverse=True)


def test_filters(start, ended, operator):
    ended(start("quick"))
    ended(start("fail"))
    running = start("slow")

    def found(query):
        return operator.get(f"{API}?limit=200&{query}").json()["runs"]

    assert {run["action"] for run in found("action=fail")} == {"fail"}
    assert {run["status"] for run in found("status=failed")} == {"failed"}
    assert running["id"] in [run["id"] for run in found("status=queued,starting,running")]
    assert {run["source"] for run in found("source=core")} <= {"core"}
    assert found("source=custom&action=unknown") == []


@pytest.mark.parametrize(
    "query",
    [
        "status=nonsense",
        "status=running,",
        "limit=0",
        "limit=201",
        "limit=x",
        "before=x",
        "before=-1",
    ],
)
def test_wrong_filters_are_400(operator, query):
    response = operator.get(f"{API}?{query}")

    assert response.status_code == 400
    assert query.split("=")[0] in response.json()["error"]


def test_clear_forgets_what_has_ended(start, ended, operator):
    done = ended(start("quick"))
    running = start("slow")
    response = operator.delete(API)

    assert response.status_code == 200
    assert response.json()["deleted"] >= 1
    assert operator.get(done["resource"]).status_code == 404
    ids = [run["id"] for run in operator.get(API).json()["runs"]]
    assert ids == [running["id"]]


def test_an_emptied_number_in_the_settings_is_the_default(octoprint, admin, start, ended):
    history = {"max_runs": "", "max_days": ""}
    body = {"plugins": {"systemcommands": {"history": history}}}
    assert admin.post("/api/settings", json=body).status_code == 200

    run = ended(start("quick"))
    listed = admin.get(f"{API}?limit=1").json()
    assert listed["runs"][0]["id"] == run["id"]
    path = octoprint.basedir / "data" / "systemcommands" / "history.db"
    select = "SELECT COUNT(*) FROM runs WHERE id = ? AND status = 'succeeded'"
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as file:
        wait_until(lambda: file.execute(select, (run["id"],)).fetchone() == (1,))
    wait_until(lambda: admin.get(API).json()["warning"] is None)


##~~ Access


def test_all_of_it_needs_system(start, ended, user, anonymous):
    run = ended(start("quick"))
    for client in (user, anonymous):
        for path in (
            "",
            f"/{run['id']}",
            f"/{run['id']}/output",
            f"/{run['id']}/output.txt",
        ):
            response = client.get(f"{API}{path}")
            assert response.status_code == 403
            assert run["id"] not in response.text
        # without a key OctoPrint asks for the CSRF token first
        refused = (403,) if client is user else (400,)
        body = {"source": "custom", "action": "quick"}
        assert client.post(API, json=body).status_code in refused
        assert client.post(f"{API}/{run['id']}/stop").status_code in refused
        assert client.delete(API).status_code in refused


def test_changes_from_a_browser_need_the_csrf_token(octoprint, login, start):
    run = start("slow")
    client = login(octoprint.operator)
    without = {"X-CSRF-Token": None}
    body = {"source": "custom", "action": "quick"}

    assert client.post(API, json=body, headers=without).status_code == 400
    assert client.post(f"{API}/{run['id']}/stop", headers=without).status_code == 400
    assert client.delete(API, headers=without).status_code == 400
    assert client.post(f"{API}/{run['id']}/stop").status_code == 202


def test_fresh_credentials_for_a_key(start, ended):
    assert ended(start("guarded"))["status"] == "succeeded"
