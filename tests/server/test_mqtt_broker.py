"""Brokers that come and go, storms, several instances, TLS and passwords."""

import json
import subprocess
from collections import Counter
from pathlib import Path

import psutil
import pytest

from harness.broker import HOST, Broker, Listener, with_mqtt
from harness.http_clients import ApiClient
from harness.waiting import wait_until
from tests.server.test_mqtt import BASE, REPLY, config_of, reply

HA = "homeassistant"
COMMANDS = [
    {
        "action": "note",
        "name": "Note",
        "mqtt": True,
        "icon": "camera",
        "command": 'echo "$OCTOPRINT_RUN_ID" >> noted',
        "when_busy": "queue",
    },
    {"action": "slow", "name": "Slow", "mqtt": True, "command": "sleep 4; echo >> slept"},
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
        "action": "lamp",
        "name": "Lamp",
        "type": "toggle",
        "mqtt": True,
        "on": "true",
        "off": "true",
    },
    {"action": "disk", "name": "Disk", "type": "status", "mqtt": True, "state": "echo 3"},
    {
        "action": "asks",
        "name": "Asks",
        "mqtt": True,
        "command": "true",
        "arguments": [{"name": "word", "type": "text"}],
    },
]
NOTE = f"{BASE}command/note/run"
API = "/plugin/systemcommands/api"


@pytest.fixture
def broker(tmp_path):
    with Broker(tmp_path) as broker:
        yield broker


@pytest.fixture(scope="module")
def kept_broker(tmp_path_factory):
    with Broker(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture(scope="module")
def octoprint(make_octoprint, kept_broker):
    server = make_octoprint(config_of(kept_broker, COMMANDS), start=False)
    return with_mqtt(server).start()


@pytest.fixture
def listener(octoprint, kept_broker):
    listener = Listener(kept_broker)
    listener.wait_for(f"{BASE}availability/note")
    yield listener
    listener.close()


def entities(listener):
    """What Home Assistant is told, by topic."""
    return {
        topic: json.loads(payload)
        for topic, payload in dict(listener.retained).items()
        if topic.startswith(f"{HA}/") and topic.endswith("/config") and payload
    }


def wait_for_entities(listener, *kinds):
    wait_until(
        lambda: (
            sorted(topic.split("/")[1] for topic in entities(listener)) == sorted(kinds)
        )
    )
    return entities(listener)


ALL = ("button", "button", "event", "sensor", "switch", "switch")


def store(admin, commands):
    answer = admin.get(f"{API}/definitions")
    admin.put(
        f"{API}/definitions",
        json={"definitions": commands},
        headers={"If-Match": answer.headers["ETag"]},
    ).raise_for_status()


@pytest.mark.one_version
def test_what_home_assistant_is_told(listener, admin):
    told = wait_for_entities(listener, *ALL)
    note = next(one for one in told.values() if one["name"] == "Note")
    assert note["command_topic"] == NOTE
    assert note["icon"] == "mdi:camera"
    assert len({json.dumps(one["device"]) for one in told.values()}) == 1
    light = next(one for one in told.values() if one["name"] == "Light")
    lamp = next(one for one in told.values() if one["name"] == "Lamp")
    assert (light["optimistic"], lamp["optimistic"]) == (False, True)
    # what it publishes and listens to is what is told
    listener.publish(light["command_topic"], light["payload_on"])
    listener.wait_for(light["state_topic"], lambda one: one.payload == light["state_on"])
    listener.publish(note["command_topic"], note["payload_press"])
    assert reply(listener, None, "ended")
    for one in told.values():
        for available in one["availability"]:
            assert listener.retained[available["topic"]] == available["payload_available"]


@pytest.mark.one_version
def test_home_assistant_starts_again(listener):
    wait_for_entities(listener, *ALL)
    listener.clear()
    listener.publish(f"{HA}/status", "online")
    wait_until(
        lambda: (
            len({m.topic for m in list(listener.messages) if "/config" in m.topic}) == 6
        )
    )


@pytest.mark.one_version
def test_home_assistant_does_not_come_to_rest(listener):
    """Nor does whoever pretends to be it."""
    wait_for_entities(listener, *ALL)
    listener.clear()
    for _ in range(500):
        listener.publish(f"{HA}/status", "online")
    listener.publish(NOTE, {"id": "after"})
    assert reply(listener, "after", "ended")

    def times():
        topics = [m.topic for m in list(listener.messages) if "/config" in m.topic]
        return Counter(topics).values()

    wait_until(times)
    # at once, and again when it has waited; the test before may have made it wait
    assert max(times()) <= 3


@pytest.mark.one_version
def test_a_command_is_closed_and_opened_again(listener, admin):
    wait_for_entities(listener, *ALL)
    closed = [{**one, "mqtt": one["action"] != "note"} for one in COMMANDS]
    store(admin, closed)
    try:
        wait_for_entities(listener, "button", "event", "sensor", "switch", "switch")
        listener.wait_for(f"{BASE}availability/note", lambda one: one.payload == "")
        listener.publish(NOTE, {"id": "closed"})
        assert reply(listener, "closed", "refused")["code"] == "forbidden"
        store(admin, [{**one, "mqtt": False} for one in COMMANDS])
        wait_for_entities(listener)
        wait_until(
            lambda: (
                not any(
                    payload
                    for topic, payload in dict(listener.retained).items()
                    if topic.startswith(BASE) and "availability" in topic
                )
            )
        )
    finally:
        store(admin, COMMANDS)
    wait_for_entities(listener, *ALL)


@pytest.mark.one_version
def test_a_storm(listener, octoprint):
    noted = Path(octoprint.basedir, "noted")
    noted.unlink(missing_ok=True)
    server = psutil.Process(octoprint.pid)
    before = server.memory_info().rss
    for number in range(1000):
        listener.publish(NOTE, {"id": number})
    answers = {}

    def has_all():
        for one in listener.of(REPLY):
            data = one.data
            if isinstance(data.get("id"), str) and data["id"].isdecimal():
                answers.setdefault(data["id"], {})[data["type"]] = data
        accepted = [one for one in answers.values() if "accepted" in one]
        return accepted and all("ended" in one for one in accepted)

    def is_through():
        """Of too many nobody is told, so it is asked until there is an answer."""
        listener.publish(f"{BASE}command/missing/run", {"id": "last"})
        found = [one for one in listener.of(REPLY) if one.data["id"] == "last"]
        return any(one.data["code"] == "unknown_command" for one in found)

    wait_until(is_through, timeout=120, interval=0.2)
    wait_until(has_all, timeout=120)
    accepted = {id_: one for id_, one in answers.items() if "accepted" in one}
    refused = [one["refused"] for one in answers.values() if "refused" in one]
    assert accepted
    assert {one["code"] for one in refused} <= {"overloaded"}
    runs = noted.read_text().split()
    assert len(runs) == len(set(runs)) == len(accepted)
    assert set(runs) == {one["accepted"]["run"] for one in accepted.values()}
    assert server.memory_info().rss - before < 60e6


@pytest.mark.one_version
def test_the_broker_goes_and_comes_back(make_octoprint, broker, tmp_path):
    server = with_mqtt(make_octoprint(config_of(broker, COMMANDS), start=False)).start()
    listener = Listener(broker)
    wait_for_entities(listener, *ALL)
    listener.publish(f"{BASE}command/slow/run", {"id": "slow"})
    reply(listener, "slow", "accepted")
    broker.kill()
    # what runs is not disturbed
    wait_until(Path(server.basedir, "slept").exists)
    lit = Path(server.basedir, "lit")
    lit.touch()
    listener.close()
    broker.start()
    listener = Listener(broker)
    wait_for_entities(listener, *ALL)
    listener.wait_for(f"{BASE}toggle/light/state", lambda one: one.payload == "on")
    # nothing of before comes late
    listener.publish(NOTE, {"id": "again"})
    assert reply(listener, "again", "ended")["status"] == "succeeded"
    assert not [one for one in listener.of(REPLY) if one.data["id"] == "slow"]
    assert not [
        one for one in listener.messages if one.topic == REPLY and one.is_retained
    ]

    # what is gone when the server comes back is taken away
    server.kill()
    config = server.read_config()
    config["plugins"]["systemcommands"]["commands"] = COMMANDS[:1]
    server.write_config(config)
    listener.close()
    server.start()
    listener = Listener(broker)
    wait_for_entities(listener, "button", "event")
    wait_until(lambda: not listener.retained.get(f"{BASE}toggle/light/state"))
    listener.close()


def test_the_base_topic_is_changed(make_octoprint, broker):
    server = with_mqtt(make_octoprint(config_of(broker, COMMANDS), start=False)).start()
    listener = Listener(broker)
    wait_for_entities(listener, *ALL)
    ApiClient(server.url, server.admin).post(
        "/api/settings", json={"plugins": {"mqtt": {"publish": {"baseTopic": "new/"}}}}
    ).raise_for_status()
    below = "new/plugin/systemcommands/"
    listener.wait_for(f"{below}availability/note")
    listener.publish(f"{below}command/note/run", {"id": "new"})
    listener.wait_for(f"{below}reply", lambda one: one.data["type"] == "ended")

    def left():
        return [
            topic
            for topic, payload in dict(listener.retained).items()
            if topic.startswith(BASE) and payload
        ]

    # what cannot be sent while it connects anew is sent later
    wait_until(lambda: not left())
    wait_for_entities(listener, *ALL)
    listener.close()


@pytest.mark.one_version
def test_without_a_last_will(make_octoprint, broker):
    config = config_of(broker, COMMANDS)
    config["plugins"]["mqtt"]["publish"] = {"lwActive": False}
    server = with_mqtt(make_octoprint(config, start=False)).start()
    listener = Listener(broker)
    wait_for_entities(listener, *ALL)
    listener.close()
    # it forgets everything, and is back before anybody has looked
    broker.kill()
    broker.start()
    listener = Listener(broker)
    wait_for_entities(listener, *ALL)
    listener.publish(f"{BASE}command/slow/run", {"id": "slow"})
    reply(listener, "slow", "accepted")
    # the end of the server is told, and what has become of its runs
    server.stop()
    assert reply(listener, "slow", "ended")["status"] == "stopped"
    wait_until(
        lambda: (
            {
                payload
                for topic, payload in dict(listener.retained).items()
                if topic.startswith(f"{BASE}availability/")
            }
            == {"offline"}
        )
    )
    listener.close()


@pytest.mark.one_version
def test_a_retained_wish_at_the_start(make_octoprint, broker):
    listener = Listener(broker)
    listener.publish(NOTE, {"id": "old"}, retain=True)
    listener.wait_for(NOTE)
    server = with_mqtt(make_octoprint(config_of(broker, COMMANDS), start=False)).start()
    listener.wait_for(f"{BASE}availability/note")
    # behind it, it would have been answered by now
    listener.publish(NOTE, {"id": "new"})
    assert reply(listener, "new", "ended")
    assert not [one for one in listener.of(REPLY) if one.data["id"] == "old"]
    assert len(Path(server.basedir, "noted").read_text().split()) == 1
    listener.close()


##~~ Several instances, at a broker that not everybody may use


@pytest.fixture(scope="module")
def secure_broker(tmp_path_factory):
    folder = tmp_path_factory.mktemp("secure")
    subject = ["-subj", "/CN=localhost", "-addext", f"subjectAltName=IP:{HOST}"]
    files = ["-keyout", folder / "key.pem", "-out", folder / "certificate.pem"]
    kind = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    subprocess.run(
        ["openssl", "req", *kind, *files, *subject], check=True, capture_output=True
    )
    passwords = folder / "passwords"
    subprocess.run(
        ["mosquitto_passwd", "-b", "-c", passwords, "printer", "secret"], check=True
    )
    options = [
        "allow_anonymous false",
        f"password_file {passwords}",
        f"certfile {folder / 'certificate.pem'}",
        f"keyfile {folder / 'key.pem'}",
        "user root",
    ]
    with Broker(folder, options) as broker:
        broker.certificate = str(folder / "certificate.pem")
        yield broker


@pytest.fixture(scope="module")
def fleet(make_octoprint, secure_broker):
    """Two instances: one is called left, the other has no name but that of its host."""
    more = {
        "username": "printer",
        "password": "secret",
        "tls_active": True,
        "tls": {"ca_certs": secure_broker.certificate},
    }
    servers = []
    for name in ("left", "right"):
        mqtt = {"fleet": True, "name": name, "groups": [name, "shelf"]}
        config = config_of(secure_broker, COMMANDS, mqtt, more)
        config["plugins"]["mqtt"]["publish"] = {"baseTopic": f"printers/{name}/"}
        servers.append(with_mqtt(make_octoprint(config, start=False)).start())
    return servers


@pytest.fixture
def overseer(secure_broker, fleet):
    def prepare(client):
        client.tls_set(ca_certs=secure_broker.certificate)
        client.username_pw_set("printer", "secret")

    listener = Listener(secure_broker, prepare=prepare)
    for name in ("left", "right"):
        own = f"printers/{name}/plugin/systemcommands/availability/note"
        listener.wait_for(own, lambda one: one.payload == "online")
    yield listener
    listener.close()


@pytest.mark.one_version
@pytest.mark.parametrize(
    ("topic", "names"),
    [
        ("octoPrint-fleet/command/note/run", ["left", "right"]),
        ("octoPrint-fleet/group/shelf/command/note/run", ["left", "right"]),
        ("octoPrint-fleet/group/left/command/note/run", ["left"]),
    ],
)
def test_one_topic_for_all(overseer, topic, names):
    overseer.publish(topic, {"id": topic})

    def ended():
        return sorted(
            (one.topic.rpartition("/")[2], one.data["instance"])
            for one in list(overseer.messages)
            if one.topic.startswith("octoPrint-fleet/reply/")
            and (one.data["id"], one.data["type"]) == (topic, "ended")
        )

    wait_until(lambda: len(ended()) == len(names))
    # each does so for itself as well, and is answered there
    own = "printers/right/plugin/systemcommands/"
    overseer.publish(f"{own}command/note/run", {"id": f"own {topic}"})
    overseer.wait_for(f"{own}reply", lambda one: one.data["type"] == "ended")
    assert ended() == [(name, name) for name in names]


@pytest.mark.one_version
def test_each_instance_is_a_device_of_its_own(overseer):
    told = wait_for_entities(overseer, *ALL, *ALL)
    devices = {json.dumps(one["device"], sort_keys=True) for one in told.values()}
    assert sorted(json.loads(device)["name"] for device in devices) == ["left", "right"]


@pytest.mark.one_version
def test_a_fleet_is_left(overseer, fleet):
    admin = ApiClient(fleet[0].url, fleet[0].admin)
    admin.post(
        "/api/settings", json={"plugins": {"systemcommands": {"mqtt": {"fleet": False}}}}
    ).raise_for_status()
    shelf = "octoPrint-fleet/group/shelf/command/note/run"

    def answering():
        overseer.clear()
        overseer.publish(shelf)
        overseer.wait_for("octoPrint-fleet/reply/right")
        own = "printers/left/plugin/systemcommands/"
        overseer.publish(f"{own}command/note/run")
        overseer.wait_for(f"{own}reply")
        return len(overseer.of("octoPrint-fleet/reply/left"))

    wait_until(lambda: answering() == 0)
