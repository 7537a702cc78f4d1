"""Commands before and after the pictures of a timelapse."""

import threading
import time

from rules_world import World, rule

from octoprint_systemcommands.triggers.timelapse import Snapshots

BEFORE = {"when": {"event": "snapshot_before"}}


def snapshots_of(world, patience=20.0):
    return Snapshots(world.engine, world.firing, patience)


def test_a_picture_waits_for_the_command():
    world = World(rule(**BEFORE))
    ended = threading.Event()
    world.house.on_release = lambda run: setattr(run, "finished", ended)
    taken = threading.Event()

    def take():
        snapshots_of(world).before("0001.jpg")
        taken.set()

    threading.Thread(target=take, daemon=True).start()
    while not world.house.started:
        time.sleep(0.01)
    assert not taken.is_set()
    ended.set()

    assert taken.wait(20)
    event = world.house.started[0].event
    assert event["OCTOPRINT_EVENT_SNAPSHOT"] == "0001.jpg"


def test_but_not_for_long():
    world = World(rule(**BEFORE))
    world.house.on_release = lambda run: setattr(run, "finished", threading.Event())

    snapshots_of(world, patience=0.01).before("0001.jpg")

    assert world.started == ["c"]


def test_each_picture_has_its_command():
    world = World(rule(**BEFORE))
    ended = threading.Event()
    ended.set()
    world.house.on_release = lambda run: setattr(run, "finished", ended)

    for _ in range(3):
        snapshots_of(world).before("0001.jpg")

    assert world.started == ["c"] * 3


def test_nothing_is_done_without_a_rule():
    world = World(rule(when={"event": "snapshot_after"}))

    snapshots_of(world).before("0001.jpg")

    assert world.started == []


def test_what_comes_after_a_picture_is_not_waited_for():
    world = World(rule(when={"event": "snapshot_after"}))

    snapshots_of(world).after("0001.jpg", False)
    assert world.started == []
    world.engine.step()

    event = world.house.started[0].event
    assert event["OCTOPRINT_EVENT_SUCCESS"] == "false"
