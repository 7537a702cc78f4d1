"""What a command can know of its run and of the printer, as environment variables.

None of the names is one that the command line tool ``octoprint`` takes for an option, so a
command may use it. No credentials are among the values.
"""

import json
from collections.abc import Mapping
from typing import Any, Optional

from ..commands.variables import of_event as variable_of_event
from .printer_state import PrinterState
from .processes import process_tree
from .request import Request

# Of what has happened: the number of values, and the characters of each
_MAX_VALUES = 64
_MAX_VALUE = 1024

# Characters of all of it as JSON. The system takes 128 KiB for a variable.
_MAX_JSON = 32 * 1024


def of_run(
    run_id: str, request: Request, server_url: str, printer: PrinterState
) -> dict[str, str]:
    """The variables that a command gets in addition to the server's own.

    Arguments:
        run_id: the run's id
        request: to run it
        server_url: the address at which this server answers on its own machine
        printer: what it is doing
    """
    return {
        **request.command.environment,
        # no variable can hold what YAML can
        "OCTOPRINT_ACTION": request.command.action.replace("\0", ""),
        "OCTOPRINT_SWITCH_TO": request.to or "",
        "OCTOPRINT_USER": request.requester.user or "",
        "OCTOPRINT_TRIGGER": request.requester.trigger,
        "OCTOPRINT_EVENT": "",
        **request.event,
        "OCTOPRINT_URL": server_url,
        **printer.environment(),
        **request.values.environment,
        process_tree.MARK: run_id,
    }


def of_event(name: str, payload: Mapping[str, Any]) -> dict[str, str]:
    """The variables that tell a command what has happened.

    There is one for each value of the payload that is a text, a number, a truth or nothing,
    and one with all of it as JSON, which is empty if it is too large or cannot be written.

    Arguments:
        name: of the event
        payload: of the event, whatever is in it
    """
    variables = {}
    for key, value in list(payload.items())[:_MAX_VALUES]:
        variable = variable_of_event(str(key))
        if variable is not None and (value is None or isinstance(value, _SCALARS)):
            variables[variable] = as_text(value)[:_MAX_VALUE]
    return {
        **variables,
        "OCTOPRINT_EVENT": as_text(name)[:_MAX_VALUE],
        "OCTOPRINT_EVENT_JSON": _as_json(payload),
    }


_SCALARS = (str, bool, int, float)


def as_text(value: Any) -> str:
    """A value as a variable can hold it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    # no variable can hold these
    return str(value).replace("\0", "").encode("utf-8", "replace").decode()


def _as_json(payload: Mapping[str, Any]) -> str:
    try:
        text = json.dumps(payload)
    except (TypeError, ValueError, RecursionError):
        return ""
    return text if len(text) <= _MAX_JSON else ""


def local_url(host: Optional[str], port: int) -> str:
    """The address at which a server answers on its own machine.

    Arguments:
        host: what it listens to; None or such as ``0.0.0.0`` for everything
        port: the same
    """
    if host in (None, "", "0.0.0.0", "::"):
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
