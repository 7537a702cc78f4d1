"""The processes of a run: find them all, end them all, and nothing else.

A run's process is the leader of its own session, but its children may leave that, lose
their parents (the double fork of a daemon) and ignore signals. What they cannot easily lose
is the run's id in the environment that they were started with.
"""

import contextlib
import functools
import logging
import os
import signal
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Callable, NamedTuple, Optional, Union

import psutil

from ...commands.variables import RUN_ID
from ..interpreter_exit import elsewhere
from .descriptors import Reserve, is_shortage, open_pidfd

_logger = logging.getLogger(
    "octoprint.plugins.systemcommands.runs.processes.process_tree"
)

# The environment variable that marks all processes of a run
MARK = RUN_ID

# seconds
GRACE = 5.0
_POLL_INTERVAL = 0.05
# where nothing can be looked at, others have to let go of something first
_POLL_INTERVAL_BLIND = 0.5

# so often is a tree killed that goes on growing, or does not want to go
_MAX_KILLS = 40

# and so often is it looked for more of them, before it is told to end
_MAX_ROUNDS = 10


# Tells the session of a run for as long as it cannot be another one's
Session = Callable[[], Optional[int]]

_reserve = Reserve()


def find(run_id: str, session: Optional[int] = None) -> list[psutil.Process]:
    """All processes that belong to a run and are alive, as far as can be seen.

    Not to be seen is a process that has left the run's session and lost its parent, and is
    of another user (as ``sudo`` starts them) or has got a new environment as well.

    Arguments:
        run_id: the run's id
        session: the run's session, if it is known to be the run's still

    Raises:
        OSError: without file descriptors there is nothing to be seen
    """
    mark = f"{MARK}={run_id}".encode()
    found = _reserve.used_for(lambda: _members(mark, session))
    return [process for process in found if _is_alive(process)]


def session_of(pid: Optional[int], created: Optional[float]) -> Optional[int]:
    """The session of a run, if its leader, the run's process, is there to prove it.

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
    session: Session,
    found: set[psutil.Process],
    grace: float = GRACE,
) -> list[int]:
    """Ends all processes of a run: TERM, time to obey, KILL.

    Returns when they are gone, or when there is nothing left to be done about them.

    Arguments:
        run_id: the run's id
        session: tells the run's session, None if it may be another one's by now
        found: gets the processes that were found, for who may have to collect their ends
        grace: seconds between TERM and KILL

    Returns:
        the process ids of those that could not be ended

    Raises:
        OSError: if nothing could be found out about them
    """
    return _Ending(run_id, session, found).run(grace)


def end_processes(
    run_id: str,
    session: Session,
    found: set[psutil.Process],
    name: str,
    then: Callable[[bool], None],
) -> None:
    """Ends all processes of a run, in a thread of its own: it may take a while.

    Arguments:
        run_id, session, found: see `end`
        name: of the command, for the log
        then: called with whether they are gone, when there is nothing left to be done
    """

    def end_all() -> None:
        left: Optional[list[int]] = None
        try:
            left = end(run_id, session, found)
            if left:
                _logger.warning(f"Could not end all processes of {name}: {left} are left")
        except Exception:
            _logger.exception(f"Error while stopping {name}, try again")
        finally:
            then(left == [])

    elsewhere("stop", end_all)


class _Group(NamedTuple):
    """Stands in for the processes of a run when there are no file descriptors to look for
    them: those that have stayed in the process group of the first one, which are most."""

    pid: int

    def send_signal(self, number: int) -> None:
        os.killpg(self.pid, number)


_Member = Union[psutil.Process, _Group]


class _Ending:
    """The end of one run; see `end`."""

    def __init__(self, run_id: str, session: Session, found: set[psutil.Process]):
        self._run_id = run_id
        self._session = session
        self._told: set[_Member] = set()
        self._found = found

    def run(self, grace: float) -> list[int]:
        deadline = time.monotonic() + grace
        left = self._tell_to_end()
        while left and time.monotonic() < deadline:
            left = self._after_a_while(left)
        for _ in range(_MAX_KILLS):
            if not left:
                break
            _signal(left, signal.SIGKILL)
            left = self._after_a_while(left)
        return [process.pid for process in left]

    def _tell_to_end(self) -> Sequence[_Member]:
        """All processes of the run, after a TERM. They are suspended while they are looked
        for, so that none starts another one unseen."""
        try:
            for _ in range(_MAX_ROUNDS):
                new = set(self._look()) - self._told
                if not new:
                    break
                _signal(new, signal.SIGSTOP)
                self._told |= new
        finally:
            # they must not stay suspended, whatever came up
            _signal(self._told, signal.SIGTERM, signal.SIGCONT)
        return list(self._told)

    def _after_a_while(self, processes: Sequence[_Member]) -> Sequence[_Member]:
        is_blind = any(isinstance(process, _Group) for process in processes)
        time.sleep(_POLL_INTERVAL_BLIND if is_blind else _POLL_INTERVAL)
        # looking at all processes is expensive, so it is only done when it looks like the end
        left = [process for process in processes if _is_alive(process)]
        return left or self._look()

    def _look(self) -> Sequence[_Member]:
        session = self._session()
        try:
            found = find(self._run_id, session)
        except OSError as error:
            if session is None or not is_shortage(error):
                raise
            # the ends of these set some free, and then the others are found
            return [_Group(session)]
        self._found.update(found)
        return found


def _members(mark: bytes, session: Optional[int]) -> list[psutil.Process]:
    """Those that have the mark or are in the session, and all that these have started."""
    found: dict[int, psutil.Process] = {}
    for pid in psutil.pids():
        if not _belongs(pid, mark, session):
            continue
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            # what has the pid now, which may have got it in between
            if _belongs(pid, mark, session):
                found[pid] = process
    _add_descendants(found)
    found.pop(os.getpid(), None)
    return list(found.values())


def _add_descendants(found: dict[int, psutil.Process]) -> None:
    children = _children() if found else {}
    parents = list(found.values())
    while parents:
        parent = parents.pop()
        for pid in children.get(parent.pid, ()):
            if pid in found:
                continue
            with contextlib.suppress(psutil.Error):
                child = psutil.Process(pid)
                # what is older than its parent is another one that had the pid before
                if parent.create_time() <= child.create_time():
                    found[pid] = child
                    parents.append(child)


def _children() -> dict[int, list[int]]:
    """The ids of all processes, by those of their parents: found out once for a whole tree,
    which may be a large one."""
    children = defaultdict(list)
    for pid in psutil.pids():
        parent = _parent_of(pid)
        if parent is not None:
            children[parent].append(pid)
    return children


def _parent_of(pid: int) -> Optional[int]:
    try:
        if psutil.LINUX:
            # not by psutil, which looks at more than that
            with open(f"/proc/{pid}/stat", "rb") as stat:
                # behind the name, in which there may be anything
                return int(stat.read().rpartition(b")")[2].split()[1])
        return psutil.Process(pid).ppid()
    except psutil.Error:
        return None
    except OSError as error:
        if is_shortage(error):
            raise
        return None


def _belongs(pid: int, mark: bytes, session: Optional[int]) -> bool:
    with contextlib.suppress(OSError):
        if session is not None and os.getsid(pid) == session:
            return True
    try:
        if psutil.LINUX:
            # not by psutil, which makes texts of it: a lot of work for all processes
            with open(f"/proc/{pid}/environ", "rb") as environ:
                return mark in environ.read().split(b"\0")
        name, _, value = mark.decode().partition("=")
        return psutil.Process(pid).environ().get(name) == value
    except psutil.Error:
        return False
    except OSError as error:
        if is_shortage(error):
            raise
        return False


def _is_alive(process: _Member) -> bool:
    """Of a group nobody can tell, so it has to be looked for its processes again."""
    if isinstance(process, _Group):
        return False
    try:
        return _reserve.used_for(lambda: _runs(process))
    except psutil.Error:
        return False
    except OSError as error:
        if is_shortage(error):
            return True
        raise


def _runs(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def _signal(processes: Iterable[_Member], *signals: int) -> None:
    for process in processes:
        for number in signals:
            # gone, or somebody else's (sudo); the others still have to be told
            with contextlib.suppress(psutil.Error, OSError):
                _reserve.used_for(functools.partial(_send, process, number))


def _send(process: _Member, number: int) -> None:
    pidfd = None if isinstance(process, _Group) else open_pidfd(process.pid)
    if isinstance(process, _Group) or pidfd is None:
        # psutil looks at the time of creation, and sends nothing to another process that
        # has got the same pid meanwhile
        process.send_signal(number)
        return
    try:
        # as above, and what has the pid now cannot lose it to another one in between
        if process.is_running():
            signal.pidfd_send_signal(pidfd, number)
    finally:
        os.close(pidfd)
