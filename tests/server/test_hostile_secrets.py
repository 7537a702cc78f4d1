"""Secrets, in everything that somebody can read afterwards."""

import contextlib
import html
import json
import shlex
import sqlite3
import sys
import urllib.parse
from pathlib import Path

import pytest
import yaml

from harness.http_clients import ApiClient
from harness.push_client import PushClient
from harness.waiting import wait_until
from octoprint_systemcommands.runs.output.capture import unpack

pytestmark = pytest.mark.one_version

RUNS = "/plugin/systemcommands/api/runs"
TEST = "/plugin/systemcommands/api/definitions/test"
OCTOPRINTS = "/api/system"
PLUGINS = "/plugin/systemcommands/api/system"

PYTHON = """
import html, json, os, sys, time
from urllib.parse import quote, quote_plus
key, more = os.environ["SC_KEY"], os.environ.get("SC_MORE", "")
out, err = sys.stdout.buffer, sys.stderr.buffer
def say(text, stream=out, size=None):
    data = text.encode()
    for start in range(0, len(data), size or max(1, len(data))):
        stream.write(data[start : start + (size or len(data))])
        stream.flush()
"""
# What commands do with their secrets: the code, by the name of the action
WAYS = {
    "plain": "say('<' + key + '>')",
    "bytes": "say('<' + key + '>', size=1)",
    "slowly": "for c in key.encode(): out.write(bytes([c])); out.flush(); time.sleep(0.001)",
    "border": "say('x' * (65536 - len(key) // 2) + key + 'x' * 65536 + key)",
    "megabyte": "say('x' * (1024 * 1024 - 3) + key)",
    "both": "say('<' + key + '>', out, 1); say('<' + key + '>', err, 1)",
    "turns": ("for c in range(len(key)):\n say(key[c], out); say(key[c], err)\n"),
    "json": "say(json.dumps({'key': key}) + json.dumps(key, ensure_ascii=False))",
    "urls": "say(quote(key) + ' ' + quote(key, safe='') + ' ' + quote_plus(key))",
    "python": "say(f'{key!r} {key!a} {[key, 1]} {key.encode()} ' + repr(key + '\\x22'))",
    "markup": "say(html.escape(key) + html.escape(key, quote=False))",
    "flood": "[say(key + '\\\\n') for _ in range(50_000)]",
    "failing": "say('<' + key + '>'); say('sh: 1: ' + key + ': not found', err); sys.exit(127)",
    "crash": "raise RuntimeError('<' + key + '>')",
    "two": "say(f'<{key}{more}{key}{more[:-1]}>', size=3)",
    "begun": "say(key[:-1])",
}
SHELL = {
    "traced": 'set -x; curl() { :; }; curl -H "Key: $SC_KEY" -d key="$SC_KEY"',
    # in other locales, bash writes letters that these do not have as numbers
    "traced by bash": (
        "LC_ALL=C.UTF-8 exec bash -xc"
        ' \': "$SC_KEY"; x="$SC_KEY"; [ "$SC_KEY" = "$x" ]; echo "${x@Q}"\''
    ),
    "quoted by bash": 'LC_ALL=C exec bash -xc \'printf "%q " "$SC_KEY" "a$SC_KEY"\'',
    "listed": "env; export -p; set",
    "errors": '("$SC_KEY"); (cd "/$SC_KEY"); (echo > "/nowhere/$SC_KEY"); . "./$SC_KEY"',
    "in the background": '(echo "$SC_KEY"; echo "$SC_KEY") & echo "$SC_KEY"; wait',
}
SECRETS = {
    "simple": ("cOrrect-h0rse", "battery.staple"),
    "punctuation": ("p'a\"s/w%o&r$d \\ +ü☃", "''\"\"``$(id)"),
    # one is the beginning of the other
    "beginning": ("token-1234", "token-1234-5678"),
    "end": ("abcABCabc", "abcABC"),
    "repeated": ("-" * 200, "-+" * 90),
}
ARGUMENTS = [
    {"name": "key", "type": "secret"},
    {"name": "more", "type": "secret", "required": False},
    {"name": "note", "type": "text", "required": False},
]
COMMANDS = [
    {"action": action, "name": action, "command": line, "arguments": ARGUMENTS}
    for action, line in [
        *(
            (way, f"exec {shlex.quote(sys.executable)} -c {shlex.quote(PYTHON + code)}")
            for way, code in WAYS.items()
        ),
        *SHELL.items(),
        ("long", 'echo "$SC_KEY"; exec sleep 600'),
    ]
]
DEBUG = {
    "loggers": {
        name: {"level": "DEBUG"}
        for name in ("octoprint", "octoprint.plugins.systemcommands", "tornado", "flask")
    },
    "root": {"level": "DEBUG"},
}


@pytest.fixture(scope="module")
def server(make_octoprint):
    config = {"plugins": {"systemcommands": {"commands": COMMANDS}}}
    server = make_octoprint(config, start=False)
    (server.basedir / "logging.yaml").write_text(yaml.safe_dump(DEBUG))
    return server.start()


@pytest.fixture
def admin(server):
    with ApiClient(server.url, server.admin) as client:
        yield client


@pytest.fixture
def socket(server, admin):
    socket = PushClient(server, admin)
    yield socket
    socket.close()


def forms(secret):
    """What would give a secret away, however it is written."""
    return {
        secret,
        urllib.parse.quote(secret),
        urllib.parse.quote(secret, safe=""),
        urllib.parse.quote_plus(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        secret.replace("'", "'\\''"),
        secret.replace("'", "'\"'\"'"),
        repr(secret)[1:-1],
        ascii(secret)[1:-1],
        repr(secret.encode())[2:-1],
        repr(f"{secret}'\"")[1:-4],
        html.escape(secret),
        "".join(f"\\{b:03o}" if b > 127 else chr(b) for b in secret.encode()),
    }


def assert_silent(text, secrets, where):
    text = text if isinstance(text, bytes) else text.encode()
    for secret in secrets:
        for form in forms(secret):
            assert form.encode() not in text, (where, form)


def stored_outputs(server):
    """What the history has of outputs, which is compressed in the file."""
    path = server.basedir / "data" / "systemcommands" / "history.db"
    with contextlib.closing(
        sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    ) as database:
        rows = database.execute("SELECT pieces FROM output").fetchall()
        arguments = database.execute("SELECT arguments FROM runs").fetchall()
    pieces = [bytes(piece.data) for (packed,) in rows for piece in unpack(packed)]
    return b"\n".join([*pieces, repr(arguments).encode()])


def assert_nobody_has_heard_of(server, admin, secrets):
    """Looks into all files, into the history, and at all that the API says of runs."""
    found = admin.get(RUNS)
    assert_silent(found.text, secrets, "the list of runs")
    for run in found.json()["runs"]:
        one = f"{RUNS}/{run['id']}"
        for path in (one, f"{one}/output", f"{one}/output.txt"):
            assert_silent(admin.get(path).text, secrets, f"{path} of {run['action']}")
    names = set()
    for path in server.basedir.rglob("*"):
        if path.is_file():
            names.add(path.name)
            assert_silent(path.read_bytes(), secrets, path)
    assert {"octoprint.log", "history.db", "config.yaml", "console.log"} <= names
    assert_silent(stored_outputs(server), secrets, "the outputs in the history")
    # which is where all of it was to be found otherwise
    assert "DEBUG" in server.log_text()
    assert b"***" in stored_outputs(server)


@pytest.fixture
def run(admin):
    """run(action, door, secrets): runs it by a door; the answer."""

    def run(action, door, secrets, **more):
        arguments = {"key": secrets[0], "more": secrets[1], **more}
        body = {"source": "custom", "action": action, "arguments": arguments}
        path = RUNS
        if door == "test":
            (body["definition"],) = (c for c in COMMANDS if c["action"] == action)
            path = TEST
        elif door in (OCTOPRINTS, PLUGINS):
            path = f"{door}/commands/custom/{action}"
        response = admin.post(path, json=body)
        if response.status_code == 202:
            admin.wait_for_run(response.json()["id"])
        return response

    return run


def newest_output(admin, action):
    run = admin.get(RUNS, params={"action": action, "limit": 1}).json()["runs"][0]
    return run, admin.get(f"{RUNS}/{run['id']}/output.txt").text


@pytest.mark.parametrize("secrets", SECRETS.values(), ids=SECRETS)
def test_whatever_a_command_does_with_them(server, admin, run, socket, secrets):
    for action in [*WAYS, *SHELL]:
        response = run(action, OCTOPRINTS, secrets)
        assert response.status_code in (204, 500)
        assert_silent(response.text, secrets, f"the answer to {action}")
        newest, output = newest_output(admin, action)
        assert newest["arguments"] == {"key": "***", "more": "***", "note": None}
        if action != "begun":
            # so it was there
            assert "***" in output, action
        if response.status_code == 500 and "STDERR:\n\n" not in response.text:
            assert response.json()["error"].startswith("Command for custom:")
    socket.receive_until(
        lambda m: m[0].endswith("finished") and m[1]["id"] == newest["id"]
    )
    assert len(socket.messages) > len(WAYS)
    assert_silent(json.dumps(socket.messages), secrets, "what was pushed")
    assert_nobody_has_heard_of(server, admin, secrets)


@pytest.mark.parametrize("door", ["runs", "test", PLUGINS])
def test_by_every_door(server, admin, run, door):
    secrets = [f"by-{len(door)}-hushhush", f"of-{len(door)}-sesame"]
    for action in ("plain", "failing", "two"):
        response = run(action, door, secrets)
        assert_silent(response.text, secrets, "the answer")
        assert "***" in newest_output(admin, action)[1]
    assert_nobody_has_heard_of(server, admin, secrets)


def test_what_is_left_of_the_output(run, admin):
    run("plain", PLUGINS, SECRETS["simple"])
    assert newest_output(admin, "plain")[1] == "<***>"
    run("bytes", PLUGINS, SECRETS["punctuation"])
    assert newest_output(admin, "bytes")[1] == "<***>"
    run("two", PLUGINS, ("key", "longer"))
    assert newest_output(admin, "two")[1] == "<*********longe>"
    # what is only the beginning of one is not one
    run("begun", PLUGINS, ("secre7", "other"))
    assert newest_output(admin, "begun")[1] == "secre"


def test_a_failure_says_what_it_can(run):
    response = run("failing", PLUGINS, ("opensesame", "x"))
    assert response.status_code == 500
    assert "<***>" in response.json()["error"]
    assert "sh: 1: ***: not found" in response.json()["error"]


def test_while_it_runs(server, admin):
    secret = "still-running-s3cret"
    body = {"source": "custom", "action": "long", "arguments": {"key": secret}}
    response = admin.post(RUNS, json=body)
    one = f"{RUNS}/{response.json()['id']}"
    wait_until(lambda: "***" in admin.get(f"{one}/output").text)
    for path in (one, f"{one}/output", f"{one}/output.txt", RUNS):
        assert_silent(admin.get(path).text, [secret], path)

    # nobody else on the machine can see it either, as on a command line
    found = 0
    for pid in pids_of(response.json()["id"]):
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            assert_silent(file.read(), [secret], "the command line")
        found += 1
    assert found

    assert_silent(admin.post(f"{one}/stop").text, [secret], "the answer to stop")
    admin.wait_for_run(response.json()["id"])
    assert_nobody_has_heard_of(server, admin, [secret])


def pids_of(run_id):
    for path in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if path.name.isdigit() and run_id.encode() in (path / "environ").read_bytes():
                yield path.name


@pytest.mark.parametrize("door", ["runs", "test", OCTOPRINTS, PLUGINS])
def test_those_that_are_refused(server, admin, run, door):
    hidden = f"wrong-{len(door)}-s3cret"
    for key in (hidden * 30, f"{hidden}\n", f"{hidden}\0", [hidden], {hidden: hidden}):
        response = run("plain", door, (key, "x"))
        assert response.status_code == 400
        assert_silent(response.text, [hidden], "the error")
    # and if something else is wrong
    response = run("plain", door, (hidden, hidden), note=5, unknown=hidden)
    assert response.status_code == 400
    assert_silent(response.text, [hidden], "the error")
    assert_nobody_has_heard_of(server, admin, [hidden])


def test_no_definition_has_one(admin):
    """A default would stand in config.yaml, and in the menu of everybody who may run it."""
    entry = {
        "action": "new",
        "name": "New",
        "command": "true",
        "arguments": [{"name": "key", "type": "secret", "default": "opensesame"}],
    }
    check = admin.post(
        "/plugin/systemcommands/api/definitions/check",
        json={"definition": entry, "others": []},
    )
    (problem,) = check.json()["problems"]
    assert problem["path"] == ["arguments", 0, "default"]
    response = admin.post(TEST, json={"definition": entry})
    assert response.status_code == 400


def test_after_the_end_of_the_server(server, admin):
    """What it writes when it ends, and what it has never written."""
    secret = "until-the-end-s3cret"
    body = {"source": "custom", "action": "long", "arguments": {"key": secret}}
    assert admin.post(RUNS, json=body).status_code == 202
    server.stop()
    for path in server.basedir.rglob("*"):
        if path.is_file():
            assert_silent(path.read_bytes(), [secret], path)
    assert b"***" in stored_outputs(server)
