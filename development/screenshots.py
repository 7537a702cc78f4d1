"""Take the pictures of the documentation: of what `make run MQTT=1` shows."""

import re

from playwright.sync_api import expect, sync_playwright

from development import drawn_pictures, page_pictures, sample_broker, shell_pictures
from development.editor_screenshots import NARROW, editor
from development.pictures import IMAGES, as_source, save, save_drawing, save_element
from development.sample import SampleServer, accounts
from harness import chromium
from harness.button_pages import Panel, Switch
from harness.pages import Menu, RunDialog

UPDATE = "Update the webcam's software"
MENU_AND_DIALOG = """
<div id="picture" style="position: relative; width: 960px">
    <img style="display: block; width: 100%" src="MENU">
    <img
        style="position: absolute; left: 8px; top: 276px; width: 540px;
            box-shadow: 0 3px 12px #0008; border-radius: 6px"
        src="DIALOG"
    >
</div>
"""


def main():
    IMAGES.mkdir(parents=True, exist_ok=True)
    made = SampleServer(users=accounts())
    broker, _ = sample_broker.begin(made)
    # where the command line looks for it
    config = made.read_config()
    config["server"]["port"] = made.port
    # congratulations in front of what is to be seen
    config["plugins"]["_disabled"].append("achievements")
    made.write_config(config)
    with broker, made as server, sync_playwright() as playwright:
        browser = chromium.launch(playwright, is_whole=True)
        context = chromium.new_context(
            browser,
            server.url,
            viewport={"width": 1280, "height": 700},
            device_scale_factor=2,
            permissions=["notifications"],
        )
        page = chromium.new_page(context)
        chromium.log_in(page, server.admin)
        arguments(page)
        dialog = run_dialog(page)
        history(page)
        menu = system_menu(page)
        drawing = chromium.new_page(context)
        overview(drawing, menu, dialog)
        drawings(drawing, browser, server, page_pictures.menu_picture(page))
        page_pictures.permissions(page)
        shell_pictures.api(drawing, server)
        shell_pictures.command_line(drawing, server)
        page_pictures.other_plugin(page, server)
        sharp, page = page, chromium.new_page(chromium.new_context(browser, server.url))
        chromium.log_in(page, server.admin)
        buttons(page)
        terminal(page)
        phone = chromium.new_context(browser, server.url, viewport=NARROW, has_touch=True)
        phone = chromium.new_page(phone)
        chromium.log_in(phone, server.admin)
        buttons_narrow(phone)
        page_pictures.during_a_print(sharp, server)
        editor(page, save)
        page_pictures.killed(page, browser, server)
        browser.close()


def drawings(page, browser, server, menu):
    """Those that are no more than put together, in an empty page; `menu` is the picture of the
    System menu with its width."""
    drawn_pictures.performance(page)
    drawn_pictures.house(page)
    page_pictures.compared(page, browser, menu, server)
    phone = chromium.new_context(
        browser, server.url, viewport={"width": 300, "height": 630}, device_scale_factor=2
    )
    page_pictures.client(page, chromium.new_page(phone), menu, server)
    phone.close()


def arguments(page):
    """The form of a command that has arguments, with a mistake in it."""
    form = Menu(page).ask("Adjust the light")
    form.fill(Color="Warm white", Strip="frame", Token="not for everybody")
    expect(form.mistake("Strip")).to_be_visible()
    save_dialog(page, "arguments", form.dialog)
    form.fill(Strip="frame-2")
    dialog = form.run()
    dialog.expect_ended("Succeeded")
    dialog.close()


def run_dialog(page):
    """A run that is going on, with colors and a progress bar. Returns it in a narrow window."""
    dialog = Menu(page).ask(UPDATE).run()
    expect(dialog.lines.last).to_contain_text(re.compile("[4-6]. %"), timeout=30_000)
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
    menu.run("Show IP addresses", group="This machine")
    expect(menu.notice.filter(has_text="Show IP")).to_contain_text("finished")
    light = Switch(page, menu, "Light")
    light.panel.button("Light").click()
    light.expect(True, "On")
    failing = "Measure the filament box"
    menu.run(failing)
    dialog = RunDialog(page).expect_open(failing)
    expect(dialog.hint).to_contain_text("python3")
    # not where the machine that takes the pictures has it
    dialog.hint.evaluate(
        """hint => {
            const texts = document.createTreeWalker(hint, NodeFilter.SHOW_TEXT);
            while (texts.nextNode()) {
                const text = texts.currentNode;
                text.data = text.data.replace(/\\/\\S*python3/, "/usr/bin/python3");
            }
        }"""
    )
    save_dialog(page, "failure", dialog.root)
    dialog.close()
    menu.run("Back up")
    expect(menu.spinner).to_be_visible()
    history = menu.show_history()
    expect(history.rows).to_have_count(6)
    expect(history.rows.first).to_contain_text(re.compile(r"\b[2-9] s"))
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
    # since it was run
    expect(menu.entry("Show IP addresses")).to_be_visible()

    left = page.locator("#tabs").bounding_box()["x"] - 10
    clip = top_of(page, menu.root.locator("> ul"))
    right = clip["x"] + clip["width"]
    save(page, "system-menu", **{**clip, "x": left, "width": right - left})
    clip = {**clip, "height": page.viewport_size["height"]}
    return page.screenshot(clip=clip, animations="disabled")


def buttons(page):
    """The panel, the icons and the menu, with what is running."""
    menu = Menu(page)
    expect_panel(page)
    menu.open()
    expect(menu.running("Back up")).to_be_visible()
    save(page, "buttons", **top_of(page, menu.root.locator("> ul")))
    menu.toggle.click()


def terminal(page):
    """What is said about lines of G-code."""
    page.locator("#term_link a").click()
    command = page.locator("#terminal-command")
    for line in ("@system list", "@system show-ip", "@system backup"):
        command.fill(line)
        command.press("Enter")
    output = page.locator("#terminal-output")
    for said in ("open to G-code", "has ended", "backup: not run"):
        expect(output).to_contain_text(said)
    # notices of what has ended come when they like
    hidden = page.add_style_tag(content=".ui-pnotify { display: none }")
    box = output.bounding_box()
    bottom = command.bounding_box()
    save(
        page,
        "terminal",
        x=box["x"] - 10,
        y=box["y"] - 10,
        width=box["width"] + 20,
        height=bottom["y"] + bottom["height"] - box["y"] + 20,
    )
    hidden.evaluate("style => style.remove()")
    page.locator("#temp_link a").click()


def buttons_narrow(page):
    """The same on a phone, where OctoPrint's page is wider than what is seen of it."""
    expect_panel(page)
    page.evaluate("window.scrollTo(0, 0)")
    save(page, "buttons-narrow", x=0, y=0, **NARROW)
    menu = Menu(page)
    menu.toggle.tap()
    expect(menu.running("Back up")).to_be_visible()
    page.evaluate("window.scrollTo(document.documentElement.scrollWidth, 0)")
    save(page, "buttons-menu-narrow", x=0, y=0, **NARROW)


def expect_panel(page):
    panel = Panel(page)
    expect(panel.state("Light")).to_contain_text("On")
    expect(panel.stop("Back up")).to_be_visible()
    expect(panel.status("Free space")).to_contain_text(re.compile(r"\d"))


def top_of(page, element):
    """The page, as wide as what is on it, down to an element."""
    navbar = page.locator("#navbar .container").bounding_box()
    bottom = element.bounding_box()
    return {
        "x": navbar["x"] - 10,
        "y": 0,
        "width": navbar["width"] + 20,
        "height": bottom["y"] + bottom["height"] + 20,
    }


def overview(page, menu, dialog):
    """Both in one picture, for the README."""
    html = MENU_AND_DIALOG
    for place, picture in (("MENU", menu), ("DIALOG", dialog)):
        html = html.replace(place, as_source(picture))
    save_drawing(page, "overview", html)


def save_dialog(page, name, root):
    # neither what is said beside it nor focus and pointer are what this is about
    page.evaluate("PNotify.removeAll(); document.activeElement.blur()")
    page.mouse.move(0, 0)
    expect(page.locator(".ui-pnotify")).to_have_count(0)
    save_element(page, name, root, margin=16)


if __name__ == "__main__":
    main()
