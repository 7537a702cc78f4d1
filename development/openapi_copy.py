"""`make openapi`: docs/openapi.json, the description of the API for those who have no server.

It is made of octoprint_systemcommands/api/openapi.yaml; a test tells when that has changed.
"""

import json
from importlib.metadata import version
from pathlib import Path

from octoprint_systemcommands.api.openapi import describe

COPY = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"
ADDRESS = "http://octopi.local/plugin/systemcommands"


def content():
    """What has to stand in the file."""
    document = describe(version("OctoPrint-SystemCommands"), ADDRESS)
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    COPY.write_text(content(), encoding="utf-8")
    print(COPY)
