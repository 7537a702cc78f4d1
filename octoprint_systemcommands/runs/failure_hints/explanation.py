"""Why a run failed, as far as that can be told from how it ended and what it said."""

import re
import signal
from collections.abc import Iterable
from typing import NamedTuple, Optional

from ...commands.sudoers import sudo_command
from . import hints
from .hints import Hint
from .looks import (
    Script,
    group_of_device,
    is_relative_to_the_start,
    python_of,
    script_at,
    system_program,
    working_folder,
)
from .rule import Rule
from .rules import RULES

# What is looked at: the lines at the end, and of each the beginning. Further up stand
# errors that the command got over.
_LINES = 6
_LINE_LENGTH = 600

_MAX_VALUE = 300

# what only colors the output, and the frames of a stack, of which there may be many
_COLORS = re.compile(r"\x1b\[[\d;]*[mK]")
_FRAME = re.compile(r"\s+at ")

# What runs commands on another machine, or in a container
_ELSEWHERE = re.compile(
    r"(?:^|[\s;&|('\"`/])(?:ssh|sshpass|scp|sftp|rsync|nsenter|chroot|lxc-\w+|machinectl|"
    r"(?:docker|podman)(?:\s+compose|-compose)?\s+(?:run|exec))\s"
)
_OWN_SHELL = re.compile(r"/bin/sh: ")

# Faults of the program itself, as opposed to what others do to it
_CRASHES = ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE", "SIGTRAP", "SIGSYS")

# How shells say what has ended a command, by themselves or behind its process id
_SIGNAL_WORDS = {
    "SIGKILL": r"Killed|Getötet|Abgebrochen \(Killed\)",
    "SIGTERM": r"Terminated|Beendet|Abgebrochen \(Terminated\)",
    "SIGHUP": r"Hangup|Aufgelegt",
    "SIGSEGV": r"Segmentation fault|Speicherzugriffsfehler|Adressierungsfehler",
    "SIGABRT": r"Aborted|Abgebrochen",
    "SIGBUS": r"Bus error|Bus-Zugriffsfehler|Bus-Fehler",
    "SIGILL": r"Illegal instruction|Ungültiger Maschinenbefehl|Ungültige Anweisung\.?",
    "SIGFPE": r"Floating point exception|Gleitkomma-Ausnahme|Gleitkommafehler",
    "SIGALRM": r"Alarm clock|Der Wecker klingelt",
}
_SIGNAL_LINE = r"(?:\S{{1,200}}: (?:line |Zeile )?\d+: +\d+ )?(?:{})(?: \((?:core dumped|Speicherabzug geschrieben)\))?(?:$|  +\S)"


class Failure(NamedTuple):
    """What is known of a run that failed.

    Attributes:
        exit_code: negative for a signal
        stderr, stdout: the ends of what it said
        command_line: what was run
        folder: where; None: where the server was started
    """

    exit_code: int
    stderr: str
    stdout: str = ""
    command_line: str = ""
    folder: Optional[str] = None


def explain_failure(failure: Failure) -> Optional[Hint]:
    """Looks for the reason of a failure.

    Files that the output names are looked at, which may wait for a disk.

    Returns:
        the reason, None if there is nothing to say beyond what the command said itself
    """
    if failure.exit_code < 0:
        return _ended_by(-failure.exit_code)
    on_stderr = _last_lines(failure.stderr)
    on_stdout = _last_lines(failure.stdout)
    spoken = on_stderr or on_stdout
    hint = _signal_told(failure.exit_code, spoken) or _first_match(failure, spoken, RULES)
    if hint is None and on_stderr:
        hint = _first_match(
            failure, on_stdout, [rule for rule in RULES if rule.on_stdout]
        )
    if hint is None and not spoken:
        # these two mean that by convention, and there are no words that mean something else
        silent = {127: hints.NOT_FOUND, 126: hints.NOT_EXECUTABLE}.get(failure.exit_code)
        return None if silent is None else Hint(silent)
    return hint


def _last_lines(text: str) -> list[str]:
    """The last lines that say something, the last one first."""
    found: list[str] = []
    end = len(text)
    while end > 0 and len(found) < _LINES:
        start = text.rfind("\n", 0, end) + 1
        line = text[start : min(end, start + _LINE_LENGTH)]
        end = start - 1
        # of a progress that is written over itself, the last state is to be seen; a CR in
        # front of a colon belongs to a name
        line = re.split(r"\r(?![:'\"])", _COLORS.sub("", line).rstrip())[-1]
        if line.strip() and not _FRAME.match(line):
            found.append(line)
    return found


def _first_match(
    failure: Failure, lines: list[str], rules: Iterable[Rule]
) -> Optional[Hint]:
    for line in lines:
        for rule in rules:
            if rule.exit_codes is not None and failure.exit_code not in rule.exit_codes:
                continue
            match = rule.pattern.search(line)
            if match is None:
                continue
            # only now, since a command may be as long as a script
            if not (rule.of_here and _may_be_elsewhere(line, failure.command_line)):
                values = {k: v[:_MAX_VALUE] for k, v in match.groupdict().items() if v}
                return _looked_into(Hint(rule.code, values), failure, line)
    return None


def _may_be_elsewhere(line: str, command_line: str) -> bool:
    """Whether a line of the output may tell of another machine, or of a container."""
    elsewhere = _ELSEWHERE.search(command_line)
    if elsewhere is None or _OWN_SHELL.match(line):
        return False
    # as opposed to "sudo docker exec …"
    return not ("sudo" in line and "sudo" in command_line[: elsewhere.start()])


def _looked_into(hint: Hint, failure: Failure, line: str) -> Optional[Hint]:
    """The same reason, or the one behind it, with what this machine knows of it."""
    look = _LOOKS.get(hint.code)
    return look(hint, failure, line) if look is not None else hint


##~~ Signals


def _ended_by(number: int) -> Hint:
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = str(number)
    code = hints.KILLED
    if name == "SIGKILL":
        code = hints.OUT_OF_MEMORY
    elif name in _CRASHES:
        code = hints.CRASHED
    return Hint(code, {"signal": name})


def _signal_told(exit_code: int, lines: list[str]) -> Optional[Hint]:
    """Shells end with 128 and the number of the signal that ended their last command, and
    other programs with whatever they like. It is a signal if the shell has said so too."""
    try:
        name = signal.Signals(exit_code - 128).name
    except ValueError:
        return None
    words = _SIGNAL_WORDS.get(name)
    if words is None:
        return None
    pattern = re.compile(_SIGNAL_LINE.format(words))
    # the shell says it as soon as it sees it, hence at the very end
    if any(pattern.match(line) for line in lines[:2]):
        return _ended_by(exit_code - 128)
    return None


##~~ Looks


def _look_for_program(hint: Hint, failure: Failure, line: str) -> Optional[Hint]:
    program = hint.values["program"]
    if program == "sudo":
        return Hint(hints.SUDO_MISSING)
    if program == "systemctl":
        return Hint(hints.NO_SYSTEMD)
    if program.startswith("\ufeff"):
        # a mark of the encoding in front of "#!", which the shell got over
        return None
    script = script_at(program, failure.folder, failure.command_line)
    reason = script and _reason_in(script, program)
    if "/" in program:
        if script is not None:
            return reason
        values = {"program": program, "path": program, **_folder(program, failure)}
        return Hint(hints.NOT_FOUND, values)
    # one of that name may be there for this server, while the command had another PATH
    if script is not None and reason is not None and not script.is_binary:
        return reason
    path = system_program(program)
    if path is not None:
        return Hint(hints.NOT_IN_PATH, {"program": program, "path": path})
    return hint


def _reason_in(script: Script, name: str) -> Optional[Hint]:
    """Why a file that is there does not begin."""
    if script.has_windows_line_ends:
        return Hint(hints.WINDOWS_LINE_ENDS, {"file": name})
    if script.is_binary:
        return Hint(hints.WRONG_FORMAT, {"program": name})
    if script.missing_interpreter is not None:
        return Hint(
            hints.NO_INTERPRETER,
            {"program": name, "first_line": script.missing_interpreter},
        )
    return None


def _look_for_interpreter(hint: Hint, failure: Failure, line: str) -> Hint:
    program = hint.values.get("program")
    if program is None:
        return hint
    script = script_at(program, failure.folder, failure.command_line)
    return (script and _reason_in(script, program)) or hint


def _look_at_syntax(hint: Hint, failure: Failure, line: str) -> Hint:
    # a script that the shell speaks of may have come from Windows instead
    name = line.split(": ", 1)[0]
    if name == "/bin/sh" or not re.search(r"[/.]", name):
        return hint
    script = script_at(name, failure.folder, failure.command_line)
    if script is not None and script.has_windows_line_ends:
        return Hint(hints.WINDOWS_LINE_ENDS, {"file": name})
    return hint


def _look_for_windows(hint: Hint, failure: Failure, line: str) -> Optional[Hint]:
    name = hint.values.get("suspect")
    if name is None:
        return hint
    script = script_at(name, failure.folder, failure.command_line)
    if script is None or not script.has_windows_line_ends:
        return None
    return Hint(hints.WINDOWS_LINE_ENDS, {"file": name})


def _look_for_script(hint: Hint, failure: Failure, line: str) -> Hint:
    return hint._replace(values={**hint.values, **_folder(hint.values["file"], failure)})


def _folder(path: str, failure: Failure) -> dict[str, str]:
    """Where a file was looked for, if that was not said."""
    folder = working_folder(failure.folder)
    if path.startswith("/"):
        # Python and Node.js make a whole path of what they were given
        was_given = path in failure.command_line
        if was_given or not path.startswith(folder.rstrip("/") + "/"):
            return {}
    if not is_relative_to_the_start(failure.command_line):
        return {}
    return {"folder": folder[:_MAX_VALUE]}


def _look_for_python(hint: Hint, failure: Failure, line: str) -> Hint:
    python = hint.values.get("python") or python_of(failure.command_line, failure.folder)
    values = {"module": hint.values["module"]}
    if python is not None:
        values["python"] = python[:_MAX_VALUE]
    return Hint(hints.NO_MODULE, values)


def _look_for_device(hint: Hint, failure: Failure, line: str) -> Hint:
    path = hint.values["file"]
    if path.endswith("/docker.sock"):
        return Hint(hints.DOCKER_RIGHTS)
    if not path.startswith("/dev/"):
        return hint
    group = group_of_device(path)
    return Hint(
        hints.DEVICE_RIGHTS, {"device": path, **({"group": group} if group else {})}
    )


def _look_for_what_to_allow(hint: Hint, failure: Failure, line: str) -> Hint:
    allowed = sudo_command(failure.command_line)
    return hint._replace(values={"command": allowed} if allowed else {})


_LOOKS = {
    hints.WINDOWS_LINE_ENDS: _look_for_windows,
    hints.NOT_FOUND: _look_for_program,
    hints.NO_INTERPRETER: _look_for_interpreter,
    hints.NOT_BASH: _look_at_syntax,
    hints.NO_SCRIPT: _look_for_script,
    hints.NO_MODULE: _look_for_python,
    hints.FILE_RIGHTS: _look_for_device,
    hints.SUDO_PASSWORD: _look_for_what_to_allow,
    hints.SUDO_NOT_ALLOWED: _look_for_what_to_allow,
}
