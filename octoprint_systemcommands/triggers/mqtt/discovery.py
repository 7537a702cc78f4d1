"""What Home Assistant is told of the commands, so that it shows them by itself.

One topic an entity, as https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery wants
it, with the long names of the keys.
"""

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Any, NamedTuple, Optional

from ...commands.arguments.values import WrongValues, take
from ...commands.definition import Command
from . import icons
from .availability import OFFLINE, ONLINE
from .topics import Topics

Config = dict[str, Any]

# What is told of runs, see `events`
EVENT_TYPES = ("started", "succeeded", "failed", "stopped", "timed_out")

PRESS = "PRESS"

# a state that is not known must not pass for off
_STATE = "{{ value if value in ('on', 'off') else 'None' }}"


class Place(NamedTuple):
    """The instance whose commands they are.

    Attributes:
        prefix: the topic below which Home Assistant looks
        topics: those of the instance
        last_will: the topic that tells whether the instance is connected; None if none does
        node: what tells the device from others
        is_shared: another plugin tells of the device, which has a name by that
        name: of the device
        version: of this plugin
    """

    prefix: str
    topics: Topics
    last_will: Optional[str]
    node: str
    is_shared: bool
    name: str
    version: str


def configs(commands: Iterable[Command], place: Place) -> dict[str, Config]:
    """What is told, by topic.

    Arguments:
        commands: those that are open to MQTT. What asks for a value cannot be a button, and is
            left out.
        place: whose they are
    """
    result = {}
    for command in commands:
        if command.is_toggle:
            kind, special = "switch", _switch(command, place.topics)
        elif command.is_status:
            kind, special = "sensor", _sensor(command, place.topics)
        else:
            kind, special = "button", _button(command, place.topics)
        if command.is_status or not _asks(command):
            topic = _topic(place, kind, object_id(command.action))
            result[topic] = {**_entity(command, place), **special}
    if result:
        topic = _topic(place, "event", "systemcommands_runs")
        result[topic] = _events(place)
    return result


def _topic(place: Place, kind: str, id_: str) -> str:
    # the node may be one that somebody has entered in another plugin's settings
    return f"{place.prefix}/{kind}/{_plain(place.node)}/{id_}/config"


def object_id(action: str) -> str:
    """An action with none but the characters that an ID may have."""
    plain = _plain(action)
    if plain == action:
        return f"systemcommands_{plain}"
    # two that differ only in what was replaced
    return f"systemcommands_{plain}_{_digest(action)}"


def _plain(text: str) -> str:
    return re.sub(r"[^a-zA-Z0-9_-]", "_", text)


def _digest(text: str) -> str:
    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:8]


def _asks(command: Command) -> bool:
    try:
        take(command.arguments, {}, lambda path: path)
    except WrongValues:
        return True
    return False


def _button(command: Command, topics: Topics) -> Config:
    return {"command_topic": topics.run(command.action), "payload_press": PRESS}


def _switch(command: Command, topics: Topics) -> Config:
    return {
        "command_topic": topics.set(command.action),
        "payload_on": "on",
        "payload_off": "off",
        "state_topic": topics.state(command),
        "state_on": "on",
        "state_off": "off",
        "value_template": _STATE,
        "json_attributes_topic": topics.attributes(command),
        # of what nobody can ask, it shows a button for each direction
        "optimistic": not command.state,
    }


def _sensor(command: Command, topics: Topics) -> Config:
    return {
        "state_topic": topics.state(command),
        "json_attributes_topic": topics.attributes(command),
    }


def _events(place: Place) -> Config:
    return {
        "name": "Runs",
        "unique_id": f"{place.node}_systemcommands_runs",
        "icon": icons.of("clock-rotate-left"),
        "state_topic": place.topics.event,
        "event_types": list(EVENT_TYPES),
        **_place(place, []),
    }


def _entity(command: Command, place: Place) -> Config:
    return {
        "name": command.name,
        "unique_id": f"{place.node}_{object_id(command.action)}",
        "icon": icons.of(command.icon),
        **_place(place, [place.topics.availability(command.action)]),
    }


def _place(place: Place, availability: list[str]) -> Config:
    available = [
        {
            "topic": topic,
            "payload_available": ONLINE,
            "payload_not_available": OFFLINE,
        }
        for topic in availability
    ]
    if place.last_will is not None:
        available.append(
            {
                "topic": place.last_will,
                "payload_available": "connected",
                "payload_not_available": "disconnected",
            }
        )
    device: Config = {"identifiers": [place.node]}
    if not place.is_shared:
        device.update(name=place.name, manufacturer="OctoPrint", model="OctoPrint")
    origin = {"name": "OctoPrint System Commands", "sw_version": place.version}
    result: Config = {"device": device, "origin": origin}
    if available:
        result.update(availability=available, availability_mode="all")
    return result
