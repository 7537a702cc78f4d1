"""Stands in for the plugin OctoPrint-MQTT in tests, where that cannot be installed: no package
index has it. It offers the same helpers, is set in the same way, and talks to a real broker by
the same library. It is put into a server's folder `plugins` as ``mqtt.py``."""

import json
import threading

import octoprint.plugin
import paho.mqtt.client as paho

# How long a connection takes, in seconds, by TLS and on a small machine
_SLOW = 0.5


class MqttStandIn(
    octoprint.plugin.SettingsPlugin,
    octoprint.plugin.StartupPlugin,
    octoprint.plugin.ShutdownPlugin,
):
    def __init__(self):
        self._client = None
        self._is_connected = False
        self._lock = threading.Lock()
        self._subscriptions = []

    def get_settings_defaults(self):
        return {
            "broker": {
                "url": None,
                "port": 1883,
                "username": None,
                "password": None,
                "keepalive": 60,
                "tls_active": False,
                "tls": {},
                "tls_insecure": False,
                "retain": True,
                "lwRetain": True,
            },
            "publish": {"baseTopic": "octoPrint/", "lwTopic": "mqtt", "lwActive": True},
        }

    def on_startup(self, host, port):
        self._connect()

    def on_settings_save(self, data):
        before = self._connected_by()
        super().on_settings_save(data)
        if self._client is not None and self._connected_by() != before:
            # Like the real one it passes for connected meanwhile: what is published is lost,
            # and whoever publishes it is told that it was sent
            self._client.loop_stop()
            self._client.reinitialise()
            threading.Timer(_SLOW, self._connect).start()

    def _connected_by(self):
        return self._settings.get(["broker"], merged=True), self._last_will()

    def _connect(self):
        broker = self._settings.get(["broker"], merged=True)
        if broker["url"] is None:
            return
        client = self._client = paho.Client(protocol=paho.MQTTv31)
        if broker["username"] is not None:
            client.username_pw_set(broker["username"], broker["password"])
        if broker["tls_active"]:
            client.tls_set(**broker["tls"])
        last_will = self._last_will()
        if last_will is not None:
            client.will_set(last_will, "disconnected", qos=1, retain=broker["lwRetain"])
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.reconnect_delay_set(1, 1)
        client.connect_async(broker["url"], broker["port"], keepalive=broker["keepalive"])
        client.loop_start()

    def on_shutdown(self):
        if self._client is not None:
            last_will = self._last_will()
            if last_will is not None:
                self._client.publish(last_will, "disconnected", qos=1, retain=True)
            self._client.loop_stop()

    def _last_will(self):
        publish = self._settings.get(["publish"], merged=True)
        if not publish["lwActive"] or not publish["lwTopic"]:
            return None
        return publish["baseTopic"] + publish["lwTopic"]

    def _on_connect(self, client, userdata, flags, code):
        if code != 0:
            return
        last_will = self._last_will()
        if last_will is not None:
            client.publish(last_will, "connected", qos=1, retain=True)
        with self._lock:
            topics = {topic for topic, _ in self._subscriptions}
            if topics:
                client.subscribe([(topic, 0) for topic in topics])
            self._is_connected = True

    def _on_disconnect(self, client, userdata, code):
        self._is_connected = False

    def _on_message(self, client, userdata, message):
        for topic, callback in list(self._subscriptions):
            if paho.topic_matches_sub(topic, message.topic):
                try:
                    callback(
                        message.topic,
                        message.payload,
                        retained=message.retain,
                        qos=message.qos,
                    )
                except Exception:
                    self._logger.exception("Error in a callback")

    ##~~ The helpers

    def publish(
        self, topic, payload, retained=None, qos=0, allow_queueing=False, raw_data=False
    ):
        assert not allow_queueing, "it would be sent as a retained message later"
        if not isinstance(payload, str) and not raw_data:
            payload = json.dumps(payload)
        if not self._is_connected:
            return False
        if retained is None:
            retained = self._settings.get_boolean(["broker", "retain"])
        self._client.publish(topic, payload=payload, retain=retained, qos=qos)
        return True

    def subscribe(self, topic, callback, args=None, kwargs=None):
        with self._lock:
            self._subscriptions.append((topic, callback))
            if self._is_connected:
                self._client.subscribe(topic)

    def unsubscribe(self, callback, topic=None):
        with self._lock:
            gone = [
                one
                for one in self._subscriptions
                if one[1] == callback and topic in (None, one[0])
            ]
            for one in gone:
                self._subscriptions.remove(one)
            if self._is_connected and gone:
                # of several the real one gives up the first alone
                self._client.unsubscribe(gone[0][0])


__plugin_name__ = "MQTT (stand-in)"
__plugin_pythoncompat__ = ">=3.9,<4"
__plugin_implementation__ = MqttStandIn()
__plugin_helpers__ = {
    "mqtt_publish": __plugin_implementation__.publish,
    "mqtt_subscribe": __plugin_implementation__.subscribe,
    "mqtt_unsubscribe": __plugin_implementation__.unsubscribe,
}
