"""Commands by MQTT: a real broker, and a plugin that stands in for OctoPrint-MQTT."""

from pathlib import Path

import pytest

from harness import gcode_place
from harness.broker import HOST, Broker, Listener, with_mqtt
from harness.gcode_place import Place
from harness.waiting import wait_until

BASE = "octoPrint/plugin/systemcommands/"
REPLY = f"{BASE}reply"
HA = "homeassistant"

COMMANDS = [
    {
        "action": "note",
        "name": "Note",
        "mqtt": True,
        "icon": "camera",
        "command": 'echo "$SC_WORD $OCTOPRINT_TRIGGER" >> noted',
        "arguments": [
            {"name": "word", "type": "text", "default": "", "pattern": "[a-z]*"}
        ],
    },
    {"action": "closed", "name": "Closed", "command": "echo closed >> noted"},
    {"action": "fails", "name": "Fails", "mqtt": True, "command": "exit 3"},
    {"action": "slow", "name": "Slow", "mqtt": True, "command": "sleep 60"},
    {
        "action": "guarded",
        "name": "Guarded",
        "mqtt": True,
        "command": "true",
        "while_printing": "confirm",
    },
    {
        "action": "light",
        "name": "Light",
        "type": "toggle",
        "mqtt": True,
        "on": "touch lit",
        "off": "rm -f lit",
        "state": "test -e lit",
        "every": 2,
    },
    {
        "action": "disk",
        "name": "Disk",
        "type": "status",
        "mqtt": True,
        "state": "echo 3 GB free",
    },
    {"action": "a b/c+#", "name": "Odd", "mqtt": True, "command": "echo odd >> noted"},
]


def config_of(broker, commands=COMMANDS, mqtt=None, more=None):
    return {
        **gcode_place.CONFIG,
        "plugins": {
            **gcode_place.CONFIG["plugins"],
            "systemcommands": {"commands": commands, "mqtt": mqtt or {}},
            "mqtt": {"broker": {"url": HOST, "port": broker.port, **(more or {})}},
        },
    }


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    with Broker(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture(scope="module")
def octoprint(make_octoprint, broker):
    return with_mqtt(make_octoprint(config_of(broker), start=False)).start()


@pytest.fixture
def listener(broker):
    listener = Listener(broker)
    yield listener
    listener.close()


@pytest.fixture
def noted(octoprint):
    """What the commands have written down."""
    path = Path(octoprint.basedir, "noted")
    path.unlink(missing_ok=True)
    return lambda: path.read_text().splitlines() if path.exists() else []


@pytest.fixture(autouse=True)
def is_announced(octoprint, listener):
    listener.wait_for(f"{BASE}availability/note", lambda one: one.payload == "online")


def reply(listener, id_, type_):
    return listener.wait_for(
        REPLY, lambda one: one.data["id"] == id_ and one.data["type"] == type_
    ).data


def test_a_command_is_run_and_its_sender_is_told(listener, noted, admin):
    listener.publish(f"{BASE}command/note/run", {"id": 7, "arguments": {"word": "hi"}})
    accepted = reply(listener, "7", "accepted")
    ended = reply(listener, "7", "ended")
    assert noted() == ["hi mqtt"]
    assert accepted["action"] == ended["action"] == "note"
    assert accepted["run"] == ended["run"]
    assert (ended["status"], ended["exit_code"]) == ("succeeded", 0)
    run = admin.get(f"/plugin/systemcommands/api/runs/{ended['run']}").json()
    assert (run["trigger"], run["user"]) == ("mqtt", None)
    wait_until(lambda: len(listener.of(f"{BASE}event")) >= 2)
    events = [one.data for one in listener.of(f"{BASE}event")]
    assert [one["event_type"] for one in events] == ["started", "succeeded"]
    assert events[1]["run"] == run["id"]
    assert "hi" not in str(events)


@pytest.mark.parametrize("payload", ["", "PRESS"])
def test_any_word_runs_it(listener, noted, payload):
    listener.publish(f"{BASE}command/note/run", payload)
    assert reply(listener, None, "ended")["status"] == "succeeded"
    assert noted() == [" mqtt"]


def test_a_failure(listener):
    listener.publish(f"{BASE}command/fails/run", {"id": "f"})
    ended = reply(listener, "f", "ended")
    assert (ended["status"], ended["exit_code"]) == ("failed", 3)


@pytest.mark.parametrize(
    ("topic", "payload", "code", "text"),
    [
        ("command/closed/run", {}, "forbidden", "mqtt"),
        ("command/missing/run", {}, "unknown_command", "missing"),
        ("command/disk/run", {}, "status", "looked at"),
        # which a broker would not know to keep from somebody
        ("command/%6eote/run", {}, "unknown_command", "%6eote"),
        ("command/%256eote/run", {}, "unknown_command", "%6eote"),
        ("command/note/run", {"arguments": {"word": "A"}}, "wrong_arguments", "word"),
        ("command/note/run", {"to": "on"}, "wrong_to", "toggle"),
        ("command/note/run", {"argumnets": {}}, "bad_request", "argumnets"),
        ("command/note/run", {"confirmed": "yes"}, "bad_request", "confirmed"),
        ("toggle/light/set", {"to": "up"}, "bad_request", "on, off or toggle"),
    ],
)
def test_what_is_refused(listener, noted, topic, payload, code, text):
    listener.publish(f"{BASE}{topic}", {"id": "r", **payload})
    refused = reply(listener, "r", "refused")
    assert refused["code"] == code
    assert text in refused["error"]
    assert noted() == []


def test_the_log_takes_it_whatever_it_is(listener, octoprint):
    octoprint.forget_log()
    listener.publish(f"{BASE}command/%ED%A0%80%1B[2J/run", {"id": "half"})
    listener.publish(f"{BASE}command/{'z' * 60_000}/run", {"id": "long"})
    assert reply(listener, "half", "refused")["action"] == "\ud800\x1b[2J"
    assert reply(listener, "long", "refused")["code"] == "unknown_command"
    wait_until(lambda: "MQTT: zzz" in octoprint.log_text())
    said = octoprint.log_text()
    assert "MQTT: \ufffd\ufffd[2J was not run" in said
    assert "Logging error" not in said
    assert len(said) < 5000


def test_what_cannot_be_read(listener, noted):
    for payload in ('{"id": ', b"\xff", "{" + " " * 17_000 + "}"):
        listener.clear()
        listener.publish(f"{BASE}command/note/run", payload)
        assert reply(listener, None, "refused")["code"] == "bad_request"
    assert noted() == []


def test_the_same_id_is_not_run_twice(listener, noted):
    for _ in range(3):
        listener.publish(f"{BASE}command/note/run", {"id": "once"})
    wait_until(lambda: len(listener.of(REPLY)) == 4)
    answers = [one.data for one in listener.of(REPLY)]
    assert len({one["run"] for one in answers}) == 1
    assert noted() == [" mqtt"]


def test_an_action_with_odd_characters(listener, noted):
    listener.publish(f"{BASE}command/a%20b%2Fc%2B%23/run", {"id": "odd"})
    assert reply(listener, "odd", "ended")["action"] == "a b/c+#"
    assert noted() == ["odd"]


def test_a_toggle(listener, octoprint):
    lit = Path(octoprint.basedir, "lit")
    state = f"{BASE}toggle/light/state"
    listener.wait_for(state, lambda one: one.payload == "off")
    listener.publish(f"{BASE}toggle/light/set", "ON")
    listener.wait_for(state, lambda one: one.payload == "on")
    assert lit.exists()
    # behind the plugin's back
    listener.clear()
    lit.unlink()
    listener.wait_for(state, lambda one: one.payload == "off")
    listener.publish(f"{BASE}toggle/light/set", {"id": "t", "to": "toggle"})
    assert reply(listener, "t", "ended")["status"] == "succeeded"
    listener.wait_for(state, lambda one: one.payload == "on")
    listener.publish(f"{BASE}command/light:off/run")
    wait_until(lambda: not lit.exists())
    listener.wait_for(
        f"{BASE}toggle/light/attributes", lambda one: one.data["assumed"] is False
    )


def test_a_status(listener):
    listener.wait_for(f"{BASE}status/disk/state", lambda one: one.payload == "3 GB free")


def test_a_message_that_is_retained_is_ignored(listener, noted):
    topic = f"{BASE}command/note/run"
    listener.publish(topic, {"id": "old"}, retain=True)
    # as it is published it is none yet
    assert reply(listener, "old", "ended")
    listener.publish(topic, "", retain=True)


def test_availability_follows_the_guards(listener, octoprint, admin):
    place = Place(octoprint, admin)
    place.be_ready()
    topic = f"{BASE}availability/guarded"
    listener.wait_for(topic, lambda one: one.payload == "online")
    place.print_("G28", "@pause", "G1 X1")
    listener.wait_for(topic, lambda one: one.payload == "offline")
    listener.publish(f"{BASE}command/guarded/run", {"id": "g"})
    assert reply(listener, "g", "refused")["code"] == "confirm"
    listener.publish(f"{BASE}command/guarded/run", {"id": "c", "confirmed": True})
    assert reply(listener, "c", "ended")["status"] == "succeeded"
    listener.clear()
    place.cancel()
    listener.wait_for(topic, lambda one: one.payload == "online")


def test_what_the_settings_page_is_told(listener, admin):
    found = admin.get("/plugin/systemcommands/api/mqtt")
    assert found.status_code == 200
    data = found.json()
    assert data.pop("name")
    assert data == {
        "installed": True,
        "connected": True,
        "base_topic": BASE,
        "groups": [],
        "fleet_topic": None,
        "commands": len([one for one in COMMANDS if one.get("mqtt")]),
    }
