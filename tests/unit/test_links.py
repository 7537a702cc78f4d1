"""Links as they are kept: the file, the limits, and what cannot be guessed."""

import json
import os
import stat
from pathlib import Path

import pytest

from octoprint_systemcommands.triggers.links import links_file
from octoprint_systemcommands.triggers.links.link import Link, digest_of
from octoprint_systemcommands.triggers.links.links import (
    MAX_LINKS,
    Links,
    NoSuchLink,
    TooSoon,
    WrongLink,
)
from octoprint_systemcommands.triggers.links.links_file import LinksFile, NotWritten

LINK = Link(id="", name="Doorbell", digest="", action="greet", arguments={"whom": "a"})


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "data" / "links.json")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def links(path, clock):
    return Links(LinksFile(path), clock, wall=lambda: 1_700_000_000.0)


def test_a_link_is_opened_by_its_secret_and_by_nothing_else(links):
    made, secret = links.add(LINK)
    other, _ = links.add(LINK)

    assert links.opened_by(secret) == made
    for wrong in ("", secret[:-1], secret + "A", made.digest, made.id, "ü", "\ud800"):
        with pytest.raises(NoSuchLink):
            links.opened_by(wrong)
    assert made.id != other.id
    # 32 random bytes
    assert len(secret) == 43


def test_the_secret_is_kept_nowhere(links, path):
    made, secret = links.add(LINK)

    text = Path(path).read_text()
    assert secret not in text
    assert digest_of(secret) in text
    assert secret not in repr(made)
    assert not {"digest", "secret"} & made.to_json().keys()
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600


def test_they_are_there_after_a_restart(links, path):
    made, secret = links.add(LINK._replace(to="on", get=True, created_by="ada"))
    gone, _ = links.add(LINK)
    links.revoke(gone.id)

    again = Links(LinksFile(path))

    assert again.all() == (made,)
    assert again.opened_by(secret) == made
    assert again.has(made.id)
    assert not again.has(gone.id)


def test_there_are_not_more_than_the_limit(links):
    for _ in range(MAX_LINKS):
        links.add(LINK)
    with pytest.raises(WrongLink, match="revoke one first"):
        links.add(LINK)
    links.revoke(links.all()[0].id)
    links.add(LINK)


def test_once_a_second_each(links, clock):
    link, other = links.add(LINK).link, links.add(LINK).link
    links.use(link)
    links.use(other)
    clock.now = 0.9
    with pytest.raises(TooSoon):
        links.use(link)
    # a use that was refused is none
    clock.now = 1.0
    links.use(link)
    links.revoke(link.id)
    assert links._used_at.keys() == {other.id}


def test_what_cannot_be_written_is_not_there(links, path, mocker):
    made, _ = links.add(LINK)
    mocker.patch.object(links_file.os, "replace", side_effect=OSError("disk full"))

    with pytest.raises(NotWritten, match="disk full"):
        links.add(LINK)
    with pytest.raises(NotWritten):
        links.revoke(made.id)

    assert links.all() == (made,)
    assert os.listdir(os.path.dirname(path)) == ["links.json"]


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"version": 1}', '{"version": 1, "links": {}}', "[" * 10_000],
)
def test_a_damaged_file_is_put_aside(path, content):
    os.makedirs(os.path.dirname(path))
    Path(path).write_text(content)

    links = Links(LinksFile(path))

    assert links.all() == ()
    assert Path(f"{path}.broken").read_text() == content
    links.add(LINK)
    assert len(Links(LinksFile(path)).all()) == 1


def test_what_cannot_be_read_is_not_replaced(links, path, mocker):
    made, _ = links.add(LINK)
    content = Path(path).read_bytes()
    error = OSError("the disk does not answer")
    failing = mocker.patch.object(links_file, "open", create=True, side_effect=error)
    later = Links(LinksFile(path))
    mocker.stop(failing)

    assert later.all() == ()
    with pytest.raises(NotWritten, match="does not answer"):
        later.add(LINK)
    assert Path(path).read_bytes() == content
    assert Links(LinksFile(path)).all() == (made,)


def test_a_damaged_link_is_left_out(links, path):
    made, _ = links.add(LINK)
    data = json.loads(Path(path).read_text())
    (entry,) = data["links"]
    for field, value in {
        "id": "../..",
        "name": 3,
        "digest": "none",
        "to": "up",
        "arguments": [],
        "get": 1,
        "created_by": 3,
        "more": 1,
    }.items():
        data["links"].append({**entry, field: value})
    for moment in ("once", "5", True, None, 1e300, float("nan")):
        data["links"].append({**entry, "created_at": moment})
    data["links"].append(None)
    Path(path).write_text(json.dumps(data))

    assert Links(LinksFile(path)).all() == (made,)


def test_the_file_of_a_later_version_is_left_alone(path):
    os.makedirs(os.path.dirname(path))
    content = '{"version": 2, "links": [], "more": true}'
    Path(path).write_text(content)

    links = Links(LinksFile(path))

    assert links.all() == ()
    with pytest.raises(NotWritten, match="later version"):
        links.add(LINK)
    assert Path(path).read_text() == content
