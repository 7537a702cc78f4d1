"""The toggles and statuses among the presets, run by a real shell against what stands for
plugs, hubs, pins and services."""

import http.server
import os
import subprocess
import threading

import pytest

from octoprint_systemcommands.commands.editing.presets import presets

ON, OFF, UNKNOWN = 0, 1, 2


@pytest.fixture
def definition(tmp_path):
    """definition(id): the fields of a preset."""
    found = {
        preset["id"]: preset["definition"]
        for preset in presets(str, "python3", str(tmp_path / "base dir"))
    }
    return found.__getitem__


@pytest.fixture
def run(tmp_path):
    """run(line, PLUG=…): by the shell, with the programs of `program` before all others."""
    (tmp_path / "bin").mkdir()

    def run_(line, **environment):
        path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
        return subprocess.run(
            ["/bin/sh", "-c", line],
            env={**os.environ, "PATH": path, **environment},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    return run_


@pytest.fixture
def program(tmp_path, run):
    """program(name, script): there is such a program."""

    def make(name, script):
        path = tmp_path / "bin" / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    return make


@pytest.fixture
def plug():
    """A plug: answers by path and query what the test wants, and keeps what was asked."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked.append(self.path)
            status, body = self.server.answers.get(self.path, (404, "no such page"))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.answers, server.asked = {}, []
    server.address = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


TASMOTA = "/cm?cmnd=Power"
SHELLY_1 = "/relay/0"
SHELLY_2 = "/rpc/Switch.GetStatus?id=0"


@pytest.mark.parametrize(
    ("preset", "path", "answer", "expected"),
    [
        ("plug-tasmota", TASMOTA, '{"POWER":"ON"}', ON),
        ("plug-tasmota", TASMOTA, '{"POWER":"OFF"}', OFF),
        ("plug-tasmota", TASMOTA, '{"WARNING":"Need user=<username>"}', UNKNOWN),
        ("plug-shelly-1", SHELLY_1, '{"ison":true,"has_timer":false}', ON),
        ("plug-shelly-1", SHELLY_1, '{"ison":false,"has_timer":true}', OFF),
        ("plug-shelly-1", SHELLY_1, "<html>A router</html>", UNKNOWN),
        ("plug-shelly-2", SHELLY_2, '{"id":0, "source":"init", "output":true}', ON),
        ("plug-shelly-2", SHELLY_2, '{"id": 0, "output": false, "errors": []}', OFF),
        ("plug-shelly-2", SHELLY_2, "", UNKNOWN),
    ],
)
def test_what_a_plug_answers(definition, run, plug, preset, path, answer, expected):
    plug.answers[path] = (200, answer)
    fields = definition(preset)
    assert set(fields["environment"]) == {"PLUG"}
    assert run(fields["state"], PLUG=plug.address).returncode == expected


@pytest.mark.parametrize("preset", ["plug-tasmota", "plug-shelly-1", "plug-shelly-2"])
def test_a_plug_that_does_not_answer_is_not_off(definition, run, plug, preset):
    fields = definition(preset)
    # no such page, with a word in it
    assert run(fields["state"], PLUG=plug.address).returncode >= UNKNOWN
    for path in (TASMOTA, SHELLY_1, SHELLY_2):
        plug.answers[path] = (500, '{"POWER":"OFF","ison":false,"output":false}')
    assert run(fields["state"], PLUG=plug.address).returncode >= UNKNOWN
    plug.shutdown()
    plug.server_close()
    for line in ("state", "on", "off"):
        ended = run(fields[line], PLUG=plug.address)
        assert ended.returncode, line
        assert "curl" in ended.stderr
    assert run(fields["state"], PLUG=plug.address).returncode >= UNKNOWN


@pytest.mark.parametrize(
    ("preset", "paths", "answers"),
    [
        (
            "plug-tasmota",
            ["/cm?cmnd=Power%20On", "/cm?cmnd=Power%20Off"],
            ['{"POWER":"ON"}', '{"POWER":"OFF"}'],
        ),
        ("plug-shelly-1", ["/relay/0?turn=on", "/relay/0?turn=off"], ["{}", "{}"]),
        (
            "plug-shelly-2",
            ["/rpc/Switch.Set?id=0&on=true", "/rpc/Switch.Set?id=0&on=false"],
            ['{"was_on":false}', '{"was_on":true}'],
        ),
    ],
)
def test_switching_a_plug(definition, run, plug, preset, paths, answers):
    plug.answers.update({path: (200, answer) for path, answer in zip(paths, answers)})
    fields = definition(preset)
    for line in ("on", "off"):
        assert run(fields[line], PLUG=plug.address).returncode == 0
    assert plug.asked == paths


def test_a_plug_that_wants_a_password_was_not_switched(definition, run, plug):
    plug.answers["/cm?cmnd=Power%20On"] = (200, '{"WARNING":"Need user=<username>"}')
    line = definition("plug-tasmota")["on"]
    assert run(line, PLUG=plug.address).returncode != 0


def test_a_relay(definition, run, program, tmp_path):
    fields = definition("relay")
    level = tmp_path / "level"
    level.write_text("0\n")
    program(
        "pinctrl",
        f'case "$*" in\n"set 17 op dh") echo 1 >{level} ;;\n"set 17 op dl") echo 0 >{level}'
        f' ;;\n"lev 17") cat {level} ;;\n*) exit 1 ;;\nesac',
    )
    assert run(fields["state"]).returncode == OFF
    assert run(fields["on"]).returncode == 0
    assert run(fields["state"]).returncode == ON
    assert run(fields["off"]).returncode == 0
    assert run(fields["state"]).returncode == OFF
    program("pinctrl", "echo 'No GPIO chips found'; exit 1")
    assert run(fields["state"]).returncode >= UNKNOWN


def test_a_relay_without_the_program_is_not_off(definition, run):
    assert run(definition("relay")["state"]).returncode >= UNKNOWN


def test_gpiod_is_not_asked_for_the_state(definition):
    # that would make an input of it
    assert "state" not in definition("relay-gpiod")


HUB = "Current status for hub 1-1 [0424:9514, USB 2.00, 5 ports, ppps]"


@pytest.mark.parametrize(
    ("lines", "status", "expected"),
    [
        ([HUB, "  Port 2: 0503 power highspeed enable connect [0781:5571]"], 0, ON),
        ([HUB, "  Port 2: 0100 power"], 0, ON),
        ([HUB, "  Port 2: 0000 off"], 0, OFF),
        # one that is two: for USB 2 and for USB 3
        (
            [HUB, "  Port 2: 0000 off", HUB, "  Port 2: 02a0 power 5gbps Rx.Detect"],
            0,
            ON,
        ),
        ([HUB, "  Port 2: 0000 off", HUB, "  Port 2: 0080 off"], 0, OFF),
        ([HUB], 0, UNKNOWN),
        (["No compatible devices detected at location 1-1!"], 1, UNKNOWN),
    ],
)
def test_the_power_of_a_port(definition, run, program, lines, status, expected):
    text = "\n".join(lines)
    program("uhubctl", f"cat <<'END'\n{text}\nEND\nexit {status}")
    program("sudo", '[ "$1" = -n ] && shift\nexec "$@"')
    assert run(definition("usb-power")["state"]).returncode == expected


def test_the_power_of_a_port_without_sudo(definition, run, program):
    program("sudo", "echo 'sudo: a password is required' >&2; exit 1")
    assert run(definition("usb-power")["state"]).returncode >= UNKNOWN


@pytest.mark.parametrize("preset", ["service", "camera-stream"])
@pytest.mark.parametrize(
    ("load", "active", "expected"),
    [
        ("loaded", "active", ON),
        ("loaded", "inactive", OFF),
        ("loaded", "failed", OFF),
        ("loaded", "activating", UNKNOWN),
        ("not-found", "inactive", UNKNOWN),
    ],
)
def test_a_service(definition, run, program, preset, load, active, expected):
    fields = definition(preset)
    program("systemctl", f"echo LoadState={load}; echo ActiveState={active}")
    assert run(fields["state"], **fields["environment"]).returncode == expected


def test_a_service_without_systemd_is_not_off(definition, run, program):
    program("systemctl", "echo 'System has not been booted with systemd' >&2; exit 1")
    assert run(definition("service")["state"], SERVICE="x").returncode >= UNKNOWN


def test_starting_and_stopping_a_service(definition, run, program):
    program("sudo", 'exec "$@"')
    program("systemctl", 'echo "$@"')
    fields = definition("camera-stream")
    name = fields["environment"]["SERVICE"]
    for line, verb in (("on", "start"), ("off", "stop")):
        assert run(fields[line], SERVICE=name).stdout == f"{verb} {name}\n"


def test_free_disk_space(definition, run, tmp_path):
    line = definition("disk-free")["state"]
    # there is no such folder, so nothing is known
    assert run(line).returncode != 0
    (tmp_path / "base dir").mkdir()
    ended = run(line)
    assert ended.returncode == 0
    assert ended.stdout.strip()[-1] in "BKMGTP0123456789"


def test_the_temperature(definition, run, tmp_path):
    line = definition("cpu-temperature")["state"]
    file = "/sys/class/thermal/thermal_zone0/temp"
    assert file in line
    (tmp_path / "temp").write_text("48312\n")
    ended = run(line.replace(file, str(tmp_path / "temp")))
    assert (ended.returncode, ended.stdout) == (0, "48 °C\n")
    assert run(line.replace(file, str(tmp_path / "gone"))).returncode == UNKNOWN
