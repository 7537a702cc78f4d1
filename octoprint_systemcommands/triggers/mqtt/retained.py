"""What stands at the broker until it is something else."""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Protocol


class Broker(Protocol):
    """The connection to a broker, see `host.mqtt_plugin`."""

    def publish(self, topic: str, payload: str, retained: bool) -> bool: ...

    def subscribe(self, topic: str, callback: Callable[..., None]) -> None: ...

    def unsubscribe(self, topic: str, callback: Callable[..., None]) -> None: ...


# Topics that were taken away, and may have to be once more
MAX_REMOVED = 1000


class Retained:
    """Publishes what is different from before.

    Arguments:
        broker: where to
        topics: what an earlier server has left there
    """

    def __init__(self, broker: Broker, topics: Iterable[str] = ()):
        self._broker = broker
        self._published = dict.fromkeys(topics, "")
        # what has to be published once more
        self._uncertain = set(self._published)
        # What was taken away, the oldest first: while OctoPrint-MQTT changes its connection, it
        # takes what nobody gets
        self._removed: dict[str, None] = {}

    @property
    def topics(self) -> Collection[str]:
        """What is there, as far as is known."""
        return self._published.keys()

    @property
    def payloads(self) -> Mapping[str, str]:
        """The same, with what was published; empty where that is not known."""
        return self._published

    def forget(self) -> None:
        """The broker may have lost all of it, or not have got what was published last."""
        self._published = {**dict.fromkeys(self._removed, ""), **self._published}
        self._uncertain = set(self._published)

    def publish(self, wanted: Mapping[str, str]) -> bool:
        """Makes the broker have this and nothing else of what was published here before.

        Arguments:
            wanted: payloads by topic

        Returns:
            whether there is a connection; without one nothing has changed there
        """
        for topic in [topic for topic in self._published if topic not in wanted]:
            # an empty one takes away what is retained
            if not self._broker.publish(topic, "", retained=True):
                return False
            del self._published[topic]
            self._note_removed(topic)
        for topic, payload in wanted.items():
            is_certain = topic not in self._uncertain
            if is_certain and self._published.get(topic) == payload:
                continue
            if not self._broker.publish(topic, payload, retained=True):
                return False
            self._published[topic] = payload
            self._uncertain.discard(topic)
            self._removed.pop(topic, None)
        return True

    def _note_removed(self, topic: str) -> None:
        self._uncertain.discard(topic)
        if topic in self._removed:
            # for the second time
            del self._removed[topic]
            return
        self._removed[topic] = None
        if len(self._removed) > MAX_REMOVED:
            del self._removed[next(iter(self._removed))]

    def repeat(self, topic: str) -> bool:
        """Publishes once more what stands there; returns whether there is a connection."""
        return self._broker.publish(topic, self._published[topic], retained=True)
