"""What tests of the list of rules have in common."""

import io
import threading

import octoprint.util.yaml
from fakes import Settings

from octoprint_systemcommands.commands.catalogue import Catalogue
from octoprint_systemcommands.commands.editing.last_save import LastSave
from octoprint_systemcommands.commands.editing.versions import Versions
from octoprint_systemcommands.triggers.rules.editing import RulesEditing
from octoprint_systemcommands.triggers.rules.surroundings import Surroundings

COMMANDS = [
    {"action": "power-off", "name": "Power off", "command": "true"},
    {"action": "empty", "name": "Empty"},
    {"action": "light", "type": "toggle", "on": "true", "off": "true"},
    {"action": "half", "type": "toggle", "on": "true"},
    {"action": "cpu", "type": "status", "state": "true"},
    {
        "action": "asks",
        "name": "Asks",
        "command": "true",
        "arguments": [
            {"name": "level", "type": "number", "max": 10},
            {"name": "upload", "type": "file", "required": False},
        ],
    },
]
GOOD = {"id": "good", "when": {"event": "print_ended"}, "run": "power-off"}
OTHER = {"id": "other", "when": {"schedule": "daily 07:30"}, "run": "power-off"}
BROKEN = {"id": "broken", "when": {"event": "a", "run": "b"}, "run": "power-off"}


class SavingSettings(Settings):
    """Settings that keep what is saved, as the YAML file does it."""

    def __init__(self, rules=None):
        super().__init__({"rules": rules, "commands": COMMANDS})
        self.failure = None

    def set(self, path, value):
        self.plugin[path[0]] = value

    def save(self, trigger_event=False):
        if self.failure is not None:
            raise self.failure
        assert trigger_event
        text = octoprint.util.yaml.dump(self.plugin, pretty=True)
        self.plugin = octoprint.util.yaml.load_from_file(file=io.StringIO(text))
        self.saved += 1


def surroundings(settings):
    return Surroundings(
        Catalogue(settings, lambda text: text).find,
        lambda path: None,
        lambda: {"print_ended", "print_started", "FileAdded"},
    )


def make_editing(folder, rules=None, **more):
    settings = SavingSettings(rules)
    editing = RulesEditing(
        settings,
        Versions(str(folder / "rule_versions.yaml")),
        LastSave(str(folder / "last_save_of_rules.json")),
        surroundings(settings),
        threading.RLock(),
        **more,
    )
    return editing, settings
