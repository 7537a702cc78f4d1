"""The plugin's own settings, beside the definitions, as they count.

They can have any value: by hand in ``config.yaml``, or by OctoPrint's settings API, which
takes what it gets. What cannot be used is left where it is, and the default counts.
"""

import logging
import re
import socket
from collections.abc import Mapping
from typing import Any

from .mqtt_preferences import MqttPreferences

_logger = logging.getLogger("octoprint.plugins.systemcommands.host.preferences")

DEFAULTS: Mapping[str, Any] = {
    "octoprint_address": True,
    "history": {"max_runs": 200, "max_days": 30, "visible_to_all": False},
    "mqtt": {
        "enabled": True,
        "discovery": True,
        "discovery_prefix": "homeassistant",
        "fleet": False,
        "fleet_topic": "octoPrint-fleet",
        "name": "",
        "groups": [],
    },
}

_SECTION = ("plugins", "systemcommands")
# Characters of a topic, or of a name that is one level of it, and how many groups
_MAX_TOPIC = 200
_MAX_GROUPS = 50
_LEVEL = r"[^\x00-\x1f\x7f\ud800-\udfff+#/]+"
_TOPIC = re.compile(f"{_LEVEL}(/{_LEVEL})*")
_WANTED_TOPIC = f"a topic of at most {_MAX_TOPIC} characters, without + and #"
_WANTED_GROUPS = f"a list of at most {_MAX_GROUPS} names, without /, + and #"

_MOST = {"max_runs": 10_000, "max_days": 3650}
# as OctoPrint reads them
_TEXTS = {
    **dict.fromkeys(("true", "yes", "y", "1", "on"), True),
    **dict.fromkeys(("false", "no", "n", "0", "off"), False),
}


class Preferences:
    """Reads the settings, and says once of each value that is wrong what is wrong with it.

    Arguments:
        settings: a ``octoprint.plugin.PluginSettings``
    """

    def __init__(self, settings: Any):
        self._settings = settings
        # what was said of which setting
        self._said: dict[str, str] = {}

    @property
    def octoprint_address(self) -> bool:
        """Whether to answer at OctoPrint's own address."""
        return self._boolean("octoprint_address")

    @property
    def max_runs(self) -> int:
        """How many runs to keep."""
        return self._number("history", "max_runs")

    @property
    def max_days(self) -> int:
        """For how many days to keep them."""
        return self._number("history", "max_days")

    @property
    def visible_to_all(self) -> bool:
        """Whether all who have the permission SYSTEM see all runs."""
        return self._boolean("history", "visible_to_all")

    @property
    def mqtt(self) -> MqttPreferences:
        """What was set about MQTT."""
        return MqttPreferences(
            enabled=self._boolean("mqtt", "enabled"),
            discovery=self._boolean("mqtt", "discovery"),
            discovery_prefix=self._topic("mqtt", "discovery_prefix"),
            fleet=self._boolean("mqtt", "fleet"),
            fleet_topic=self._topic("mqtt", "fleet_topic"),
            name=self._topic("mqtt", "name") or self._own_name(),
            groups=self._groups("mqtt", "groups"),
        )

    def _own_name(self) -> str:
        """What people call this OctoPrint, or its host."""
        name = self._settings.global_get(["appearance", "name"])
        return name if isinstance(name, str) and name else socket.gethostname()

    def movie_delay(self) -> float:
        """How long after a print OctoPrint waits before it makes the movie, in seconds."""
        value = self._settings.global_get(["webcam", "renderAfterPrintDelay"])
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return float(value) if is_number else 0.0

    def instead_of(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Settings with those in their place that count."""
        history = data.get("history")
        mqtt = self.mqtt._asdict()
        # what people have left empty stays so, and is filled in later
        mqtt.update(name=self._topic("mqtt", "name"), groups=list(mqtt["groups"]))
        return {
            **data,
            "mqtt": mqtt,
            "octoprint_address": self.octoprint_address,
            "history": {
                **(history if isinstance(history, Mapping) else {}),
                "max_runs": self.max_runs,
                "max_days": self.max_days,
                "visible_to_all": self.visible_to_all,
            },
        }

    def _number(self, *path: str) -> int:
        default, value = self._values(*path)
        if value is None or value == "":
            # a field that was emptied in the settings dialog
            return self._accept(default, *path)
        most = _MOST[path[-1]]
        try:
            if isinstance(value, bool):
                raise ValueError
            number = most + 1 if value == float("inf") else int(value)
        except (ValueError, TypeError, OverflowError):
            number = 0
        if number < 1:
            return self._refuse(value, f"a number from 1 to {most}", default, *path)
        if number > most:
            return self._refuse(value, f"a number from 1 to {most}", most, *path)
        return self._accept(number, *path)

    def _boolean(self, *path: str) -> bool:
        default, value = self._values(*path)
        if value is None or value == "":
            return self._accept(default, *path)
        if isinstance(value, (bool, int, float)) and value in (0, 1):
            return self._accept(bool(value), *path)
        if isinstance(value, str) and value.strip().lower() in _TEXTS:
            return self._accept(_TEXTS[value.strip().lower()], *path)
        return self._refuse(value, "true or false", default, *path)

    def _topic(self, *path: str) -> str:
        default, value = self._values(*path)
        if value is None or value == "":
            return self._accept(default, *path)
        if is_topic(value):
            return self._accept(value.strip("/"), *path)
        return self._refuse(value, _WANTED_TOPIC, default, *path)

    def _groups(self, *path: str) -> tuple[str, ...]:
        default, value = self._values(*path)
        if value is None or value == "":
            return self._accept(tuple(default), *path)
        is_right = isinstance(value, list) and len(value) <= _MAX_GROUPS
        if is_right and all(is_topic(name) and "/" not in name for name in value):
            return self._accept(tuple(value), *path)
        self._refuse(value, _WANTED_GROUPS, "none", *path)
        return ()

    def _values(self, *path: str) -> tuple[Any, Any]:
        """The default and what stands in the settings."""
        self._ensure_mapping(*path[:-1])
        default: Any = DEFAULTS
        for key in path:
            default = default[key]
        return default, self._settings.get(list(path))

    def _ensure_mapping(self, *path: str) -> None:
        # without the plugin's defaults, which stand in for what is no mapping
        value = self._settings.global_get([*_SECTION, *path])
        if value is None or isinstance(value, Mapping):
            self._accept(None, *path)
        else:
            self._refuse(value, "a mapping of settings", "the defaults", *path)

    def _accept(self, value: Any, *path: str) -> Any:
        self._said.pop(_name(path), None)
        return value

    def _refuse(self, value: Any, wanted: str, counts: Any, *path: str) -> Any:
        shown = counts if isinstance(counts, str) else str(counts).lower()
        text = (
            f"{_name(path)} has to be {wanted}, and is {_shorten(value)}. It stays as it "
            f"is, and counts as {shown}. Change it in OctoPrint's settings, System Commands."
        )
        if self._said.get(_name(path)) != text:
            self._said[_name(path)] = text
            _logger.warning(text)
        return counts


def is_topic(value: Any) -> bool:
    """Whether a value is a topic that one can publish to, or listen below."""
    return (
        isinstance(value, str)
        and len(value) <= _MAX_TOPIC
        and _TOPIC.fullmatch(value.strip("/")) is not None
    )


def _name(path: tuple[str, ...]) -> str:
    return ".".join((*_SECTION, *path))


def _shorten(value: Any) -> str:
    if isinstance(value, (str, int, float)):
        text = repr(value)
        return text if len(text) <= 40 else f"{text[:40]}…"
    # not what is in it: it may be definitions that were put in the wrong place
    return "a list" if isinstance(value, (list, tuple)) else "a mapping"
