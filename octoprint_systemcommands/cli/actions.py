"""What the command line does: list, run, stop and toggle."""

import getpass
import json
import re
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from ..commands.arguments.texts import as_value
from . import exit_codes
from .exit_codes import CliError
from .following import UNFINISHED, Follower, end_of, say
from .interrupts import Interrupts
from .server import Server
from .table import plain, table

CUSTOM = "custom"

_RUN_ID = re.compile(r"[0-9a-f]{16}")

# Bytes that are read of standard input, which is more than any argument takes
_MAX_STDIN = 1024 * 1024

# How long a toggle may take until its state is the one that was wanted, in seconds, and how
# often it is looked at
_SETTLES = 15.0
_LOOK = 0.25


def list_commands(server: Server, as_json: bool) -> int:
    """Prints what there is to run."""
    commands = server.get("/menu")["commands"]
    states = server.get("/states")["states"]
    if as_json:
        print(json.dumps({"commands": commands, "states": states}, indent=2))
        return exit_codes.OK
    by_action = {state["action"]: state for state in states}
    rows = [
        (
            command["action"],
            command["name"],
            _kind_of(command),
            _said_by(command, by_action.get(command["action"])),
        )
        for command in commands
        if command["action"] != "divider"
    ]
    if not rows:
        say("There are no commands, or none that you may run.")
        return exit_codes.OK
    for line in table(("ACTION", "NAME", "ARGUMENTS", "STATE"), rows):
        print(line)
    return exit_codes.OK


def _kind_of(command: Mapping[str, Any]) -> str:
    if command.get("type") == "status":
        return ""
    words = ["[on|off]"] if command.get("type") == "toggle" else []
    for argument in command.get("arguments", ()):
        word = f"{argument['name']}=…"
        words.append(word if _is_needed(argument) else f"[{word}]")
    return " ".join(words)


def _is_needed(argument: Mapping[str, Any]) -> bool:
    return bool(argument.get("required")) and argument.get("default") is None


def _said_by(command: Mapping[str, Any], state: Optional[Mapping[str, Any]]) -> str:
    # a status is never on: that means no more than that it has answered
    if command.get("type") == "status" and state and state["state"] != "unknown":
        return state.get("text") or ""
    return _state_of(state)


def _state_of(state: Optional[Mapping[str, Any]]) -> str:
    if state is None:
        return ""
    said = state["state"]
    if state["assumed"] and said in ("on", "off"):
        said += " (assumed)"
    return f"{said}: {state['text']}" if state.get("text") else said


def run(
    server: Server,
    action: str,
    words: Sequence[str],
    source: str = CUSTOM,
    stdin: Optional[str] = None,
    confirmed: bool = False,
    waits: bool = True,
) -> int:
    """Runs a command and shows what it writes; returns what it has ended with.

    Arguments:
        server: where
        action, source: the command
        words: ``name=value``, and ``on`` or ``off``
        stdin: the name of the argument that is read from standard input
        confirmed: it is meant although a print is under way
        waits: follow it until its end; else only its id is printed
    """
    to, texts = _read(words)
    specs = _specs(server, source, action)
    if stdin is not None:
        if stdin in texts:
            raise CliError(f'"{stdin}" is given twice.', exit_codes.USAGE)
        data = b"" if sys.stdin is None else sys.stdin.buffer.read(_MAX_STDIN)
        text = data.decode("utf-8", "surrogateescape")
        texts[stdin] = text.removesuffix("\n").removesuffix("\r")
    values = {
        name: as_value(specs.get(name, {}).get("type", "text"), text)
        for name, text in texts.items()
    }
    values.update(_asked_for(specs, values))
    body: dict[str, Any] = {
        "source": source,
        "action": action,
        "trigger": "cli",
        "confirmed": confirmed,
    }
    if values:
        body["arguments"] = values
    if to is not None:
        body["to"] = to
    if not waits:
        print(server.post("/runs", body)["id"])
        return exit_codes.OK
    with Interrupts() as interrupts:
        follower = Follower(server, interrupts)
        run_id = server.post("/runs", body)["id"]
        ended = follower.follow(run_id)
        said = end_of(ended)
        if said is not None and interrupts.signal is None:
            say(said)
        return follower.exit_code(ended)


def _read(words: Sequence[str]) -> tuple[Optional[str], dict[str, str]]:
    to: Optional[str] = None
    texts: dict[str, str] = {}
    for word in words:
        name, is_argument, text = word.partition("=")
        if is_argument and name:
            if name in texts:
                raise CliError(f'"{name}" is given twice.', exit_codes.USAGE)
            texts[name] = text
        elif word in ("on", "off") and to is None:
            to = word
        else:
            raise CliError(
                f'"{word}" is neither NAME=VALUE nor on or off.', exit_codes.USAGE
            )
    return to, texts


def _specs(server: Server, source: str, action: str) -> dict[str, dict[str, Any]]:
    """The arguments that a command asks for, by name."""
    if source != CUSTOM:
        return {}
    command = _find(server, action)
    arguments = command.get("arguments", ()) if command else ()
    return {argument["name"]: argument for argument in arguments}


def _find(server: Server, action: str) -> Optional[dict[str, Any]]:
    names = {action, action.rpartition(":")[0]}
    commands = server.get("/menu")["commands"]
    return next((entry for entry in commands if entry["action"] in names), None)


def _asked_for(
    specs: Mapping[str, Mapping[str, Any]], values: Mapping[str, Any]
) -> dict[str, str]:
    """Secrets that nobody has given, from the keyboard."""
    missing = [
        spec
        for name, spec in specs.items()
        if spec["type"] == "secret" and _is_needed(spec) and name not in values
    ]
    if not missing:
        return {}
    if sys.stdin is None or not sys.stdin.isatty():
        raise CliError(
            f'"{missing[0]["name"]}" is missing, and there is no terminal to ask for it: '
            f"hand it over with --stdin {missing[0]['name']}.",
            exit_codes.USAGE,
        )
    result = {}
    for spec in missing:
        label = spec.get("label") or spec["name"]
        try:
            result[spec["name"]] = getpass.getpass(f"{plain(label)}: ")
        except (EOFError, KeyboardInterrupt):
            say("")
            raise CliError("Nothing was run.", exit_codes.SIGNAL + 2) from None
    return result


def stop(server: Server, what: str, waits: bool = True) -> int:
    """Stops a run, or all runs of a command.

    Arguments:
        server: where
        what: the id of a run, or the action of a command
        waits: for their end
    """
    if _RUN_ID.fullmatch(what) and _find(server, what) is None:
        run_ids = [what]
        if server.get(f"/runs/{what}")["status"] not in UNFINISHED:
            run_ids = []
    else:
        query = {"action": what, "status": ",".join(UNFINISHED), "limit": 200}
        run_ids = [one["id"] for one in server.get("/runs", **query)["runs"]]
        if not run_ids and _find(server, what) is None:
            raise CliError(
                f'There is neither a run nor a command "{what}".', exit_codes.USAGE
            )
    if not run_ids:
        say(f"{what} is not running.")
        return exit_codes.OK
    with Interrupts() as interrupts:
        follower = Follower(server, interrupts)
        for run_id in run_ids:
            follower.stop(run_id)
        for run_id in run_ids:
            if not waits:
                say(f"{run_id}: stopping")
                continue
            ended = follower.follow(run_id, with_output=False)
            say(f"{ended['name']} ({run_id}): {ended['status']}")
    return exit_codes.OK


def toggle(
    server: Server, action: str, to: Optional[str] = None, confirmed: bool = False
) -> int:
    """Switches a toggle, waits until it is there, and prints its state."""
    command = _find(server, action)
    if command is None or command.get("type") != "toggle":
        what = "no command" if command is None else "no toggle, but a command"
        raise CliError(f'"{action}" is {what}.', exit_codes.USAGE)
    body: dict[str, Any] = {
        "source": CUSTOM,
        "action": action,
        "trigger": "cli",
        "confirmed": confirmed,
    }
    if to is not None:
        body["to"] = to
    with Interrupts() as interrupts:
        follower = Follower(server, interrupts)
        started = server.post("/runs", body)
        # only its state is printed, for scripts
        ended = follower.follow(started["id"], with_output=False)
        if ended["status"] != "succeeded":
            failed = f"{ended['name']}: failed with {ended['exit_code']}"
            say(end_of(ended) or f"{failed}. What it has written is in the history.")
            return follower.exit_code(ended) or exit_codes.SOFTWARE
        return _settled(server, action, ended["to"], interrupts)


def _settled(server: Server, action: str, to: str, interrupts: Interrupts) -> int:
    deadline = time.monotonic() + _SETTLES
    while True:
        states = server.get("/states")["states"]
        state = next((one for one in states if one["action"] == action), None)
        now = state["state"] if state else "unknown"
        if now == to:
            print(plain(_state_of(state)))
            return exit_codes.OK
        if interrupts.signal is not None:
            return exit_codes.SIGNAL + interrupts.signal
        if time.monotonic() > deadline or now not in ("switching", "unknown"):
            print(plain(_state_of(state) if state else now))
            say(f"{action} was switched {to}, but its state is {now}.")
            return exit_codes.SOFTWARE
        interrupts.wait(_LOOK)
