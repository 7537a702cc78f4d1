"""What failures look like that have to do with what is around a program: services, the network,
input and disks. See `rules`.
"""

from . import hints
from .rule import CLOSE, NAME, OPEN, Rule, rules

# Error texts of the C library
_FULL = r"(?:No space left on device|Auf dem Gerät ist kein Speicherplatz mehr verfügbar)"
_UNKNOWN = (
    r"(?:Name or service not known|Temporary failure in name resolution|"
    r"No address associated with hostname|nodename nor servname provided|"
    r"Der Name oder der Dienst ist nicht bekannt|Name oder Service unbekannt|"
    r"(?:Temporärer|Vorübergehender) Fehler bei der Namensauflösung)"
)
_NO_ANSWER = (
    r"(?:(?:Connection|Operation) timed out|No route to host|"
    r"(?:Network|Host) is unreachable|Die Wartezeit für die Verbindung ist abgelaufen|"
    r"Keine Route zum Zielrechner|Das Netzwerk ist nicht erreichbar)"
)
_REFUSED = r"(?:Connection refused|Verbindungsaufbau abgelehnt)"

RULES_AROUND: tuple[Rule, ...] = (
    # -- Docker and systemd
    *rules(
        hints.DOCKER_RIGHTS,
        r"permission denied while trying to connect to the Docker (?:daemon socket|API) at ",
        r"dial unix /\S{0,100}docker\.sock: connect: permission denied",
        of_here=True,
    ),
    *rules(
        hints.NO_DOCKER,
        r"Cannot connect to the Docker daemon at ",
        r"failed to connect to the docker API at ",
        of_here=True,
    ),
    *rules(
        hints.NO_USER_SERVICES,
        r"^Failed to connect to (?:user scope )?bus.{0,40}: (?:\$DBUS_SESSION_BUS_ADDRESS|"
        r"No medium found|Kein Medium gefunden)",
        of_here=True,
    ),
    *rules(
        hints.NO_SYSTEMD,
        r"System has not been booted with systemd",
        r"^Failed to connect to (?:the )?(?:system scope )?bus",
        of_here=True,
    ),
    *rules(
        hints.NO_UNIT,
        r"^Failed to \S+ (?:unit: )?.{0,200}Unit (?P<unit>[\w@.:\\-]{1,200}) not found\.?$",
        r"^Unit (?P<unit>[\w@.:\\-]{1,200}) (?:could not be found|not loaded)\.?$",
        r"^Failed to \S+ unit: Unit file (?P<unit>[\w@.:\\-]{1,200}) does not exist\.?$",
        of_here=True,
    ),
    *rules(
        hints.NEEDS_ROOT,
        r"^(?:Failed to |Call to |Error: |==== AUTH).{0,300}"
        r"Interactive authentication (?:is )?required",
        r"^Failed to \S+ \S{1,200}\.(?:service|socket|timer|target|mount|path): Access denied",
        r"^Failed to (?:reload daemon|\S{1,20} system via logind|set .{1,60}): Access denied",
        r"^Error: .{0,200}Not authorized to control networking",
        r"^E: .{0,200}(?:[Aa]re you root\?|sind Sie root\?|Sind Sie root\?)",
        r"^dpkg: .{0,40}(?:requested operation requires superuser privilege|"
        r"Angeforderte Operation benötigt Superuser-Rechte)",
        r"^(?:shutdown|reboot|halt|poweroff): (?:Need to be root|must be superuser|"
        r"Operation not permitted|Die Operation ist nicht erlaubt)",
        r"^u?mount: .{0,300}(?:must be superuser to|only root can |"
        r"nur (?:root|der Administrator) (?:kann|darf))",
        of_here=True,
    ),
    *rules(
        hints.PACKAGES_BUSY,
        r"^E: (?:Could not get lock |Sperre \S{1,200} konnte nicht erlangt werden)",
        r"^E: .{0,200}(?:is another process using it\?|"
        r"wird (?:sie|es) von einem anderen Prozess verwendet\?)",
        r"^dpkg: .{0,200}lock.{0,100} (?:is|was) locked by another process",
        of_here=True,
    ),
    # -- network
    *rules(
        hints.SSH_HOST_KEY,
        r"^Host key verification failed\.",
        r"^@ +WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!",
    ),
    *rules(
        hints.SSH_LOGIN,
        r"^(?:\S{1,200}: )?Permission denied \((?:publickey|password|keyboard-interactive|"
        r"gssapi)[\w,-]{0,100}\)\.",
    ),
    *rules(
        hints.UNKNOWN_HOST,
        rf"^ssh: Could not resolve hostname (?P<host>{NAME}): ",
        rf"curl: \(6\) Could not resolve host: (?P<host>{NAME})",
        rf"^wget: unable to resolve host address {OPEN}(?P<host>{NAME}){CLOSE}$",
        rf"^wget: Host-Adresse {OPEN}(?P<host>{NAME}){CLOSE} kann nicht aufgelöst werden$",
        rf"^ping: (?P<host>{NAME}): {_UNKNOWN}$",
        r"^(?:fatal|[Ss]chwerwiegend): .{0,300}Could not resolve host: "
        rf"(?P<host>{NAME})",
        r"^(?:\w+\.)*gaierror: \[Errno -[235]\] ",
        r"^(?:\w+\.)*\w*Error: .{0,600}(?:\[Errno -[235]\] "
        rf"{_UNKNOWN}|Failed to resolve '{NAME}')",
        r"getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (?P<host>[\w.-]{1,200})",
        rf"^rsync: .{{0,60}}getaddrinfo: (?P<host>{NAME}) \d*: {_UNKNOWN}",
    ),
    *rules(
        hints.CONNECTION_REFUSED,
        rf"^(?:ssh|nc|telnet|ftp): .{{0,200}}: {_REFUSED}\.?\r?$",
        r"curl: \(7\) Failed to connect to .{1,200}(?:Connection refused|"
        r"Couldn't connect to server|Could not connect to server)",
        r"^(?:Connecting to|Verbindungsaufbau zu) .{1,300}"
        r"(?:failed|fehlgeschlagen): (?:Connection refused|Verbindungsaufbau abgelehnt)",
        r"^(?:fatal|[Ss]chwerwiegend): .{0,300}Failed to connect to .{1,200}"
        r"(?:Connection refused|Couldn't connect to server)",
        r"^(?:\w+\.)*\w*Error: .{0,600}\[Errno 111\] ",
        r"connect ECONNREFUSED ",
        rf"^rsync: .{{0,60}}failed to connect to .{{1,200}}: {_REFUSED} \(111\)",
    ),
    *rules(
        hints.NO_CONNECTION,
        rf"^(?:ssh|nc|telnet|ftp): .{{0,200}}: {_NO_ANSWER}\.?\r?$",
        r"curl: \((?:7|28)\) (?:Failed to connect to .{1,200}(?:No route to host|Network is "
        r"unreachable|Timeout was reached)|Connection timed out|Connection timeout)",
        r"^(?:Connecting to|Verbindungsaufbau zu) .{1,300}"
        rf"(?:failed|fehlgeschlagen): {_NO_ANSWER}",
        r"^(?:fatal|[Ss]chwerwiegend): .{0,300}(?:timed out|"
        r"Timeout was reached|No route to host|Network is unreachable)",
        r"^(?:\w+\.)*\w*Error: .{0,600}\[Errno (?:101|110|113)\] ",
        r"connect (?:ETIMEDOUT|EHOSTUNREACH|ENETUNREACH) ",
        rf"^rsync: .{{0,60}}failed to connect to .{{1,200}}: {_NO_ANSWER} \(1\d\d\)",
    ),
    # -- input
    *rules(
        hints.INPUT_WANTED,
        r"^EOFError(?:: EOF when reading a line)?$",
        r"^(?:fatal|[Ss]chwerwiegend): could not read (?:Username|Password) for ",
    ),
    *rules(
        hints.INPUT_WANTED,
        r"\[[YyJj]/n\] (?:Abort|Abbruch)\.$",
        on_stdout=True,
    ),
    *rules(
        hints.TERMINAL_WANTED,
        r"^(?:cannot attach stdin to a TTY-enabled container because |)"
        r"the input device is not a (?:TTY|terminal)",
        r"^(?:TERM environment variable not set\.|Error opening terminal: \S{1,60}\.)$",
        r"^(?:\w+\.)*error: (?:setupterm: could not find terminal|cbreak\(\) returned ERR)",
        r"^(?:Must be connected to a terminal|open terminal failed: not a terminal)\.?$",
    ),
    # -- disk
    *rules(
        hints.DISK_FULL,
        rf"^(?!.*inotify).{{0,600}}: {_FULL}(?: \(28\))?\.?$",
        r"^(?:\w+\.)*(?:OSError|IOError): \[Errno 28\] (?!.*inotify)",
        r"^E: You don't have enough free space in ",
        r"^E: Sie haben nicht genug Platz in ",
    ),
    *rules(
        hints.READ_ONLY,
        r": (?:Read-only file system|Das Dateisystem ist nur lesbar)(?: \(30\))?\.?$",
        r"^OSError: \[Errno 30\] ",
    ),
    *rules(
        hints.QUOTA,
        r": (?:Disk quota exceeded|Der zugewiesene Plattenplatz \(Quota\) ist "
        r"überschritten)(?: \(122\))?\.?$",
        r"^OSError: \[Errno 122\] ",
    ),
)
