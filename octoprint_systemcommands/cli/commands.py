"""The commands of the command line, as click knows them.

OctoPrint makes these for every ``octoprint plugins …``, whichever plugin's it is. So this
module imports only what describes them; what they do is imported when they do it.
"""

import functools
from collections.abc import Callable
from typing import Any, Optional

import click

from .exit_codes import SOFTWARE, USAGE, CliError

_EPILOG = "Ends with the command's exit code; see docs/cli.md for the others."


class Command(click.Command):
    """One that is called wrongly ends with a code that no command is likely to have."""

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        try:
            return super().make_context(*args, **kwargs)
        except click.UsageError as error:
            # an attribute of its class, which all other programs of click share
            vars(error)["exit_code"] = USAGE
            raise


def _with_server(settings: Callable[[], Any]) -> Callable[[Callable], Callable]:
    """Decorates what a command does: with the options of an address, of which the server is
    made, and with the end of the program."""

    def decorate(action: Callable[..., int]) -> Callable[..., None]:
        @click.option(
            "--apikey",
            "-a",
            envvar="OCTOPRINT_APIKEY",
            help="API key; better in the variable OCTOPRINT_APIKEY, where others on this "
            "machine do not see it",
        )
        @click.option("--host", help="Where OctoPrint is; from config.yaml if not given")
        @click.option("--port", type=click.IntRange(1, 65535), help="The same")
        @click.option("--https", is_flag=True, help="By https")
        @click.option("--prefix", help="What a proxy has put before the path")
        @functools.wraps(action)
        def with_server(
            apikey: Optional[str],
            host: Optional[str],
            port: Optional[int],
            https: bool,
            prefix: Optional[str],
            **kwargs: Any,
        ) -> None:
            from .following import quiet, say
            from .server import Address, Server

            try:
                address = Address(apikey, host, port, https, prefix)
                server = Server(address, settings())
                code = _printed(lambda: action(server, **kwargs))
            except CliError as error:
                if str(error):
                    say(str(error))
                code = error.exit_code
            except KeyboardInterrupt:
                code = 130
            quiet()
            raise SystemExit(code)

        return with_server

    return decorate


def _printed(action: Callable[[], int]) -> int:
    """What a command ends with whose output is written by then."""
    from .following import cannot_write

    try:
        code = action()
        print(end="", flush=True)
        return code
    except BrokenPipeError:
        return SOFTWARE
    except OSError as error:
        raise cannot_write(error) from None


def commands(settings: Callable[[], Any]) -> list[click.Command]:
    """All of them.

    Arguments:
        settings: OctoPrint's, asked for when they are needed
    """
    with_server = _with_server(settings)

    @click.command("list", cls=Command)
    @click.option("--json", "as_json", is_flag=True, help="All that is known, as JSON")
    @with_server
    def list_(server: Any, as_json: bool) -> int:
        """List the commands that you may run."""
        from . import actions

        return actions.list_commands(server, as_json)

    @click.command("run", cls=Command, epilog=_EPILOG)
    @click.argument("action")
    @click.argument("words", nargs=-1, metavar="[NAME=VALUE]... [on|off]")
    @click.option(
        "--stdin", metavar="NAME", help="Read this argument from standard input"
    )
    @click.option(
        "--confirmed", is_flag=True, help="It is meant, although it is printing"
    )
    @click.option("--no-wait", is_flag=True, help="Print the id of the run and leave")
    @click.option("--source", default="custom", help="core for OctoPrint's own commands")
    @with_server
    def run(server: Any, no_wait: bool, **kwargs: Any) -> int:
        """Run a command and show what it writes. Ctrl-C stops it."""
        from . import actions

        return actions.run(server, waits=not no_wait, **kwargs)

    @click.command("stop", cls=Command)
    @click.argument("what", metavar="RUN|ACTION")
    @click.option("--no-wait", is_flag=True, help="Do not wait for the end")
    @with_server
    def stop(server: Any, what: str, no_wait: bool) -> int:
        """Stop a run, or all runs of a command."""
        from . import actions

        return actions.stop(server, what, waits=not no_wait)

    @click.command("toggle", cls=Command, epilog=_EPILOG)
    @click.argument("action")
    @click.argument("to", required=False, type=click.Choice(["on", "off"]))
    @click.option(
        "--confirmed", is_flag=True, help="It is meant, although it is printing"
    )
    @with_server
    def toggle(server: Any, **kwargs: Any) -> int:
        """Switch a toggle, and wait until it is there."""
        from . import actions

        return actions.toggle(server, **kwargs)

    return [list_, run, stop, toggle]
