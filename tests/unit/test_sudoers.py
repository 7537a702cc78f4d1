import pytest

from octoprint_systemcommands.commands import sudoers
from octoprint_systemcommands.commands.editing import presets


def test_the_line_that_allows_a_command(monkeypatch):
    monkeypatch.setattr(sudoers, "own_user", lambda: "pi")

    assert sudoers.line("/sbin/reboot") == "pi ALL=(root) NOPASSWD: /sbin/reboot"


@pytest.mark.parametrize(("uid", "name"), [(0, "root"), (4_000_000, "#4000000")])
def test_the_user_is_the_one_that_sudo_sees(monkeypatch, uid, name):
    monkeypatch.setenv("USER", "somebody")
    monkeypatch.setattr(sudoers.os, "geteuid", lambda: uid)

    assert sudoers.own_user() == name


def test_presets_say_what_to_allow_in_the_same_form(monkeypatch):
    monkeypatch.setattr(sudoers, "own_user", lambda: "pi")
    lines = {
        preset["id"]: preset["sudoers"] for preset in presets.presets(str, "py", "dir")
    }

    assert lines["unmount"] == sudoers.line("/usr/bin/umount /media/usb0")
    assert lines["wifi"].splitlines() == [
        sudoers.line("/sbin/ip link set wlan0 down"),
        sudoers.line("/sbin/ip link set wlan0 up"),
    ]
    assert lines["addresses"] is None
