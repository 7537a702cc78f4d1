"""A plugin that has the broker looked after every 2 s instead of every 20: see test_mqtt_broker."""

from octoprint_systemcommands.triggers.mqtt import instance, mqtt

instance._PROBE = mqtt._LOOK = 2.0

__plugin_name__ = "Often"
__plugin_pythoncompat__ = ">=3.7,<4"
