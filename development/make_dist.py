"""`make dist`: dist/OctoPrint-SystemCommands-<version>.zip for OctoPrint's Plugin Manager.

It is a source distribution as a zip file: OctoPrint's upload takes that and gives it to pip.
Its scripts and style sheets are minified, which OctoPrint itself does not do with those of
plugins: a page that comes from a Raspberry Pi is there sooner.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import rcssmin

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "octoprint_systemcommands"
FILES = [
    "pyproject.toml",
    "setup.py",
    "MANIFEST.in",
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
]


def make_dist(target=ROOT / "dist"):
    """Build the zip into the folder `target` and return its path.

    The running Python needs setuptools 77 or newer and rcssmin, and terser is in .venv/node. It
    is built from a copy of the files: in the checkout, setuptools would add whatever an earlier
    build has left behind.
    """
    with tempfile.TemporaryDirectory() as temporary:
        source = Path(temporary) / "source"
        shutil.copytree(
            ROOT / PACKAGE, source / PACKAGE, ignore=shutil.ignore_patterns("__pycache__")
        )
        minify(source / PACKAGE / "static")
        for name in FILES:
            shutil.copy(ROOT / name, source)
        subprocess.run(
            [sys.executable, "setup.py", "--quiet", "sdist", "--formats=zip"],
            cwd=source,
            check=True,
        )
        (built,) = (source / "dist").glob("*.zip")
        # how much of the name setuptools normalises depends on its version
        version = re.search(r"-([^-]+)\.zip$", built.name).group(1)
        target.mkdir(parents=True, exist_ok=True)
        result = target / f"OctoPrint-SystemCommands-{version}.zip"
        # in one step, for somebody may be reading the one that is there
        unfinished = shutil.copy(built, target / f".{os.getpid()}.zip")
        os.replace(unfinished, result)
        return result


def minify(folder):
    """Make all scripts and style sheets in a folder smaller, in place."""
    subprocess.run(["node", ROOT / "development" / "minify.mjs", folder], check=True)
    for path in folder.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        path.write_text(rcssmin.cssmin(text), encoding="utf-8")


if __name__ == "__main__":
    print(make_dist())
