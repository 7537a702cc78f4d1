"""What a preset is."""

from typing import Any, NamedTuple, Optional


class Preset(NamedTuple):
    """A definition without an action, which is made when it is added.

    Attributes:
        id: tells it from the others
        definition: its fields; ``{python}`` and ``{basedir}`` in a command line stand for
            OctoPrint's Python and its base folder
        note: what to know or to have before it works
        sudo: the commands that have to be allowed without a password
    """

    id: str
    definition: dict[str, Any]
    note: Optional[str] = None
    sudo: tuple[str, ...] = ()
