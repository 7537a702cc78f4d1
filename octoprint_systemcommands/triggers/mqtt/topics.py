"""The names of topics, below that of an instance and below that of a fleet."""

import re
from collections.abc import Iterator
from typing import NamedTuple, Optional
from urllib.parse import quote, unquote

from ...commands.definition import Command

RUN = "run"
SET = "set"

_CODE = re.compile(r"%[0-9a-fA-F]{2}")

_BELOW_BASE = "plugin/systemcommands/"


class Topics(NamedTuple):
    """The topics of one instance of OctoPrint.

    Attributes:
        base: what they begin with, with a slash at the end
    """

    base: str

    @property
    def reply(self) -> str:
        """Where it is answered what has become of a message."""
        return f"{self.base}reply"

    @property
    def event(self) -> str:
        """Where it is told what becomes of runs."""
        return f"{self.base}event"

    def run(self, action: str) -> str:
        """What runs a command."""
        return f"{self.base}command/{segment(action)}/run"

    def set(self, action: str) -> str:
        """What switches a toggle."""
        return f"{self.base}toggle/{segment(action)}/set"

    def state(self, command: Command) -> str:
        """The state of a toggle, or what a status says."""
        return f"{self._of(command)}/state"

    def attributes(self, command: Command) -> str:
        """What else is known of a state."""
        return f"{self._of(command)}/attributes"

    def availability(self, action: str) -> str:
        """Whether a command could be run now."""
        return f"{self.base}availability/{segment(action)}"

    def _of(self, command: Command) -> str:
        kind = "toggle" if command.is_toggle else "status"
        return f"{self.base}{kind}/{segment(command.action)}"


class Wished(NamedTuple):
    """What a topic asks for.

    Attributes:
        kind: `RUN` or `SET`
        action: the command's
    """

    kind: str
    action: str


def below(base_topic: str) -> Topics:
    """The topics of an instance.

    Arguments:
        base_topic: of OctoPrint-MQTT, such as ``octoPrint/``
    """
    return Topics(base_topic + _BELOW_BASE)


def segment(name: str) -> str:
    """A name as one level of a topic: what means something there is written as in URLs."""
    # halves of characters, which YAML can have, are no text that could be sent
    return quote(name, safe="", errors="surrogatepass")


def wishes(base: str) -> Iterator[str]:
    """Filters for all topics that ask for something.

    Arguments:
        base: what these begin with, with a slash at the end
    """
    yield f"{base}command/+/{RUN}"
    yield f"{base}toggle/+/{SET}"


def wished(topic: str) -> Optional[Wished]:
    """What a topic asks for; None if it asks for nothing."""
    levels = topic.rsplit("/", 3)
    if len(levels) < 3:
        return None
    kind, action, verb = levels[-3:]
    if (kind, verb) not in (("command", RUN), ("toggle", SET)):
        return None
    return Wished(verb, _name(action))


def _name(level: str) -> str:
    try:
        name = unquote(level, errors="surrogatepass")
    except UnicodeDecodeError:
        # there is no command of such a name
        return unquote(level)
    written = _CODE.sub(
        lambda code: code[0].upper(), quote(level, "%", errors="surrogatepass")
    )
    # a broker that keeps a topic from somebody knows nothing of other ways to write it
    return name if written == segment(name) else level
