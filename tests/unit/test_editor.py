"""Reading and saving lists of definitions, with hypothesis as the user."""

import datetime
import io
import math
import pickle

import octoprint.util.yaml
import pytest
from fakes import Settings, bomb, wide_circle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from octoprint_systemcommands.commands import serialization
from octoprint_systemcommands.commands.editing import editor as editing_module
from octoprint_systemcommands.commands.editing.editor import Editing
from octoprint_systemcommands.commands.editing.errors import Invalid, NotWritten, Stale
from octoprint_systemcommands.commands.editing.last_save import LastSave
from octoprint_systemcommands.commands.editing.validation import check, slug
from octoprint_systemcommands.commands.editing.versions import Versions
from octoprint_systemcommands.commands.lists import Lists
from octoprint_systemcommands.commands.serialization import fingerprint, restored, to_json
from octoprint_systemcommands.commands.store import Store

pytestmark = pytest.mark.each_version

GOOD = {"action": "good", "name": "Good", "command": "true"}
OTHER = {"action": "other", "name": "Other", "command": "true"}


class SavingSettings(Settings):
    """Settings that keep what is saved, as the YAML file does it."""

    def __init__(self, commands=None, actions=None):
        super().__init__({"commands": commands}, {"system": {"actions": actions}})
        self.failure = None

    def set(self, path, value):
        self.plugin[path[0]] = value

    def save(self, trigger_event=False):
        if self.failure is not None:
            raise self.failure
        assert trigger_event
        text = octoprint.util.yaml.dump([self.plugin, self.everyone], pretty=True)
        self.written = octoprint.util.yaml.load_from_file(file=io.StringIO(text))
        self.plugin, self.everyone = self.written
        self.saved += 1


@pytest.fixture
def make(tmp_path):
    def make(commands=None, actions=None):
        stored = SavingSettings(commands, actions)
        data = tmp_path / "data"
        versions = Versions(str(data / "versions.yaml"))
        last_save = LastSave(str(data / "last_save.json"))
        return Editing(stored, versions, last_save), stored

    return make


def save(editing, definitions, **kwargs):
    lists, _ = editing.save(definitions, {editing.lists().etag}, "me", **kwargs)
    return lists


def test_saves_and_reads_back(make):
    editing, stored = make([GOOD])
    lists = save(editing, [OTHER, {"action": "divider"}, GOOD])

    assert lists.definitions == [OTHER, {"action": "divider"}, GOOD]
    assert stored.written[0]["commands"] == lists.definitions
    assert editing.lists() == lists


def test_the_names_of_a_toggles_lines_survive_yaml(make):
    written = {"action": "t", "name": "T", "type": "toggle", True: "true", False: "false"}
    toggle = {"action": "t", "name": "T", "type": "toggle", "on": "true", "off": "false"}
    # in quotes as well, and what is no toggle
    twice = {"action": "u", True: "a", "on": "b", 1.5: "c"}
    odd = {"action": "v", "name": "V", "command": "true", 1: "a", 0: "b"}
    editing, stored = make([written, twice, odd, OTHER], [written])

    lists = editing.lists()
    assert lists.definitions[0] == lists.system_actions[0] == toggle
    assert lists.definitions[1:3] == [twice, odd]
    assert [type(key) for key in lists.definitions[2]][3:] == [int, int]
    assert lists.problems()["definitions"][0] == []
    # saved as they are, and with something else changed
    as_json = lists.to_json()["definitions"]
    assert as_json[0] == toggle
    assert save(editing, as_json) == lists
    assert stored.saved == 0
    changed = save(editing, [{**toggle, "name": "Light"}, *as_json[1:3]])
    assert stored.written[0]["commands"] == [{**toggle, "name": "Light"}, twice, odd]
    assert changed.definitions == stored.written[0]["commands"]
    assert stored.written[1]["system"]["actions"] == [written]


def test_a_stale_save_changes_nothing(make):
    editing, _ = make([GOOD])
    before = editing.lists().etag
    save(editing, [GOOD, OTHER])

    with pytest.raises(Stale):
        editing.save([], {before}, "me")
    assert editing.lists().definitions == [GOOD, OTHER]


def test_a_change_of_system_actions_makes_it_stale_too(make):
    editing, stored = make([GOOD], [OTHER])
    before = editing.lists().etag
    stored.everyone["system"]["actions"] = []

    with pytest.raises(Stale):
        editing.save([], {before}, "me")


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({**GOOD, "action": "a b"}, "action"),
        ({**GOOD, "action": "A"}, "action"),
        ({**GOOD, "action": "a\n"}, "action"),
        ({**GOOD, "action": "restart"}, "action"),
        ({**GOOD, "action": "divider_1"}, "action"),
        ({**GOOD, "action": "x" * 65}, "action"),
        ({**GOOD, "action": "other"}, "action"),
        ({"name": "A", "command": "true"}, "action"),
        ({**GOOD, "name": " "}, "name"),
        ({**GOOD, "name": True}, "name"),
        ({**GOOD, "command": ""}, "command"),
        ({**GOOD, "icon": "<b>"}, "icon"),
        ({**GOOD, "async": "perhaps"}, "async"),
        ({**GOOD, "timeout": -1}, "timeout"),
        ({**GOOD, "environment": {"A=": "b"}}, "environment"),
        ({**GOOD, "x": math.nan}, None),
        ({**GOOD, "x": "\ud800"}, None),
        (5, None),
        (None, None),
        ([], None),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(make, entry, field):
    editing, stored = make([OTHER])

    with pytest.raises(Invalid) as error:
        save(editing, [OTHER, entry])

    assert error.value.problems[0] == []
    assert field in [problem.field for problem in error.value.problems[1]]
    assert editing.lists().definitions == [OTHER]
    assert stored.saved == 0


def test_too_many_are_refused_before_they_are_looked_at(make, mocker):
    editing, stored = make([OTHER])
    look = mocker.patch("octoprint_systemcommands.commands.editing.editor.check")

    with pytest.raises(Invalid) as error:
        save(editing, [5] * 501)

    assert len(error.value.problems) == 501
    assert "there can be 500 entries" in str(error.value.problems[-1][0])
    assert not look.called
    assert stored.saved == 0


def test_broken_entries_of_the_file_may_stay(make):
    broken = [5, {"name": "x"}, {"action": "Odd one", "name": "O", "command": "true"}]
    editing, _ = make([*broken, GOOD])

    assert save(editing, [GOOD, *broken]).definitions == [GOOD, *broken]


def test_an_odd_action_of_the_file_goes_on_working(make):
    old = {"action": "Odd one", "name": "O", "command": "true"}
    editing, _ = make([old])

    assert save(editing, [{**old, "name": "New"}]).definitions[0]["name"] == "New"
    with pytest.raises(Invalid):
        save(editing, [old, {**old, "name": "Twice"}])


# YAML reads a hexadecimal number of any length; Python refuses to write a long decimal one
LONG = int("f" * 4000, 16)


@pytest.mark.parametrize(
    "odd",
    [
        {"name": LONG},
        {"timeout": LONG},
        {"environment": {"X": LONG}},
        {"environment": {LONG: "x"}},
        {"groups": [LONG]},
        {"arguments": [{"name": "x", "type": "text", "default": LONG}]},
        {"arguments": [{"name": "x", "type": "choice", "choices": [{"label": LONG}]}]},
        {"unknown": {"deep": [LONG]}},
        {LONG: LONG},
    ],
)
def test_a_number_that_is_too_long_to_be_written_breaks_no_list(make, odd):
    editing, stored = make([{**GOOD, **odd}, OTHER])
    lists = editing.lists()

    assert len(lists.to_json()["definitions"]) == 2
    assert lists.problems()["definitions"][1] == []
    assert all(map(str, lists.problems()["definitions"][0]))
    assert lists.etag == editing.lists().etag
    assert Store(stored).entries()[-1].action == "other"
    as_json = lists.to_json()["definitions"][0]
    assert restored({**as_json, "name": "New"}, lists.definitions[0]) == {
        **lists.definitions[0],
        "name": "New",
    }


def test_an_odd_action_is_checked_as_it_is_saved(make):
    odd = {"action": "Odd one", "name": "Odd", "command": "true"}
    editing, _ = make([odd])
    changed = {**odd, "command": "false"}
    new = {**odd, "action": "Another odd one"}

    def fields(entry, others=()):
        return [problem.field for problem in editing.check(entry, others)]

    assert fields(changed) == []
    assert fields(changed, ["Odd one"]) == ["action"]
    assert fields(new) == ["action"]
    assert fields({**changed, "command": ""}) == ["command"]
    # also if it comes from an earlier version
    save(editing, [])
    assert fields(changed) == []
    for action in (None, "", ["Odd one"]):
        assert "action" in fields({**odd, "action": action})


def test_what_json_cannot_say_survives(make):
    date = datetime.date(2024, 1, 31)
    entry = {
        "command": "true",
        "since": date,
        "action": "a",
        "deep": {1: date},
        "name": "A",
        "list": [date, 1],
    }
    editing, _ = make([entry, GOOD])
    as_json = to_json(editing.lists().definitions)

    # moved only
    assert save(editing, [as_json[1], as_json[0]]).definitions == [GOOD, entry]
    # and changed
    changed = {**as_json[0], "name": "B", "list": [as_json[0]["list"][0], 2], "new": True}
    saved = save(editing, [changed]).definitions[0]
    assert saved == {**entry, "name": "B", "list": [date, 2], "new": True}


def test_unusable_words_of_an_argument_are_not_saved(make):
    argument = {"name": "x", "type": "text", "help": ["one", "two"]}
    wrong = {**GOOD, "arguments": [argument]}
    editing, _ = make([wrong])

    ((problem,),) = editing.lists().problems()["definitions"]
    assert problem.severity == "warning"
    # it may stay, as all that is in the file
    assert save(editing, [OTHER, wrong]).definitions == [OTHER, wrong]
    with pytest.raises(Invalid) as error:
        save(editing, [OTHER, {**wrong, "name": "New"}])
    assert [problem.path for problem in error.value.problems[1]] == [
        ["arguments", 0, "help"]
    ]


def test_removed_fields_are_removed(make):
    editing, _ = make([{**GOOD, "icon": "bolt", "x": 1}])

    assert save(editing, [GOOD]).definitions == [GOOD]


def test_true_and_one_are_not_the_same(make):
    editing, _ = make([{**GOOD, "x": 1}])

    (saved,) = save(editing, [{**GOOD, "x": True}]).definitions
    assert saved["x"] is True


def test_removes_from_system_actions_what_it_is_told(make):
    actions = [GOOD, OTHER, {"action": "third"}]
    editing, _ = make([], actions)
    lists = save(editing, [GOOD], remove_system_actions=[0, 2])

    assert lists.system_actions == [OTHER]


def test_a_full_disk_changes_nothing(make):
    editing, stored = make([GOOD], [OTHER])
    stored.failure = OSError("No space left on device")

    with pytest.raises(NotWritten, match="No space left"):
        save(editing, [OTHER], remove_system_actions=[0])
    assert editing.lists() == Lists([GOOD], [OTHER])


def test_keeps_the_last_ten_lists(make):
    editing, _ = make([])
    for number in range(13):
        save(editing, [{**GOOD, "name": str(number)}])

    versions = editing._versions.all()
    assert len(versions) == 10
    assert [version.definitions[0]["name"] for version in versions] == [
        str(number) for number in reversed(range(2, 12))
    ]
    assert all(version.user == "me" for version in versions)


def test_a_broken_entry_can_be_restored(make):
    editing, _ = make([5, GOOD])
    save(editing, [GOOD])
    (version,) = editing._versions.all()

    assert save(editing, to_json(version.definitions)).definitions == [5, GOOD]


def test_what_comes_back_does_not_take_anothers_action(make):
    editing, _ = make([GOOD])
    save(editing, [])
    save(editing, [{**GOOD, "name": "Another"}])

    with pytest.raises(Invalid) as error:
        save(editing, [{**GOOD, "name": "Another"}, GOOD])
    assert [len(problems) for problems in error.value.problems] == [0, 1]


def test_broken_versions_do_not_keep_one_from_saving(make, tmp_path, caplog):
    editing, _ = make([GOOD])
    path = tmp_path / "data" / "versions.yaml"
    path.parent.mkdir()
    path.write_text("{[")

    save(editing, [OTHER])
    assert "are lost" in caplog.text
    assert len(editing._versions.all()) == 1


def test_versions_have_what_was_removed_from_system_actions(make):
    editing, _ = make([], [GOOD, OTHER])
    save(editing, [], remove_system_actions=[0])

    (version,) = editing._versions.all()
    assert list(version.system_actions) == [GOOD, OTHER]


def test_saves_that_change_or_achieve_nothing_push_no_version_out(make):
    editing, stored = make([])
    for number in range(3):
        save(editing, [{**GOOD, "name": str(number)}])
    before = editing._versions.all()
    saved = stored.saved

    for _ in range(10):
        save(editing, editing.lists().definitions)
    assert stored.saved == saved
    stored.failure = OSError("No space left on device")
    for _ in range(10):
        with pytest.raises(NotWritten):
            save(editing, [OTHER])
    versions = editing._versions.all()
    assert versions[1:] == before
    assert versions[0].definitions == editing.lists().definitions


@pytest.mark.parametrize(
    "content",
    [
        "5",
        "- 5",
        "- {saved_at: 1, user: me, definitions: null}",
        "- {saved_at: x, user: me, definitions: []}",
        "- {saved_at: 1, user: [], definitions: []}",
        "- {unknown: 1}",
    ],
)
def test_odd_versions_do_not_keep_one_from_saving(make, tmp_path, content):
    editing, _ = make([GOOD])
    path = tmp_path / "data" / "versions.yaml"
    path.parent.mkdir()
    path.write_text(content)

    save(editing, [OTHER])
    assert [version.definitions for version in editing._versions.all()] == [[GOOD]]
    assert (tmp_path / "data" / "versions.yaml.broken").read_text() == content


def test_a_list_that_is_none_is_an_entry_that_is_kept(make):
    precious = {"action": "m", "command": "echo precious"}
    editing, _ = make(precious)

    assert editing.lists().definitions == [precious]
    assert save(editing, [precious, GOOD]).definitions == [precious, GOOD]
    text = "forgot the dash"
    editing, stored = make(text)
    stored.failure = OSError("No space left on device")
    with pytest.raises(NotWritten):
        save(editing, [text, GOOD])
    assert stored.plugin["commands"] == text
    stored.failure = None
    assert save(editing, [text, GOOD]).definitions == [text, GOOD]


def test_numbers_that_python_does_not_write(make):
    huge = int("f" * 6000, 16)
    editing, _ = make([{**GOOD, "x": huge}, {**OTHER, "name": huge}])
    lists = editing.lists()

    assert lists.etag
    assert lists.to_json()["definitions"][0]["x"] == hex(huge)
    assert lists.problems()
    # OctoPrint cannot write it either
    with pytest.raises(NotWritten):
        save(editing, lists.to_json()["definitions"][::-1])
    assert editing.lists() == lists


@pytest.mark.parametrize("make_endless", [bomb, wide_circle])
def test_references_that_stand_for_too_much_are_kept_and_not_written_out(
    make, make_endless
):
    editing, stored = make([{**GOOD, "x": make_endless(), "y": 5}, OTHER])
    shown = editing.lists().to_json()["definitions"]

    assert shown[0] == {**GOOD, "x": "…", "y": 5}
    with pytest.raises(Invalid, match="cannot be saved") as error:
        save(editing, [{**shown[0], "name": "New"}, shown[1]])
    assert "cannot be changed here" in str(error.value.problems[0][0])
    assert stored.saved == 0
    # what stands beside it can be changed, and it stays what it is
    lists = save(editing, [shown[0], {**shown[1], "name": "New"}])
    assert pickle.dumps(lists.definitions[0]["x"]) == pickle.dumps(
        octoprint.util.yaml.load_from_file(
            file=io.StringIO(octoprint.util.yaml.dump(make_endless()))
        )
    )
    (version,) = editing._versions.all()
    assert [to_json(entry) for entry in version.definitions] == shown
    # and it can go
    assert save(editing, editing.lists().to_json()["definitions"][1:])


def test_a_nesting_that_nobody_can_write_does_no_harm(make):
    deep = []
    for _ in range(5000):
        deep = [deep]
    editing, stored = make([{**GOOD, "x": deep}])

    assert editing.lists().etag
    assert editing.lists().problems()
    assert len(str(editing.lists().to_json())) < 1000
    with pytest.raises(NotWritten):
        save(editing, [*editing.lists().to_json()["definitions"], OTHER])
    assert stored.saved == 0
    assert Store(stored).entries()[0].action == "good"


@pytest.mark.parametrize(
    "value",
    [
        {
            "x": [
                1,
                None,
                True,
                2.5,
                "a: b",
                "\x85\u2028\ufeff\x7f",
                "😀 \t\n- x",
                "~",
                "1e3",
            ]
        },
        {"x": 1e20, "y": -1e-7},
        {"x": datetime.date(2024, 12, 31), 5: {None: "z"}},
        {"k" * 2000: 1},
        {"\n": 1},
    ],
)
def test_versions_are_yaml_that_earlier_builds_can_read(make, tmp_path, value):
    first = [{**GOOD, **value}]
    editing, _ = make(first, [{"action": "old"}])
    save(editing, [OTHER])
    save(editing, [])

    text = (tmp_path / "data" / "versions.yaml").read_text()
    as_yaml = octoprint.util.yaml.load_from_file(file=io.StringIO(text))
    assert [version["definitions"] for version in as_yaml] == [[OTHER], first]
    assert [version["system_actions"] for version in as_yaml] == 2 * [[{"action": "old"}]]
    assert [set(version) for version in as_yaml] == 2 * [
        {"saved_at", "user", "definitions", "system_actions"}
    ]
    assert [version.definitions for version in editing._versions.all()] == [
        [OTHER],
        first,
    ]


def test_versions_of_an_earlier_build_are_kept(make, tmp_path):
    editing, _ = make([GOOD])
    path = tmp_path / "data" / "versions.yaml"
    path.parent.mkdir()
    earlier = [
        {"saved_at": 5.5, "user": "me", "definitions": [OTHER], "system_actions": []},
        {"saved_at": 4.5, "user": None, "definitions": [{**OTHER, "x": 1e20}]},
    ]
    path.write_text(octoprint.util.yaml.dump(earlier, pretty=True))
    save(editing, [])
    save(editing, [OTHER])

    found = [version.definitions for version in editing._versions.all()]
    assert found == [[], [GOOD], [OTHER], [{**OTHER, "x": 1e20}]]
    assert editing._versions.all()[2].saved_at == 5.5


def test_yaml_is_only_asked_where_it_matters(make, mocker):
    entries = [{**GOOD, "action": f"a{n}", "command": "if x\n  y"} for n in range(50)]
    editing, _ = make(entries)
    written = mocker.spy(serialization, "to_yaml")
    checked = mocker.spy(editing_module, "check")
    changed = [{**entry, "name": "New"} for entry in entries]
    save(editing, [*changed[:1], *entries[1:]])
    assert (written.call_count, checked.call_count) == (0, 1)
    save(editing, changed)
    assert (written.call_count, checked.call_count) == (0, 50)


def test_more_than_can_be_kept(make):
    editing, _ = make([])
    many = [{**GOOD, "action": f"a{number}"} for number in range(501)]

    with pytest.raises(Invalid):
        save(editing, many)
    assert len(save(editing, many[:500]).definitions) == 500


def test_who_has_more_already_can_have_less(make):
    many = [{**GOOD, "action": f"a{number}"} for number in range(600)]
    editing, _ = make(many)

    assert len(save(editing, many[1:]).definitions) == 599


##~~ Any JSON


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=10,
)
FIELDS = [
    "action",
    "name",
    "command",
    "confirm",
    "async",
    "ignore",
    "icon",
    "timeout",
    "when_busy",
    "environment",
    "x",
]
ENTRIES = (
    ANYTHING
    | st.dictionaries(st.sampled_from(FIELDS), ANYTHING, max_size=5)
    | st.dictionaries(st.sampled_from(FIELDS[3:]), ANYTHING, max_size=3).map(
        lambda extra: {**GOOD, **extra}
    )
)
MANY = settings(
    max_examples=300,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@MANY
@given(definitions=st.lists(ENTRIES, max_size=4))
def test_whatever_is_saved_is_stored_equal_or_refused(make, definitions):
    stored = [{"action": "there", "name": "There", "command": "true"}, 5]
    editing, saving = make(stored)
    refused = None
    try:
        lists = save(editing, definitions)
    except Invalid as error:
        refused = error
    if refused is not None:
        assert editing.lists().definitions == stored
        assert saving.saved == 0
        assert len(refused.problems) == len(definitions)
        assert any(refused.problems)
        assert all(str(p) for problems in refused.problems for p in problems)
    else:
        assert to_json(lists.definitions) == definitions
        assert fingerprint(saving.written[0]["commands"]) == fingerprint(definitions)


LINES = st.text(
    alphabet=st.sampled_from("ab :#-|>&*!%@'\"\\ä😀\n\t\x85\ufeff"), max_size=12
)


@MANY
@given(value=ANYTHING | LINES | st.dictionaries(LINES, LINES, max_size=3))
def test_what_yaml_is_not_asked_for_it_can_hold(value):
    if not list(serialization._doubtful(value)):
        assert serialization.from_yaml(serialization.to_yaml(value)) == value


@MANY
@given(old=ANYTHING, new=ANYTHING)
def test_restoring_changes_nothing_that_can_be_seen(old, new):
    assert fingerprint(restored(to_json(new), old)) == fingerprint(new)
    assert restored(to_json(old), old) is old


@MANY
@given(entry=ENTRIES, others=st.sets(st.text(max_size=5)))
def test_checking_never_fails(entry, others):
    for problem in check(entry, others):
        assert str(problem)
        assert problem.severity == "error"


##~~ Actions


@pytest.mark.parametrize(
    ("name", "others", "expected"),
    [
        ("Restart the webcam", (), "restart-the-webcam"),
        ("Größe ändern!", (), "groesse-aendern"),
        ("Éteindre  l'écran", (), "eteindre-l-ecran"),
        ("On", {"on"}, "on-2"),
        ("On", {"on", "on-2"}, "on-3"),
        ("Restart", (), "command-restart"),
        ("divider", (), "command-divider"),
        ("日本語", (), "command"),
        ("", {"command"}, "command-2"),
        ("../../etc/passwd", (), "etc-passwd"),
        ("x" * 200, (), "x" * 56),
    ],
)
def test_slugs(name, others, expected):
    assert slug(name, others) == expected


@MANY
@given(name=st.text(), others=st.sets(st.text(alphabet="ab-2", max_size=4)))
def test_slugs_are_always_good(name, others):
    entry = {"action": slug(name, others), "name": "x", "command": "true"}
    assert check(entry, others) == []
