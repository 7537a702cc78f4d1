"""Why a command was not run, or how it failed, in words for the user."""

from ..commands.problems import CannotRun
from ..messages import N_, MessageError
from .failure_hints import hints
from .failure_hints.hints import Hint
from .outcome import Outcome
from .output.capture import STDERR, STDOUT
from .output.reader import excerpt
from .record import Status
from .request import Request
from .run import Run

# Bytes of each output in the message of a failure
_EXCERPT = 16 * 1024


class CommandError(MessageError):
    """A command could not be run or has failed."""


class NoCommandLine(CommandError):
    """The definition has no command to execute."""


class Failed(CommandError):
    """It did not start, or did not succeed."""


class NotStarted(Failed):
    """The system did not start it. Why may tell of the definition: its folder, say, or its
    interpreter.

    Arguments:
        run: the run

    Attributes:
        outline: what may be said to those who may not see definitions
    """

    def __init__(self, run: Run):
        super().__init__(failure_message(run))
        self.outline = f"{title(run.request)} could not be started"


class Refused(CommandError):
    """Its definition says that it must not be run now.

    Arguments:
        text, values: of the message: why, and what to do
        reason: the same for programs: ``busy``, or one of those in `guards`

    Attributes:
        reason: the argument
    """

    def __init__(self, text: str, reason: str, **values: str):
        super().__init__(text, **values)
        self.reason = reason


class NotAllowed(Refused):
    """Who has asked for it may not run it any more.

    Arguments:
        name: of the command
    """

    def __init__(self, name: str):
        super().__init__(
            N_(
                '"%(name)s" was not run: when its turn came, whoever had asked for it was '
                "no longer allowed to run it."
            ),
            "not_allowed",
            name=name,
        )


class Busy(CommandError):
    """As much is going on already as the server can bear; nothing was started.

    Attributes:
        retry_after: seconds after which to try again
    """

    retry_after = 5


def outcome_without_process(run: Run, error: Exception) -> Outcome:
    """The outcome of a run that could not be started because of an error.

    Who has wanted its end has got it, whatever the error was.
    """
    if run.stop_reason is not None:
        return run.outcome_of_stop()
    if isinstance(error, (Refused, Busy)):
        values = {"text": error.message.text, **error.message.values}
        return Outcome(Status.FAILED, None, Hint(hints.REFUSED, values), error)
    values = {"error": str(error)}
    if isinstance(error, CannotRun):
        values.update(text=error.message.text, **error.message.values)
    return Outcome(Status.FAILED, None, Hint(hints.NOT_STARTED, values))


def ensure_started(run: Run) -> None:
    """Raises what has kept a run from being started, at once or when its turn came."""
    if run.refusal is not None:
        raise run.refusal
    if run.status == Status.FAILED and run.process is None:
        raise NotStarted(run)


def ensure_succeeded(run: Run) -> None:
    """Raises why a run that was waited for has not done what it should, in the eyes of its
    definition."""
    if not run.finished.is_set():
        raise Failed(f"The server has ended while {title(run.request)} was running")
    ensure_started(run)
    if run.status != Status.SUCCEEDED and not (
        run.status == Status.FAILED and run.request.command.ignore
    ):
        raise Failed(failure_message(run))


def title(request: Request) -> str:
    """What a message begins with, in OctoPrint's words."""
    return f"Command for {request.what}"


def failure_message(run: Run, limit: int = _EXCERPT) -> str:
    """Tells of a failure in OctoPrint's words, with what the command wrote.

    Arguments:
        run: the run, which has ended
        limit: bytes of each output
    """
    if run.refusal is not None:
        return str(run.refusal)
    if run.hint is not None and run.hint.code == hints.NOT_STARTED:
        return f"{title(run.request)} could not be started: {run.hint.values['error']}"
    if run.status == Status.STOPPED and run.process is None:
        return f"{title(run.request)} was stopped before it had begun"
    if run.status == Status.TIMED_OUT and run.process is None:
        return f"{title(run.request)} took too long to start"
    ended = {
        Status.STOPPED: "was stopped",
        Status.TIMED_OUT: "was stopped because it took too long",
    }.get(run.status, f"failed with return code {run.exit_code}")
    return (
        f"{title(run.request)} {ended}:\n\n"
        f"STDOUT:\n{excerpt(run.output, STDOUT, limit)}\n\n"
        f"STDERR:\n{excerpt(run.output, STDERR, limit)}"
    )
