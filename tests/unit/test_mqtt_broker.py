"""What stands at the broker, what is listened to there, and what is remembered of it."""

import json
import logging
import re

import pytest

from octoprint_systemcommands.commands.parsing import parse_entry
from octoprint_systemcommands.host.mqtt_plugin import Surroundings
from octoprint_systemcommands.host.mqtt_preferences import MqttPreferences
from octoprint_systemcommands.runs.printer_state import Heater, PrinterState
from octoprint_systemcommands.states.state import State
from octoprint_systemcommands.triggers.mqtt import (
    availability,
    instance,
    picture,
    subscriptions,
    topics,
)
from octoprint_systemcommands.triggers.mqtt.announced import MAX_TOPICS, Announced
from octoprint_systemcommands.triggers.mqtt.inbox import Inbox
from octoprint_systemcommands.triggers.mqtt.instance import Instance
from octoprint_systemcommands.triggers.mqtt.retained import Retained
from octoprint_systemcommands.triggers.mqtt.subscriptions import Subscriptions

TOPICS = topics.below("octoPrint/")
BASE = TOPICS.base
STATE = f"{BASE}toggle/light/state"


def command_of(**fields):
    command, problems = parse_entry({"action": "light", "mqtt": True, **fields})
    assert problems == []
    return command


TOGGLE = command_of(type="toggle", on="true", off="true", state="true")
STATUS = command_of(action="disk", type="status", state="df")


class FakeBroker:
    """Keeps what it is told, as long as it is there."""

    def __init__(self):
        self.is_there = True
        self.published = []
        self.callbacks = {}

    def publish(self, topic, payload, retained):
        if not self.is_there:
            return False
        assert retained
        self.published.append((topic, payload))
        return True

    def subscribe(self, topic, callback):
        assert topic not in self.callbacks
        self.callbacks[topic] = callback

    def unsubscribe(self, topic, callback):
        assert self.callbacks.pop(topic) == callback

    def taken(self):
        published, self.published = self.published, []
        return published


@pytest.fixture
def broker():
    return FakeBroker()


##~~ What stands there


def test_only_what_is_new_is_published(broker):
    retained = Retained(broker)
    assert retained.publish({"a": "1", "b": "2"})
    assert broker.taken() == [("a", "1"), ("b", "2")]
    assert retained.publish({"a": "1", "b": "3"})
    assert broker.taken() == [("b", "3")]
    assert retained.publish({"b": "3"})
    # an empty one takes it away
    assert broker.taken() == [("a", "")]
    assert set(retained.topics) == {"b"}


def test_what_an_earlier_server_has_left(broker):
    retained = Retained(broker, ["old", "kept"])
    assert set(retained.topics) == {"old", "kept"}
    assert retained.publish({"kept": "1"})
    # whatever stood there
    assert broker.taken() == [("old", ""), ("kept", "1")]


def test_without_a_connection_nothing_is_taken_for_published(broker):
    retained = Retained(broker, ["old"])
    broker.is_there = False
    assert not retained.publish({"a": "1"})
    assert not retained.publish({"old": "1"})
    broker.is_there = True
    assert retained.publish({"a": "1"})
    assert broker.taken() == [("old", ""), ("a", "1")]


def test_all_of_it_anew(broker):
    retained = Retained(broker)
    retained.publish({"a": "1"})
    broker.taken()
    retained.forget()
    # it may be there still, and has to go if nobody wants it
    assert set(retained.topics) == {"a"}
    retained.publish({"a": "1"})
    assert broker.taken() == [("a", "1")]


def test_one_of_it_once_more(broker):
    retained = Retained(broker)
    retained.publish({"a": "1"})
    assert retained.repeat("a")
    assert broker.taken() == [("a", "1"), ("a", "1")]
    broker.is_there = False
    assert not retained.repeat("a")


##~~ States


def states_of(state, before=(), command=TOGGLE):
    return picture.of_states([command], {command.action: state}, dict(before), TOPICS)


@pytest.mark.parametrize("state", ["on", "off", "unknown"])
def test_the_state_of_a_toggle(state):
    found = states_of(State("light", state, text="12 V", since=0.0, assumed=True))
    assert found[STATE] == state
    assert json.loads(found[f"{BASE}toggle/light/attributes"]) == {
        "text": "12 V",
        "since": "1970-01-01T00:00:00.000Z",
        "assumed": True,
    }


def test_while_it_is_switched_the_last_one_stays():
    switching = State("light", "switching", to="off")
    assert states_of(switching, {STATE: "on"})[STATE] == "on"
    # nobody knows what stands there
    assert states_of(switching, {STATE: ""})[STATE] == "unknown"
    assert states_of(switching)[STATE] == "unknown"


def test_a_status():
    topic = f"{BASE}status/disk/state"
    assert states_of(State("disk", "on", text="3 GB"), command=STATUS)[topic] == "3 GB"
    assert states_of(State("disk", "unknown"), command=STATUS)[topic] == "unknown"
    # Home Assistant takes no more
    long = states_of(State("disk", "on", text="x" * 300), command=STATUS)[topic]
    assert long == "x" * 255


def test_what_nobody_knows_of():
    found = picture.of_states([TOGGLE, STATUS], {}, {}, TOPICS)
    assert found[STATE] == found[f"{BASE}status/disk/state"] == "unknown"


##~~ Availability

PRINTING = PrinterState(is_busy=True)
HOT = PrinterState(heaters={"bed": Heater(60.0, 60.0)})
ONLINE, OFFLINE = availability.ONLINE, availability.OFFLINE


@pytest.mark.parametrize(
    ("fields", "printer", "expected"),
    [
        ({}, PRINTING, ONLINE),
        ({"while_printing": "refuse"}, PrinterState(), ONLINE),
        ({"while_printing": "refuse"}, PRINTING, OFFLINE),
        # nobody is there to be asked
        ({"while_printing": "confirm"}, PRINTING, OFFLINE),
        ({"max_temperature": 50}, HOT, OFFLINE),
        ({"max_temperature": 70}, HOT, ONLINE),
    ],
)
def test_a_command_that_could_be_run(fields, printer, expected):
    command = command_of(command="true", **fields)
    assert picture.of_availability([command], {}, printer, TOPICS) == {
        f"{BASE}availability/light": expected
    }


@pytest.mark.parametrize(
    ("guards", "state", "expected"),
    [
        ("off", "on", OFFLINE),
        ("off", "off", ONLINE),
        ("off", "unknown", OFFLINE),
        ("both", "off", OFFLINE),
    ],
)
def test_a_toggle_that_could_be_switched(guards, state, expected):
    toggle = command_of(
        type="toggle", on="true", off="true", while_printing="refuse", guards=guards
    )
    states = {"light": State("light", state)}
    found = picture.of_availability([toggle, STATUS], states, PRINTING, TOPICS)
    assert found == {
        f"{BASE}availability/light": expected,
        f"{BASE}availability/disk": ONLINE,
    }


##~~ What is listened to


def test_where_messages_come_in():
    alone = MqttPreferences(name="Left one", fleet_topic="farm", groups=("row 1",))
    assert subscriptions.addresses(TOPICS, alone) == {BASE: f"{BASE}reply"}
    found = subscriptions.addresses(TOPICS, alone._replace(fleet=True))
    assert found == {
        BASE: f"{BASE}reply",
        "farm/": "farm/reply/Left%20one",
        "farm/group/row%201/": "farm/reply/Left%20one",
    }


def test_what_says_that_all_is_to_be_told_anew():
    preferences = MqttPreferences(discovery_prefix="ha")
    assert subscriptions.signals("octoPrint/mqtt", preferences) == {
        "octoPrint/mqtt": "connected",
        "ha/status": "online",
    }
    silent = preferences._replace(discovery=False)
    assert subscriptions.signals(None, silent) == {}


@pytest.fixture
def listening(broker):
    """listening(bases, signals); with what came of it as `wishes` and `signals`."""
    wishes, signals = [], []
    subject = Subscriptions(
        broker, lambda *wish: wishes.append(wish), lambda: signals.append(1)
    )

    def become(bases, signals=()):
        subject.become(dict.fromkeys(bases, "reply"), dict(signals))

    become.wishes, become.signals = wishes, signals
    return become


def test_subscriptions_follow_what_is_wanted(broker, listening):
    listening(["a/"], {"will": "connected"})
    filters = {"a/command/+/run", "a/toggle/+/set"}
    assert set(broker.callbacks) == {*filters, "will"}
    # what is there stays: the broker would send all that is retained once more
    listening(["a/", "farm/"], {"will": "connected"})
    assert set(broker.callbacks) == {
        *filters,
        "will",
        "farm/command/+/run",
        "farm/toggle/+/set",
    }
    listening(["a/"], {"ha/status": "online"})
    assert set(broker.callbacks) == {*filters, "ha/status"}
    listening([])
    assert broker.callbacks == {}


def test_what_is_retained_is_ignored(broker, listening):
    listening(["a/"])
    callback = broker.callbacks["a/command/+/run"]
    callback("a/command/x/run", b"1", retained=True, qos=0)
    assert listening.wishes == []
    callback("a/command/x/run", b"2", retained=False, qos=0)
    # as OctoPrint-MQTT may call it one day
    callback("a/command/x/run", b"3", "more", later=1)
    assert listening.wishes == [("a/command/x/run", b"2"), ("a/command/x/run", b"3")]


def test_signals(broker, listening):
    listening([], {"will": "connected"})
    callback = broker.callbacks["will"]
    callback("will", b"disconnected", retained=False)
    callback("other", b"connected", retained=False)
    assert listening.signals == []
    # it stands there: who has just subscribed is told
    callback("will", b"connected", retained=True)
    assert listening.signals == [1]


##~~ What is remembered


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "mqtt.json"


@pytest.fixture
def said(caplog):
    caplog.set_level(logging.WARNING)
    return lambda: [record.getMessage() for record in caplog.records]


def test_the_next_server_knows_it(path, said):
    first = Announced(str(path))
    assert first.topics == frozenset()
    # nothing is written that need not be
    assert not path.exists()
    node = first.node()
    first.remember(["a", "b"])
    second = Announced(str(path))
    assert second.topics == {"a", "b"}
    assert second.node() == first.node() == node
    assert re.fullmatch("[a-zA-Z0-9_-]+", node)
    assert said() == []


def test_two_instances_are_two(tmp_path):
    nodes = {Announced(str(tmp_path / name)).node() for name in "abc"}
    assert len(nodes) == 3


def test_it_is_not_written_again_for_nothing(path):
    subject = Announced(str(path))
    subject.remember(["a", "b"])
    path.unlink()
    subject.remember(["b", "a"])
    assert not path.exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"topics": ["' + b"x" * 2**20 + b'"]}'],
    ids=["empty", "cut off", "bytes", "deep", "too large"],
)
def test_a_broken_file(path, said, content):
    path.parent.mkdir()
    path.write_bytes(content)
    subject = Announced(str(path))
    assert subject.topics == frozenset()
    (text,) = said()
    assert str(path) in text
    # it goes on with a new one
    subject.remember(["a"])
    assert Announced(str(path)).topics == {"a"}


@pytest.mark.parametrize(
    "data",
    [
        [],
        {"node": 5, "topics": "a"},
        {"node": "a/#", "topics": [1, None, "", "a/#", "a/+/b", "a\0", "\ud800"]},
        {"node": "ä", "topics": {"a": 1}},
    ],
)
def test_what_no_broker_would_take_is_not_read(path, data):
    path.parent.mkdir()
    path.write_text(json.dumps(data))
    subject = Announced(str(path))
    assert subject.topics == frozenset()
    assert subject.node().startswith("octoprint_")


def test_a_file_that_is_written_can_be_read(path, said):
    for many in (
        [f"topic/{number}" for number in range(MAX_TOPICS + 10)],
        ["ö" * 100 + str(number) for number in range(4000)],
    ):
        subject = Announced(str(path))
        node = subject.node()
        subject.remember(many)
        again = Announced(str(path))
        assert again.node() == node
        assert again.topics == subject.topics
        assert 1000 < len(again.topics) <= MAX_TOPICS
    assert said() == []


def test_a_disk_that_takes_nothing(tmp_path, said):
    blocked = tmp_path / "file"
    blocked.write_text("")
    subject = Announced(str(blocked / "mqtt.json"))
    subject.remember(["a"])
    # it goes on without
    assert subject.topics == {"a"}
    assert "Cannot write" in said()[-1]


##~~ The instance


class Host(FakeBroker):
    last_will = "octoPrint/mqtt"

    def surroundings(self):
        return Surroundings(last_will=self.last_will)


class NoStates:
    def watch(self, commands):
        return []


@pytest.fixture
def host():
    return Host()


@pytest.fixture
def subject(host, path):
    return Instance(
        host, None, NoStates(), None, Announced(str(path)), Inbox(), version="1"
    )


@pytest.fixture
def refresh(subject):
    """refresh(commands): brings the broker up to date; whether there is a connection."""

    def refresh(*commands):
        return subject.refresh(commands, MqttPreferences(name="Left"))

    return refresh


NOTE = command_of(action="note", command="true")
AVAILABILITY = f"{BASE}availability/note"


def test_a_broker_that_has_gone_is_found_though_nothing_changes(
    host, refresh, monkeypatch
):
    assert refresh(NOTE) is True
    published = dict(host.taken())
    assert published[AVAILABILITY] == "online"
    assert len(published) == 3
    host.is_there = False
    # it is not told for each look
    assert refresh(NOTE) is True
    now = instance.time.monotonic()
    monkeypatch.setattr(instance.time, "monotonic", lambda: now + 60)
    assert refresh(NOTE) is False
    host.is_there = True
    # which may have lost all of it meanwhile
    assert refresh(NOTE) is True
    assert dict(host.taken()) == published


def test_nothing_to_tell_and_nobody_to_listen_to(host, refresh, path):
    assert refresh() is None
    assert (host.taken(), host.callbacks) == ([], {})
    assert not path.exists()
    refresh(NOTE)
    there = dict(host.taken())
    assert host.callbacks
    # all of it goes
    assert refresh() is True
    assert dict(host.taken()) == dict.fromkeys(there, "")
    assert (refresh(), host.callbacks) == (None, {})
    assert Announced(str(path)).topics == frozenset()


def test_the_end_is_told_unless_the_last_will_does(host, subject, refresh):
    refresh(NOTE)
    host.taken()
    subject.leave()
    assert host.taken() == []
    host.last_will = None
    subject.leave()
    assert host.taken() == [(AVAILABILITY, "offline")]
