"""Take the screenshots of the documentation, of a real server with the sample commands.

.venv/octoprint-2.0.0rc7/bin/python development/screenshots.py
"""

from pathlib import Path

import browser
import yaml
from octoprint_server import OctoPrintServer, merged
from playwright.sync_api import expect, sync_playwright

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


def main():
    sample = yaml.safe_load((ROOT / "development/sample_config.yaml").read_text("utf-8"))
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (
        OctoPrintServer(merged(sample, CORE_COMMANDS)) as server,
        sync_playwright() as playwright,
    ):
        chromium = browser.launch(playwright)
        page = browser.new_page(
            chromium,
            server.url,
            viewport={"width": 1280, "height": 800},
            device_scale_factor=2,
        )
        browser.log_in(page, server.admin)
        system_menu(page)
        chromium.close()


def system_menu(page):
    """The open menu: a group unfolded, a command running."""
    menu = page.locator("#navbar_systemmenu")
    toggle = menu.locator("> .dropdown-toggle")

    def entry(name):
        return menu.get_by_role("menuitem", name=name)

    toggle.click()
    entry("Take 20 seconds").click()
    expect(toggle.locator(".fa-spinner")).to_be_visible()
    toggle.click()
    entry("This machine").click()

    navbar = page.locator("#navbar .container").bounding_box()
    bottom = menu.locator("> ul").bounding_box()
    save(
        page,
        "system-menu",
        left=page.locator("#tabs").bounding_box()["x"] - 10,
        right=navbar["x"] + navbar["width"] + 10,
        bottom=bottom["y"] + bottom["height"] + 20,
    )


def save(page, name, left, right, bottom):
    path = IMAGES / f"{name}.png"
    page.screenshot(
        path=path,
        clip={"x": left, "y": 0, "width": right - left, "height": bottom},
        animations="disabled",
    )
    print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
