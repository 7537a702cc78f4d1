"""Who is asked for a state, and when, on a clock that the tests set."""

from octoprint_systemcommands.states.timetable import LEASE, Timetable


class World:
    """A timetable, and commands that take no time."""

    def __init__(self, *actions, every=2):
        self.now = 0.0
        self.table = Timetable()
        for action in actions:
            self.table.row(action, every)
        self.asked = []
        self.ends = []

    def look(self):
        for action in list(self.table._rows):
            self.table.find(action).looked_at_until = self.now + LEASE

    def take(self):
        taken = self.table.take(self.now)
        self.asked += ((action, self.now) for action in taken)
        return taken

    def end(self, action, in_time=True, took=0.0):
        self.table.find(action).end(self.now - took, self.now, in_time)

    def run(self, until, hangs=(), timeout=5):
        """Goes from moment to moment, until a time.

        hangs  are those that do not answer
        """
        ends = self.ends
        while True:
            for action in self.take():
                took = timeout if action in hangs else 0.05
                ends.append((self.now + took, action, took))
            moments = [end[0] for end in ends]
            wake = self.table.wakes_at(self.now)
            moments += [wake] if wake is not None else []
            if not moments or min(moments) > until:
                self.now = until
                return
            assert min(moments) >= self.now
            self.now = min(moments)
            for end in [end for end in ends if end[0] <= self.now]:
                ends.remove(end)
                self.end(end[1], end[1] not in hangs, end[2])

    def times(self, action):
        return [at for name, at in self.asked if name == action]


def gaps(times):
    return [later - earlier for earlier, later in zip(times, times[1:])]


def test_nobody_looks_so_nobody_is_asked():
    world = World("a", "b")

    assert world.take() == []
    assert world.table.wakes_at(world.now) is None


def test_who_looks_has_it_asked_at_once_and_then_every_so_often():
    world = World("a")
    world.look()
    world.run(9)

    assert world.times("a") == [0, 2, 4, 6, 8]


def test_that_somebody_has_looked_counts_for_a_while():
    world = World("a")
    world.look()
    world.run(200)

    assert world.times("a")[-1] == 58
    world.look()
    assert world.take() == ["a"]


def test_no_more_than_two_at_once():
    world = World("a", "b", "c")
    world.look()

    assert len(world.take()) == 2
    assert world.take() == []
    assert world.table.wakes_at(world.now) is None
    world.end("a")
    assert world.take() == ["c"]


def test_nobody_is_asked_twice_at_once():
    world = World("a")
    world.look()
    world.take()
    world.table.find("a").wanted_at = world.now
    world.now = 100

    assert world.take() == []


def test_what_somebody_waits_for_goes_first():
    world = World("a", "b", "c")
    world.look()
    world.table.find("c").wanted_at = 0

    assert world.take()[0] == "c"


def test_what_is_wanted_is_asked_once_though_nobody_looks():
    world = World("a")
    world.table.find("a").wanted_at = 0.5
    world.run(100)

    assert world.times("a") == [0.5]


def test_who_does_not_answer_is_asked_less_and_less_often():
    world = World("a")
    for _ in range(20):
        world.look()
        world.run(world.now + 50, hangs=["a"])

    # from its end on it is left alone for 2, 4, 8, … s
    assert gaps(world.times("a"))[:7] == [7, 9, 13, 21, 37, 65, 65]


def test_who_answers_again_is_asked_as_often_as_before():
    world = World("a")
    world.look()
    world.run(30, hangs=["a"])
    world.look()
    world.run(80)

    assert gaps(world.times("a"))[-3:] == [2, 2, 2]


def test_two_that_hang_leave_the_others_their_time():
    healthy = [f"healthy{number}" for number in range(8)]
    world = World("hangs1", "hangs2", *healthy)
    for _ in range(6):
        world.look()
        world.run(world.now + 50, hangs=["hangs1", "hangs2"])

    for action in healthy:
        # before anybody knows, both hang at once
        assert world.times(action)[0] <= 5.5
        assert max(gaps(world.times(action))) <= 2.5


def test_one_that_hangs_forever_does_not_take_a_place():
    world = World("a", "b", "c")
    world.look()
    assert world.take() == ["a", "b"]
    for action in ("a", "b"):
        world.table.find(action).is_given_up = True

    assert world.take() == ["c"]
    world.now = 1000
    assert "a" not in world.take()


def test_what_is_gone_is_not_asked():
    world = World("a")
    world.look()
    world.table.forget("a")
    world.table.forget("other")

    assert world.take() == []


def test_whether_it_is_worth_waiting_for_an_answer():
    world = World("a", every=30)
    row = world.table.find("a")
    assert row.is_stale(0)
    world.look()
    world.take()
    world.end("a")
    assert not row.is_stale(31)
    assert row.is_stale(31.1)
    world.now = 32
    world.take()
    world.end("a", in_time=False)
    assert not row.is_stale(100)
