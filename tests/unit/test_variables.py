"""The environment variables that a command gets from the plugin: the list, what is really set,
and what docs/arguments.md says."""

import re
from pathlib import Path

import pytest
from processes import command

from octoprint_systemcommands.commands import variables
from octoprint_systemcommands.commands.environment import inherited
from octoprint_systemcommands.runs.output.capture import STDOUT
from octoprint_systemcommands.runs.output.reader import excerpt

# for runs of rules, and of lines of G-code only
OF_EVENTS = {
    "OCTOPRINT_EVENT_JSON",
    "OCTOPRINT_EVENT_NAME",
    "OCTOPRINT_EVENT_LINE",
    "OCTOPRINT_EVENT_TEXT",
    "OCTOPRINT_GCODESYSTEMCOMMAND_ID",
}

DOCS = Path(__file__).resolve().parents[2] / "docs" / "arguments.md"


def test_what_a_command_gets_is_what_is_listed(make_runner, monkeypatch):
    # of a command that has started this server
    monkeypatch.setenv("OCTOPRINT_PRINTING", "false")
    monkeypatch.setenv("OCTOPRINT_TARGET_BED", "60")
    before = {name for name in inherited() if name.startswith(("OCTOPRINT_", "SC_"))}
    wish = command(
        "env | sed -n 's/^\\(OCTOPRINT_[A-Z_0-9]*\\|SC_[A-Z_0-9]*\\)=.*/\\1/p'"
    )
    values = wish.values._replace(environment={variables.of_argument("size"): "5"})
    run = make_runner().execute(wish._replace(values=values))

    names = set(excerpt(run.output, STDOUT, 4096).split())
    assert names - before == {*variables.NAMES, "SC_SIZE"}


@pytest.mark.parametrize(
    ("name", "is_own"),
    [
        *((name, True) for name in variables.NAMES),
        ("SC_SIZE", True),
        ("SC_", True),
        ("OCTOPRINT_TEMPERATURE_TOOL0", True),
        ("OCTOPRINT_TARGET_BED", True),
        ("OCTOPRINT_EVENT_NAME", True),
        ("OCTOPRINT_GCODESYSTEMCOMMAND_ARGS", True),
        # OctoPrint's command line tool may be told what it wants
        ("OCTOPRINT_BASEDIR", False),
        ("OCTOPRINT_FILES", False),
        ("MY_SC_SIZE", False),
        ("sc_size", False),
        ("PATH", False),
    ],
)
def test_which_are_the_plugins_own(name, is_own):
    assert variables.is_own(name) is is_own


def test_the_documentation_names_them_all():
    documented = set(re.findall(r"`(OCTOPRINT_\w+)`", DOCS.read_text("utf-8")))
    heaters = {name for name in documented if name.endswith("_TOOL0")}

    assert len(heaters) == 2
    assert all(map(variables.is_own, heaters))
    assert documented - heaters - OF_EVENTS == set(variables.NAMES)
    assert documented > OF_EVENTS
