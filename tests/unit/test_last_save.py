"""Who has saved the definitions last, which is known of the lists that were saved only."""

import json
import os
import threading

import pytest
import yaml
from test_editor import GOOD, OTHER, SavingSettings, save

from octoprint_systemcommands.commands.editing.editor import Editing
from octoprint_systemcommands.commands.editing.errors import NotWritten
from octoprint_systemcommands.commands.editing.last_save import LastSave, Unchanged
from octoprint_systemcommands.commands.editing.versions import Versions


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "last_save.json"


@pytest.fixture
def stored():
    return SavingSettings([GOOD])


@pytest.fixture
def told():
    return []


@pytest.fixture
def editing(stored, path, told):
    versions = Versions(str(path.with_name("versions.yaml")))
    return Editing(stored, versions, LastSave(str(path)), told.append)


def test_who_has_saved_is_known_and_told(editing, stored, path, told):
    assert editing.saved(editing.lists()) is None
    lists = save(editing, [GOOD, OTHER])

    saved = editing.saved(lists)
    assert (saved.user, saved.etag) == ("me", lists.etag)
    assert told == [None, saved]
    # after a restart as well
    again = Editing(stored, Versions(""), LastSave(str(path)))
    assert again.saved(again.lists()) == saved


def test_nobody_sees_a_list_without_who_has_saved_it(editing, stored):
    seen = []
    reader = threading.Thread(target=lambda: seen.append(editing.current()))
    save_settings = stored.save

    def read_at_once(**kwargs):
        save_settings(**kwargs)
        reader.start()
        # it has to wait, and this shows if it does not
        reader.join(0.2)

    stored.save = read_at_once
    lists = save(editing, [OTHER])
    reader.join()
    assert seen == [(lists, editing.saved(lists))]
    assert seen[0][1].user == "me"


def test_what_changes_nothing_is_no_save(editing, told):
    saved = editing.saved(save(editing, [GOOD, OTHER]))
    del told[:]
    lists = editing.lists()
    answer = editing.save([GOOD, OTHER], {lists.etag}, "somebody else")

    assert answer == (lists, saved)
    assert editing.saved(editing.lists()) == saved
    assert told == []


def test_nobody_is_named_for_what_was_changed_elsewhere(editing, stored):
    save(editing, [GOOD, OTHER])
    stored.plugin["commands"] = [OTHER]
    assert editing.saved(editing.lists()) is None


def test_nobody_is_named_for_what_was_not_written(editing, stored, told):
    before = editing.saved(save(editing, [GOOD, OTHER]))
    del told[:]
    stored.failure = yaml.YAMLError("no")

    with pytest.raises(NotWritten):
        save(editing, [])
    assert editing.saved(editing.lists()) == before
    # what was announced is called off
    assert told == [None, Unchanged(before.etag)]


def test_a_save_is_called_off_whatever_goes_wrong(editing, stored, told):
    etag = editing.lists().etag
    stored.failure = RuntimeError("out of order")

    with pytest.raises(RuntimeError):
        save(editing, [])
    assert told == [None, Unchanged(etag)]


def test_the_answer_names_who_has_saved_it(editing, stored, told):
    def save_once_more(saved):
        told.append(saved)
        # somebody else, who has waited
        if saved is not None and len(told) == 2:
            other = threading.Thread(target=save, args=(editing, [GOOD]))
            others.append(other)
            other.start()
            # it must not be able to, and this shows if it is
            other.join(0.2)

    others = []
    editing._tell = save_once_more
    lists, saved = editing.save([OTHER], {editing.lists().etag}, "me")
    others[0].join()

    assert lists.definitions == [OTHER]
    assert (saved.user, saved.etag) == ("me", lists.etag)
    # by now it is another list
    assert editing.saved(lists) is None


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        "[" * 100_000,
        json.dumps({"etag": "x"}),
        json.dumps({"etag": "x", "user": "me", "saved_at": "today"}),
        json.dumps({"etag": "x", "user": "me", "saved_at": 1e300}),
        json.dumps({"etag": "x", "user": ["me"], "saved_at": 1}),
        json.dumps({"etag": "x", "user": "me", "saved_at": 1, "more": 2}),
    ],
)
def test_a_broken_file_names_nobody(path, content):
    path.parent.mkdir()
    path.write_text(content)
    assert LastSave(str(path)).of("x") is None


def test_a_save_does_not_fail_for_it(editing, path, told, caplog):
    path.mkdir(parents=True)
    lists, saved = editing.save([OTHER], {editing.lists().etag}, "me")

    assert lists.definitions == [OTHER]
    assert (saved.user, saved.etag) == ("me", lists.etag)
    assert told == [None, saved]
    assert editing.saved(lists) is None
    assert "who has saved" in caplog.text


def test_what_is_wrong_with_the_file_is_logged_once(path, caplog):
    path.parent.mkdir()
    path.write_text("{")
    last_save = LastSave(str(path))
    for _ in range(3):
        assert last_save.of("x") is None
    assert len(caplog.records) == 1
    # somebody has tried to mend it
    os.utime(path, (1, 1))
    for _ in range(3):
        assert last_save.of("x") is None
    assert len(caplog.records) == 2


def test_the_file_is_on_the_disk_before_it_takes_the_others_place(path, monkeypatch):
    sizes = []
    replace = os.replace
    monkeypatch.setattr(os, "fsync", lambda file: sizes.append(os.fstat(file).st_size))

    def replace_what_is_written(old, new):
        assert sizes == [os.stat(old).st_size]
        replace(old, new)

    monkeypatch.setattr(os, "replace", replace_what_is_written)
    saved = LastSave(str(path)).note("x", "me")
    assert sizes[0] > 0
    assert LastSave(str(path)).of("x") == saved
