"""Who somebody is, now.

What OctoPrint hands over are objects: with a request, with a socket that was opened an hour
ago. Meanwhile the account may have been deactivated, deleted, or deleted and made anew for
somebody else, and what a run remembers is a name. So nobody is believed: everybody is looked
up again whenever something is decided.
"""

import logging
import re
import secrets
import threading
from typing import Any, Optional

from octoprint.access import users
from octoprint.access.permissions import Permissions
from octoprint.access.users import SessionUser
from werkzeug.local import LocalProxy

from .runs.request import Owner, Requester

_logger = logging.getLogger("octoprint.plugins.systemcommands.identity")

# Where the number of an account stands among its settings
_NUMBER_PATH = ["plugin_systemcommands", "account"]
_NUMBER = re.compile(r"[0-9a-f]{32}")

# Users without an account, by the class that OctoPrint gives them: who has sent the global
# API key, and OctoPrint itself (2.0 only). An account may have the same name, but never
# this for a number.
_WITHOUT_ACCOUNT = {
    name: getattr(users, name)
    for name in ("ApiUser", "InternalUser")
    if hasattr(users, name)
}


class Person:
    """Somebody, as OctoPrint knows them at this moment.

    Arguments:
        user: OctoPrint's user; None for nobody

    Attributes:
        name: None for nobody
        account: the number of the account; None if it has none (yet)
    """

    def __init__(self, user: Any = None, account: Optional[str] = None):
        self._user = user
        self.name: Optional[str] = None if user is None else user.get_name()
        self.account = account

    @property
    def is_known(self) -> bool:
        """Whether it is somebody."""
        return self.name is not None

    @property
    def owner(self) -> Optional[Owner]:
        """As what their own runs have them; None for nobody."""
        return None if self.name is None else Owner(self.name, self.account)

    def owns(self, owner: Optional[Owner]) -> bool:
        """Whether what an owner has is theirs."""
        return self.owner is not None and self.owner.owns(owner)

    def has(self, permission: Any) -> bool:
        """Whether they have one of OctoPrint's permissions."""
        return self._user is not None and self._user.has_permission(permission)

    def groups(self) -> set[str]:
        """The keys of all groups that they are a member of."""
        if self._user is None:
            return set()
        keys: set[str] = set()
        groups = list(self._user.groups)
        while groups:
            group = groups.pop()
            if group.key not in keys:
                keys.add(group.key)
                groups.extend(group.subgroups)
        return keys


NOBODY = Person()


class _Trusted(Person):
    """Who has saved a rule has entered the password for it, and may run anything; so does
    another plugin, which could do it by itself. They may do what takes the permission SYSTEM,
    and nothing else."""

    def has(self, permission: Any) -> bool:
        return permission is Permissions.SYSTEM


TRUSTED = _Trusted()


class Identities:
    """Looks people up.

    OctoPrint tells accounts apart by their names alone. For each account that runs
    something a random number is therefore kept among the account's own settings in
    OctoPrint's list of users: these go when the account goes, however that happens (by the
    API, by the command line, by hand, while the server is off), and a new account of the
    same name has none. OctoPrint tells nobody when an account is removed, and nothing else
    of an account stays the same as long as it lives: the password and the keys may change.

    Arguments:
        user_manager: OctoPrint's
    """

    def __init__(self, user_manager: Any):
        self._users = user_manager
        self._lock = threading.Lock()

    def now(self, user: Any) -> Person:
        """Who the user of a request or of a socket is now.

        Cheap: it is asked for each message to each client.

        Arguments:
            user: a user object of OctoPrint's, or None
        """
        if isinstance(user, LocalProxy):
            user = user._get_current_object()
        if user is None or user.is_anonymous:
            # Whatever guests may do elsewhere: nothing here is for everybody who happens
            # to find the server. OctoPrint gives them no dangerous permissions either.
            return NOBODY
        name = user.get_name()
        if isinstance(user, SessionUser) and not self._users.validate_user_session(
            name, user.session
        ):
            # It was ended, by a logout or with the account. There may be a new one of the
            # same name, which is not theirs.
            return NOBODY
        for kind, its_class in _WITHOUT_ACCOUNT.items():
            if isinstance(user, its_class):
                return Person(user, kind)
        return self._holder(name)

    def behind(self, requester: Requester) -> Person:
        """Who has asked for a run, now; `TRUSTED` if it is another plugin, or a rule that
        nobody tries out."""
        if requester.user is None:
            is_trusted = requester.is_plugin or requester.rule is not None
            return TRUSTED if is_trusted else NOBODY
        if requester.account == "ApiUser":
            return Person(self._users.api_user_factory(), requester.account)
        if requester.account == "InternalUser":
            return Person(self._users.internal_user_factory(), requester.account)
        person = self._holder(requester.user)
        return person if person.owns(requester.owner) else NOBODY

    def account_of(self, person: Person) -> Optional[str]:
        """The number of somebody's account, which is given one if it has none.

        Returns:
            None for nobody, and if OctoPrint's list of users cannot keep it
        """
        if person.name is None or person.account is not None:
            return person.account
        with self._lock:
            number = self._holder(person.name).account
            if number is not None:
                return number
            try:
                self._users.change_user_setting(
                    person.name, _NUMBER_PATH, secrets.token_hex(16)
                )
            except Exception:
                _logger.warning(
                    f"What {person.name} runs cannot be told from what another account of "
                    "this name runs, since OctoPrint's list of users cannot be written",
                    exc_info=True,
                )
            return self._holder(person.name).account

    def _holder(self, name: str) -> Person:
        """Who has the account of a name, if anybody may use it."""
        user = self._users.find_user(userid=name)
        if user is None or not user.is_active:
            return NOBODY
        number = user.get_setting(_NUMBER_PATH)
        is_number = isinstance(number, str) and _NUMBER.fullmatch(number)
        return Person(user, number if is_number else None)
