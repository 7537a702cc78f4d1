"""Toggles that somebody has written into config.yaml, without quotes around ``on`` and ``off``:
for YAML, these are true and false."""

import pytest
import yaml

API = "/plugin/systemcommands/api"
BY_HAND = """
plugins:
  systemcommands:
    commands:
    - action: light
      name: Light
      type: toggle
      on: echo on >> switched
      off: echo off >> switched
      state: test -e lit
    - action: plain
      name: Plain
      command: 'true'
"""
LIGHT = {
    "action": "light",
    "name": "Light",
    "type": "toggle",
    "on": "echo on >> switched",
    "off": "echo off >> switched",
    "state": "test -e lit",
}
PLAIN = {"action": "plain", "name": "Plain", "command": "true"}
ACTION = """
- action: fan
  name: Fan
  type: toggle
  on: echo fan on >> switched
  off: echo fan off >> switched
"""


@pytest.fixture(scope="module")
def octoprint(make_octoprint):
    server = make_octoprint(
        {"system": {"actions": "ACTIONS"}, "plugins": {"systemcommands": "COMMANDS"}},
        start=False,
    )
    path = server.basedir / "config.yaml"
    text = path.read_text()
    commands = BY_HAND.split("systemcommands:\n")[1]
    text = text.replace("systemcommands: COMMANDS\n", f"systemcommands:\n{commands}")
    text = text.replace("actions: ACTIONS\n", f"actions:{ACTION}".replace("\n", "\n    "))
    path.write_text(text + "\n")
    written = yaml.safe_load(path.read_text())
    assert True in written["plugins"]["systemcommands"]["commands"][0]
    assert False in written["system"]["actions"][0]
    return server.start()


def test_octoprints_own_settings(admin):
    """Keys that are no texts break them, and with them OctoPrint's page."""
    answer = admin.get("/api/settings")
    assert answer.status_code == 200
    assert answer.json()["system"]["actions"][0]["off"] == "echo fan off >> switched"


def test_they_work_and_are_written_so_that_they_go_on_to(octoprint, admin):
    switched = octoprint.basedir / "switched"
    for base in ("", "/plugin/systemcommands"):
        path = f"{base}/api/system/commands/custom"
        listed = [entry["action"] for entry in admin.get(path).json()]
        assert listed == ["light", "plain", "fan"]
        for action in ("light:on", "light:off", "fan:on", "fan:off"):
            assert admin.post(f"{path}/{action}").status_code == 204
    lines = ["on", "off", "fan on", "fan off"]
    assert switched.read_text().splitlines() == lines * 2

    answer = admin.get(f"{API}/definitions")
    found = answer.json()
    assert found["definitions"] == [LIGHT, PLAIN]
    assert found["problems"] == {"definitions": [[], []], "system_actions": [[]]}
    changed = [LIGHT, {**PLAIN, "name": "Changed"}]
    saved = admin.put(
        f"{API}/definitions",
        json={"definitions": changed},
        headers={"If-Match": answer.headers["ETag"]},
    )
    assert saved.status_code == 200, saved.text
    stored = octoprint.read_config()
    assert stored["plugins"]["systemcommands"]["commands"] == changed
    assert stored["system"]["actions"][0]["on"] == "echo fan on >> switched"

    octoprint.stop()
    octoprint.start()
    assert admin.get(f"{API}/definitions").json()["definitions"] == changed
    path = "/api/system/commands/custom"
    assert admin.post(f"{path}/light:off").status_code == 204
    assert admin.post(f"{path}/fan:on").status_code == 204
    assert switched.read_text().splitlines()[-2:] == ["off", "fan on"]


def test_they_are_imported(admin):
    text = yaml.safe_dump([LIGHT]).replace("'on':", "on:").replace("'off':", "off:")
    for body in ({"from": "yaml", "text": text}, {"from": "yaml", "text": BY_HAND}):
        answer = admin.post(f"{API}/definitions/import", json={**body, "others": []})
        assert answer.json()["errors"] == []
        assert answer.json()["entries"][0]["definition"] == LIGHT
    answer = admin.post(f"{API}/definitions/import", json={"from": "system_actions"})
    (entry,) = answer.json()["entries"]
    assert entry["definition"]["on"] == "echo fan on >> switched"
    exported = admin.get(f"{API}/definitions/export").text
    assert yaml.safe_load(exported)["commands"][0] == LIGHT
    again = {"from": "yaml", "text": exported, "others": []}
    answer = admin.post(f"{API}/definitions/import", json=again).json()
    assert answer["entries"][0]["definition"] == LIGHT
