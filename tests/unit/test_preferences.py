"""The plugin's settings, whatever somebody has written there."""

import logging
import math

import pytest
import yaml
from octoprint.plugin import PluginSettings
from octoprint.settings import Settings

from octoprint_systemcommands.host.mqtt_preferences import MqttPreferences
from octoprint_systemcommands.host.preferences import DEFAULTS, Preferences

pytestmark = pytest.mark.each_version

LOGGER = "octoprint.plugins.systemcommands.host.preferences"

WRONG = {
    "list": [1],
    "empty list": [],
    "mapping": {"a": 1},
    "empty mapping": {},
    "text": "soon",
    "not a number": math.nan,
}
WRONG_NUMBERS = {
    **WRONG,
    "zero": 0,
    "negative": -5,
    "true": True,
    "minus infinity": -math.inf,
}
WRONG_SWITCHES = {**WRONG, "another number": 2, "a fraction": 0.5}
NUMBERS = ["max_runs", "max_days"]


@pytest.fixture
def preferences(tmp_path):
    """preferences(section): those of a config.yaml with this in it; and its path."""

    def preferences(section):
        path = tmp_path / "config.yaml"
        path.write_text(yaml.safe_dump({"plugins": {"systemcommands": section}}))
        settings = PluginSettings(
            Settings(configfile=str(path), basedir=str(tmp_path)),
            "systemcommands",
            defaults={"commands": [], **DEFAULTS},
        )
        return Preferences(settings)

    return preferences


@pytest.fixture
def said(caplog):
    """said(): what was said since the last time."""
    caplog.set_level(logging.WARNING, LOGGER)

    def said():
        texts = [
            record.getMessage() for record in caplog.records if record.name == LOGGER
        ]
        caplog.clear()
        return texts

    return said


def read(subject):
    return subject.instead_of({})


def test_the_defaults(preferences, said):
    assert read(preferences({})) == read(preferences(None)) == DEFAULTS
    empty = {"octoprint_address": None, "history": dict.fromkeys(NUMBERS, "")}
    assert read(preferences(empty)) == DEFAULTS
    assert said() == []


def test_what_is_set(preferences, said):
    subject = preferences(
        {
            "octoprint_address": "off",
            "history": {"max_runs": "50", "max_days": 7.5, "visible_to_all": 1},
        }
    )
    assert not subject.octoprint_address
    assert (subject.max_runs, subject.max_days) == (50, 7)
    assert subject.visible_to_all is True
    assert said() == []


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("wrong", WRONG_NUMBERS.values(), ids=WRONG_NUMBERS)
def test_numbers(preferences, said, name, wrong):
    subject = preferences({"history": {name: wrong}})
    for _ in range(3):
        assert read(subject) == DEFAULTS
    (text,) = said()
    assert f"history.{name} has to be a number from 1 to" in text
    assert f"counts as {DEFAULTS['history'][name]}" in text


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("wrong", [10**6, "99999", 1e300, math.inf])
def test_too_much_is_as_much_as_can_be(preferences, said, name, wrong):
    # with the default, more would be forgotten than anybody can have wanted
    subject = preferences({"history": {name: wrong}})
    assert getattr(subject, name) == {"max_runs": 10_000, "max_days": 3650}[name]
    assert len(said()) == 1


@pytest.mark.parametrize("path", [("octoprint_address",), ("history", "visible_to_all")])
@pytest.mark.parametrize("wrong", WRONG_SWITCHES.values(), ids=WRONG_SWITCHES)
def test_switches(preferences, said, path, wrong):
    value = wrong
    for key in reversed(path):
        value = {key: value}
    subject = preferences(value)
    for _ in range(3):
        assert read(subject) == DEFAULTS
    (text,) = said()
    assert f"{'.'.join(path)} has to be true or false" in text


@pytest.mark.parametrize("wrong", [[1], "text", 5, True, []])
def test_no_mapping(preferences, said, wrong):
    for section, name in ((wrong, "systemcommands"), ({"history": wrong}, "history")):
        subject = preferences(section)
        for _ in range(3):
            assert read(subject) == DEFAULTS
        (text,) = said()
        assert f"{name} has to be a mapping" in text


def test_it_is_said_again_if_it_is_wrong_again(preferences, said):
    subject = preferences({"history": {"max_days": [1]}})
    settings = subject._settings
    read(subject)
    for value, times in (([2], 0), ("soon", 1), (5, 0), ("soon", 1), ("soon", 0)):
        said()
        settings.set(["history", "max_days"], value)
        read(subject)
        assert len(said()) == times


def test_command_lines_are_not_said(preferences, said):
    read(preferences([{"action": "x", "command": "curl -u me:hunter2"}]))
    (text,) = said()
    assert "hunter2" not in text


def test_what_else_is_there_stays(preferences):
    data = {"commands": [1], "history": {"later": 5, "max_runs": [1]}, "more": 6}
    assert preferences({}).instead_of(data) == {
        "commands": [1],
        "octoprint_address": True,
        "history": {**DEFAULTS["history"], "later": 5},
        "mqtt": DEFAULTS["mqtt"],
        "more": 6,
    }


##~~ MQTT

WRONG_TOPICS = {
    "a wildcard": "a/+/b",
    "another one": "a/#",
    "an empty level": "a//b",
    "nothing but slashes": "//",
    "a control character": "a\nb",
    "NUL": "a\0",
    "half a character": "\ud800",
    "long": "x" * 201,
    "number": 5,
    "list": ["a"],
    "mapping": {"a": 1},
    "true": True,
}
TOPICS = ["discovery_prefix", "fleet_topic", "name"]


def test_the_defaults_of_mqtt(preferences, said):
    for section in ({}, {"mqtt": None}, {"mqtt": {"name": "", "groups": None}}):
        found = preferences(section).mqtt
        assert found.name != ""
        assert found == MqttPreferences(name=found.name)
    assert said() == []


def test_what_is_set_of_mqtt(preferences, said):
    mqtt = {
        "enabled": "no",
        "discovery": 0,
        "discovery_prefix": "/ha/sub/",
        "fleet": True,
        "fleet_topic": "Farm 1",
        "name": "Ö",
        "groups": ["row 1", "left"],
    }
    subject = preferences({"mqtt": mqtt})
    expected = MqttPreferences(
        False, False, "ha/sub", True, "Farm 1", "Ö", ("row 1", "left")
    )
    assert subject.mqtt == expected
    # as it comes to the settings page
    shown = {**expected._asdict(), "groups": ["row 1", "left"]}
    assert read(subject)["mqtt"] == shown
    assert said() == []


def test_the_name_that_people_have_given_it(preferences):
    subject = preferences({})
    subject._settings.global_set(["appearance", "name"], "Left")
    assert subject.mqtt.name == "Left"
    # it is not for the field, where it would be saved
    assert read(subject)["mqtt"]["name"] == ""


@pytest.mark.parametrize("name", TOPICS)
@pytest.mark.parametrize("wrong", WRONG_TOPICS.values(), ids=WRONG_TOPICS)
def test_topics(preferences, said, name, wrong):
    subject = preferences({"mqtt": {"fleet": True}})
    subject._settings.set(["mqtt", name], wrong)
    for _ in range(3):
        assert read(subject)["mqtt"] == {**DEFAULTS["mqtt"], "fleet": True}
    (text,) = said()
    assert f"mqtt.{name} has to be a topic" in text


@pytest.mark.parametrize(
    "wrong",
    [
        "left",
        [1],
        ["a/b"],
        ["+"],
        [""],
        [["a"]],
        {"a": 1},
        5,
        [str(n) for n in range(51)],
    ],
    ids=repr,
)
def test_groups(preferences, said, wrong):
    subject = preferences({"mqtt": {"groups": wrong}})
    for _ in range(3):
        assert subject.mqtt.groups == ()
    (text,) = said()
    assert "mqtt.groups has to be a list of at most 50 names" in text


@pytest.mark.parametrize("name", ["enabled", "discovery", "fleet"])
@pytest.mark.parametrize("wrong", WRONG_SWITCHES.values(), ids=WRONG_SWITCHES)
def test_switches_of_mqtt(preferences, said, name, wrong):
    subject = preferences({"mqtt": {name: wrong}})
    assert getattr(subject.mqtt, name) is DEFAULTS["mqtt"][name]
    (text,) = said()
    assert f"mqtt.{name} has to be true or false" in text


@pytest.mark.parametrize("wrong", [[1], "text", 5])
def test_no_mapping_of_mqtt(preferences, said, wrong):
    subject = preferences({"mqtt": wrong})
    assert read(subject)["mqtt"] == DEFAULTS["mqtt"]
    assert "mqtt has to be a mapping" in said()[0]
