"""The environment and the folder that a command is started with.

All texts here are UTF-8, whatever the locale of the server is. Bytes that are no UTF-8 are
what Python makes of them with ``surrogateescape``, and come out again as they were.
"""

import os
import pwd
import re
from collections.abc import Mapping

from ..messages import N_
from .problems import CannotRun
from .variables import is_own

# What a command gets unless its definition says otherwise. Python keeps its output to
# itself until there is a lot of it, if it does not go to a terminal.
_DEFAULTS = {"PYTHONUNBUFFERED": "1"}

# These decide in which encoding programs write, the first one that is set
_LOCALE = ("LC_ALL", "LC_CTYPE", "LANG")
_UTF8_LOCALE = "C.UTF-8"

_TILDE = re.compile(r"~([^/]*)")
_VARIABLE = re.compile(r"\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\})")


def to_bytes(text: str) -> bytes:
    """A text as the operating system is to have it."""
    return text.encode("utf-8", "surrogateescape")


def from_bytes(data: bytes) -> str:
    """A text that the operating system has."""
    return data.decode("utf-8", "surrogateescape")


def readable(data: bytes) -> str:
    """The same for people, and for what takes nothing but UTF-8."""
    return data.decode("utf-8", "replace")


def path_as_text(path: str) -> str:
    """A path that Python has told, which knows the characters of the server's locale only."""
    return from_bytes(os.fsencode(path))


def inherited() -> dict[str, str]:
    """The variables that every command gets from this server."""
    variables = {from_bytes(k): from_bytes(v) for k, v in os.environb.items()}
    # if a command has started this server, what it was told is for nobody else
    return {name: value for name, value in variables.items() if not is_own(name)}


def complete(own: Mapping[str, str]) -> dict[str, str]:
    """All variables of a command.

    Arguments:
        own: those that it has beyond the server's
    """
    variables = inherited()
    if not any(name in own for name in _LOCALE):
        variables = _in_utf8(variables)
    return {**variables, **_DEFAULTS, **own}


def _in_utf8(variables: dict[str, str]) -> dict[str, str]:
    """The same variables, but programs write UTF-8, since that is how they are read. The
    language, the order of letters and so on stay as they are."""
    name = next((name for name in _LOCALE if variables.get(name)), None)
    charset = variables.get(name or "", "").partition(".")[2].partition("@")[0]
    if charset.lower() in ("utf-8", "utf8"):
        return variables
    if name == "LC_ALL":
        # it goes before all others, so what it says has to be said by another one
        language = variables["LC_ALL"]
        others = {k: v for k, v in variables.items() if not k.startswith("LC_")}
        variables = {**others, "LANG": language}
    return {**variables, "LC_CTYPE": _UTF8_LOCALE}


def existing_folder(folder: str, variables: Mapping[str, str]) -> str:
    """The folder that is meant by a ``working_directory``.

    Arguments:
        folder: may begin with ``~`` or ``~user``, and have ``$NAME`` and ``${NAME}`` in it
        variables: of the command. Those of `variables` do not count, so that whoever runs a
            command does not decide where.

    Raises:
        CannotRun: something in it is unknown, or there is no such folder
    """
    # one that is called like this is meant as it is
    path = folder if _is_folder(folder) else _expanded(folder, variables)
    if not _is_folder(path):
        shown = readable(to_bytes(path))
        raise CannotRun(N_("The folder '%(folder)s' does not exist."), folder=shown)
    return path


def _expanded(folder: str, variables: Mapping[str, str]) -> str:
    def value(match: re.Match) -> str:
        name = match[1] or match[2]
        if name not in variables or is_own(name):
            raise CannotRun(
                N_(
                    'It is not clear which folder "%(folder)s" is: there is no environment '
                    "variable %(name)s. Values of arguments do not count here."
                ),
                folder=folder,
                name=name,
            )
        return variables[name]

    tilde = _TILDE.match(folder)
    home = "" if tilde is None else _home(folder, tilde[1], variables)
    rest = folder if tilde is None else folder[tilde.end() :]
    return home + _VARIABLE.sub(value, rest)


def _home(folder: str, user: str, variables: Mapping[str, str]) -> str:
    if not user and variables.get("HOME"):
        return variables["HOME"]
    try:
        account = pwd.getpwnam(user) if user else pwd.getpwuid(os.getuid())
    except KeyError:
        raise CannotRun(
            N_('It is not clear which folder "%(folder)s" is: there is no such user.'),
            folder=folder,
        ) from None
    return path_as_text(account.pw_dir)


def _is_folder(path: str) -> bool:
    return os.path.isdir(to_bytes(path))
