"""What is listened to, and where it is answered."""

from collections.abc import Callable, Mapping
from typing import Any, Optional

from ...host.mqtt_preferences import MqttPreferences
from . import topics
from .retained import Broker
from .topics import Topics

# What Home Assistant says when it has started
ONLINE = "online"


def addresses(own: Topics, preferences: MqttPreferences) -> dict[str, str]:
    """Where wishes come in, with the topic by which they are answered.

    Arguments:
        own: the topics of this instance
        preferences: what was set

    Returns:
        the topic of the answers by what the topics of the wishes begin with
    """
    result = {own.base: own.reply}
    if preferences.fleet:
        fleet = preferences.fleet_topic + "/"
        reply = f"{fleet}reply/{topics.segment(preferences.name)}"
        result[fleet] = reply
        for group in preferences.groups:
            result[f"{fleet}group/{topics.segment(group)}/"] = reply
    return result


def signals(last_will: Optional[str], preferences: MqttPreferences) -> dict[str, str]:
    """What tells that everything is to be published anew: payloads by topic."""
    result = {}
    if last_will is not None:
        result[last_will] = "connected"
    if preferences.discovery:
        result[f"{preferences.discovery_prefix}/status"] = ONLINE
    return result


class Subscriptions:
    """Keeps the subscriptions as they are wanted.

    Arguments:
        broker: where
        on_wish: called with the topic and the payload of what asks for something
        on_signal: called when everything is to be published anew
    """

    def __init__(
        self,
        broker: Broker,
        on_wish: Callable[[str, bytes], None],
        on_signal: Callable[[], None],
    ):
        self._broker = broker
        self._on_wish = on_wish
        self._on_signal = on_signal
        self._wishes: frozenset[str] = frozenset()
        self._signals: Mapping[str, str] = {}
        # all that have ever been signals
        self._heard: set[str] = set()
        # those that were asked for when there may have been no connection
        self._uncertain: set[str] = set()

    def become(self, bases: Mapping[str, str], signals_: Mapping[str, str]) -> None:
        """Listens to these and to nothing else.

        Arguments:
            bases: see `addresses`
            signals_: see `signals`
        """
        wishes = frozenset(topic for base in bases for topic in topics.wishes(base))
        self._signals = dict(signals_)
        for topic in self._wishes - wishes:
            self._broker.unsubscribe(topic, self._wish_came)
            self._broker.unsubscribe(topic, _nothing)
        for topic in sorted(wishes - self._wishes):
            self._broker.subscribe(topic, self._wish_came)
        # Signals are never given up: others may listen to them by the same connection, such
        # as OctoPrint-HomeAssistant, and would not hear them any more either
        for topic in sorted(signals_.keys() - self._heard):
            self._broker.subscribe(topic, self._signal_came)
        self._uncertain -= self._wishes - wishes
        self._uncertain |= (wishes - self._wishes) | (signals_.keys() - self._heard)
        self._heard |= signals_.keys()
        self._wishes = wishes

    def confirm(self) -> None:
        """There is a connection. Asks once more for what was asked for without one.

        OctoPrint-MQTT collects what it listens to and only then notes that it is connected:
        what it is asked for between these two it forgets. A second callback has it asked
        without a moment in which nobody listens.
        """
        uncertain, self._uncertain = self._uncertain, set()
        for topic in sorted(uncertain):
            self._broker.subscribe(topic, _nothing)

    ##~~ In the thread of the connection, which must not wait

    def _wish_came(
        self, topic: str, payload: bytes, *args: Any, retained: Any = False, **kwargs: Any
    ) -> None:
        # the broker sends these at every start, whenever somebody may have meant it
        if not retained:
            self._on_wish(topic, payload)

    def _signal_came(self, topic: str, payload: bytes, *args: Any, **kwargs: Any) -> None:
        wanted = self._signals.get(topic)
        if wanted is not None and payload == wanted.encode():
            self._on_signal()


def _nothing(*args: Any, **kwargs: Any) -> None:
    """What came is for another callback."""
