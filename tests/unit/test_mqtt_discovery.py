"""What Home Assistant is told by MQTT, compared with what its documentation says it takes."""

import re
from pathlib import Path

import pytest
from home_assistant import CONFIG_TOPIC, SCHEMAS
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import octoprint_systemcommands
from octoprint_systemcommands.commands.parsing import parse_entry
from octoprint_systemcommands.triggers.mqtt import discovery, icons, topics
from octoprint_systemcommands.triggers.mqtt.discovery import (
    EVENT_TYPES,
    Place,
    configs,
    object_id,
)

PICKER = (
    Path(octoprint_systemcommands.__file__).parent / "static/js/editor/icon_picker.js"
)
PLACE = Place(
    prefix="homeassistant",
    topics=topics.below("octoPrint/"),
    last_will="octoPrint/mqtt",
    node="octoprint_1",
    is_shared=False,
    name="Left",
    version="1.2.3",
)
BASE = "octoPrint/plugin/systemcommands/"
COMMAND = {"action": "note", "name": "Note", "command": "true", "icon": "camera"}
TOGGLE = {"action": "light", "type": "toggle", "on": "true", "off": "true"}
STATUS = {"action": "disk", "type": "status", "state": "df"}
ODD = {"action": "a b/c+#", "command": "true"}
LEVEL = {"name": "level", "type": "number"}


def commands(*entries):
    return [parse_entry({**entry, "mqtt": True})[0] for entry in entries]


def told(*entries, place=PLACE):
    """By kind and id of the entity; each is what Home Assistant takes."""
    result = {}
    for topic, config in configs(commands(*entries), place).items():
        match = CONFIG_TOPIC.fullmatch(topic)
        assert match, topic
        Draft202012Validator(SCHEMAS[match["kind"]]).validate(config)
        result[match["kind"], match["object_id"]] = config
    return result


@pytest.mark.parametrize("kind", SCHEMAS)
def test_the_schemas_are_some(kind):
    Draft202012Validator.check_schema(SCHEMAS[kind])
    config = next(
        config
        for (one, _), config in told(COMMAND, TOGGLE, STATUS).items()
        if one == kind
    )
    validator = Draft202012Validator(SCHEMAS[kind])
    for wrong in ({"device": {}}, {"icon": "fa:x"}, {"state_topics": "a"}):
        assert not validator.is_valid({**config, **wrong})


@pytest.mark.parametrize("last_will", ["octoPrint/mqtt", None])
@pytest.mark.parametrize("is_shared", [True, False])
def test_each_kind(last_will, is_shared):
    place = PLACE._replace(last_will=last_will, is_shared=is_shared)
    found = told(COMMAND, TOGGLE, STATUS, ODD, place=place)
    assert sorted(kind for kind, _ in found) == [
        *("button", "button", "event", "sensor", "switch")
    ]
    for (_, id_), config in found.items():
        assert config["unique_id"] == f"octoprint_1_{id_}"
        # the other plugin says what the device is called
        assert ("name" in config["device"]) is not is_shared
        listed = [one["topic"] for one in config.get("availability", [])]
        assert ("octoPrint/mqtt" in listed) is (last_will is not None)


def test_a_button():
    config = told(COMMAND)["button", "systemcommands_note"]
    assert config["name"] == "Note"
    assert config["icon"] == "mdi:camera"
    assert config["command_topic"] == f"{BASE}command/note/run"
    assert config["availability"][0]["topic"] == f"{BASE}availability/note"
    assert config["availability_mode"] == "all"


def test_a_switch():
    config = told(TOGGLE)["switch", "systemcommands_light"]
    assert config["command_topic"] == f"{BASE}toggle/light/set"
    assert config["state_topic"] == f"{BASE}toggle/light/state"
    # nobody can ask for its state
    assert config["optimistic"] is True
    config = told({**TOGGLE, "state": "true"})["switch", "systemcommands_light"]
    assert config["optimistic"] is False


def test_a_sensor_and_the_runs():
    found = told(STATUS)
    config = found["sensor", "systemcommands_disk"]
    assert config["state_topic"] == f"{BASE}status/disk/state"
    assert config["json_attributes_topic"] == f"{BASE}status/disk/attributes"
    config = found["event", "systemcommands_runs"]
    assert config["event_types"] == list(EVENT_TYPES)
    assert config["state_topic"] == f"{BASE}event"


@pytest.mark.parametrize("entry", [COMMAND, TOGGLE])
def test_what_asks_for_a_value_is_left_out(entry):
    assert told({**entry, "arguments": [LEVEL]}) == {}
    for more in ({"default": 3}, {"required": False}):
        assert len(told({**entry, "arguments": [{**LEVEL, **more}]})) == 2


def test_nothing_to_tell():
    assert told() == {}


def test_a_node_that_somebody_has_entered():
    place = PLACE._replace(node="my node/#", is_shared=True)
    found = told(COMMAND, place=place)
    # the device is the other plugin's
    assert all(
        config["device"] == {"identifiers": ["my node/#"]} for config in found.values()
    )


##~~ Ids

ACTIONS = st.text(st.characters(), min_size=1)


@given(ACTIONS)
def test_ids_are_legal(action):
    assert re.fullmatch("[a-zA-Z0-9_-]+", object_id(action))


@given(st.sets(ACTIONS, max_size=20))
def test_ids_are_unique(actions):
    assert len({object_id(action) for action in actions}) == len(actions)


def test_ids_of_what_differs_in_odd_characters_alone():
    ids = {object_id(action) for action in ("a b", "a/b", "a_b", "a+b", "ä", "ö", "_")}
    assert len(ids) == 7
    # the usual ones can be read
    assert object_id("light-2") == "systemcommands_light-2"


##~~ Icons


def offered():
    found = re.search(r"SUBJECTS = `\n(.*?)`", PICKER.read_text("utf-8"), re.DOTALL)
    lists = [line.split(": ")[1] for line in found[1].splitlines()]
    return sorted({icon for icons in lists for icon in icons.split()})


def test_each_icon_that_the_editor_offers_has_one_there():
    names = offered()
    assert len(names) > 100
    missing = [name for name in names if name not in icons._NAMES]
    assert missing == []
    assert all(re.fullmatch("mdi:[a-z0-9-]+", icons.of(name)) for name in names)


@pytest.mark.parametrize("name", [None, "", "dragon", "console"])
def test_all_others_are_a_command_line(name):
    assert icons.of(name) == "mdi:console"


def test_what_is_told_is_the_same_each_time():
    entries = commands(COMMAND, TOGGLE, STATUS)
    assert configs(entries, PLACE) == configs(entries, PLACE)
    assert discovery.PRESS == "PRESS"
