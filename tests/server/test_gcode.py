"""Commands that lines of G-code run: files, scripts, the terminal and the API, on a real server
whose virtual printer prints."""

import contextlib
import os
import re
import time
from pathlib import Path

import pytest
import yaml

from harness import gcode_place
from harness.gcode_place import Place, Terminal
from harness.http_clients import ApiClient
from harness.waiting import wait_until

RUNS = "/plugin/systemcommands/api/runs"
RULES = "/plugin/systemcommands/api/rules"
DEFINITIONS = "/plugin/systemcommands/api/definitions"

NOTE = 'echo "$OCTOPRINT_ACTION $(date +%s.%N) $OCTOPRINT_SWITCH_TO" >> noted'
ENV = "env > environment; " + NOTE
ALL_SCRIPTS = ["before_print", "after_print", "on_pause", "on_resume"]
COMMANDS = [
    {"action": "note", "name": "Note", "command": NOTE, "gcode": True},
    {
        "action": "env",
        "name": "Environment",
        "command": ENV,
        "gcode": True,
        "gcode_alias": 3,
        "arguments": [
            {"name": "level", "type": "number", "min": 0, "max": 9, "default": 1},
            {"name": "name", "type": "text", "required": False},
        ],
    },
    {
        "action": "light",
        "name": "Light",
        "type": "toggle",
        "on": NOTE,
        "off": NOTE,
        "gcode": True,
        "gcode_alias": 5,
    },
    {"action": "closed", "name": "Closed", "command": NOTE, "gcode_alias": 7},
    {
        "action": "secret",
        "name": "Secret",
        "command": NOTE,
        "arguments": [{"name": "key", "type": "secret"}],
    },
    {
        "action": "quiet",
        "name": "Quiet",
        "command": NOTE,
        "gcode": True,
        "while_printing": "refuse",
    },
    {
        "action": "cool",
        "name": "Cool",
        "command": NOTE,
        "gcode": True,
        "max_temperature": 10,
    },
    {"action": "fails", "name": "Fails", "command": "exit 3", "gcode": True},
    {"action": "cpu", "name": "CPU", "type": "status", "state": "echo 42"},
    {"action": "flood", "name": "Flood", "command": "seq 300000", "gcode": True},
    {"action": "long", "name": "Long", "command": "sleep 600", "gcode": True},
]
SCRIPTS = [
    {
        "action": "box",
        "name": "Box",
        "type": "toggle",
        "on": NOTE,
        "off": NOTE,
        "gcode": True,
        "gcode_script": ALL_SCRIPTS,
    },
    {
        "action": "told",
        "name": "Told",
        "command": NOTE,
        "gcode": True,
        "gcode_script": ["before_print", "after_print"],
    },
]
# until somebody ends it
LONG = ("G28", *("G4 P100",) * 3000)


@pytest.fixture(scope="module")
def octoprint(make_octoprint, programs):
    plugins = {
        **gcode_place.CONFIG["plugins"],
        "systemcommands": {"commands": COMMANDS, "rules": []},
    }
    return make_octoprint(
        {**gcode_place.CONFIG, "plugins": plugins},
        env={"PATH": f"{programs}:{os.environ['PATH']}"},
    )


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """What docs/gcode.md has in its commands, and not every machine has."""
    folder = tmp_path_factory.mktemp("programs")
    for name in ("pinctrl", "fswebcam"):
        (folder / name).write_text("#!/bin/sh\nexit 0\n")
        (folder / name).chmod(0o755)
    return folder


def blocks_of_page(language):
    text = (Path(__file__).parents[2] / "docs" / "gcode.md").read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.S | re.M)


@pytest.fixture
def place(octoprint, admin):
    made = Place(octoprint, admin)
    made.be_ready()
    made.forget()
    return made


@pytest.fixture
def terminal(octoprint, admin):
    with contextlib.closing(Terminal(octoprint, admin)) as terminal:
        yield terminal


@pytest.fixture
def use(admin):
    """use(definitions): these in place of the others, which come back."""

    def use(definitions):
        answer = admin.get(DEFINITIONS)
        headers = {"If-Match": answer.headers["ETag"]}
        body = {"definitions": definitions}
        answer = admin.put(DEFINITIONS, json=body, headers=headers)
        assert answer.status_code == 200, answer.text

    yield use
    use(COMMANDS)


def words_of(place):
    """What commands have noted, without the times."""
    return [(words[0], *words[2:]) for words in place.noted()]


def environment_of(place):
    text = (place.server.basedir / "environment").read_text()
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def ended(place, action):
    return place.admin.wait_for_run(place.run_of(action)["id"])


##~~ Files


def test_a_line_of_a_file(place):
    since = time.time()
    place.print_(
        "G28",
        "; a comment",
        "@system env level=5 name='Anna and \"Otto\"' ; and another one",
        "G1 X71 F90000",
        # it goes on until the command has looked
        *LONG[1:],
    )
    run = ended(place, "env")
    assert run["status"] == "succeeded"
    assert run["trigger"] == "gcode"
    assert run["user"] == "admin"
    # OctoPrint does not count comments
    assert run["reason"] == "Line 2 of a.gcode (comments not counted)"
    assert run["arguments"] == {"level": 5, "name": 'Anna and "Otto"'}
    env = environment_of(place)
    assert env["SC_LEVEL"] == "5"
    assert env["SC_NAME"] == 'Anna and "Otto"'
    assert env["OCTOPRINT_TRIGGER"] == "gcode"
    assert env["OCTOPRINT_EVENT"] == "gcode"
    assert env["OCTOPRINT_EVENT_LINE"] == "2"
    assert env["OCTOPRINT_PRINTING"] == "true"
    assert env["OCTOPRINT_FILE"] == "a.gcode"
    place.wait_for_sent("G1 X71 F90000", since)
    assert not any("system" in line for _, line in place.sent(since))
    place.cancel()


def test_a_print_of_another_user(place, octoprint, operator, admin):
    place.print_("G28", "@system note", "G1 X70 F90000", client=operator)
    run = ended(place, "note")
    assert run["user"] == "operator"
    # it is theirs
    assert operator.get(f"{RUNS}/{run['id']}").status_code == 200
    place.wait_for_state("Operational")
    place.forget()
    # the same file, printed by somebody else
    place.job(command="start")
    assert ended(place, "note")["user"] == "admin"


def test_an_octo_line(place, terminal):
    since = time.time()
    place.print_("G28", "OCTO3 some 'text' here", "OCTO7", "OCTO4 x", "G1 X69 F90000")
    assert ended(place, "env")["status"] == "succeeded"
    env = environment_of(place)
    assert env["SC_ARGS"] == "some 'text' here"
    assert env["OCTOPRINT_GCODESYSTEMCOMMAND_ID"] == "3"
    assert env["OCTOPRINT_GCODESYSTEMCOMMAND_ARGS"] == "some 'text' here"
    assert env["OCTOPRINT_GCODESYSTEMCOMMAND_LINE"] == "OCTO3 some 'text' here"
    assert env["SC_LEVEL"] == "1"
    place.wait_for_sent("G1 X69 F90000", since)
    sent = [line for _, line in place.sent(since) if line.startswith("OCTO")]
    # what is nobody's alias is the printer's business
    assert sent == ["OCTO7", "OCTO4 x"]
    assert place.runs("closed") == []
    terminal.wait_for("env: has ended")


def test_toggles(place):
    for line in (
        "@system light on",
        "@system light off",
        "@system light:on",
        "OCTO5 off",
    ):
        place.terminal(line)
    wait_until(lambda: len(place.noted()) == 4)
    assert words_of(place) == [
        *(("light", "on"), ("light", "off"), ("light", "on"), ("light", "off"))
    ]
    assert place.run_of("light")["reason"] == "A line of G-code"


@pytest.mark.parametrize(
    ("line", "reason", "action", "text"),
    [
        ("@system missing", "unknown", "missing", "there is no such command"),
        ("@system closed", "not_opened", "closed", '"Closed" is not open to this'),
        ("@system secret key=x", "not_opened", "secret", "is not open to this"),
        ("@system cpu", "unknown", "cpu", "it can only be looked at"),
        ("@system note what", "wrong_line", "@system note what", "neither an argument"),
        ("@system note 'x", "wrong_line", "@system note 'x", "A quote is not closed"),
        ("@system", "wrong_line", "@system", "Say which command"),
        ("@system env level=10 wait", "not_run", "env", "level"),
        ("@system light x=1", "not_run", "light", "There is no argument 'x'"),
    ],
)
def test_wrong_lines_do_not_keep_the_print(place, terminal, line, reason, action, text):
    since = time.time()
    place.print_("G28", line, "G1 X68 F90000")
    place.wait_for_sent("G1 X68 F90000", since)
    place.wait_for_state("Operational")
    terminal.wait_for(text)
    terminal.receive_until(lambda message: message[1].get("reason") == reason)
    pushed = next(
        data for kind, data in terminal.messages if data.get("reason") == reason
    )
    assert pushed == {"type": "gcode", "reason": reason, "action": action, "line": 2}
    assert place.runs() == []
    assert place.noted() == []


def test_who_gets_the_notices(place, octoprint, user, admin):
    with contextlib.ExitStack() as stack:
        seen, not_seen = (
            stack.enter_context(contextlib.closing(Terminal(octoprint, client)))
            for client in (admin, user)
        )
        place.terminal("@system nobody-has-this")
        not_seen.wait_for("there is no such command")
        seen.receive_until(lambda message: message[1].get("type") == "gcode")
        assert not any(data.get("type") == "gcode" for _, data in not_seen.messages)


##~~ The terminal and the API


def test_the_terminal(place, terminal):
    place.terminal("@system note")
    run = ended(place, "note")
    assert (run["user"], run["reason"]) == (None, "A line of G-code")
    terminal.wait_for("note: has ended")
    place.terminal("@system fails")
    terminal.wait_for("fails: has failed (return code 3)")
    # there is no print that could wait
    place.terminal("@system note wait")
    terminal.wait_for("note: the print does not wait: no print is being sent")


def test_the_list(place, terminal):
    place.terminal("@system list")
    terminal.wait_for("@system flood")
    said = "\n".join(terminal.said)
    assert "@system env level=… name=…  (Environment, OCTO3)" in said
    assert "@system light on|off  (Light, OCTO5)" in said
    for action in ("closed", "secret", "cpu"):
        assert f"@system {action}" not in said


def test_who_may_not_use_the_terminal_runs_nothing(place, octoprint, anonymous):
    body = {"commands": ["@system note"]}
    assert anonymous.post("/api/printer/command", json=body).status_code in (400, 403)
    assert place.runs() == []


##~~ Guards


def test_guards_that_are_about_prints_are_not_for_its_own_lines(place, terminal):
    place.print_("@system quiet", *LONG)
    assert ended(place, "quiet")["status"] == "succeeded"
    place.wait_for_state("Printing")

    place.terminal("@system quiet")
    terminal.wait_for('quiet: not run: "Quiet" cannot be run while a print is under way')
    assert len(place.runs("quiet")) == 1
    place.cancel()


def test_a_temperature_is_a_matter_of_the_file_as_well(place, terminal):
    since = time.time()
    place.print_("G28", "@system cool wait", "G1 X67 F90000")
    place.wait_for_sent("G1 X67 F90000", since)
    terminal.wait_for('cool: not run: "Cool" cannot be run while the printer is hot')
    assert place.runs("cool") == []
    place.wait_for_state("Operational")


def test_a_command_that_is_closed_meanwhile(place, terminal, use):
    place.print_(*LONG)
    place.wait_for_state("Printing")
    use([{**each, "gcode": False, "gcode_alias": None} for each in COMMANDS])
    place.terminal("@system note")
    terminal.wait_for('note: not run: "Note" is not open to this')
    assert place.runs() == []
    place.cancel()


##~~ Scripts


def test_before_and_after_a_print(place, use):
    use([*COMMANDS, *SCRIPTS])
    since = time.time()
    place.print_("G28", "G1 X66 F90000")
    first = place.wait_for_sent("G28", since)
    wait_until(lambda: len(place.noted()) == 4)
    noted = place.noted()
    assert words_of(place)[:2] == [("box", "on"), ("told",)]
    assert sorted(words_of(place)[2:]) == [("box", "off"), ("told",)]
    # the print waits for them
    assert max(float(words[1]) for words in noted[:2]) <= first + 0.002
    assert min(float(words[1]) for words in noted[2:]) >= place.wait_for_sent(
        "G1 X66 F90000"
    )
    reasons = {run["reason"] for run in place.runs()}
    assert reasons == {"A script of the print of a.gcode"}
    assert [run["user"] for run in place.runs()] == ["admin"] * 4
    place.wait_for_state("Operational")


def test_when_it_is_paused_goes_on_and_is_cancelled(place, use):
    use([*COMMANDS, *SCRIPTS])
    place.print_(*LONG)
    wait_until(lambda: len(place.noted()) == 2)
    place.wait_for_state("Printing")
    place.job(command="pause", action="pause")
    wait_until(lambda: words_of(place)[2:] == [("box", "off")])
    place.wait_for_state("Paused")
    place.job(command="pause", action="resume")
    wait_until(lambda: words_of(place)[3:] == [("box", "on")])
    place.wait_for_state("Printing")
    place.cancel()
    wait_until(lambda: sorted(words_of(place)[4:]) == [("box", "off"), ("told",)])


##~~ Others


def test_what_is_written_to_the_printers_card_runs_nothing(place):
    place.admin.post("/api/printer/sd", json={"command": "init"}).raise_for_status()
    wait_until(lambda: place.admin.get("/api/printer/sd").json()["ready"])
    since = time.time()
    files = {"file": ("card.gcode", b"G28\n@system note\nOCTO3\nG1 X65 F90000\n")}
    # 1.11, and 2.0
    answers = (
        place.admin.post(f"/api/files/{storage}", files=files).status_code
        for storage in ("sdcard", "printer")
    )
    assert 201 in answers
    place.wait_for_sent("G1 X65 F90000", since)
    place.wait_for_sent("M29", since)
    place.wait_for_state("Operational")
    # lines are worked off in their order
    place.terminal("@system fails")
    ended(place, "fails")
    assert place.runs("note") == place.runs("env") == []


@pytest.fixture
def use_page(use, admin):
    """Has the definitions and rules of docs/gcode.md."""
    plugins = [
        yaml.safe_load(text)["plugins"]["systemcommands"]
        for text in blocks_of_page("yaml")
    ]
    use([entry for plugin in plugins for entry in plugin["commands"]])
    save_rules(admin, [rule for plugin in plugins for rule in plugin.get("rules", [])])
    yield
    save_rules(admin, [])


def save_rules(admin, rules):
    headers = {"If-Match": admin.get(RULES).headers["ETag"]}
    answer = admin.put(RULES, json={"rules": rules}, headers=headers)
    assert answer.status_code == 200, answer.text


def test_the_lines_of_the_page(place, terminal, use_page):
    lines = [line for text in blocks_of_page("gcode") for line in text.splitlines()]
    asked = [line.split()[1] for line in lines if line.startswith("@system")]
    assert asked
    place.print_(*lines, "OCTO4 on", "@system foto")
    # those of the print's scripts as well
    wait_until(lambda: len(place.runs()) == len(asked) + 3)
    ends = [place.admin.wait_for_run(run["id"]) for run in place.runs()]
    assert {run["status"] for run in ends} == {"succeeded"}
    assert {run["action"] for run in ends} == {*asked, "lamp-of-box"}
    (said,) = blocks_of_page("terminal")
    for line in said.splitlines():
        terminal.wait_for(line.partition("System Commands: ")[2])
    place.wait_for_state("Operational")


def test_a_menu_entry_of_the_printer(place, use_page):
    """What Marlin's `CUSTOM_MENU_MAIN` makes the printer send."""
    (menu,) = blocks_of_page("c")
    sent = re.findall('_GCODE "M118 A1 action:(.*)"', menu)
    assert sent == ["lamp on", "lamp off"]

    def is_sent():
        # a rule that was just saved is in use a moment later
        place.terminal(f"!!DEBUG:action_custom {sent[0]}")
        return place.runs("lamp-by-menu")

    wait_until(is_sent, interval=0.5)
    run = ended(place, "lamp-by-menu")
    assert run["status"] == "succeeded"
    assert run["reason"] == "the printer has sent //action:lamp"


def test_lines_that_flood(place, terminal):
    since = time.time()
    lines = [line for n in range(50) for line in ("@system flood", f"M117 {n}")]
    place.print_("G28", *lines, "M117 end")
    place.wait_for_sent("M117 end", since)
    place.wait_for_state("Operational")
    # some are too many, and are told of
    with ApiClient(place.server.url, place.server.admin) as client:
        wait_until(
            lambda: (
                not client.get(RUNS, params={"status": "queued,starting,running"}).json()[
                    "runs"
                ]
            ),
            timeout=120,
        )
    assert place.runs("flood")


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ("cancel", "the print was cancelled"),
        ("disconnect", "the print was interrupted"),
        ("M112", "emergency stop"),
    ],
)
def test_lines_that_wait_go_with_their_print(place, terminal, how, why):
    # half of all that may run at a time; the others wait
    place.print_("G28", *("@system long",) * 33, "@system note", *("G4 P100",) * 3000)

    def statuses():
        return [run["status"] for run in place.runs("long")]

    wait_until(lambda: statuses() == ["running"] * 32)
    terminal.wait_for("long: waits: 32 commands of lines of G-code are running")
    long = place.runs("long")
    # people can run what they want
    body = {"source": "custom", "action": "env"}
    started = place.admin.post(RUNS, json=body)
    assert started.status_code == 202
    assert place.admin.wait_for_run(started.json()["id"])["status"] == "succeeded"

    if how == "cancel":
        place.job(command="cancel")
        place.wait_for_state("Operational")
    elif how == "disconnect":
        place.admin.post("/api/connection", json={"command": how}).raise_for_status()
    else:
        place.terminal(how)
    for run in long:
        place.admin.post(f"{RUNS}/{run['id']}/stop", json={}).raise_for_status()
        place.admin.wait_for_run(run["id"])
    terminal.wait_for(f"long: not run: {why}")
    terminal.wait_for(f"note: not run: {why}")
    assert len(place.runs("long")) == 32
    assert not place.runs("note")
