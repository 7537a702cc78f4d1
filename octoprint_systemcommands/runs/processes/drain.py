"""Reads on where this server cannot: what a command writes after the server's end.

Who writes into a pipe that nobody can read from is killed by that. So the outputs of a command
that outlives the server are open in one more process, a tiny one. It does nothing for as long
as the server is there, and then it throws away what comes, until nobody can write any more.
"""

import contextlib
import logging
import os
import subprocess
import threading
from collections.abc import Collection, Mapping

_logger = logging.getLogger("octoprint.plugins.systemcommands.runs.processes.drain")

# Nothing is ever said on its stdin, but that ends with the server, however the server ends.
# The outputs are opened anew: as they are they do not block, and cat would give up.
_SCRIPT = 'read -r _; for fd; do cat <"/dev/fd/$fd" & done >/dev/null 2>&1; wait'


class Drain:
    """The process that is there for the outputs of one command.

    Arguments:
        outputs: the file descriptors to read from
        environment: its environment, which must not have the mark of a run
    """

    def __init__(self, outputs: Collection[int], environment: Mapping[bytes, bytes]):
        self._server_is_there = -1
        try:
            stdin, self._server_is_there = os.pipe()
            try:
                process = subprocess.Popen(
                    [
                        "/bin/sh",
                        "-c",
                        _SCRIPT,
                        "systemcommands-drain",
                        *map(str, outputs),
                    ],
                    stdin=stdin,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=outputs,
                    start_new_session=True,
                    env=environment,
                    cwd="/",
                )
            finally:
                os.close(stdin)
        except Exception as error:
            # the command goes on all the same, for as long as the server does at least
            _logger.warning(f"A command may not get over the end of the server: {error}")
            return
        # somebody has to collect its end
        waiting = threading.Thread(
            target=process.wait, name="systemcommands.drain", daemon=True
        )
        with contextlib.suppress(RuntimeError):
            waiting.start()

    def close(self) -> None:
        """To be called when the server reads no more, be it that nobody writes any more."""
        if self._server_is_there >= 0:
            os.close(self._server_is_there)
            self._server_is_there = -1
