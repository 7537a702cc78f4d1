"""``python -m octoprint_systemcommands``: the command line, without OctoPrint's around it.

It starts sooner, and writes nothing but what it has to say.
"""

from typing import Any, Optional

import click

from .cli.commands import commands


def main() -> None:
    """Runs the command line."""
    found: dict[str, Any] = {}

    def settings() -> Any:
        from octoprint import init_settings

        return init_settings(found.get("basedir"), None)

    @click.group(name="systemcommands")
    @click.option("--basedir", "-b", help="Where OctoPrint keeps its settings")
    def group(basedir: Optional[str]) -> None:
        """Commands of the plugin System Commands."""
        found["basedir"] = basedir

    for command in commands(settings):
        group.add_command(command)
    group(prog_name="python -m octoprint_systemcommands")


if __name__ == "__main__":
    main()
