"""What this instance has left at the broker, in a file, so that the next server can take it
away."""

import contextlib
import json
import logging
import os
import re
import uuid
from collections.abc import Iterable, Iterator

_logger = logging.getLogger("octoprint.plugins.systemcommands.triggers.mqtt.announced")

# Bytes that are read of the file; topics that are remembered, and their bytes there, which
# leaves room for the rest
_MAX_SIZE = 1024 * 1024
MAX_TOPICS = 5000
_MAX_TOPICS_SIZE = _MAX_SIZE - 1024

_NODE = re.compile(r"[a-zA-Z0-9_-]{1,100}")
# what a broker would not take
_WRONG_TOPIC = re.compile(r"[+#\x00\ud800-\udfff]")


class Announced:
    """Remembers topics, and what tells this instance from others.

    Arguments:
        path: the file; made when there is something to remember
    """

    def __init__(self, path: str):
        self._path = path
        node, self._topics = self._read()
        self._node = node

    @property
    def topics(self) -> frozenset[str]:
        """Those that may be there still."""
        return self._topics

    def node(self) -> str:
        """What tells this instance from others, the same for as long as there is the file."""
        if not self._node:
            self._node = "octoprint_" + uuid.uuid4().hex[:12]
            self._write()
        return self._node

    def remember(self, topics: Iterable[str]) -> None:
        """These are there, or will be in a moment, and no others."""
        wanted = frozenset(_as_many_as_can_be_read(topics))
        if wanted != self._topics:
            self._topics = wanted
            self._write()

    def _read(self) -> tuple[str, frozenset[str]]:
        try:
            with open(self._path, encoding="utf-8") as file:
                data = json.loads(file.read(_MAX_SIZE))
        except FileNotFoundError:
            return "", frozenset()
        except (OSError, ValueError, RecursionError) as error:
            _logger.warning(
                f"Cannot read from {self._path} what is at the broker: {error}"
            )
            return "", frozenset()
        if not isinstance(data, dict):
            return "", frozenset()
        node, topics = data.get("node"), data.get("topics")
        return (
            node if isinstance(node, str) and _NODE.fullmatch(node) else "",
            frozenset(
                topic
                for topic in (topics if isinstance(topics, list) else ())
                if isinstance(topic, str) and topic and not _WRONG_TOPIC.search(topic)
            ),
        )

    def _write(self) -> None:
        temporary = self._path + ".new"
        try:
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            with open(temporary, "w", encoding="utf-8") as file:
                json.dump({"node": self._node, "topics": sorted(self._topics)}, file)
                # else a file without content may be all that outlives a power failure
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self._path)
        except OSError as error:
            _logger.warning(
                f"Cannot write to {self._path} what is at the broker: {error}"
            )
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def _as_many_as_can_be_read(topics: Iterable[str]) -> Iterator[str]:
    left = _MAX_TOPICS_SIZE
    for topic in sorted(topics)[:MAX_TOPICS]:
        left -= len(json.dumps(topic)) + len(", ")
        if left < 0:
            return
        yield topic
