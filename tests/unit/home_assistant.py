"""What Home Assistant takes as the configuration of an entity, as its documentation has it:
https://www.home-assistant.io/integrations/mqtt/#mqtt-discovery and the pages of button.mqtt,
switch.mqtt, sensor.mqtt and event.mqtt. JSON schemas, with the long names of the keys."""

import re

TEXT = {"type": "string", "minLength": 1}
# one that somebody can publish to
TOPIC = {"type": "string", "pattern": r"^[^+#\x00]+$"}
FLAG = {"type": "boolean"}

# the topic of a configuration
CONFIG_TOPIC = re.compile(
    r"(?P<prefix>.+)/(?P<kind>button|switch|sensor|event)"
    r"/(?P<node>[a-zA-Z0-9_-]+)/(?P<object_id>[a-zA-Z0-9_-]+)/config"
)

DEVICE = {
    "type": "object",
    "additionalProperties": False,
    "anyOf": [{"required": ["identifiers"]}, {"required": ["connections"]}],
    "properties": {
        "configuration_url": {"type": "string", "pattern": "^(https?|homeassistant)://"},
        "connections": {
            "type": "array",
            "items": {"type": "array", "items": TEXT, "minItems": 2, "maxItems": 2},
        },
        "hw_version": TEXT,
        "identifiers": {
            "anyOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 1}],
        },
        "manufacturer": TEXT,
        "model": TEXT,
        "model_id": TEXT,
        "name": TEXT,
        "serial_number": TEXT,
        "suggested_area": TEXT,
        "sw_version": TEXT,
        "via_device": TEXT,
    },
}

ORIGIN = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name"],
    "properties": {"name": TEXT, "sw_version": TEXT, "support_url": TEXT},
}

AVAILABILITY = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["topic"],
        "properties": {
            "topic": TOPIC,
            "payload_available": TEXT,
            "payload_not_available": TEXT,
            "value_template": TEXT,
        },
    },
}

# of all four
_COMMON = {
    "availability": AVAILABILITY,
    "availability_mode": {"enum": ["all", "any", "latest"]},
    "availability_template": TEXT,
    "availability_topic": TOPIC,
    "default_entity_id": TEXT,
    "device": DEVICE,
    "device_class": {"type": ["string", "null"]},
    "enabled_by_default": FLAG,
    "encoding": {"type": "string"},
    "entity_category": {"enum": ["config", "diagnostic", None]},
    "entity_picture": TEXT,
    "icon": {"type": "string", "pattern": "^mdi:[a-z0-9-]+$"},
    "json_attributes_template": TEXT,
    "json_attributes_topic": TOPIC,
    "name": {"type": ["string", "null"]},
    "object_id": TEXT,
    "origin": ORIGIN,
    "payload_available": TEXT,
    "payload_not_available": TEXT,
    "platform": TEXT,
    "qos": {"enum": [0, 1, 2]},
    "unique_id": TEXT,
}

_OWN = {
    "button": {
        "command_template": TEXT,
        "command_topic": TOPIC,
        "payload_press": TEXT,
        "retain": FLAG,
    },
    "switch": {
        "command_template": TEXT,
        "command_topic": TOPIC,
        "optimistic": FLAG,
        "payload_off": TEXT,
        "payload_on": TEXT,
        "retain": FLAG,
        "state_off": TEXT,
        "state_on": TEXT,
        "state_topic": TOPIC,
        "value_template": TEXT,
    },
    "sensor": {
        "expire_after": {"type": "integer", "minimum": 0},
        "force_update": FLAG,
        "last_reset_value_template": TEXT,
        "options": {"type": "array", "items": TEXT},
        "state_class": TEXT,
        "state_topic": TOPIC,
        "suggested_display_precision": {"type": "integer", "minimum": 0},
        "unit_of_measurement": {"type": ["string", "null"]},
        "value_template": TEXT,
    },
    "event": {
        "event_types": {
            "type": "array",
            "items": TEXT,
            "minItems": 1,
            "uniqueItems": True,
        },
        "state_topic": TOPIC,
        "value_template": TEXT,
    },
}

_REQUIRED = {
    "button": ["command_topic"],
    "switch": ["command_topic"],
    "sensor": ["state_topic"],
    "event": ["state_topic", "event_types"],
}

SCHEMAS = {
    kind: {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": False,
        # without an id of its own it cannot be a part of a device
        "required": [*_REQUIRED[kind], "unique_id", "device", "origin"],
        "not": {"required": ["availability", "availability_topic"]},
        "properties": {**_COMMON, **own},
    }
    for kind, own in _OWN.items()
}
