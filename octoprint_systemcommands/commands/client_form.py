"""What clients and the System menu are told of an entry; never a command line."""

from typing import Any

from .actions import DIVIDER
from .definition import Command, Divider, Entry

# What the menu gets as it is, and what it gets if there is something
_ALWAYS = ("ignore", "fresh_credentials", "show_output", "while_printing", "when_busy")
_IF_SET = ("description", "icon", "group", "max_temperature", "color")


def for_clients(entry: Entry, source: str, resource: str) -> dict[str, Any]:
    """The "client command definition" of OctoPrint's API documentation.

    Arguments:
        entry: the command or divider
        source: ``core`` or ``custom``
        resource: absolute URL to POST to

    Returns:
        ``{action, name, source, resource}`` and ``confirm`` if there is one
    """
    # OctoPrint leaves the name of a divider out, which crashes clients that rely on the
    # documented "exactly one"
    is_divider = isinstance(entry, Divider)
    result = {
        "action": DIVIDER if is_divider else entry.action,
        "name": entry.name,
        "source": source,
        "resource": resource,
    }
    if isinstance(entry, Command) and entry.confirm:
        result["confirm"] = entry.confirm
    return result


def for_menu(entry: Entry, source: str, resource: str) -> dict[str, Any]:
    """What `for_clients` returns, and what the System menu needs beyond it."""
    result = for_clients(entry, source, resource)
    if not isinstance(entry, Command):
        return result
    result["async"] = entry.async_
    for field in _ALWAYS:
        result[field] = getattr(entry, field)
    for field in _IF_SET:
        value = getattr(entry, field)
        if value:
            result[field] = value
    if entry.show_in != ["menu"]:
        result["show_in"] = entry.show_in
    if entry.type != "command":
        result["type"] = entry.type
        if entry.state:
            result["has_state"] = True
    if entry.is_toggle and entry.guards != "off":
        result["guards"] = entry.guards
    if entry.arguments:
        result["arguments"] = [argument.to_json() for argument in entry.arguments]
    return result
