"""The states of toggles and statuses, as far as somebody may run these."""

import flask

from ..access import Access
from ..commands.catalogue import CUSTOM
from ..states.state import with_states
from ..states.states import States
from .requester import CurrentRequest


class StateViews:
    """The view of ``/api/states``.

    Arguments:
        access: who may see what
        current: knows who asks
        states: what is known
    """

    def __init__(self, access: Access, current: CurrentRequest, states: States):
        self._access = access
        self._current = current
        self._states = states

    def all(self) -> flask.Response:
        """``GET /api/states`` → ``{states}``, in the order of the menu. Who asks counts as
        somebody who looks."""
        entries = self._access.entries(self._current.person(), CUSTOM)
        states = self._states.look(with_states(entries))
        return flask.jsonify(states=[state.to_json() for state in states])
