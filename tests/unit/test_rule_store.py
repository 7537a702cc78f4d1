"""Which rules of the list count, and what they miss."""

import logging

import pytest
from fakes import wide_circle
from rule_lists import BROKEN, GOOD, OTHER, SavingSettings, surroundings

from octoprint_systemcommands.commands.problems import WARNING
from octoprint_systemcommands.triggers.rules.parsing import parse_rule
from octoprint_systemcommands.triggers.rules.store import RuleList, RuleStore


def test_reads_what_can_be_used_in_its_order():
    off = {**OTHER, "enabled": False}
    rules = RuleStore(SavingSettings([off, BROKEN, 5, GOOD])).rules()

    assert [rule.id for rule in rules] == ["other", "good"]
    assert [rule.enabled for rule in rules] == [False, True]


def test_without_rules_there_are_none():
    assert RuleStore(SavingSettings(None)).rules() == []
    assert RuleStore(SavingSettings([])).rules() == []


def test_is_read_again_when_it_has_changed():
    settings = SavingSettings([GOOD])
    store = RuleStore(settings)
    first = store.rules()

    assert store.rules() is first
    settings.plugin["rules"][0] = {**GOOD, "run": "other"}
    assert store.rules()[0].run == "other"


def test_complains_once(caplog):
    store = RuleStore(SavingSettings([BROKEN, {**GOOD, "x": 1}, wide_circle()]))
    with caplog.at_level(logging.WARNING):
        store.rules()
        store.rules()

    first, second, third = [record.getMessage() for record in caplog.records]
    assert first.startswith("plugins.systemcommands.rules, entry 1 is left out: ")
    assert '"when" has to have exactly one of' in first
    assert second == (
        "plugins.systemcommands.rules, entry 2 is used, but "
        '"x" is unknown; check its spelling'
    )
    assert "entry 3 is left out" in third


def test_of_two_with_one_id_the_first_one_counts():
    listed = RuleList([GOOD, {**OTHER, "id": "good"}, OTHER]).read()

    assert [item.rule and item.rule.run for item in listed] == [
        *("power-off", None, "power-off")
    ]
    assert [problem.field for problem in listed[1].problems] == ["id"]


def test_a_broken_one_does_not_take_an_id():
    broken = {**BROKEN, "id": "good"}
    assert [rule.id for rule in RuleStore(SavingSettings([broken, GOOD])).rules()] == [
        "good"
    ]


def test_a_rule_without_a_list_is_kept_and_left_out():
    found = RuleList.of(SavingSettings(GOOD))

    assert (found.entries, found.is_list) == ([GOOD], False)
    # an editor has to see that it counts when it has become one
    assert found.etag != RuleList([GOOD]).etag
    (listed,) = found.read()
    assert listed.rule is None
    assert "put a dash in front of it" in str(listed.problems[0])


def test_more_than_can_be_used_are_left_out():
    many = [{**GOOD, "id": f"r{n}"} for n in range(101)]
    listed = RuleList(many).read()

    assert len(RuleStore(SavingSettings(many)).rules()) == 100
    assert "there can be 100 rules" in str(listed[100].problems[0])


def test_the_etag_changes_with_the_list():
    etags = {RuleList(rules).etag for rules in ([], [GOOD], [GOOD, OTHER], [OTHER, GOOD])}
    assert len(etags) == 4
    assert RuleList([GOOD]).etag == RuleList([dict(reversed(GOOD.items()))]).etag


def missed(**fields):
    rule, problems = parse_rule({**GOOD, **fields})
    assert problems == []
    found = surroundings(SavingSettings()).missed_by(rule)
    assert {problem.severity for problem in found} <= {WARNING}
    return {".".join(map(str, problem.path)): str(problem.message) for problem in found}


def test_nothing_is_missed():
    assert missed() == {}
    assert missed(when={"event": "FileAdded"}, cancelled_by=["print_started"]) == {}
    assert missed(when={"run": "empty"}, run="asks", arguments={"level": 5}) == {
        "when.run": "cannot be run as it is defined; mend the command first"
    }
    assert missed(when={"run": "asks"}, run="asks", arguments={"level": 5}) == {}
    for run in ("light", "light:on", "light:off"):
        assert missed(when={"run": run}, run=run) == {}


@pytest.mark.parametrize(
    ("fields", "place", "said"),
    [
        ({"run": "of"}, "run", "is not the action of a command; choose another one"),
        ({"run": "divider"}, "run", "is a divider, which cannot be run"),
        ({"run": "cpu"}, "run", "is a status, which cannot be run"),
        ({"run": "half"}, "run", "cannot be run as it is defined"),
        ({"run": "half:off"}, "run", "cannot be run as it is defined"),
        ({"run": "light:of"}, "run", "is not the action of a command"),
        ({"run": "cpu:on"}, "run", "is not the action of a command"),
        ({"run": "power-off:on"}, "run", "is not the action of a command"),
        ({"when": {"run": "cpu"}}, "when.run", "is a status, which cannot be run"),
        ({"run": "empty"}, "run", "cannot be run as it is defined"),
        ({"run": "restart", "source": "core"}, "run", "is not the action of a command"),
        ({"run": "asks"}, "arguments.level", "is missing"),
        ({"run": "asks", "arguments": {"level": 11}}, "arguments.level", "10 or less"),
        (
            {"run": "asks", "arguments": {"level": 1, "upload": "gone.gcode"}},
            "arguments.upload",
            "is not among the uploaded files",
        ),
        ({"arguments": {"level": 1}}, "arguments", "There is no argument 'level'"),
        ({"when": {"event": "printended"}}, "when.event", "is not a known event"),
        ({"when": {"run": "gone"}}, "when.run", "is not the action of a command"),
        (
            {"cancelled_by": ["print_started", "PrintStart"]},
            "cancelled_by.1",
            "is not a known event",
        ),
    ],
)
def test_what_is_missed_is_a_warning(fields, place, said):
    found = missed(**fields)

    assert list(found) == [place]
    assert said in found[place]
