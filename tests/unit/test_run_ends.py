"""Files with the output of a command that has ended, for those that run because of that."""

import os
import stat
from pathlib import Path

import pytest
from test_rule_engine import ended

from octoprint_systemcommands.runs.output.capture import STDERR, STDOUT, Capture
from octoprint_systemcommands.triggers import run_ends
from octoprint_systemcommands.triggers.run_ends import FILE, OutputFiles, happening_of

RUN = "0123456789abcdef"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "outputs"


@pytest.fixture
def outputs(folder):
    output = Capture()
    output.write(STDOUT, b"one\n")
    output.write(STDERR, b"two\n")
    return OutputFiles(str(folder), {RUN: output}.get)


@pytest.fixture
def happening():
    return happening_of(ended(RUN), ())


def written(folder):
    return sorted(os.listdir(folder)) if folder.exists() else []


def test_it_is_there_until_the_run_has_ended_that_it_was_for(outputs, folder, happening):
    with_file = outputs.write(happening, "r")
    path = with_file.payload[FILE]
    assert Path(path).read_text() == "one\ntwo\n"
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700

    outputs.give(with_file, "its run")
    outputs.take_back("another run")
    assert written(folder) == [f"{RUN}-r.txt"]
    outputs.take_back("its run")
    assert written(folder) == []


def test_a_run_that_was_not_begun_needs_none(outputs, folder, happening):
    outputs.give(outputs.write(happening, "r"), None)

    assert written(folder) == []


def test_what_is_missing_in_the_middle_is_said(folder, happening):
    output = Capture()
    output.write(STDOUT, b"a" * 10_000_000)
    files = OutputFiles(str(folder), {RUN: output}.get)

    text = Path(files.write(happening, "r").payload[FILE]).read_text()

    assert "bytes left out ...]" in text
    assert len(text) < 1_000_000


def test_there_is_a_bound(outputs, folder, happening, mocker):
    mocker.patch.object(run_ends, "_MAX_FILES", 2)
    for number in range(4):
        told = outputs.write(happening, f"r{number}")
        outputs.give(told, f"run{number}")

    assert FILE not in told.payload
    assert len(written(folder)) == 2


def test_without_a_place_the_command_runs_all_the_same(happening, tmp_path):
    (tmp_path / "file").touch()
    files = OutputFiles(str(tmp_path / "file"), {}.get)

    assert files.write(happening, "r") == happening


def test_what_an_earlier_server_has_left_is_removed(outputs, folder, happening):
    folder.mkdir()
    (folder / "old.txt").touch()
    (folder / "needed.txt").touch()
    outputs.give(outputs.write(happening, "r"), "its run")

    outputs.tidy_up([str(folder / "needed.txt"), None])

    assert written(folder) == [f"{RUN}-r.txt", "needed.txt"]


def test_payloads_of_others_remove_nothing(outputs, folder, happening, tmp_path):
    precious = tmp_path / "movie.mp4"
    precious.touch()
    claim = {**happening.payload, FILE: str(precious)}

    for kind in ("MovieDone", happening.kind):
        outputs.give(happening._replace(kind=kind, payload=claim), None)
        outputs.give(happening._replace(kind=kind, payload=claim), "its run")
        outputs.take_back("its run")

    assert precious.exists()


def test_an_id_that_is_none_becomes_no_path(outputs, folder, happening):
    claim = {**happening.payload, "id": "../../x"}

    assert FILE not in outputs.write(happening._replace(payload=claim), "r").payload
    assert written(folder) == []


def test_another_file_for_the_same_run(outputs, folder, happening):
    for rule_id in ("a", "b"):
        outputs.give(outputs.write(happening, rule_id), "its run")

    assert written(folder) == [f"{RUN}-b.txt"]


def test_nothing_to_remove(outputs):
    outputs.tidy_up([])
