"""How a command becomes something that can be executed.

A plain one is an argument of ``/bin/sh``. One that names its interpreter, or is too long for
an argument, is a file. That file has no name on any disk: it is in memory, or deleted before
it is used, so nothing has to be cleaned up, however the server ends. Its readers get it as
a file descriptor, which ``/dev/fd`` gives a name.
"""

import contextlib
import errno
import fcntl
import os
import tempfile
from collections.abc import Iterator
from typing import NamedTuple, Optional

from ...commands.environment import to_bytes
from ...commands.problems import CannotRun
from ...commands.shebang import Shebang, shebang_of
from ...messages import N_

_SHELL = "/bin/sh"

# Linux takes no longer argument, with the NUL that ends it. (MAX_ARG_STRLEN, 32 pages.)
_MAX_ARGUMENT = 128 * 1024

# where open file descriptors have names
_DESCRIPTORS = ("/dev/fd", "/proc/self/fd")

# Some systems allow files in memory only if they cannot be executed. What reads a script
# need not execute it. (Of Linux 6.3; Python has no name for it.)
_MFD_NOEXEC_SEAL = 0x0008


class Invocation(NamedTuple):
    """What to execute.

    Attributes:
        argv: the program and its arguments
        descriptors: what it has to inherit, open as long as the invocation
    """

    argv: list[bytes]
    descriptors: tuple[int, ...] = ()


def is_plain(command: str) -> bool:
    """Whether the shell gets a command as an argument, and no other program is asked for."""
    return not command.startswith("#!") and len(to_bytes(command)) < _MAX_ARGUMENT


@contextlib.contextmanager
def invocation(command: str) -> Iterator[Invocation]:
    """Makes something executable of a command, for as long as it takes to start it.

    Raises:
        CannotRun: its interpreter is not there
        OSError: there is no place for it
    """
    script = to_bytes(command)
    shebang = shebang_of(command)
    if shebang is None and len(script) < _MAX_ARGUMENT:
        yield Invocation([to_bytes(_SHELL), b"-c", script])
        return
    shebang = shebang or Shebang(_SHELL)
    _ensure_executable(shebang.interpreter)
    descriptor = _open(script)
    try:
        name = _name_of(descriptor)
        yield Invocation([*map(to_bytes, shebang.argv), to_bytes(name)], (descriptor,))
    finally:
        os.close(descriptor)


def _ensure_executable(interpreter: str) -> None:
    path = to_bytes(interpreter)
    if not os.path.exists(path):
        raise CannotRun(
            N_(
                "The interpreter %(interpreter)s was not found. Check the first line of "
                "the command, or install it."
            ),
            interpreter=interpreter,
        )
    if os.path.isdir(path) or not os.access(path, os.X_OK):
        raise CannotRun(
            N_(
                "The interpreter %(interpreter)s cannot be executed. Check the first line "
                "of the command."
            ),
            interpreter=interpreter,
        )


def _open(script: bytes) -> int:
    """A file with these contents and without a name."""
    descriptor = _in_memory()
    if descriptor is None:
        descriptor = _deleted()
    try:
        with open(descriptor, "wb", closefd=False) as file:
            file.write(script)
        # some systems read on where others have stopped
        os.lseek(descriptor, 0, os.SEEK_SET)
        _seal(descriptor)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _in_memory() -> Optional[int]:
    if not hasattr(os, "memfd_create"):
        return None
    flags = os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING
    # older systems do not know the first
    for more in (_MFD_NOEXEC_SEAL, 0):
        try:
            return os.memfd_create("command", flags | more)
        except OSError as error:
            if error.errno == errno.EMFILE:
                raise
    return None


def _deleted() -> int:
    # only its owner can read it, and that for no time at all
    with tempfile.TemporaryFile(prefix="systemcommands-") as file:
        return os.dup(file.fileno())


def _seal(descriptor: int) -> None:
    """Makes sure that nobody changes what is being executed, the command included."""
    os.fchmod(descriptor, 0o400)
    add_seals = getattr(fcntl, "F_ADD_SEALS", None)
    if add_seals is None:
        return
    seals = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW
    with contextlib.suppress(OSError):  # not in memory
        fcntl.fcntl(descriptor, add_seals, seals | fcntl.F_SEAL_SEAL)


def _name_of(descriptor: int) -> str:
    for folder in _DESCRIPTORS:
        name = f"{folder}/{descriptor}"
        if os.path.exists(name):
            return name
    raise CannotRun(
        N_(
            "A command that names its interpreter, or is longer than 128 KiB, needs /dev/fd "
            "or /proc. This system has neither."
        )
    )
