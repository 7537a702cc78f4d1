"""The plugin OctoPrint-MQTT, which has the connection to a broker."""

import logging
from collections.abc import Callable
from typing import Any, NamedTuple, Optional

_logger = logging.getLogger("octoprint.plugins.systemcommands.host.mqtt_plugin")

_HELPERS = ("mqtt_publish", "mqtt_subscribe", "mqtt_unsubscribe")

# OctoPrint-MQTT's own defaults, which only that plugin knows otherwise
_BASE_TOPIC = "octoPrint/"
_LAST_WILL = "mqtt"


class Surroundings(NamedTuple):
    """What other plugins have set.

    Attributes:
        base_topic: of OctoPrint-MQTT, such as ``octoPrint/``
        last_will: the topic by which it tells whether it is connected; None if it does not
        node: of OctoPrint-HomeAssistant, what tells the device from others; None without it
    """

    base_topic: str = _BASE_TOPIC
    last_will: Optional[str] = _BASE_TOPIC + _LAST_WILL
    node: Optional[str] = None


class MqttPlugin:
    """OctoPrint-MQTT, by the helpers that it offers to others.

    Arguments:
        plugin_manager: OctoPrint's
        settings: a ``octoprint.plugin.PluginSettings``
    """

    def __init__(self, plugin_manager: Any, settings: Any):
        self._plugin_manager = plugin_manager
        self._settings = settings
        self._helpers: Optional[dict[str, Callable[..., Any]]] = None
        self._warned_of: Optional[str] = None

    def find(self) -> bool:
        """Looks for it; returns whether it is there. Other plugins have to be loaded."""
        found = self._plugin_manager.get_helpers("mqtt", *_HELPERS) or {}
        # a broker that nobody has entered is none, but that may come
        self._helpers = found if set(_HELPERS) <= set(found) else None
        return self._helpers is not None

    @property
    def is_installed(self) -> bool:
        """Whether it was found."""
        return self._helpers is not None

    def publish(self, topic: str, payload: str, retained: bool) -> bool:
        """Sends a message; returns whether there is a connection to send it by.

        Nothing is kept for later: OctoPrint-MQTT would send it as a retained one then.
        """
        if self._helpers is None:
            return False
        publish = self._helpers["mqtt_publish"]
        try:
            is_sent = publish(topic, payload, retained=retained, allow_queueing=False)
        except ValueError as error:
            # no broker takes such a topic, whatever is set there
            if str(error) != self._warned_of:
                self._warned_of = str(error)
                _logger.warning(f"Cannot publish to {topic}: {error}")
            return False
        return bool(is_sent)

    def subscribe(self, topic: str, callback: Callable[..., None]) -> None:
        """Has messages handed over, in a thread that must not wait:
        ``callback(topic, payload, retained=…)``."""
        if self._helpers is not None:
            self._helpers["mqtt_subscribe"](topic, callback)

    def unsubscribe(self, topic: str, callback: Callable[..., None]) -> None:
        """No more of these."""
        if self._helpers is not None:
            # of several topics at once it would give up all
            self._helpers["mqtt_unsubscribe"](callback, topic)

    def surroundings(self) -> Surroundings:
        """What counts now."""
        base = self._text(_BASE_TOPIC, "mqtt", "publish", "baseTopic")
        last_will = self._settings.global_get(["plugins", "mqtt", "publish", "lwTopic"])
        if last_will is None:
            last_will = _LAST_WILL
        is_told = isinstance(last_will, str) and self._settings.global_get(
            ["plugins", "mqtt", "publish", "lwActive"]
        ) not in (False, "false")
        has_home_assistant = (
            self._plugin_manager.get_plugin("homeassistant", require_enabled=True)
            is not None
        )
        node = self._text("", "homeassistant", "node_id") if has_home_assistant else ""
        return Surroundings(
            base, base + last_will if is_told and last_will else None, node or None
        )

    def _text(self, default: str, *path: str) -> str:
        value = self._settings.global_get(["plugins", *path])
        return value if isinstance(value, str) else default
