"""Who gets what OctoPrint pushes: messages of this plugin and its events.

OctoPrint asks before each message to each client, also for clients that have not logged in
yet. What it is told not to send then is not kept for later either, so that nothing reaches
somebody after the login who may not see it.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any, Optional, Union

from octoprint.access.permissions import Permissions

from ..access import Access
from ..commands.editing.last_save import Saved, Unchanged
from .notifier import Whose

_logger = logging.getLogger("octoprint.plugins.systemcommands.host.push_filter")

IDENTIFIER = "systemcommands"
_EVENT_PREFIX = f"plugin_{IDENTIFIER}_"

DEFINITIONS = "definitions"
RULES = "rules"
GCODE = "gcode"
STATES = "states"


def about_saving(what: str, news: Union[Saved, Unchanged, None]) -> dict[str, Any]:
    """What is pushed when definitions or rules are saved: by whom, and how to tell whether
    one has them already, but nothing of what they say.

    Arguments:
        what: `DEFINITIONS` or `RULES`
        news: None if they are just about to be saved
    """
    message: dict[str, Any] = {"type": what}
    if news is None:
        return message
    message["etag"] = news.etag
    if isinstance(news, Unchanged):
        return {**message, "changed": False}
    return {**message, **news.to_json()}


def about_connection(reason: str, run_id: Optional[str]) -> dict[str, Any]:
    """What is pushed when the printer was not connected, because of a command that is to be
    run before.

    Arguments:
        reason: ``failed``, ``too_long``, ``not_ready`` or ``not_printed``
        run_id: of that command; None if it was not even begun
    """
    return {"type": "not_connected", "reason": reason, "run": run_id}


def about_gcode(news: Mapping[str, Any]) -> dict[str, Any]:
    """What is pushed when a line of G-code could not have its command run.

    Arguments:
        news: ``reason``, one of those in `triggers.gcode.terminal`, the ``action`` as the line
            has it, and the number of the ``line`` in its file or None
    """
    return {"type": GCODE, **news}


def about_state(state: dict[str, Any]) -> dict[str, Any]:
    """What is pushed of a state: one at a time, since it goes to those who may see it."""
    return {"type": STATES, "states": [state]}


def may_get(
    access: Access,
    user: Any,
    message: str,
    payload: Any,
    whose: Callable[[Optional[str]], Whose],
) -> bool:
    """Decides for OctoPrint's hook ``octoprint.server.sockjs.emit``.

    Arguments:
        access: who may see what
        user: whose client it is; None as long as nobody has logged in
        message: the kind of message; this is asked for all that OctoPrint sends, too
        payload: what it says
        whose: tells whose a run is, by its id; events have the name only
    """
    try:
        if message == "plugin":
            if payload.get("plugin") != IDENTIFIER:
                return True
            person = access.now(user)
            data = payload.get("data", {})
            if data.get("type") in (DEFINITIONS, RULES):
                # there is a name in it
                return person.has(Permissions.PLUGIN_SYSTEMCOMMANDS_EDIT)
            if data.get("type") == GCODE:
                return access.may_see_runs_of_rules(person)
            if data.get("type") == STATES:
                return all(
                    access.may_see_state(person, state["action"])
                    for state in data["states"]
                )
            # ids and states of runs: who may not see a run can do nothing with its id
            return access.may_see_runs(person)
        if message == "event" and payload.get("type", "").startswith(_EVENT_PREFIX):
            run_id = (payload.get("payload") or {}).get("id")
            return access.may_see_runs_of(access.now(user), *whose(run_id))
    except Exception:
        # OctoPrint takes an error for a yes
        _logger.exception("Cannot tell who may see what is pushed, so nobody does")
        return False
    return True
