"""The plugin as people get it: out of the zip of `make dist`, with minified assets."""

import subprocess
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "octoprint_systemcommands"


def build():
    """Build the zip the way that users of the Makefile build it; returns its path."""
    output = subprocess.run(
        ["make", "--no-print-directory", "dist"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    return Path(output.splitlines()[-1])


def unpack(archive, target):
    """Unpack the package into a folder.

    Returns:
        the folder to put into PYTHONPATH, where the package goes before the one of the
        checkout
    """
    with zipfile.ZipFile(archive) as file:
        file.extractall(target)
    (folder,) = Path(target).glob(f"*/{PACKAGE}")
    return folder.parent
