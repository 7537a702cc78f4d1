"""All links: made, listed, revoked and used.

Whoever knows the address of a link may run what it runs, without an account. So it is made
by somebody who may edit, for one command with values that are fixed, and nothing that comes
with a request counts. Its address is shown once and kept nowhere.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from ...messages import N_, MessageError
from .link import Link, digest_of, new_id, new_secret
from .links_file import LinksFile

_logger = logging.getLogger("octoprint.plugins.systemcommands.triggers.links.links")

MAX_LINKS = 100

# Characters of what is taken for a secret; they are shorter
_MAX_SECRET = 100

# Seconds between two uses of one link
PAUSE = 1.0


class WrongLink(MessageError, ValueError):
    """A link cannot be made; says what to do."""


class NoSuchLink(Exception):
    """There is none with this secret or id, or it cannot run its command any more."""


class TooSoon(Exception):
    """It was used a moment ago.

    Attributes:
        retry_after: seconds after which to try again
    """

    retry_after = 1


class Made(NamedTuple):
    """A new link.

    Attributes:
        link: as it is kept
        secret: the random part of its address, which is told now and never again
    """

    link: Link
    secret: str


class Links:
    """Knows all links.

    Arguments:
        file: where they are kept
        clock: the time in seconds, on a clock that does not jump
        wall: the time in seconds since the epoch
    """

    def __init__(
        self,
        file: LinksFile,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ):
        self._file = file
        self._clock = clock
        self._wall = wall
        # while one is made or revoked; the disk is waited for
        self._change = threading.Lock()
        # replaced as a whole, never changed
        self._links: tuple[Link, ...] = tuple(file.read()[:MAX_LINKS])
        self._uses = threading.Lock()
        # by id, when a link was used last
        self._used_at: dict[str, float] = {}

    def has(self, link_id: str) -> bool:
        """Whether there is such a link, for `Access`."""
        return any(link.id == link_id for link in self._links)

    def all(self) -> tuple[Link, ...]:
        """All links, in the order in which they were made."""
        return self._links

    def add(self, link: Link) -> Made:
        """Keeps a new link, which gets an id and a secret.

        Raises:
            WrongLink: there are too many
            NotWritten
        """
        secret = new_secret()
        made = link._replace(id=new_id(), created_at=self._wall()).with_secret(secret)
        with self._change:
            if len(self._links) >= MAX_LINKS:
                raise WrongLink(
                    N_(
                        "There are %(number)s links, which is the limit: revoke one first"
                    ),
                    number=MAX_LINKS,
                )
            links = (*self._links, made)
            self._file.write(links)
            self._links = links
        return Made(made, secret)

    def revoke(self, link_id: str) -> Link:
        """Forgets a link. What it has started goes on; what waits for its turn is refused.

        Raises:
            NoSuchLink
            NotWritten: it goes on working
        """
        with self._change:
            gone = next((link for link in self._links if link.id == link_id), None)
            if gone is None:
                raise NoSuchLink(link_id)
            links = tuple(link for link in self._links if link is not gone)
            self._file.write(links)
            self._links = links
        with self._uses:
            self._used_at.pop(link_id, None)
        return gone

    def opened_by(self, secret: str) -> Link:
        """The link with this secret.

        Raises:
            NoSuchLink
        """
        digest = digest_of(secret[:_MAX_SECRET])
        # all of them are looked at, so that the time tells nothing
        found = [link for link in self._links if link.has_digest(digest)]
        if not found:
            raise NoSuchLink
        return found[0]

    def use(self, link: Link) -> None:
        """Notes that a link is used now.

        Raises:
            TooSoon: it was used less than a second ago
        """
        with self._uses:
            now = self._clock()
            before = self._used_at.get(link.id)
            if before is not None and now < before + PAUSE:
                raise TooSoon
            if self.has(link.id):
                self._used_at[link.id] = now
