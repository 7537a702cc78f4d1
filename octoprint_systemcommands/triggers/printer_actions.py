"""``//action:`` lines from the printer."""

from typing import Any, Callable

from .engine import RuleEngine


def action_handler(engine: RuleEngine) -> Callable[..., None]:
    """For OctoPrint's hook ``octoprint.comm.protocol.action``, which is called in the
    printer's thread."""

    def handle(
        comm: Any,
        line: str,
        action: str,
        *args: Any,
        name: str = "",
        params: str = "",
        **kwargs: Any,
    ) -> None:
        engine.on_action(name or action, params)

    return handle
