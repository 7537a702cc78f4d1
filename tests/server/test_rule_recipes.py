"""The recipes of docs/rules.md, each done: with a printer that prints, and programs that write
down how they were called."""

import http.server
import os
import re
import threading
from pathlib import Path

import pytest
import yaml

from harness.ports import NO_REAL_ONES
from harness.waiting import wait_until

API = "/plugin/systemcommands/api"
RUNS = f"{API}/runs"
RULES = f"{API}/rules"
PAGE = Path(__file__).parents[2] / "docs" / "rules.md"

LONG = "G28\n" + "G4 P100\n" * 3000
PROGRAM = """#!/bin/sh
echo "$(basename "$0") $*" >> {called}
while [ $# -gt 0 ]; do [ "$1" = -T ] && cat "$2" >> {called}; shift; done
"""
BROKEN = "#!/bin/sh\necho no route to the NAS >&2\nexit 1\n"
# it takes until a test says so
MOVIE = "#!/bin/sh\nwhile [ ! -e {go} ]; do sleep 0.1; done\n"

# the smallest picture that there is
PICTURE = bytes.fromhex("ffd8ffdb004300" + "01" * 64 + "ffd9")


def recipes():
    """{"commands": […], "rules": […]} of all recipes."""
    section = PAGE.read_text("utf-8").partition("\n## Recipes\n")[2].partition("\n## ")[0]
    found = {"commands": [], "rules": []}
    for text in re.findall(r"```yaml\n(.*?)```", section, re.S):
        for name, entries in yaml.safe_load(text)["plugins"]["systemcommands"].items():
            found[name] += entries
    return found


class Webcam(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "image/jpeg")
        self.end_headers()
        self.wfile.write(PICTURE)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def webcam():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Webcam) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("programs")
    for name in ("curl", "rsync", "pinctrl", "aplay"):
        (folder / name).write_text(PROGRAM.format(called=folder / "called"))
        (folder / name).chmod(0o755)
    (folder / "ffmpeg").write_text(MOVIE.format(go=folder / "go"))
    (folder / "ffmpeg").chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def octoprint(make_octoprint, folder, webcam):
    config = {
        **NO_REAL_ONES,
        "plugins": {
            "systemcommands": recipes(),
            # the version keeps OctoPrint from taking what older ones have had elsewhere
            "classicwebcam": {"_config_version": 1, "snapshot": webcam},
        },
        "webcam": {"ffmpeg": str(folder / "ffmpeg"), "timelapse": {"type": "off"}},
        "server": {"seenWizards": {"classicwebcam": 99}},
    }
    # those that are switched off for other tests have the webcam among them
    return make_octoprint(
        config, lean=False, env={"PATH": f"{folder}:{os.environ['PATH']}"}
    )


class Place:
    def __init__(self, server, admin, folder):
        self.server = server
        self.admin = admin
        self.folder = folder

    def called(self):
        path = self.folder / "called"
        return path.read_text() if path.exists() else ""

    def wait_for_call(self, *words):
        def was_made():
            return any(
                all(word in line for word in words) for line in self.called().splitlines()
            )

        wait_until(was_made)

    def forget_calls(self):
        (self.folder / "called").unlink(missing_ok=True)

    def wait_for_pending(self, rule_id):
        def found():
            runs = self.admin.get(RUNS, params={"status": "pending"}).json()["runs"]
            return next((run for run in runs if run["rule"]["id"] == rule_id), None)

        return wait_until(found)

    def waits_for(self, run):
        return self.admin.get(f"{RUNS}/{run['id']}").json()["waits_for"]

    def now(self, run):
        assert self.admin.post(f"{RUNS}/{run['id']}/now", json={}).status_code == 202
        run = self.admin.wait_for_run(run["id"])
        assert run["status"] == "succeeded", run

    def state(self):
        return self.admin.get("/api/connection").json()["current"]["state"]

    def wait_for(self, *states):
        wait_until(lambda: self.state() in states)

    def send(self, command):
        body = {"command": f"!!DEBUG:{command}"}
        assert self.admin.post("/api/printer/command", json=body).ok

    def job(self, **command):
        assert self.admin.post("/api/job", json=command).ok

    def print_(self, gcode=LONG):
        files = {"file": ("part.gcode", gcode.encode())}
        answer = self.admin.post("/api/files/local", files=files, data={"print": "true"})
        assert answer.status_code == 201, answer.text


@pytest.fixture
def place(octoprint, admin, folder):
    place = Place(octoprint, admin, folder)
    yield place
    if octoprint.running and place.state() in ("Printing", "Paused", "Starting"):
        place.job(command="cancel")
        place.wait_for("Operational")


@pytest.fixture
def printer(place):
    place.server.connect_virtual_printer()
    place.forget_calls()
    return place


def test_there_are_at_least_ten():
    assert len(recipes()["rules"]) >= 10


def test_the_lamp_that_says_that_octoprint_is_there(place):
    place.wait_for_call("pinctrl set 27 op dh")


def test_on_before_connecting(place):
    place.forget_calls()
    place.server.connect_virtual_printer()

    place.wait_for_call("curl", "plug.local/cm?cmnd=Power%20On")


@pytest.mark.one_version
def test_an_upload_that_is_to_be_printed_the_lamp_and_the_end(place):
    assert place.admin.post("/api/connection", json={"command": "disconnect"}).ok
    place.wait_for("Closed", "Offline")
    place.forget_calls()

    place.print_("G28\n")

    place.wait_for_call("plug.local/cm?cmnd=Power%20On")
    place.wait_for_call("light.local/cm?cmnd=Power%20On")
    off = place.wait_for_pending("plug-off-when-cold")
    # as soon as the printer has told how hot it is
    wait_until(lambda: place.waits_for(off) == "the printer to be idle for 5 min")
    place.now(place.wait_for_pending("light-out"))
    place.now(off)
    place.wait_for_call("light.local/cm?cmnd=Power%20Off")
    place.wait_for_call("plug.local/cm?cmnd=Power%20Off")


@pytest.mark.one_version
def test_a_print_that_is_paused(printer):
    printer.print_()
    printer.wait_for("Printing")
    printer.job(command="pause", action="pause")
    first = printer.wait_for_pending("tell-pause")
    printer.wait_for("Paused")
    printer.job(command="pause", action="resume")
    printer.wait_for("Printing")
    run = printer.admin.wait_for_run(first["id"])
    wait_until(
        lambda: printer.admin.get(f"{RUNS}/{run['id']}").json()["status"] == "stopped"
    )

    printer.job(command="pause", action="pause")
    printer.now(printer.wait_for_pending("tell-pause"))

    printer.wait_for_call("Title: Print paused", "part.gcode waits for you")


@pytest.mark.one_version
def test_a_print_that_has_failed(printer):
    printer.print_()
    printer.wait_for("Printing")
    printer.send("trigger_fatal_error_marlin")

    printer.wait_for_call("Title: Print failed", "part.gcode: ")
    wait_until(lambda: printer.state() not in ("Printing", "Operational"))


@pytest.mark.one_version
def test_a_copy_at_night(place):
    rules = place.admin.get(RULES).json()["rules"]
    (rule,) = (found for found in rules if found["id"] == "nightly-copy")
    answer = place.admin.post(f"{RULES}/try", json={"rule": rule, "payload": {}})
    assert answer.status_code == 202, answer.text

    place.wait_for_call("rsync -a --delete")


@pytest.mark.one_version
def test_what_a_copy_has_printed_that_did_not_work(place, folder):
    works = (folder / "rsync").read_text()
    (folder / "rsync").write_text(BROKEN)
    try:
        body = {"source": "custom", "action": "nightly-copy"}
        assert place.admin.post(RUNS, json=body).status_code == 202
        place.wait_for_call("Title: Copy all to the NAS: failed")
        place.wait_for_call("no route to the NAS")
    finally:
        (folder / "rsync").write_text(works)


def test_a_flash_for_pictures_and_no_end_before_the_movie(printer):
    timelapse = {"type": "timed", "interval": 1, "fps": 25, "postRoll": 0}
    assert printer.admin.post("/api/timelapse", json=timelapse).ok
    try:
        printer.print_("G28\n" + "G4 P100\n" * 30)
        printer.wait_for_call("pinctrl set 17 op dh")
        printer.wait_for_call("pinctrl set 17 op dl")
        off = printer.wait_for_pending("plug-off-when-cold")
        wait_until(lambda: printer.waits_for(off) == "the timelapse to be rendered")
        (printer.folder / "go").touch()
        wait_until(lambda: printer.waits_for(off) == "the printer to be idle for 5 min")
        assert printer.admin.post(f"{RUNS}/{off['id']}/stop", json={}).ok
    finally:
        assert printer.admin.post("/api/timelapse", json={"type": "off"}).ok


def test_the_printer_rings(printer):
    printer.send("action_custom bell")

    printer.wait_for_call("aplay -q /home/pi/bell.wav")


def test_the_lamp_goes_out(place):
    place.server.stop()

    assert "pinctrl set 27 op dl" in place.called()
