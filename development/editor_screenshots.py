"""The screenshots of the editor, for screenshots.py: each dialog, wide and narrow."""

from playwright.sync_api import expect

from harness.editor_pages import Editor

WEBCAM = "Restart the webcam"
# not those of the machine that takes the screenshots
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
    "groups": [
        {
            "key": "users",
            "name": "Operator",
            "description": "Group to gain operator access",
        },
        {"key": "members", "name": "Members", "description": "Of the makers' club"},
    ],
}
LAMP = {
    "action": "lamp",
    "name": "Lamp",
    "description": "Brightness and color of the light above the printer",
    "icon": "lightbulb",
    "command": 'mosquitto_pub -t lamp -m "$SC_COLOR $SC_BRIGHTNESS"',
    "arguments": [
        {
            "name": "brightness",
            "type": "number",
            "label": "Brightness",
            "default": 50,
            "min": 0,
            "max": 100,
        },
        {
            "name": "color",
            "type": "choice",
            "label": "Color",
            "choices": ["white", {"value": "#ff8800", "label": "Warm"}],
        },
    ],
    "groups": ["members"],
    "while_printing": "confirm",
}
NARROW = {"width": 360, "height": 740}


def editor(page, save):
    """save(page, name, x, y, width, height)"""
    page.route(
        "**/definitions/environment", lambda route: route.fulfill(json=SURROUNDINGS)
    )
    change(page, "definitions.splice(3, 0, lamp)", lamp=LAMP)
    editor = Editor(page).open()
    shot(save, page, "list")
    editor.edit(WEBCAM)
    expect(editor.root.page.locator(".systemcommands-surroundings")).to_be_visible()
    shot(save, page, "command")
    editor.dialog("command").close()
    arguments(editor, page, save)

    presets = editor.presets()
    expect(presets.root.locator("pre").first).to_be_visible()
    shot(save, page, "presets")
    presets.close()

    dialog = editor.import_()
    expect(dialog.root.get_by_role("checkbox").first).to_be_visible()
    shot(save, page, "import")
    dialog.close()

    conflict(editor, page, save)
    versions = editor.versions()
    versions.root.get_by_role("button", name="Compare").first.click()
    expect(versions.root.locator("ins").first).to_be_visible()
    shot(save, page, "versions")
    versions.close()
    editor.close()


def arguments(editor, page, save):
    """The arguments of a command, and who may run it when."""
    dialog = editor.edit(LAMP["name"])
    dialog.unfold("Arguments", "Who may run it", "When it may run")
    for index in range(len(LAMP["arguments"])):
        dialog.arguments[index].open()
    for name, heading in (("arguments", "Arguments"), ("access", "Who may run it")):
        shot(save, page, name, dialog.heading(heading))
    dialog.close()


def conflict(editor, page, save):
    """Somebody else saves while one edits."""
    editor.edit(WEBCAM).fill(description="Takes a few seconds").accept()
    change(
        page,
        """
        definitions[0].name = "Show all addresses";
        const lamp = definitions.find((entry) => entry.action === "lamp");
        lamp.arguments[0].max = 80;
        lamp.groups.push("users");
        definitions.pop();
        """,
    )
    editor.save_button.click()
    dialog = editor.dialog("conflict").expect_open()
    shot(save, page, "conflict")
    dialog.button("Keep mine").click()
    expect(editor.unsaved).to_be_hidden()


def change(page, script, **values):
    """Save another list of commands, as somebody else would."""
    page.evaluate(
        """async ({script, values}) => {
            const client = OctoPrint.plugins.systemcommands;
            const request = client.getDefinitions();
            const {definitions} = await request;
            const names = Object.keys(values);
            new Function("definitions", ...names, script)(
                definitions, ...Object.values(values)
            );
            await client.saveDefinitions(
                request.getResponseHeader("ETag"), {definitions}
            );
        }""",
        {"script": script, "values": values},
    )


def shot(save, page, name, top=None):
    """`top` is what is to be seen at the top."""
    wide = page.viewport_size
    # nothing that it points at is what this is about
    page.mouse.move(0, 0)
    scroll_to(top)
    save(page, f"editor-{name}", x=0, y=0, **wide)
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
