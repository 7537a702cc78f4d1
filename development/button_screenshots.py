"""Pictures of the panel and of the icons in the navigation bar, wide and narrow."""

from playwright.sync_api import expect

from harness import chromium
from harness.button_pages import Navbar, Panel
from harness.octoprint_server import OctoPrintServer

COMMANDS = [
    {
        "action": "light",
        "name": "Light",
        "icon": "lightbulb",
        "color": "green",
        "type": "toggle",
        "on": "touch light",
        "off": "rm -f light",
        "state": "test -e light && echo 4.2 W",
        "show_in": ["menu", "sidebar", "navbar"],
    },
    {
        "action": "fan",
        "name": "Fan",
        "icon": "fan",
        "color": "blue",
        "type": "toggle",
        "on": "touch fan",
        "off": "rm -f fan",
        "state": "test -e fan",
        "show_in": ["sidebar", "navbar"],
    },
    {
        "action": "plug",
        "name": "Plug",
        "icon": "plug",
        "type": "toggle",
        "on": "true",
        "off": "true",
        "state": "exit 2",
        "show_in": ["sidebar"],
    },
    {
        "action": "backup",
        "name": "Back up",
        "icon": "box-archive",
        "command": "sleep 600",
        "show_in": ["sidebar"],
    },
    {
        "action": "temperature",
        "name": "CPU temperature",
        "icon": "temperature-half",
        "type": "status",
        "state": "echo '48 °C'",
        "show_in": ["sidebar"],
        "group": "This machine",
    },
]
NARROW = {"width": 360, "height": 740}
# how far OctoPrint's page reaches in a window that is 1280 pixels wide
RIGHT = 1120


def buttons(browser, save):
    """Takes them.

    Arguments:
        browser: from Playwright
        save: called with the page, a name and what to clip
    """
    config = {"plugins": {"systemcommands": {"commands": COMMANDS}}}
    # above the others, where it fits into the picture with the navigation bar
    order = {"sidebar": ["plugin_systemcommands"]}
    config["appearance"] = {"components": {"order": order}}
    with OctoPrintServer(config) as server:
        context = chromium.new_context(browser, server.url, device_scale_factor=2)
        page = chromium.new_page(context)
        chromium.log_in(page, server.admin)
        panel = Panel(page)
        panel.button("Light").click()
        expect(panel.slot("Light")).to_contain_text("4.2 W")
        panel.button("Back up").click()
        expect(panel.stop("Back up")).to_be_visible()
        page.evaluate("PNotify.removeAll(); document.activeElement.blur()")
        page.mouse.move(0, 0)
        expect(page.locator(".ui-pnotify")).to_have_count(0)
        shot(page, save, "buttons")
        page.set_viewport_size(NARROW)
        page.reload()
        expect(panel.slot("Light")).to_contain_text("4.2 W")
        shot(page, save, "buttons-narrow")


def shot(page, save, name):
    """From the navigation bar down to the end of the panel."""
    expect(Navbar(page).buttons).to_have_count(2)
    page.evaluate("scrollTo(0, 0)")
    box = Panel(page).root.bounding_box()
    right = min(page.viewport_size["width"], RIGHT)
    left = max(0, box["x"] - 10)
    bottom = box["y"] + box["height"] + 10
    save(page, name, x=left, y=0, width=right - left, height=bottom)
