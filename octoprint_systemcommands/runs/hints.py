"""Why a run failed, as far as that can be told from how it ended and what it said."""

import re
import shlex
import shutil
import signal
from collections.abc import Mapping
from typing import NamedTuple, Optional

NOT_EXECUTABLE = "not_executable"
NOT_FOUND = "not_found"
NO_SYSTEMD = "no_systemd"
SUDO_PASSWORD = "sudo_password"
KILLED = "killed"
OUT_OF_MEMORY = "out_of_memory"
TIMED_OUT = "timed_out"
NOT_STARTED = "not_started"
REFUSED = "refused"
INTERRUPTED = "interrupted"
INTERRUPTED_ALIVE = "interrupted_alive"
DAMAGED = "damaged"

# As dash, bash, busybox and env say it. What follows is the name alone.
_NOT_FOUND = re.compile(
    r"(?:^|: )(?:‘|'|\")?([^\s:'’\"]+)(?:’|'|\")?: (?:command )?not found"
    r"|(?:^|: )(?:‘|'|\")?([^\s:'’\"]+)(?:’|'|\")?: No such file or directory",
    re.MULTILINE,
)
_NOT_EXECUTABLE = re.compile(
    r"(?:^|: )([^\s:]+): (?:cannot execute: )?(?:Permission denied|Exec format error|"
    r"Is a directory|cannot execute)",
    re.MULTILINE,
)
_SUDO = re.compile(
    r"sudo: .{0,200}(?:a terminal is required|a password is required|no tty present|"
    r"no askpass program)"
)
_NO_SYSTEMD = re.compile(
    r"System has not been booted with systemd|Failed to connect to (?:the )?bus|"
    r"Failed to connect to (?:the )?system scope bus"
)
# what ends a simple command in the shell
_OPERATOR = re.compile(r"[;&|()<>]+|[{}]")

# what means in sudoers what it means in the shell; more is not worth a wrong rule
_PLAIN = re.compile(r"[A-Za-z0-9_./@+-]+")

_MAX_VALUE = 300


class Hint(NamedTuple):
    """A reason, to be put into words in the language of who asks.

    Attributes:
        code: one of the above
        values: what the words need, texts only
    """

    code: str
    values: Mapping[str, str] = {}


def explain_failure(
    exit_code: int, stderr: str, command_line: Optional[str]
) -> Optional[Hint]:
    """Looks for the reason of a failure.

    Arguments:
        exit_code: negative for a signal
        stderr: the end of it
        command_line: what was run

    Returns:
        the reason, None if there is nothing to say beyond what the command said itself
    """
    if _SUDO.search(stderr):
        allowed = sudo_command(command_line or "")
        return Hint(SUDO_PASSWORD, {"command": allowed} if allowed else {})
    if _NO_SYSTEMD.search(stderr):
        return Hint(NO_SYSTEMD)
    if exit_code < 0 or 128 < exit_code <= 128 + signal.NSIG:
        # the shell reports the signal that ended its last command like this
        number = -exit_code if exit_code < 0 else exit_code - 128
        return _killed(number)
    if exit_code == 127:
        name = _last(_NOT_FOUND, stderr)
        if name == "systemctl":
            return Hint(NO_SYSTEMD)
        return Hint(NOT_FOUND, {"program": name} if name else {})
    if exit_code == 126:
        name = _last(_NOT_EXECUTABLE, stderr)
        return Hint(NOT_EXECUTABLE, {"program": name} if name else {})
    return None


def sudo_command(command_line: str) -> Optional[str]:
    """The command of the first ``sudo`` in a command line, as sudoers wants to have it:
    with the program's path. None if that cannot be told for sure."""
    words = next((w for w in map(_words, command_line.splitlines()) if "sudo" in w), None)
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
    program = shutil.which(words[0], path="/usr/local/sbin:/usr/sbin:/sbin") or (
        shutil.which(words[0])
    )
    if program is None:
        return None
    # without arguments, sudoers would allow all of them
    return " ".join([program, *(words[1:] or ['""'])])[:_MAX_VALUE]


def _words(line: str) -> list[str]:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    try:
        return list(lexer)
    except ValueError:
        # a quotation that goes on in the next line
        return []


def _killed(number: int) -> Hint:
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = str(number)
    code = OUT_OF_MEMORY if number == signal.SIGKILL else KILLED
    return Hint(code, {"signal": name})


def _last(pattern: re.Pattern, text: str) -> Optional[str]:
    matches = pattern.findall(text)
    if not matches:
        return None
    last = matches[-1]
    name = last if isinstance(last, str) else next(filter(None, last), "")
    return name[:_MAX_VALUE] or None
