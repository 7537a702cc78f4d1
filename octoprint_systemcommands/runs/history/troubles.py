"""What keeps the history from being read or written, in words that say what to do."""

import os
import sqlite3

from ...messages import N_, Message, MessageError
from .schema import MAX_SET_ASIDE, NewerVersion, TooManySetAside, is_in_use


class Unavailable(MessageError):
    """The history cannot be read or changed at present.

    Arguments:
        trouble: why
    """

    def __init__(self, trouble: Message):
        super().__init__(trouble.text, **trouble.values)


def cannot_read(error: Exception) -> Message:
    """Why it could not be read."""
    if is_in_use(error):
        return Message(
            N_(
                "The history of runs cannot be read: another program is using its file. "
                "What is shown is only what is known without it."
            )
        )
    text = N_("The history of runs cannot be read: %(error)s")
    return Message(text, {"error": str(error)})


# somebody has waited for an answer for long enough
NOT_READ_IN_TIME = Message(
    N_(
        "The history of runs cannot be read: the disk does not answer, or another program "
        "is using the file. What is shown is only what is known without it."
    )
)

NOT_WRITTEN_IN_TIME = Message(
    N_(
        "The history of runs cannot be written: the disk does not answer. Runs are kept in "
        "memory meanwhile."
    )
)

NOT_ALL_IN_MEMORY = Message(
    N_("Runs are missing in the history, the disk is too slow or full")
)

IS_BEING_CLEARED = Message(N_("The history is being cleared already. Look again later."))

NOT_CLEARED_IN_TIME = Message(
    N_(
        "The history could not be cleared yet: the disk does not answer. Look again later."
    )
)


def cannot_write(error: Exception, path: str) -> Message:
    """Why a file could not be written."""
    folder = os.path.dirname(path)
    if isinstance(error, NewerVersion):
        return Message(
            N_(
                "The history of runs was written by a later version of this plugin, and is "
                "left as it is. Until the plugin is updated, runs are kept in memory only, "
                "and are forgotten when the server ends."
            )
        )
    if isinstance(error, TooManySetAside):
        return Message(
            N_(
                "The history of runs is damaged, as were %(number)s before it, which are "
                "kept in %(folder)s. Runs are kept in memory only. Check the disk, and "
                'delete the files that have "broken" in their names.'
            ),
            {"number": MAX_SET_ASIDE, "folder": folder},
        )
    if is_in_use(error):
        return Message(
            N_(
                "The history of runs cannot be written: another program is using its file, "
                "maybe a backup. Runs are kept in memory until it has ended."
            )
        )
    if not is_expected(error):
        return Message(
            N_(
                "The history of runs cannot be written: %(error)s. Commands are run all "
                "the same. This is an error of the plugin, octoprint.log tells more."
            ),
            {"error": str(error)},
        )
    return Message(
        N_(
            "The history of runs cannot be written: %(error)s. Commands are run "
            "all the same. Check that there is space left, and that %(folder)s can "
            "be written to."
        ),
        {"error": str(error), "folder": folder},
    )


def is_expected(error: Exception) -> bool:
    """Whether this may happen to any file, as opposed to errors of the plugin."""
    return isinstance(error, (sqlite3.Error, OSError, NewerVersion, TooManySetAside))
