"""Take the pictures of the documentation: of what `make run` shows.

.venv/octoprint-2.0.0rc7/bin/python -m development.screenshots
"""

import base64
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from development.button_screenshots import buttons
from development.editor_screenshots import editor
from development.sample import SampleServer, accounts
from harness import chromium
from harness.pages import Menu, RunDialog

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"

UPDATE = "Update the webcam's software"
MENU_AND_DIALOG = """
<div id="overview" style="position: relative; width: 960px">
    <img style="display: block; width: 100%" src="MENU">
    <img
        style="position: absolute; left: 8px; top: 60px; width: 568px;
            box-shadow: 0 3px 12px #0008; border-radius: 6px"
        src="DIALOG"
    >
</div>
"""


def main():
    IMAGES.mkdir(parents=True, exist_ok=True)
    with SampleServer(users=accounts()) as server, sync_playwright() as playwright:
        browser = chromium.launch(playwright)
        context = chromium.new_context(
            browser,
            server.url,
            viewport={"width": 1280, "height": 700},
            device_scale_factor=2,
        )
        page = chromium.new_page(context)
        chromium.log_in(page, server.admin)
        arguments(page)
        dialog = run_dialog(page)
        history(page)
        menu = system_menu(page)
        overview(chromium.new_page(context), menu, dialog)
        page = chromium.new_page(chromium.new_context(browser, server.url))
        chromium.log_in(page, server.admin)
        editor(page, save)
        buttons(browser, save)
        browser.close()


def arguments(page):
    """The form of a command that has arguments, with a mistake in it."""
    form = Menu(page).ask("Light up the printer")
    form.fill(Color="Warm white", Strip="frame", Token="not for everybody")
    expect(form.mistake("Strip")).to_be_visible()
    save_dialog(page, "arguments", form.dialog)
    form.fill(Strip="frame-2")
    dialog = form.run()
    dialog.expect_ended("Succeeded")
    dialog.close()


def run_dialog(page):
    """A run that is going on, with colors and a progress bar. Returns it in a narrow window."""
    Menu(page).run(UPDATE)
    dialog = RunDialog(page).expect_open(UPDATE)
    expect(dialog.lines.last).to_contain_text("60 %", timeout=30_000)
    save_dialog(page, "run-dialog", dialog.root)
    wide = page.viewport_size
    page.set_viewport_size({"width": 600, "height": 700})
    picture = dialog.root.screenshot(animations="disabled")
    page.set_viewport_size(wide)
    dialog.button("Stop").click()
    dialog.expect_ended("Stopped")
    dialog.close()
    return picture


def history(page):
    """The list after a few runs, one of which is going on."""
    menu = Menu(page)
    for name in ("Show IP addresses", "Show the kernel's version"):
        menu.run(name)
        expect(menu.notice.filter(has_text=name)).to_contain_text("finished")
    failing = "Measure the filament box"
    menu.run(failing)
    RunDialog(page).expect_open(failing).close()
    menu.run("Back up")
    expect(menu.spinner).to_be_visible()
    history = menu.show_history()
    expect(history.rows).to_have_count(6)
    expect(history.rows.first).to_contain_text("2 s")
    save_dialog(page, "history", history.root)
    history.close()


def system_menu(page):
    """The open menu: a group unfolded, a command running. Returns it with all of the page."""
    menu = Menu(page)
    # notices would hide a part of it
    page.evaluate("PNotify.removeAll()")
    expect(menu.notice).to_have_count(0)
    menu.open()
    expect(menu.running("Back up")).to_be_visible()
    menu.entry("This machine").click()

    navbar = page.locator("#navbar .container").bounding_box()
    bottom = menu.root.locator("> ul").bounding_box()
    left = page.locator("#tabs").bounding_box()["x"] - 10
    right = navbar["x"] + navbar["width"] + 10
    height = bottom["y"] + bottom["height"] + 20
    save(page, "system-menu", x=left, y=0, width=right - left, height=height)
    left = navbar["x"] - 10
    clip = {"x": left, "y": 0, "width": right - left, "height": height}
    return page.screenshot(clip=clip, animations="disabled")


def overview(page, menu, dialog):
    """Both in one picture, for the README."""
    html = MENU_AND_DIALOG
    for place, picture in (("MENU", menu), ("DIALOG", dialog)):
        data = base64.b64encode(picture).decode()
        html = html.replace(place, f"data:image/png;base64,{data}")
    page.set_content(html)
    save(page, "overview", **page.locator("#overview").bounding_box())


def save_dialog(page, name, root):
    # neither what is said beside it nor focus and pointer are what this is about
    page.evaluate("PNotify.removeAll(); document.activeElement.blur()")
    page.mouse.move(0, 0)
    expect(page.locator(".ui-pnotify")).to_have_count(0)
    margin = 16
    box = root.bounding_box()
    save(
        page,
        name,
        x=box["x"] - margin,
        y=box["y"] - margin,
        width=box["width"] + 2 * margin,
        height=box["height"] + 2 * margin,
    )


def save(page, name, **clip):
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path, clip=clip, animations="disabled")
    print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
