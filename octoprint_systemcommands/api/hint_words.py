"""What is said of each reason of a failure, see `hint_texts`."""

from typing import NamedTuple

from ..messages import N_
from ..runs.failure_hints import hints


class Text(NamedTuple):
    """What to say of a reason; format strings.

    Attributes:
        code: of the reason
        text: for all
        detail: what those are told in addition who may edit commands, if its values are
            known
        asks: all others are to ask an administrator
    """

    code: str
    text: str
    detail: str = ""
    asks: bool = False


_FOLDER = N_("The command ran in the folder %(folder)s.")

# Of the texts for a reason, the first one counts whose values are known
TEXTS = (
    Text(
        hints.TIMED_OUT,
        N_(
            "It was stopped because it took longer than its timeout of %(seconds)s "
            "seconds."
        ),
    ),
    Text(
        hints.NOT_STARTED,
        N_("It could not be started: %(error)s"),
    ),
    Text(
        hints.INTERRUPTED,
        N_(
            "OctoPrint ended while this was running, so nobody knows how it went. It is "
            "not running any more."
        ),
    ),
    Text(
        hints.INTERRUPTED_ALIVE,
        N_(
            "OctoPrint ended while this was running, so its output was lost. It was "
            "still running when OctoPrint started again (process %(pids)s)."
        ),
    ),
    Text(
        hints.DAMAGED,
        N_(
            "The record of this run is damaged, or a later version of the plugin has "
            "written it: not all of it can be read (%(fields)s)."
        ),
    ),
    Text(
        hints.KILLED,
        N_("It was ended by the signal %(signal)s from outside."),
    ),
    Text(
        hints.CRASHED,
        N_(
            "The program has crashed (%(signal)s). That is a fault of the program, or "
            "of what it uses, or it does not fit this machine."
        ),
    ),
    Text(
        hints.OUT_OF_MEMORY,
        N_(
            "It was killed from outside (%(signal)s). If nobody did that by hand, the "
            "machine has run out of memory."
        ),
    ),
    Text(
        hints.NOT_FOUND,
        N_('"%(path)s" is not there. Check the spelling of its path.'),
        _FOLDER,
    ),
    Text(
        hints.NOT_FOUND,
        N_(
            'The program "%(program)s" was not found. Check the spelling, install it, '
            "or give its whole path: OctoPrint does not know all the folders that a "
            "login shell looks into."
        ),
    ),
    Text(
        hints.NOT_FOUND,
        N_(
            "Its return code says that a program was not found. Check the spelling, or "
            "give its whole path."
        ),
    ),
    Text(
        hints.NOT_IN_PATH,
        N_(
            'The program "%(program)s" is in a folder that OctoPrint does not look '
            "into. Give its whole path. It may need sudo, too."
        ),
        N_("Here it is %(path)s."),
    ),
    Text(
        hints.NOT_EXECUTABLE,
        N_(
            '"%(program)s" was found, but cannot be executed. Check its permissions '
            '("chmod +x") and its first line.'
        ),
    ),
    Text(
        hints.NOT_EXECUTABLE,
        N_(
            "Its return code says that a program was found, but may not be executed. "
            "Check its permissions."
        ),
    ),
    Text(
        hints.WRONG_FORMAT,
        N_(
            '"%(program)s" was made for another kind of machine, or it is damaged, or '
            'it is a script without a first line like "#!/bin/sh".'
        ),
    ),
    Text(
        hints.WINDOWS_LINE_ENDS,
        N_(
            'The script "%(file)s" has the line ends of Windows. Change them by "sed -i '
            "'s/\\r$//'\" and the name of the file, or by dos2unix."
        ),
    ),
    Text(
        hints.WINDOWS_LINE_ENDS,
        N_(
            'There are line ends of Windows in a script. Change them by "sed -i '
            "'s/\\r$//'\" and the name of the file, or by dos2unix."
        ),
    ),
    Text(
        hints.NO_INTERPRETER,
        N_(
            'The script "%(program)s" is there, but not the program that its first line '
            "names. Change that line, or install the program."
        ),
        N_("The line is: %(first_line)s"),
    ),
    Text(
        hints.NO_INTERPRETER,
        N_(
            'The first line of a script asks for "%(interpreter)s", which was not '
            'found. Change that line ("python3" instead of "python", for example), or '
            "install it."
        ),
    ),
    Text(
        hints.NOT_BASH,
        N_(
            "The shell /bin/sh does not understand a part of this. If it is written for "
            'Bash, begin the command with the line "#!/bin/bash"; call a script by '
            '"bash" instead of "sh".'
        ),
    ),
    Text(
        hints.NO_SCRIPT,
        N_(
            'The file "%(file)s" is not there. Give its whole path, or set the folder '
            "that the command runs in."
        ),
        _FOLDER,
    ),
    Text(
        hints.NO_MODULE,
        N_(
            'This Python does not have the module "%(module)s". Install it for this '
            "one, or use the Python that has it, by its whole path."
        ),
        N_("This one is %(python)s."),
    ),
    Text(
        hints.NO_LIBRARY,
        N_(
            'The library "%(library)s" is missing, which the program needs. Install the '
            "package that has it, or install the program anew for this system."
        ),
    ),
    Text(
        hints.SUDO_PASSWORD,
        N_(
            "sudo asks for a password, and there is nobody who could enter it here. "
            "This command has to be allowed without one."
        ),
        asks=True,
    ),
    Text(
        hints.SUDO_NOT_ALLOWED,
        N_("sudo does not allow this to the user that OctoPrint runs as."),
        asks=True,
    ),
    Text(
        hints.SUDO_NO_PRIVILEGES,
        N_(
            "sudo cannot become root here: OctoPrint was started without the right to, "
            'as in some containers and by services with "NoNewPrivileges=yes". Change '
            "how it is started."
        ),
    ),
    Text(
        hints.SUDO_MISSING,
        N_(
            "There is no sudo here. Leave it out if OctoPrint runs as root, as in many "
            "containers, or install it."
        ),
    ),
    Text(
        hints.NEEDS_ROOT,
        N_("The user that OctoPrint runs as may not do this."),
        N_("Put sudo in front of it, and allow that without a password in sudoers."),
        asks=True,
    ),
    Text(
        hints.DEVICE_RIGHTS,
        N_("The user that OctoPrint runs as may not use %(device)s."),
        N_(
            'Add it to the group %(group)s by "sudo usermod -aG %(group)s %(user)s", '
            "and restart OctoPrint."
        ),
        asks=True,
    ),
    Text(
        hints.DOCKER_RIGHTS,
        N_("The user that OctoPrint runs as may not use Docker."),
        N_(
            'Add it to the group docker by "sudo usermod -aG docker %(user)s", which is '
            "as good as making it root, and restart OctoPrint."
        ),
        asks=True,
    ),
    Text(
        hints.FILE_RIGHTS,
        N_(
            'The user that OctoPrint runs as may not read or change "%(file)s". Change '
            "the permissions or the owner of the file."
        ),
    ),
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
