"""A server whose virtual printer prints, with what it was sent and what its Terminal tab says."""

import contextlib
import re
import shutil
import time
from datetime import datetime
from pathlib import Path

from harness.http_clients import RUNS
from harness.push_client import PushClient
from harness.waiting import wait_until

# both versions write what is sent and received, with the time, if they are told to
CONFIG = {
    "serial": {"log": True},
    "plugins": {
        "serial_connector": {"log": True},
        "virtual_printer": {"throttle": 0, "simulated_errors": []},
    },
}
# OctoPrint 1.11 and 2.0; around a line may stand its number and its checksum
_SENT = re.compile(r"(?:Send:|>>>) (?:N[0-9]+ )?([^*]*)")
_RECEIVED = re.compile(r"(?:Recv:|<<<) (.*)")


class Terminal(PushClient):
    """The Terminal tab of a page.

    said  is what the plugin has written there since it was opened.
    """

    def __init__(self, octoprint, client):
        self.said = []
        super().__init__(octoprint, client)

    def wait_for(self, text, number=1):
        """Waits until the plugin has written a line with this text."""
        deadline = time.monotonic() + 30
        while sum(text in said for said in self.said) < number:
            assert time.monotonic() < deadline, self.said
            self._receive()

    def _receive(self):
        message = super()._receive()
        # what was said before is in "history"
        logs = message.get("current", {}).get("logs") or []
        self.said += [
            line.partition("System Commands: ")[2]
            for line in logs
            if "System Commands: " in line
        ]
        return message


class Place:
    """A server, as a test of prints looks at it."""

    def __init__(self, server, admin):
        self.server = server
        self.admin = admin

    ##~~ What happened

    def log(self):
        """What was sent and received: ``[(seconds since the epoch, text)]``."""
        text = (self.server.basedir / "logs" / "serial.log").read_text("utf-8", "replace")
        lines = []
        for line in text.splitlines():
            at, _, what = line.partition(" - ")
            with contextlib.suppress(ValueError):
                moment = datetime.strptime(at.strip(), "%Y-%m-%d %H:%M:%S,%f")
                lines.append((moment.timestamp(), what.strip()))
        return lines

    def sent(self, since=0.0):
        """The lines of G-code that were sent: ``[(seconds since the epoch, line)]``."""
        found = ((at, _SENT.match(text)) for at, text in self.log() if at >= since)
        return [(at, match[1].strip()) for at, match in found if match]

    def sent_and_answered(self, line, since=0.0):
        """When a line was sent, and when it was acknowledged."""
        lines = iter(self.log())

        def next_of(pattern, text):
            return next(
                at
                for at, said in lines
                if at >= since
                and (match := pattern.match(said))
                and match[1].strip() == text
            )

        return next_of(_SENT, line), next_of(_RECEIVED, "ok")

    def wait_for_sent(self, line, since=0.0):
        """When a line was sent."""

        def when():
            return next((at for at, text in self.sent(since) if text == line), None)

        return wait_until(when)

    def noted(self, name="noted"):
        """The words of each line that commands have written into a file."""
        path = self.server.basedir / name
        lines = path.read_text().splitlines() if path.exists() else []
        return [line.split() for line in lines]

    def wait_for_noted(self, word):
        """When a command has noted a word."""
        return float(
            wait_until(
                lambda: next(
                    (words[1] for words in self.noted() if words[:1] == [word]), None
                )
            )
        )

    def forget(self):
        (self.server.basedir / "noted").unlink(missing_ok=True)
        self.admin.delete(RUNS).raise_for_status()

    def runs(self, action=None):
        runs = self.admin.get(RUNS, params={"limit": 200}).json()["runs"]
        return [run for run in runs if action in (None, run["action"])]

    def run_of(self, action):
        """The newest run of a command, as soon as there is one."""
        return wait_until(lambda: next(iter(self.runs(action)), None))

    ##~~ The printer

    def state(self):
        return self.admin.get("/api/connection").json()["current"]["state"]

    def wait_for_state(self, *states):
        wait_until(lambda: self.state().startswith(states))

    def be_ready(self):
        """Connects the printer, and ends what it prints."""
        if self.state() in ("Printing", "Paused", "Pausing", "Resuming", "Starting"):
            self.job(command="cancel")
        with contextlib.suppress(AssertionError):
            wait_until(lambda: self.state() == "Operational", timeout=2)
        if self.state() != "Operational":
            self.admin.post("/api/connection", json={"command": "disconnect"})
            self.wait_for_state("Closed", "Offline", "Error")
            self.server.connect_virtual_printer()

    def print_(self, *lines, client=None, name="a.gcode", **data):
        text = "\n".join([*lines, ""])
        answer = (client or self.admin).post(
            "/api/files/local",
            files={"file": (name, text.encode())},
            data={"print": "true", **data},
        )
        assert answer.status_code == 201, answer.text

    def job(self, **command):
        answer = self.admin.post("/api/job", json=command)
        assert answer.ok, answer.text

    def cancel(self):
        self.job(command="cancel")
        self.wait_for_state("Operational")

    def terminal(self, *commands, client=None):
        """Types lines into the terminal."""
        answer = (client or self.admin).post(
            "/api/printer/command", json={"commands": list(commands)}
        )
        assert answer.ok, answer.text

    def holds(self):
        """How often the print is held."""
        return self.admin.get("/plugin/job_holder/count").json()["count"]


def with_plugin(server, path):
    """Gives a plugin of one file to a server that is not started yet."""
    folder = server.basedir / "plugins"
    folder.mkdir(exist_ok=True)
    shutil.copy(path, Path(folder, Path(path).name))
    return server
