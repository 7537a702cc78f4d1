"""The two servers that are compared."""

import compileall
import tempfile
import time

import psutil

from harness.built import build, unpack
from harness.octoprint_server import OctoPrintServer, merged

# A print is sent as fast as the server can, without the errors that the virtual printer
# otherwise simulates, and nothing else is done with its file. The health check asks the
# internet while the server starts, and waits for the answer.
CONFIG = {
    "plugins": {
        "_disabled": ["health_check"],
        "virtual_printer": {"throttle": 0, "simulated_errors": []},
    },
    "gcodeAnalysis": {"runAt": "never"},
}


class Servers:
    """OctoPrint as it is (`theirs`) and with the plugin (`ours`), with the same commands.

    The plugin is the one that people install, out of the zip.
    """

    def __init__(self, commands):
        self._temporary = tempfile.TemporaryDirectory()
        plugin = unpack(build(), self._temporary.name)
        # as pip does when it installs it
        compileall.compile_dir(plugin, quiet=1)
        self.theirs = server(
            {
                "plugins": {"_disabled": ["systemcommands"]},
                "system": {"actions": commands},
            }
        )
        self.ours = server(
            {"plugins": {"systemcommands": {"commands": commands}}},
            env={"PYTHONPATH": str(plugin)},
        )

    def __iter__(self):
        return iter((self.theirs, self.ours))

    def __enter__(self):
        try:
            for each in self:
                each.start()
            for each in self:
                settle(each)
            self._check()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc_info):
        for each in self:
            each.close()
        self._temporary.cleanup()

    def _check(self):
        """Make sure that it is the right one that is measured."""
        for each, expected in ((self.theirs, False), (self.ours, True)):
            plugins = each.request("GET", "/plugin/pluginmanager/plugins")["plugins"]
            enabled = [plugin["key"] for plugin in plugins if plugin["enabled"]]
            if ("systemcommands" in enabled) != expected:
                raise RuntimeError(f"the plugin is not as it should be in {each.url}")


def server(config, **options):
    """A server that is not started yet."""
    return OctoPrintServer(merged(CONFIG, config), **options)


def settle(server, quiet=0.03, timeout=30):
    """Wait until the server uses next to no processor time any more, after its start."""
    process = psutil.Process(server.pid)
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if process.cpu_percent(interval=1.0) < quiet * 100:
            return
