"""The OctoPrint of `make run` and of the pictures: sample commands, two accounts, a print,
and a plugin that runs commands."""

import shutil
from pathlib import Path

import yaml

from harness.octoprint_server import OctoPrintServer, User

CONFIG = Path(__file__).with_name("sample_config.yaml")
PLUGIN = Path(__file__).with_name("sample_plugin.py")
LINKS = "/plugin/systemcommands/api/links"

# Half a minute, in small steps so that it can be cancelled at once. At its end the bed is
# hotter than the printer may be when it is switched off, and cools down by 2 °C a second: the
# rule for that waits, and fires within a minute of the start.
PRINT = "G28\nM140 S90\n" + 60 * "G4 P500\n" + "M104 S0\nM140 S0\n"


class SampleServer(OctoPrintServer):
    """See OctoPrintServer for the arguments; `users` are those of `accounts()`."""

    def __init__(self, **options):
        super().__init__(yaml.safe_load(CONFIG.read_text("utf-8")), **options)
        self._env["SAMPLE_FOLDER"] = str(self.basedir)
        for name in ("uploads", "plugins"):
            (self.basedir / name).mkdir(exist_ok=True)
        (self.basedir / "uploads" / "sample.gcode").write_text(PRINT)
        shutil.copy(PLUGIN, self.basedir / "plugins" / "twilight.py")

    def add_packages(self, folder):
        """Has it look for packages there as well; before it starts."""
        self._env["PYTHONPATH"] = str(folder)

    def start(self, **options):
        self._forget_safe_mode()
        super().start(**options)
        self.connect_virtual_printer()
        return self

    def new_link(self, name, action):
        """The address of a link to a command. It is known only now, so one of the same name
        that was made before is of no use any more, and revoked."""
        self.revoke_link(name)
        body = {"name": name, "action": action}
        return self.request("POST", LINKS, body)["url"]

    def revoke_link(self, name):
        for link in self.request("GET", LINKS)["links"]:
            if link["name"] == name:
                self.request("DELETE", f"{LINKS}/{link['id']}")

    def print_sample(self):
        select = {"command": "select", "print": True}
        self.request("POST", "/api/files/local/sample.gcode", select)

    def _forget_safe_mode(self):
        """The next start after "Restart OctoPrint in safe mode" would do without plugins;
        here nothing has been restarted."""
        config = self.read_config()
        if config.get("server", {}).pop("startOnceInSafeMode", None) is not None:
            self.write_config(config)


def accounts(**given):
    """An admin, and an operator who may run no more than what is open to operators.

    Arguments:
        given: by name, what is not to be the default: `password`, `api_key`
    """
    groups = {"admin": ["users", "admins"], "member": ["users"]}
    return {
        name: User(name, groups=groups[name], **given.get(name, {})) for name in groups
    }
