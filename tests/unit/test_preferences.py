"""The plugin's settings, whatever somebody has written there."""

import logging
import math

import pytest
import yaml
from octoprint.plugin import PluginSettings
from octoprint.settings import Settings

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
        "more": 6,
    }
