"""What is said of each reason of a failure, see `hint_texts`."""

from ..messages import N_
from ..runs.failure_hints import hints
from .hint_form import Text
from .hint_words_around import AROUND

_FOLDER = N_("The command ran in the folder %(folder)s.")

# Of the texts for a reason, the first one counts whose values are known
TEXTS = (
    Text(
        hints.TIMED_OUT,
        N_("It was stopped because it took longer than its timeout of %(seconds)s s."),
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
    *AROUND,
)
