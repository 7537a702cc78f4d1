"""The plugin's own permissions among OctoPrint's."""

from typing import Any, Callable

from octoprint.access import ADMIN_GROUP


def additional_permissions(gettext: Callable[[str], str]) -> list[dict[str, Any]]:
    """For OctoPrint's hook ``octoprint.access.permissions``.

    Arguments:
        gettext: translates a text
    """
    return [
        {
            "key": "EDIT",
            "name": gettext("Edit commands"),
            "description": gettext(
                "Allows to define and change commands, and thereby to run anything on this "
                "machine as the user that OctoPrint runs as"
            ),
            "roles": ["edit"],
            "dangerous": True,
            "default_groups": [ADMIN_GROUP],
        },
        {
            "key": "HISTORY",
            "name": gettext("See all runs"),
            "description": gettext(
                "Allows to see, stop and forget the runs that others have started, with "
                "their output"
            ),
            "roles": ["history"],
            "default_groups": [ADMIN_GROUP],
        },
    ]
