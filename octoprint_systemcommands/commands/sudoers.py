"""What sudoers has to allow, so that a command needs no password."""

import os
import pwd
import re
import shlex
import shutil
from typing import Optional

# where the lines for this plugin's commands belong
FILE = "/etc/sudoers.d/octoprint-systemcommands"

# Folders that are often not in the PATH of a service
SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"

# what ends a simple command in the shell
_OPERATOR = re.compile(r"[;&|()<>]+|[{}]")

# what means in sudoers what it means in the shell; more is not worth a wrong rule
_PLAIN = re.compile(r"[A-Za-z0-9_./@+-]+")

_MAX_LENGTH = 300

# Characters of a command line that are taken to pieces; it may be as long as a script
MAX_LOOKED_AT = 8 * 1024


def own_user() -> str:
    """The account that OctoPrint, and so every command, runs as, as sudoers knows it: by
    name, or by ``#`` and the number if it has none.

    Not by environment variables, which may tell of another one.
    """
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"#{os.geteuid()}"


def line(command: str) -> str:
    """The line that allows a command.

    Arguments:
        command: with the path of the program, as sudoers wants to have it
    """
    return f"{own_user()} ALL=(root) NOPASSWD: {command}"


def sudo_command(command_line: str) -> Optional[str]:
    """The command of the first ``sudo`` in a command line, as sudoers wants to have it:
    with the program's path. None if that cannot be told for sure."""
    lines = command_line[:MAX_LOOKED_AT].splitlines()
    words = next((w for w in map(_words, lines) if "sudo" in w), None)
    if words is None:
        return None
    words = words[words.index("sudo") + 1 :]
    # -n and such; an option with a value of its own (-u pi) makes it another rule
    while words and words[0] in ("-n", "-S", "-E", "-H", "--non-interactive", "--"):
        words = words[1:]
    end = next((i for i, w in enumerate(words) if _OPERATOR.fullmatch(w)), len(words))
    if end < len(words) and words[end][0] in "<>" and end and words[end - 1].isdigit():
        end -= 1  # 2>&1
    words = words[:end]
    if not words or words[0].startswith("-") or not all(map(_PLAIN.fullmatch, words)):
        return None
    program = shutil.which(words[0], path=SYSTEM_FOLDERS) or (shutil.which(words[0]))
    if program is None:
        return None
    # without arguments, sudoers would allow all of them
    return " ".join([program, *(words[1:] or ['""'])])[:_MAX_LENGTH]


def _words(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    try:
        return list(lexer)
    except ValueError:
        # a quotation that goes on in the next line
        return []
