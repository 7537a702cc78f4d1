"""What the command line ends with when it is not the command that has ended; from sysexits.h.

A script tells by these what has happened: see docs/cli.md.
"""

OK = 0
# it was called wrongly: no such command, wrong arguments
USAGE = 64
# the server does not answer, or the plugin is not there
UNAVAILABLE = 69
# the server has failed, the command could not be started, nobody knows its end, or the output
# cannot be written
SOFTWARE = 70
# not now: it runs already, a print is under way, too much is going on
NOT_NOW = 75
# no key, a wrong one, or one that may not do this
NO_PERMISSION = 77

# as `timeout` of GNU has it
TIMED_OUT = 124
# plus the number of a signal, as shells have it
SIGNAL = 128


class CliError(Exception):
    """It goes no further; says what to do.

    Arguments:
        message: for people
        exit_code: for scripts
    """

    def __init__(self, message: str, exit_code: int):
        super().__init__(message)
        self.exit_code = exit_code
