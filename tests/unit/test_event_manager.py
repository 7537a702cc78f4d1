"""Rules and commands made of what OctoPrint's Event Manager runs."""

import os
import shlex
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octoprint_systemcommands.commands.parsing import parse_entry
from octoprint_systemcommands.triggers.rules.event_manager import take_over
from octoprint_systemcommands.triggers.rules.parsing import parse_rule
from octoprint_systemcommands.triggers.rules.placeholders import (
    NotSafe,
    without_placeholders,
)


def entry(**fields):
    return {"event": "PrintDone", "type": "system", "command": "true", **fields}


def taken(*subscriptions, ids=(), actions=(), **events):
    return take_over({"subscriptions": list(subscriptions), **events}, ids, actions)


def reasons(found):
    return [str(left_out.reason) for left_out in found.left_out]


def test_an_entry_becomes_a_command_and_a_rule():
    found = taken(
        entry(name="Lights off", command="lights off", event=["PrintDone"], cwd="/tmp")
    )

    assert found.definitions == [
        {
            "name": "Lights off",
            "command": "lights off",
            "working_directory": "/tmp",
            "action": "lights-off",
        }
    ]
    assert found.rules == [
        {
            "id": "lights-off",
            "name": "Lights off",
            "enabled": True,
            "when": {"event": "print_done"},
            "run": "lights-off",
        }
    ]
    assert "goes on running these commands, too" in reasons(found)[0]
    assert parse_entry(found.definitions[0])[1] == []
    assert parse_rule(found.rules[0])[1] == []


def test_names_that_are_taken_get_others():
    found = taken(
        entry(name="A"), entry(name="A"), entry(name="restart"), ids={"a"}, actions={"a"}
    )

    assert [d["action"] for d in found.definitions] == ["a-2", "a-3", "command-restart"]
    assert [r["id"] for r in found.rules] == ["a-2", "a-3", "rule-restart"]
    assert [r["run"] for r in found.rules] == ["a-2", "a-3", "command-restart"]


def test_without_a_name_the_command_is_the_name():
    found = taken(entry(command="x" * 80), entry(command="a\n  b"))
    assert [d["name"] for d in found.definitions] == ["x" * 60 + "…", "a b"]


@pytest.mark.parametrize(
    ("events", "kinds"),
    [
        ("Startup", ["startup"]),
        ("Shutdown", ["stop"]),
        ("Connected", ["connected"]),
        ("PrintPaused", ["print_paused"]),
        # which OctoPrint tells of cancelled prints as well
        ("PrintFailed", ["print_failed", "print_cancelled"]),
        (["PrintCancelled", "PrintFailed"], ["print_cancelled", "print_failed"]),
        (["PrintFailed", "PrintDone", "FileAdded"], ["print_ended", "FileAdded"]),
        (["FileAdded", "plugin_x_event"], ["FileAdded", "plugin_x_event"]),
    ],
)
def test_events_get_the_names_of_what_they_mean(events, kinds):
    found = taken(entry(event=events, name="A"))

    assert len(found.definitions) == 1
    assert [rule["when"]["event"] for rule in found.rules] == kinds
    assert len({rule["id"] for rule in found.rules}) == len(kinds)


def test_what_is_off_stays_off():
    found = taken(entry(enabled=False))
    assert [rule["enabled"] for rule in found.rules] == [False]
    assert found.left_out == []
    found = taken(entry(), enabled=False)
    assert [rule["enabled"] for rule in found.rules] == [False]
    assert found.left_out == []


@pytest.mark.parametrize(
    ("subscription", "said"),
    [
        (5, "it is no mapping of fields"),
        (entry(type="gcode", command="M106"), "it sends G-code to the printer"),
        (entry(type="other"), "it is neither of the type system nor gcode"),
        (entry(event=None), "it has no event, or no command"),
        (entry(command=[]), "it has no event, or no command"),
        (entry(command="awk '{print $1}'"), "nothing is known here of {print $1}"),
        (entry(command="echo {"), "it has a { or } by itself"),
        (entry(command="echo {path!r}"), "nothing is known here of {path}"),
        (entry(command="echo {path.x}"), "nothing is known here of {path.x}"),
        (entry(command="echo {__currentZ}"), "nothing is known here of {__currentZ}"),
        (entry(command="echo '{path}'"), "is in single quotes"),
        (entry(command='bash -c "echo {path}"'), "define it with $OCTOPRINT_EVENT_PATH"),
        (entry(command="two words", shell=False), "it is run without a shell"),
    ],
)
def test_what_cannot_be_taken_over_is_said(subscription, said):
    found = taken(subscription)

    assert (found.rules, found.definitions) == ([], [])
    (left_out,) = found.left_out
    assert said in str(left_out.reason)
    assert left_out.number == 1


@pytest.mark.parametrize("events", [None, 5, {}, {"subscriptions": None}])
def test_where_there_is_nothing_nothing_is_found(events):
    assert take_over(events, (), ()) == ([], [], [])


def test_one_program_without_a_shell_is_taken():
    found = taken(entry(command=["/usr/bin/true", "sync"], shell=False))
    assert found.definitions[0]["command"] == "(\n/usr/bin/true\n) &&\n(\nsync\n)"


def test_several_commands_have_a_shell_each_and_end_with_the_first_failure():
    commands = ["cd /; false; echo one # done", "pwd; exit 3", "echo never"]
    command = taken(entry(command=commands)).definitions[0]["command"]
    ran = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, cwd="/tmp", check=False
    )

    assert (ran.returncode, ran.stdout) == (3, "one\n/tmp\n")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("notify {name}", 'notify "${OCTOPRINT_EVENT_NAME}"'),
        ('notify "done: {name}!"', 'notify "done: ${OCTOPRINT_EVENT_NAME}!"'),
        ("cp up/{path}.x /tmp", 'cp up/"${OCTOPRINT_EVENT_PATH}".x /tmp'),
        ("e {__eventname}{size}", 'e "${OCTOPRINT_EVENT}""${OCTOPRINT_EVENT_SIZE}"'),
        ("e {__json}", 'e "${OCTOPRINT_EVENT_JSON}"'),
        ("e {__filepath}", 'e "${OCTOPRINT_FILE}"'),
        ("e {__filename}", 'e "${OCTOPRINT_FILE##*/}"'),
        ("e {__progress}", 'e "${OCTOPRINT_PROGRESS%.*}"'),
        ("awk '{{print $1}}'", "awk '{print $1}'"),
        ("e \"a\" 'b' {name}", 'e "a" \'b\' "${OCTOPRINT_EVENT_NAME}"'),
        ("e it\\'s {name}", 'e it\\\'s "${OCTOPRINT_EVENT_NAME}"'),
        ("echo $(date)", "echo $(date)"),
    ],
)
def test_placeholders_become_variables(line, expected):
    assert without_placeholders(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "eval {name}",
        "x; eval {name}",
        "sh -c {name}",
        "python3 -c 'print(1)' {name}",
        "perl -e 1 {name}",
        "bash -ec {name}",
        "ssh host touch {name}",
        "/usr/bin/ssh host {name}",
        "echo $(cat {name})",
        "echo `cat {name}`",
        'echo "$(cat "{name}")"',
        "cat <<END\n{name}\nEND",
        "echo ${{HOME}}/{name}",
        "echo \\{name}",
        "echo '{name}'",
        "echo \"it's\" '{name}'",
    ],
)
def test_what_might_be_read_again_is_not_touched(line):
    with pytest.raises(NotSafe):
        without_placeholders(line)


WORDS = st.sampled_from(
    ["{name}", "a{name}b", '"{name}"', '"x {name} {path}"', "'it is'", "\\$", '"a\\"b"']
)


@settings(max_examples=100)
@given(
    st.lists(WORDS, min_size=1, max_size=5),
    st.text(
        st.characters(blacklist_categories=("Cs",), blacklist_characters="\0\r"),
        max_size=20,
    ),
)
def test_no_value_becomes_a_part_of_the_command(words, value):
    line = without_placeholders(f"printf '%s\\0' {' '.join(words)}")
    environment = {
        "PATH": os.environ["PATH"],
        "OCTOPRINT_EVENT_NAME": value,
        "OCTOPRINT_EVENT_PATH": "p",
    }
    ran = subprocess.run(
        ["sh", "-c", line], capture_output=True, env=environment, check=True
    )
    expected = [
        "".join(shlex.split(word.replace("{path}", "p").replace("{name}", "VALUE")))
        .replace("VALUE", value)
        .encode()
        for word in words
    ]

    assert ran.stdout.split(b"\0")[:-1] == expected
