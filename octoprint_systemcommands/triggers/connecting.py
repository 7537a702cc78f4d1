"""Power on demand: the connection to the printer waits for a command.

OctoPrint asks before it connects, in the thread of a request, and is told that somebody else
looks after it. A thread of this module's own runs the command, and connects when that has
succeeded; unless somebody has disconnected meanwhile, or the server ends.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Optional, Protocol

from ..messages import N_, Message
from ..runs.record import Status
from . import events, reasons
from .firing import Firing
from .happening import Happening, copied
from .news import News
from .rules import durations
from .rules.rule import Rule

_logger = logging.getLogger("octoprint.plugins.systemcommands.triggers.connecting")

# How long the printer may take until it is ready for a file, in s
_READY = 60.0

# How often to look for what nobody tells of, in s
_LOOK = 0.1

# An event of this plugin that shows which of OctoPrint's are older than an attempt
MARK = "connection_awaited"

_EVENTS = frozenset(("Disconnecting", f"plugin_systemcommands_{MARK}", "Upload"))

_CALLED_OFF = Message(N_("the printer was not connected: it was cancelled"))
_FAILED = Message(N_("the printer was not connected: the command has not succeeded"))
_NOT_READY = Message(N_("the file is not printed: the printer has not become ready"))
_NOT_PRINTED = Message(N_("the file is not printed: OctoPrint could not begin its print"))

# What people are told, for programs
FAILED = "failed"
TOO_LONG = "too_long"
NOT_READY = "not_ready"
NOT_PRINTED = "not_printed"


class Connection(Protocol):
    """The connection to the printer, see `octoprint_systemcommands.host.connection`."""

    def is_open(self) -> bool: ...

    def is_ready(self) -> bool: ...

    def can_print(self, path: str) -> bool: ...

    def open(self) -> None: ...

    def print_file(self, path: str) -> None: ...


class _Attempt:
    """One connection that is waited for.

    Attributes:
        connect: makes it
        path: of the upload that is to be printed then; None for none
        is_marked: what is told from now on happens after its beginning
        has_connected: it is made; what comes now is for the upload
        called_off: set when it must not be made any more
    """

    def __init__(self, connect: Callable[[], None], path: Optional[str] = None):
        self.id = secrets.token_hex(8)
        self.connect = connect
        self.path = path
        self.is_marked = False
        self.has_connected = False
        self.called_off = threading.Event()


class _Abandoned(Exception):
    """There will be no connection, or no print.

    Arguments:
        why: for the news of the rule
        reason: what people are told; None if they know
        rule, run_id: because of which; None for all rules of the attempt
    """

    def __init__(
        self,
        why: Message,
        reason: Optional[str],
        rule: Optional[Rule] = None,
        run_id: Optional[str] = None,
    ):
        super().__init__(str(why))
        self.why = why
        self.reason = reason
        self.rule = rule
        self.run_id = run_id


class Connecting:
    """Looks after connections, one at a time.

    Arguments:
        rules_for: the rules that are to fire because of something
        firing: has their commands run
        news: is told what has become of each rule
        connection: to the printer
        fire: fires an event of this plugin, given its name and its payload
        complain: tells people why there is no connection, given the reason and the run
            because of which
    """

    def __init__(
        self,
        rules_for: Callable[[Happening], list[Rule]],
        firing: Firing,
        news: News,
        connection: Connection,
        fire: Callable[[str, Mapping[str, Any]], None],
        complain: Callable[[str, Optional[str]], None],
    ):
        self._rules_for = rules_for
        self._firing = firing
        self._news = news
        self._connection = connection
        self._fire = fire
        self._complain = complain
        self._lock = threading.Lock()
        self._attempt: Optional[_Attempt] = None
        self._has_ended = False
        # of the thread in which the connection is made
        self._own = threading.local()

    def before_connect(self, connect: Callable[[], None]) -> Optional[bool]:
        """For OctoPrint's hook ``octoprint.printer.handle_connect``.

        Arguments:
            connect: makes the connection that somebody wants

        Returns:
            True if it is looked after; None if OctoPrint is to make it
        """
        if getattr(self._own, "is_connecting", False):
            return None
        happening = Happening(events.BEFORE_CONNECT, {}, time.time())
        with self._lock:
            if self._attempt is not None and self._attempt.has_connected:
                # it has not become ready, and somebody connects once more
                return None
            if self._attempt is not None:
                self._attempt.connect = connect
                return True
        rules = self._rules_for(happening)
        return (
            True if rules and self._begin(_Attempt(connect), rules, happening) else None
        )

    def on_event(self, event: str, payload: Any) -> None:
        """OctoPrint has fired an event; called in its thread, so very quick."""
        if event not in _EVENTS:
            return
        if event == "Upload":
            self._on_upload(payload)
            return
        attempt = self._attempt
        if attempt is None:
            return
        if event == "Disconnecting":
            if attempt.is_marked:
                attempt.called_off.set()
        elif isinstance(payload, Mapping) and payload.get("id") == attempt.id:
            attempt.is_marked = True

    def stop(self) -> None:
        """Connects nothing any more: the server ends."""
        with self._lock:
            self._has_ended = True
            if self._attempt is not None:
                self._attempt.called_off.set()

    def _on_upload(self, payload: Any) -> None:
        if not isinstance(payload, Mapping) or not payload.get("print"):
            return
        path = payload.get("path")
        if payload.get("target") != "local" or not isinstance(path, str):
            return
        if payload.get("effective_print") or self._connection.is_open():
            return
        if not self._connection.can_print(path):
            return
        happening = Happening(events.UPLOAD_TO_PRINT, copied(payload), time.time())
        rules = self._rules_for(happening)
        if rules:
            self._begin(_Attempt(self._connection.open, path), rules, happening)

    def _begin(self, attempt: _Attempt, rules: list[Rule], happening: Happening) -> bool:
        with self._lock:
            if self._has_ended:
                return False
            current = self._attempt
            if current is not None:
                # who comes later knows better what is wanted
                if attempt.path is None:
                    current.connect = attempt.connect
                else:
                    current.path = attempt.path
                return True
            self._attempt = attempt
        self._fire(MARK, {"id": attempt.id})
        thread = threading.Thread(
            target=self._work,
            args=(attempt, rules, happening),
            name="systemcommands.connect",
            daemon=True,
        )
        try:
            thread.start()
        except RuntimeError:
            self._attempt = None
            _logger.exception("There is no thread to run a command before connecting")
            return False
        return True

    def _work(self, attempt: _Attempt, rules: list[Rule], happening: Happening) -> None:
        try:
            self._prepare(attempt, rules, happening)
            self._connect(attempt)
            self._print(attempt)
        except _Abandoned as error:
            _logger.warning(f"Abandoned: {error}")
            for rule in [error.rule] if error.rule is not None else rules:
                self._news.tell(rule.id, error.why, error.run_id)
            if error.reason is not None and not self._has_ended:
                self._complain(error.reason, error.run_id)
        except Exception:
            # OctoPrint itself shows what keeps it from connecting
            _logger.exception("Error while connecting")
        finally:
            with self._lock:
                if self._attempt is attempt:
                    self._attempt = None

    def _prepare(
        self, attempt: _Attempt, rules: list[Rule], happening: Happening
    ) -> None:
        for rule in rules:
            run = self._firing.start(rule, happening)
            if run is None:
                raise _Abandoned(_FAILED, FAILED, rule)
            try:
                is_over = self._wait_for(attempt, run.finished.is_set, rule.when.at_most)
            except _Abandoned as error:
                self._firing.stop(run, error.why)
                raise
            if not is_over:
                self._firing.stop(run, reasons.not_in_time(rule.when.at_most))
                time_ = {"time": durations.text(rule.when.at_most)}
                raise _Abandoned(Message(_TOO_LONG, time_), TOO_LONG, rule, run.id)
            if run.status != Status.SUCCEEDED:
                raise _Abandoned(_FAILED, FAILED, rule, run.id)
            if attempt.called_off.wait(rule.when.settle):
                raise _Abandoned(_CALLED_OFF, None)

    def _connect(self, attempt: _Attempt) -> None:
        with self._lock:
            if attempt.called_off.is_set() or self._has_ended:
                raise _Abandoned(_CALLED_OFF, None)
            connect = attempt.connect
            attempt.has_connected = True
        self._own.is_connecting = True
        try:
            connect()
        except Exception as error:
            # OctoPrint itself shows what keeps it from connecting
            if attempt.path is None:
                raise
            raise _Abandoned(_NOT_READY, NOT_READY) from error

    def _print(self, attempt: _Attempt) -> None:
        with self._lock:
            if attempt.path is None:
                self._attempt = None
                return
        if not self._wait_for(attempt, self._connection.is_ready, _READY):
            raise _Abandoned(_NOT_READY, NOT_READY)
        with self._lock:
            # whatever is uploaded from here on finds a connection
            self._attempt = None
        try:
            self._connection.print_file(attempt.path)
        except Exception as error:
            _logger.exception("Error while printing a file that was uploaded")
            raise _Abandoned(_NOT_PRINTED, NOT_PRINTED) from error

    def _wait_for(
        self, attempt: _Attempt, is_so: Callable[[], bool], at_most: float
    ) -> bool:
        """Returns whether it has become so.

        Raises:
            _Abandoned: somebody has called it off
        """
        deadline = time.monotonic() + at_most
        while True:
            if attempt.called_off.is_set():
                raise _Abandoned(_CALLED_OFF, None)
            if is_so():
                return True
            if time.monotonic() >= deadline:
                return False
            attempt.called_off.wait(_LOOK)


_TOO_LONG = N_(
    "the printer was not connected: the command has taken longer than %(time)s"
)
