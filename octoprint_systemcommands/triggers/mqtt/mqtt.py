"""Runs commands that are wished for by MQTT, and tells what becomes of them.

Everything is done in one thread, if there is OctoPrint-MQTT. The thread of the connection only
hands over, see `inbox`.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Optional, Protocol

from ...commands.catalogue import CUSTOM
from ...commands.definition import Command
from ...commands.fields import WayIn
from ...host.mqtt_preferences import MqttPreferences
from ...launcher import Launcher
from ...runs.guards import has_guards
from ...runs.printer_state import Printer
from ...runs.record import UNFINISHED, Record, Status
from ...states.state import State
from . import topics
from .announced import Announced
from .inbox import Inbox
from .instance import WAY_IN, Host, Instance, Looking

_logger = logging.getLogger("octoprint.plugins.systemcommands.triggers.mqtt.mqtt")

# How often to look at the printer, in seconds, and at everything else: states are asked for as
# long as somebody has looked within a minute
_LOOK_AT_PRINTER = 2.0
_LOOK = 20.0

# How often to try whether there is a connection again, in seconds
_RETRY = 5.0

# How long the end of the server waits until that is told, in seconds
_LEAVE = 1.0

# After these a command may be available that was not, or the other way round
_OF_PRINTER = "PrinterStateChanged"
_OF_SETTINGS = "SettingsUpdated"


class Opened(Protocol):
    """The commands that are open to MQTT, see `octoprint_systemcommands.access`."""

    def told(self, way_in: WayIn) -> list[Command]: ...


class Mqtt:
    """The instance at the broker.

    Arguments:
        host: the connection
        opened: which commands are open
        launcher: has them run
        states: what toggles and statuses are
        printer: what it is doing
        preferences: what was set
        announced: makes what remembers what stands at the broker; reads a file
        version: of this plugin
    """

    def __init__(
        self,
        host: Host,
        opened: Opened,
        launcher: Launcher,
        states: Looking,
        printer: Printer,
        preferences: Callable[[], MqttPreferences],
        announced: Callable[[], Announced],
        version: str = "",
    ):
        self._host = host
        self._opened = opened
        self._launcher = launcher
        self._states = states
        self._printer = printer
        self._preferences = preferences
        self._make_announced = announced
        self._version = version
        self._inbox = Inbox()
        self._thread: Optional[threading.Thread] = None
        # what other threads read is replaced as a whole
        self._told: frozenset[str] = frozenset()
        self._is_connected: Optional[bool] = None

    ##~~ In all threads

    def start(self) -> None:
        """The server answers, and all plugins are there."""
        if self._host.find() and not self._inbox.is_closed:
            thread = threading.Thread(
                target=self._loop, name="systemcommands.mqtt", daemon=True
            )
            thread.start()
            # one that could not be started cannot be waited for
            self._thread = thread

    def on_event(self, event: str, payload: Any) -> None:
        """OctoPrint has fired an event."""
        if event in (_OF_PRINTER, _OF_SETTINGS) and self._thread is not None:
            self._inbox.touch()

    def state_changed(self, state: State) -> None:
        """There is something new of a toggle or a status."""
        if state.action in self._told:
            self._inbox.touch()

    def run_changed(self, record: Record) -> None:
        """There is something new about a run. Called with the runner's lock held."""
        if record.source != CUSTOM or record.action not in self._told:
            return
        if record.status == Status.RUNNING or record.status not in UNFINISHED:
            self._inbox.put_record(record)

    def close(self) -> None:
        """At the end of the server; takes a second at most."""
        self._inbox.close()
        if self._thread is not None:
            self._thread.join(_LEAVE)

    @property
    def is_installed(self) -> bool:
        """Whether OctoPrint-MQTT is there."""
        return self._host.is_installed

    @property
    def is_connected(self) -> Optional[bool]:
        """Whether it has a connection, as far as is known: who is told of nothing for 20 s is
        told something again. None if there is nothing to tell."""
        return self._is_connected

    @property
    def base_topic(self) -> str:
        """What the topics of this instance begin with, with a slash at the end."""
        return topics.below(self._host.surroundings().base_topic).base

    @property
    def number(self) -> int:
        """How many commands are told of."""
        return len(self._told)

    ##~~ In the thread of this module

    def _loop(self) -> None:
        instance = Instance(
            self._host,
            self._launcher,
            self._states,
            self._printer,
            self._make_announced(),
            self._inbox,
            self._version,
        )
        due: Optional[float] = time.monotonic()
        while not self._inbox.is_closed:
            work = self._inbox.take(_until(due))
            try:
                if work is not None:
                    instance.process(work)
                # messages that do not end must not keep all else from being told
                if work is None or (due is not None and time.monotonic() >= due):
                    seconds = self._refresh(instance)
                    due = None if seconds is None else time.monotonic() + seconds
            except Exception:
                _logger.exception("Error while MQTT was looked after")
                due = time.monotonic() + _RETRY
        instance.leave()

    def _refresh(self, instance: Instance) -> Optional[float]:
        """Brings everything up to date; returns for how long there is nothing to do."""
        preferences = self._preferences()
        commands = self._opened.told(WAY_IN) if preferences.enabled else []
        self._told = frozenset(command.action for command in commands)
        has_told = instance.refresh(commands, preferences)
        self._is_connected = has_told
        if not commands:
            return None if has_told is not False else _RETRY
        if not has_told:
            return _RETRY
        look_in = _LOOK_AT_PRINTER if any(map(has_guards, commands)) else _LOOK
        return min(look_in, instance.seconds_to_anew)


def _until(moment: Optional[float]) -> Optional[float]:
    return None if moment is None else max(0.0, moment - time.monotonic())
