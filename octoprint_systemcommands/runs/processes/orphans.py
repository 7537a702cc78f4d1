"""Collects the ends of what runs have left behind, where this server is who inherits it.

Usually that is the system's first process. In a container it may be the server itself: then
each background child of a command would stay as a zombie when it ends.
"""

import contextlib
import ctypes
import logging
import os
import queue
import threading
from typing import Optional

import psutil

from .process import Process
from .process_tree import MARK

_logger = logging.getLogger("octoprint.plugins.systemcommands.runs.processes.orphans")

# How often to look while something is left that may end, in seconds
_PAUSE = 5.0

# When to look a second time at what a run has left: a process that is just being made, or
# becoming another program, may not be recognised. In seconds.
_SETTLED = 0.2

# Linux has it
_prctl = getattr(ctypes.CDLL(None), "prctl", None)
_PR_GET_CHILD_SUBREAPER = 37


def inherits() -> bool:
    """Whether what loses its parent becomes a child of this process."""
    if os.getpid() == 1:
        return True
    answer = ctypes.c_int(0)
    failed = _prctl is None or _prctl(_PR_GET_CHILD_SUBREAPER, ctypes.byref(answer))
    return not failed and answer.value != 0


class Orphans:
    """What is left of runs that have ended, as far as it is a child of this process.

    The children of others, OctoPrint's own, must never be waited for: their ends are for
    those who have started them.
    """

    def __init__(self):
        self._ended: queue.SimpleQueue[tuple[str, Process]] = queue.SimpleQueue()
        # which run they belong to; no more than there are processes
        self._left: dict[psutil.Process, str] = {}
        # the runs that have ended since the last look
        self._recent: set[str] = set()
        self._start_lock = threading.Lock()
        self._thread: Optional[threading.Thread] = None

    def collect(self, run_id: str, process: Process) -> None:
        """Collects the end of a run's process, and later on those of what it has left.

        Arguments:
            run_id: the run's id
            process: its process, which has ended
        """
        if not inherits():
            process.reap()
            return
        self._ended.put((run_id, process))
        with self._start_lock:
            if self._thread is None:
                thread = threading.Thread(
                    target=self._run, name="systemcommands.orphans", daemon=True
                )
                # at the end of Python there may be no thread, and no need for it
                with contextlib.suppress(RuntimeError):
                    thread.start()
                    self._thread = thread

    def _run(self) -> None:
        while True:
            ended = []
            with contextlib.suppress(queue.Empty):
                ended.append(self._ended.get(timeout=self._pause()))
                while True:
                    ended.append(self._ended.get_nowait())
            try:
                while self._look(ended):
                    # whose children are this process's now
                    pass
            except Exception:
                _logger.exception("Error while looking after the processes of ended runs")
            for _, process in ended:
                process.reap()
            self._recent = {run_id for run_id, _ in ended}

    def _pause(self) -> Optional[float]:
        if self._recent:
            return _SETTLED
        return _PAUSE if self._left else None

    def _look(self, ended: list[tuple[str, Process]]) -> bool:
        """Finds what belongs to the runs, and collects what has ended.

        Arguments:
            ended: runs that are new, with their processes, whose ends were not collected
                yet: until then nobody else can have their sessions

        Returns:
            whether there were such ends
        """
        for run_id, process in ended:
            self._left.update(dict.fromkeys(process.tree, run_id))
        leaders = {process.pid for _, process in ended}
        runs = {*self._left.values(), *self._recent, *(run_id for run_id, _ in ended)}
        sessions = {process.session: run_id for run_id, process in ended}
        for orphan, run_id in self._left.items():
            sessions[_session_of(orphan)] = run_id
        for nobodys in (None, os.getsid(0)):
            sessions.pop(nobodys, None)

        left = {}
        has_collected = False
        for child in psutil.Process().children():
            belongs_to = (
                self._left.get(child)
                or sessions.get(_session_of(child))
                or _marked(child, runs)
            )
            if belongs_to is None or child.pid in leaders:
                continue
            if _collect(child):
                has_collected = True
            else:
                left[child] = belongs_to
        self._left = left
        return has_collected


def _session_of(process: psutil.Process) -> Optional[int]:
    with contextlib.suppress(OSError):
        # without its end collected, nobody else has its pid
        if process.is_running():
            return os.getsid(process.pid)
    return None


def _marked(process: psutil.Process, runs: set[str]) -> Optional[str]:
    """The run that a process has the mark of."""
    try:
        run_id = process.environ().get(MARK)
    except (psutil.Error, OSError):
        return None
    return run_id if run_id in runs else None


def _collect(process: psutil.Process) -> bool:
    """Whether a child has ended; its end is collected then."""
    try:
        return os.waitpid(process.pid, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return True
