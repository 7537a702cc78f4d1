"""The processes of a run: find them all, end them all, and nothing else.

A run's process is the leader of its own session, but its children may leave that, lose
their parents (the double fork of a daemon) and ignore signals. What they cannot easily lose
is the run's id in the environment that they were started with.
"""

import contextlib
import os
import signal
import time
from collections.abc import Iterable
from typing import Optional

import psutil

# The environment variable that marks all processes of a run
MARK = "OCTOPRINT_RUN_ID"

# seconds
GRACE = 5.0
_POLL_INTERVAL = 0.05

# so often is a tree killed that goes on growing, or does not want to go
_MAX_KILLS = 40

# and so often is it looked for more of them, before it is told to end
_MAX_ROUNDS = 10


def find(run_id: str, session: Optional[int] = None) -> list[psutil.Process]:
    """All processes that belong to a run and are alive, as far as can be seen.

    Not to be seen is a process that has left the run's session and lost its parent, and is
    of another user (as ``sudo`` starts them) or has got a new environment as well.

    Arguments:
        run_id: the run's id
        session: the run's session, if it is known to be the run's still
    """
    mark = f"{MARK}={run_id}".encode()
    found = {}
    for process in psutil.process_iter():
        if _belongs(process, mark, session):
            found[process.pid] = process
            with contextlib.suppress(psutil.Error):
                for child in process.children(recursive=True):
                    found[child.pid] = child
    found.pop(os.getpid(), None)
    return [process for process in found.values() if _is_alive(process)]


def session_of(pid: Optional[int], created: Optional[float]) -> Optional[int]:
    """The session of a run, if its leader, the run's process, is there to prove it.

    For as long as a session has members its id is not given to another process. So who
    has seen the leader can go on looking for members when the leader is gone.

    Arguments:
        pid: of the run's process
        created: its time of creation, as psutil tells it
    """
    if pid is None or created is None:
        return None
    try:
        return pid if psutil.Process(pid).create_time() == created else None
    except psutil.Error:
        return None


def end(
    run_id: str,
    pid: Optional[int],
    created: Optional[float],
    grace: float = GRACE,
) -> list[int]:
    """Ends all processes of a run: TERM, time to obey, KILL.

    Returns when they are gone, or when there is nothing left to be done about them.
    psutil knows a process by its pid and the time of its creation, and refuses to send a
    signal to another one that got the same pid meanwhile.

    Arguments:
        run_id: the run's id
        pid, created: see `session_of`
        grace: seconds between TERM and KILL

    Returns:
        the process ids of those that could not be ended
    """
    session = session_of(pid, created)
    deadline = time.monotonic() + grace
    left = _told_to_end(run_id, session)
    while left and time.monotonic() < deadline:
        left = _after_a_while(left, run_id, session)
    for _ in range(_MAX_KILLS):
        if not left:
            break
        _signal(left, signal.SIGKILL)
        left = _after_a_while(left, run_id, session)
    return [process.pid for process in left]


def _told_to_end(run_id: str, session: Optional[int]) -> list[psutil.Process]:
    """All processes of a run, after a TERM. They are suspended while they are looked for, so
    that none starts another one unseen."""
    known: set[psutil.Process] = set()
    try:
        for _ in range(_MAX_ROUNDS):
            new = set(find(run_id, session)) - known
            if not new:
                break
            _signal(new, signal.SIGSTOP)
            known |= new
    finally:
        # they must not stay suspended, whatever came up
        _signal(known, signal.SIGTERM, signal.SIGCONT)
    return list(known)


def _after_a_while(
    processes: list[psutil.Process], run_id: str, session: Optional[int]
) -> list[psutil.Process]:
    time.sleep(_POLL_INTERVAL)
    # looking at all processes is expensive, so it is only done when it looks like the end
    return [p for p in processes if _is_alive(p)] or find(run_id, session)


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


def _signal(processes: Iterable[psutil.Process], *signals: int) -> None:
    for process in processes:
        for number in signals:
            # gone, or somebody else's (sudo); the others still have to be told
            with contextlib.suppress(psutil.Error, OSError):
                process.send_signal(number)
