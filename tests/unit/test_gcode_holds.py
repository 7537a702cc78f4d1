"""Holds of a job: each is released once, whatever happens, and none is left."""

import random
import sys
import threading
import time

import pytest
from gcode_world import Comm, Lock

from harness.waiting import wait_until
from octoprint_systemcommands.triggers.gcode import holds as module
from octoprint_systemcommands.triggers.gcode.holds import MAX_HOLDS, JobHolds, NotHeld

NO_PRINT = ("OPERATIONAL", "PAUSED", "PAUSING", "CANCELLING", "CLOSED", "ERROR")
FOR_LONG = 60


class Seen:
    """What was told of holds, in its order."""

    def __init__(self):
        self.before = []
        self.after = []


@pytest.fixture
def seen():
    return Seen()


@pytest.fixture
def holds(seen):
    made = JobHolds(seen.before.append, seen.after.append)
    yield made
    made.close()


def is_released(comm):
    return comm.released == comm.taken and comm.hold.counter == 0


def looks_again(holds, comm):
    """An event is told, and the thread of the holds looks what it is about."""
    asked = comm.asked
    holds.look()
    wait_until(lambda: comm.asked > asked + 3)


def test_it_lasts_until_its_end(holds, seen):
    comm = Comm()
    hold = holds.take(comm, FOR_LONG)
    assert comm.hold.counter == 1

    holds.release(hold, module.END)
    wait_until(lambda: seen.after)

    assert seen.before == seen.after == [hold]
    assert hold.reason == "end"
    assert is_released(comm)
    assert comm.taken == 1


@pytest.mark.parametrize("number", [1, 2])
def test_its_limit(holds, seen, number):
    # of the second one as well, when the thread has nothing to look at
    for _ in range(number):
        comm = Comm()
        hold = holds.take(comm, 0.05)
        wait_until(lambda hold=hold: hold in seen.after)
        assert hold.reason == "limit"
        assert is_released(comm)


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("CANCELLING", "cancelled"),
        ("PAUSING", "interrupted"),
        ("PAUSED", "interrupted"),
        ("CLOSED", "interrupted"),
        ("ERROR", "interrupted"),
        ("OPERATIONAL", "interrupted"),
    ],
)
@pytest.mark.parametrize("is_told", [True, False])
def test_the_printer_does_something_else(holds, seen, state, reason, is_told):
    comm = Comm()
    # that thread has had nothing to do meanwhile
    holds.release(holds.take(comm, FOR_LONG), module.END)
    wait_until(lambda: seen.after)
    hold = holds.take(comm, FOR_LONG)

    comm.state = state
    if is_told:
        holds.look()
    wait_until(lambda: hold in seen.after)

    assert hold.reason == reason
    assert is_released(comm)


def test_an_event_comes_before_what_it_is_about(holds, seen):
    comm = Comm()
    hold = holds.take(comm, FOR_LONG)
    looks_again(holds, comm)
    # the next line of the file must not be sent in between
    assert comm.hold.counter == 1

    comm.state = "CANCELLING"
    begun = time.monotonic()
    wait_until(lambda: hold in seen.after)
    assert time.monotonic() - begun < 0.2


def test_an_event_of_the_print_before(holds, seen):
    comm = Comm()
    hold = holds.take(comm, FOR_LONG)

    # "cancelled", "paused", "disconnected": all of that is over
    looks_again(holds, comm)

    assert hold.reason is None
    assert comm.hold.counter == 1


@pytest.mark.parametrize("state", NO_PRINT)
def test_nothing_waits_without_a_print(holds, state):
    comm = Comm(state)
    with pytest.raises(NotHeld, match="no print"):
        holds.take(comm, FOR_LONG)
    assert comm.taken == 0


def test_a_print_that_the_printer_reads_by_itself(holds):
    comm = Comm()
    comm.is_sd = True
    with pytest.raises(NotHeld, match="no print"):
        holds.take(comm, FOR_LONG)


def test_another_plugin_that_keeps_the_lock(holds):
    comm = Comm()
    with Lock(comm):
        begun = time.monotonic()
        with pytest.raises(NotHeld, match="another plugin"):
            holds.take(comm, FOR_LONG)
        # the printer's thread waits a moment, and no longer
        assert time.monotonic() - begun < 1
    assert comm.taken == 0
    holds.take(comm, FOR_LONG)
    assert comm.hold.counter == 1


def test_another_plugin_that_holds_as_well(holds, seen):
    comm = Comm()
    comm.set_job_on_hold(True)
    hold = holds.take(comm, FOR_LONG)
    assert comm.hold.counter == 2

    holds.release(hold, module.END)
    wait_until(lambda: seen.after)

    assert comm.hold.counter == 1


def test_a_lock_that_is_taken_for_a_moment_only(holds):
    comm = Comm()
    take, refused = comm.set_job_on_hold, []

    def busy(value, blocking=True):
        if value and len(refused) < 5:
            refused.append(value)
            return False
        return take(value, blocking)

    comm.set_job_on_hold = busy
    holds.take(comm, FOR_LONG)
    assert comm.hold.counter == 1


class WithoutHolds(Comm):
    set_job_on_hold = None


def without_answer(value, blocking=True):
    return None


def raises(*args, **kwargs):
    raise RuntimeError("no connection")


@pytest.mark.parametrize("answer", [None, without_answer, raises])
def test_connections_that_cannot(holds, answer):
    comm = Comm()
    comm.set_job_on_hold = answer
    with pytest.raises(NotHeld, match="cannot"):
        holds.take(comm, FOR_LONG)


def test_connections_that_cannot_say_what_they_do(holds, seen):
    comm = Comm()
    comm.isPrinting = raises
    with pytest.raises(NotHeld):
        holds.take(comm, FOR_LONG)
    del comm.isPrinting
    hold = holds.take(comm, FOR_LONG)
    comm.isPrinting = raises
    wait_until(lambda: hold in seen.after)
    assert is_released(comm)


def test_a_callback_that_fails(seen):
    holds = JobHolds(raises, raises)
    for _ in range(2):
        comm = Comm()
        holds.take(comm, 0.01)
        wait_until(lambda comm=comm: comm.taken == 1 and is_released(comm))
    holds.close()


def test_there_is_an_end_to_how_many_there_are(holds):
    comm = Comm()
    for _ in range(MAX_HOLDS):
        holds.take(comm, FOR_LONG)
    with pytest.raises(NotHeld, match="too much"):
        holds.take(comm, FOR_LONG)
    holds.close()
    wait_until(lambda: is_released(comm))


def test_nothing_is_held_at_the_end_of_the_server(holds):
    comm = Comm()
    holds.take(comm, FOR_LONG)
    holds.close()
    assert is_released(comm)

    with pytest.raises(NotHeld):
        holds.take(comm, FOR_LONG)
    assert is_released(comm)


def test_a_line_right_behind_takes_another_one(holds, seen):
    """OctoPrint goes on in the thread that releases, and this may be what comes next."""
    comm = Comm()
    taken = []

    def go_on():
        if len(taken) < 50:
            taken.append(holds.take(comm, FOR_LONG))
            holds.release(taken[-1], module.END)

    comm.goes_on = go_on
    holds.release(holds.take(comm, FOR_LONG), module.END)
    wait_until(lambda: len(seen.after) == 51)
    assert is_released(comm)


def test_a_thousand_races():
    """Of the end of the command, its limit, a cancel, a pause, a connection that goes and the
    end of the server: whoever comes first, and whoever comes as well."""
    chance = random.Random(15)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for number in range(1000):
            race(chance, number)
    finally:
        sys.setswitchinterval(interval)


def race(chance, number):
    seen = Seen()
    holds = JobHolds(seen.before.append, seen.after.append)
    comm = Comm()
    limit = chance.choice([FOR_LONG, 0.001, 0.0])
    taken = []

    def take():
        for _ in range(2):
            try:
                taken.append(holds.take(comm, limit))
            except NotHeld:
                return

    def end():
        for hold in list(taken):
            holds.release(hold, module.END)

    def becomes(state):
        def change():
            comm.state = state
            holds.look()

        return change

    causes = [
        *(end, holds.close, becomes("CANCELLING")),
        *(becomes("PAUSING"), becomes("CLOSED")),
    ]
    if chance.random() < 0.5:
        take()
        todo = chance.sample(causes, 3)
    else:
        todo = [take, *chance.sample(causes, 2)]
    barrier = threading.Barrier(len(todo))

    def run(work):
        barrier.wait(30)
        work()

    threads = [threading.Thread(target=run, args=(work,)) for work in todo]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    end()
    wait_until(lambda: len(seen.after) == len(taken), timeout=30)
    holds.close()
    assert comm.released == comm.taken, number
    assert comm.hold.counter == 0, number
    assert sorted(map(id, seen.before)) == sorted(map(id, taken)), number
    assert sorted(map(id, seen.after)) == sorted(map(id, taken)), number
