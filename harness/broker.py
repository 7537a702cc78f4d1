"""A real MQTT broker, and somebody who listens to it and speaks to it."""

import json
import random
import shutil
import socket
import subprocess
import threading
from collections import deque
from pathlib import Path

import paho.mqtt.client as mqtt

from harness import mqtt_stand_in
from harness.waiting import wait_until

HOST = "127.0.0.1"
# below those that systems give to outgoing connections
PORTS = range(20_000, 32_000)
# what a listener remembers
MOST = 100_000


def executable():
    """Mosquitto, which Debian has in a folder that is in nobody's PATH but root's."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")


def free_port():
    """A port that nobody listens on right now, and that no connection gets by chance while the
    broker is away."""
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise OSError("no port is free")


class Broker:
    """Mosquitto, which forgets everything when it ends.

    Arguments:
        folder: for its files
        options: more lines of its configuration
    """

    def __init__(self, folder, options=()):
        self.port = free_port()
        self._configuration = Path(folder, "mosquitto.conf")
        self._log = Path(folder, "mosquitto.log")
        lines = [
            f"listener {self.port} {HOST}",
            "persistence false",
            "max_queued_messages 0",
            *(options or ["allow_anonymous true"]),
        ]
        self._configuration.write_text("\n".join([*lines, ""]))
        self._process = None

    def start(self):
        """Starts it, on the same port each time."""
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [executable(), "-c", self._configuration], stdout=log, stderr=log
            )
        wait_until(self._listens)
        return self

    def _listens(self):
        assert self._process.poll() is None, self._log.read_text()
        with socket.socket() as probe:
            return probe.connect_ex((HOST, self.port)) == 0

    @property
    def pid(self):
        return self._process.pid

    def kill(self):
        """As if somebody had pulled its plug."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def __enter__(self):
        return self if self._process is not None else self.start()

    def __exit__(self, *exception):
        self.kill()


class Message:
    """One that has come: `topic`, `payload` (a text), `is_retained`."""

    def __init__(self, message):
        self.topic = message.topic
        self.payload = message.payload.decode(errors="replace")
        self.is_retained = bool(message.retain)

    @property
    def data(self):
        return json.loads(self.payload)

    def __repr__(self):
        return f"{self.topic}: {self.payload}"


class Listener:
    """Somebody else at the broker.

    Attributes:
        messages: all that have come since it was asked to listen
        retained: by topic, what stands there
    """

    def __init__(self, broker, *topics, prepare=lambda client: None):
        self.messages = deque(maxlen=MOST)
        self.retained = {}
        self._topics = topics or ("#",)
        self._listens = threading.Event()
        self._client = mqtt.Client(clean_session=True)
        prepare(self._client)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = lambda *args: self._listens.set()
        self._client.on_message = self._on_message
        self._client.reconnect_delay_set(1, 1)
        # a storm is published as fast as it can be
        self._client.max_queued_messages_set(0)
        self._client.connect(HOST, broker.port)
        self._client.loop_start()
        assert self._listens.wait(30)

    def _on_connect(self, client, userdata, flags, code):
        if code == 0:
            client.subscribe([(topic, 0) for topic in self._topics])

    def _on_message(self, client, userdata, message):
        came = Message(message)
        self.messages.append(came)
        # what comes as it happens is not marked as retained, so both are taken for it
        self.retained[came.topic] = came.payload

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic, payload="", retain=False):
        if not isinstance(payload, (str, bytes)):
            payload = json.dumps(payload)
        self._client.publish(topic, payload, retain=retain)

    def clear(self):
        self.messages.clear()

    def of(self, topic):
        """What has come by a topic."""
        return [one for one in list(self.messages) if one.topic == topic]

    def wait_for(self, topic, condition=lambda message: True):
        """The first message of a topic that is as wanted."""

        def found():
            return next((one for one in self.of(topic) if condition(one)), None)

        return wait_until(found)


def with_mqtt(server):
    """Gives a server that is not started yet what stands in for OctoPrint-MQTT."""
    folder = server.basedir / "plugins"
    folder.mkdir(exist_ok=True)
    shutil.copy(mqtt_stand_in.__file__, folder / "mqtt.py")
    return server
