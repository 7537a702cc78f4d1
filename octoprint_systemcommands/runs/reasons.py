"""The reason of a run's failure, without waiting for a disk that does not answer."""

import logging
import threading
from typing import Optional

from .failure_hints.hints import Hint
from .output.capture import STDERR, STDOUT
from .output.reader import excerpt
from .run import Run

_logger = logging.getLogger("octoprint.plugins.systemcommands.runs.reasons")

# Bytes of each output in which the reason is looked for
_EXCERPT = 16 * 1024

# How long the end of a run waits for its reason, and for its turn to look for it, in seconds
_PATIENCE = 1.0
_TURN = 0.1

# No more than these ever hang
_looking = threading.BoundedSemaphore(4)


def reason_of(run: Run, exit_code: int) -> Optional[Hint]:
    """Why a run has failed; None if that is not known, or takes too long to find out.

    Files that the output names are looked at, which may be on a share that is gone.

    Arguments:
        run: a run whose process has ended
        exit_code: its return code, not 0
    """
    if not _looking.acquire(timeout=_TURN):
        return None
    found: list[Optional[Hint]] = []

    def look() -> None:
        try:
            found.append(_explain(run, exit_code))
        except Exception:
            # the run has to end, whatever there is about its files and its words
            _logger.exception("Cannot look for the reason of a failure")
        finally:
            _looking.release()

    thread = threading.Thread(target=look, name="systemcommands.reason", daemon=True)
    try:
        thread.start()
    except RuntimeError:
        # none to spare
        look()
    else:
        thread.join(_PATIENCE)
    return found[0] if found else None


def _explain(run: Run, exit_code: int) -> Optional[Hint]:
    # its patterns take long to compile, 20 ms on a fast machine: not when the server starts
    from .failure_hints.explanation import Failure, explain_failure

    command = run.request.command
    stdout = excerpt(run.output, STDOUT, _EXCERPT)
    # if there is one output only, what went wrong is said there
    stderr = stdout if command.merge_output else excerpt(run.output, STDERR, _EXCERPT)
    return explain_failure(
        Failure(exit_code, stderr, stdout, command.command or "", run.its_process.folder)
    )
