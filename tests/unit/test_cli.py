"""The command line without a server: what it makes of what a server says."""

import signal

import pytest

from octoprint_systemcommands.cli import actions, following
from octoprint_systemcommands.cli.commands import _with_server
from octoprint_systemcommands.cli.exit_codes import CliError
from octoprint_systemcommands.cli.following import Follower, end_of, exit_code_of
from octoprint_systemcommands.cli.server import Address, Server, Unreachable
from octoprint_systemcommands.cli.table import table

RUN = {
    "id": "0123456789abcdef",
    "name": "Greet",
    "status": "succeeded",
    "exit_code": 0,
    "stopped_by": None,
    "hint": None,
}


class Interrupts:
    """Time goes by when it is waited."""

    signal = None

    def __init__(self, clock=None):
        self.clock = clock

    def wait(self, seconds):
        if self.clock is not None:
            self.clock.now += seconds


class Clock:
    now = 0.0

    def monotonic(self):
        return self.now


class FakeServer:
    """Answers in turn; the last answer for ever."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.posts = []

    def get(self, path, **query):
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def post(self, path, body):
        self.posts.append(path)
        return {}


@pytest.fixture
def clock(mocker):
    clock = Clock()
    for module in (actions, following):
        mocker.patch.object(module, "time", clock)
    return clock


@pytest.mark.parametrize(
    ("fields", "code", "said"),
    [
        ({}, 0, None),
        ({"status": "failed", "exit_code": 3}, 3, None),
        ({"status": "failed", "exit_code": -9}, 137, None),
        # it may fail, which does not change what it has ended with
        ({"exit_code": 3}, 3, None),
        ({"status": "timed_out", "exit_code": -15}, 124, "too long"),
        ({"status": "stopped", "exit_code": -15}, 143, "stopped"),
        ({"status": "stopped", "exit_code": -15, "stopped_by": "ada"}, 143, "by ada"),
        ({"status": "stopped", "exit_code": None}, 70, "stopped"),
        ({"status": "interrupted", "exit_code": None}, 70, "nobody knows"),
        ({"status": "failed", "exit_code": None, "hint": "No such"}, 70, "No such"),
    ],
)
def test_what_a_run_ends_with(fields, code, said):
    run = {**RUN, **fields}
    assert exit_code_of(run) == code
    found = end_of(run)
    assert (found is None) == (said is None)
    assert said is None or said in found


def part(text="", at=0, finished=False):
    chunks = [{"stream": "stdout", "text": text}] if text else []
    return {"next": at, "chunks": chunks, "finished": finished}


def test_a_server_that_comes_back_is_waited_for(clock, capfd):
    gone = Unreachable("gone")
    server = FakeServer(part("a", 1), gone, gone, part("b", 2, True), RUN)
    assert Follower(server, Interrupts(clock)).follow(RUN["id"]) == RUN
    out, err = capfd.readouterr()
    assert out == "ab"
    assert err.count("waiting for it") == 1


def test_but_not_for_ever(clock):
    with pytest.raises(Unreachable):
        Follower(FakeServer(Unreachable("gone")), Interrupts(clock)).follow(RUN["id"])
    assert 60 < clock.now < 62


@pytest.mark.parametrize(("text", "most"), [("tick", 5), ("", 2)])
def test_the_server_is_not_asked_all_the_time(clock, text, most):
    class Counting(FakeServer):
        asked = 0
        offset = 0

        def get(self, path, **query):
            self.asked += 1
            self.offset += len(text)
            return {**part(finished=clock.now > 60), "next": self.offset}

    server = Counting()
    Follower(server, Interrupts(clock)).follow(RUN["id"])
    assert 60 < server.asked < 60 * most + 10


def test_what_is_dropped_is_said_beside_the_output(clock, capfd):
    server = FakeServer({"next": 9, "chunks": [{"dropped": 9}], "finished": True}, RUN)
    Follower(server, Interrupts(clock)).follow(RUN["id"])
    out, err = capfd.readouterr()
    assert out == ""
    assert "9 bytes were dropped" in err


def test_a_signal_before_there_is_a_run_stops_it(clock):
    interrupts = Interrupts(clock)
    interrupts.signal = signal.SIGTERM
    stopped = {**RUN, "status": "stopped", "exit_code": -15}
    server = FakeServer(part(), part(finished=True), stopped)
    follower = Follower(server, interrupts)
    assert follower.exit_code(follower.follow(RUN["id"])) == 128 + signal.SIGTERM
    assert server.posts == [f"/runs/{RUN['id']}/stop"]


def states(state):
    entry = {"action": "lamp", "state": state, "assumed": False, "text": None}
    return {"states": [entry]}


@pytest.mark.parametrize(
    ("answers", "code", "out"),
    [
        (["on"], 0, "on\n"),
        (["switching", "switching", "on"], 0, "on\n"),
        # it is not where it should be
        (["switching", "off"], 70, "off\n"),
        (["unknown"], 70, "unknown\n"),
    ],
)
def test_a_toggle_is_waited_for(clock, capfd, answers, code, out):
    server = FakeServer(*map(states, answers))
    assert actions._settled(server, "lamp", "on", Interrupts(clock)) == code
    assert capfd.readouterr().out == out
    assert clock.now < 16


def test_tables_do_not_draw_on_the_terminal():
    lines = list(
        table(("A", "B", "C"), [("x", "", "\x1b[31mred"), ("ü漢", "", "y" * 99)])
    )
    assert lines[0] == "A    C"
    assert lines[1] == "x     [31mred"
    assert lines[2] == f"ü漢  {'y' * 59}…"


class Settings(dict):
    def get(self, path):
        return dict.get(self, tuple(path))


@pytest.mark.parametrize(
    ("address", "settings", "url"),
    [
        ({}, {}, "http://127.0.0.1:5000"),
        ({}, {("server", "host"): "::", ("server", "port"): 80}, "http://127.0.0.1:80"),
        ({"host": "::1", "port": 1}, {("server", "port"): 80}, "http://[::1]:1"),
        ({"host": "pi", "https": True, "prefix": "/a/"}, {}, "https://pi:5000/a"),
    ],
)
def test_where_the_server_is(address, settings, url):
    server = Server(Address(apikey="KEY", **address), Settings(settings))
    assert server.url == url


def test_a_key_from_the_settings_is_the_last_resort():
    settings = Settings({("api", "key"): "GLOBAL"})
    for key, sent in ((None, "GLOBAL"), ("MINE", "MINE")):
        server = Server(Address(apikey=key), settings)
        assert server._session.headers["X-Api-Key"] == sent
    with pytest.raises(CliError, match="Application Keys"):
        Server(Address(), Settings())


@pytest.mark.parametrize(
    ("host", "is_here"),
    [
        ("other", False),
        ("192.168.0.7", False),
        ("::2", False),
        ("localhost.example.org", False),
        ("octopi.local", True),
        ("localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("0.0.0.0", True),
    ],
)
def test_the_key_of_this_machine_is_sent_to_no_other(host, is_here):
    settings = Settings({("api", "key"): "GLOBAL", ("server", "host"): "octopi.local"})
    if is_here:
        server = Server(Address(host=host), settings)
        assert server._session.headers["X-Api-Key"] == "GLOBAL"
    else:
        with pytest.raises(CliError, match="No API key"):
            Server(Address(host=host), settings)
    server = Server(Address(apikey="MINE", host=host), settings)
    assert server._session.headers["X-Api-Key"] == "MINE"


def test_what_is_said_does_not_draw_on_the_terminal(capfd):
    evil = "\x1b]0;title\x07\x1b[2J\x9b31m"
    following.say(f"first {evil}\nsecond\r{evil}")
    stopped = {**RUN, "name": evil, "status": "stopped", "stopped_by": evil}
    following.say(end_of(stopped))
    said = capfd.readouterr().err
    assert said.splitlines()[0].startswith("first  ]0;title")
    assert all(character.isprintable() or character == "\n" for character in said)


def test_nor_does_what_a_server_refuses_with(capfd):
    def refuse(server):
        raise CliError("no \x1b[2J", 64)

    settings = Settings({("api", "key"): "GLOBAL"})
    with pytest.raises(SystemExit) as ended:
        _with_server(lambda: settings)(refuse)(None, None, None, False, None)
    assert ended.value.code == 64
    assert capfd.readouterr().err == "no  [2J\n"


def test_nor_the_state_of_a_toggle(capfd):
    state = {"action": "a", "state": "on", "assumed": False, "text": "x\x1b[2J"}
    server = FakeServer({"states": [state]})
    assert actions._settled(server, "a", "on", Interrupts()) == 0
    assert capfd.readouterr().out == "on: x [2J\n"
