"""What the log says tells where it comes from."""

import re
from pathlib import Path

import octoprint_systemcommands

PACKAGE = Path(octoprint_systemcommands.__file__).parent


def test_loggers_are_named_after_their_modules():
    found = 0
    for path in PACKAGE.rglob("*.py"):
        module = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
        for name in re.findall(r'getLogger\("(.*?)"\)', path.read_text()):
            assert name == f"octoprint.plugins.systemcommands.{module}"
            found += 1
    assert found
