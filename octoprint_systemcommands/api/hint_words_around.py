"""What is said of failures that have their reason around a program: services, the network,
inputs, the disk. See `hint_words`."""

from ..messages import N_
from ..runs.failure_hints import hints
from .hint_form import Text

AROUND = (
    Text(
        hints.NO_SYSTEMD,
        N_(
            "There is no systemd here that could start or stop services. In a "
            "container, OctoPrint cannot control the services of the machine around it."
        ),
    ),
    Text(
        hints.NO_USER_SERVICES,
        N_(
            "The services of a user are out of reach here. Give the command the "
            "environment variable XDG_RUNTIME_DIR (/run/user/ and the user's number), "
            'and let them run without a login by "loginctl enable-linger".'
        ),
    ),
    Text(
        hints.NO_UNIT,
        N_(
            'There is no service "%(unit)s". Look for its name by "systemctl '
            'list-unit-files".'
        ),
    ),
    Text(
        hints.NO_DOCKER,
        N_(
            'Docker does not run here, or is out of reach. Look by "systemctl status '
            'docker".'
        ),
    ),
    Text(
        hints.PACKAGES_BUSY,
        N_(
            "Another program is installing or updating packages. Try again when it is "
            "done."
        ),
    ),
    Text(
        hints.UNKNOWN_HOST,
        N_(
            'No machine is known by the name "%(host)s". Check its spelling, the '
            "network connection and the name server (DNS)."
        ),
    ),
    Text(
        hints.UNKNOWN_HOST,
        N_(
            "No machine is known by the name that was given. Check its spelling, the "
            "network connection and the name server (DNS)."
        ),
    ),
    Text(
        hints.CONNECTION_REFUSED,
        N_(
            "The other side was reached, but nothing answers at that port. Check "
            "whether the service runs there, and the port."
        ),
    ),
    Text(
        hints.NO_CONNECTION,
        N_(
            "The other side does not answer. Check its address, and whether it is "
            "switched on and in the same network."
        ),
    ),
    Text(
        hints.SSH_HOST_KEY,
        N_("ssh does not know the key of the other machine, or has known another one."),
        N_(
            'Connect once by hand as the same user ("sudo -u %(user)s ssh …") and '
            "confirm the key. If the machine was set up anew, remove the old key by "
            '"ssh-keygen -R" first.'
        ),
        asks=True,
    ),
    Text(
        hints.SSH_LOGIN,
        N_(
            "The other machine refuses the login by ssh: it knows no key of this one, "
            "and there is nobody who could enter a password here."
        ),
        N_(
            'The user %(user)s needs a key without a passphrase: "ssh-keygen" makes '
            'one, "ssh-copy-id" brings it there.'
        ),
        asks=True,
    ),
    Text(
        hints.INPUT_WANTED,
        N_(
            "It asks for an input, and there is nobody who could answer here. Tell it "
            'what it wants to know by options ("-y" for apt), a file, or arguments of '
            "the command."
        ),
    ),
    Text(
        hints.TERMINAL_WANTED,
        N_(
            'It wants a terminal, and there is none here. Leave out the options "-t" '
            'and "-it" of docker; what draws on a screen cannot be run from here.'
        ),
    ),
    Text(
        hints.DISK_FULL,
        N_('The disk that it writes to is full. Look by "df -h", and make room.'),
    ),
    Text(
        hints.READ_ONLY,
        N_(
            "The disk that it writes to can only be read. Either it is set up like "
            "that, or it is failing, as old SD cards do."
        ),
    ),
    Text(
        hints.QUOTA,
        N_("The user has used up what may be stored on the disk that it writes to."),
    ),
)
