"""The reasons why runs fail: their names, and what is noted of them.

They are found in `explanation`, and put into words when somebody asks. The names stand in
the history, so they stay as they are.
"""

from collections.abc import Mapping
from typing import NamedTuple

# What the runner itself knows
TIMED_OUT = "timed_out"
NOT_STARTED = "not_started"
REFUSED = "refused"
INTERRUPTED = "interrupted"
INTERRUPTED_ALIVE = "interrupted_alive"
DAMAGED = "damaged"

# Signals
KILLED = "killed"
CRASHED = "crashed"
OUT_OF_MEMORY = "out_of_memory"

# Programs and scripts that do not begin
NOT_FOUND = "not_found"
NOT_IN_PATH = "not_in_path"
NOT_EXECUTABLE = "not_executable"
WRONG_FORMAT = "wrong_format"
WINDOWS_LINE_ENDS = "windows_line_ends"
NO_INTERPRETER = "no_interpreter"
NOT_BASH = "not_bash"
NO_SCRIPT = "no_script"
NO_MODULE = "no_module"
NO_LIBRARY = "no_library"

# Rights
SUDO_PASSWORD = "sudo_password"
SUDO_NOT_ALLOWED = "sudo_not_allowed"
SUDO_NO_PRIVILEGES = "sudo_no_privileges"
SUDO_MISSING = "sudo_missing"
NEEDS_ROOT = "needs_root"
DEVICE_RIGHTS = "device_rights"
DOCKER_RIGHTS = "docker_rights"
FILE_RIGHTS = "file_rights"

# Services
NO_SYSTEMD = "no_systemd"
NO_USER_SERVICES = "no_user_services"
NO_UNIT = "no_unit"
NO_DOCKER = "no_docker"
PACKAGES_BUSY = "packages_busy"

# Network
UNKNOWN_HOST = "unknown_host"
CONNECTION_REFUSED = "connection_refused"
NO_CONNECTION = "no_connection"
SSH_HOST_KEY = "ssh_host_key"
SSH_LOGIN = "ssh_login"

# Input and disk
INPUT_WANTED = "input_wanted"
TERMINAL_WANTED = "terminal_wanted"
DISK_FULL = "disk_full"
READ_ONLY = "read_only"
QUOTA = "quota"


class Hint(NamedTuple):
    """A reason, to be put into words in the language of who asks.

    Attributes:
        code: one of the above
        values: what the words need, texts only
    """

    code: str
    values: Mapping[str, str] = {}
