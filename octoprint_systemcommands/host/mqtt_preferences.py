"""What was set about MQTT."""

from typing import NamedTuple


class MqttPreferences(NamedTuple):
    """What counts of the settings.

    Attributes:
        enabled: false: as if there were no OctoPrint-MQTT
        discovery: announce commands to Home Assistant
        discovery_prefix: the topic below which Home Assistant looks for that
        fleet: listen to the topic of all instances as well
        fleet_topic: that topic, without a slash at the end
        name: what this instance is called in answers
        groups: those that this instance belongs to
    """

    enabled: bool = True
    discovery: bool = True
    discovery_prefix: str = "homeassistant"
    fleet: bool = False
    fleet_topic: str = "octoPrint-fleet"
    name: str = ""
    groups: tuple[str, ...] = ()
