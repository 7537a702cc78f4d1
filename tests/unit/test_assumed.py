"""The file that remembers what was switched on, on disks of all kinds."""

import json
import os

import pytest

from octoprint_systemcommands.states.assumed import Assumed, AssumedFile

LIGHT = {"light": Assumed("on", 1e9), "fan": Assumed("off", 2e9)}


def test_what_was_written_is_read(path):
    AssumedFile(path).write(LIGHT)

    assert AssumedFile(path).read() == LIGHT
    assert os.listdir(os.path.dirname(path)) == [os.path.basename(path)]


def test_without_a_file_nothing_is_known(path):
    assert AssumedFile(path).read() == {}


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[1, 2]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"light": "on"}'],
)
def test_a_file_that_makes_no_sense(path, content):
    os.makedirs(os.path.dirname(path))
    with open(path, "wb") as file:
        file.write(content)

    assert AssumedFile(path).read() == {}


@pytest.mark.parametrize(
    "entry",
    [
        {"state": "unknown", "since": 1},
        {"state": ["on"], "since": 1},
        {"state": "on"},
        {"state": "on", "since": "yesterday"},
        {"state": "on", "since": True},
        {"state": "on", "since": 1e300},
        {"state": "on", "since": float("nan")},
    ],
)
def test_what_makes_no_sense_in_it_is_left_out(path, entry):
    os.makedirs(os.path.dirname(path))
    with open(path, "w") as file:
        json.dump({"light": entry, "fan": {"state": "off", "since": 2e9}}, file)

    assert AssumedFile(path).read() == {"fan": LIGHT["fan"]}


def test_a_disk_that_is_full(path, mocker, caplog):
    subject = AssumedFile(path)
    subject.write({"light": Assumed("off", 1)})
    full = mocker.patch("os.fsync", side_effect=OSError(28, "No space left on device"))
    subject.write(LIGHT)
    subject.write(LIGHT)

    assert len(caplog.records) == 1
    assert subject.read() == {"light": Assumed("off", 1)}
    assert len(os.listdir(os.path.dirname(path))) == 1
    mocker.stop(full)
    subject.write(LIGHT)
    assert subject.read() == LIGHT


def test_a_folder_that_cannot_be_made(tmp_path, caplog):
    (tmp_path / "data").write_text("a file")
    subject = AssumedFile(str(tmp_path / "data" / "states.json"))
    subject.write(LIGHT)

    assert "Cannot write" in caplog.text
    assert subject.read() == {}
