"""What the settings page has about MQTT, for the browser tests and for screenshots."""

from playwright.sync_api import expect


class MqttSettings:
    """The part of the settings page about MQTT."""

    def __init__(self, editor):
        self._editor = editor
        self.root = editor.root.locator("#systemcommands_mqtt")
        self.connection = self.root.get_by_role("status")
        self.link = self.root.get_by_role("link", name="Install OctoPrint-MQTT")

    def open(self):
        self.root.locator("summary").click()
        expect(self.root).to_have_attribute("open", "")
        return self

    def field(self, name):
        return self.root.locator(f"#systemcommands_mqtt_{name}")

    def mistake(self, name):
        return self.root.locator(f"#systemcommands_mistake_mqtt_{name}")
