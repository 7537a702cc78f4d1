"""The page for the registry of OctoPrint's plugins, as its own checks look at it."""

import datetime
from pathlib import Path

import pytest
import yaml

import octoprint_systemcommands

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
PAGE = DOCS / "registry" / "systemcommands.md"
IMAGES = "/assets/img/plugins/systemcommands/"
REQUIRED = ("title", "description", "license", "homepage", "source", "archive")
KNOWN = {
    *REQUIRED,
    *("layout", "id", "authors", "date", "tags", "screenshots", "featuredimage"),
    *("compatibility", "attributes"),
}


@pytest.fixture(scope="module")
def fields():
    _, front, _ = PAGE.read_text("utf-8").split("---\n", 2)
    return yaml.safe_load(front)


def test_it_has_what_is_required_and_nothing_else(fields):
    assert all(isinstance(fields[name], str) and fields[name] for name in REQUIRED)
    assert set(fields) == KNOWN
    assert fields["layout"] == "plugin"
    assert isinstance(fields["date"], datetime.date)
    for name in ("homepage", "source", "archive"):
        assert fields[name].startswith("https://")


def test_it_says_that_it_was_made_with_ai(fields):
    """The registry demands it, and shows it in its list."""
    assert fields["attributes"] == ["ai-developed"]


def test_its_name_is_that_of_the_plugin(fields):
    assert fields["id"] == PAGE.stem == "systemcommands"
    assert fields["title"] == octoprint_systemcommands.__plugin_name__


def test_it_says_what_the_plugin_runs_on(fields):
    compatibility = fields["compatibility"]
    assert compatibility["python"] == octoprint_systemcommands.__plugin_pythoncompat__
    assert compatibility["octoprint"] == ["1.11.0"]


def test_each_picture_is_there_and_described(fields):
    pictures = [shot["url"] for shot in fields["screenshots"]]
    assert fields["featuredimage"] in pictures
    assert all(shot["alt"] and shot["caption"] for shot in fields["screenshots"])
    for url in pictures:
        assert url.startswith(IMAGES)
        assert (DOCS / "images" / url[len(IMAGES) :]).is_file()
