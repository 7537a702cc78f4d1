"""The OctoPrint of `make run` and of the pictures: sample commands, two accounts, a print."""

from pathlib import Path

import yaml

from harness.octoprint_server import OctoPrintServer, User

CONFIG = Path(__file__).with_name("sample_config.yaml")

# Five minutes, in small steps so that it can be cancelled at once. It leaves the bed hotter
# than the printer may be when it is switched off.
PRINT = "G28\nM140 S70\n" + 600 * "G4 P500\n"


class SampleServer(OctoPrintServer):
    """See OctoPrintServer for the arguments; `users` are those of `accounts()`."""

    def __init__(self, **options):
        super().__init__(yaml.safe_load(CONFIG.read_text("utf-8")), **options)
        self._env["SAMPLE_FOLDER"] = str(self.basedir)
        uploads = self.basedir / "uploads"
        if not uploads.exists():
            uploads.mkdir()
            (uploads / "sample.gcode").write_text(PRINT)

    def add_packages(self, folder):
        """Has it look for packages there as well; before it starts."""
        self._env["PYTHONPATH"] = str(folder)

    def start(self, **options):
        self._forget_safe_mode()
        super().start(**options)
        self.connect_virtual_printer()
        return self

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
