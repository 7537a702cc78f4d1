"""Which runs rules have begun, so that no rule fires for what it has started itself."""

import threading
from collections import OrderedDict
from typing import Optional

# Runs that are remembered
_MAX_RUNS = 1000

# How many rules in a row may have made each other fire
MAX_CHAIN = 5


class RunsOfRules:
    """Remembers for each the ids of the rules that have led to it, the first one first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # by id of the run, the latest last
        self._chains: OrderedDict[str, tuple[str, ...]] = OrderedDict()

    def add(self, run_id: str, chain: tuple[str, ...]) -> None:
        """A rule, the last of the chain, has begun a run."""
        with self._lock:
            self._chains[run_id] = chain
            if len(self._chains) > _MAX_RUNS:
                self._chains.popitem(last=False)

    def chain_of(self, run_id: Optional[str]) -> tuple[str, ...]:
        """The rules that have led to a run; none if it was somebody's wish."""
        with self._lock:
            return self._chains.get(run_id, ()) if run_id else ()
