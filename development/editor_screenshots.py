"""The screenshots of the editor, for screenshots.py: each dialog, wide and narrow."""

from editor_pages import Editor
from playwright.sync_api import expect

WEBCAM = "Restart the webcam"
# not those of the machine that takes the screenshots
SURROUNDINGS = {
    "user": "pi",
    "folder": "/home/pi",
    "path": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "shell": "/bin/sh",
}
NARROW = {"width": 360, "height": 740}


def editor(page, save):
    """save(page, name, x, y, width, height)"""
    page.route(
        "**/definitions/environment", lambda route: route.fulfill(json=SURROUNDINGS)
    )
    editor = Editor(page).open()
    shot(save, page, "list")
    editor.edit(WEBCAM)
    expect(editor.root.page.locator(".systemcommands-surroundings")).to_be_visible()
    shot(save, page, "command")
    editor.dialog("command").close()

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


def conflict(editor, page, save):
    """Somebody else saves while one edits."""
    editor.edit(WEBCAM).fill(description="Takes a few seconds").accept()
    page.evaluate(
        """async () => {
            const client = OctoPrint.plugins.systemcommands;
            const request = client.getDefinitions();
            const {definitions} = await request;
            definitions[0].name = "Show all addresses";
            await client.saveDefinitions(
                request.getResponseHeader("ETag"), {definitions: definitions.slice(0, -1)}
            );
        }"""
    )
    editor.save_button.click()
    dialog = editor.dialog("conflict").expect_open()
    shot(save, page, "conflict")
    dialog.button("Keep mine").click()
    expect(editor.unsaved).to_be_hidden()


def shot(save, page, name):
    wide = page.viewport_size
    save(page, f"editor-{name}", x=0, y=0, **wide)
    page.set_viewport_size(NARROW)
    # dialogs find their new place a moment after the window has changed
    page.wait_for_timeout(500)
    save(page, f"editor-{name}-narrow", x=0, y=0, **NARROW)
    page.set_viewport_size(wide)
    page.wait_for_timeout(500)
