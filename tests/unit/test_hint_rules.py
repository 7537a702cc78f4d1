"""Which words are explained, and by which reason: lines of real programs, English and German.

The texts were written by the programs of Debian 12 in the locales C and de_DE.UTF-8, or stand
in their catalogs.
"""

import pytest

from octoprint_systemcommands.runs.failure_hints.explanation import (
    Failure,
    explain_failure,
)
from octoprint_systemcommands.runs.failure_hints.rules import RULES

DENIED = "Keine Berechtigung"
MISSING = "Datei oder Verzeichnis nicht gefunden"


def code_of(exit_code, stderr, command_line="x", **kwargs):
    hint = explain_failure(
        Failure(exit_code, stderr, command_line=command_line, **kwargs)
    )
    return hint and hint.code


# by reason: return code and stderr
EXPLAINED = {
    "not_found": [
        (127, "/bin/sh: 1: nosuch: not found\n"),
        (127, "/bin/sh: 1: exec: nosuch: not found\n"),
        (127, "sh: nosuch: not found\n"),  # BusyBox
        (127, "sh: exec: line 0: nosuch: not found\n"),
        (127, "bash: line 1: nosuch: command not found\n"),
        (127, "bash: line 1: /etc/nosuch/x: No such file or directory\n"),
        (127, "bash: Zeile 1: nosuch: Kommando nicht gefunden.\n"),
        (127, "bash: Zeile 1: exec: nosuch: Nicht gefunden.\n"),
        (127, f"bash: Zeile 1: /etc/nosuch/x: {MISSING}\n"),
        (127, "./backup.sh: 7: nosuch: not found\n"),
        (127, "zsh:1: command not found: nosuch\n"),
        (127, "zsh:1: datei oder Verzeichnis nicht gefunden: /etc/nosuch/x\n"),
        (127, "env: 'nosuch': No such file or directory\n"),
        (127, f"env: „nosuch“: {MISSING}\n"),
        (127, "timeout: failed to run command 'nosuch': No such file or directory\n"),
        (
            127,
            f"timeout: der Befehl „nosuch“ konnte nicht ausgeführt werden: {MISSING}\n",
        ),
        (127, f"nohup: der Befehl 'nosuch' konnte nicht ausgeführt werden: {MISSING}\n"),
        (127, "xargs: nosuch: No such file or directory\n"),
        (1, "sudo: nosuch: command not found\n"),
        (1, "sudo: nosuch: Befehl nicht gefunden\n"),
    ],
    "not_executable": [
        (126, "/bin/sh: 1: ./noexec.sh: Permission denied\n"),
        (126, "sh: ./noexec.sh: Permission denied\n"),
        (126, "bash: line 1: ./dir: Is a directory\n"),
        (126, f"bash: Zeile 1: ./noexec.sh: {DENIED}\n"),
        (126, "bash: Zeile 1: ./dir: Ist ein Verzeichnis\n"),
        (126, "zsh:1: keine Berechtigung: ./noexec.sh\n"),
        (126, f"env: „./noexec.sh“: {DENIED}\n"),
        (126, "env: './noexec.sh': Permission denied\n"),
    ],
    "wrong_format": [
        (126, "zsh:1: exec format error: ./wrong\n"),
        (126, "env: './wrong': Exec format error\n"),
        (126, "/bin/sh: 1: ./wrong: Exec format error\n"),
        (
            126,
            "bash: line 1: ./wrong: cannot execute binary file: Exec format error\n",
        ),
        (
            126,
            "bash: Zeile 1: ./wrong: Kann die Binärdatei nicht ausführen: "
            "Fehler im Format der Programmdatei\n",
        ),
        (126, "zsh:1: fehler im Format der Programmdatei: ./wrong\n"),
        (1, "OSError: [Errno 8] Exec format error: './wrong'\n"),
    ],
    "windows_line_ends": [
        (127, "/usr/bin/env: 'bash\\r': No such file or directory\n"),
        (127, "/usr/bin/env: ‘python3\\r’: No such file or directory\n"),
        (
            127,
            f"/usr/bin/env: „bash\\r“: {MISSING}\n"
            "/usr/bin/env: Verwenden Sie -[v]S, um Optionen in #!-Zeichen zu übergeben\n",
        ),
        (
            126,
            "bash: ./x.sh: /bin/bash^M: bad interpreter: No such file or directory\n",
        ),
        (126, f"bash: ./x.sh: /bin/bash^M: Defekter Interpreter: {MISSING}\n"),
        (127, "zsh:1: ./x.sh: bad interpreter: /bin/sh^M: no such file or directory\n"),
        (127, "./x.sh: line 2: $'\\r': command not found\n"),
        (127, "./x.sh: Zeile 2: $'\\r': Kommando nicht gefunden.\n"),
        (2, "./x.sh: line 4: syntax error near unexpected token `$'do\\r''\n"),
        (127, "./x.sh: 2: \r: not found\n"),
        (127, "./x.sh: 3: reboot\r: not found\n"),
    ],
    "no_interpreter": [
        (127, "/usr/bin/env: 'python': No such file or directory\n"),
        (127, f"/usr/bin/env: „python“: {MISSING}\n"),
        (126, "bash: ./x: /opt/none: bad interpreter: No such file or directory\n"),
        (126, f"bash: ./x: /opt/none: Defekter Interpreter: {MISSING}\n"),
        (127, "bash: line 1: ./x: cannot execute: required file not found\n"),
        (127, "zsh:1: ./x: bad interpreter: /opt/none: no such file or directory\n"),
    ],
    "not_bash": [
        (127, "/bin/sh: 1: [[: not found\n"),
        (127, "/bin/sh: 1: source: not found\n"),
        (127, "./x.sh: 3: pushd: not found\n"),
        (127, "sh: shopt: not found\n"),
        (2, '/bin/sh: 1: Syntax error: "(" unexpected\n'),
        (2, "/bin/sh: 1: Syntax error: redirection unexpected\n"),
        (2, "/bin/sh: 1: Syntax error: Bad for loop variable\n"),
        (2, "/bin/sh: 1: Bad substitution\n"),
        (2, "sh: syntax error: bad for loop variable\n"),
        (2, "/bin/sh: 1: set: Illegal option -o pipefail\n"),
        (1, "trap: ERR: bad trap\n"),
    ],
    "no_script": [
        (2, "/bin/sh: 1: .: x: not found\n"),
        (2, "sh: source: line 0: can't open './x': No such file or directory\n"),
        (2, "python3: can't open file '/x/example.py': [Errno 2] No such file or dir…\n"),
        (2, "/usr/bin/python3: can't open file '/x/e.py': [Errno 2] No such file or\n"),
        (2, "sh: 0: cannot open nosuch.sh: No such file\n"),
        (2, "sh: 0: Can't open nosuch.sh\n"),
        (2, "/bin/sh: 1: .: cannot open ./x: No such file\n"),
        (2, "sh: .: line 0: can't open './x': No such file or directory\n"),
        (127, "bash: nosuch.sh: No such file or directory\n"),
        (127, f"bash: nosuch.sh: {MISSING}\n"),
        (2, f'Can\'t open perl script "nosuch.pl": {MISSING}\n'),
        (
            1,
            "node:internal/modules/cjs/loader:1210\n  throw err;\n  ^\n\n"
            "Error: Cannot find module '/x/nosuch.js'\n"
            + "    at Module._resolveFilename (node:internal/modules/cjs/loader:1207:15)\n"
            * 9
            + "  code: 'MODULE_NOT_FOUND',\n  requireStack: []\n}\n\nNode.js v18.20.4\n",
        ),
    ],
    "no_module": [
        (
            1,
            'Traceback (most recent call last):\n  File "x.py", line 1, in <module>\n'
            "ModuleNotFoundError: No module named 'requests'\n",
        ),
        (1, "ImportError: No module named requests\n"),  # Python 2
        (1, "/usr/bin/python3: No module named requests\n"),
    ],
    "no_library": [
        (
            127,
            "x: error while loading shared libraries: libfoo.so.1: cannot open shared "
            "object file: No such file or directory\n",
        ),
        (
            127,
            "x: Fehler beim Laden der Shared Libraries: libfoo.so.1: Kann die "
            f"Shared-Object-Datei nicht öffnen: {MISSING}\n",
        ),
        (1, "ImportError: libopenblas.so.0: cannot open shared object file: No such f\n"),
    ],
    "sudo_password": [
        (1, "sudo: a terminal is required to read the password; either use the -S\n"),
        (1, "sudo: a password is required\n"),
        (1, "sudo: no tty present and no askpass program specified\n"),
        (
            1,
            "sudo: Zum Lesen des Passworts ist ein Terminal erforderlich; verwenden Sie "
            "entweder die Option -S, um aus der Standardeingabe zu lesen\n"
            "sudo: Ein Passwort ist notwendig\n",
        ),
    ],
    "sudo_not_allowed": [
        (1, "User pi is not allowed to run sudo on octopi.\n"),
        (1, "pi is not in the sudoers file.\n"),
        (1, "pi is not in the sudoers file.  This incident will be reported.\n"),
        (1, "»pi« ist nicht in der sudoers-Datei.\n"),
        (
            1,
            "Sorry, user pi is not allowed to execute '/sbin/reboot' as root on octopi.\n",
        ),
        (
            1,
            "Leider darf der Benutzer pi »/sbin/reboot« als root auf octopi nicht "
            "ausführen.\n",
        ),
    ],
    "sudo_no_privileges": [
        (
            1,
            'sudo: The "no new privileges" flag is set, which prevents sudo from running\n',
        ),
        (
            1,
            "sudo: Der Schalter »no new privileges« ist gesetzt, welcher sudo daran hind\n",
        ),
        (1, "sudo: effective uid is not 0, is sudo installed setuid root?\n"),
        (1, "sudo: /usr/bin/sudo must be owned by uid 0 and have the setuid bit set\n"),
    ],
    "sudo_missing": [
        (127, "/bin/sh: 1: sudo: not found\n"),
        (127, "bash: Zeile 1: sudo: Kommando nicht gefunden.\n"),
    ],
    "needs_root": [
        (
            1,
            "Failed to restart x.service: Interactive authentication required.\nSee sys…\n",
        ),
        (4, "Failed to start x.service: Access denied\nSee system logs and 'systemctl\n"),
        (1, "Call to Reboot failed: Interactive authentication required.\n"),
        (
            1,
            "Error: Failed to add/activate new connection: Not authorized to control "
            "networking.\n",
        ),
        (1, "Failed to reboot system via logind: Access denied\n"),
        (
            100,
            "E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permissi)\n"
            "E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), "
            "are you root?\n",
        ),
        (
            100,
            "E: Erlangen der Sperre für die Dpkg-Oberfläche (/var/lib/dpkg/lock-frontend) "
            "nicht möglich; sind Sie root?\n",
        ),
        (2, "dpkg: error: requested operation requires superuser privilege\n"),
        (2, "dpkg: Fehler: Angeforderte Operation benötigt Superuser-Rechte\n"),
        (32, "mount: /mnt: must be superuser to use mount.\n"),
        (1, "shutdown: Need to be root\n"),
    ],
    "device_rights": [
        (1, "PermissionError: [Errno 13] Permission denied: '/dev/i2c-1'\n"),
        (
            1,
            "serial.serialutil.SerialException: [Errno 13] could not open port "
            "/dev/ttyUSB0: [Errno 13] Permission denied: '/dev/ttyUSB0'\n",
        ),
        (1, "RuntimeError: No access to /dev/mem.  Try running as root!\n"),
        (
            1,
            "Error: Could not open file `/dev/i2c-1' or `/dev/i2c/1': Permission denied\n",
        ),
        (1, "gpioset: unable to open chip '/dev/gpiochip0': Permission denied\n"),
        (1, f"cat: /dev/video0: {DENIED}\n"),
        (2, "/bin/sh: 1: cannot create /dev/ttyUSB0: Permission denied\n"),
        (1, f"bash: Zeile 1: /dev/ttyUSB0: {DENIED}\n"),
    ],
    "docker_rights": [
        (
            1,
            "Got permission denied: dial unix /var/run/docker.sock: connect: permission denied\n",
        ),
        (
            1,
            "permission denied while trying to connect to the Docker daemon socket at "
            "unix:///var/run/docker.sock: Get "
            '"http://%2Fvar%2Frun%2Fdocker.sock/v1.24/containers/json": dial unix '
            "/var/run/docker.sock: connect: permission denied\n",
        ),
        (1, "PermissionError: [Errno 13] Permission denied: '/var/run/docker.sock'\n"),
    ],
    "file_rights": [
        (1, "PermissionError: [Errno 13] Permission denied: '/root/x'\n"),
        (1, "cat: /root/x: Permission denied\n"),
        (1, "cp: cannot create regular file '/etc/x': Permission denied\n"),
        (1, f"cp: reguläre Datei '/etc/x' kann nicht angelegt werden: {DENIED}\n"),
        (2, "/bin/sh: 1: cannot create /etc/x: Permission denied\n"),
        (1, f"bash: Zeile 1: /etc/x: {DENIED}\n"),
        (1, "tee: /sys/class/gpio/export: Permission denied\n"),
    ],
    "no_systemd": [
        (
            1,
            "System has not been booted with systemd as init system (PID 1). Can't "
            "operate.\nFailed to connect to bus: Host is down\n",
        ),
        (1, "Failed to connect to bus: Der Rechner ist nicht aktiv\n"),
        (127, "/bin/sh: 1: systemctl: not found\n"),
    ],
    "no_user_services": [
        (
            1,
            "Failed to connect to bus: $DBUS_SESSION_BUS_ADDRESS and $XDG_RUNTIME_DIR not "
            "defined (consider using --machine=<user>@.host --user to connect to bus)\n",
        ),
        (1, "Failed to connect to bus: Kein Medium gefunden\n"),
    ],
    "no_unit": [
        (5, "Failed to restart webcam.service: Unit webcam.service not found.\n"),
        (4, "Unit webcam.service could not be found.\n"),
        (1, "Failed to enable unit: Unit file webcam.service does not exist.\n"),
    ],
    "no_docker": [
        (1, "failed to connect to the docker API at unix:///var/run/docker.sock\n"),
        (
            1,
            "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the\n",
        ),
    ],
    "packages_busy": [
        (2, "dpkg: error: dpkg frontend lock was locked by another process with pid 9\n"),
        (
            100,
            "E: Unable to lock the administration directory (/var/lib/dpkg/), is another process using it?\n",
        ),
        (
            100,
            "E: Erlangen der Sperre für die Dpkg-Oberfläche (/x) nicht möglich; wird sie von einem anderen Prozess verwendet?\n",
        ),
        (
            100,
            "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 9\n"
            "E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), "
            "is another process using it?\n",
        ),
        (100, "E: Sperre /var/lib/dpkg/lock konnte nicht erlangt werden. Sie wird von\n"),
    ],
    "unknown_host": [
        (10, "rsync: getaddrinfo: nas 873: Name or service not known\n"),
        (255, "ssh: Could not resolve hostname nas: Name or service not known\r\n"),
        (
            255,
            "ssh: Could not resolve hostname nas: Temporary failure in name resolution\n",
        ),
        (
            6,
            "  % Total    % Received % Xferd  Average Speed\n\r  0     0    0     0    0"
            "     0      0      0 --:--:--     0curl: (6) Could not resolve host: nas\n",
        ),
        (4, "wget: unable to resolve host address 'nas'\n"),
        (4, "wget: Host-Adresse »nas« kann nicht aufgelöst werden\n"),
        (2, "ping: nas: Name or service not known\n"),
        (2, "ping: nas: Der Name oder der Dienst ist nicht bekannt\n"),
        (2, "ping: nas: Temporärer Fehler bei der Namensauflösung\n"),
        (
            128,
            "fatal: unable to access 'https://nas/x/': Could not resolve host: nas\n",
        ),
        (1, "socket.gaierror: [Errno -3] Temporary failure in name resolution\n"),
        (
            1,
            "urllib.error.URLError: <urlopen error [Errno -2] Name or service not known>\n",
        ),
        (1, "Error: getaddrinfo ENOTFOUND nas\n"),
    ],
    "connection_refused": [
        (
            128,
            "fatal: unable to access 'https://x/': Failed to connect to x port 443: Connection refused\n",
        ),
        (
            128,
            "Schwerwiegend: konnte nicht auf 'http://x/' zugreifen: Failed to connect to x port 1 after 0 ms: Couldn't connect to server\n",
        ),
        (1, "Error: connect ECONNREFUSED 127.0.0.1:1\n"),
        (255, "ssh: connect to host nas port 22: Connection refused\r\n"),
        (
            7,
            "curl: (7) Failed to connect to nas port 80 after 0 ms: Connection refused\n",
        ),
        (7, "curl: (7) Failed to connect to nas port 1: Couldn't connect to server\n"),
        (4, "Connecting to 127.0.0.1:1... failed: Connection refused.\n"),
        (
            4,
            "Verbindungsaufbau zu 127.0.0.1:1 … fehlgeschlagen: Verbindungsaufbau "
            "abgelehnt.\n",
        ),
        (1, "ConnectionRefusedError: [Errno 111] Connection refused\n"),
        (
            10,
            "rsync: [sender] failed to connect to nas (10.0.0.2): Connection refused (111)\n",
        ),
    ],
    "no_connection": [
        (
            128,
            "fatal: unable to access 'https://x/': Failed to connect to x port 443: Connection timed out\n",
        ),
        (1, "Error: connect ETIMEDOUT 10.0.0.2:1\n"),
        (
            10,
            "rsync: [sender] failed to connect to nas (10.0.0.2): No route to host (113)\n",
        ),
        (255, "ssh: connect to host nas port 22: No route to host\r\n"),
        (255, "ssh: connect to host nas port 22: Connection timed out\r\n"),
        (28, "curl: (28) Connection timed out after 5001 milliseconds\n"),
        (
            4,
            "Verbindungsaufbau zu 10.0.0.2:80 … fehlgeschlagen: Keine Route zum Zielre"
            "chner.\n",
        ),
        (1, "OSError: [Errno 113] No route to host\n"),
        (1, "TimeoutError: [Errno 110] Connection timed out\n"),
    ],
    "ssh_host_key": [
        (255, "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n"),
        (255, "Host key verification failed.\r\n"),
        (
            128,
            "Host key verification failed.\r\n"
            "fatal: Could not read from remote repository.\n\n"
            "Please make sure you have the correct access rights\n"
            "and the repository exists.\n",
        ),
        (
            128,
            "Host key verification failed.\r\n"
            "Schwerwiegend: Konnte nicht vom Remote-Repository lesen.\n\n"
            "Bitte stellen Sie sicher, dass die korrekten Zugriffsberechtigungen "
            "bestehen\nund das Repository existiert.\n",
        ),
    ],
    "ssh_login": [
        (255, "pi@nas: Permission denied (publickey,password).\r\n"),
        (5, "Permission denied (publickey).\n"),
        (
            128,
            "git@github.com: Permission denied (publickey).\r\n"
            "fatal: Could not read from remote repository.\n\n"
            "Please make sure you have the correct access rights\n"
            "and the repository exists.\n",
        ),
    ],
    "input_wanted": [
        (
            128,
            "Schwerwiegend: could not read Username for 'https://x': Kein passendes Gerät bzw. keine passende Adresse gefunden\n",
        ),
        (1, 'Traceback…\n    input("Go? ")\nEOFError: EOF when reading a line\n'),
        (
            128,
            "fatal: could not read Username for 'https://github.com': No such device or "
            "address\n",
        ),
    ],
    "terminal_wanted": [
        (1, "Must be connected to a terminal.\n"),
        (1, "the input device is not a TTY\n"),
        (1, "TERM environment variable not set.\n"),
        (1, "Error opening terminal: unknown.\n"),
        (1, "_curses.error: setupterm: could not find terminal\n"),
    ],
    "disk_full": [
        (100, "E: Sie haben nicht genug Platz in /var/cache/apt/archives/.\n"),
        (1, "dd: error writing '/x': No space left on device\n"),
        (
            1,
            "dd: Fehler beim Schreiben von '/x': Auf dem Gerät ist kein Speicherplatz mehr "
            "verfügbar\n1+0 Datensätze ein\n0+0 Datensätze aus\n0 Bytes kopiert\n",
        ),
        (
            1,
            "bash: Zeile 1: echo: Schreibfehler: Auf dem Gerät ist kein Speicherplatz "
            "mehr verfügbar.\n",
        ),
        (1, "OSError: [Errno 28] No space left on device: '/x'\n"),
        (11, 'rsync: [receiver] write failed on "/x": No space left on device (28)\n'),
        (100, "E: You don't have enough free space in /var/cache/apt/archives/.\n"),
    ],
    "read_only": [
        (1, "touch: cannot touch '/x': Read-only file system\n"),
        (1, "touch: '/x' kann nicht berührt werden: Das Dateisystem ist nur lesbar\n"),
        (1, "OSError: [Errno 30] Read-only file system: '/x'\n"),
    ],
    "quota": [
        (1, "OSError: [Errno 122] Disk quota exceeded\n"),
        (1, "cp: error writing '/x': Disk quota exceeded\n"),
        (
            1,
            "cp: Fehler beim Schreiben von '/x': Der zugewiesene Plattenplatz (Quota) ist "
            "überschritten\n",
        ),
    ],
    "out_of_memory": [
        (-9, ""),
        (137, "Killed\n"),
        (137, "bash: line 1: 17756 Killed                  sh -c 'kill -9 $$'\n"),
        (137, "bash: Zeile 1: 17761 Getötet                sh -c 'kill -9 $$'\n"),
    ],
    "killed": [
        (-15, ""),
        (143, "Terminated\n"),
        (143, "Beendet\n"),
        (129, "Hangup\n"),
    ],
    "crashed": [
        (-11, ""),
        (139, "Segmentation fault\n"),
        (139, "Segmentation fault (core dumped)\n"),
        (139, "bash: Zeile 1: 17769 Speicherzugriffsfehler  ./x\n"),
        (134, "terminate called\nbash: line 1: 17773 Aborted                 ./x\n"),
        (135, "bash: Zeile 1: 17793 Bus-Zugriffsfehler      ./x\n"),
        (132, "bash: Zeile 1: 17802 Ungültiger Maschinenbefehl   ./x\n"),
    ],
}

EXAMPLES = [
    (code, exit_code, stderr)
    for code, examples in EXPLAINED.items()
    for exit_code, stderr in examples
]


@pytest.mark.parametrize(("code", "exit_code", "stderr"), EXAMPLES)
def test_explained(code, exit_code, stderr):
    assert code_of(exit_code, stderr) == code


@pytest.mark.parametrize(("code", "exit_code", "stderr"), EXAMPLES)
def test_explained_with_both_outputs_in_one(code, exit_code, stderr):
    """As with ``2>&1``."""
    assert code_of(exit_code, "", stdout=f"before\n{stderr}") == code


@pytest.mark.parametrize(("code", "exit_code", "stderr"), EXAMPLES)
def test_what_is_far_from_the_end_is_over(code, exit_code, stderr):
    later = "".join(f"step {number} is done\n" for number in range(9))

    assert exit_code < 0 or code_of(exit_code, stderr + later) is None


def test_every_rule_has_an_example():
    lines = [
        line
        for text in [*(stderr for _, _, stderr in EXAMPLES), *STDOUT]
        for line in text.replace("\r\n", "\n").split("\n")
    ]
    patterns = [
        rule.pattern for rule in RULES if "suspect" not in rule.pattern.groupindex
    ]

    assert [p for p in patterns if not any(map(p.search, lines))] == []


# words of stdout that are understood although stderr says something, too
STDOUT = [
    "After this operation, 1 MB will be used.\nDo you want to continue? [Y/n] Abort.\n",
    "Nach dieser Operation wird 1 MB benutzt.\nMöchten Sie fortfahren? [J/n] Abbruch.\n",
]


@pytest.mark.parametrize("stdout", STDOUT)
def test_apt_asks_on_stdout(stdout):
    stderr = "WARNING: apt does not have a stable CLI interface. Use with caution\n"

    assert code_of(1, stderr, stdout=stdout) == "input_wanted"


UNEXPLAINED = [
    # programs about their own matters
    (1, "curl: (22) The requested URL returned error: 404 Not Found\n"),
    (22, "HTTP/1.1 404 Not Found\n"),
    (1, "ERROR 404: Not Found.\n"),
    (1, "printer.cfg: section extruder: not found\n"),
    (1, "sensor 28-0316a: not found\n"),
    (2, "ls: cannot access '/nosuch': No such file or directory\n"),
    (2, f"ls: Zugriff auf '/nosuch' nicht möglich: {MISSING}\n"),
    (1, "cat: /nosuch: No such file or directory\n"),
    (1, "cp: cannot stat '/nosuch': No such file or directory\n"),
    (1, "error: pathspec 'x' did not match any file(s) known to git\n"),
    (128, "fatal: not a git repository (or any of the parent directories): .git\n"),
    (128, "fatal: repository '/nosuch/repo' does not exist\n"),
    (2, "make: *** No rule to make target 'nosuch'.  Stop.\n"),
    (2, "make: nosuch: No such file or directory\nmake: *** [Makefile:2: x] Error 127\n"),
    (1, "FileNotFoundError: [Errno 2] No such file or directory: '/dev/nosuch'\n"),
    (1, "E: Unable to locate package nosuch\n"),
    (1, "Job for x.service failed because the control process exited with error code.\n"),
    (3, "Unit webcam.service is not active.\n"),
    (1, "ValueError: could not convert string to float: 'killed'\n"),
    (1, "KeyError: 'sudo'\n"),
    (1, "EOFError: Ran out of input\n"),
    (1, "tmp.txt: a line that says Permission denied\n"),
    (1, "error: the other side says permission denied\n"),
    (1, "mqtt: connection refused: not authorised\n"),
    (1, "Error: Access denied\n"),
    (1, "ERROR 1045 (28000): Access denied for user 'pi'@'localhost'\n"),
    (1, "Error: Not authorized\n"),
    (1, "remote: Permission to x/y.git denied to z.\n"),
    (1, "the job was Killed\n"),
    (1, "Killed 3 processes\n"),
    (1, "read-only file systems are fine\n"),
    (1, "inotify_add_watch: add watch failed: inotify: No space left on device\n"),
    (1, "I know that sudo is required\n"),
    (1, "T:21.3 /0.0 B:20.9 /0.0 @:0 B@:0\n"),
    (1, "humidity=48.1% temp=21.3C: checksum error\n"),
    (1, "debconf: unable to initialize frontend: Dialog\n"),
    (1, "Pseudo-terminal will not be allocated because stdin is not a terminal.\n"),
    (1, "stdin: is not a tty\n"),
    (2, "foo.sh: 3: Syntax error: Unterminated quoted string\n"),
    # return codes of one's own, with words of one's own
    *(
        (code, "it did not work\n")
        for code in (1, 2, 3, 125, 126, 127, 128, 150, 192, 255)
    ),
    (137, "it did not work\n"),
    (143, "Terminated\nthat was the motor, and this is the next line\nand one more\n"),
    (137, "Terminated\n"),
    (150, ""),
    (130, ""),
    (139, ""),
    (127, "nosuch.stl: the model was not found\n"),
    (1, "/bin/sh: 1: nosuch: not found\n"),  # and the script went on
    (126, "cannot execute the order\n"),
]


@pytest.mark.parametrize(("exit_code", "stderr"), UNEXPLAINED)
def test_unexplained(exit_code, stderr):
    assert code_of(exit_code, stderr) is None
    assert code_of(exit_code, "", stdout=stderr) is None


@pytest.mark.parametrize(
    ("command_line", "exit_code", "stderr"),
    [
        ("ssh nas nosuch", 127, "bash: line 1: nosuch: command not found\n"),
        ("ssh nas 'cat /x'", 1, "cat: /x: Permission denied\n"),
        ("sshpass -f x ssh nas ./x", 126, "bash: ./x: Permission denied\n"),
        ("docker exec web nosuch", 127, "sh: 1: nosuch: not found\n"),
        ("ssh nas sudo reboot", 1, "sudo: a password is required\n"),
        (
            "ssh nas python3 -c 'import x'",
            1,
            "ModuleNotFoundError: No module named 'x'\n",
        ),
        (
            "ssh nas sudo systemctl stop x",
            5,
            "Failed to stop x.service: Unit x.service not found.\n",
        ),
        ("scp x nas:/root/x", 1, "scp: /root/x: Permission denied\n"),
        ("./copy.sh", 1, "scp: /root/x: Permission denied\n"),
        (
            "rsync -a nas:/root .",
            23,
            'rsync: opendir "/root" failed: Permission denied (13)\n',
        ),
        ("cd /; docker exec web cat /x", 1, "cat: /x: Permission denied\n"),
    ],
)
def test_the_other_side_is_not_explained(command_line, exit_code, stderr):
    assert code_of(exit_code, stderr, command_line) is None


def test_ssh_itself_may_be_missing():
    assert code_of(127, "/bin/sh: 1: ssh: not found\n", "ssh nas true") == "not_found"


def test_sudo_comes_before_the_other_side():
    stderr = "sudo: a password is required\n"

    assert code_of(1, stderr, "sudo docker exec web true") == "sudo_password"
    assert code_of(1, stderr, "sudo docker ps") == "sudo_password"


def test_other_words_on_stdout_are_data_if_there_is_stderr():
    found = "sudo: a password is required\n"

    assert (
        code_of(1, "grep: (standard input): binary file matches\n", stdout=found) is None
    )


def test_the_last_reason_counts():
    stderr = "sudo: a password is required\nOSError: [Errno 28] No space left on device\n"

    assert code_of(1, stderr) == "disk_full"


def test_colors_and_progress_are_not_in_the_way():
    stderr = "10 %\r50 %\r\x1b[31mEOFError: EOF when reading a line\x1b[0m\n"

    assert code_of(1, stderr) == "input_wanted"


@pytest.mark.parametrize(
    "start", ["", "a: ", "sudo: ", "Error: ", "/dev/a", "\r", "'x': ", "rm: : "]
)
def test_any_amount_of_anything_is_bounded(start):
    text = "\n".join(start * (16 * 1024 // max(1, len(start)) // 4) for _ in range(4))

    assert code_of(127, text, stdout=text) in (None, "not_found")
