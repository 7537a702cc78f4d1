"""Where OctoPrint's Software Update plugin looks for new versions."""

import importlib.metadata
import re
from typing import Any, Optional

_PACKAGE = "OctoPrint-SystemCommands"
_GITHUB = re.compile(r"Source, https://github\.com/([\w.-]+)/([\w.-]+?)(?:\.git)?/?")


def update_information(identifier: str, name: str, version: str) -> dict[str, Any]:
    """What the hook ``octoprint.plugin.softwareupdate.check_config`` returns; empty as long as
    the package does not say where its source is. An address that is nobody's yet could become
    anybody's.

    Arguments:
        identifier, name, version: of the plugin
    """
    place = _repository()
    if place is None:
        return {}
    user, repository = place
    releases = f"https://github.com/{user}/{repository}/releases/download"
    return {
        identifier: {
            "displayName": name,
            "displayVersion": version,
            "current": version,
            "type": "github_release",
            "user": user,
            "repo": repository,
            # what .github/workflows/release.yml releases, which marks release candidates
            "stable_branch": {"name": "Stable", "branch": "main", "commitish": ["main"]},
            "prerelease_branches": [
                {"name": "Release candidates", "branch": "rc", "commitish": ["main"]}
            ],
            # OctoPrint puts the version in here
            "pip": f"{releases}/{{target_version}}/{_PACKAGE}-{{target_version}}.zip",
        }
    }


def _repository() -> Optional[tuple[str, str]]:
    """The owner and the name of the repository; None if it is not known."""
    try:
        urls = importlib.metadata.metadata(_PACKAGE).get_all("Project-URL") or []
    except importlib.metadata.PackageNotFoundError:
        return None
    for url in urls:
        found = _GITHUB.fullmatch(url)
        if found:
            return found[1], found[2]
    return None
