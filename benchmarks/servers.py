"""The two servers that are compared."""

import time

import psutil
from octoprint_server import OctoPrintServer


class Servers:
    """OctoPrint as it is (`theirs`) and with the plugin (`ours`), with the same commands."""

    def __init__(self, commands):
        self.theirs = OctoPrintServer(
            {
                "plugins": {"_disabled": ["systemcommands"]},
                "system": {"actions": commands},
            }
        )
        self.ours = OctoPrintServer(
            {"plugins": {"systemcommands": {"commands": commands}}}
        )

    def __iter__(self):
        return iter((self.theirs, self.ours))

    def __enter__(self):
        try:
            for server in self:
                server.start()
            for server in self:
                settle(server)
            self._check()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *exc_info):
        for server in self:
            server.close()

    def _check(self):
        """Make sure that it is the right one that is measured."""
        for server, expected in ((self.theirs, False), (self.ours, True)):
            plugins = server.request("GET", "/plugin/pluginmanager/plugins")["plugins"]
            enabled = [plugin["key"] for plugin in plugins if plugin["enabled"]]
            if ("systemcommands" in enabled) != expected:
                raise RuntimeError(f"the plugin is not as it should be in {server.url}")


def settle(server, quiet=0.03, timeout=30):
    """Wait until the server uses next to no processor time any more, after its start."""
    process = psutil.Process(server.pid)
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if process.cpu_percent(interval=1.0) < quiet * 100:
            return
