"""What it takes to find the processes of a run, however many there are."""

import errno
import os
import threading

import pytest
from processes import alive, command

from harness.waiting import wait_until
from octoprint_systemcommands.runs.processes import descriptors, process_tree

pytestmark = pytest.mark.each_version

CHILDREN = 40

# half of them have neither the session nor the mark, only a parent
MANY = f"""
for i in $(seq {CHILDREN // 2}); do
    sleep 600 &
    env -u {process_tree.MARK} setsid sh -c 'sleep 600 & wait' &
done
wait
"""
ALL = 1 + CHILDREN // 2 + CHILDREN


@pytest.fixture
def subject(make_runner):
    return make_runner()


def test_all_are_found_and_the_processes_of_the_system_listed_twice(subject, mocker):
    run = subject.start(command(MANY))
    wait_until(lambda: len(process_tree.find(run.id, run.process.pid)) == ALL)
    listed = []
    listdir = os.listdir

    def spy(path="."):
        if os.fsencode(path) == b"/proc":
            listed.append(path)
        return listdir(path)

    mocker.patch("os.listdir", spy)
    found = process_tree.find(run.id, run.process.pid)
    assert len({process.pid for process in found}) == len(found) == ALL
    # once for those that belong to it, once for whose children all of them are
    assert len(listed) == 2

    subject.stop(run.id)
    assert run.finished.wait(30)
    assert not any(alive(process.pid) for process in found)


def test_no_stop_waits_for_another_one_that_takes_long(subject, mocker):
    slow, other = (subject.start(command("sleep 600")) for _ in range(2))
    held = []
    go_on = threading.Event()
    getsid = os.getsid

    def hold_the_first_thread(pid):
        if not held:
            held.append(threading.get_ident())
        if held[0] == threading.get_ident():
            assert go_on.wait(60)
        return getsid(pid)

    mocker.patch("os.getsid", hold_the_first_thread)
    try:
        subject.stop(slow.id)
        wait_until(lambda: held)
        subject.stop(other.id)
        assert other.finished.wait(20)
        assert not slow.finished.is_set()
    finally:
        go_on.set()
    assert slow.finished.wait(20)
    assert slow.record().status == other.record().status == "stopped"


def test_the_reserve_is_used_only_if_there_is_no_other_way():
    reserve = descriptors.Reserve()
    was_released = []

    def look(error=None):
        was_released.append(reserve._lock.locked())
        if error is not None and len(was_released) == 1:
            raise OSError(error, os.strerror(error))
        return "seen"

    assert reserve.used_for(look) == "seen"
    assert was_released == [False]

    for shortage in (errno.EMFILE, errno.ENFILE):
        was_released.clear()
        assert reserve.used_for(lambda error=shortage: look(error)) == "seen"
        assert was_released == [False, True]

    was_released.clear()
    with pytest.raises(PermissionError):
        reserve.used_for(lambda: look(errno.EACCES))
    assert was_released == [False]
