"""One instance of OctoPrint at the broker: what stands there, and what becomes of messages."""

import json
import logging
import time
from collections.abc import Sequence
from typing import Any, Optional, Protocol

from ...commands.catalogue import CUSTOM
from ...commands.definition import Command
from ...commands.fields import WayIn
from ...host.mqtt_preferences import MqttPreferences
from ...launcher import ExecuteRequest, Launcher
from ...runs.guards import has_guards
from ...runs.printer_state import Printer, PrinterState
from ...runs.record import Record
from ...runs.request import Requester
from ...states.state import State
from . import availability, discovery, message, picture, replies, subscriptions, topics
from .anew import Anew
from .announced import Announced
from .discovery import Place
from .inbox import Inbox, Left, Message, Missed
from .message import WrongMessage
from .refusals import Refusals
from .replies import Answered, Refusal
from .retained import Broker, Retained
from .subscriptions import Subscriptions
from .told_runs import Awaited, ToldRuns
from .topics import Topics

_logger = logging.getLogger("octoprint.plugins.systemcommands.triggers.mqtt.instance")

WAY_IN: WayIn = "mqtt"

# How often to tell something again, to see whether there is still a connection, in seconds
_PROBE = 20.0

_TOO_MANY = Refusal(
    replies.OVERLOADED, "Too many messages wait for their turn. Try again in a moment."
)


class Host(Broker, Protocol):
    """OctoPrint-MQTT, see `octoprint_systemcommands.host.mqtt_plugin`."""

    @property
    def is_installed(self) -> bool: ...

    def find(self) -> bool: ...

    def surroundings(self) -> Any: ...


class Looking(Protocol):
    """The states of toggles and statuses, see `octoprint_systemcommands.states`."""

    def watch(self, commands: Sequence[Command]) -> list[State]: ...


class Instance:
    """What the thread of MQTT works with; nobody else does.

    Arguments:
        host: the connection
        launcher: has commands run
        states: what toggles and statuses are
        printer: what it is doing
        announced: remembers what stands at the broker
        inbox: where messages are put
        version: of this plugin
    """

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
        self._anew = Anew(inbox.touch)
        self._subscriptions = Subscriptions(host, inbox.put_message, self._anew.want)
        self._retained = Retained(host, announced.topics)
        self._answered = Answered()
        self._refusals = Refusals()
        # where wishes come in, and where they are answered
        self._addresses: dict[str, str] = {}
        self._topics = Topics("")
        self._name = ""
        self._told = ToldRuns(
            self._publish, lambda said: self._publish(self._topics.event, said)
        )
        self._probe_at = time.monotonic() + _PROBE

    @property
    def seconds_to_anew(self) -> float:
        """In how many seconds everything is to be published anew; infinity if it is not."""
        return self._anew.seconds

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
        self._listen(commands, preferences, surroundings)
        self._refusals.tell_rest()
        is_probed = bool(commands) and time.monotonic() >= self._probe_at
        if is_probed:
            self._probe_at = time.monotonic() + _PROBE
        # without a last will, nobody tells of a broker that was away for a moment
        is_unsure = is_probed and surroundings.last_will is None
        if self._anew.take() or is_unsure:
            self._retained.forget()
        wanted = self._wanted(commands)
        if commands and preferences.discovery:
            wanted.update(self._discovery(commands, preferences, surroundings))
        if not wanted and not self._retained.topics:
            return None
        # before they are there: the server may end at any moment
        self._announced.remember({*wanted, *self._retained.topics})
        has_told = self._retained.publish(wanted)
        if has_told and is_probed:
            # else nobody would know that the broker has gone as long as nothing changes
            has_told = self._retained.repeat(
                self._topics.availability(commands[0].action)
            )
        if has_told:
            self._subscriptions.confirm()
            self._announced.remember(wanted)
        else:
            # who knows what the broker has when it is back
            self._retained.forget()
        return has_told

    def _listen(
        self,
        commands: Sequence[Command],
        preferences: MqttPreferences,
        surroundings: Any,
    ) -> None:
        self._addresses = {}
        signals: dict[str, str] = {}
        if commands:
            self._addresses = subscriptions.addresses(self._topics, preferences)
            signals = subscriptions.signals(surroundings.last_will, preferences)
        self._subscriptions.become(self._addresses, signals)

    def leave(self) -> None:
        """At the end of the server: nothing can be run any more. If OctoPrint-MQTT has a last
        will, that says so."""
        if self._host.surroundings().last_will is not None:
            return
        for topic, payload in self._retained.payloads.items():
            if payload == availability.ONLINE:
                self._host.publish(topic, availability.OFFLINE, retained=True)

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
            self._told.changed(work)
        elif isinstance(work, Left):
            self._refusals.leave(work.number)
        elif isinstance(work, Missed):
            self._told.missed(work)

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
        self._told.await_end(Awaited(run, reply, self._name, wish.id))

    def _refuse(self, reply: str, id_: Optional[str], action: str, why: Refusal) -> None:
        self._refusals.add(action, why)
        self._publish(reply, replies.refused(self._name, id_, action, why))

    def _reply_topic(self, topic: str) -> Optional[str]:
        base = topic.rsplit("/", 3)[0] + "/"
        return self._addresses.get(base)

    def _publish(self, topic: str, said: Any) -> None:
        self._host.publish(topic, json.dumps(said), retained=False)
