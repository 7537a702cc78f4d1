"""What docs/mqtt.md shows, done literally with a broker."""

import json
import re
import subprocess
import textwrap
from pathlib import Path

import pytest
import yaml

from harness.broker import Broker, Listener, with_mqtt
from harness.waiting import wait_until
from tests.server.test_mqtt import BASE, config_of

pytestmark = pytest.mark.one_version

PAGE = (Path(__file__).parents[2] / "docs" / "mqtt.md").read_text("utf-8")
FLEET = "octoPrint-fleet"


def blocks(language):
    found = re.findall(rf"^ *```{language}\n(.*?)^ *```$", PAGE, re.S | re.M)
    return [textwrap.dedent(text) for text in found]


def definitions():
    return yaml.safe_load(blocks("yaml")[0])["plugins"]["systemcommands"]["commands"]


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    with Broker(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture(scope="module")
def octoprint(make_octoprint, broker):
    # neither the light nor the films of who runs the tests
    commands = [
        {**one, "command": "true"} if "/media" in one.get("command", "") else one
        for one in definitions()
    ]
    config = config_of(broker, commands, {"fleet": True, "name": "OctoPrint"})
    server = with_mqtt(make_octoprint(config, start=False))
    server._env["HOME"] = str(server.basedir)
    return server.start()


@pytest.fixture
def listener(broker, octoprint):
    listener = Listener(broker)
    for one in definitions():
        topic = f"{BASE}availability/{one['action']}"
        listener.wait_for(topic, lambda message: message.payload == "online")
    yield listener
    listener.close()


def test_its_lines_run_what_they_say(listener, broker):
    lines = "".join(blocks("shell")).splitlines()
    published = [line for line in lines if line.startswith("mosquitto_pub")]
    assert len(published) == 4
    for line in published:
        topic = re.search(r"-t (\S+)", line)[1]
        action = topic.split("/")[-2]
        answers = (
            f"{FLEET}/reply/OctoPrint" if topic.startswith(FLEET) else f"{BASE}reply"
        )
        listener.clear()
        at_broker = line.replace("mosquitto_pub", f"mosquitto_pub -p {broker.port}", 1)
        subprocess.run(at_broker, shell=True, check=True)
        ended = listener.wait_for(answers, lambda one: one.data["type"] == "ended").data
        assert (ended["action"], ended["status"]) == (action, "succeeded")
    wait_until(lambda: listener.retained.get(f"{BASE}toggle/light/state") == "on")


def test_answers_are_as_they_are_shown(listener):
    shown = {
        one["type"]: one for one in map(json.loads, blocks("messages")[0].splitlines())
    }
    topic = f"{BASE}command/lamp-level/run"
    listener.publish(topic, {"id": "shown", "arguments": {"level": 30}})
    listener.publish(topic, {"id": "wrong", "arguments": {"level": 300}})
    for type_, example in shown.items():
        found = listener.wait_for(
            f"{BASE}reply", lambda one, t=type_: one.data["type"] == t
        )
        assert list(found.data) == list(example)
        assert {found.data["instance"], found.data["action"]} == {
            "OctoPrint",
            "lamp-level",
        }
    assert shown["refused"]["code"] == "wrong_arguments"
    refused = listener.wait_for(f"{BASE}reply", lambda one: one.data["type"] == "refused")
    assert refused.data["code"] == "wrong_arguments"


def test_the_dashboard_has_what_home_assistant_is_told_of(listener):
    (dashboard,) = [text for text in blocks("yaml") if text.startswith("type: entities")]
    shown = {one["entity"] for one in yaml.safe_load(dashboard)["entities"]}

    def entities():
        told = {
            topic: json.loads(payload)
            for topic, payload in dict(listener.retained).items()
            if topic.startswith("homeassistant/")
            and topic.endswith("/config")
            and payload
        }
        # as Home Assistant makes them of the names
        return {
            f"{topic.split('/')[1]}.{_slug(one['device']['name'])}_{_slug(one['name'])}"
            for topic, one in told.items()
        }

    wait_until(lambda: shown <= entities())


def _slug(name):
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
