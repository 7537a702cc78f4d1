"""A run, from its start to its end: what it writes, and what it ends with."""

import os
import signal
import sys
import time
from typing import Any, BinaryIO, Optional

from . import exit_codes
from .exit_codes import CliError
from .interrupts import Interrupts
from .server import ApiError, Server, Unreachable
from .table import plain

UNFINISHED = ("pending", "queued", "starting", "running")

# Seconds between two looks: at first, since many commands take no longer, while there is always
# something new, and at most. Each costs the server time, which prints meanwhile.
_FIRST = 0.05
_BUSY = 0.2
_LONGEST = 0.5

# How long a server is waited for that does not answer any more, in seconds: the command may
# have restarted it
_PATIENCE = 60.0


class Follower:
    """Shows what a run writes as it is written.

    Arguments:
        server: where it runs
        interrupts: what has it stopped
    """

    def __init__(self, server: Server, interrupts: Interrupts):
        self._server = server
        self._interrupts = interrupts
        # the signal because of which it was stopped
        self._stopped_by: Optional[int] = None
        self._lost_at: Optional[float] = None

    def follow(self, run_id: str, with_output: bool = True) -> dict[str, Any]:
        """Waits for the end of a run.

        Returns:
            the run

        Raises:
            Unreachable: the server has been gone for too long
            ApiError: the run is not to be seen any more
            CliError: the output cannot be written any more, or a second signal has come
        """
        pause = _FIRST
        offset = 0
        while True:
            # before the look that may find its end, so that no signal is lost
            self._stop_if_wanted(run_id)
            try:
                part = self._server.get(f"/runs/{run_id}/output", offset=offset)
                self._lost_at = None
            except Unreachable as error:
                self._be_patient(error)
                self._interrupts.wait(_LONGEST)
                continue
            is_new = part["next"] > offset
            offset = part["next"]
            if with_output:
                self._show(run_id, part["chunks"])
            if part["finished"]:
                return self._server.get(f"/runs/{run_id}")
            self._interrupts.wait(pause)
            pause = min(pause * 1.5, _BUSY if is_new else _LONGEST)

    def exit_code(self, run: dict[str, Any]) -> int:
        """What to end with when a run has."""
        if run["status"] == "stopped" and self._stopped_by is not None:
            return exit_codes.SIGNAL + self._stopped_by
        return exit_code_of(run)

    def stop(self, run_id: str) -> None:
        """Asks for its end; does not wait for it."""
        try:
            self._server.post(f"/runs/{run_id}/stop", {})
        except ApiError as error:
            if error.code != "ended":
                raise

    def _stop_if_wanted(self, run_id: str) -> None:
        number = self._interrupts.signal
        if number is None or self._stopped_by is not None:
            return
        again = "Ctrl-C" if number == signal.SIGINT else "SIGTERM"
        say(f"Stopping run {run_id}… ({again} once more leaves at once)")
        self.stop(run_id)
        self._stopped_by = number

    def _be_patient(self, error: Unreachable) -> None:
        now = time.monotonic()
        if self._lost_at is None:
            self._lost_at = now
            say("OctoPrint does not answer any more, waiting for it…")
        elif now - self._lost_at > _PATIENCE:
            raise error

    def _show(self, run_id: str, chunks: list[dict[str, Any]]) -> None:
        try:
            for chunk in chunks:
                if "dropped" in chunk:
                    what = "are damaged" if chunk.get("damaged") else "were dropped"
                    say(f"\n[… {chunk['dropped']} bytes {what} …]")
                else:
                    is_error = chunk["stream"] == "stderr"
                    _write(sys.stderr if is_error else sys.stdout, chunk["text"])
        except BrokenPipeError:
            # a command of this machine would have been ended by that
            quiet()
            self.stop(run_id)
            code = exit_codes.SIGNAL + signal.SIGPIPE
            raise CliError("", code) from None
        except OSError as error:
            # the same with a disk that is full
            quiet()
            self.stop(run_id)
            raise cannot_write(error) from None


def exit_code_of(run: dict[str, Any]) -> int:
    """What a shell would have got from a command that has run like this."""
    if run["status"] == "timed_out":
        return exit_codes.TIMED_OUT
    code = run["exit_code"]
    if code is None:
        return exit_codes.SOFTWARE
    return code if code >= 0 else exit_codes.SIGNAL - code


def end_of(run: dict[str, Any]) -> Optional[str]:
    """What there is to say of the end of a run; None if the command has said it itself."""
    status = run["status"]
    if status == "succeeded" or (status == "failed" and run["exit_code"] is not None):
        return None
    name = run["name"]
    if status == "stopped" and run["stopped_by"]:
        return f"{name}: stopped by {run['stopped_by']}"
    said = {
        "stopped": "stopped",
        "timed_out": "took too long and was ended",
        "interrupted": "OctoPrint has ended meanwhile; nobody knows how it went",
    }.get(status, "could not be run")
    hint = run.get("hint")
    return f"{name}: {said}" + (f". {hint}" if isinstance(hint, str) else "")


def cannot_write(error: OSError) -> CliError:
    """What becomes of output that cannot be written."""
    return CliError(f"Cannot write the output: {error.strerror}", exit_codes.SOFTWARE)


def say(text: str) -> None:
    """Says something beside the output."""
    try:
        lines = map(plain, text.split("\n"))
        _write(sys.stderr, "\n".join(lines) + "\n")
    except OSError:
        quiet()


def quiet() -> None:
    """Nobody reads any more: what is left is not written, not even when Python ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            # None if it was closed before the start
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _write(stream: Any, text: str) -> None:
    if stream is None:
        return
    # as UTF-8, whatever the locale says, and with line ends as they are
    binary: BinaryIO = stream.buffer
    stream.flush()
    binary.write(text.encode("utf-8", "replace"))
    binary.flush()
