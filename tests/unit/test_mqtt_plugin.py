"""The plugin OctoPrint-MQTT, by its helpers and its settings."""

import pytest

from octoprint_systemcommands.host.mqtt_plugin import MqttPlugin, Surroundings

HELPERS = ("mqtt_publish", "mqtt_subscribe", "mqtt_unsubscribe")


class PluginManager:
    """OctoPrint's, with some helpers of one plugin."""

    def __init__(self, helpers=(), plugins=()):
        self.calls = []
        self.is_connected = True
        self._helpers = helpers
        self._plugins = plugins

    def get_helpers(self, identifier, *names):
        assert identifier == "mqtt"
        found = {name: self._helper(name) for name in names if name in self._helpers}
        return found or None

    def get_plugin(self, identifier, require_enabled):
        assert require_enabled
        return object() if identifier in self._plugins else None

    def _helper(self, name):
        def helper(*args, **kwargs):
            self.calls.append((name, args, kwargs))
            if "#" in str(args[0]):
                raise ValueError("Publish topic cannot contain wildcards.")
            return self.is_connected

        return helper


class Settings:
    def __init__(self, **plugins):
        self._data = {"plugins": plugins}

    def global_get(self, path):
        value = self._data
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        return value


@pytest.mark.parametrize("helpers", [(), HELPERS[:2], HELPERS[1:]])
def test_without_it_nothing_happens(helpers):
    manager = PluginManager(helpers)
    subject = MqttPlugin(manager, Settings())
    assert not subject.is_installed
    assert not subject.find()
    assert not subject.is_installed
    assert not subject.publish("a", "b", retained=True)
    subject.subscribe("a", print)
    subject.unsubscribe("a", print)
    assert manager.calls == []


def test_its_helpers():
    manager = PluginManager(HELPERS)
    subject = MqttPlugin(manager, Settings())
    assert subject.find()
    assert subject.is_installed
    assert subject.publish("a", "b", retained=False)
    subject.subscribe("a/+", print)
    subject.unsubscribe("a/+", print)
    assert manager.calls == [
        # nothing is kept for later, when it would be a retained one
        ("mqtt_publish", ("a", "b"), {"retained": False, "allow_queueing": False}),
        ("mqtt_subscribe", ("a/+", print), {}),
        ("mqtt_unsubscribe", (print, "a/+"), {}),
    ]
    manager.is_connected = False
    assert subject.publish("a", "b", retained=True) is False


def surroundings(plugins=(), homeassistant=None, **publish):
    settings = Settings(mqtt={"publish": publish}, homeassistant=homeassistant or {})
    return MqttPlugin(PluginManager((), plugins), settings).surroundings()


def test_its_defaults():
    assert surroundings() == Surroundings("octoPrint/", "octoPrint/mqtt", None)
    assert MqttPlugin(PluginManager(), Settings()).surroundings() == Surroundings()
    # what is no text does not count
    assert surroundings(baseTopic=5) == Surroundings()


def test_what_is_set_there():
    assert surroundings(baseTopic="a/", lwTopic="will") == Surroundings("a/", "a/will")
    # as that plugin does it
    assert surroundings(baseTopic="") == Surroundings("", "mqtt")
    for silent in (False, "false"):
        assert surroundings(lwActive=silent).last_will is None
    for none in ("", 5):
        assert surroundings(lwTopic=none).last_will is None


def test_the_device_of_the_other_plugin():
    given = {"node_id": "abc"}
    assert surroundings(["homeassistant"], given).node == "abc"
    assert surroundings([], given).node is None
    for none in ({}, {"node_id": ""}, {"node_id": 5}):
        assert surroundings(["homeassistant"], none).node is None


def test_a_topic_that_no_broker_takes_is_told_once(caplog):
    subject = MqttPlugin(PluginManager(HELPERS), Settings())
    subject.find()
    for _ in range(3):
        assert not subject.publish("a/#", "b", retained=True)
    assert [record.getMessage() for record in caplog.records] == [
        "Cannot publish to a/#: Publish topic cannot contain wildcards."
    ]
    assert subject.publish("a", "b", retained=True)
