"""Which version of the plugin a small file of the data folder belongs to.

A file says it in its ``version``. Whoever changes what a file means makes that one larger
here: an earlier plugin, to which people may go back, leaves such a file alone then.
"""

import json
from typing import Any

# that of files which do not say it as well
VERSION = 1

# bytes that are read of a file
_MAX_SIZE = 1024 * 1024


class LaterVersion(ValueError):
    """A later version of the plugin has written this."""

    def __init__(self) -> None:
        super().__init__(
            "a later version of this plugin has written it; it is left as it is until the "
            "plugin is updated"
        )


def read(path: str) -> Any:
    """What is in a JSON file.

    Raises:
        OSError, ValueError, RecursionError: it cannot be read, `LaterVersion` among these
    """
    with open(path, encoding="utf-8") as file:
        data = json.loads(file.read(_MAX_SIZE))
    ensure_not_later(data)
    return data


def ensure_may_be_replaced(path: str) -> None:
    """Raises `LaterVersion` if a file is that of a later version. One that cannot be read is
    of no use to anybody."""
    try:
        read(path)
    except LaterVersion:
        raise
    except (OSError, ValueError, RecursionError):
        pass


def ensure_not_later(data: Any) -> None:
    """Raises `LaterVersion` if that is what has written something."""
    version = data.get("version") if isinstance(data, dict) else None
    if isinstance(version, int) and version > VERSION:
        raise LaterVersion
