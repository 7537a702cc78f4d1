"""Commands that are open to MQTT: the dialog, and the plugin's settings, with a real broker."""

import pytest
from playwright.sync_api import expect

from harness.broker import HOST, Broker, with_mqtt
from harness.editor_pages import Arguments, Editor
from harness.mqtt_pages import MqttSettings
from harness.waiting import wait_until

COMMANDS = [
    {"action": "note", "name": "Note", "command": "true", "mqtt": True},
    {"action": "plain", "name": "Plain", "command": "true"},
    {"action": "cpu", "name": "CPU", "type": "status", "state": "echo 42"},
]
MQTT = "/plugin/systemcommands/api/mqtt"


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    with Broker(tmp_path_factory.mktemp("broker")) as broker:
        yield broker


@pytest.fixture(scope="module")
def octoprint(make_octoprint, broker):
    plugins = {
        "systemcommands": {"commands": COMMANDS},
        "mqtt": {"broker": {"url": HOST, "port": broker.port}},
    }
    return with_mqtt(make_octoprint({"plugins": plugins}, start=False)).start()


@pytest.fixture
def editor(store, admin_page):
    store(COMMANDS)
    return Editor(admin_page).open()


def test_open_commands_to_it(editor, admin):
    dialog = editor.edit("Plain")
    dialog.unfold("By MQTT")
    expect(dialog.root).to_contain_text("Whoever may publish to the broker may run it")
    dialog.field("mqtt").check()
    # the server says what it cannot be together with
    dialog.unfold("Who may run it")
    dialog.field("fresh_credentials").check()
    expect(dialog.mistake("mqtt")).to_contain_text("asks for the password")
    dialog.field("fresh_credentials").uncheck()
    expect(dialog.mistake("mqtt")).to_be_hidden()
    dialog.unfold("Arguments")
    arguments = Arguments(dialog.root)
    arguments.add("Number", label="Level")
    expect(dialog.mistake("mqtt")).to_contain_text("Home Assistant")
    arguments[0].fill(default="3")
    expect(dialog.mistake("mqtt")).to_be_hidden()
    dialog.fold("By MQTT")
    expect(dialog.summary("By MQTT")).to_have_text("open")
    dialog.accept()

    dialog = editor.edit("CPU", "status")
    dialog.unfold("By MQTT")
    expect(dialog.root).to_contain_text("Whoever may listen to the broker can read it")
    dialog.field("mqtt").check()
    dialog.accept()
    expect(editor.signs("CPU").last).to_have_text("Open to MQTT")
    editor.save()
    wait_until(lambda: admin.get(MQTT).json()["commands"] == 3)


@pytest.mark.each_version
def test_the_settings(editor, octoprint, admin):

    def is_ready():
        # the page asks once
        data = admin.get(MQTT).json()
        return data["connected"] and data["commands"] == 1

    wait_until(is_ready)
    mqtt = MqttSettings(editor)
    # nothing of it is to be seen before
    expect(mqtt.field("name")).to_be_hidden()
    mqtt.open()
    expect(mqtt.connection).to_contain_text("Connected. Open commands: 1")
    expect(mqtt.connection).to_contain_text("octoPrint/plugin/systemcommands/")
    expect(mqtt.link).to_be_hidden()
    assert mqtt.field("name").get_attribute("placeholder")
    expect(mqtt.field("discovery_prefix")).to_have_value("homeassistant")
    expect(mqtt.field("fleet_topic")).to_be_hidden()

    mqtt.field("discovery_prefix").fill("a/#")
    expect(mqtt.mistake("discovery_prefix")).to_contain_text("without + and #")
    mqtt.field("discovery_prefix").fill("ha")
    expect(mqtt.mistake("discovery_prefix")).to_be_hidden()
    mqtt.field("name").fill("Left one")
    mqtt.field("fleet").check()
    expect(mqtt.field("fleet_topic")).to_have_value("octoPrint-fleet")
    mqtt.field("groups").fill("row 1, left,,")
    editor.save_settings()

    saved = octoprint.read_config()["plugins"]["systemcommands"]
    assert saved["mqtt"] == {
        "discovery_prefix": "ha",
        "name": "Left one",
        "fleet": True,
        "groups": ["row 1", "left"],
    }
    data = admin.get(MQTT).json()
    assert data["name"] == "Left one"
    assert (data["groups"], data["fleet_topic"]) == (["row 1", "left"], "octoPrint-fleet")
    mqtt = MqttSettings(editor.open())
    expect(mqtt.field("groups")).to_have_value("row 1, left")


def test_without_the_other_plugin_it_says_what_to_install(editor):
    answer = {"installed": False, "connected": None, "commands": 0}
    editor.page.route(f"**{MQTT}", lambda route: route.fulfill(json=answer))
    mqtt = MqttSettings(editor).open()
    expect(mqtt.link).to_have_attribute(
        "href", "https://plugins.octoprint.org/plugins/mqtt/"
    )
    expect(mqtt.root.locator("input")).to_have_count(0)
