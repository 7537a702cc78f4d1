"""Take the screenshots of the documentation, of a real server with the sample commands.

.venv/octoprint-2.0.0rc7/bin/python -m development.screenshots
"""

from pathlib import Path

import yaml
from playwright.sync_api import expect, sync_playwright

from development.editor_screenshots import editor
from harness import chromium
from harness.octoprint_server import OctoPrintServer, merged
from harness.pages import Menu, RunDialog

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"

# core's entries are only there when their commands are configured; nobody runs them here
CORE_COMMANDS = {
    "server": {
        "commands": {
            "systemShutdownCommand": "true",
            "systemRestartCommand": "true",
            "serverRestartCommand": "true",
        }
    }
}

# something to look at while it runs; it goes on until it is stopped
UPDATE = {
    "action": "update",
    "name": "Update the webcam's software",
    "icon": "cloud-arrow-down",
    "command": r"""
printf '\033[1m==>\033[0m Looking for updates\n'
printf '\033[32m  ok\033[0m  mjpg-streamer 2.1.0 \033[2m(from 2.0.4)\033[0m\n'
printf '\033[32m  ok\033[0m  libcamera 0.3.2 \033[2m(from 0.3.0)\033[0m\n'
printf 'There is no key for the repository "testing", it is left out\n' >&2
printf '\033[1m==>\033[0m Loading 2 packages\n'
printf '\033]9;4;1;60\007'
sleep 1
for percent in 20 40 60; do
    printf '\r\033[36m%3s %%\033[0m of 8.4 MB' $percent
    sleep 0.2
done
sleep 60
""",
}


def main():
    sample = yaml.safe_load((ROOT / "development/sample_config.yaml").read_text("utf-8"))
    sample["plugins"]["systemcommands"]["commands"].append(UPDATE)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        # as on most machines that print
        OctoPrintServer(merged(sample, CORE_COMMANDS), env={"LOGNAME": "pi"}) as server,
        sync_playwright() as playwright,
    ):
        browser = chromium.launch(playwright)
        page = chromium.new_page(
            chromium.new_context(
                browser,
                server.url,
                viewport={"width": 1280, "height": 660},
                device_scale_factor=2,
            )
        )
        chromium.log_in(page, server.admin)
        arguments(page)
        run_dialog(page)
        history(page)
        system_menu(page)
        page = chromium.new_page(chromium.new_context(browser, server.url))
        chromium.log_in(page, server.admin)
        editor(page, save)
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
    """A run that is going on, with everything that a terminal can do."""
    dialog = Menu(page).watch(UPDATE["name"])
    expect(dialog.lines.last).to_contain_text("60 %")
    save_dialog(page, "run-dialog", dialog.root)
    dialog.button("Stop").click()
    dialog.expect_ended("Stopped")
    dialog.close()


def history(page):
    """The list after a few runs, one of which is going on."""
    menu = Menu(page)
    for name in ("Show IP addresses", "Show the kernel's version"):
        menu.run(name)
        expect(menu.notice.filter(has_text=name)).to_contain_text("finished")
    menu.run("Fail")
    RunDialog(page).expect_open("Fail").close()
    menu.run("Take 20 seconds")
    expect(menu.spinner).to_be_visible()
    history = menu.show_history()
    expect(history.rows).to_have_count(6)
    expect(history.rows.first).to_contain_text("2 s")
    save_dialog(page, "history", history.root)
    history.close()


def system_menu(page):
    """The open menu: a group unfolded, a command running."""
    menu = Menu(page)
    # notices would hide a part of it
    page.evaluate("PNotify.removeAll()")
    expect(menu.notice).to_have_count(0)
    menu.open()
    expect(menu.running("Take 20 seconds")).to_be_visible()
    menu.entry("This machine").click()

    navbar = page.locator("#navbar .container").bounding_box()
    bottom = menu.root.locator("> ul").bounding_box()
    left = page.locator("#tabs").bounding_box()["x"] - 10
    save(
        page,
        "system-menu",
        x=left,
        y=0,
        width=navbar["x"] + navbar["width"] + 10 - left,
        height=bottom["y"] + bottom["height"] + 20,
    )


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
