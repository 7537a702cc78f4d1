"""What people are told about a reason."""

import re
from pathlib import Path

import pytest

from octoprint_systemcommands.api import hint_texts
from octoprint_systemcommands.api.hint_words import TEXTS
from octoprint_systemcommands.commands import sudoers
from octoprint_systemcommands.runs.failure_hints import hints
from octoprint_systemcommands.runs.failure_hints.hints import Hint

CODES = {value for name, value in vars(hints).items() if name.isupper()}
PAGE = Path(__file__, "../../../docs/failures.md").resolve()


@pytest.fixture
def told(monkeypatch):
    """What somebody is told, who may edit commands or not."""

    def told(code, may_edit=True, **values):
        monkeypatch.setattr(
            hint_texts.Permissions.PLUGIN_SYSTEMCOMMANDS_EDIT, "can", lambda: may_edit
        )
        return hint_texts.hint_text(Hint(code, values))

    class Permission:
        can = None

    monkeypatch.setattr(
        hint_texts,
        "Permissions",
        type("Permissions", (), {"PLUGIN_SYSTEMCOMMANDS_EDIT": Permission}),
    )
    monkeypatch.setattr(hint_texts, "gettext", lambda text, **v: text % v if v else text)
    monkeypatch.setattr(sudoers, "own_user", lambda: "pi")
    return told


def test_there_are_words_for_each_reason():
    assert {text.code for text in TEXTS} == CODES - {hints.REFUSED}


def test_the_page_explains_each_reason():
    explained = re.findall(r"^\| `(\w+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)

    assert sorted(explained) == sorted(CODES)


def test_what_is_known_is_said_and_nothing_is_left_open(told):
    for text in TEXTS:
        names = re.findall(r"%\((\w+)\)s", text.text + text.detail)
        said = told(text.code, **{name: f"<{name}>" for name in names if name != "user"})

        assert "%(" not in said
        assert all(f"<{name}>" in said for name in names if name != "user")


def test_details_are_for_those_who_may_edit(told):
    hint = ("no_interpreter", {"program": "./job", "first_line": "#!/opt/python"})
    assert "#!/opt/python" in told(hint[0], **hint[1])
    assert "#!/opt/python" not in told(hint[0], may_edit=False, **hint[1])
    assert "./job" in told(hint[0], may_edit=False, **hint[1])

    assert "/home/pi" in told("no_script", file="x.py", folder="/home/pi")
    assert "/home/pi" not in told("no_script", False, file="x.py", folder="/home/pi")
    assert "/venv/" in told("no_module", module="x", python="/venv/bin/python")
    assert "/venv/" not in told("no_module", False, module="x", python="/venv/bin/python")


def test_others_are_to_ask(told):
    for code in ("sudo_password", "sudo_not_allowed", "needs_root", "docker_rights"):
        said = told(code, may_edit=False, command="/bin/ls /root")

        assert said.endswith("Ask the administrator of this machine.")
        assert "/root" not in said
    assert "usermod -aG i2c pi" in told("device_rights", device="/dev/i2c-1", group="i2c")
    assert "usermod" not in told("device_rights", False, device="/dev/i2c-1", group="i2c")


def test_the_line_for_sudoers(told):
    said = told("sudo_not_allowed", command="/bin/ls /root")

    assert said.endswith(":\npi ALL=(root) NOPASSWD: /bin/ls /root")
    assert ":\nsudo visudo -f /etc/sudoers.d/octoprint-systemcommands\n" in said
    assert "visudo" in told("sudo_password")


def test_a_device_without_a_group(told):
    assert "visudo" not in told("device_rights", device="/dev/mem")


def test_the_words_of_a_guard_are_its_own(told):
    assert told("refused", text="100 % sure") == "100 % sure"
    assert told("refused", text="not %(name)s", name="now") == "not now"


def test_reasons_of_other_versions_are_harmless(told):
    assert told("of_a_later_version", anything="x") == "of_a_later_version"
    # as an earlier version has noted it
    assert "/opt/x" in told("not_found", program="/opt/x")
    assert "return code" in told("not_found")
    assert "return code" in told("not_executable")
