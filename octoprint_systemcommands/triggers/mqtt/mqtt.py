"""Runs commands that are wished for by MQTT, and tells what becomes of them.

Everything is done in one thread, the first time that a command is open to MQTT. The thread of
the connection only hands over, see `inbox`.
"""

import json
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Optional, Protocol

from ...commands.catalogue import CUSTOM
from ...commands.definition import Command, WayIn
from ...host.mqtt_preferences import MqttPreferences
from ...launcher import ExecuteRequest, Launcher
from ...runs.guards import has_guards
from ...runs.log_lines import one_line
from ...runs.printer_state import Printer, PrinterState
from ...runs.record import UNFINISHED, Record, Status
from ...runs.request import Requester
from ...states.state import State
from . import discovery, message, picture, replies, subscriptions, topics
from .announced import Announced
from .discovery import Place
from .inbox import Inbox, Left, Message
from .message import WrongMessage
from .replies import Answered, Refusal
from .retained import Broker, Retained
from .subscriptions import Subscriptions
from .topics import Topics

_logger = logging.getLogger("octoprint.plugins.systemcommands.triggers.mqtt.mqtt")

WAY_IN: WayIn = "mqtt"

# Runs whose end is told to somebody, or that were told to have begun
MAX_RUNS = 1000

# How often to look at the printer, in seconds, and at everything else: states are asked for as
# long as somebody has looked within a minute
_LOOK_AT_PRINTER = 2.0
_LOOK = 20.0

# How often to try whether there is a connection again, in seconds
_RETRY = 5.0

_TOO_MANY = Refusal(
    replies.OVERLOADED, "Too many messages wait for their turn. Try again in a moment."
)

# After these a command may be available that was not, or the other way round
_OF_PRINTER = "PrinterStateChanged"
_OF_SETTINGS = "SettingsUpdated"


class Host(Broker, Protocol):
    """OctoPrint-MQTT, see `octoprint_systemcommands.host.mqtt_plugin`."""

    @property
    def is_installed(self) -> bool: ...

    def find(self) -> bool: ...

    def surroundings(self) -> Any: ...


class Opened(Protocol):
    """The commands that are open to MQTT, see `octoprint_systemcommands.access`."""

    def told(self, way_in: WayIn) -> list[Command]: ...


class Looking(Protocol):
    """The states of toggles and statuses, see `octoprint_systemcommands.states`."""

    def watch(self, commands: Sequence[Command]) -> list[State]: ...


class Awaited(NamedTuple):
    """A run that somebody is told the end of.

    Attributes:
        reply: the topic
        id: what the sender calls it
    """

    reply: str
    id: Optional[str]


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
            self._thread = threading.Thread(
                target=self._loop, name="systemcommands.mqtt", daemon=True
            )
            self._thread.start()

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
        """At the end of the server. What is told of the end depends on OctoPrint-MQTT."""
        self._inbox.close()

    @property
    def is_installed(self) -> bool:
        """Whether OctoPrint-MQTT is there."""
        return self._host.is_installed

    @property
    def is_connected(self) -> Optional[bool]:
        """Whether it has a connection; None if nothing was to be told yet."""
        return self._is_connected

    @property
    def number(self) -> int:
        """How many commands are told of."""
        return len(self._told)

    ##~~ In the thread of this module

    def _loop(self) -> None:
        instance = _Instance(
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

    def _refresh(self, instance: "_Instance") -> Optional[float]:
        """Brings everything up to date; returns for how long there is nothing to do."""
        preferences = self._preferences()
        commands = self._opened.told(WAY_IN) if preferences.enabled else []
        self._told = frozenset(command.action for command in commands)
        has_told = instance.refresh(commands, preferences)
        if has_told is not None:
            self._is_connected = has_told
        if not commands:
            return None if has_told is not False else _RETRY
        if not has_told:
            return _RETRY
        return _LOOK_AT_PRINTER if any(map(has_guards, commands)) else _LOOK


def _until(moment: Optional[float]) -> Optional[float]:
    return None if moment is None else max(0.0, moment - time.monotonic())


class _Instance:
    """What the thread works with; nobody else does."""

    def __init__(
        self,
        host: Host,
        launcher: Launcher,
        states: Looking,
        printer: Printer,
        announced: Announced,
        inbox: Inbox,
        version: str,
    ):
        self._host = host
        self._launcher = launcher
        self._states = states
        self._printer = printer
        self._announced = announced
        self._version = version
        self._is_to_be_anew = False
        self._touch = inbox.touch
        self._subscriptions = Subscriptions(host, inbox.put_message, self._anew)
        self._retained = Retained(host, announced.topics)
        self._answered = Answered()
        # where wishes come in, and where they are answered
        self._addresses: dict[str, str] = {}
        self._topics = Topics("")
        self._name = ""
        # by id of the run
        self._awaited: OrderedDict[str, Awaited] = OrderedDict()
        self._begun: OrderedDict[str, None] = OrderedDict()

    def _anew(self) -> None:
        """The broker, or Home Assistant, was away. In the thread of the connection."""
        self._is_to_be_anew = True
        self._touch()

    ##~~ What is to stand at the broker

    def refresh(
        self, commands: Sequence[Command], preferences: MqttPreferences
    ) -> Optional[bool]:
        """Makes the broker have what is to stand there, and listens to what is to be heard.

        Returns:
            whether there is a connection; None if nothing was to be told
        """
        surroundings = self._host.surroundings()
        self._name = preferences.name
        self._topics = topics.below(surroundings.base_topic)
        if commands:
            self._addresses = subscriptions.addresses(self._topics, preferences)
            signals = subscriptions.signals(surroundings.last_will, preferences)
            self._subscriptions.become(self._addresses, signals)
        else:
            self._addresses = {}
            self._subscriptions.become({}, {})
        if self._is_to_be_anew:
            self._is_to_be_anew = False
            self._retained.forget()
        wanted = self._wanted(commands)
        if commands and preferences.discovery:
            wanted.update(self._discovery(commands, preferences, surroundings))
        if not wanted and not self._retained.topics:
            return None
        # before they are there: the server may end at any moment
        self._announced.remember({*wanted, *self._retained.topics})
        has_told = self._retained.publish(wanted)
        if has_told:
            self._announced.remember(wanted)
        else:
            # who knows what the broker has when it is back
            self._retained.forget()
        return has_told

    def _wanted(self, commands: Sequence[Command]) -> dict[str, str]:
        asked = [one for one in commands if one.is_toggle or one.is_status]
        states = {state.action: state for state in self._states.watch(asked)}
        is_guarded = any(map(has_guards, commands))
        printer = self._printer.state() if is_guarded else PrinterState()
        return {
            **picture.of_states(asked, states, self._retained.payloads, self._topics),
            **picture.of_availability(commands, states, printer, self._topics),
        }

    def _discovery(
        self,
        commands: Sequence[Command],
        preferences: MqttPreferences,
        surroundings: Any,
    ) -> dict[str, str]:
        place = Place(
            preferences.discovery_prefix,
            self._topics,
            surroundings.last_will,
            surroundings.node or self._announced.node(),
            surroundings.node is not None,
            preferences.name,
            self._version,
        )
        configs = discovery.configs(commands, place)
        return {topic: json.dumps(config) for topic, config in configs.items()}

    ##~~ What comes in

    def process(self, work: Any) -> None:
        """Does one thing."""
        if isinstance(work, Message):
            self._process_message(work)
        elif isinstance(work, Record):
            self._process_record(work)
        elif isinstance(work, Left):
            _logger.warning(
                f"{work.number} messages were not processed and not answered, since too many "
                f"came at once"
            )

    def _process_message(self, came: Message) -> None:
        wished = topics.wished(came.topic)
        reply = self._reply_topic(came.topic)
        if wished is None or reply is None:
            # the topics have changed meanwhile
            return
        wish = message.Wish()
        try:
            wish = message.parse(wished.kind, came.payload)
            earlier = self._answered.of(wished.action, wish.id, time.monotonic())
            if earlier is not None:
                self._publish(reply, earlier)
                return
            if came.is_refused:
                self._refuse(reply, wish.id, wished.action, _TOO_MANY)
                return
            self._run(wished.action, wish, reply)
        except Exception as error:
            why = replies.refusal(error)
            if not why.is_expected:
                _logger.exception("Cannot run what a message asks for")
            id_ = error.id if isinstance(error, WrongMessage) else wish.id
            self._refuse(reply, id_, wished.action, why)

    def _run(self, action: str, wish: message.Wish, reply: str) -> None:
        run = self._launcher.launch(
            ExecuteRequest(
                source=CUSTOM,
                action=action,
                requester=Requester(trigger="mqtt"),
                way_in=WAY_IN,
                arguments=wish.arguments,
                confirmed=wish.confirmed,
                to=wish.to,
            )
        )
        record = run.record()
        answer = replies.accepted(self._name, wish.id, record)
        self._answered.remember(action, wish.id, answer, time.monotonic())
        self._publish(reply, answer)
        if record.status not in UNFINISHED:
            self._publish(reply, replies.ended(self._name, wish.id, record))
            return
        self._awaited[record.id] = Awaited(reply, wish.id)
        while len(self._awaited) > MAX_RUNS:
            self._awaited.popitem(last=False)
        # its end may have been told before it was known here
        record = run.record()
        if record.status not in UNFINISHED:
            self._tell_end(record)

    def _refuse(self, reply: str, id_: Optional[str], action: str, why: Refusal) -> None:
        said = f"MQTT: {action} was not run ({why.code}): {why.error}"
        _logger.info(one_line(said))
        self._publish(reply, replies.refused(self._name, id_, action, why))

    def _reply_topic(self, topic: str) -> Optional[str]:
        base = topic.rsplit("/", 3)[0] + "/"
        return self._addresses.get(base)

    ##~~ What is told of runs

    def _process_record(self, record: Record) -> None:
        if record.status not in UNFINISHED:
            self._tell_end(record)
            self._begun.pop(record.id, None)
            self._tell_event(record.status.value, record)
        elif record.id not in self._begun:
            self._begun[record.id] = None
            while len(self._begun) > MAX_RUNS:
                self._begun.popitem(last=False)
            self._tell_event("started", record)

    def _tell_end(self, record: Record) -> None:
        awaited = self._awaited.pop(record.id, None)
        if awaited is not None:
            said = replies.ended(self._name, awaited.id, record)
            self._publish(awaited.reply, said)

    def _tell_event(self, event_type: str, record: Record) -> None:
        if record.trigger == "test" or event_type not in discovery.EVENT_TYPES:
            return
        self._publish(
            self._topics.event,
            {
                "event_type": event_type,
                "run": record.id,
                "action": record.action,
                "trigger": record.trigger,
                "exit_code": record.exit_code,
            },
        )

    def _publish(self, topic: str, said: Any) -> None:
        self._host.publish(topic, json.dumps(said), retained=False)
