"""The menu and the editor go by the same reading of both lists."""

import copy
import datetime

import pytest
from fakes import Settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from octoprint_systemcommands.commands.actions import action_of, url_segment
from octoprint_systemcommands.commands.catalogue import CUSTOM, Catalogue
from octoprint_systemcommands.commands.definition import Divider
from octoprint_systemcommands.commands.lists import PLUGIN_COMMANDS, SYSTEM_ACTIONS, Lists
from octoprint_systemcommands.commands.problems import ERROR, WARNING
from octoprint_systemcommands.commands.system_actions import (
    Unusable,
    name_fields_of_system_actions,
)

ONCE_MORE = "is there once more below, and that one is used"
OF_THE_PLUGIN = "is taken already by a command of this plugin, which is used"

# few, so that they meet each other
ODD_ACTIONS = [
    "a", "A", "a/b", "a%2Fb", "a%2fb", "a%252Fb", ".", "%2E", "..", "%2E%2E", "a b",
    "a%20b", "divider", "divider_1", "", "42", 42, "4.5", 4.5, True, "True", None, ["a"],
    datetime.date(2024, 12, 31), "2024-12-31",
]  # fmt: skip
ENTRIES = st.one_of(
    st.builds(
        dict,
        st.fixed_dictionaries(
            {"action": st.sampled_from(ODD_ACTIONS)},
            optional={
                "name": st.sampled_from(["N", "", 3, ["x"]]),
                "command": st.sampled_from(["true", "", ["true"], ["a", "b"], 5]),
                "timeout": st.sampled_from([1, "soon", -1]),
                "icon": st.sampled_from(["x", "x y"]),
            },
        ),
    ),
    st.sampled_from([None, 5, "x", [], {}]),
)
LISTS = st.one_of(st.none(), ENTRIES, st.lists(ENTRIES, max_size=8))


def stored(commands, actions):
    return Settings({"commands": commands}, {"system": {"actions": actions}})


def problems_of(commands=(), actions=()):
    lists = Lists.of(stored(list(commands), list(actions)))
    return {
        name: [[str(problem) for problem in of_entry] for of_entry in of_list]
        for name, of_list in lists.problems().items()
    }


def marked(raw, name):
    """A list whose entries can be told apart in the menu."""
    if isinstance(raw, dict):
        return {**raw, "group": f"{name} 0"}
    if not isinstance(raw, list):
        return raw
    return [
        {**entry, "group": f"{name} {position}"} if isinstance(entry, dict) else entry
        for position, entry in enumerate(raw)
    ]


@settings(max_examples=600, suppress_health_check=list(HealthCheck))
@given(LISTS, LISTS)
def test_what_is_in_the_menu_is_what_the_editor_finds_no_fault_with(commands, actions):
    commands, actions = marked(commands, "ours"), marked(actions, "theirs")
    there = stored(commands, actions)
    menu = Catalogue(there, str).entries(CUSTOM)
    seen = {entry.group for entry in menu if not isinstance(entry, Divider)}
    dividers = sum(isinstance(entry, Divider) for entry in menu)
    lists = Lists.of(copy.deepcopy(there))
    problems = lists.problems()

    for name, entries, key in (
        (PLUGIN_COMMANDS, lists.definitions, "definitions"),
        (SYSTEM_ACTIONS, lists.system_actions, "system_actions"),
    ):
        of_list = lists.read()[name]
        assert len(entries) == len(of_list) == len(problems[key])
        for entry, listed, said in zip(entries, of_list, problems[key]):
            errors = [problem for problem in said if problem.severity == ERROR]
            if isinstance(listed.definition, Divider):
                dividers -= listed.counts
                assert listed.counts is not bool(errors)
                continue
            group = entry.get("group") if isinstance(entry, dict) else None
            assert (group in seen) is listed.counts
            if not listed.counts:
                assert errors
            elif not isinstance(listed.definition, Unusable):
                # those are in the menu, and say why when they are run
                assert not errors
    assert dividers == 0


@settings(max_examples=200)
@given(st.lists(ENTRIES, max_size=8))
def test_each_action_in_the_menu_is_the_one_that_its_url_finds(commands):
    subject = Catalogue(stored(commands, []), str)
    for entry in subject.entries(CUSTOM):
        if not isinstance(entry, Divider):
            assert subject.find(CUSTOM, entry.action) is entry
            assert subject.find(CUSTOM, url_segment(entry.action)) is entry


def test_two_that_look_the_same_in_a_url():
    cases = problems_of([{"action": "a%2Fb"}, {"action": "a/b"}])["definitions"]
    text = 'cannot be told from "a/b" in URLs, and that one is used'
    assert cases == [[f'"action" {text}'], []]

    both = problems_of([{"action": "a/b"}], [{"action": "a%2Fb"}])
    assert both == {"definitions": [[]], "system_actions": [[f'"action" {text}']]}


@pytest.mark.parametrize("number", [42, 4.5])
def test_an_unquoted_number_is_the_action_that_it_looks_like(number):
    cases = problems_of([{"action": number}, {"action": str(number)}])["definitions"]
    assert cases == [[f'"action" {ONCE_MORE}'], []]


def test_what_cannot_be_used_takes_no_action_from_others():
    broken = {"action": "a", "timeout": "soon"}
    good = {"action": "a"}

    both = problems_of([good, broken], [])
    assert both["definitions"][0] == []
    both = problems_of([broken], [good])
    assert both["system_actions"] == [[]]
    # but one of OctoPrint's that is in the menu all the same does
    both = problems_of([], [good, broken])
    assert both["system_actions"][0] == [f'"action" {ONCE_MORE}']


def test_of_both_lists_the_plugins_counts():
    both = problems_of([{"action": "a"}], [{"action": "a"}, {"action": "a"}])
    assert both["system_actions"] == [[f'"action" {OF_THE_PLUGIN}']] * 2


def test_case_matters_and_dividers_may_be_there_twice():
    entries = [{"action": "a"}, {"action": "divider"}, {"action": "A"}]
    both = problems_of([*entries, {"action": "divider"}], [{"action": "divider"}])
    assert both == {"definitions": [[]] * 4, "system_actions": [[]]}


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ([{"action": "a", True: "1"}, None], [{"action": "a", "on": "1"}, None]),
        ([{False: "0", "x": {True: 1}}], [{"off": "0", "x": {True: 1}}]),
    ],
)
def test_octoprint_knows_fields_by_their_names(actions, expected):
    stored = Settings(everyone={"system": {"actions": actions}})
    name_fields_of_system_actions(stored)
    assert stored.everyone == {"system": {"actions": expected}}
    assert stored.saved == 0


@pytest.mark.parametrize("actions", [None, [], "text", {True: "a"}, [{"a": 1}], [5]])
def test_nothing_else_is_touched(actions):
    stored = Settings(everyone={"system": {"actions": actions}})
    name_fields_of_system_actions(stored)
    assert stored.everyone["system"]["actions"] is actions


def test_what_stands_where_a_list_has_to_be_is_told_of():
    lists = Lists.of(stored({"action": "a", "icon": "x y"}, {"action": "b"}))

    ours, theirs = lists.problems().values()
    assert [problem.severity for problem in ours[0]] == [WARNING, ERROR]
    assert str(theirs[0][0]) == (
        "is not used: it has to be in a list; put a dash in front of it"
    )
    assert lists.definitions == [{"action": "a", "icon": "x y"}]
    # an editor has to see that it counts now
    mended = Lists.of(stored([{"action": "a", "icon": "x y"}], [{"action": "b"}]))
    assert mended.etag != lists.etag


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"action": "a"}, "a"),
        ({"action": 42}, "42"),
        ({"action": 4.5}, "4.5"),
        ({"action": 16**400}, hex(16**400)),
        ({"action": True}, None),
        ({"action": "divider"}, None),
        ({"action": ""}, None),
        ({}, None),
        (["action"], None),
        (None, None),
    ],
)
def test_the_action_of_what_need_not_be_an_entry(entry, expected):
    assert action_of(entry) == expected
