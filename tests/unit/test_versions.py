"""The lists as they were before, in their file. How saving uses them is in test_editor.py."""

import datetime
import json
import os
import stat

import pytest
import yaml

from octoprint_systemcommands.commands.editing import versions as module
from octoprint_systemcommands.commands.editing.versions import Versions

ONE = {"action": "one", "command": "echo ä\u2028\x85"}
TWO = {"action": "two", "command": "if x\n  y"}
DATED = {"action": "dated", "x": datetime.date(2024, 12, 31), 5: None}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "versions.yaml"


@pytest.fixture
def versions(path):
    return Versions(str(path))


def definitions(versions):
    return [version.definitions for version in versions.all()]


def test_there_are_none_without_a_file(versions, path):
    assert versions.all() == []
    assert not path.exists()


def test_the_newest_comes_first(versions, mocker):
    mocker.patch.object(module.time, "time", side_effect=[1.5, 2.5])
    versions.add([ONE], [TWO], "me")
    versions.add([ONE, TWO], [], None)

    new, old = versions.all()
    assert (old.saved_at, old.user, old.definitions) == (1.5, "me", [ONE])
    assert list(old.system_actions) == [TWO]
    assert (new.saved_at, new.user, new.definitions) == (2.5, None, [ONE, TWO])
    assert old.is_json


def test_what_json_cannot_say_is_kept_too(versions):
    versions.add([DATED], [], "me")
    versions.add([ONE], [DATED], "me")

    new, old = versions.all()
    assert (old.definitions, old.is_json) == ([DATED], False)
    assert (new.definitions, list(new.system_actions)) == ([ONE], [DATED])


def test_the_file_is_yaml(versions, path):
    versions.add([ONE, TWO], [], "me")
    versions.add([DATED], [ONE], 'm"e')

    content = yaml.safe_load(path.read_text("utf-8"))
    assert [item["definitions"] for item in content] == [[DATED], [ONE, TWO]]
    assert [item["user"] for item in content] == ['m"e', "me"]


@pytest.mark.parametrize("entry", [ONE, DATED])
def test_what_is_kept_already_is_not_kept_twice(versions, entry):
    versions.add([entry], [], "me")
    versions.add([entry], [], "you")
    assert [version.user for version in versions.all()] == ["me"]
    versions.add([entry], [ONE], "you")
    assert len(versions.all()) == 2


def test_only_the_last_ten_are_kept(versions):
    for number in range(12):
        versions.add([{"action": f"a{number}"}], [], None)

    assert definitions(versions) == [
        [{"action": f"a{number}"}] for number in range(11, 1, -1)
    ]


def test_nobody_else_can_read_it(versions, path):
    versions.add([ONE], [], None)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(path.parent) == [path.name]


def test_a_disk_that_does_not_take_it_loses_nothing(versions, path, mocker):
    versions.add([ONE], [], None)
    mocker.patch.object(module.os, "fsync", side_effect=OSError("No space left"))

    with pytest.raises(OSError, match="No space left"):
        versions.add([TWO], [], None)
    assert os.listdir(path.parent) == [path.name]
    assert definitions(versions) == [[ONE]]


@pytest.mark.parametrize(
    "content", ["", "5", "{", "- 5", "- {}", "- {broken", "- {} \n- 5"]
)
def test_a_file_of_something_else_is_none_and_is_set_aside(versions, path, content):
    path.parent.mkdir()
    path.write_text(content)

    assert versions.all() == []
    versions.add([ONE], [], None)
    assert definitions(versions) == [[ONE]]
    assert (path.parent / "versions.yaml.broken").read_text() == content


def test_items_that_are_not_what_they_claim_are_left_out(versions, path):
    sound = {"saved_at": 1.5, "user": None, "definitions": [ONE], "system_actions": []}
    wrong = [{"saved_at": "now"}, {"user": 5}, {"definitions": {}}, {"system_actions": 1}]
    items = [{**sound, **fields} for fields in (*wrong, {})]
    path.parent.mkdir()
    path.write_text("".join(f"- {json.dumps(item)}\n" for item in items), "utf-8")

    (found,) = versions.all()
    assert found.definitions == [ONE]
