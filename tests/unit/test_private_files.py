"""Files with command lines and with output are for OctoPrint's own account alone."""

import os
import stat

import pytest
from processes import command

from harness.waiting import wait_until
from octoprint_systemcommands.commands.editing.versions import Versions


@pytest.fixture(autouse=True)
def generous():
    """The umask with which everybody may read what is made, which is the usual one."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def permissions(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_earlier_versions(tmp_path):
    path = tmp_path / "data" / "versions.yaml"
    versions = Versions(str(path))
    for number in range(2):
        versions.add([{"action": f"a{number}", "command": "echo password"}], [], "me")
        assert permissions(path) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["versions.yaml"]


def test_the_history(make_runner, tmp_path):
    run = make_runner().start(command("echo something private"))
    assert run.finished.wait(20)
    files = list((tmp_path / "history-0").iterdir())
    # and its companions, as long as it is open
    assert {"history.db", "history.db-wal"} <= {path.name for path in files}
    wait_until(lambda: any(b"test" in path.read_bytes() for path in files))
    assert {permissions(path) for path in files} == {0o600}
