"""What a command can know of its run and of the printer, as environment variables.

None of the names is one that the command line tool ``octoprint`` takes for an option, so a
command may use it. No credentials are among the values.
"""

from typing import Optional

from .printer_state import PrinterState
from .processes import process_tree
from .request import Request


def of_run(
    run_id: str, request: Request, server_url: str, printer: PrinterState
) -> dict[str, str]:
    """The variables that a command gets in addition to the server's own.

    Arguments:
        run_id: the run's id
        request: to run it
        server_url: the address at which this server answers on its own machine
        printer: what it is doing
    """
    return {
        **request.command.environment,
        # no variable can hold what YAML can
        "OCTOPRINT_ACTION": request.command.action.replace("\0", ""),
        "OCTOPRINT_USER": request.requester.user or "",
        "OCTOPRINT_TRIGGER": request.requester.trigger,
        "OCTOPRINT_URL": server_url,
        **printer.environment(),
        **request.values.environment,
        process_tree.MARK: run_id,
    }


def local_url(host: Optional[str], port: int) -> str:
    """The address at which a server answers on its own machine.

    Arguments:
        host: what it listens to; None or such as ``0.0.0.0`` for everything
        port: the same
    """
    if host in (None, "", "0.0.0.0", "::"):
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
