"""What MQTT costs a print, and how fast twenty instances at one broker answer.

A server of its own prints the file of `printing` as fast as OctoPrint can: with 20 rules, and 10
toggles that are asked every 2 s since they are open to MQTT, in turn with the same and nothing
open. Then 20 servers listen to one topic of a fleet, each of which runs a command a
hundred times: how long it takes from the message to the last of their answers.
"""

import contextlib
import tempfile
import time

import psutil

from harness.broker import HOST, Broker, Listener, with_mqtt
from harness.waiting import wait_until

from ..figures import line, median, ms
from ..servers import server, settle
from .printing import LINES, print_file, upload
from .rules import NOTHING, rules
from .states import save, toggles

COMMANDS = []

ROUNDS = 9
INSTANCES = 20
MESSAGES = 100
_BELOW_BASE = "plugin/systemcommands"
_FLEET = "octoPrint-fleet"

COMMAND = {
    "action": "nothing",
    "name": "Nothing",
    "command": "true",
    "mqtt": True,
    "when_busy": "parallel",
}


def measure(servers):
    return [*of_print(), *of_fleet()]


def instance(broker, plugin, base="octoPrint/", mqtt=None):
    """A server that is not started yet."""
    config = {
        "plugins": {
            "systemcommands": {"mqtt": mqtt or {}, **plugin},
            "mqtt": {
                "broker": {"url": HOST, "port": broker.port},
                "publish": {"baseTopic": base},
            },
        }
    }
    return with_mqtt(server(config))


##~~ A print


def of_print():
    plugin = {"commands": [NOTHING], "rules": rules()}
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        broker = stack.enter_context(Broker(folder))
        ours = stack.enter_context(contextlib.closing(instance(broker, plugin)))
        ours.start()
        ours.connect_virtual_printer()
        upload(ours)
        settle(ours)
        print_file(ours)  # the first one is slower
        listener = stack.enter_context(contextlib.closing(Listener(broker)))
        seconds = {"closed": [], "open": []}
        for _ in range(ROUNDS):
            for name, times in seconds.items():
                open_all(ours, listener, name == "open")
                times.append(print_file(ours))
    ratio = median(seconds["open"]) / median(seconds["closed"])
    return [
        line(
            f"print of {LINES:,} lines with 20 rules and 10 toggles asked every 2 s, open to "
            "MQTT ÷ closed",
            "–",
            f"{ratio:.3f} ×",
            "≤ 1.05 ×",
            ratio <= 1.05,
        ),
        line(
            f"– print times: {', '.join(seconds)}, medians of {ROUNDS} rounds",
            "",
            " / ".join(f"{median(times):.2f} s" for times in seconds.values()),
        ),
    ]


def open_all(ours, listener, is_open):
    """Opens all toggles to MQTT, or closes them; returns when that is told."""
    commands = [{**one, "mqtt": is_open} for one in toggles()]
    listener.clear()
    save(ours, [NOTHING, *commands])
    last = f"octoPrint/{_BELOW_BASE}/availability/{commands[-1]['action']}"

    def is_told():
        return (listener.retained.get(last, "") != "") == is_open

    wait_until(is_told)


##~~ A fleet


def of_fleet():
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        broker = stack.enter_context(Broker(folder))
        servers = []
        for number in range(INSTANCES):
            name = f"printer-{number + 1}"
            made = instance(
                broker,
                {"commands": [COMMAND]},
                f"{name}/",
                {"fleet": True, "fleet_topic": _FLEET, "name": name},
            )
            servers.append(stack.enter_context(contextlib.closing(made)).start())
        listener = stack.enter_context(contextlib.closing(Listener(broker)))
        wait_until(lambda: availabilities(listener) == INSTANCES)
        wait_until_quiet(servers)
        of_broker = psutil.Process(broker.pid)
        before = processor_time(of_broker)
        times = [answer_of_all(listener, number) for number in range(MESSAGES)]
        used = processor_time(of_broker) - before
        memory = of_broker.memory_info().rss
    first = [one["first"] for one in times]
    accepted = [one["accepted"] for one in times]
    ended = [one["ended"] for one in times]
    return [
        line(
            f"one message to {INSTANCES} instances on this machine: all have answered / all "
            f"have run it; medians of {MESSAGES}",
            "–",
            f"{ms(median(accepted))} / {ms(median(ended))}",
        ),
        line("– the first of them", "", ms(median(first))),
        line(
            "– of the broker: processor time for each message with all answers; memory",
            "",
            f"{ms(used / MESSAGES)}; {memory / 1e6:.0f} MB",
        ),
    ]


def availabilities(listener):
    return sum(
        payload == "online"
        for topic, payload in dict(listener.retained).items()
        if topic.endswith("availability/nothing")
    )


def wait_until_quiet(servers):
    """Servers that have just started are busy for a while."""
    processes = [psutil.Process(one.pid) for one in servers]

    def is_quiet():
        before = sum(map(processor_time, processes))
        time.sleep(1)
        return sum(map(processor_time, processes)) - before < 0.5

    wait_until(is_quiet, timeout=180)


def processor_time(process):
    times = process.cpu_times()
    return times.user + times.system


def answer_of_all(listener, number):
    """Seconds until the first and the last have answered, and until the last has run it."""
    listener.clear()
    began = time.monotonic()
    listener.publish(f"{_FLEET}/command/nothing/run", {"id": f"m{number}"})
    moments = {}
    while "ended" not in moments:
        types = [
            one.data["type"]
            for one in list(listener.messages)
            if one.topic.startswith(f"{_FLEET}/reply/")
        ]
        now = time.monotonic() - began
        if types:
            moments.setdefault("first", now)
        for type_ in ("accepted", "ended"):
            if types.count(type_) == INSTANCES:
                moments.setdefault(type_, now)
        if now > 60:
            raise RuntimeError(f"only {len(types)} answers")
        time.sleep(0.001)
    return moments
