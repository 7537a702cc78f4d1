"""What earlier versions of the plugin have left is all there, and what later ones have left is
not touched. How a later history is treated is in test_history_versions.py."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from test_editor import SavingSettings

from harness.waiting import wait_until
from octoprint_systemcommands.commands.editing.last_save import LastSave
from octoprint_systemcommands.commands.editing.versions import Versions
from octoprint_systemcommands.commands.lists import PLUGIN_COMMANDS, Lists
from octoprint_systemcommands.runs.history import schema
from octoprint_systemcommands.runs.history.database import Filter
from octoprint_systemcommands.runs.output.reader import read
from octoprint_systemcommands.states.assumed import Assumed, AssumedFile
from octoprint_systemcommands.triggers.rules.store import RuleList

FIXTURES = Path(__file__).parent / "fixtures"
SCHEMAS = sorted(int(path.name.rpartition("-")[2]) for path in FIXTURES.glob("schema-*"))
ALL = Filter()
# of what had not ended: the next server knows nothing of these
UNKNOWN_AT_LAST = ("status", "duration", "stopping", "hint", "output")
# those that look different to each who asks
WORDS = ("hint", "reason", "waits_for", "resource", "chunks", "permissions")


@pytest.fixture(params=SCHEMAS)
def earlier(request):
    """The folder with the files of one schema."""
    return FIXTURES / f"schema-{request.param}"


def content_of(earlier, name):
    return json.loads((earlier / name).read_text("utf-8"))


def as_now(run):
    """What an earlier server has said of a run, in the present words."""
    now = {key: value for key, value in run.items() if key not in WORDS}
    if "door" in now:
        now["trigger"] = now.pop("door")
    return now


def test_each_earlier_schema_has_files():
    assert set(range(1, schema._SCHEMA_VERSION)) <= set(SCHEMAS)


def test_the_files_are_of_their_schema(earlier):
    with closing(sqlite3.connect(f"file:{earlier}/history.db?mode=ro", uri=True)) as file:
        (version,) = file.execute("PRAGMA user_version").fetchone()
    assert earlier.name == f"schema-{version}"


def test_no_run_is_lost(earlier, open_history, path):
    Path(path).parent.mkdir()
    shutil.copy(earlier / "history.db", path)
    history = open_history(days=100_000)
    runs = content_of(earlier, "runs.json")
    wait_until(lambda: history.find(ALL, 100))

    assert history.warning is None
    ensure_all_is_there(history, runs)
    # what waited for a rule goes on
    pending = [run["id"] for run in runs if run["status"] == "pending"]
    assert [record.id for record, _ in history.kept_pending()] == pending
    assert all(memo for _, memo in history.kept_pending())


def test_no_run_is_lost_while_the_file_cannot_be_changed(earlier, open_history, path):
    Path(path).parent.mkdir()
    shutil.copy(earlier / "history.db", path)
    with closing(sqlite3.connect(path)) as other:
        # as somebody's who writes, which does not keep others from reading
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("BEGIN IMMEDIATE")
        history = open_history(days=100_000)
        wait_until(lambda: history.warning)

        ensure_all_is_there(history, content_of(earlier, "runs.json"))
        other.execute("ROLLBACK")


def ensure_all_is_there(history, runs):
    """Compares what a history has with what the server that left it said of its runs."""
    records = history.find(ALL, 100)
    assert [record.id for record in records] == [run["id"] for run in runs]
    for record, run in zip(records, runs):
        found, expected = record.to_dict(), as_now(run)
        if expected["status"] == "running":
            assert found["status"] == "interrupted"
            expected = {k: v for k, v in expected.items() if k not in UNKNOWN_AT_LAST}
        assert {key: found[key] for key in expected} == expected
        assert bool(record.hint) == bool(run["hint"]) or found["status"] == "interrupted"
        assert bool(record.reason) == bool(run.get("reason"))
        assert bool(record.waits_for) == bool(run.get("waits_for"))
        if run["status"] != "running":
            assert read(history.output(record), 0, True)["chunks"] == run["chunks"]


def test_it_is_brought_up_to_date(earlier, open_history, path):
    Path(path).parent.mkdir()
    shutil.copy(earlier / "history.db", path)
    history = open_history(days=100_000)
    before = wait_until(lambda: history.find(ALL, 100))
    history.close()

    with closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA user_version").fetchone() == (schema._SCHEMA_VERSION,)
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    again = open_history(days=100_000)
    assert wait_until(lambda: again.find(ALL, 100)) == before


def test_all_definitions_count_and_are_as_they_were(earlier):
    commands = content_of(earlier, "settings.json")["commands"]
    settings = SavingSettings(commands)
    listed = Lists.of(settings).read()[PLUGIN_COMMANDS]

    assert all(item.definition is not None and item.counts for item in listed)
    assert Lists.of(settings).to_json()["definitions"] == commands
    # a field that nobody knows is no reason to complain
    assert not any(item.problems for item in listed)


def test_all_rules_count_and_are_as_they_were(earlier):
    rules = content_of(earlier, "settings.json")["rules"]
    settings = SavingSettings()
    settings.set(["rules"], rules)
    listed = RuleList.of(settings)

    assert [item.rule.id for item in listed.read()] == [rule["id"] for rule in rules]
    assert not any(item.problems for item in listed.read())
    assert listed.to_json() == rules


@pytest.mark.parametrize("name", ["versions.yaml", "rule_versions.yaml"])
def test_the_previous_lists_are_kept(earlier, tmp_path, name):
    if not (earlier / name).exists():
        pytest.skip("there were none yet")
    shutil.copy(earlier / name, tmp_path)
    versions = Versions(str(tmp_path / name))
    # the one before the list was saved without its last entry, and the one after that
    found = versions.all()
    key = "rules" if name.startswith("rule") else "commands"
    saved = content_of(earlier, "settings.json")[key]
    assert [version.definitions for version in found] == [saved[:-1], saved]
    assert {version.user for version in found} == {"admin"}

    versions.add([{"action": "new"}], [], "me")
    # how they are written does not matter
    assert [v[:4] for v in versions.all()[1:]] == [v[:4] for v in found]
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_who_has_saved_last_is_known(earlier):
    for name, etag in (
        ("last_save.json", Lists.of),
        ("last_save_of_rules.json", RuleList.of),
    ):
        if not (earlier / name).exists():
            continue
        stored = content_of(earlier, "settings.json")
        settings = SavingSettings(stored["commands"])
        settings.set(["rules"], stored["rules"])
        saved = LastSave(str(earlier / name)).of(etag(settings).etag)
        assert saved.user == "admin"


def test_what_was_switched_on_is_known():
    path = FIXTURES / "schema-8" / "states.json"
    (assumed,) = AssumedFile(str(path)).read().values()
    assert assumed == Assumed("on", content_of(path.parent, path.name)["light"]["since"])


##~~ Later versions


def test_what_a_later_version_knows_of_toggles_is_left_alone(tmp_path, caplog):
    path = tmp_path / "states.json"
    path.write_text('{"version": 2, "states": {"light": {"is": "dim"}}}')
    before = path.read_bytes()
    file = AssumedFile(str(path))
    assert file.read() == {}
    for _ in range(2):
        file.write({"light": Assumed("on", 1)})

    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert caplog.text.count("Cannot write") == 1
    assert caplog.text.count("a later version of this plugin") == 2


def test_what_a_later_version_knows_of_the_last_save_is_left_alone(tmp_path, caplog):
    path = tmp_path / "last_save.json"
    path.write_text('{"version": 2, "saves": []}')
    before = path.read_bytes()
    last_save = LastSave(str(path))
    for _ in range(2):
        assert last_save.of("x") is None
    saved = last_save.note("x", "me")

    assert (saved.etag, saved.user) == ("x", "me")
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert caplog.text.count("a later version of this plugin") == 2


@pytest.mark.parametrize(
    "later",
    [
        '- {"version": 2, "lists": {"x": []}}\n',
        "- lists:\n    on: 2024-12-31\n  version: 2\n",
    ],
)
def test_previous_lists_of_a_later_version_are_kept_for_it(tmp_path, caplog, later):
    path = tmp_path / "versions.yaml"
    mine = '- {"saved_at": 1.5, "user": null, "definitions": [\n  {"action": "a"}]}\n'
    path.write_text(later + mine)
    versions = Versions(str(path))
    assert [version.definitions for version in versions.all()] == [[{"action": "a"}]]
    versions.add([{"action": "b"}], [], "me")
    versions.add([{"action": "c"}], [], "me")

    assert yaml.safe_load(later)[0] in yaml.safe_load(path.read_text())
    assert [version.definitions[0]["action"] for version in versions.all()] == [*"cba"]
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert caplog.text.count("written by a later version") == 1


def test_definitions_of_a_later_version_are_kept_and_say_why_they_do_not_count():
    later = [
        {"action": "lamp", "type": "dimmer", "levels": 5},
        {"action": "mine", "command": "true", "mood": "good"},
    ]
    settings = SavingSettings(later)
    lamp, mine = Lists.of(settings).read()[PLUGIN_COMMANDS]

    assert lamp.definition is None
    assert "type" in [problem.field for problem in lamp.problems]
    assert mine.definition is not None
    assert not mine.problems
    assert Lists.of(settings).to_json()["definitions"] == later
