"""How this instance is at the broker, for the settings page and for who sets up many."""

from collections.abc import Callable

import flask

from ..host.mqtt_preferences import MqttPreferences
from ..triggers.mqtt.mqtt import Mqtt


class MqttView:
    """The view of ``/api/mqtt``.

    Arguments:
        mqtt: the instance at the broker
        preferences: what counts of the settings
    """

    def __init__(self, mqtt: Mqtt, preferences: Callable[[], MqttPreferences]):
        self._mqtt = mqtt
        self._preferences = preferences

    def get(self) -> flask.Response:
        """``GET /api/mqtt`` → ``{installed, connected, base_topic, name, groups, fleet_topic,
        commands}``. Nobody is asked for that."""
        preferences = self._preferences()
        return flask.jsonify(
            installed=self._mqtt.is_installed,
            connected=self._mqtt.is_connected,
            base_topic=self._mqtt.base_topic,
            name=preferences.name,
            groups=list(preferences.groups),
            fleet_topic=preferences.fleet_topic if preferences.fleet else None,
            commands=self._mqtt.number,
        )
