"""The account that OctoPrint, and so every command, runs as."""

import os
import pwd


def own_user() -> str:
    """Its name as sudoers knows it; ``#`` and the number if it has none.

    Not by environment variables, which may tell of another one.
    """
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"#{os.geteuid()}"
