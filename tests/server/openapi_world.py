"""What there is on the server that schemathesis is let loose on, and what must not be sent.

Schemathesis makes up definitions, which are command lines, and has the server run them.
"""

import json

# All that is ever given to a shell
LINES = (":", "echo hello", "echo no >&2; exit 3")
SLOW = "exec sleep 600"

# where command lines stand
FIELDS = ("command", "on", "off", "state")

COMMANDS = [
    {"action": "hello", "name": "Hello", "command": "echo hello", "icon": "hand"},
    {"action": "fails", "name": "Fails", "command": "echo no >&2; exit 3"},
    {"action": "empty", "name": "Without a command line"},
    {"action": "divider"},
    {
        "action": "slow",
        "name": "Slow",
        "command": SLOW,
        "async": True,
        "when_busy": "refuse",
    },
    {
        "action": "asks",
        "name": "Asks",
        "command": ":",
        "group": "More",
        "description": "For all that can be asked for",
        "while_printing": "confirm",
        "max_temperature": 50,
        "arguments": [
            {"name": "text", "type": "text", "pattern": "[a-z]+", "required": False},
            {"name": "number", "type": "number", "min": 0, "max": 10, "default": 5},
            {"name": "choice", "type": "choice", "choices": [1, "b"], "default": "b"},
            {"name": "toggle", "type": "toggle"},
            {"name": "secret", "type": "secret", "required": False},
            {"name": "file", "type": "file", "required": False},
        ],
    },
    {
        "action": "switch",
        "name": "Switch",
        "type": "toggle",
        "on": "echo hello",
        "off": ":",
        "state": ":",
        "guards": "both",
        "show_in": ["sidebar", "navbar"],
        "color": "green",
    },
    {"action": "tells", "name": "Tells", "type": "status", "state": "echo hello"},
]

SYSTEM_ACTIONS = [
    {"action": "old", "name": "Old", "command": ":", "confirm": "Really?"},
    {"action": "broken", "name": "Broken", "command": ["not a text"]},
]

RULES = [
    {
        "id": "hello",
        "when": {"event": "print_ended"},
        "wait": {"for": "10 min"},
        "run": "hello",
    },
    {"id": "broken", "when": {}, "run": "hello"},
]

# Stand for what only the server knows
FINISHED, RUNNING = "0" * 16, "1" * 16
CURRENT, STALE = '"current"', '"stale"'


def command_lines(value):
    """Everything in a body that may be a command line."""
    if isinstance(value, dict):
        yield from (value[key] for key in FIELDS if value.get(key) is not None)
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from command_lines(item)


def with_harmless_lines(value):
    """A body with all command lines replaced."""
    if isinstance(value, dict):
        return {
            key: _harmless(item) if key in FIELDS else with_harmless_lines(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [with_harmless_lines(item) for item in value]
    return value


def _harmless(value):
    if value is None or value in LINES:
        return value
    if isinstance(value, (list, dict, bool)):
        # is no command line, whatever is in it
        return []
    return LINES[len(str(value)) % len(LINES)]


class NotHarmless(Exception):
    """A body must not be sent."""


def ensure_harmless(body):
    """Raises `NotHarmless` if a body has a command line that is not one of `LINES`.

    Arguments:
        body: as it is sent; text, bytes or None
    """
    try:
        value = json.loads(body or "null")
    except (ValueError, TypeError):
        return  # nor can the server read it
    if any(line not in (*LINES, SLOW, []) for line in command_lines(value)):
        raise NotHarmless(body)
