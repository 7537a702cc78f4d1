"""Commands, and accounts of people who may run some of them or none."""

from fakes import Settings
from octoprint.access.permissions import Permissions

from octoprint_systemcommands.access import Access
from octoprint_systemcommands.commands.catalogue import Catalogue
from octoprint_systemcommands.identity import Identities

COMMANDS = [
    {"action": "admins", "command": "true"},
    {"action": "divider"},
    {"action": "makers", "command": "true", "groups": ["makers"]},
]


def access_of(users, commands=COMMANDS, visible_to_all=False, links=()):
    """An `Access` to commands, `restart` of OctoPrint's own among them, for links with these
    ids and for users:

    - ``operator`` has the permission SYSTEM
    - ``editor`` may edit commands, ``auditor`` sees all runs
    - ``maker`` is in the group ``makers``, ``member`` in one that has it for a subgroup
    - ``user`` is merely logged in
    """
    groups = users._group_manager
    groups.add_group("makers", "Makers", "", [], [])
    groups.add_group("lab", "Lab", "", [], [groups.find_group("makers")])
    for name, permissions, of_groups in (
        ("operator", [Permissions.SYSTEM], []),
        ("editor", [Permissions.PLUGIN_SYSTEMCOMMANDS_EDIT], []),
        ("auditor", [Permissions.PLUGIN_SYSTEMCOMMANDS_HISTORY], []),
        ("maker", [], ["makers"]),
        ("member", [], ["lab"]),
        ("user", [], []),
    ):
        users.add_user(
            name, "secret", active=True, permissions=permissions, groups=of_groups
        )
    server = {"commands": {"serverRestartCommand": "true"}}
    catalogue = Catalogue(
        Settings({"commands": commands}, {"server": server}), gettext=lambda text: text
    )
    return Access(
        catalogue, lambda: visible_to_all, Identities(users), lambda link: link in links
    )
