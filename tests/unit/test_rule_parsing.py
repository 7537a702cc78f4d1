"""From an entry of the list of rules to a rule."""

import pytest
from fakes import bomb, wide_circle

from octoprint_systemcommands.commands.problems import ERROR, WARNING
from octoprint_systemcommands.triggers.rules.parsing import parse_rule

LEAST = {"id": "a", "when": {"event": "print_ended"}, "run": "power-off"}
WHOLE = {
    "id": "off-when-cold",
    "name": "Switch off when it is cold",
    "enabled": True,
    "when": {"event": "print_ended"},
    "if": {"origin": "local", "file": "*.gcode"},
    "wait": {
        "for": "10 min",
        "until": {"max_temperature": 50, "idle": "5 min", "no_timelapse": True},
        "at_most": "2 h",
    },
    "cancelled_by": ["print_started"],
    "run": "power-off",
    "arguments": {"delay": 5},
    "confirmed": False,
}


def good(**fields):
    rule, problems = parse_rule({**LEAST, **fields})
    assert problems == []
    return rule


def bad(**fields):
    """What is wrong with a rule that cannot be used: texts by place."""
    rule, problems = parse_rule({**LEAST, **fields})
    assert rule is None
    return {
        ".".join(map(str, problem.path)): str(problem.message) for problem in problems
    }


def test_the_documented_rule():
    rule, problems = parse_rule(WHOLE)

    assert problems == []
    assert (rule.id, rule.name) == ("off-when-cold", "Switch off when it is cold")
    assert rule.when.event == "print_ended"
    assert rule.if_ == {"origin": "local", "file": "*.gcode"}
    assert (rule.wait.for_, rule.wait.at_most) == (600, 7200)
    until = rule.wait.until
    assert (until.max_temperature, until.idle, until.no_timelapse) == (50, 300, True)
    assert (rule.run, rule.source, rule.arguments) == (
        "power-off",
        "custom",
        {"delay": 5},
    )
    assert rule.event_names == {"print_ended", "print_started"}


def test_what_need_not_be_said():
    rule = good()

    assert rule.name == "a"
    assert rule.enabled is True
    assert rule.confirmed is False
    assert (rule.if_, rule.wait, rule.cancelled_by, rule.arguments) == ({}, None, (), {})
    assert rule.event_names == {"print_ended"}
    assert rule.when.timetable is None


def test_a_new_print_calls_off_what_waits_unless_the_rule_says_otherwise():
    wait = {"for": 60}
    assert good(wait=wait).cancelled_by == ("print_started",)
    assert good(wait=wait, cancelled_by=[]).cancelled_by == ()
    assert good(wait=wait, cancelled_by="connected").cancelled_by == ("connected",)
    # its own event begins the waiting anew
    assert good(when={"event": "print_started"}, wait=wait).cancelled_by == ()


def test_a_wait_for_nothing_is_none():
    assert good(wait={}).wait is None
    assert good(wait={"for": 0, "until": {}}).wait is None
    assert good(wait={"for": 1, "until": {"no_timelapse": False}}).wait.until is None


def test_what_is_waited_for_is_given_up_at_some_time():
    until = {"max_temperature": 50}
    assert good(wait={"until": until}).wait.at_most == 12 * 3600
    assert good(wait={"for": "1 d", "until": until}).wait.at_most == 36 * 3600
    assert good(wait={"for": "1 d"}).wait.at_most is None


@pytest.mark.parametrize(
    "when",
    [
        {"event": "print_done"},
        {"event": "plugin_other_event"},
        {"event": "before_connect", "at_most": "1 min", "settle": 2},
        {"event": "upload_to_print"},
        {"schedule": "daily 07:30"},
        {"cron": "0 4 * * 1"},
        {"run": "backup"},
        {"run": "backup", "status": "failed"},
        {"run": "restart", "status": ["failed", "timed_out"], "source": "core"},
        {"action": "probe"},
    ],
)
def test_all_that_can_wake_it(when):
    assert good(when=when).when is not None


def test_fields_without_a_value_are_not_there():
    assert good(wait=None, **{"if": None}).wait is None
    assert good(when={"event": "print_done", "run": None}).when.event == "print_done"


def test_a_schedule_has_times():
    assert good(when={"schedule": "daily 07:30"}).when.timetable.cron == "30 7 * * *"
    assert good(when={"cron": "0  4 * * 1"}).when.timetable.cron == "0 4 * * 1"


@pytest.mark.parametrize(
    ("fields", "place", "said"),
    [
        ({"id": None}, "id", "is missing"),
        ({"id": "A b"}, "id", "may only have lower case letters"),
        ({"id": "x\n"}, "id", "may only have lower case letters"),
        ({"id": "x" * 65}, "id", "is too long"),
        ({"run": None}, "run", "is missing"),
        ({"run": ""}, "run", "must not be empty"),
        ({"run": ["a"]}, "run", "has to be a text"),
        ({"source": "plugin"}, "source", "has to be one of these: custom, core"),
        ({"enabled": "perhaps"}, "enabled", "has to be true or false"),
        ({"confirmed": 2}, "confirmed", "has to be true or false"),
        ({"when": None}, "when", "is missing"),
        ({"when": "print_ended"}, "when", "has to be a mapping of fields"),
        ({"when": {}}, "when", "has to have exactly one of event, schedule, cron, run"),
        ({"when": {"event": "a", "run": "b"}}, "when", "has to have exactly one of"),
        ({"when": {"event": "a", "events": 1}}, "when.events", "is unknown; check its"),
        ({"when": {"event": "a\nb"}}, "when.event", "must not contain control"),
        (
            {"when": {"event": "a", "at_most": 5}},
            "when.at_most",
            'only goes with "before_',
        ),
        ({"when": {"event": "a", "settle": 5}}, "when.settle", 'only goes with "before_'),
        (
            {"when": {"event": "before_connect", "at_most": "1 h"}},
            "when.at_most",
            "has to be 5 min at most",
        ),
        (
            {"when": {"event": "a", "status": "failed"}},
            "when.status",
            'only goes with "run"',
        ),
        (
            {"when": {"run": "a", "status": "running"}},
            "when.status.0",
            "has to be one of",
        ),
        ({"when": {"schedule": "often"}}, "when.schedule", "is no schedule: write it as"),
        ({"when": {"cron": "* * *"}}, "when.cron", "has to have five fields"),
        ({"if": ["a"]}, "if", "has to be a mapping of names to values"),
        (
            {"if": {"file": None}},
            "if.file",
            "has to be a text, a number, or true or false",
        ),
        ({"if": {"file": []}}, "if.file", "must not be empty"),
        (
            {"if": {"file": [{}]}},
            "if.file",
            "has to be a text, a number, or true or false",
        ),
        ({"if": {"file": "x" * 1001}}, "if.file", "is too long"),
        ({"if": {"file": ["x"] * 51}}, "if.file", "has too many entries: 50 at most"),
        (
            {"if": {str(n): n for n in range(21)}},
            "if",
            "has too many entries: 20 at most",
        ),
        ({"wait": "10 min"}, "wait", "has to be a mapping of fields"),
        ({"wait": {"fro": 5}}, "wait.fro", "is unknown; check its spelling"),
        ({"wait": {"for": "soon"}}, "wait.for", "is no length of time: write it as in"),
        ({"wait": {"for": "8 d"}}, "wait.for", "has to be 7 d at most"),
        ({"wait": {"at_most": "1 h"}}, "wait.at_most", 'only goes with "for" or "until"'),
        (
            {"wait": {"for": "2 h", "until": {"idle": 5}, "at_most": "1 h"}},
            "wait.at_most",
            'must not be less than "for"',
        ),
        (
            {"wait": {"until": {"temperature": 5}}},
            "wait.until.temperature",
            "is unknown; check its spelling",
        ),
        (
            {"wait": {"until": {"max_temperature": True}}},
            "wait.until.max_temperature",
            "has to be a number",
        ),
        (
            {"wait": {"until": {"max_temperature": 0}}},
            "wait.until.max_temperature",
            "has to be greater than 0",
        ),
        ({"cancelled_by": 5}, "cancelled_by", "has to be a list"),
        (
            {"cancelled_by": ["a"] * 21},
            "cancelled_by",
            "has too many entries: 20 at most",
        ),
        ({"arguments": ["a"]}, "arguments", "has to be a mapping of names to values"),
        ({"if": bomb()}, "", "is too large, or refers to itself"),
        ({"x": wide_circle()}, "", "is too large, or refers to itself"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(fields, place, said):
    found = bad(**fields)

    assert list(found) == [place]
    assert said in found[place]


@pytest.mark.parametrize(
    "event", ["before_connect", "upload_to_print", "stop", "snapshot_before"]
)
def test_what_something_waits_for_cannot_wait(event):
    found = bad(when={"event": event}, wait={"for": 5})

    assert found == {
        "wait": f'does not go with "{event}", which waits for the command itself'
    }


@pytest.mark.parametrize("entry", [None, 5, "a", []])
def test_an_entry_that_is_no_mapping(entry):
    rule, (problem,) = parse_rule(entry)

    assert rule is None
    assert (problem.field, problem.severity) == (None, ERROR)


def test_unknown_fields_and_a_wrong_name_are_no_reason_not_to_use_it():
    rule, problems = parse_rule({**LEAST, "name": ["x"], "x-mine": 1, 5: 6})

    assert rule.name == "a"
    assert {problem.field for problem in problems} == {"name", "x-mine", "5"}
    assert {problem.severity for problem in problems} == {WARNING}


@pytest.mark.parametrize(
    "name",
    [
        "wiat",
        "waits",
        "Wait",
        "If",
        "iff",
        "enable",
        "canceled_by",
        "cancel_by",
        "confirm",
    ],
)
def test_a_misspelt_field_keeps_it_from_being_used(name):
    # it would run at once, or although it is switched off
    rule, problems = parse_rule({**LEAST, name: False})

    assert rule is None
    assert [(problem.field, problem.severity) for problem in problems] == [(name, ERROR)]


@pytest.mark.parametrize("name", ["note", "comment", "description", "color", "icon"])
def test_a_field_of_somebody_elses_is_no_misspelt_one(name):
    rule, problems = parse_rule({**LEAST, name: "x"})

    assert rule is not None
    assert [(problem.field, problem.severity) for problem in problems] == [
        (name, WARNING)
    ]
