"""Reading, checking and saving the list of rules."""

import datetime
import threading

import pytest
from rule_lists import BROKEN, GOOD, OTHER, make_editing

from octoprint_systemcommands.commands.editing.errors import Invalid, NotWritten, Stale
from octoprint_systemcommands.commands.editing.last_save import Saved, Unchanged
from octoprint_systemcommands.commands.problems import ERROR, WARNING
from octoprint_systemcommands.commands.serialization import to_json
from octoprint_systemcommands.triggers.rules import import_export
from octoprint_systemcommands.triggers.rules.editing import id_of


@pytest.fixture
def make(tmp_path):
    return lambda rules=None, **more: make_editing(tmp_path / "data", rules, **more)


def save(editing, rules):
    current, _ = editing.current()
    return editing.save(rules, {current.etag}, "me")


def test_saves_and_reads_back(make):
    editing, settings = make([GOOD])
    rules, saved = save(editing, [OTHER, GOOD])

    assert rules.entries == settings.plugin["rules"] == [OTHER, GOOD]
    assert (saved.user, saved.etag) == ("me", rules.etag)
    assert editing.current() == (rules, saved)
    (version,) = editing.versions()
    assert (version.user, version.definitions) == ("me", [GOOD])


def test_what_was_changed_elsewhere_was_saved_by_nobody(make):
    editing, settings = make([GOOD])
    save(editing, [OTHER])
    settings.plugin["rules"] = [GOOD]

    assert editing.current()[1] is None


def test_a_stale_save_changes_nothing(make):
    editing, settings = make([GOOD])
    before, _ = editing.current()
    save(editing, [GOOD, OTHER])

    with pytest.raises(Stale, match="saved rules meanwhile"):
        editing.save([], {before.etag}, "me")
    assert settings.plugin["rules"] == [GOOD, OTHER]


def test_nothing_is_written_if_nothing_was_changed(make):
    editing, settings = make([GOOD])
    save(editing, [GOOD])

    assert settings.saved == 0
    assert editing.versions() == []


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({**GOOD, "id": "A b"}, "id"),
        ({**GOOD, "id": "other"}, "id"),
        ({"when": GOOD["when"], "run": "x"}, "id"),
        ({**GOOD, "name": ["x"]}, "name"),
        ({**GOOD, "wait": {"fro": 5}}, "wait"),
        ({**GOOD, "x": "\ud800"}, None),
        (5, None),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(make, entry, field):
    editing, settings = make([OTHER])

    with pytest.raises(Invalid) as error:
        save(editing, [OTHER, entry])

    assert error.value.problems[0] == []
    assert field in [problem.field for problem in error.value.problems[1]]
    assert settings.saved == 0


def test_too_many_are_refused(make):
    editing, settings = make([OTHER])

    with pytest.raises(Invalid) as error:
        save(editing, [5] * 101)

    assert len(error.value.problems) == 101
    assert "there can be 100 rules" in str(error.value.problems[-1][0])
    assert settings.saved == 0


def test_warnings_do_not_keep_it_from_being_saved(make):
    editing, _ = make()
    entry = {**GOOD, "run": "gone", "x-mine": 1}
    rules, _ = save(editing, [entry])

    assert rules.entries == [entry]
    ((*_, problem),) = editing.problems(rules)
    assert (problem.field, problem.severity) == ("run", WARNING)


def test_broken_rules_and_unknown_fields_of_the_file_stay(make):
    dated = {**OTHER, "x-since": datetime.date(2024, 12, 31)}
    editing, _ = make([5, BROKEN, dated, GOOD])
    rules, _ = save(editing, to_json([GOOD, dated, BROKEN, 5]))
    assert rules.entries == [GOOD, dated, BROKEN, 5]

    changed = {**to_json(dated), "enabled": False}
    rules, _ = save(editing, to_json([GOOD, changed, BROKEN]))
    assert rules.entries == [GOOD, {**dated, "enabled": False}, BROKEN]

    # and come back from an earlier version
    rules, _ = save(editing, [GOOD])
    rules, _ = save(editing, to_json([GOOD, BROKEN, dated]))
    assert rules.entries == [GOOD, BROKEN, dated]


def test_a_broken_rule_cannot_be_changed_into_another_broken_one(make):
    editing, _ = make([BROKEN])
    with pytest.raises(Invalid):
        save(editing, [{**BROKEN, "name": "Other"}])


def test_rules_without_ids_are_not_taken_for_each_other(make):
    nameless = {"when": {"event": "a"}, "run": "b", "x": datetime.date(2024, 12, 31)}
    editing, _ = make([nameless])
    rules, _ = save(editing, [*to_json([nameless]), GOOD])
    assert rules.entries == [nameless, GOOD]


def test_a_list_is_made_of_what_is_none(make):
    editing, settings = make(GOOD)
    rules, _ = save(editing, [GOOD])

    assert settings.plugin["rules"] == [GOOD]
    assert rules.is_list


def test_a_full_disk_changes_nothing(make):
    told = []
    editing, settings = make([GOOD], tell=told.append)
    settings.failure = OSError(28, "No space left on device")
    before, _ = editing.current()

    with pytest.raises(NotWritten, match=r"The rules could not be saved.*No space left"):
        save(editing, [OTHER])
    assert settings.plugin["rules"] == [GOOD]
    assert told == [None, Unchanged(before.etag)]


def test_it_is_told_before_and_after(make):
    told = []
    editing, _ = make([GOOD], tell=told.append)
    _, saved = save(editing, [OTHER])

    assert told == [None, saved]
    assert isinstance(saved, Saved)


def test_two_editors_at_once_lose_nothing(make):
    editing, settings = make([])
    start, _ = editing.current()
    outcomes = []

    def edit(number):
        try:
            editing.save([{**GOOD, "id": f"r{number}"}], {start.etag}, "me")
            outcomes.append(number)
        except Stale:
            pass

    threads = [threading.Thread(target=edit, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (winner,) = outcomes
    assert [entry["id"] for entry in settings.plugin["rules"]] == [f"r{winner}"]


def test_check_says_what_saving_would_say(make):
    editing, _ = make()

    assert editing.check(GOOD, ["other"]) == []
    found = editing.check({**GOOD, "run": "gone", "name": "\n"}, ["good"])
    assert [(problem.field, problem.severity) for problem in found] == [
        ("name", ERROR),
        ("id", ERROR),
        ("run", WARNING),
    ]


def test_ids_as_they_stand_in_a_file():
    assert id_of({"id": "a"}) == "a"
    assert id_of({"id": 42}) == "42"
    for entry in (None, [], {}, {"id": ""}, {"id": True}, {"id": ["a"]}):
        assert id_of(entry) is None


def test_what_is_exported_can_be_imported(make):
    text = import_export.dump([GOOD, BROKEN, 5])

    assert text.startswith("# Rules of the OctoPrint plugin")
    assert import_export.load(text) == [GOOD, BROKEN, 5]


@pytest.mark.parametrize(
    "text",
    [
        "- {id: a}",
        "rules: [{id: a}]",
        "plugins: {systemcommands: {rules: [{id: a}], commands: []}}",
    ],
)
def test_where_rules_may_stand(text):
    assert import_export.load(text) == [{"id": "a"}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("commands: []", 'no list of rules in it; put it below "rules:"'),
        ("", "no list of rules in it"),
        ("a: b: c", "not valid YAML in line 1"),
        ("&a [*a]", "References"),
        (f"[{'{},' * 101}]", "too many rules, 100 can be imported"),
    ],
)
def test_what_cannot_be_imported(text, said):
    with pytest.raises(import_export.Unreadable, match=said):
        import_export.load(text)


def test_ids_that_are_taken_or_missing_are_replaced():
    rules = [GOOD, {"name": "Größe"}, {"id": "good-2"}, GOOD, {}, 5]
    found = import_export.with_free_ids(rules, {"good"})

    assert [id_of(entry) for entry in found] == [
        *("good-3", "groesse", "good-2", "good-4", "rule", None)
    ]
