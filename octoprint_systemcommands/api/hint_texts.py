"""The reasons of failures in words, in the language of who asks.

Members of a command's groups see hints, too. What the output has shown them already (the
name of a program or a file) may stand in the texts for all. Command lines, and what was
found out about them, are for those who may edit them.
"""

import re
from collections.abc import Mapping

from flask_babel import gettext
from octoprint.access.permissions import Permissions

from ..commands import sudoers
from ..messages import Message
from ..runs.failure_hints import hints
from ..runs.failure_hints.hints import Hint
from .hint_form import Text
from .hint_words import TEXTS

_ALLOWED_BY_SUDOERS = (hints.SUDO_PASSWORD, hints.SUDO_NOT_ALLOWED)

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def hint_text(hint: Hint) -> str:
    """What to tell a person, in one or a few sentences; may have several lines."""
    try:
        return _known_text(hint.code, dict(hint.values))
    except (KeyError, TypeError, ValueError):
        # its values are damaged, or those of a later version
        return _known_text(hints.DAMAGED, {"fields": "hint"})


def sees_definitions() -> bool:
    """Whether whoever asks may see definitions; those who may not are told no part of them."""
    return Permissions.PLUGIN_SYSTEMCOMMANDS_EDIT.can()


def ask_the_administrator() -> str:
    """What those are told to do who may not see definitions."""
    return gettext("Ask the administrator of this machine.")


def _known_text(code: str, values: dict[str, str]) -> str:
    if code == hints.REFUSED:
        # whoever refused it has found the words
        return Message(values.pop("text"), values).translated(gettext)
    if code == hints.NOT_STARTED:
        if not sees_definitions():
            # the reason may tell of the folder or of the interpreter
            return gettext("It could not be started.") + " " + ask_the_administrator()
        if "text" in values:
            # what the definition has to do with it, in words that can be translated
            values["error"] = Message(values.pop("text"), values).translated(gettext)
    texts = [text for text in TEXTS if text.code == code]
    if not texts:
        # one of a later version, after going back from it
        return code
    for text in texts:
        if _has_values(text.text, values):
            return _in_words(text, values)
    raise KeyError(code)


def _in_words(text: Text, values: Mapping[str, str]) -> str:
    said = Message(text.text, values).translated(gettext)
    if not sees_definitions():
        if text.asks:
            return f"{said} {ask_the_administrator()}"
        return said
    values = {**values, "user": sudoers.own_user()}
    if text.code in _ALLOWED_BY_SUDOERS:
        return f"{said} {_what_to_allow(values)}"
    if text.detail and _has_values(text.detail, values):
        return f"{said} {Message(text.detail, values).translated(gettext)}"
    return said


def _has_values(text: str, values: Mapping[str, str]) -> bool:
    return all(name in values for name in _PLACEHOLDER.findall(text))


def _what_to_allow(values: Mapping[str, str]) -> str:
    if "command" not in values:
        return gettext('Add a rule with NOPASSWD for it by "sudo visudo".')
    # a line after a colon is one to be copied
    return "\n".join(
        (
            gettext("Open the file for what OctoPrint's user may run without one:"),
            f"sudo visudo -f {sudoers.FILE}",
            gettext(
                "Add this line, which allows just that command, after checking that it "
                "allows what you want and no more:"
            ),
            sudoers.line(values["command"]),
        )
    )
