"""Requests to a server, and how long they take."""

import http.client
import json
import time


class Client:
    """One connection that is kept open, as an admin with an API key."""

    def __init__(self, server, timeout=300):
        self._headers = server.admin.headers
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", server.port, timeout=timeout
        )
        self.content, self.headers = b"", {}

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    def close(self):
        self._connection.close()

    def request(self, method, path, body=None, headers=None):
        """Returns the status and the seconds until the answer was there in full.

        `body` is sent as JSON. The answer is left in `content` and its `headers`.
        """
        headers = {**self._headers, **(headers or {})}
        if body is not None:
            body = json.dumps(body)
            headers["Content-Type"] = "application/json"
        started = time.perf_counter()
        self._connection.request(method, path, body=body, headers=headers)
        response = self._connection.getresponse()
        self.content = response.read()
        self.headers = response.headers
        return response.status, time.perf_counter() - started

    def version(self):
        """Seconds for the smallest request that the API has."""
        return expect(200, *self.request("GET", "/api/version"))

    def run(self, action):
        """Seconds for a command that must succeed."""
        return expect(204, *self.request("POST", path_of(action)))


def path_of(action):
    return f"/api/system/commands/custom/{action}"


def expect(expected, status, seconds):
    if status != expected:
        raise RuntimeError(f"answered with {status}, not with {expected}")
    return seconds
