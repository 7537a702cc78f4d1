"""Commands by MQTT: topics, messages, what is said of them, and what waits for its turn."""

import contextlib
import json
import threading
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octoprint_systemcommands.access import Forbidden, NotOpened
from octoprint_systemcommands.api.error_codes import ErrorCode
from octoprint_systemcommands.commands.arguments.values import WrongValues, take
from octoprint_systemcommands.commands.catalogue import NotExecutable, UnknownAction
from octoprint_systemcommands.commands.parsing import parse_entry
from octoprint_systemcommands.commands.toggles import WrongTo
from octoprint_systemcommands.messages import MessageError
from octoprint_systemcommands.runs.errors import (
    Busy,
    CommandError,
    NoCommandLine,
    NotAllowed,
    Refused,
)
from octoprint_systemcommands.runs.guards import check
from octoprint_systemcommands.runs.printer_state import Heater, PrinterState
from octoprint_systemcommands.runs.record import Record, Status
from octoprint_systemcommands.triggers.mqtt import replies, topics
from octoprint_systemcommands.triggers.mqtt.anew import PAUSE, Anew
from octoprint_systemcommands.triggers.mqtt.inbox import (
    MAX_MESSAGES,
    MAX_RECORDS,
    MAX_REFUSED,
    Inbox,
    Left,
    Missed,
)
from octoprint_systemcommands.triggers.mqtt.message import (
    MAX_ID,
    MAX_SIZE,
    Wish,
    WrongMessage,
    parse,
)
from octoprint_systemcommands.triggers.mqtt.refusals import MOST, PERIOD, Refusals

BASE = "octoPrint/plugin/systemcommands/"
TOPICS = topics.below("octoPrint/")

# what a file may have as an action, halves of characters included
ACTIONS = st.text(st.characters(), min_size=1)


##~~ Topics


@given(ACTIONS)
def test_a_topic_says_which_command(action):
    for kind, topic in (
        (topics.RUN, TOPICS.run(action)),
        (topics.SET, TOPICS.set(action)),
    ):
        assert topics.wished(topic) == topics.Wished(kind, action)
        # the broker takes it, and it is one of those that are listened to
        topic.encode()
        assert not set("+#\0") & set(topic)
        assert topic.count("/") == BASE.count("/") + 2


@given(ACTIONS, ACTIONS)
def test_two_commands_have_two_topics(one, other):
    assert (TOPICS.run(one) == TOPICS.run(other)) == (one == other)


def test_the_names_of_topics():
    assert TOPICS.base == BASE
    assert TOPICS.run("a b/c+#") == f"{BASE}command/a%20b%2Fc%2B%23/run"
    assert list(topics.wishes("x/")) == ["x/command/+/run", "x/toggle/+/set"]


@pytest.mark.parametrize(
    "level", ["%67reet", "gree%74", "%67%72%65%65%74", "%6Camp%3Aon", "a%2db", "a%5F%7E"]
)
def test_nobody_gets_around_a_topic_that_a_broker_keeps_from_them(level):
    # there is no command of that name
    assert topics.wished(f"{BASE}command/{level}/run") == (topics.RUN, level)


@pytest.mark.parametrize(
    ("level", "action"),
    [
        ("a b%2fc", "a b/c"),
        ("lamp:on", "lamp:on"),
        ("lamp%3Aon", "lamp:on"),
        ("%C3%a4", "ä"),
    ],
)
def test_programs_write_what_is_odd_in_more_than_one_way(level, action):
    assert topics.wished(f"{BASE}command/{level}/run") == (topics.RUN, action)


@pytest.mark.parametrize(
    "topic",
    ["", "run", "a/run", "x/command/a/set", "x/toggle/a/run", "x/toggle/a/state"],
)
def test_other_topics_ask_for_nothing(topic):
    assert topics.wished(topic) is None


@given(st.text())
def test_no_topic_is_an_error(topic):
    topics.wished(topic)
    topics.wished(f"x/command/{topic}/run")


def test_what_is_no_text_is_no_command():
    assert topics.wished("x/command/%FF/run") == topics.Wished(topics.RUN, "\ufffd")


##~~ Messages


@pytest.mark.parametrize("payload", [b"", b"  ", b"PRESS", b"on", b"[1]", b"null", b"5"])
def test_any_word_runs_a_command(payload):
    assert parse(topics.RUN, payload) == Wish()


@pytest.mark.parametrize(
    ("payload", "to"),
    [(b"on", "on"), (b" OFF\n", "off"), (b"Toggle", None), (b'{"to": "ON"}', "on")],
)
def test_where_to_switch(payload, to):
    assert parse(topics.SET, payload).to == to


@pytest.mark.parametrize("payload", [b"", b"1", b"PRESS", b"{}", b'{"to": true}'])
def test_a_toggle_has_to_be_told_where_to(payload):
    with pytest.raises(WrongMessage, match="on, off or toggle"):
        parse(topics.SET, payload)


def test_all_of_an_object():
    data = {"id": "a", "to": "off", "arguments": {"level": 3}, "confirmed": True}
    expected = Wish("a", "off", {"level": 3}, True)
    assert parse(topics.RUN, json.dumps(data).encode()) == expected
    assert parse(topics.RUN, b'{"arguments": null, "id": 5}') == Wish("5")


@pytest.mark.parametrize(
    "id_", [True, 1.5, [], {}, "x" * (MAX_ID + 1), 10**MAX_ID], ids=repr
)
def test_a_wrong_id_is_not_sent_back(id_):
    with pytest.raises(WrongMessage, match='"id" has to be') as caught:
        parse(topics.RUN, json.dumps({"id": id_}).encode())
    assert caught.value.id is None


def test_the_longest_id():
    wish = parse(topics.RUN, json.dumps({"id": "x" * MAX_ID}).encode())
    assert wish.id == "x" * MAX_ID


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        (b'{"id": "a", "argument": {}}', 'no "argument"'),
        (b'{"id": "a", "confirmed": "yes"}', '"confirmed" has to be'),
        (b'{"id": "a", "to": 1}', "on, off or toggle"),
    ],
)
def test_what_is_wrong_is_said_to_who_has_sent_it(payload, text):
    with pytest.raises(WrongMessage, match=text) as caught:
        parse(topics.RUN, payload)
    assert caught.value.id == "a"


@pytest.mark.parametrize(
    ("payload", "text"),
    [
        (b"{", "no JSON object"),
        (b'{"id": ' + b"[" * 5000, "no JSON object"),
        (b'{"id": ' + b"9" * 5000 + b"}", 'no JSON object|"id" has to be'),
        (b"\xff", "no text in UTF-8"),
        (b"x" * (MAX_SIZE + 1), f"at most {MAX_SIZE} bytes"),
    ],
    ids=["cut off", "deep", "a long number", "bytes", "long"],
)
def test_what_cannot_be_read(payload, text):
    with pytest.raises(WrongMessage, match=text):
        parse(topics.RUN, payload)


def test_the_longest_message():
    assert parse(topics.RUN, b"x" * MAX_SIZE) == Wish()


@given(st.binary() | st.text().map(lambda text: f"{{{text}}}".encode(errors="replace")))
def test_nothing_else_goes_wrong(payload):
    for kind in (topics.RUN, topics.SET):
        with contextlib.suppress(WrongMessage):
            assert isinstance(parse(kind, payload), Wish)


##~~ Answers


def command_of(**fields):
    command, problems = parse_entry({"action": "a", "command": "true", **fields})
    assert problems == []
    return command


def wrong_values():
    command = command_of(arguments=[{"name": "level", "type": "number"}])
    with pytest.raises(WrongValues) as caught:
        take(command.arguments, {"level": "much"}, lambda path: path)
    return caught.value


ERRORS = {
    "bad_request": WrongMessage("wrong"),
    "unknown_command": UnknownAction("a"),
    "status": NotExecutable("a", is_status=True),
    "divider": NotExecutable("divider"),
    "forbidden": NotOpened("is closed", name="a", field="mqtt"),
    "wrong_to": WrongTo("wrong"),
    "wrong_arguments": wrong_values(),
    "busy": Refused("no", "busy"),
    "not_allowed": NotAllowed("a"),
    "overloaded": Busy("later"),
    "not_runnable": NoCommandLine("nothing"),
    "failed": CommandError("no"),
    "not_started": MessageError("no"),
    "internal_error": RuntimeError("secret"),
}


@pytest.mark.parametrize(("code", "error"), ERRORS.items(), ids=ERRORS)
def test_errors_have_the_codes_of_the_api(code, error):
    found = replies.refusal(error)
    assert found.code == code
    assert code in [one.code for one in ErrorCode]
    assert found.error
    assert "secret" not in found.error
    assert found.is_expected == (code != "internal_error")


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("printing", {"while_printing": "refuse"}),
        ("confirm", {"while_printing": "confirm"}),
        ("temperature", {"max_temperature": 50}),
    ],
)
def test_guards_have_them_as_well(code, fields):
    printer = PrinterState(is_busy=True, heaters={"bed": Heater(60.0, 60.0)})
    with pytest.raises(Refused) as caught:
        check(command_of(**fields), printer, confirmed=False)
    assert replies.refusal(caught.value).code == code
    assert code in [one.code for one in ErrorCode]


def test_who_may_not_is_told_nothing_else():
    assert replies.refusal(Forbidden("custom:a")) == replies.Refusal(
        "forbidden", "It may not be run"
    )


def test_ids_are_remembered_for_a_minute():
    answered = replies.Answered()
    answered.remember("a", "1", {"x": 1}, now=100)
    assert answered.of("a", "1", 100 + replies.REMEMBERED - 0.01) == {"x": 1}
    assert answered.of("a", "1", 100 + replies.REMEMBERED) is None
    # of another command it is another message, and without an id each is its own
    assert answered.of("b", "1", 101) is None
    answered.remember("a", None, {"x": 2}, now=100)
    assert answered.of("a", None, 100) is None
    # it begins anew
    answered.remember("a", "1", {"x": 3}, now=200)
    assert answered.of("a", "1", 201) == {"x": 3}


def test_a_number_of_ids_is_remembered():
    answered = replies.Answered()
    for number in range(replies.MAX_REMEMBERED + 1):
        answered.remember("a", str(number), {}, now=0)
    assert answered.of("a", "0", 0) is None
    assert answered.of("a", "1", 0) == {}
    assert answered.of("a", str(replies.MAX_REMEMBERED), 0) == {}


##~~ The inbox


def test_no_more_messages_than_it_can_hold():
    inbox = Inbox()
    number = MAX_MESSAGES + MAX_REFUSED + 7
    for index in range(number):
        inbox.put_message(str(index), b"")
    taken = [inbox.take(0) for _ in range(MAX_MESSAGES + MAX_REFUSED)]
    # in their order, and those that were too many are refused
    assert [one.topic for one in taken] == [str(index) for index in range(len(taken))]
    assert [one.is_refused for one in taken] == [False] * MAX_MESSAGES + [
        True
    ] * MAX_REFUSED
    assert inbox.take(0) == Left(7)
    assert inbox.take(0) is None
    inbox.put_message("later", b"")
    assert inbox.take(0).is_refused is False


def test_no_more_of_a_message_than_it_takes_to_refuse_it():
    inbox = Inbox()
    for number in range(MAX_MESSAGES + 1):
        inbox.put_message(str(number), b"x" * MAX_SIZE * 100)
    for _ in range(MAX_MESSAGES + 1):
        payload = inbox.take(0).payload
        assert len(payload) == MAX_SIZE + 1
    with pytest.raises(WrongMessage, match="too long"):
        parse(topics.RUN, payload)


def record(run_id, action="a", status=Status.SUCCEEDED):
    return Record(0, str(run_id), "custom", action, action, status)


def all_of(inbox):
    return list(iter(lambda: inbox.take(0), None))


def test_starts_and_ends_keep_their_order():
    inbox = Inbox()
    told = [record(index, status=Status.RUNNING) for index in range(MAX_RECORDS)]
    for one in told:
        inbox.put_record(one)
    assert all_of(inbox) == told


def test_the_last_end_of_a_command_is_never_left_out():
    inbox = Inbox()
    kept = [record(index) for index in range(MAX_RECORDS)]
    for one in kept:
        inbox.put_record(one)
    for index in range(10):
        inbox.put_record(record(f"a{index}", "a", Status.RUNNING))
        inbox.put_record(record(f"a{index}", "a"))
        inbox.put_record(record(f"b{index}", "b", Status.FAILED))
    # of 30, two are there, and the others are counted
    assert all_of(inbox) == [
        *kept,
        record("a9", "a"),
        record("b9", "b", Status.FAILED),
        Missed(28),
    ]
    inbox.put_record(record("later"))
    assert all_of(inbox) == [record("later")]


def test_what_is_new_does_not_overtake_a_last_end():
    inbox = Inbox()
    for index in range(MAX_RECORDS):
        inbox.put_record(record(index))
    inbox.put_record(record("first", "b"))
    for _ in range(MAX_RECORDS):
        inbox.take(0)
    # there is place again, but that one is still there
    inbox.put_record(record("second", "c"))
    assert all_of(inbox) == [record("first", "b"), record("second", "c")]


def test_ends_come_before_messages():
    inbox = Inbox()
    inbox.put_message("a", b"")
    inbox.put_record(record("1"))
    inbox.touch()
    assert inbox.take(0) == record("1")
    assert inbox.take(0).topic == "a"
    assert inbox.take(None) is None


def test_the_end_lets_go_of_who_waits():
    inbox = Inbox()
    done = []
    thread = threading.Thread(target=lambda: done.append(inbox.take(None)))
    thread.start()
    inbox.put_message("a", b"")
    thread.join(10)
    assert done[0].topic == "a"
    inbox.put_message("b", b"")
    inbox.close()
    assert inbox.is_closed
    assert inbox.take(None) is None


##~~ The log


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def test_a_flood_of_wrong_messages_does_not_fill_the_log(caplog):
    caplog.set_level("INFO")
    clock = Clock()
    refusals = Refusals(clock)
    why = replies.Refusal("unknown_command", "There is no command " + "z" * 60_000)
    for _ in range(1000):
        refusals.add("z" * 60_000, why)
    refusals.leave(5)
    assert len(caplog.records) == MOST
    assert all(len(record.getMessage()) < 600 for record in caplog.records)
    refusals.tell_rest()
    assert len(caplog.records) == MOST
    clock.now += PERIOD
    refusals.tell_rest()
    assert (
        caplog.records[-1].getMessage()
        == f"MQTT: {1005 - MOST} more messages were not run"
    )
    refusals.add("a", why)
    assert caplog.records[-1].getMessage().startswith("MQTT: a was not run")
    # there is nothing more to tell
    clock.now += PERIOD
    refusals.tell_rest()
    assert len(caplog.records) == MOST + 2


##~~ Anew


def test_all_is_published_anew_once_in_a_while_only():
    clock, touched = Clock(), []
    anew = Anew(lambda: touched.append(clock.now), clock)
    assert anew.seconds == inf
    assert not anew.take()
    for _ in range(1000):
        anew.want()
    assert touched == [100.0]
    assert anew.seconds == 0
    assert anew.take()
    assert not anew.take()
    # who wants it again has to wait, and gets it
    for _ in range(1000):
        anew.want()
    assert len(touched) == 2
    assert anew.seconds == PAUSE
    assert not anew.take()
    clock.now += PAUSE
    assert anew.take()
    assert anew.seconds == inf
