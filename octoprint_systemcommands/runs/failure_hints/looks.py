"""What this machine knows of the files and programs that a failure is about.

Each look is a small one: where a file is, what it begins with, whom it belongs to.
"""

import contextlib
import grp
import os
import re
import shlex
import shutil
import stat
from typing import NamedTuple, Optional

from ...commands.environment import from_bytes, to_bytes
from ...commands.sudoers import MAX_LOOKED_AT, SYSTEM_FOLDERS

# The first line of a script, and some of the second one
_BEGINNING = 256

# Groups of devices on Raspberry Pi OS and Debian, for those that are not there (any more)
_GROUPS = (
    (re.compile(r"/dev/(?:gpiomem|gpiochip|mem$)"), "gpio"),
    (re.compile(r"/dev/(?:video|vchiq|vcio|dri/|fb|media)"), "video"),
    (re.compile(r"/dev/(?:tty[A-Z]|serial)"), "dialout"),
    (re.compile(r"/dev/i2c"), "i2c"),
    (re.compile(r"/dev/spidev"), "spi"),
    (re.compile(r"/dev/snd/"), "audio"),
    (re.compile(r"/dev/input/"), "input"),
)

_CHANGES_FOLDER = re.compile(r"(?:^|[\s;&|(])(?:cd|pushd)\s")
_PYTHON = re.compile(r"(?:.*/)?python\d*(?:\.\d+)?")


class Script(NamedTuple):
    """A file that is to be executed, as its beginning shows it.

    Attributes:
        has_windows_line_ends: CR and LF instead of LF
        is_binary: it was made by a compiler
        missing_interpreter: its first line, if what is named there is not there
        python: the Python that its first line names
    """

    has_windows_line_ends: bool
    is_binary: bool
    missing_interpreter: Optional[str]
    python: Optional[str]


def working_folder(folder: Optional[str]) -> str:
    """Where a command was run, see `Failure.folder`."""
    with contextlib.suppress(OSError):
        return from_bytes(os.path.abspath(to_bytes(folder or os.curdir)))
    return ""


def is_relative_to_the_start(command_line: str) -> bool:
    """Whether the command has stayed in the folder that it was started in."""
    return _CHANGES_FOLDER.search(command_line) is None


def script_at(name: str, folder: Optional[str], command_line: str) -> Optional[Script]:
    """Looks at a file that a shell has named. None if it is not there, cannot be read, is
    no regular file, or if it is unknown which one is meant."""
    if name.startswith(("/proc/", "/dev/")):
        # it was one for that process only
        return None
    if "/" not in name and "." not in name:
        path = _which(name)
    elif name.startswith("/") or is_relative_to_the_start(command_line):
        path = os.path.join(working_folder(folder), os.path.expanduser(name))
        if "/" not in name and not os.path.exists(to_bytes(path)):
            path = _which(name)
    else:
        path = None
    beginning = _beginning(path) if path else None
    return _script(beginning) if beginning is not None else None


def _script(beginning: bytes) -> Script:
    first, _, _ = beginning.partition(b"\n")
    words = first[2:].decode("utf-8", "replace").split() if first[:2] == b"#!" else []
    interpreter = words[0] if words else None
    if interpreter and os.path.basename(interpreter) == "env":
        interpreter = next((w for w in words[1:] if not w.startswith("-")), None)
    is_missing = interpreter is not None and _which(interpreter) is None
    return Script(
        has_windows_line_ends=first.endswith(b"\r"),
        is_binary=beginning[:4] == b"\x7fELF",
        missing_interpreter=" ".join(["#!" + words[0], *words[1:]])
        if is_missing
        else None,
        python=interpreter if interpreter and _PYTHON.fullmatch(interpreter) else None,
    )


def _beginning(path: str) -> Optional[bytes]:
    where = to_bytes(path)
    try:
        # to open a device is to use it: it may reset a printer
        if not stat.S_ISREG(os.stat(where).st_mode):
            return None
        fd = os.open(where, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except (OSError, ValueError):
        return None
    try:
        return os.read(fd, _BEGINNING)
    except OSError:
        return None
    finally:
        os.close(fd)


def system_program(name: str) -> Optional[str]:
    """Where a program is, if it is in a folder that the PATH of services may not have."""
    return _which(name, SYSTEM_FOLDERS)


def group_of_device(path: str) -> Optional[str]:
    """The group whose members may use a device; None if there is none such."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        status = os.stat(to_bytes(path))
        if path != "/dev/mem" and status.st_mode & stat.S_IRGRP:
            name = grp.getgrgid(status.st_gid).gr_name
            return name if name != "root" else None
    return next((group for pattern, group in _GROUPS if pattern.match(path)), None)


def python_of(command_line: str, folder: Optional[str]) -> Optional[str]:
    """The path of the Python that a command line has used; None if that is unknown."""
    first, _, _ = command_line.partition("\n")
    if first.startswith("#!"):
        return _whole_path(_script((first + "\n").encode()).python)
    try:
        words = shlex.split(command_line[:MAX_LOOKED_AT], comments=True)
    except ValueError:
        return None
    python = next((word for word in words if _PYTHON.fullmatch(word)), None)
    if python is None and words:
        script = script_at(words[0], folder, command_line)
        python = script and script.python
    return _whole_path(python)


def _whole_path(program: Optional[str]) -> Optional[str]:
    return program and _which(os.path.expanduser(program))


def _which(name: str, folders: Optional[str] = None) -> Optional[str]:
    """Where a program is, whatever the characters of the server's locale are."""
    try:
        searched = None if folders is None else os.fsdecode(to_bytes(folders))
        path = shutil.which(to_bytes(name), path=searched)
    except ValueError:  # a NUL in it
        return None
    return None if path is None else from_bytes(path)
