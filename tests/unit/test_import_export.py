"""Import and export."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from test_editor import ENTRIES, GOOD, OTHER

from octoprint_systemcommands.commands.editing import import_export
from octoprint_systemcommands.commands.editing.import_export import (
    Unreadable,
    candidates,
    dump,
    from_gcode_system_commands,
    from_system_actions,
    load,
)
from octoprint_systemcommands.commands.editing.presets import presets
from octoprint_systemcommands.commands.editing.validation import check, slug
from octoprint_systemcommands.commands.problems import WARNING
from octoprint_systemcommands.commands.serialization import fingerprint, unstorable

pytestmark = pytest.mark.each_version


def test_what_was_exported_imports_unchanged():
    definitions = [
        {**GOOD, "command": "echo 'ä'\nsecond: line\n", "x": {"y": [1, True, None]}},
        {"action": "divider"},
        OTHER,
    ]
    text = dump(definitions)

    assert load(text) == definitions
    found = candidates(load(text), ())
    assert [candidate.definition for candidate in found] == definitions
    assert all(not candidate.problems for candidate in found)
    assert dump(load(text)) == text


TOGGLE = {"action": "t", "name": "T", "type": "toggle", "on": "true", "off": "false"}


@pytest.mark.parametrize("prefix", ["", "commands:\n", "system:\n  actions:\n"])
@pytest.mark.parametrize("names", [("on", "off"), ("On", "OFF"), ('"on"', "'off'")])
def test_toggles_need_no_quotes_in_yaml(prefix, names):
    on, off = names
    text = f"  - {{action: t, name: T, type: toggle, {on}: 'true', {off}: 'false'}}\n"

    assert load(prefix + text) == [TOGGLE]
    (found,) = candidates(load(prefix + text), ())
    assert (found.definition, found.problems) == (TOGGLE, [])
    assert load(dump([TOGGLE])) == [TOGGLE]


@pytest.mark.parametrize(
    "text",
    [
        "- action: a\n",
        "commands:\n- action: a\n",
        "plugins:\n  systemcommands:\n    commands:\n    - action: a\n",
        "system:\n  actions:\n  - action: a\n",
        '{"commands": [{"action": "a"}]}',
    ],
)
def test_shapes_that_can_be_imported(text):
    assert load(text) == [{"action": "a"}]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "no list of commands"),
        ("just text", "no list of commands"),
        ("a: [1", "not valid YAML in line 1"),
        ("ok: 1\n\tbad: 2\n", "line 2"),
        ("- !!python/object/apply:os.system ['id']", "YAML"),
        ("a: &x [1]\nb: *x", "References"),
        ("[" * 200, "nested too deeply"),
        ("x" * 2_200_000, "too large"),
        # a number to the base of 60 that would take minutes
        ("- 1" + ":0" * 500_000, "A number in it is too long"),
        ("- 2024-99-99", "cannot be read"),
        ('- !!int ""', "cannot be read"),
        ("- !!bool foo", "cannot be read"),
        ("- !!timestamp foo", "cannot be read"),
    ],
)
def test_what_cannot_be_imported_says_why(text, part):
    with pytest.raises(Unreadable) as error:
        load(text)
    assert part in str(error.value)


def test_no_more_than_can_be_saved():
    entries = [{"action": "divider"}] * 501
    with pytest.raises(Unreadable, match="too many commands, 500 can be imported"):
        candidates(entries, ())
    assert len(candidates(entries[:500], ())) == 500


def test_the_fast_parser_is_used_where_there_is_one():
    assert import_export.SafeLoader is getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@pytest.mark.parametrize("name", ["SafeLoader", "CSafeLoader"])
def test_a_bomb_is_no_list(mocker, name):
    if not hasattr(yaml, name):
        pytest.skip("this YAML has no such parser")
    mocker.patch.object(import_export, "SafeLoader", getattr(yaml, name))
    bomb = "a: &a [x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 9)}]\n"
        for i in range(9)
    )
    with pytest.raises(Unreadable, match="References"):
        load(bomb)


def test_clashes_are_renamed_and_said():
    found = candidates([GOOD, {**GOOD, "name": "Again"}, OTHER], {"good"})

    assert [candidate.definition["action"] for candidate in found] == [
        "good-2",
        "good-3",
        "other",
    ]
    assert [candidate.renamed_from for candidate in found] == ["good", "good", None]
    assert [candidate.clash for candidate in found] == ["good", "good", None]


def test_odd_and_reserved_actions_are_renamed():
    odd = [{**GOOD, "action": action} for action in ("A b", "restart", "ä/b")]
    found = candidates(odd, ())

    assert [candidate.definition["action"] for candidate in found] == [
        "a-b",
        "command-restart",
        "ae-b",
    ]
    assert [candidate.renamed_from for candidate in found] == ["A b", "restart", "ä/b"]
    assert all(candidate.clash is None for candidate in found)


@pytest.mark.parametrize(
    ("action", "said"), [(True, "true"), (False, "false"), (None, None), ("", None)]
)
def test_without_an_action_it_is_made_from_the_name(action, said):
    entry = {**GOOD, "action": action, "name": "Light on"}
    (found,) = candidates([entry], ())
    assert (found.definition["action"], found.renamed_from) == ("light-on", said)
    assert not found.problems
    (found,) = candidates([entry], {"light-on"})
    assert found.definition["action"] == "light-on-2"


def test_no_action_at_all():
    (found,) = candidates([{"name": "A b", "command": "true"}], ())
    assert (found.definition["action"], found.problems) == ("a-b", [])
    # without a name, there is nothing to make it from
    (found,) = candidates([{"command": "true"}], ())
    assert {problem.field for problem in found.problems} == {"action", "name"}


def test_an_unquoted_number_is_an_action():
    found = candidates([{**GOOD, "action": 5}, {**GOOD, "action": 1.5}], {"5"})
    assert [c.definition["action"] for c in found] == ["5-2", "1-5"]
    assert [c.renamed_from for c in found] == ["5", "1.5"]


def test_of_two_with_the_same_action_the_one_that_is_run_keeps_it():
    entries = [GOOD, {**GOOD, "action": "good-2"}, {**GOOD, "name": "Again"}]
    found = candidates(entries, ())

    assert [c.definition["action"] for c in found] == ["good-3", "good-2", "good"]
    assert [c.is_used for c in found] == [False, None, True]
    assert [c.renamed_from for c in found] == ["good", None, None]
    assert [c.clash for c in found] == ["good", None, None]
    assert not any(c.problems for c in found)


def test_a_huge_mapping_is_refused_before_it_is_read(mocker):
    read = mocker.spy(import_export, "from_yaml")
    text = "- action: a\n" + "".join(f"  k{n}: 1\n" for n in range(100_000))
    with pytest.raises(Unreadable, match="too much in it, 60000 values"):
        load(text)
    assert not read.called


def test_an_entry_is_checked_once(mocker):
    checks = mocker.spy(import_export, "check")
    candidates([{**GOOD, "action": f"a{n}"} for n in range(20)], {"a3"})
    assert checks.call_count == 20


def test_what_is_wrong_stays_with_its_entry():
    found = candidates([GOOD, {**OTHER, "timeout": "soon"}, 5], ())

    assert [candidate.position for candidate in found] == [0, 1, 2]
    fields = [[problem.field for problem in c.problems] for c in found]
    assert fields == [[], ["timeout"], [None]]


SYSTEM_ACTIONS = [
    {"action": "waits", "command": "x"},
    {"action": "goes", "command": "x", "async": True},
    {"action": "says", "command": "x", "async": True, "outlives_server": False},
    {"action": "divider", "async": True},
    "nonsense",
]


def test_system_actions_do_what_they_did():
    """OctoPrint does not end what it does not wait for."""
    waits, goes, *others = SYSTEM_ACTIONS
    expected = [waits, {**goes, "outlives_server": True}, *others]
    for odd in ({"action": True}, {"action": ""}, {}, {"timeout": "x"}, {"command": [1]}):
        entry = {"name": "Update", "command": "x", "async": True, **odd}
        (found,) = from_system_actions([entry])
        assert found == {**entry, "outlives_server": True}

    assert from_system_actions(SYSTEM_ACTIONS) == expected
    assert load(yaml.safe_dump({"system": {"actions": SYSTEM_ACTIONS}})) == expected
    # but not those of the plugin's own list
    assert load(yaml.safe_dump({"commands": SYSTEM_ACTIONS})) == SYSTEM_ACTIONS


def octo(id_, command, **fields):
    named = {"action": f"octo{id_}", "name": f"OCTO{id_}"}
    return {**named, "command": command, "gcode": True, **fields}


def test_gcode_system_commands():
    theirs = [{"id": "1", "command": "ls"}, {"id": 22, "command": "true"}, {"id": ""}, 5]

    entries = from_gcode_system_commands(theirs)
    assert entries == [octo(1, "ls", gcode_alias=1), octo(22, "true", gcode_alias=22)]
    assert not any(found.problems for found in candidates(entries, ()))
    for nothing in (None, {}, "x", []):
        assert from_gcode_system_commands(nothing) == []


def test_of_two_gcode_system_commands_with_a_number_the_last_one_keeps_it():
    theirs = [{"id": id_, "command": f"echo {id_}"} for id_ in ("7", "x", "12345", " 7")]
    entries = from_gcode_system_commands(theirs)
    assert [entry.get("gcode_alias") for entry in entries] == [None, None, None, 7]
    # what no line has run there is open to none here
    assert [entry.get("gcode") for entry in entries] == [None, None, None, True]

    first, *_, last = candidates(entries, ())
    assert (first.definition["action"], first.is_used) == ("octo7-2", False)
    assert (last.definition["action"], last.is_used) == ("octo7", True)
    assert first.problems == last.problems == []


@pytest.mark.parametrize("variable", ["$OCTOPRINT_GCODESYSTEMCOMMAND_ARGS", "plain"])
def test_what_relies_on_the_line_of_gcode_system_commands_is_said(variable):
    theirs = [{"id": "1", "command": f"echo {variable}"}]
    (found,) = candidates(from_gcode_system_commands(theirs), ())
    told = [(problem.field, problem.severity) for problem in found.problems]
    if variable == "plain":
        assert told == []
    else:
        assert told == [("command", WARNING)]
        assert variable in str(found.problems[0])
    # it is no news to whoever edits it later
    assert check(found.definition, ()) == []


@settings(max_examples=300)
@given(text=st.text(max_size=200) | st.lists(ENTRIES, max_size=4).map(repr))
def test_any_text_is_read_or_refused_with_a_reason(text):
    try:
        entries = load(text)
    except Unreadable:
        return
    for candidate in candidates(entries, ()):
        assert candidate.problems or check(candidate.definition, ()) == []


@settings(max_examples=300)
@given(entries=st.lists(ENTRIES, max_size=4))
def test_what_can_be_stored_can_be_exported_and_imported(entries):
    entries = [entry for entry in entries if unstorable(entry) is None]

    assert fingerprint(load(dump(entries))) == fingerprint(entries)


def test_presets_can_be_saved_as_they_are():
    taken = set()
    found = presets(str, "/opt/octo print/bin/python", "/home/pi/.octoprint")
    for preset in found:
        definition = dict(preset["definition"])
        definition["action"] = slug(definition["name"], taken)
        assert check(definition, taken) == [], preset["id"]
        taken.add(definition["action"])
    assert len({preset["id"] for preset in found}) == len(found) >= 19
    lines = ("command", "on", "off", "state")
    for preset in found:
        text = "\n".join(preset["definition"].get(line, "") for line in lines)
        assert ("sudo " in text) == (preset["sudoers"] is not None), preset["id"]
    (backup,) = [preset for preset in found if preset["id"] == "backup"]
    assert backup["definition"]["command"].startswith("'/opt/octo print/bin/python' -m ")
    assert yaml.safe_load(dump([preset["definition"] for preset in found]))
