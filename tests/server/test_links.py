"""Links: made by those who may edit, called by whoever knows the address, and told to nobody."""

import stat
import time

import pytest
import requests

from harness.http_clients import RUNS, ApiClient
from harness.waiting import wait_until

LINKS = "/plugin/systemcommands/api/links"
HOOK = "/plugin/systemcommands/api/hook/"
COMMANDS = [
    {
        "action": "greet",
        "name": "Greet",
        "command": 'echo "$SC_WHOM by $OCTOPRINT_TRIGGER"; echo no >&2',
        "arguments": [{"name": "whom", "type": "text", "default": "you"}],
    },
    {"action": "slow", "name": "Slow", "command": "sleep 600"},
    {"action": "fails", "name": "Fails", "command": "exit 3"},
    {"action": "once", "name": "Once", "command": "sleep 600", "when_busy": "refuse"},
    {"action": "waits", "name": "Waits", "command": "sleep 600", "when_busy": "queue"},
    {
        "action": "lamp",
        "name": "Lamp",
        "type": "toggle",
        "on": "echo it is on",
        "off": "echo it is off",
    },
    {"action": "cpu", "name": "CPU", "type": "status", "state": "true"},
    {
        "action": "private",
        "name": "Private",
        "command": "true",
        "fresh_credentials": True,
    },
    {
        "action": "secret",
        "name": "Secret",
        "command": "true",
        "arguments": [{"name": "key", "type": "secret"}],
    },
]


@pytest.fixture
def make(admin):
    """make(action, **fields): a new link, with its url."""
    made = []

    def make(action, **fields):
        response = admin.post(LINKS, json={"name": "Bell", "action": action, **fields})
        assert response.status_code == 201, response.text
        made.append(response.json())
        return made[-1]

    yield make
    for link in made:
        admin.delete(f"{LINKS}/{link['id']}")


def test_whoever_knows_the_address_runs_the_command(octoprint, admin, make, anonymous):
    link = make("greet", name="Doorbell", arguments={"whom": "all"})
    assert link["url"].startswith(f"{octoprint.url}{HOOK}")
    assert link["created_by"] == "admin"

    # what comes with the request counts for nothing
    response = anonymous.post(
        f"{link['url']}?to=on", json={"arguments": {"whom": "me"}, "action": "fails"}
    )

    assert response.status_code == 202, response.text
    assert response.json().keys() == {"id", "status"}
    assert "no-store" in response.headers["Cache-Control"]
    run = admin.wait_for_run(response.json()["id"])
    assert run["action"] == "greet"
    assert run["status"] == "succeeded"
    assert (run["trigger"], run["application"]) == ("link", "Doorbell")
    assert run["user"] is None
    assert run["address"] == "127.0.0.1"
    output = admin.get(f"{RUNS}/{run['id']}/output.txt").text
    assert "all by link" in output


def test_a_page_of_somebody_else_gains_nothing_by_a_session(login, octoprint, make):
    """The CSRF token is not asked for; nor does it matter whose browser calls it."""
    link = make("greet")
    browser = login(octoprint.admin)
    answer = requests.post(link["url"], cookies=browser.cookies, timeout=10)
    assert answer.status_code == 202


def test_get_runs_it_only_if_it_was_allowed(admin, make, anonymous):
    by_post, by_get = make("greet"), make("greet", name="Bookmark", get=True)

    refused = anonymous.get(by_post["url"])
    assert refused.status_code == 405
    assert refused.json()["error"]
    # what only looks at an address runs nothing
    assert anonymous.head(by_get["url"]).status_code == 405
    assert anonymous.options(by_get["url"]).content == b""
    runs = admin.get(RUNS).json()["runs"]
    assert "Bookmark" not in [run["application"] for run in runs]

    for ahead in (
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Moz": "prefetch"},
        {"X-Purpose": "preview"},
    ):
        assert anonymous.get(by_get["url"], headers=ahead).status_code == 405
    runs = admin.get(RUNS).json()["runs"]
    assert "Bookmark" not in [run["application"] for run in runs]

    run_id = anonymous.get(by_get["url"]).json()["id"]
    assert admin.wait_for_run(run_id)["trigger"] == "link"
    # to have been refused was no use of it
    assert anonymous.post(by_post["url"]).status_code == 202


def until_too_soon(client, link):
    """The refusal of a call less than a second after one that was taken, as soon as this
    machine is quick enough for two of them."""

    def refusals():
        began = time.monotonic()
        first = client.post(link["url"])
        if first.status_code == 429:
            return [first]
        second = client.post(link["url"])
        if time.monotonic() - began < 1:
            assert (first.status_code, second.status_code) == (202, 429)
        return [second] if second.status_code == 429 else []

    return wait_until(refusals)[0]


def test_once_a_second(make, anonymous):
    link, other = make("greet"), make("greet")
    assert anonymous.post(link["url"]).status_code == 202

    response = until_too_soon(anonymous, link)

    assert response.json()["code"] == "too_soon"
    assert response.headers["Retry-After"] == "1"
    assert anonymous.post(other["url"]).status_code == 202
    wait_until(lambda: anonymous.post(link["url"]).status_code == 202)


def test_the_same_guards(admin, make, anonymous):
    first, second = make("once"), make("once")
    run_id = anonymous.post(first["url"]).json()["id"]

    response = anonymous.post(second["url"])

    assert response.status_code == 409
    assert response.json()["code"] == "busy"
    admin.post(f"{RUNS}/{run_id}/stop")
    admin.wait_for_run(run_id)


def test_a_toggle_is_switched_where_the_link_says(admin, make, anonymous):
    link = make("lamp", to="on")
    assert link["to"] == "on"
    run = admin.wait_for_run(anonymous.post(link["url"]).json()["id"])
    assert (run["action"], run["to"]) == ("lamp", "on")
    # however that was said
    link = make("lamp:off")
    assert (link["action"], link["to"]) == ("lamp", "off")
    assert make("%67reet")["action"] == "greet"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"action": "private"}, "invalid_link"),
        ({"action": "secret", "arguments": {"key": "x"}}, "invalid_link"),
        ({"action": "cpu"}, "status"),
        ({"action": "none"}, "unknown_command"),
        ({"action": "restart"}, "unknown_command"),
        ({"action": ["greet"]}, "invalid_link"),
        ({"action": "greet", "name": " "}, "invalid_link"),
        ({"action": "greet", "name": "a\nb"}, "invalid_link"),
        ({"action": "greet", "name": "x" * 101}, "invalid_link"),
        ({"action": "greet", "get": "yes"}, "invalid_link"),
        ({"action": "greet", "arguments": {"whom": 3}}, "wrong_arguments"),
        ({"action": "greet", "arguments": {"who": "x"}}, "wrong_arguments"),
        ({"action": "greet", "arguments": ["x"]}, "invalid_link"),
        ({"action": "greet", "to": "on"}, "wrong_to"),
        ({"action": "lamp", "to": "up"}, "wrong_to"),
    ],
)
def test_what_there_can_be_no_link_for(admin, fields, code):
    response = admin.post(LINKS, json={"name": "Bell", **fields})
    assert response.json()["code"] == code, response.text
    assert response.json()["error"]
    assert admin.get(LINKS).json()["links"] == []


def test_what_was_revoked_is_gone_as_if_it_had_never_been(admin, make, anonymous):
    link = make("greet")
    unknown = anonymous.post(f"{HOOK}{'A' * 43}")
    assert unknown.status_code == 404

    assert admin.delete(f"{LINKS}/{link['id']}").status_code == 204

    gone = anonymous.post(link["url"])
    assert (gone.status_code, gone.content) == (404, unknown.content)
    assert anonymous.get(link["url"]).content == unknown.content
    assert admin.delete(f"{LINKS}/{link['id']}").status_code == 404


def test_a_run_that_waits_for_its_turn_is_refused_when_its_link_is_revoked(
    admin, make, anonymous
):
    first, second = make("waits"), make("waits")
    running = anonymous.post(first["url"]).json()["id"]
    queued = anonymous.post(second["url"]).json()
    assert queued["status"] == "queued"

    admin.delete(f"{LINKS}/{second['id']}")
    admin.post(f"{RUNS}/{running}/stop")

    assert admin.wait_for_run(queued["id"])["status"] == "failed"
    assert admin.get(f"{RUNS}/{queued['id']}/output.txt").text == ""


def test_a_link_whose_command_has_changed_says_what_is_wrong(
    octoprint, admin, make, anonymous
):
    fits, does_not = make("fails"), make("greet", arguments={"whom": "all"})
    path = "/plugin/systemcommands/api/definitions"

    def save(change):
        current = admin.get(path)
        definitions = [change(dict(entry)) for entry in current.json()["definitions"]]
        headers = {"If-Match": current.headers["ETag"]}
        answer = admin.put(path, json={"definitions": definitions}, headers=headers)
        assert answer.status_code == 200, answer.text

    def problem_of(link):
        links = admin.get(LINKS).json()["links"]
        return next(one["problem"] for one in links if one["id"] == link["id"])

    def renamed(entry):
        if entry["action"] == "greet":
            entry["action"] = "welcome"
        return entry

    assert problem_of(does_not) is None
    save(renamed)
    try:
        assert problem_of(fits) is None
        assert "greet" in problem_of(does_not)
        octoprint.forget_log()
        response = anonymous.post(does_not["url"])
        assert response.status_code == 404
        assert "greet" not in response.text
        said = 'The link "Bell" was called, but cannot run greet: There is no command "greet"'
        assert said in octoprint.log_text()
        # as if it had never been, however and how often it is called
        unknown = anonymous.post(f"{HOOK}{'A' * 43}")
        for _ in range(3):
            again = anonymous.post(does_not["url"])
            assert (again.status_code, again.content) == (404, unknown.content)
        assert anonymous.get(does_not["url"]).content == unknown.content
        assert anonymous.head(does_not["url"]).status_code == 404
        assert octoprint.log_text().count('The link "Bell" was called') <= 2
    finally:
        save(lambda entry: next(c for c in COMMANDS if c["name"] == entry["name"]))
    # and works again when the command is back
    assert problem_of(does_not) is None
    wait_until(lambda: anonymous.post(does_not["url"]).status_code == 202)


def test_nothing_that_opens_a_link_is_kept_or_logged(octoprint, admin, make, anonymous):
    link = make("greet")
    secret = link["url"].rsplit("/", 1)[1]
    assert len(secret) == 43
    assert anonymous.post(link["url"]).status_code == 202
    until_too_soon(anonymous, link)
    assert anonymous.get(link["url"]).status_code == 405
    encoded = link["url"].replace("/hook/", "/%68ook/")
    assert anonymous.get(encoded).status_code == 405

    assert secret not in admin.get(LINKS).text
    (path,) = (octoprint.basedir / "data" / "systemcommands").glob("links*")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secret not in path.read_text()
    assert "url" not in admin.get(LINKS).json()["links"][0]
    log = octoprint.log_text()
    assert secret not in log
    assert "trigger link" in log


@pytest.mark.parametrize(
    ("start", "headers", "status"),
    [
        (HOOK.replace("/api/", "/"), {}, 404),
        (HOOK.replace("/api/", "/API/"), {}, 404),
        (HOOK.replace("hook/", "hook?"), {}, 404),
        (HOOK.replace("/hook/", "/%2568ook/"), {}, 404),
        # OctoPrint cannot compare it with its keys
        (HOOK, {"X-Api-Key": "ä".encode("latin-1")}, 500),
    ],
)
def test_nor_what_was_not_called_as_it_should_be(
    octoprint, make, anonymous, start, headers, status
):
    secret = make("greet")["url"].rsplit("/", 1)[1]
    octoprint.forget_log()
    answer = anonymous.post(f"{start}{secret}", headers=headers)
    assert answer.status_code == status
    wait_until(lambda: f" {status} POST" in octoprint.log_text())
    assert secret not in octoprint.log_text()


def test_links_leave_places_for_people(admin, make, anonymous):
    links = [make("slow") for _ in range(49)]
    answers = [anonymous.post(link["url"]) for link in links]
    try:
        assert [one.status_code for one in answers] == [202] * 48 + [503]
        assert answers[-1].json()["code"] == "overloaded"
        response = admin.post(RUNS, json={"source": "custom", "action": "greet"})
        assert response.status_code == 202, response.text
    finally:
        runs = [one.json()["id"] for one in answers if one.status_code == 202]
        for run in runs:
            admin.post(f"{RUNS}/{run}/stop")
        for run in runs:
            admin.wait_for_run(run)


@pytest.mark.one_version
def test_links_outlive_a_restart(make_octoprint):
    config = {"plugins": {"systemcommands": {"commands": COMMANDS}}}
    server = make_octoprint(config)
    with ApiClient(server.url, server.admin) as admin:
        body = {"name": "Bell", "action": "greet"}
        url = admin.post(LINKS, json=body).json()["url"]
    server.restart()
    path = url[url.index(HOOK) :]
    with ApiClient(server.url) as anonymous:
        assert anonymous.post(path).status_code == 202
