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
from octoprint_systemcommands.triggers.mqtt.retained import MAX_REMOVED, Retained
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
    """Keeps what it is told, as long as it is there. Subscriptions are OctoPrint-MQTT's, which
    are collected for the broker when it connects."""

    def __init__(self):
        self.is_there = True
        self.published = []
        self.subscriptions = []
        # what the broker sends
        self.heard = set()

    def publish(self, topic, payload, retained):
        if not self.is_there:
            return False
        assert retained
        self.published.append((topic, payload))
        return True

    def subscribe(self, topic, callback):
        assert (topic, callback) not in self.subscriptions
        self.subscriptions.append((topic, callback))
        if self.is_there:
            self.heard.add(topic)

    def unsubscribe(self, topic, callback):
        if (topic, callback) in self.subscriptions:
            self.subscriptions.remove((topic, callback))
            if self.is_there:
                # whoever else listens to it
                self.heard.discard(topic)

    def connect(self, meanwhile=lambda: None):
        self.heard = {topic for topic, _ in self.subscriptions}
        meanwhile()
        self.is_there = True

    def send(self, topic, payload, *args, filter_=None, **kwargs):
        """Has a message come by a subscription."""
        filter_ = filter_ or topic
        assert filter_ in self.heard
        for other, callback in list(self.subscriptions):
            if other == filter_:
                callback(topic, payload, *args, **kwargs)

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


def test_what_stands_there_is_known_though_it_is_published_anew(broker):
    retained = Retained(broker, ["old"])
    retained.publish({"a": "1", "old": "1"})
    retained.forget()
    assert retained.payloads == {"a": "1", "old": "1"}


def test_what_was_taken_away_in_vain_goes_at_the_next_time(broker):
    retained = Retained(broker)
    retained.publish({"old/a": "1"})
    # OctoPrint-MQTT connects to it in another way, and says that it has sent this
    retained.publish({"new/a": "1"})
    broker.taken()
    retained.forget()
    retained.publish({"new/a": "1"})
    assert broker.taken() == [("old/a", ""), ("new/a", "1")]
    # that was enough
    retained.forget()
    retained.publish({"new/a": "1"})
    assert broker.taken() == [("new/a", "1")]


def test_what_was_taken_away_may_be_wanted_again(broker):
    retained = Retained(broker)
    for wanted in ({"a": "1"}, {}, {"a": "1"}):
        retained.publish(wanted)
    broker.taken()
    retained.forget()
    assert set(retained.topics) == {"a"}
    retained.publish({"a": "1"})
    assert broker.taken() == [("a", "1")]


def test_no_more_that_was_taken_away_than_it_can_hold(broker):
    retained = Retained(broker)
    for number in range(MAX_REMOVED + 5):
        retained.publish({str(number): "1"})
    retained.publish({})
    retained.forget()
    assert len(retained.topics) == MAX_REMOVED
    assert "4" not in retained.topics
    assert str(MAX_REMOVED + 4) in retained.topics


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
    """listening(bases, signals), with `confirm`, and what came of it as `wishes` and
    `signals`."""
    wishes, signals = [], []
    subject = Subscriptions(
        broker, lambda *wish: wishes.append(wish), lambda: signals.append(1)
    )

    def become(bases, signals=()):
        subject.become(dict.fromkeys(bases, "reply"), dict(signals))

    become.wishes, become.signals = wishes, signals
    become.confirm = subject.confirm
    return become


def test_subscriptions_follow_what_is_wanted(broker, listening):
    listening(["a/"])
    filters = {"a/command/+/run", "a/toggle/+/set"}
    assert broker.heard == filters
    before = list(broker.subscriptions)
    # what is there stays
    listening(["a/", "farm/"])
    assert broker.heard == {*filters, "farm/command/+/run", "farm/toggle/+/set"}
    assert broker.subscriptions[:2] == before
    listening(["a/"])
    assert broker.heard == filters
    listening([])
    assert (broker.heard, broker.subscriptions) == (set(), [])


def test_signals_are_heard_by_others_as_well(broker, listening):
    others = []
    broker.subscribe("will", lambda *args, **kwargs: others.append(1))
    listening(["a/"], {"will": "connected"})
    listening([], {"ha/status": "online"})
    listening([])
    assert broker.heard == {"will", "ha/status"}
    for topic in ("will", "ha/status"):
        for payload in (b"connected", b"online"):
            broker.send(topic, payload)
    # but nobody is told here what is not wanted any more
    assert (len(others), listening.signals) == (2, [])
    listening([], {"will": "connected"})
    broker.send("will", b"connected")
    assert listening.signals == [1]


def test_what_is_asked_for_while_it_connects_is_asked_for_again(broker, listening):
    broker.is_there = False
    listening(["a/"])
    broker.connect(lambda: listening(["a/", "farm/"], {"will": "connected"}))
    assert broker.heard == {"a/command/+/run", "a/toggle/+/set"}
    listening.confirm()
    assert broker.heard == {topic for topic, _ in broker.subscriptions}
    assert {"farm/command/+/run", "will"} < broker.heard
    # each message is taken once
    broker.send("farm/command/x/run", b"", filter_="farm/command/+/run")
    broker.send("will", b"connected")
    assert listening.wishes == [("farm/command/x/run", b"")]
    assert listening.signals == [1]
    # that was all
    asked = len(broker.subscriptions)
    listening.confirm()
    assert len(broker.subscriptions) == asked
    listening([])
    assert broker.heard == {"will"}


def test_what_is_retained_is_ignored(broker, listening):
    listening(["a/"])

    def send(*args, **kwargs):
        broker.send("a/command/x/run", *args, filter_="a/command/+/run", **kwargs)

    send(b"1", retained=True, qos=0)
    assert listening.wishes == []
    send(b"2", retained=False, qos=0)
    # as OctoPrint-MQTT may call it one day
    send(b"3", "more", later=1)
    assert listening.wishes == [("a/command/x/run", b"2"), ("a/command/x/run", b"3")]


def test_signals(broker, listening):
    listening([], {"will": "connected"})
    broker.send("will", b"disconnected", retained=False)
    broker.send("other", b"connected", filter_="will", retained=False)
    assert listening.signals == []
    # it stands there: who has just subscribed is told
    broker.send("will", b"connected", retained=True)
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


@pytest.fixture
def later(monkeypatch):
    """Has a minute go by."""

    def later():
        now = instance.time.monotonic()
        monkeypatch.setattr(instance.time, "monotonic", lambda: now + 60)

    return later


def test_a_broker_that_has_gone_is_found_though_nothing_changes(host, refresh, later):
    assert refresh(NOTE) is True
    published = dict(host.taken())
    assert published[AVAILABILITY] == "online"
    assert len(published) == 3
    host.is_there = False
    # it is not told for each look
    assert refresh(NOTE) is True
    later()
    assert refresh(NOTE) is False
    host.is_there = True
    # which may have lost all of it meanwhile
    assert refresh(NOTE) is True
    assert dict(host.taken()) == published


@pytest.mark.parametrize("last_will", ["octoPrint/mqtt", None])
def test_a_broker_that_was_away_for_a_moment(host, refresh, later, last_will):
    host.last_will = last_will
    refresh(NOTE)
    published = dict(host.taken())
    # nobody has seen that it was, and it has lost everything
    assert refresh(NOTE) is True
    assert host.taken() == []
    later()
    assert refresh(NOTE) is True
    if last_will is None:
        assert dict(host.taken()) == published
        return
    assert host.taken() == [(AVAILABILITY, "online")]
    host.send(last_will, b"connected")
    assert refresh(NOTE) is True
    assert dict(host.taken()) == published


def test_nothing_to_tell_and_nobody_to_listen_to(host, refresh, path):
    assert refresh() is None
    assert (host.taken(), host.heard) == ([], set())
    assert not path.exists()
    refresh(NOTE)
    there = dict(host.taken())
    assert f"{BASE}command/+/run" in host.heard
    # all of it goes, but for what others may listen to as well
    assert refresh() is True
    assert dict(host.taken()) == dict.fromkeys(there, "")
    assert refresh() is None
    assert host.heard == {"octoPrint/mqtt", "homeassistant/status"}
    assert Announced(str(path)).topics == frozenset()


def test_it_listens_though_it_has_asked_in_a_bad_moment(host, refresh):
    host.is_there = False
    host.connect(lambda: refresh(NOTE))
    assert host.heard == set()
    refresh(NOTE)
    assert f"{BASE}command/+/run" in host.heard


def test_the_end_is_told_unless_the_last_will_does(host, subject, refresh):
    refresh(NOTE)
    host.taken()
    subject.leave()
    assert host.taken() == []
    host.last_will = None
    subject.leave()
    assert host.taken() == [(AVAILABILITY, "offline")]
