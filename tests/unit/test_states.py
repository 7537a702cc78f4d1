"""States as those see them who ask, of real commands: files stand for what is switched."""

import json
import logging
import threading
import time
from typing import NamedTuple

import pytest
from processes import alive

from harness.waiting import wait_until
from octoprint_systemcommands.commands.definition import Command
from octoprint_systemcommands.runs.record import Record, Status
from octoprint_systemcommands.states import asking, states
from octoprint_systemcommands.states.states import States


class Clock:
    """Goes as it should, and can be put forward."""

    def __init__(self):
        self.ahead = 0.0

    def __call__(self):
        return time.monotonic() + self.ahead


class World(NamedTuple):
    states: States
    commands: dict
    changes: list
    clock: Clock

    def look(self, *actions):
        names = actions or self.commands
        return self.states.look([self.commands[name] for name in names])

    def one(self, action="light"):
        (state,) = self.look(action)
        return state

    def told(self, action="light"):
        return [state.state for state in self.changes if state.action == action]

    def tells(self, *told, action="light"):
        wait_until(lambda: self.told(action) == list(told))

    def add(self, action="light", every=0.2, **fields):
        fields = {"type": "toggle", "on": "true", "off": "true", **fields}
        command = Command(action=action, **fields)
        # people may not have it asked so often
        command = command.model_copy(update={"every": every})
        self.commands[action] = command
        return command

    def change(self, run_id, status, to, action="light", trigger="api"):
        run = Record(0, run_id, "custom", action, action, status, trigger=trigger, to=to)
        self.states.run_changed(run)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "states.json"


@pytest.fixture
def make_world(path):
    worlds = []

    def make():
        commands, changes, clock = {}, [], Clock()
        subject = States(
            lambda: list(commands.values()),
            lambda: "http://127.0.0.1:5000",
            changes.append,
            str(path),
            clock,
        )
        worlds.append(World(subject, commands, changes, clock))
        return worlds[-1]

    yield make
    for world in worlds:
        world.states.close()
        world.states._thread.join(20)


@pytest.fixture
def world(make_world):
    return make_world()


@pytest.fixture
def relay(tmp_path):
    return tmp_path / "relay"


@pytest.fixture
def light(world, relay):
    return world.add(state=f"test -e {relay}")


@pytest.fixture
def patient(mocker):
    """For a machine that is busy with something else."""
    mocker.patch.object(states, "_WAIT_TO_LOOK", 20)
    mocker.patch.object(states, "_WAIT_TO_SWITCH", 20)


##~~ Looking


def test_who_looks_gets_the_answer(world, light, relay, patient):
    relay.touch()
    state = world.one()

    assert (state.state, state.assumed, state.to) == ("on", False, None)
    assert abs(state.since - time.time()) < 10
    assert abs(state.asked_at - time.time()) < 10


def test_what_changes_behind_its_back_is_told(world, light, relay, patient, caplog):
    caplog.set_level(logging.INFO)
    assert world.one().state == "off"
    world.tells("off")
    relay.touch()
    world.tells("off", "on")
    since = world.one().since
    relay.unlink()
    world.tells("off", "on", "off")

    assert world.one().since > since
    messages = [r.message for r in caplog.records]
    assert messages == ["light is off", "light is on", "light is off"]


def test_nobody_looks_so_no_process_is_started(world, tmp_path):
    asked = tmp_path / "asked"
    world.add(state=f"echo x >>{asked}")
    world.change("1", Status.QUEUED, "on")
    world.states.step()
    assert not asked.exists()

    world.one()
    wait_until(lambda: asked.exists() and len(asked.read_text()) > 4)
    world.clock.ahead += 1000
    world.states.step()
    wait_until(lambda: not world.states._askers._asked)
    count = len(asked.read_text())
    time.sleep(0.6)
    assert len(asked.read_text()) == count


def test_a_text_that_changes_is_told_of_and_not_logged(world, tmp_path, patient, caplog):
    caplog.set_level(logging.INFO)
    text = tmp_path / "text"
    text.write_text("47 C\n")
    world.add("cpu", type="status", state=f"cat {text}")
    assert world.one("cpu").text == "47 C"
    wait_until(lambda: world.changes)
    text.write_text("48 C\n")
    wait_until(lambda: [s.text for s in world.changes] == ["47 C", "48 C"])

    assert [r.message for r in caplog.records] == ["cpu is on"]
    assert "48 C" not in json.dumps([s.to_push() for s in world.changes])


def test_who_looks_waits_for_a_moment_only(world, mocker):
    mocker.patch.object(states, "_WAIT_TO_LOOK", 0.2)
    world.add(state="sleep 600", state_timeout=60)
    began = time.monotonic()
    state = world.one()

    assert 0.1 < time.monotonic() - began < 10
    assert (state.state, state.asked_at) == ("unknown", None)


def test_few_wait(world, mocker):
    mocker.patch.object(states, "_WAIT_TO_LOOK", 60)
    world.add(state="sleep 600", state_timeout=60)
    waiting = [threading.Thread(target=world.one, daemon=True) for _ in range(2)]
    for thread in waiting:
        thread.start()
    wait_until(lambda: world.states._waiting == 2)

    # has it at once, or never
    assert world.one().state == "unknown"
    world.states.close()
    for thread in waiting:
        thread.join(20)


def test_one_that_hangs_is_unknown_and_the_others_go_on(world, light, relay, caplog):
    world.add("hangs", state="sleep 600", state_timeout=0.5)
    world.look()
    for number in range(4):
        relay.touch() if number % 2 == 0 else relay.unlink()
        wanted = "on" if number % 2 == 0 else "off"
        wait_until(lambda wanted=wanted: world.one().state == wanted)
    wait_until(lambda: world.states._book.timetable.find("hangs").answers >= 2)

    assert world.one("hangs").state == "unknown"
    failures = [r for r in caplog.records if r.levelname == "WARNING"]
    assert [r.message for r in failures] == [
        "The state of hangs is not known: no answer within 0.5 s"
    ]


def test_one_that_hangs_where_nothing_helps_takes_no_place(world, light, relay, mocker):
    """Its process is not even there yet: its folder does not answer."""
    mocker.patch("octoprint_systemcommands.states.askers._GRACE", 0.1)
    go_on = threading.Event()
    real = asking.Process

    def process(command, *args, **kwargs):
        if command == "hangs":
            go_on.wait(60)
        return real("true" if command == "hangs" else command, *args, **kwargs)

    mocker.patch.object(asking, "Process", process)
    for number in range(6):
        world.add(
            f"hangs{number}", state="hangs", state_timeout=0.1, working_directory="/"
        )
    world.look()
    wait_until(lambda: len(world.states._askers._hanging) >= 2)
    # and nobody waits for it
    (hanging, *_) = world.states._askers._hanging
    assert not world.states._book.timetable.find(hanging).is_stale(world.clock())
    assert world.one(hanging).state == "unknown"
    relay.touch()
    wait_until(lambda: world.one().state == "on")
    assert world.states._askers._threads._threads <= 6

    go_on.set()
    wait_until(lambda: not world.states._askers._hanging)
    wait_until(lambda: world.look("hangs0")[0].state == "on", timeout=60)


def test_one_that_begins_to_hang_is_not_on_any_more(world, mocker, patient):
    mocker.patch("octoprint_systemcommands.states.askers._GRACE", 0.1)
    go_on, does_hang = threading.Event(), threading.Event()
    real = asking.Process

    def process(*args, **kwargs):
        if does_hang.is_set():
            go_on.wait(60)
        return real(*args, **kwargs)

    mocker.patch.object(asking, "Process", process)
    world.add(state="true", state_timeout=1, working_directory="/")
    assert world.one().state == "on"
    does_hang.set()
    world.tells("on", "unknown")
    go_on.set()
    wait_until(lambda: world.told()[-1] == "on")


##~~ Definitions that change


def test_another_definition_has_not_answered_yet(world, light, relay, patient):
    relay.touch()
    assert world.one().state == "on"
    world.tells("on")
    world.add(state="exit 1")

    assert world.one().state == "off"
    wait_until(lambda: world.told()[-1] == "off")


def test_an_answer_of_an_earlier_definition_is_none(world, tmp_path, patient):
    go_on = tmp_path / "go_on"
    world.add(state=f"until [ -e {go_on} ]; do sleep 0.05; done", state_timeout=30)
    thread = threading.Thread(target=world.one)
    thread.start()
    wait_until(lambda: world.states._askers._asked)
    world.add(state="exit 1")
    world.states.step()
    go_on.touch()
    thread.join(20)

    world.tells("off")


def test_what_vanishes_while_it_is_asked_is_forgotten(world, tmp_path):
    go_on = tmp_path / "go_on"
    world.add(state=f"until [ -e {go_on} ]; do sleep 0.05; done", state_timeout=30)
    threading.Thread(target=world.one, daemon=True).start()
    wait_until(lambda: world.states._askers._asked)
    del world.commands["light"]
    world.states.step()
    go_on.touch()
    wait_until(lambda: not world.states._askers._asked)

    assert (world.changes, world.states._book.known) == ([], {})
    # and the others are asked
    world.add("fan", state="exit 1")
    wait_until(lambda: world.one("fan").state == "off")


def test_a_mended_definition_is_asked_at_once(world, patient):
    world.add(state="sleep 600", state_timeout=0.2, every=30)
    world.one()
    wait_until(lambda: world.states._book.timetable.find("light").is_slow)
    world.add(state="true", every=30)

    assert world.one().state == "on"


##~~ Switching


def test_it_is_switching_until_its_state_agrees(world, relay, patient):
    world.add(state=f"test -e {relay}", every=60)
    assert world.one().state == "off"
    world.tells("off")
    world.change("1", Status.STARTING, "on")
    state = world.one()
    assert (state.state, state.to) == ("switching", "on")
    world.change("1", Status.RUNNING, "on")
    world.change("1", Status.SUCCEEDED, "on")
    assert world.one().state == "switching"
    relay.touch()
    world.tells("off", "switching", "on")

    assert world.one().to is None


def test_it_is_asked_after_switching_though_nobody_looks(world, light, relay):
    relay.touch()
    world.change("1", Status.RUNNING, "on")
    world.change("1", Status.SUCCEEDED, "on")

    wait_until(lambda: world.told()[-1:] == ["on"])


def test_a_state_that_does_not_follow_is_shown_as_it_is(world, light, patient):
    world.change("1", Status.RUNNING, "on")
    world.change("1", Status.SUCCEEDED, "on")
    world.tells("switching")
    wait_until(lambda: world.states._book.timetable.find("light").answers >= 2)
    world.clock.ahead += 10
    world.states.step()

    world.tells("switching", "off")


def test_after_a_failure_the_truth_is_told_at_once(world, light, patient):
    began = time.monotonic()
    world.change("1", Status.RUNNING, "on")
    world.change("1", Status.FAILED, "on")
    wait_until(lambda: world.told()[-1:] == ["off"])

    assert time.monotonic() - began < 9


def test_a_test_switches_nothing_but_is_a_reason_to_look(world, relay, patient):
    world.add(state=f"test -e {relay}", every=60)
    assert world.one().state == "off"
    world.tells("off")
    relay.touch()
    world.change("1", Status.RUNNING, "on", trigger="test")
    assert world.one().state == "off"
    world.change("1", Status.SUCCEEDED, "on", trigger="test")

    world.tells("off", "on")


@pytest.mark.parametrize(("exists", "to"), [(True, "off"), (False, "on")])
def test_the_opposite_of_the_truth(world, relay, patient, exists, to):
    command = world.add(state=f"test -e {relay}", every=60)
    world.one()
    world.clock.ahead += 5
    if exists:
        relay.touch()

    assert world.states.direction(command) == to


def test_the_opposite_of_where_it_is_on_its_way_to(world, light):
    world.change("1", Status.RUNNING, "on")
    assert world.states.direction(light) == "off"
    world.change("1", Status.SUCCEEDED, "on")
    assert world.states.direction(light) == "off"


def test_the_opposite_of_what_those_in_the_queue_make_of_it(world, light):
    world.change("1", Status.RUNNING, "on")
    world.change("2", Status.QUEUED, "off")
    assert world.states.direction(light) == "on"
    world.change("3", Status.QUEUED, "on")
    assert world.states.direction(light) == "off"
    world.change("3", Status.STOPPED, "on")
    assert world.states.direction(light) == "on"
    world.change("1", Status.SUCCEEDED, "on")
    world.change("2", Status.STARTING, "off")
    world.change("2", Status.RUNNING, "off")
    assert world.states.direction(light) == "on"
    world.change("2", Status.FAILED, "off")
    assert world.states._book.of("light").switching.queued_to is None


def test_what_is_unknown_is_switched_on(world, mocker):
    mocker.patch.object(states, "_WAIT_TO_SWITCH", 0.1)
    assert world.states.direction(world.add("a", state="exit 7")) == "on"
    assert world.states.direction(world.add("b", state="sleep 600")) == "on"
    assert world.states.direction(world.add("c")) == "on"


@pytest.mark.parametrize("others", [0, 2])
def test_nobody_waits_again_for_one_that_hangs(world, mocker, others):
    """Rules that switch it are waited for by all other rules."""
    mocker.patch.object(states, "_WAIT_TO_SWITCH", 0.5)
    for number in range(others):
        world.add(f"other-{number}", state="sleep 600", state_timeout=60)
        world.states.direction(world.commands[f"other-{number}"])
    # if there are others, it is not even its turn
    command = world.add(state="sleep 600", state_timeout=60)
    world.states.direction(command)
    world.clock.ahead += 1
    began = time.monotonic()
    for _ in range(5):
        assert world.states.direction(command) == "on"

    assert time.monotonic() - began < 0.5


##~~ Without a command that tells it


def test_the_last_success_counts_and_outlives_a_restart(make_world, path):
    world = make_world()
    world.add()
    assert (world.one().state, world.one().assumed) == ("unknown", True)
    world.change("1", Status.RUNNING, "on")
    assert world.one().state == "switching"
    world.change("1", Status.SUCCEEDED, "on")
    state = world.one()
    assert (state.state, state.assumed, state.asked_at) == ("on", True, None)
    assert world.states.direction(world.commands["light"]) == "off"
    world.change("2", Status.RUNNING, "off")
    world.change("2", Status.FAILED, "off")
    assert world.one().state == "on"
    wait_until(path.exists)

    again = make_world()
    again.add()
    assert again.one() == state


def test_what_is_gone_is_not_in_the_file_for_long(make_world, path):
    world = make_world()
    world.add()
    world.add("fan")
    world.add("asked", state="true")
    for action in ("light", "asked"):
        world.change("1", Status.RUNNING, "on", action)
        world.change("1", Status.SUCCEEDED, "on", action)
    wait_until(
        lambda: path.exists() and set(json.loads(path.read_text())["states"]) == {"light"}
    )
    del world.commands["light"]
    world.change("2", Status.RUNNING, "on", "fan")
    world.change("2", Status.SUCCEEDED, "on", "fan")
    wait_until(lambda: set(json.loads(path.read_text())["states"]) == {"fan"})
    del world.commands["fan"]
    world.look()
    wait_until(lambda: json.loads(path.read_text())["states"] == {})
    world.add("fan")
    assert world.one("fan").state == "unknown"


##~~ The end


def test_the_end_of_the_server_ends_who_is_asked(world, tmp_path):
    pid = tmp_path / "pid"
    world.add(state=f"echo $$ >{pid}; exec sleep 600", state_timeout=60)
    threading.Thread(target=world.one, daemon=True).start()
    wait_until(lambda: pid.exists() and pid.read_text().strip())
    world.states.close()

    wait_until(lambda: not alive(int(pid.read_text())))


def test_errors_of_ours_are_not_the_end(world, light, mocker, caplog, patient):
    mocker.patch.object(states, "_PAUSE_AFTER_ERROR", 0.05)
    mocker.patch.object(
        world.states,
        "_commands",
        side_effect=[RuntimeError("no"), [light]] + [[light]] * 99,
    )
    wait_until(lambda: world.one().state == "off")

    assert "Error while looking after states" in caplog.text
