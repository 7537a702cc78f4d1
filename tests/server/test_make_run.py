"""`make run`: what it prints is done, and what it promises happens."""

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.http_clients import RUNS, ApiClient, BrowserClient
from harness.octoprint_server import User, free_port
from harness.waiting import wait_until

pytestmark = pytest.mark.one_version

ROOT = Path(__file__).parents[2]
API = "/plugin/systemcommands/api"
BASE = "octoPrint/plugin/systemcommands/"


class MakeRun:
    """The program, and what it has printed once the server is there."""

    def __init__(self, basedir):
        options = ["--basedir", str(basedir), "--port", str(free_port()), "--mqtt"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "development.run", *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.printed = ""
        for line in self._process.stdout:
            self.printed += line
            if "Ctrl-C" in line:
                break

    def found(self, pattern):
        found = re.search(pattern, self.printed)
        assert found, self.printed
        return found[1]

    def end(self):
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self.printed += self._process.communicate(timeout=60)[0]
        return self._process.returncode


@pytest.fixture(scope="module")
def basedir(tmp_path_factory):
    return tmp_path_factory.mktemp("run")


@pytest.fixture(scope="module")
def make_run(basedir):
    run = MakeRun(basedir)
    yield run
    assert run.end() == 0
    assert run.printed.endswith("Stopping …\n")


@pytest.fixture
def admin(make_run):
    user = User("admin", api_key=make_run.found(r"API key +(\w+)"))
    with ApiClient(make_run.found(r"Address +(\S+)"), user) as client:
        yield client


def run(client, source, action):
    response = client.post(RUNS, json={"source": source, "action": action})
    assert response.status_code == 202, response.text
    return client.wait_for_run(response.json()["id"])


def actions(client):
    return {
        entry["name"]: entry for entry in client.get(f"{API}/menu").json()["commands"]
    }


def states(client):
    found = client.get(f"{API}/states").json()["states"]
    return {entry["action"]: entry["state"] for entry in found}


def test_its_definitions_have_no_problems(admin):
    problems = admin.get(f"{API}/definitions").json()["problems"]
    assert [found for found in problems["definitions"] if found] == []
    assert [found for found in problems["system_actions"] if found] == []


def test_what_is_to_be_clicked_is_in_the_menu(make_run, admin):
    listed = re.findall(r"^ {6}(?!curl)(\S.*?) {2,}", make_run.printed, re.M)
    assert len(listed) == 7
    *names, editor = listed
    assert editor == "Edit commands…"
    assert set(names) <= set(actions(admin))


def test_both_can_log_in(make_run):
    for name, commands in (("admin", None), ("member", ["Adjust the light"])):
        password = make_run.found(rf"{name}, password ([^\s:]+)")
        with BrowserClient(make_run.found(r"Address +(\S+)")) as client:
            client.log_in(User(name, password))
            if commands:
                assert list(actions(client)) == commands


def curl(line):
    """What is answered to a line that was printed."""
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    done = subprocess.run(
        line.replace("curl", "curl -s --noproxy '*'", 1),
        shell=True,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def curl_lines(make_run):
    """By what is at the end of their addresses."""
    lines = re.findall(r"^ +(curl .+)$", make_run.printed, re.M)
    found = {line.rpartition("/")[2]: line for line in reversed(lines)}
    hook = next(key for key in found if len(key) == 43)
    found["hook"] = found.pop(hook)
    return found


def run_of(admin, run_id):
    return admin.get(f"{RUNS}/{run_id}").json()


def test_the_curl_lines_are_all_tried(make_run):
    """Each of them in one of the next tests."""
    tried = {"commands", "show-ip", "hook", "twilight", "sample.gcode"}
    assert set(curl_lines(make_run)) == tried
    assert make_run.printed.count("      curl ") == len(tried) + 1


def test_the_lists_and_a_run_by_the_system_api(make_run):
    lists = re.findall(r"^ +(curl .+/commands)$", make_run.printed, re.M)
    assert len(lists) == 2
    assert all('"show-ip"' in curl(line) for line in lists)
    assert curl(curl_lines(make_run)["show-ip"]).startswith("HTTP/1.1 204")


def test_the_link(make_run, admin):
    answer = json.loads(curl(curl_lines(make_run)["hook"]))
    found = run_of(admin, answer["id"])
    assert (found["trigger"], found["application"]) == ("link", "Doorbell")
    assert admin.wait_for_run(answer["id"])["status"] == "succeeded"


def test_the_other_plugin(make_run, admin):
    answer = json.loads(curl(curl_lines(make_run)["twilight"]))
    found = admin.wait_for_run(answer["run"]["id"])
    assert (found["trigger"], found["application"]) == ("plugin", "twilight")
    assert found["status"] == "succeeded"


def test_the_line_for_the_shell(make_run):
    line = make_run.found(r"(OCTOPRINT_APIKEY=.+)")
    done = subprocess.run(line, shell=True, cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip()


def test_the_line_for_the_terminal(make_run, admin):
    line = make_run.found(r"(@system .+)")
    admin.post("/api/printer/command", json={"command": line}).raise_for_status()

    def has_run():
        runs = admin.get(f"{RUNS}?action=show-ip").json()["runs"]
        return any(run["trigger"] == "gcode" for run in runs)

    wait_until(has_run)


def test_the_lines_for_the_broker(make_run, admin, basedir):
    """Somebody listens, and the other lines are heard."""
    listen, *speak = re.findall(r"^ +(mosquitto_.+)$", make_run.printed, re.M)
    assert len(speak) == 2
    listener = subprocess.Popen(
        f"exec {listen}", shell=True, stdout=subprocess.PIPE, text=True
    )
    try:
        # it listens, since what stands there has come
        heard = iter(listener.stdout.readline, "")
        assert next(one for one in heard if "availability/light online" in one)
        for line in speak:
            subprocess.run(line, shell=True, check=True)
        assert next(one for one in heard if '"type": "ended"' in one and '"1"' in one)
        assert next(one for one in heard if one == f"{BASE}toggle/light/state on\n")
    finally:
        listener.terminate()
        listener.communicate()
    (basedir / "light").unlink()
    wait_until(lambda: states(admin)["light"] == "off")


def test_octoprints_own_commands_only_say_so(admin):
    core = admin.get(f"{API}/system/commands/core").json()
    assert len(core) == 4
    for entry in core:
        ended = run(admin, "core", entry["action"])
        output = admin.get(f"{RUNS}/{ended['id']}/output.txt").text
        assert ended["status"] == "succeeded"
        assert "It is not, since this is a sample." in output


def test_the_one_that_fails_says_why(admin):
    ended = run(admin, "custom", "humidity")
    assert ended["status"] == "failed"
    assert '"adafruit_dht"' in ended["hint"]


def test_the_light_from_outside(make_run, admin):
    assert states(admin)["light"] == "off"
    for program, state in (("touch", "on"), ("rm", "off")):
        subprocess.run(make_run.found(rf"\n +({program} .+)"), shell=True, check=True)
        wait_until(lambda state=state: states(admin)["light"] == state)
    run(admin, "custom", "light")
    wait_until(lambda: states(admin)["light"] == "on")


def test_the_print_lasts_as_long_as_is_told(basedir):
    sample = (basedir / "uploads" / "sample.gcode").read_text()
    pauses = [int(pause) for pause in re.findall(r"^G4 P(\d+)$", sample, re.M)]
    # "Half a minute later it has ended"
    assert sum(pauses) == 30_000
    # "down to 50 °C, 20 s later": by 2 °C a second, if it has become so hot before
    assert "M140 S90\n" in sample


def test_the_print_and_the_rule_that_comes_after_it(make_run, admin, basedir, request):
    """What the print refuses, and what happens within a minute of its start."""
    sample = basedir / "uploads" / "sample.gcode"
    text = sample.read_text()
    # the same in a third of the time
    shorter = text.replace(40 * "G4 P500\n", "").replace("S90", "S72")
    assert shorter.count("G4 P500\n") == 20
    sample.write_text(shorter)
    request.addfinalizer(lambda: sample.write_text(text))
    started = time.monotonic()
    curl(curl_lines(make_run)["sample.gcode"])
    wait_until(lambda: admin.get("/api/job").json()["state"] == "Printing")
    body = {"source": "custom", "action": "printer", "to": "off"}
    response = admin.post(RUNS, json=body)
    assert (response.status_code, response.json()["reason"]) == (409, "printing")

    def the_rules_run():
        runs = admin.get(f"{RUNS}?action=printer").json()["runs"]
        return next((run for run in runs if run["rule"]), None)

    pending = wait_until(the_rules_run, timeout=60, interval=0.5)
    assert (pending["status"], pending["rule"]["name"]) == (
        "pending",
        "Switch off when it is cold",
    )
    assert "50 °C" in pending["waits_for"]
    assert states(admin)["printer"] == "on"
    wait_until(lambda: states(admin)["printer"] == "off", timeout=60, interval=0.5)
    assert time.monotonic() - started < 75
    assert the_rules_run()["status"] == "succeeded"


def test_begins_as_before_also_after_safe_mode(make_run, admin, basedir):
    """The last one: it starts the server anew."""
    run(admin, "core", "restart_safe")
    assert make_run.end() == 0
    again = MakeRun(basedir)
    try:
        assert again.found(r"API key +(\w+)") == make_run.found(r"API key +(\w+)")
        # nobody knows the address of the one before
        assert curl_lines(again)["hook"] != curl_lines(make_run)["hook"]
        user = User("admin", api_key=again.found(r"API key +(\w+)"))
        with ApiClient(again.found(r"Address +(\S+)"), user) as client:
            # in safe mode nobody would answer
            assert "Adjust the light" in actions(client)
            links = client.get(f"{API}/links").json()["links"]
            assert [link["name"] for link in links] == ["Doorbell"]
    finally:
        assert again.end() == 0
