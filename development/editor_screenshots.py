"""The pictures of the editor, for screenshots.py: each dialog, some of them narrow as well."""

import re

from playwright.sync_api import expect

from harness.editor_pages import Editor
from harness.mqtt_pages import MqttSettings
from harness.rules_pages import RuleDialog, RulesSection

WEBCAM = "Restart the webcam"
LIGHT = "Adjust the light"
# not those of the machine that takes the pictures
SURROUNDINGS = {
    "user": "pi",
    "folder": "/home/pi",
    "path": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "shell": "/bin/sh",
    "interpreters": [
        {"name": "sh", "path": "/bin/sh"},
        {"name": "bash", "path": "/bin/bash"},
        {"name": "python3", "path": "/usr/bin/python3"},
    ],
}
NARROW = {"width": 360, "height": 740}


def editor(page, save):
    """save(page, name, x, y, width, height)"""
    page.route("**/definitions/environment", tell_other_surroundings)
    page.route("**/definitions/presets", tell_other_user)
    editor = Editor(page).open()
    shot(save, page, "list", narrow=True)
    editor.edit(WEBCAM)
    dialog = editor.dialog("command")
    expect(dialog.root.locator(".systemcommands-surroundings")).to_be_visible()
    shot(save, page, "command", narrow=True)
    dialog.close()
    arguments(editor, page, save)
    toggle(editor, page, save)
    links(editor, page, save)
    mqtt(editor, page, save)

    presets = editor.presets()
    expect(presets.root.locator("pre").first).to_be_visible()
    shot(save, page, "presets")
    presets.close()

    dialog = editor.import_()
    expect(dialog.root.get_by_role("checkbox").first).to_be_visible()
    shot(save, page, "import")
    dialog.close()

    rules(page, save)
    conflict(editor, page, save)
    versions = editor.versions()
    versions.root.get_by_role("button", name="Compare").first.click()
    expect(versions.root.locator("ins").first).to_be_visible()
    shot(save, page, "versions")
    versions.close()
    editor.close()


def tell_other_surroundings(route):
    route.fulfill(json={**route.fetch().json(), **SURROUNDINGS})


def tell_other_user(route):
    answer = route.fetch().json()
    for preset in answer["presets"]:
        lines = preset["sudoers"] or ""
        preset["sudoers"] = re.sub(r"^\w+", SURROUNDINGS["user"], lines, flags=re.M)
    route.fulfill(json=answer)


def arguments(editor, page, save):
    """The arguments of a command, and who may run it when."""
    dialog = editor.edit(LIGHT)
    dialog.unfold("Arguments", "Who may run it", "When it may run")
    for index in range(2):
        dialog.arguments[index].open()
    for name, heading in (("arguments", "Arguments"), ("access", "Who may run it")):
        shot(save, page, name, dialog.heading(heading), narrow=True)
    dialog.close()


def toggle(editor, page, save):
    """A toggle, whose state was just asked for."""
    dialog = editor.add("Toggle")
    dialog.fill(
        name="Light",
        on="lamp --on",
        off="lamp --off",
        state="lamp() { echo '4.2 W'; }; lamp --state",
        icon="lightbulb",
    )
    dialog.unfold("Where it stands")
    dialog.place("Panel").check()
    dialog.color("Orange").check()
    dialog.test("State")
    expect(dialog.tryout.shown_as).to_contain_text("4.2 W")
    shot(save, page, "toggle", narrow=True)
    dialog.close_and_discard()


def links(editor, page, save):
    """The links of a command, one of which was just made."""
    links = editor.edit("Show IP addresses").links
    links.unfold()
    links.name.fill("Doorbell")
    links.make_button.click()
    expect(links.rows).to_have_count(1)
    # nobody's address, and of no port that a test has chosen
    address = "https://octopi.example/plugin/systemcommands/api/hook/pQ3…"
    links.address.evaluate("(input, address) => { input.value = address; }", address)
    shot(save, page, "links", links.root)
    links.dialog.close()


def mqtt(editor, page, save):
    """How the instance is at the broker."""
    part = MqttSettings(editor).open()
    expect(part.connection).to_contain_text("Connected")
    shot(save, page, "mqtt", part.root, narrow=True)
    part.root.locator("summary").click()


def rules(page, save):
    """The rules, and the dialog of one."""
    section = RulesSection(page)
    shot(save, page, "rules", section.root.locator("h3"))
    section.sentences.first.click()
    dialog = RuleDialog(page).expect_open("Edit rule")
    expect(dialog.sentence).to_contain_text("unless a print starts in the meantime")
    shot(save, page, "rule", narrow=True)
    dialog.close()


def conflict(editor, page, save):
    """Somebody else saves while one edits."""
    editor.edit(WEBCAM).fill(description="Takes a few seconds").accept()
    change(
        page,
        """
        const named = (action) => definitions.find((entry) => entry.action === action);
        named("show-ip").name = "Show all addresses";
        named("adjust-light").arguments[1].max = 80;
        named("adjust-light").groups = [];
        definitions.splice(definitions.indexOf(named("humidity")), 1);
        """,
    )
    editor.save_button.click()
    dialog = editor.dialog("conflict").expect_open()
    shot(save, page, "conflict")
    dialog.button("Keep mine").click()
    expect(editor.unsaved).to_be_hidden()


def change(page, script):
    """Save another list of commands, as somebody else would."""
    page.evaluate(
        """async (script) => {
            const client = OctoPrint.plugins.systemcommands;
            const request = client.getForEditor("definitions");
            const {definitions} = await request;
            new Function("definitions", script)(definitions);
            const etag = request.getResponseHeader("ETag");
            await client.saveForEditor("definitions", etag, {definitions});
        }""",
        script,
    )


def shot(save, page, name, top=None, narrow=False):
    """`top` is what is to be seen at the top; with `narrow`, as on a phone as well."""
    wide = page.viewport_size
    # nothing that it points at is what this is about
    page.mouse.move(0, 0)
    scroll_to(top)
    save(page, f"editor-{name}", x=0, y=0, **wide)
    if not narrow:
        return
    page.set_viewport_size(NARROW)
    # dialogs find their new place a moment after the window has changed
    page.wait_for_timeout(500)
    scroll_to(top)
    save(page, f"editor-{name}-narrow", x=0, y=0, **NARROW)
    page.set_viewport_size(wide)
    page.wait_for_timeout(500)


def scroll_to(element):
    if element is not None:
        element.evaluate(
            "element => { document.activeElement.blur(); element.scrollIntoView(); }"
        )
