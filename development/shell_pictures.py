"""The pictures of what is done in a shell, for screenshots.py: the lines that they show are
run, and what stands below them is what came."""

import html
import os
import re
import string
import subprocess
import sys
import tempfile
from pathlib import Path

from development.pictures import save_drawing

# nobody's address, and of no port that a test has chosen; curl finds the server there
ADDRESS = "http://octopi.local"

STYLE = """
<style>
    #picture { width: 900px; background: #1d2229; color: #dfe3e8; padding: 14px 18px 18px;
        box-sizing: border-box }
    pre { margin: 0; font: 13px/1.45 "Liberation Mono", monospace; white-space: pre-wrap;
        overflow-wrap: anywhere }
    .typed { color: #fff; font-weight: bold } .prompt { color: #7cc36e }
    .bold { font-weight: bold } .dim { opacity: .6 }
    .green { color: #7cc36e } .cyan { color: #5cc4d6 }
</style>
"""
# what the sample commands make use of
LOOKS = {"1": "bold", "2": "dim", "32": "green", "36": "cyan"}


def command_line(page, server):
    """`octoprint plugins systemcommands:…`, as it is on OctoPrint's machine."""
    start = "octoprint plugins systemcommands:"
    with Shell(server) as shell:
        shell.run(start + "list")
        shell.run(start + "toggle light on")
        shell.run(start + "run adjust-light color=ff0000 brightness=40")
        shell.run(start + "run update && echo Updated")
        shell.run(start + "run humidity color=red; echo $?")
        save_drawing(page, "cli", shell.picture())


def api(page, server):
    """A run from its start until it is stopped, by the API."""
    with Shell(server) as shell:
        shell.set("RUNS", f"{ADDRESS}/plugin/systemcommands/api/runs")
        key = '-H "X-Api-Key: $KEY"'
        answer = shell.run(
            f'curl -s {key} -H "Content-Type: application/json" \\\n'
            '    -d \'{"source": "custom", "action": "update",'
            ' "arguments": {"channel": "testing"}}\' \\\n'
            "    $RUNS | grep -E '\"(id|status)\"'"
        )
        shell.set("RUN", "$RUNS/" + re.search(r'"id": "(\w+)"', answer)[1])
        output = f"curl -s {key} $RUN/output.txt"
        shell.wait_for(output, "of 8.4 MB")
        shell.run(output + "; echo")
        shell.run(f"curl -s -X POST {key} $RUN/stop | grep stopping")
        wanted = '"(duration|exit_code|status|stopped_by|trigger)"'
        asked = f"curl -s {key} $RUN | grep -E '{wanted}'"
        shell.wait_for(asked, '"stopped"')
        shell.run(asked)
        save_drawing(page, "api", shell.picture())


class Shell:
    """Runs lines, with OctoPrint's commands and the server's folder where they are on a
    machine that has nothing else."""

    def __init__(self, server):
        self._server = server
        self._shown = []

    def __enter__(self):
        self._home = tempfile.TemporaryDirectory()
        home = Path(self._home.name)
        (home / ".octoprint").symlink_to(self._server.basedir)
        (home / ".curlrc").write_text(
            f'connect-to = "octopi.local:80:127.0.0.1:{self._server.port}"\n'
            'noproxy = "*"\n'
        )
        key = self._server.admin.api_key
        self._environment = {
            "HOME": str(home),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "LANG": "C.UTF-8",
            "OCTOPRINT_APIKEY": key,
            "KEY": key,
        }
        return self

    def __exit__(self, *exc_info):
        self._home.cleanup()

    def set(self, name, value):
        """A variable, for the lines that come."""
        self._shown.append((f"{name}={value}", ""))
        self._environment[name] = string.Template(value).substitute(self._environment)

    def run(self, line):
        """Does it, and shows it. Returns what came."""
        output = self._output(line)
        self._shown.append((line, output))
        return output

    def wait_for(self, line, text):
        """Does it until the text is there, and does not show it."""
        for _ in range(200):
            if text in self._output(line):
                return
        raise AssertionError(f"{line} never said {text}")

    def _output(self, line):
        done = subprocess.run(
            ["sh", "-c", line],
            cwd=self._home.name,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
        )
        # with its carriage returns, which `text` would make line ends of
        return done.stdout.decode()

    def picture(self):
        """All of it as HTML."""
        parts = []
        for line, output in self._shown:
            typed = html.escape(line)
            parts.append(
                f'<span class="prompt">$ </span><span class="typed">{typed}</span>\n'
            )
            parts.append(drawn(output))
        return f'{STYLE}<div id="picture"><pre>{"".join(parts)}</pre></div>'


def drawn(output):
    """As a terminal draws it: lines that were written over, and colors."""
    lines = [line.rpartition("\r")[2] for line in output.split("\n")]
    parts, opened = [], 0
    for part in re.split(r"(\x1b\[[\d;]*m)", "\n".join(lines)):
        if not part.startswith("\x1b"):
            parts.append(html.escape(part))
            continue
        code = part[2:-1]
        if code in LOOKS:
            parts.append(f'<span class="{LOOKS[code]}">')
            opened += 1
        else:
            parts.append("</span>" * opened)
            opened = 0
    return "".join(parts)
