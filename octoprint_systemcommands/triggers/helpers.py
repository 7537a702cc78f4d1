"""What other plugins may call: the helpers ``run`` and ``states``.

They need nothing of this package: what goes in and comes out is dicts, lists and texts, and
what goes wrong is a ``code`` rather than an exception. Plugins run inside of OctoPrint and can
do what it can, so they may run what a rule may, but for what asks for a password.
"""

import logging
import re
import threading
from collections.abc import Callable
from typing import Any, Optional

from ..access import FreshCredentialsNeeded
from ..commands.catalogue import CUSTOM, NotExecutable, UnknownAction, UnknownSource
from ..commands.definition import Entry
from ..launcher import ExecuteRequest, Launcher
from ..runs.record import UNFINISHED, Record
from ..runs.request import Requester
from ..runs.starters import Starters
from ..states.state import with_states
from ..states.states import States
from .error_codes import code_of

_logger = logging.getLogger("octoprint.plugins.systemcommands.triggers.helpers")

# What is called at the end of a run
OnEnd = Callable[[dict[str, Any]], None]

# Runs whose ends are waited for
MAX_AWAITED = 200

_PLUGIN = re.compile(r"[\w.-]{1,100}")

NOT_READY = {
    "run": None,
    "code": "not_ready",
    "error": "System Commands has not started yet: call it in on_after_startup or later",
}


class Helpers:
    """Runs commands for other plugins, and tells them of states.

    Arguments:
        launcher: has commands run
        entries: the commands of a source
        states: of toggles and statuses
    """

    def __init__(
        self,
        launcher: Launcher,
        entries: Callable[[str], list[Entry]],
        states: States,
    ):
        self._launcher = launcher
        self._entries = entries
        self._states = states
        self._lock = threading.Lock()
        # by id, who is to be told of the end, with the plugin
        self._awaited: dict[str, tuple[str, OnEnd]] = {}
        # how many have ended without that having been taken in: a plugin may hang over it
        self._untold = 0
        # one, so that ends are told one after the other
        self._tellers = Starters(1, name="helpers")

    def run(
        self,
        action: str,
        plugin: str,
        arguments: Optional[dict[str, Any]] = None,
        to: Optional[str] = None,
        confirmed: bool = False,
        on_end: Optional[OnEnd] = None,
        source: str = CUSTOM,
    ) -> dict[str, Any]:
        """Starts a command, or queues it if its definition says so. May be called in any
        thread; does not wait for the end, and never longer than 2 s (and for the disk, if an
        argument is a file).

        Arguments:
            action: the command's
            plugin: the identifier of the plugin that asks, for the history
            arguments: values by the name of the argument
            to: ``on`` or ``off`` of a toggle; None for the opposite of what it is
            confirmed: it is meant although a print is under way
            on_end: called with the run when it has ended, in a thread of its own, in which
                all plugins are told one after the other; not called if nothing was started
            source: ``custom``, or ``core`` for what OctoPrint has of its own

        Returns:
            ``{run, code, error}``: the run as the API has it, without the texts that are
            translated; or None, why not for programs (as in the API), and for people in
            English
        """
        problem = _problem_of_call(action, plugin, confirmed, on_end, source)
        if problem is not None:
            return _refused("bad_request", problem)
        if on_end is not None and len(self._awaited) + self._untold >= MAX_AWAITED:
            text = f"{MAX_AWAITED} ends of runs are to be told to plugins already"
            return _refused("overloaded", text)
        try:
            run = self._launcher.launch(
                ExecuteRequest(
                    source=source,
                    action=action,
                    requester=Requester(
                        trigger="plugin", application=plugin, is_plugin=True
                    ),
                    arguments=arguments,
                    confirmed=confirmed,
                    to=to,
                )
            )
        except Exception as error:
            code = code_of(error)
            if code is None:
                _logger.exception(f"Error while {plugin} wanted {source}:{action} to run")
                return _refused("internal_error", "there was an error, see octoprint.log")
            return _refused(code, _text_of(error))
        if on_end is not None:
            with self._lock:
                self._awaited[run.id] = plugin, on_end
        record = run.record()
        # its end may have been told before it was known here
        self.run_changed(record)
        return {"run": record.to_dict(), "code": None, "error": None}

    def states(self) -> list[dict[str, Any]]:
        """The states of all toggles and statuses, as the API has them. Who asks counts as
        somebody who looks. Takes 1 s at most, when they have to be found out."""
        found = self._states.look(with_states(self._entries(CUSTOM)))
        return [state.to_json() for state in found]

    def run_changed(self, record: Record) -> None:
        """There is something new about a run. Does not wait: it is called with the runner's
        lock held."""
        if record.status in UNFINISHED:
            return
        with self._lock:
            plugin, on_end = self._awaited.pop(record.id, (None, None))
            if plugin is None or on_end is None:
                return
            self._untold += 1
        try:
            self._tellers.hand_over(record.id, lambda: self._tell(plugin, on_end, record))
        except RuntimeError:
            self._was_told()
            _logger.warning(f"No thread to tell {plugin} that run {record.id} has ended")

    def _tell(self, plugin: str, on_end: OnEnd, record: Record) -> None:
        try:
            on_end(record.to_dict())
        except BaseException:
            # also SystemExit, which would take the thread away from all others
            _logger.exception(
                f"{plugin} has failed to take in that run {record.id} has ended"
            )
        finally:
            self._was_told()

    def _was_told(self) -> None:
        with self._lock:
            self._untold -= 1


def _problem_of_call(
    action: Any, plugin: Any, confirmed: Any, on_end: Any, source: Any
) -> Optional[str]:
    """What is wrong with a call, whoever has written it."""
    if not isinstance(plugin, str) or not _PLUGIN.fullmatch(plugin):
        return '"plugin" has to be the identifier of the plugin that asks'
    if not isinstance(action, str) or not isinstance(source, str):
        return '"action" and "source" have to be texts'
    if not isinstance(confirmed, bool):
        return '"confirmed" has to be True or False'
    if on_end is not None and not callable(on_end):
        return '"on_end" has to be a function'
    return None


def _refused(code: str, error: str) -> dict[str, Any]:
    return {"run": None, "code": code, "error": error}


def _text_of(error: Exception) -> str:
    if isinstance(error, FreshCredentialsNeeded):
        return f"{error} asks for a password, which a plugin has not entered"
    if isinstance(error, UnknownAction):
        return f'there is no command "{error}"'
    if isinstance(error, UnknownSource):
        return f'there is no source "{error}"'
    if isinstance(error, NotExecutable):
        return "it is a status or a divider, and cannot be run"
    return str(error)
