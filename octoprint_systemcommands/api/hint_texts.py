"""The reasons of failures in words, in the language of who asks."""

from flask_babel import gettext
from octoprint.access.permissions import Permissions

from ..accounts import own_user
from ..runs import hints
from ..runs.hints import Hint


def hint_text(hint: Hint) -> str:
    """What to tell a person, in one or a few sentences; may have several lines."""
    text = _TEXTS.get(hint.code)
    if text is None:
        # one of a later version, after going back from it
        return hint.code
    try:
        return text(dict(hint.values))
    except (KeyError, TypeError, ValueError):
        # its values are damaged, or those of a later version
        return _damaged({"fields": "hint"})


def _not_found(values: dict) -> str:
    if "program" not in values:
        return gettext(
            "The shell did not find a program. Check the spelling, or give its whole path."
        )
    return gettext(
        'The program "%(program)s" was not found. Check the spelling, install it, or '
        "give its whole path: OctoPrint does not know all the folders that a login shell "
        "looks into.",
        **values,
    )


def _not_executable(values: dict) -> str:
    if "program" not in values:
        return gettext(
            "The shell found the program, but may not execute it. Check its permissions."
        )
    return gettext(
        '"%(program)s" was found, but cannot be executed. Check its permissions '
        '("chmod +x") and its first line.',
        **values,
    )


def _no_systemd(values: dict) -> str:
    return gettext(
        "There is no systemd here that could start or stop services. In a container, "
        "OctoPrint cannot control the services of the machine around it."
    )


def _sudo_password(values: dict) -> str:
    text = gettext(
        "sudo asks for a password, and there is nobody who could enter it here. This "
        "command has to be allowed without one."
    )
    # part of a command line is for those only who may know command lines
    if not Permissions.PLUGIN_SYSTEMCOMMANDS_EDIT.can():
        return text + " " + gettext("Ask the administrator of this machine.")
    if "command" not in values:
        return (
            text
            + " "
            + gettext('Add a rule with NOPASSWD for it by "sudo visudo".', **values)
        )
    return (
        text
        + " "
        + gettext(
            'Add this line by "sudo visudo -f /etc/sudoers.d/octoprint", after checking '
            "that it allows what you want and no more:"
        )
        + f"\n{own_user()} ALL=(root) NOPASSWD: {values['command']}"
    )


def _killed(values: dict) -> str:
    return gettext("It was ended by the signal %(signal)s from outside.", **values)


def _out_of_memory(values: dict) -> str:
    return gettext(
        "It was killed from outside (%(signal)s). If nobody did that by hand, the machine "
        "has run out of memory.",
        **values,
    )


def _timed_out(values: dict) -> str:
    return gettext(
        "It was stopped because it took longer than its timeout of %(seconds)s seconds.",
        **values,
    )


def _not_started(values: dict) -> str:
    return gettext("It could not be started: %(error)s", **values)


def _refused(values: dict) -> str:
    # a guard has found the words, see `octoprint_systemcommands.runs.guards`
    return gettext(values.pop("text"), **values)


def _interrupted(values: dict) -> str:
    return gettext(
        "OctoPrint ended while this was running, so nobody knows how it went. It is not "
        "running any more."
    )


def _interrupted_alive(values: dict) -> str:
    return gettext(
        "OctoPrint ended while this was running, so its output was lost. It was still "
        "running when OctoPrint started again (process %(pids)s).",
        **values,
    )


def _damaged(values: dict) -> str:
    return gettext(
        "The record of this run is damaged, or a later version of the plugin has written "
        "it: not all of it can be read (%(fields)s).",
        **values,
    )


_TEXTS = {
    hints.NOT_FOUND: _not_found,
    hints.NOT_EXECUTABLE: _not_executable,
    hints.NO_SYSTEMD: _no_systemd,
    hints.SUDO_PASSWORD: _sudo_password,
    hints.KILLED: _killed,
    hints.OUT_OF_MEMORY: _out_of_memory,
    hints.TIMED_OUT: _timed_out,
    hints.NOT_STARTED: _not_started,
    hints.REFUSED: _refused,
    hints.INTERRUPTED: _interrupted,
    hints.INTERRUPTED_ALIVE: _interrupted_alive,
    hints.DAMAGED: _damaged,
}
