"""One link, as it is kept: all but its secret."""

import hashlib
import hmac
import math
import re
import secrets
from collections.abc import Mapping
from typing import Any, NamedTuple, Optional

from ...commands.toggles import OFF, ON, To
from ...runs.output.times import iso

# Bytes of the random part of an address
_SECRET_BYTES = 32

# and its characters, six bits each
SECRET_LENGTH = math.ceil(_SECRET_BYTES * 8 / 6)

_ID = re.compile(r"[0-9a-f]{16}")
_HASH = re.compile(r"[0-9a-f]{64}")

MAX_NAME = 100


class Link(NamedTuple):
    """A link, and what it runs.

    Attributes:
        id: 16 hexadecimal digits, no secret
        name: what people call it
        digest: SHA-256 of the random part of its address, in hexadecimal digits
        action: the command's
        to: where to switch a toggle to; None for the opposite of what it is
        arguments: the values that the command gets
        get: whether GET runs it as well as POST
        created_at: in seconds since the epoch
        created_by: the user; None if unknown
    """

    id: str
    name: str
    digest: str
    action: str
    to: Optional[To] = None
    arguments: Mapping[str, Any] = {}
    get: bool = False
    created_at: float = 0.0
    created_by: Optional[str] = None

    def with_secret(self, secret: str) -> "Link":
        """The same link, opened by another secret."""
        return self._replace(digest=digest_of(secret))

    def has_digest(self, digest: str) -> bool:
        """Whether this is the digest of its secret. Takes the same time for all that are
        not."""
        return hmac.compare_digest(self.digest, digest)

    def to_json(self) -> dict[str, Any]:
        """For those who may edit: without what has to do with the secret."""
        return {
            "id": self.id,
            "name": self.name,
            "action": self.action,
            "to": self.to,
            "arguments": dict(self.arguments),
            "get": self.get,
            "created_at": iso(self.created_at),
            "created_by": self.created_by,
        }


def new_secret() -> str:
    """A random part for an address; nobody can guess it."""
    return secrets.token_urlsafe(_SECRET_BYTES)


def new_id() -> str:
    """An id for a link."""
    return secrets.token_hex(8)


def digest_of(secret: str) -> str:
    """What is kept of a secret. It is random, so there is no need for salt or for a slow
    hash."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def from_file(entry: Any) -> Link:
    """A link as `Link._asdict` has written it.

    Raises:
        ValueError, TypeError: it is none
    """
    if not isinstance(entry, dict):
        raise TypeError("a link is an object")
    link = Link(**entry)
    texts = (link.id, link.name, link.digest, link.action)
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("its texts are none")
    if not _ID.fullmatch(link.id) or not _HASH.fullmatch(link.digest):
        raise ValueError("its id or its digest is none")
    if link.to not in (None, ON, OFF):
        raise ValueError("its direction is none")
    if not isinstance(link.arguments, dict) or not isinstance(link.get, bool):
        raise TypeError("its arguments or its methods are none")
    if link.created_by is not None and not isinstance(link.created_by, str):
        raise TypeError("its maker is none")
    if isinstance(link.created_at, bool) or not isinstance(link.created_at, (int, float)):
        raise TypeError("its time is none")
    # a time that has no date cannot be shown
    iso(link.created_at)
    return link
