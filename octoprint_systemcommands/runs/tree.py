"""The processes of a run: find them all, end them all, and nothing else.

A run's process is the leader of its own session, but its children may leave that, lose
their parents (the double fork of a daemon) and ignore signals. What they cannot easily lose
is the run's id in the environment that they were started with.
"""

import contextlib
import os
import signal
import time
from typing import Optional

import psutil

# The environment variable that marks all processes of a run
MARK = "OCTOPRINT_RUN_ID"

# seconds
GRACE = 5.0
_POLL_INTERVAL = 0.05

# so often is a tree killed that goes on growing, or does not want to go
_MAX_KILLS = 40


def find(run_id: str, pid: int, created: Optional[float]) -> list[psutil.Process]:
    """All processes that belong to a run and are alive, as far as can be seen.

    Processes of other users, as ``sudo`` starts them, can only be told by their session
    and their parents; a process that has left both and has another user stays unseen.

    Arguments:
        run_id: the run's id
        pid: of the run's process, which is the id of its session as well
        created: creation time of the run's process, as psutil tells it
    """
    mark = f"{MARK}={run_id}".encode()
    session = pid if _session_is_ours(pid, created) else None
    own = os.getpid()
    found = {}
    for process in psutil.process_iter():
        if process.pid != own and _belongs(process, mark, session):
            found[process.pid] = process
            with contextlib.suppress(psutil.Error):
                for child in process.children(recursive=True):
                    found[child.pid] = child
    return [process for process in found.values() if _is_alive(process)]


def end(
    run_id: str, pid: int, created: Optional[float], grace: float = GRACE
) -> list[int]:
    """Ends all processes of a run: TERM, time to obey, KILL.

    Returns when they are gone, or when there is nothing left to be done about them.
    psutil knows a process by its pid and the time of its creation, and refuses to send a
    signal to another one that got the same pid meanwhile.

    Arguments:
        run_id, pid, created: see `find`
        grace: seconds between TERM and KILL

    Returns:
        the process ids of those that could not be ended
    """
    deadline = time.monotonic() + grace
    left = find(run_id, pid, created)
    # one that is suspended cannot obey
    _signal(left, signal.SIGTERM, signal.SIGCONT)
    while left and time.monotonic() < deadline:
        left = _after_a_while(left, run_id, pid, created)
    for _ in range(_MAX_KILLS):
        if not left:
            break
        _signal(left, signal.SIGKILL)
        left = _after_a_while(left, run_id, pid, created)
    return [process.pid for process in left]


def _after_a_while(
    processes: list[psutil.Process], run_id: str, pid: int, created: Optional[float]
) -> list[psutil.Process]:
    time.sleep(_POLL_INTERVAL)
    # looking at all processes is expensive, so it is only done when it looks like the end
    return [p for p in processes if _is_alive(p)] or find(run_id, pid, created)


def _session_is_ours(pid: int, created: Optional[float]) -> bool:
    # A session keeps its id, and the id cannot be taken by another process, for as long
    # as it has members. So there is either its leader, or nobody, of that pid.
    try:
        return psutil.Process(pid).create_time() == created
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False


def _belongs(process: psutil.Process, mark: bytes, session: Optional[int]) -> bool:
    with contextlib.suppress(OSError):
        if session is not None and os.getsid(process.pid) == session:
            return True
    try:
        if psutil.LINUX:
            # not by psutil, which makes texts of it: a lot of work for all processes
            with open(f"/proc/{process.pid}/environ", "rb") as environ:
                return mark in environ.read().split(b"\0")
        name, _, value = mark.decode().partition("=")
        return process.environ().get(name) == value
    except (psutil.Error, OSError):
        return False


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _signal(processes: list[psutil.Process], *signals: int) -> None:
    for process in processes:
        for number in signals:
            # gone, or somebody else's (sudo); the others still have to be told
            with contextlib.suppress(psutil.Error, OSError):
                process.send_signal(number)
