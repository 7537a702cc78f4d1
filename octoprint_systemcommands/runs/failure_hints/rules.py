"""What failures look like: one rule for each way in which programs put a reason.

Patterns are in English and German, as people's systems speak, and commands keep the locale
that they had: to set another one would change what users' own programs print, to others and
to files too. What is never translated (dash, BusyBox, Python, ssh, curl, Docker) is
understood everywhere.

A wrong hint is worse than none. So a pattern is about one line and says whose words they
are: as much of the line as is needed for nobody else to say it by chance. `explanation`
tells in which lines they are looked for.
"""

from . import hints
from .rule import CLOSE, NAME, OPEN, Rule, rules
from .rules_around import RULES_AROUND

# Error texts of the C library, which most programs end their messages with
_MISSING = r"(?:[Nn]o such file or directory|[Dd]atei oder Verzeichnis nicht gefunden)"
_DENIED = r"(?:[Pp]ermission denied|[Kk]eine Berechtigung)"

_PATH = r"[^‘’'\"`„“»«\n]{1,300}?"
# shells begin with their name, or the script's, and mostly with the number of the line
_SHELL = r"^[^:]{1,200}:(?: ?(?:line |Zeile )?\d+:)? "
_DASH = r"^(?:[^:]{1,200}: )?(?:\d+: |line \d+: )?"
# programs that start others
_STARTER = (
    r"^(?:[^\s:]*/)?(?:env|nice|ionice|nohup|timeout|stdbuf|setsid|xargs|chroot|chrt): "
)
_STARTED = rf"(?:.{{0,60}} )?[‘'„](?P<program>{NAME})[’'“](?: .{{0,60}})?"
_FILE_TOOL = (
    r"^(?:[^\s:]*/)?(?:cat|cp|mv|rm|ln|ls|mkdir|rmdir|touch|tee|dd|chmod|chown|install|"
    r"head|tail|sed|grep|find|tar|du|stat|truncate): "
)


def _not_found(code: str, *patterns: str) -> list[Rule]:
    return rules(code, *patterns, exit_codes=(127,), of_here=True)


# Of those that fit the same line, the first one counts
RULES: tuple[Rule, ...] = (
    # -- sudo
    *rules(
        hints.SUDO_PASSWORD,
        r"^sudo: (?:a terminal is required|a password is required|no tty present|"
        r"no askpass program|sorry, you must have a tty|"
        r"Zum Lesen des Passworts ist ein Terminal erforderlich|"
        r"Ein Passwort ist (?:notwendig|erforderlich)|Kein .askpass.-Programm)",
        of_here=True,
    ),
    *rules(
        hints.SUDO_NOT_ALLOWED,
        r"^\S{1,100} is not in the sudoers file",
        r"^.\S{1,100} ist nicht in der sudoers-Datei",
        r"^Sorry, user \S{1,100} (?:is not allowed to execute|may not run sudo on) ",
        r"^User \S{1,100} is not allowed to run sudo on ",
        r"^Leider darf der Benutzer \S{1,100} .{1,600} nicht ausführen\.?$",
        of_here=True,
    ),
    *rules(
        hints.SUDO_NO_PRIVILEGES,
        r"^sudo: (?:The|Der Schalter) [\"»“]no new privileges",
        r"^sudo: effective uid is not 0, is ",
        r"^sudo: (?:\S{1,200}/)?sudo must be owned by uid 0 ",
        of_here=True,
    ),
    *rules(
        hints.NOT_FOUND,
        rf"^sudo: (?P<program>{NAME}): (?:command not found|Befehl nicht gefunden)$",
        of_here=True,
    ),
    # -- scripts and their interpreters
    *rules(
        hints.WINDOWS_LINE_ENDS,
        rf"^(?:[^\s:]*/)?env: {OPEN}[^\s:]{{1,200}}\\r{CLOSE}: ",
        rf"{_SHELL}(?P<file>{NAME}): \S{{1,200}}\^M: "
        r"(?:bad interpreter|Defekter Interpreter)",
        rf"{_SHELL}(?P<file>{NAME}): bad interpreter: \S{{1,200}}\^M: ",
        r"\$'[^']{0,100}\\r'",
        rf"{_SHELL}[^:]{{0,200}}\r: (?:not found|command not found|Kommando nicht gefunden)",
        of_here=True,
    ),
    *rules(
        hints.NO_INTERPRETER,
        rf"^/\S{{0,100}}/env: {OPEN}(?P<interpreter>{NAME}){CLOSE}: {_MISSING}$",
        rf"{_SHELL}(?P<program>{NAME}): (?P<interpreter>{NAME}): "
        rf"(?:bad interpreter|Defekter Interpreter): {_MISSING}$",
        rf"{_SHELL}(?P<program>{NAME}): bad interpreter: (?P<interpreter>{NAME}): {_MISSING}$",
        rf"{_SHELL}(?P<program>{NAME}): cannot execute: required file not found$",
        exit_codes=(126, 127),
        of_here=True,
    ),
    *_not_found(
        hints.NOT_BASH,
        r"^[^:]{1,200}: (?:(?:line )?\d+: )?(?:\[\[|source|function|shopt|declare|typeset|"
        r"let|pushd|popd|mapfile|readarray|select|coproc|compgen|disown): not found$",
    ),
    *rules(
        hints.NOT_BASH,
        rf"{_DASH}(?:Syntax error: (?:\"\(\"|redirection|\"do\"|\"&\"|\";;?&?\") unexpected|"
        r"syntax error: unexpected (?:\"\(\"|redirection|\"do\"|\"&\")|"
        r"[Ss]yntax error: [Bb]ad for loop variable)",
        r"^[^:]{1,200}: (?:(?:line )?\d+: )?Bad substitution$",
        r"^(?:[^:]{1,200}: \d+: )?(?:set: Illegal option -o (?:pipefail|posix)|"
        r"read: Illegal option -[adintNsu]|trap: (?:ERR|DEBUG|RETURN): bad trap)$",
        exit_codes=(1, 2),
        of_here=True,
    ),
    # what else is wrong with a script's words may be a CR at their ends
    *rules(
        hints.WINDOWS_LINE_ENDS,
        rf"^(?P<suspect>{NAME}): (?:(?:line |Zeile )?\d+: )?"
        r"(?:[Ss]yntax error|Syntaxfehler|set: Illegal option -$)",
        exit_codes=(1, 2, 127),
        of_here=True,
    ),
    *_not_found(
        hints.NO_LIBRARY,
        r"(?:error while loading shared libraries|Fehler beim Laden der Shared Libraries): "
        r"(?P<library>\S{1,200}): ",
    ),
    *rules(
        hints.NO_LIBRARY,
        r"^(?:\w+\.)*(?:ImportError|OSError): (?P<library>lib\S{1,200}): "
        r"cannot open shared object file",
    ),
    *rules(
        hints.NO_SCRIPT,
        r"python[\d.]*: can't open file [‘'](?P<file>[^']{1,300})[’']: \[Errno 2\]",
        rf"^(?:[^\s:]*/)?(?:ba|da|z|a)?sh: 0: [Cc]an(?:not|'t) open (?P<file>{_PATH})(?:: .*)?$",
        rf"{_SHELL}\.: (?:line \d+: )?(?P<file>{NAME}): not found$",
        rf"{_SHELL}\.: (?:line \d+: )?can(?:not|'t) open {OPEN}(?P<file>{_PATH}){CLOSE}: No such file",
        rf"^(?:[^\s:]*/)?(?:bash|zsh|ksh): (?P<file>{NAME}): {_MISSING}$",
        rf"^sh: (?:can't open|source: (?:line \d+: )?can't open) {OPEN}(?P<file>{_PATH}){CLOSE}: {_MISSING}$",
        rf"^Can't open perl script \"(?P<file>[^\"]{{1,300}})\": {_MISSING}",
        r"^Error: Cannot find module '(?P<file>/[^']{1,300}\.[cm]?js)'$",
        of_here=True,
    ),
    *_not_found(
        hints.NOT_FOUND,
        # dash, BusyBox and Bash
        rf"{_SHELL}(?:exec: (?:line \d+: )?)?(?P<program>{NAME}): "
        r"(?:(?:command )?not found|Kommando nicht gefunden|Nicht gefunden)\.?$",
        rf"{_SHELL}(?P<program>{NAME}): {_MISSING}$",
        rf"{_STARTER}{_STARTED}: {_MISSING}$",
        rf"{_STARTER}(?P<program>{NAME}): {_MISSING}$",
        # zsh
        rf"^\S{{1,200}}:\d+: (?:command not found|{_MISSING}): (?P<program>\S{{1,300}})$",
    ),
    *rules(
        hints.WRONG_FORMAT,
        rf"{_SHELL}(?P<program>{NAME}): (?:cannot execute binary file: )?Exec format error$",
        rf"{_SHELL}(?P<program>{NAME}): (?:Kann die Binärdatei nicht ausführen: )?"
        r"Fehler im Format der Programmdatei$",
        r"^\S{1,200}:\d+: (?:exec format error|fehler im Format der Programmdatei): "
        r"(?P<program>\S{1,300})$",
        rf"{_STARTER}{_STARTED}: "
        r"(?:Exec format error|Fehler im Format der Programmdatei)$",
        r"^OSError: \[Errno 8\] Exec format error: '(?P<program>[^']{1,300})'",
        of_here=True,
    ),
    *rules(
        hints.NOT_EXECUTABLE,
        rf"{_SHELL}(?P<program>{NAME}): (?:cannot execute: |Kann nicht ausführen: )?"
        rf"(?:{_DENIED}|Is a directory|Ist ein Verzeichnis|cannot execute)$",
        rf"{_STARTER}{_STARTED}: {_DENIED}$",
        rf"^\S{{1,200}}:\d+: {_DENIED}: (?P<program>\S{{1,300}})$",
        exit_codes=(126,),
        of_here=True,
    ),
    *rules(
        hints.NO_MODULE,
        r"^(?:ModuleNotFoundError|ImportError): No module named '?(?P<module>[\w.]{1,200})",
        r"^(?P<python>\S{0,200}python[\d.]*): No module named '?(?P<module>[\w.]{1,200})",
        of_here=True,
    ),
    *RULES_AROUND,
    # -- rights to files, devices among them
    *rules(
        hints.FILE_RIGHTS,
        r"^PermissionError: \[Errno 13\] .{1,100}: '(?P<file>[^']{1,300})'",
        r"could not open port /dev/\S{1,100}: \[Errno 13\] .{1,60}: '(?P<file>/dev/[^']{1,100})'",
        r"No access to (?P<file>/dev/mem)\. +Try running as root!",
        rf"Could not open file [`'](?P<file>/dev/\S{{1,100}})' or .{{1,100}}: {_DENIED}$",
        rf"^\S{{1,100}}: .{{0,100}}?{OPEN}(?P<file>/dev/[\w/.-]{{1,100}}){CLOSE}.{{0,60}}: {_DENIED}\.?$",
        rf"{_SHELL}(?:cannot|can't) (?:create|open) (?P<file>{_PATH}): {_DENIED}$",
        rf"(?!scp: |sftp: |rsync: |remote: ){_SHELL}(?P<file>/{NAME}): {_DENIED}$",
        # looked for at the end first, since there are many ways to cut a line in three
        rf"{_FILE_TOOL}(?=.*: {_DENIED}(?: \(13\))?$)"
        rf"(?:.{{0,100}} )?{OPEN}(?P<file>{_PATH}){CLOSE}(?: .{{0,100}})?: {_DENIED}(?: \(13\))?$",
        of_here=True,
    ),
)
