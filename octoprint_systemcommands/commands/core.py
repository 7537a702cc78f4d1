"""OctoPrint's own commands: shutdown, reboot, restart and restart in safe mode.

OctoPrint has them in ``octoprint.server.api.system``; what they are called, ask and do is
the same here, so that it does not matter at which address a client runs them.
"""

from typing import Any, Callable, NamedTuple

from .definition import Command

# These texts are OctoPrint's, and so are their translations: they are looked up in
# OctoPrint's catalogue when a request comes in and thus not in this plugin's.
_CONFIRM = (
    "<strong>You are about to {what}.</strong></p><p>This action may disrupt any ongoing "
    "print jobs (depending on your printer's controller and general setup that might also "
    "apply to prints run directly from your printer's internal storage)."
)


class _Core(NamedTuple):
    action: str
    name: str
    what: str
    setting: str  # below server.commands in config.yaml
    fresh_credentials: bool = False
    safe_mode: bool = False


_CORE = (
    _Core(
        action="shutdown",
        name="Shutdown system",
        what="shutdown the system",
        setting="systemShutdownCommand",
        fresh_credentials=True,
    ),
    _Core(
        action="reboot",
        name="Reboot system",
        what="reboot the system",
        setting="systemRestartCommand",
        fresh_credentials=True,
    ),
    _Core(
        action="restart",
        name="Restart OctoPrint",
        what="restart the OctoPrint server",
        setting="serverRestartCommand",
    ),
    _Core(
        action="restart_safe",
        name="Restart OctoPrint in safe mode",
        what="restart the OctoPrint server in safe mode",
        setting="serverRestartCommand",
        safe_mode=True,
    ),
)


class SafeModeRestart(Command):
    """A restart that tells OctoPrint to leave third party plugins out once."""

    settings: Any

    def prepare(self) -> None:
        self.settings.global_set(["server", "startOnceInSafeMode"], True)
        self.settings.save()


def core_commands(settings: Any, gettext: Callable[[str], str]) -> list[Command]:
    """OctoPrint's own commands, each only if it is configured.

    Arguments:
        settings: a ``octoprint.plugin.PluginSettings``
        gettext: translates a text into the language of the current request
    """
    commands: list[Command] = []
    for core in _CORE:
        command_line = settings.global_get(["server", "commands", core.setting])
        if not command_line:
            continue
        fields = {
            "action": core.action,
            "name": gettext(core.name),
            "command": command_line,
            "confirm": gettext(_CONFIRM.format(what=core.what)),
            "async": True,
            "outlives_server": True,
            "fresh_credentials": core.fresh_credentials,
        }
        if core.safe_mode:
            commands.append(SafeModeRestart(settings=settings, **fields))
        else:
            commands.append(Command(**fields))
    return commands
