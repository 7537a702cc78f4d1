"""Where new versions are looked for, as OctoPrint's Software Update plugin takes it."""

import importlib.metadata
from email.message import Message

import pytest

from octoprint_systemcommands.host.updates import update_information

ASKED = ("systemcommands", "System Commands", "1.2.3")


@pytest.fixture
def package(mocker):
    """package(urls): the package says that these are its addresses."""

    def package(*urls):
        metadata = Message()
        for url in urls:
            metadata["Project-URL"] = url
        mocker.patch.object(importlib.metadata, "metadata", return_value=metadata)

    return package


@pytest.mark.parametrize("ending", ["", "/", ".git"])
def test_releases_of_the_repository_are_looked_for(package, ending):
    package(
        "Homepage, https://plugins.octoprint.org/plugins/systemcommands/",
        f"Source, https://github.com/some-body/OctoPrint-SystemCommands{ending}",
    )
    (check,) = update_information(*ASKED).values()

    assert check["type"] == "github_release"
    assert (check["user"], check["repo"]) == ("some-body", "OctoPrint-SystemCommands")
    assert check["current"] == check["displayVersion"] == "1.2.3"
    # as OctoPrint's pip updater fills it in
    assert check["pip"].format(target_version="1.3.0", target="1.3.0") == (
        "https://github.com/some-body/OctoPrint-SystemCommands/releases/download/1.3.0/"
        "OctoPrint-SystemCommands-1.3.0.zip"
    )


@pytest.mark.parametrize(
    "url",
    [
        "Homepage, https://github.com/some-body/some-thing",
        "Source, http://github.com/some-body/some-thing",
        "Source, https://github.com/some-body",
        "Source, https://example.com/some-body/some-thing",
        "Source, https://github.com/a/b/c",
    ],
)
def test_without_a_repository_nothing_is_looked_for(package, url):
    package(url)
    assert update_information(*ASKED) == {}


def test_without_a_package_nothing_is_looked_for(mocker):
    missing = importlib.metadata.PackageNotFoundError
    mocker.patch.object(importlib.metadata, "metadata", side_effect=missing)
    assert update_information(*ASKED) == {}


@pytest.mark.each_version
@pytest.mark.parametrize(
    ("prerelease", "found"), [(False, "1.3.0"), (True, "1.4.0rc1")], ids=["stable", "rc"]
)
def test_the_channels_are_those_of_octoprint(package, mocker, prerelease, found):
    from octoprint.plugins.softwareupdate.version_checks import github_release

    package("Source, https://github.com/some-body/some-thing")
    check = update_information(*ASKED)["systemcommands"]
    if prerelease:
        # as the settings of the Software Update plugin set them
        (channel,) = check["prerelease_branches"]
        check.update(prerelease=True, prerelease_channel=channel["branch"])
    answer = mocker.Mock(status_code=200, headers={})
    answer.json.return_value = [
        {
            "name": tag,
            "tag_name": tag,
            "html_url": "",
            "published_at": f"2026-01-0{day}T00:00:00Z",
            "prerelease": "rc" in tag,
            "draft": False,
            "target_commitish": "main",
        }
        for day, tag in enumerate(["1.3.0", "1.4.0rc1"], start=1)
    ]
    get = mocker.patch("requests.get", return_value=answer)
    info, is_current = github_release.get_latest("systemcommands", check, online=True)

    assert "repos/some-body/some-thing/releases" in get.call_args.args[0]
    assert info["remote"]["value"] == found
    assert not is_current
