"""The socket over which OctoPrint pushes to browsers, for tests that look at what it says."""

import json
import time

import websocket

PLUGIN = "systemcommands"


class PushClient:
    """A push socket as browsers open it.

    messages  is all that came from the plugin and its events, and from `observer` and its
              events, in the order of arrival: ("push", data) or (type of the event, payload).
    """

    def __init__(self, octoprint, client=None):
        url = octoprint.url.replace("http://", "ws://") + "/sockjs/websocket"
        self._socket = websocket.create_connection(
            url, timeout=10, http_no_proxy=["127.0.0.1"]
        )
        self.messages = []
        # OctoPrint sends this as soon as it sends anything
        while "connected" not in self._receive():
            pass
        if client is not None:
            self.log_in(client)

    def log_in(self, client):
        """Log in with the session of a `BrowserClient`, or an `ApiClient`."""
        user = client.post("/api/login", json={"passive": True}).json()
        self.send({"auth": f"{user['name']}:{user['session']}"})

    def wait_until_told(self):
        """Wait until somebody who has just logged in is told all that they may know."""
        # OctoPrint sends this last when it has registered a socket for its events
        deadline = time.monotonic() + 30
        while "timelapse" not in self._receive():
            assert time.monotonic() < deadline, self.messages

    def send(self, message):
        self._socket.send(json.dumps(message))

    def receive_until(self, condition, timeout=30):
        """All messages, as soon as one fulfils the condition."""
        deadline = time.monotonic() + timeout
        self._socket.settimeout(timeout)
        while not any(map(condition, self.messages)):
            assert time.monotonic() < deadline, self.messages
            self._receive()
        return self.messages

    def receive_for(self, seconds):
        """All messages, after some time."""
        deadline = time.monotonic() + seconds
        self._socket.settimeout(0.2)
        while time.monotonic() < deadline:
            try:
                self._receive()
            except websocket.WebSocketTimeoutException:
                continue
        return self.messages

    def _receive(self):
        message = json.loads(self._socket.recv())
        pushed = message.get("plugin", {})
        if pushed.get("plugin") in (PLUGIN, "observer"):
            self.messages.append(("push", pushed["data"]))
        event = message.get("event", {})
        if event.get("type", "").startswith((f"plugin_{PLUGIN}_", "plugin_observer_")):
            self.messages.append((event["type"], event["payload"]))
        return message

    def close(self):
        self._socket.close()
