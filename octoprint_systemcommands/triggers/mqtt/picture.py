"""What is to stand at the broker: states, availability, and what Home Assistant is told."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ...commands.definition import Command
from ...runs.output.times import iso
from ...runs.printer_state import PrinterState
from ...states.state import SWITCHING, UNKNOWN, State
from . import availability
from .topics import Topics

# Home Assistant takes no more characters
_MAX_STATE = 255


def of_states(
    commands: Iterable[Command],
    states: Mapping[str, State],
    before: Mapping[str, str],
    topics: Topics,
) -> dict[str, str]:
    """Payloads by topic.

    Arguments:
        commands: toggles and statuses
        states: what is known of them, by action
        before: what stands there
        topics: of the instance
    """
    result = {}
    for command in commands:
        state = states.get(command.action, State(command.action))
        topic = topics.state(command)
        if not command.is_toggle:
            result[topic] = (state.text or UNKNOWN)[:_MAX_STATE]
        elif state.state == SWITCHING:
            # it is what it was until it is something else
            result[topic] = before.get(topic) or UNKNOWN
        else:
            result[topic] = state.state
        result[topics.attributes(command)] = json.dumps(_attributes(state))
    return result


def of_availability(
    commands: Iterable[Command],
    states: Mapping[str, State],
    printer: PrinterState,
    topics: Topics,
) -> dict[str, str]:
    """Payloads by topic.

    Arguments:
        commands: all that are told
        states: what is known of toggles, by action
        printer: what it is doing
        topics: of the instance
    """
    return {
        topics.availability(command.action): (
            availability.ONLINE
            if command.is_status
            else availability.of_command(
                command,
                states.get(command.action, State(command.action)).state,
                printer,
            )
        )
        for command in commands
    }


def _attributes(state: State) -> dict[str, Any]:
    return {
        "text": state.text,
        "since": iso(state.since),
        "assumed": state.assumed,
    }
