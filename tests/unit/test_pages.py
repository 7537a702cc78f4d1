"""The pages for people: their links lead somewhere, and their pictures are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
IMAGES = ROOT / "docs" / "images"


def links(page):
    """[(file, anchor or "")] of what is in this repository."""
    text = re.sub(
        r"^```.*?^```|`[^`\n]*`", "", page.read_text("utf-8"), flags=re.M | re.S
    )
    found = re.findall(r"\]\(([^)\s]+)\)", text)
    return [link.partition("#")[::2] for link in found if "://" not in link]


def anchors(page):
    """As GitHub makes them from headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for file, anchor in links(page):
        target = (page.parent / file).resolve() if file else page
        assert target.is_file(), file
        assert not anchor or anchor in anchors(target), f"{file}#{anchor}"


def test_every_page_can_be_found_from_the_readme():
    found, new = set(), {ROOT / "README.md"}
    while new:
        found |= new
        targets = {
            (page.parent / file).resolve() for page in new for file, _ in links(page)
        }
        new = {target for target in targets if target.suffix == ".md"} - found
    assert set(PAGES) <= found


def test_every_picture_is_shown():
    shown = {(page.parent / file).resolve() for page in PAGES for file, _ in links(page)}
    assert set(IMAGES.iterdir()) - shown == set()


def test_the_readme_is_short():
    """It is for who arrives; everything else has a page in docs/."""
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 130
