"""Command lines of the Event Manager, in which OctoPrint replaces ``{name}`` by values.

Here values reach a command by environment variables alone. A shell replaces these without
looking at what is in them, but only in a word or in double quotes, and only if nobody else
reads the line again. What might be read again is not touched.
"""

import re
import string
from typing import Optional

from ...commands.variables import of_event
from ...messages import N_, MessageError

# by the name of the placeholder, what is in its place; the others are keys of the payload
_KNOWN = {
    "__eventname": "$OCTOPRINT_EVENT",
    "__json": "$OCTOPRINT_EVENT_JSON",
    "__filepath": "$OCTOPRINT_FILE",
    "__filename": "${OCTOPRINT_FILE##*/}",
    "__fileorigin": "$OCTOPRINT_FILE_ORIGIN",
    "__progress": "${OCTOPRINT_PROGRESS%.*}",
}
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")

# substitutions and texts inside the line, in which quotes mean something else
_NESTED = re.compile(r"`|\$[({]|<<")

# Words of programs that read what they get as a command line or a program once more. A line
# without any is not proven to be harmless, but these are what people write.
_READS_AGAIN = re.compile(
    r"(?:^|[\s;&|(/])(?:eval|ssh|su|watch|xargs|screen|tmux|at|batch|find|awk|perl)(?=\s|$)"
    r"|\s-[A-Za-z]*[ce](?=\s|$|[\"'{])"
)


class NotSafe(MessageError, ValueError):
    """A line has placeholders that cannot be replaced; says which one and why."""


def without_placeholders(line: str) -> str:
    """A command line for a shell, with environment variables for all placeholders.

    Arguments:
        line: a format string, as ``str.format`` takes it

    Raises:
        NotSafe
    """
    try:
        parts = list(string.Formatter().parse(line))
    except ValueError:
        raise NotSafe(
            N_("it has a { or } by itself, for which OctoPrint does not run it at all")
        ) from None
    names = [name for _, name, _, _ in parts if name is not None]
    if not names:
        return "".join(text for text, _, _, _ in parts)
    for _, name, specification, conversion in parts:
        if name is not None and (specification or conversion or not _is_known(name)):
            raise NotSafe(N_("nothing is known here of {%(name)s}"), name=name)
    plain = "".join(text for text, _, _, _ in parts)
    if _NESTED.search(plain) or _READS_AGAIN.search(line):
        raise NotSafe(
            N_(
                "the value of {%(name)s} might be read as a part of the command; define it "
                "with $%(variable)s"
            ),
            name=names[0],
            variable=_variable(names[0]),
        )
    result = ""
    quote = ""
    for text, name, _, _ in parts:
        result += text
        quote = _quote_after(text, quote)
        if name is None:
            continue
        if quote in ("'", "\\"):
            raise NotSafe(
                N_(
                    "{%(name)s} is in single quotes, or after a backslash; define it with "
                    "$%(variable)s"
                ),
                name=name,
                variable=_variable(name),
            )
        value = _value(name)
        result += value if quote else f'"{value}"'
    return result


def _is_known(name: str) -> bool:
    return name in _KNOWN or _KEY.fullmatch(name) is not None


def _variable(name: str) -> str:
    if name in _KNOWN:
        return re.sub(r"[^A-Z_]", "", _KNOWN[name])
    return of_event(name) or name


def _value(name: str) -> str:
    # in braces, since a letter may follow
    known: Optional[str] = _KNOWN.get(name)
    if known is None or known[1:].isidentifier():
        return f"${{{_variable(name)}}}"
    return known


def _quote_after(text: str, quote: str) -> str:
    """In which quotes a line is after a part of it; a backslash at its end counts as one.

    Arguments:
        text: the part
        quote: in which ones it is before
    """
    is_escaped = False
    for character in text:
        if is_escaped:
            is_escaped = False
        elif character == "\\" and quote != "'":
            is_escaped = True
        elif character == quote:
            quote = ""
        elif character in "\"'" and not quote:
            quote = character
    return "\\" if is_escaped else quote
